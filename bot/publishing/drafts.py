"""Drafts as they are stored and shown to editors: begun, changed, ended.

Each function of `DraftProcessor` is one step inside the caller's transaction: the next
version, the act, its entry in the history, how the messages in the review channel
should look, and when there is something to do next are stored together or not at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.errors import UnknownName, UserError
from bot.i18n.translation import Texts
from bot.model import (
    PREVIEW_ID,
    Destination,
    Digest,
    DraftFrame,
    MessagePart,
    Person,
    PictureRef,
    RenderContext,
    Workspace,
)
from bot.model.drafts import Draft, DraftAct, DraftContent, DraftState
from bot.model.scope import Scope
from bot.ports import Platform
from bot.publishing.draft_acts import (
    WHOLE_ACTS,
    DraftActRequest,
    apply_act,
    build_edition,
)
from bot.publishing.planning import digest_zone
from bot.storage import (
    Connection,
    change_store,
    destination_store,
    digest_store,
    draft_message_store,
    draft_store,
    notice_store,
    schedule_store,
    workspace_store,
)
from digests.messages import Message, message_to_json
from digests.types import Edition, frozen

#: Builds the signed id of a control: (workspace, action, arguments).
SignControl = Callable[..., str]


def leave_unsigned(workspace_id: int, action: str, *args: str) -> str:
    """Build an id that nobody accepts, where nothing can be pressed."""
    return ":".join(("v1", action, *args))


#: Acts that a draft shows, and characters of an editor's name.
SHOWN_ACTS: Final = 4
_NAME_LENGTH: Final = 80
#: The part of the message that reminds editors, behind those of any edition.
_REMINDER_PART: Final = 90


class OutdatedDraft(UserError):
    """Somebody changed the draft since the version that an act was made on."""

    def __init__(self, draft: Draft, acts: Sequence[DraftAct]) -> None:
        changes = tuple(
            Message("{name} {what}", name=act.editor_name or "–", what=act.what)
            if act.editor_name
            else act.what
            for act in acts[-SHOWN_ACTS:]
        )
        super().__init__(
            "The draft was changed meanwhile: {changes}. Nothing was done; look at it "
            "and decide again.",
            changes=changes,
        )
        self.draft = draft


@frozen
class DraftProcessor:
    """Stores drafts and shows them, within transactions."""

    platforms: Mapping[str, Platform]
    sign: SignControl

    # ── steps ──────────────────────────────────────────────────────────────────

    def act(
        self,
        conn: Connection,
        scope: Scope,
        *,
        public_id: str,
        version: int,
        request: DraftActRequest,
        who: Person,
        now: datetime,
    ) -> Draft:
        """Do what an editor asks for, on the version that they saw.

        Raises:
            OutdatedDraft: The draft was changed since.
            UserError: It cannot be done, or the draft has ended.
        """
        draft = get_open_draft(conn, scope, public_id)
        if draft.version != version:
            raise OutdatedDraft(draft, draft_store.list_acts(conn, draft, version))
        name = who.name[:_NAME_LENGTH]
        if request.kind in WHOLE_ACTS:
            updated, what = self._act_on_whole(conn, draft, request, name, now)
        else:
            content, what = apply_act(draft.content, request)
            updated = draft_store.update_draft(
                conn, draft, content, approved_version=None, approved_by=None
            )
        if updated is None:
            newest = get_open_draft(conn, scope, public_id)
            raise OutdatedDraft(newest, draft_store.list_acts(conn, newest, version))
        act = DraftAct(version=version, what=what, made_at=now, editor_name=name)
        draft_store.add_act(conn, draft, act)
        self._record_history(conn, draft, what, who, now)
        self.show(conn, updated, now)
        return updated

    def _act_on_whole(
        self,
        conn: Connection,
        draft: Draft,
        request: DraftActRequest,
        name: str,
        now: datetime,
    ) -> tuple[Draft | None, Message]:
        update, content = draft_store.update_draft, draft.content
        match request.kind:
            case "approve":
                draft_store.wake_draft(conn, draft, max(draft.post_at, now))
                approved = update(
                    conn, draft, approved_version=draft.version, approved_by=name
                )
                return approved, Message("draft.approved")
            case "hold":
                # Another version: one that is being posted is not the held one.
                held = update(
                    conn,
                    draft,
                    content,
                    held_by=name,
                    approved_version=None,
                    approved_by=None,
                )
                return held, Message("draft.held")
            case "release":
                draft_store.wake_draft(conn, draft, max(draft.post_at, now))
                released = update(conn, draft, content, held_by=None)
                return released, Message("draft.released")
        reason = Message("draft.by_editor", name=name)
        schedule_store.finish_occurrence(
            conn, draft.scope, draft.occurrence_id, "skipped", reason
        )
        ended = update(conn, draft, state="closed", ended_at=now, reason=reason)
        return ended, Message("draft.cancelled")

    def begin(
        self,
        conn: Connection,
        *,
        digest: Digest,
        occurrence_id: int,
        content: DraftContent,
        post_at: datetime,
        now: datetime,
        pictures: Mapping[str, PictureRef] | None = None,
    ) -> Draft:
        """Store a draft and show it; one whose time passed without approval ends."""
        for earlier in draft_store.list_open_drafts(conn, digest.scope, digest.id):
            if earlier.post_at <= now and not earlier.is_approved:
                self.close(conn, earlier, Message("draft.replaced"), now)
        draft = draft_store.add_draft(
            conn,
            digest.scope,
            digest_id=digest.id,
            occurrence_id=occurrence_id,
            content=content,
            post_at=post_at,
            now=now,
            pictures=pictures,
        )
        self.show(conn, draft, now)
        self._notify(conn, draft, now)
        return draft

    def record_news(
        self,
        conn: Connection,
        draft: Draft,
        content: DraftContent,
        news: Sequence[Message],
        now: datetime,
    ) -> Draft | None:
        """Store the next version, which no editor made; None: another one is stored."""
        updated = draft_store.update_draft(
            conn, draft, content, approved_version=None, approved_by=None
        )
        if updated is not None:
            for what in news:
                act = DraftAct(version=draft.version, what=what, made_at=now)
                draft_store.add_act(conn, draft, act)
            self.show(conn, updated, now)
        return updated

    def remind(self, conn: Connection, draft: Draft, now: datetime) -> Draft | None:
        """Remind the editors, once, that a draft waits for them."""
        reminded = draft_store.update_draft(conn, draft, reminded_at=now)
        if reminded is not None:
            self.show(conn, reminded, now)
            self._notify(conn, reminded, now)
        return reminded

    def end(
        self,
        conn: Connection,
        draft: Draft,
        state: DraftState,
        reason: Message,
        now: datetime,
    ) -> Draft | None:
        """End a draft, and say in it what became of it; None: it was changed."""
        ended = draft_store.update_draft(
            conn, draft, state=state, reason=reason, ended_at=now
        )
        if ended is not None:
            self.show(conn, ended, now)
        return ended

    def close(
        self, conn: Connection, draft: Draft, reason: Message, now: datetime
    ) -> None:
        """End a draft unposted, with its occurrence."""
        schedule_store.finish_occurrence(
            conn, draft.scope, draft.occurrence_id, "skipped", reason
        )
        self.end(conn, draft, "closed", reason, now)

    def _notify(self, conn: Connection, draft: Draft, now: datetime) -> None:
        """Tell the people responsible of a draft that no channel shows."""
        workspace = workspace_store.find_workspace(conn, draft.scope)
        digest = _find_digest(conn, draft)
        if workspace is None or digest is None or workspace.is_local:
            return
        if find_review_channel(conn, digest) is not None:
            return
        texts = Texts.of(workspace.locale)
        lines = [
            texts.say("A draft of «{digest}» waits for review.", digest=digest.name),
            *describe_state(draft, digest, workspace.zone, texts, now),
            texts.say("/newsdesk drafts {id} shows it.", id=draft.public_id),
        ]
        text = "\n".join(lines)
        notice_store.add_incident_notice(conn, draft.scope, None, text, now)

    def _record_history(
        self, conn: Connection, draft: Draft, what: Message, who: Person, now: datetime
    ) -> None:
        """Record an act in the history, where it cannot be reverted."""
        after = {
            "name": draft.public_id,
            "digest": draft.content.base.title,
            "what": message_to_json(what),
        }
        step = {"noun": "draft", "before": None, "after": after, "key": None}
        person = {"person_id": who.id, "person_name": who.name[:_NAME_LENGTH]}
        change = change_store.propose_change(
            conn, draft.scope, [step], **person, now=now
        )
        change_store.confirm_change(
            conn, draft.scope, change.public_id, **person, now=now
        )

    # ── showing ────────────────────────────────────────────────────────────────

    def show(self, conn: Connection, draft: Draft, now: datetime) -> None:
        """Store how the messages in the review channel should look now."""
        workspace = workspace_store.find_workspace(conn, draft.scope)
        digest = _find_digest(conn, draft)
        platform = self.platforms.get(workspace.platform) if workspace else None
        if workspace is None or platform is None:
            return
        place = find_review_channel(conn, digest) if digest is not None else None
        if digest is None:
            place = draft_message_store.find_place(conn, draft)
        if place is None and not draft_message_store.is_shown(conn, draft):
            return
        acts = draft_store.list_acts(conn, draft)
        parts = self.render(draft, digest, workspace, acts, now)
        draft_message_store.show_draft(conn, draft, place, parts, now)

    def render(
        self,
        draft: Draft,
        digest: Digest | None,
        workspace: Workspace,
        acts: Sequence[DraftAct],
        now: datetime,
    ) -> tuple[MessagePart, ...]:
        """Render a draft as its readers would see it, with its state and controls."""
        platform = self.platforms[workspace.platform]
        texts = Texts.of(workspace.locale)
        lines = [
            *describe_state(draft, digest, workspace.zone, texts, now),
            *(describe_act(act, texts) for act in acts[-SHOWN_ACTS:]),
        ]
        is_open = draft.state == "open"
        frame = DraftFrame(
            draft=draft.public_id,
            lines=tuple(lines),
            buttons=tuple(self._list_buttons(draft, digest, workspace)),
            menu=texts.say("Change a story…"),
            only_lines=not is_open,
        )
        context = RenderContext(
            edition_id=PREVIEW_ID,
            digest=draft.content.base.title,
            zone=_get_zone(digest, workspace),
            locale=(digest and digest.options.language) or workspace.locale,
            next_due=None,
            accent=digest.options.accent if digest else None,
            draft=frame,
            pictures=draft.pictures,
        )
        edition = build_edition(draft.content, now)
        parts = platform.render(edition, context)
        if not is_open or draft.reminded_at is None or draft.is_approved:
            return parts
        return (*parts, self._render_reminder(edition, context, platform, texts))

    def _render_reminder(
        self,
        edition: Edition,
        context: RenderContext,
        platform: Platform,
        texts: Texts,
    ) -> MessagePart:
        """Render the message that reminds editors; it goes once one of them acts."""
        frame = context.draft
        assert frame is not None, "it is a draft"
        said = texts.say("Its time has passed: it waits for your approval.")
        only = replace(frame, lines=(said,), only_lines=True)
        (part, *_) = platform.render(edition, replace(context, draft=only))
        return replace(part, key=str(_REMINDER_PART))

    def _list_buttons(
        self, draft: Draft, digest: Digest | None, workspace: Workspace
    ) -> Iterator[tuple[str, str]]:
        if draft.state != "open":
            return
        texts = Texts.of(workspace.locale)

        def sign(act: str) -> str:
            version = str(draft.version)
            return self.sign(workspace.id, "draft-do", draft.public_id, version, act)

        if not draft.is_approved:
            yield sign("approve"), texts.say("Approve all")
        if draft.held_by is not None:
            yield sign("release"), texts.say("Post at its time")
        elif not waits_for_approval(draft, digest) or draft.is_approved:
            yield sign("hold"), texts.say("Hold")
        yield f"v1:draft:{draft.public_id}", texts.say("All changes")


def get_open_draft(conn: Connection, scope: Scope, public_id: str) -> Draft:
    """Find the draft with this public id, which must still wait.

    Raises:
        UserError: There is none in this workspace, or it has ended.
    """
    draft = draft_store.find_draft(conn, scope, public_id)
    if draft is None:
        raise UnknownName("There is no draft «{id}» here.", id=public_id[:40])
    if draft.state != "open":
        raise UserError(
            "The draft {id} has ended: {reason}",
            id=draft.public_id,
            reason=draft.reason or Message("draft.posted"),
        )
    return draft


def find_review_channel(conn: Connection, digest: Digest) -> Destination | None:
    """Find where the drafts of the digest are shown, never where its readers are."""
    name = digest.options.review_channel
    if name is None:
        return None
    place = destination_store.find_destination_by_name(conn, digest.scope, name=name)
    own = {one.channel for one in digest.destinations}
    return place if place is not None and place.channel not in own else None


def waits_for_approval(draft: Draft, digest: Digest | None) -> bool:
    """Whether the draft is posted only once an editor approved it."""
    if draft.held_by is not None:
        return True
    return digest is not None and digest.options.review == "hold"


def describe_state(
    draft: Draft, digest: Digest | None, zone: str, texts: Texts, now: datetime
) -> Iterator[str]:
    """Say what happens to the draft when, or what became of it.

    Times are in the zone of its digest; `zone` is that of the workspace, for a draft
    whose digest was deleted.
    """
    zone = digest_zone(digest) if digest is not None else zone
    yield texts.say("Draft {id}, version {n}", id=draft.public_id, n=draft.version)
    when = texts.moment(draft.post_at, zone, now)
    if draft.state != "open":
        ended = texts.moment(draft.ended_at or now, zone, now)
        yield f"{ended}: {texts.message(draft.reason)}"
        return
    if draft.is_approved:
        by = draft.approved_by
        yield texts.say("Approved by {name}. It is posted: {when}", name=by, when=when)
    elif not waits_for_approval(draft, digest):
        yield texts.say("It is posted as it is by then: {when}", when=when)
    elif draft.held_by is not None:
        yield texts.say(
            "{name} put it on hold: it waits for approval. Its time: {when}",
            name=draft.held_by,
            when=when,
        )
    else:
        yield texts.say("It waits for approval. Its time: {when}", when=when)
    if draft.notice is not None:
        yield texts.message(draft.notice)


def describe_act(act: DraftAct, texts: Texts) -> str:
    """«Ana dropped «Bridge closed»»."""
    what = texts.message(act.what)
    if act.editor_name is None:
        return what
    return texts.say("{name} {what}", name=act.editor_name, what=what)


def _find_digest(conn: Connection, draft: Draft) -> Digest | None:
    return digest_store.find_digest(conn, draft.scope, digest_id=draft.digest_id)


def _get_zone(digest: Digest | None, workspace: Workspace) -> str:
    return digest_zone(digest) if digest is not None else workspace.zone
