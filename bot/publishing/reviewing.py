"""Take an edition that editors see first from its draft to its moment.

    no draft yet      compose it, store it, show it
    before its time   newer reports replace what no editor decided about
    at its time       post it, or wait until an editor approves it
    approved          post exactly that version, at its time or at once

Each step begins with stored rows only and ends in one commit, so a process that dies
between two of them is continued by the next one. A digest that was paused, changed,
rescheduled or deleted meanwhile is looked at in every step.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from bot.delivery.card_pictures import EditionPictures, keep_pictures
from bot.errors import BotError
from bot.model import PUBLISHABLE_FOR, Digest, DueMoment, Occurrence, StoredEdition
from bot.model.drafts import Draft, DraftAct, DraftContent
from bot.model.edition import OccurrenceKey
from bot.ports import CheckpointHook, Clock, Engine
from bot.publishing import draft_acts, edition_inputs, planning
from bot.publishing.analysis_turns import analyse_in_turns
from bot.publishing.drafts import DraftProcessor, waits_for_approval
from bot.publishing.edition_inputs import (
    EditionInputs,
    EditionOrder,
    LedgerChanged,
    build_edition_style,
)
from bot.publishing.planning import MISSED_REASON, PostingHold
from bot.storage import (
    Connection,
    Database,
    digest_store,
    draft_store,
    edition_store,
    ledger_store,
    schedule_store,
)
from digests.analysis import AnalyseArticle
from digests.compose import compose_with_alternatives
from digests.editing.novelty import collect_published
from digests.messages import Message
from digests.types import Edition, PublishedLedger, StoryAlternatives, frozen

log = structlog.get_logger(__name__)

#: Time between two looks at what has arrived since a draft was made.
REFRESH_INTERVAL: Final = timedelta(minutes=5)
#: How long after its time a draft that waits for approval still follows the news.
FOLLOWS_NEWS_FOR: Final = timedelta(hours=24)
#: After a downtime, how late a draft is posted that nobody approved.
POSTED_WITHIN: Final = timedelta(hours=6)
#: A draft moves with its digest to a moment that is no further away.
MOVES_WITHIN: Final = timedelta(hours=24)
#: The time of a draft is gone, because its digest was rescheduled.
UNSCHEDULED: Final = Message("draft.unscheduled")
#: A stored edition, why there is none, or None: the draft waits.
ReviewOutcome = StoredEdition | Message | None


class DraftChanged(BotError):
    """Somebody changed the draft since it was loaded; it is looked at again."""


class StoresEditions(Protocol):
    """What posting a draft needs of the publisher."""

    async def illustrate(
        self, order: EditionOrder, edition: Edition
    ) -> EditionPictures: ...

    async def order_all(self, digest: Digest) -> EditionOrder: ...

    def store_edition(
        self,
        conn: Connection,
        occurrence: Occurrence,
        order: EditionOrder,
        edition: Edition,
        published: PublishedLedger,
        pictures: EditionPictures = ...,
    ) -> StoredEdition: ...


def is_reviewed(occurrence: Occurrence, digest: Digest) -> bool:
    """Whether editors see the edition of this occurrence before it is posted.

    One that somebody ordered was confirmed by an editor already.
    """
    if occurrence.state == "draft":
        return True
    of_workspace = digest.person is None and occurrence.trigger == "schedule"
    return of_workspace and digest.options.review != "off"


@frozen
class DraftPublisher:
    """Composes drafts, keeps them up to date, and posts them."""

    db: Database
    engine: Engine
    clock: Clock
    processor: DraftProcessor
    publisher: StoresEditions
    #: Says why an edition has no stories.
    explain: Callable[[Digest, Edition], Awaitable[Message]]
    at: CheckpointHook

    async def process(
        self, order: EditionOrder, occurrence: Occurrence, read: AnalyseArticle
    ) -> ReviewOutcome:
        """Do what is due for the occurrence: its draft, or its edition."""
        while True:
            draft = await self.db.read(
                draft_store.find_draft_of, occurrence.scope, occurrence.id
            )
            try:
                if draft is None:
                    return await self._begin(order, occurrence, read)
                return await self._continue(order, occurrence, draft, read)
            except (DraftChanged, LedgerChanged):
                log.info("draft looked at again", digest=order.digest.name)

    # ── a new draft ────────────────────────────────────────────────────────────

    async def _begin(
        self, order: EditionOrder, occurrence: Occurrence, read: AnalyseArticle
    ) -> ReviewOutcome:
        digest, now = order.digest, self.clock.now()
        hold = PostingHold.of_digest(digest)
        post_at = hold.postpone(max(occurrence.due_at, now))
        found, dropped = await self.db.read(_load_inputs, digest, now)
        edition, alternatives = await self._compose(found, digest, now, read, dropped)
        if not edition.stories:
            if now < post_at:
                later = min(post_at, now + REFRESH_INTERVAL)
                await self._wait(occurrence, later)
                return None
            reason = await self.explain(digest, edition)
            await self.db.write(self.skip, occurrence, reason)
            return reason
        content = draft_acts.build_content(edition, alternatives, hash_style(digest))
        pictures = await self.publisher.illustrate(
            order, draft_acts.build_edition(content, now)
        )
        self.at("composed")
        await self.db.write(
            self._store_draft,
            order,
            occurrence,
            content,
            found.newest,
            post_at,
            pictures,
        )
        self.at("stored")
        log.info("draft composed", digest=digest.name, stories=len(edition.stories))
        return None

    def _store_draft(
        self,
        conn: Connection,
        order: EditionOrder,
        occurrence: Occurrence,
        content: DraftContent,
        newest: int | None,
        post_at: datetime,
        pictures: EditionPictures,
    ) -> None:
        digest, now = order.digest, self.clock.now()
        _check_newest(conn, digest, newest)
        if draft_store.find_draft_of(conn, occurrence.scope, occurrence.id) is not None:
            return
        later = min(post_at, now + REFRESH_INTERVAL)
        if not schedule_store.set_draft_moment(conn, **occurrence.key, at=later):
            return
        keep_pictures(conn, digest.scope, pictures, now)
        self.processor.begin(
            conn,
            digest=digest,
            occurrence_id=occurrence.id,
            content=content,
            post_at=post_at,
            now=now,
            pictures=pictures.refs,
        )
        self.at("storing")

    # ── a draft that waits ─────────────────────────────────────────────────────

    async def _continue(
        self,
        order: EditionOrder,
        occurrence: Occurrence,
        draft: Draft,
        read: AnalyseArticle,
    ) -> ReviewOutcome:
        digest, now = order.digest, self.clock.now()
        if draft.state != "open":
            reason = draft.reason or Message("skip.other_process")
            await self.db.write(self.skip, occurrence, reason)
            return reason
        adjusted = await self.db.write(self._adjust, occurrence, draft, digest)
        if isinstance(adjusted, Message):
            return adjusted
        draft = adjusted
        draft = await self._follow_news(draft, digest, read)
        draft = await self.illustrate(order, draft)
        now = self.clock.now()
        if now < draft.post_at:
            later = now + REFRESH_INTERVAL
            soon = draft.post_at if draft.is_approved else min(draft.post_at, later)
            await self._wait(occurrence, soon, draft)
            return None
        return await self._finish(order, occurrence, draft)

    def _adjust(
        self, conn: Connection, occurrence: Occurrence, draft: Draft, digest: Digest
    ) -> Draft | Message:
        """Follow what was changed in the digest; return why the draft ended, if so."""
        now = self.clock.now()
        follow_schedules(conn, digest, now)
        followed = draft_store.find_draft_of(conn, draft.scope, occurrence.id)
        if followed is None or followed.version != draft.version:
            raise DraftChanged("The draft was changed.")
        draft = followed
        if draft.notice == UNSCHEDULED:
            self.processor.close(conn, draft, UNSCHEDULED, now)
            return UNSCHEDULED
        notice = _find_notice(conn, occurrence, draft, digest)
        if notice != draft.notice:
            updated = draft_store.update_draft(conn, draft, notice=notice)
            if updated is None:
                raise DraftChanged("The draft was changed.")
            draft = updated
        # The review channel, and whether it waits for approval, may have been changed.
        self.processor.show(conn, draft, now)
        return draft

    async def _follow_news(
        self, draft: Draft, digest: Digest, read: AnalyseArticle
    ) -> Draft:
        """Let newer reports replace what no editor decided about.

        An approved draft stays as it is; only what was posted meanwhile leaves it.
        """
        now = self.clock.now()
        content, news = draft.content, tuple[Message, ...]()
        if not draft.is_approved and now - draft.post_at < FOLLOWS_NEWS_FOR:
            found, dropped = await self.db.read(_load_inputs, digest, now)
            edition, alternatives = await self._compose(
                found, digest, now, read, dropped
            )
            if edition.stories:
                new = draft_acts.build_content(
                    edition, alternatives, hash_style(digest)
                )
                content, news = draft_acts.merge_news(content, new)
        ledger = await self.db.read(
            ledger_store.get_ledger, digest.scope, digest_id=digest.id
        )
        content, posted = draft_acts.drop_published(content, ledger.revisions)
        if not (news or posted):
            return draft
        updated = await self.db.write(
            self.processor.record_news, draft, content, (*news, *posted), now
        )
        if updated is None:
            raise DraftChanged("The draft was changed.")
        self.at("stored")
        return updated

    async def _compose(
        self,
        found: EditionInputs,
        digest: Digest,
        now: datetime,
        read: AnalyseArticle,
        dropped: frozenset[str],
    ) -> tuple[Edition, Sequence[StoryAlternatives]]:
        engine = self.engine.of_workspace(digest.workspace_id)
        known = await analyse_in_turns(engine, found, digest, now, read)
        return await engine.run(compose_draft, found, digest, now, known, dropped)

    async def illustrate(self, order: EditionOrder, draft: Draft) -> Draft:
        """Make the pictures that the draft would be posted with, and show them."""
        now = self.clock.now()
        edition = draft_acts.build_edition(draft.content, now)
        found = await self.publisher.illustrate(order, edition)
        if dict(found.refs) == dict(draft.pictures) and not found.new:
            return draft
        shown = await self.db.write(self._store_pictures, draft, found)
        # Otherwise it was changed meanwhile, and is looked at again.
        return shown or draft

    async def illustrate_changed(self, draft: Draft) -> None:
        """Make the pictures of a draft that an editor changed, and show them."""
        find, key = digest_store.find_digest, draft.digest_id
        digest = await self.db.read(find, draft.scope, digest_id=key)
        if digest is not None:
            await self.illustrate(await self.publisher.order_all(digest), draft)

    def _store_pictures(
        self, conn: Connection, draft: Draft, found: EditionPictures
    ) -> Draft | None:
        now = self.clock.now()
        keep_pictures(conn, draft.scope, found, now)
        shown = draft_store.set_pictures(conn, draft, found.refs)
        if shown is not None:
            self.processor.show(conn, shown, now)
        return shown

    # ── its moment ─────────────────────────────────────────────────────────────

    async def _finish(
        self, order: EditionOrder, occurrence: Occurrence, draft: Draft
    ) -> ReviewOutcome:
        """Post the draft, unless it waits for approval or nothing is posted now."""
        digest, now = order.digest, self.clock.now()
        waits = waits_for_approval(draft, digest) and not draft.is_approved
        silence = await self.db.read(_find_silence, occurrence, digest)
        if silence is not None and (not waits or draft.reminded_at is None):
            await self.db.write(self.processor.close, draft, silence, now)
            return silence
        if waits:
            await self._remind(occurrence, draft)
            return None
        if not draft.is_approved and now - draft.post_at > POSTED_WITHIN:
            await self.db.write(self.processor.close, draft, MISSED_REASON, now)
            return MISSED_REASON
        quiet_end = PostingHold.of_digest(digest).postpone(now)
        if quiet_end > now:
            await self.db.write(self._postpone, occurrence, draft, quiet_end)
            return None
        return await self._post(order, occurrence, draft)

    async def _remind(self, occurrence: Occurrence, draft: Draft) -> None:
        now = self.clock.now()
        follows = now - draft.post_at < FOLLOWS_NEWS_FOR
        later = now + REFRESH_INTERVAL if follows else None
        await self.db.write(self._store_reminder, occurrence, draft, later)
        self.at("stored")

    def _store_reminder(
        self,
        conn: Connection,
        occurrence: Occurrence,
        draft: Draft,
        later: datetime | None,
    ) -> None:
        if draft.reminded_at is None:
            reminded = self.processor.remind(conn, draft, self.clock.now())
            if reminded is None:
                raise DraftChanged("The draft was changed.")
        self._check_unchanged(conn, draft)
        schedule_store.set_draft_moment(conn, **occurrence.key, at=later)

    def _postpone(
        self, conn: Connection, occurrence: Occurrence, draft: Draft, until: datetime
    ) -> None:
        """Wait for the end of quiet hours."""
        updated = draft_store.update_draft(conn, draft, post_at=until)
        if updated is None:
            raise DraftChanged("The draft was changed.")
        schedule_store.set_draft_moment(conn, **occurrence.key, at=until)
        self.processor.show(conn, updated, self.clock.now())

    async def _post(
        self, order: EditionOrder, occurrence: Occurrence, draft: Draft
    ) -> ReviewOutcome:
        now = self.clock.now()
        edition = draft_acts.build_edition(draft.content, now)
        if not edition.stories:
            reason = Message("draft.empty")
            await self.db.write(self.processor.close, draft, reason, now)
            return reason
        newest = await self.db.read(
            edition_store.find_newest_edition_key,
            order.digest.scope,
            digest_id=order.digest.id,
        )
        # Posted meanwhile by hand: then it is looked at again.
        ledger = await self.db.read(
            ledger_store.get_ledger, order.digest.scope, digest_id=order.digest.id
        )
        if draft_acts.drop_published(draft.content, ledger.revisions)[1]:
            raise DraftChanged("Something of it was posted meanwhile.")
        pictures = await self.publisher.illustrate(order, edition)
        self.at("composed")
        stored = await self.db.write(
            self._store_posted, order, occurrence, draft, edition, pictures, newest
        )
        self.at("stored")
        log.info("draft posted", digest=order.digest.name, draft=draft.public_id)
        return stored

    def _store_posted(
        self,
        conn: Connection,
        order: EditionOrder,
        occurrence: Occurrence,
        draft: Draft,
        edition: Edition,
        pictures: EditionPictures,
        newest: int | None,
    ) -> ReviewOutcome:
        """Store edition, ledger and deliveries, and end the draft, in one commit."""
        now, digest = self.clock.now(), order.digest
        _check_newest(conn, digest, newest)
        if not schedule_store.finish_occurrence(
            conn, **occurrence.key, state="composed", posted_at=now
        ):
            reason = Message("skip.other_process")
            self.processor.end(conn, draft, "closed", reason, now)
            return reason
        if self.processor.end(conn, draft, "posted", _say_posted(draft), now) is None:
            raise DraftChanged("The draft was changed.")
        backlog = edition_inputs.load_initial_backlog(conn, digest, now)
        ledger = collect_published(edition)
        ledger = replace(ledger, revisions=ledger.revisions | backlog)
        # An edition that waited for its editors is not late.
        shown_due = now if draft.is_approved else draft.post_at
        stored = self.publisher.store_edition(
            conn,
            replace(occurrence, due_at=shown_due),
            order,
            edition,
            ledger,
            pictures,
        )
        edition_inputs.record_decisions(conn, occurrence, edition, now)
        return stored

    # ── steps ──────────────────────────────────────────────────────────────────

    def skip(self, conn: Connection, occurrence: Occurrence, reason: Message) -> None:
        """Skip an occurrence, and end its draft if it has one."""
        schedule_store.finish_occurrence(
            conn, **occurrence.key, state="skipped", reason=reason
        )
        draft = draft_store.find_draft_of(conn, occurrence.scope, occurrence.id)
        if draft is not None and draft.state == "open":
            self.processor.end(conn, draft, "closed", reason, self.clock.now())

    async def _wait(
        self, occurrence: Occurrence, at: datetime, draft: Draft | None = None
    ) -> None:
        await self.db.write(self._store_moment, occurrence, at, draft)

    def _store_moment(
        self,
        conn: Connection,
        occurrence: Occurrence,
        at: datetime,
        draft: Draft | None,
    ) -> None:
        if draft is not None:
            self._check_unchanged(conn, draft)
        schedule_store.set_draft_moment(conn, **occurrence.key, at=at)

    def _check_unchanged(self, conn: Connection, draft: Draft) -> None:
        """Check that nobody approved or changed it: its moment would be overwritten.

        Raises:
            DraftChanged: Somebody did.
        """
        stored = draft_store.find_draft_of(conn, draft.scope, draft.occurrence_id)
        if stored is None or (
            stored.state,
            stored.version,
            stored.approved_version,
        ) != (
            "open",
            draft.version,
            draft.approved_version,
        ):
            raise DraftChanged("The draft was changed.")


def follow_schedules(conn: Connection, digest: Digest, now: datetime) -> None:
    """Move the drafts of a digest that wait for their time, after it was rescheduled.

    A draft whose time is gone is marked as such, and ends when it is looked at.
    """
    rows = schedule_store.list_schedules(conn, digest.scope, digest.id)
    coming = [(row.next, row.zone) for row in rows if row.next is not None]
    awaited = {(due.local_date, due.slot) for due, _ in coming}
    for draft in draft_store.list_open_drafts(conn, digest.scope, digest.id):
        key = OccurrenceKey(scope=draft.scope, occurrence_id=draft.occurrence_id)
        moment = schedule_store.find_moment(conn, **key)
        if moment is None or moment.at <= now:
            continue
        if (moment.local_date, moment.slot) in awaited:
            if draft.notice == UNSCHEDULED:
                draft_store.update_draft(conn, draft, notice=None)
            continue
        near = [one for one in coming if now < one[0].at <= now + MOVES_WITHIN]
        due, zone = min(near, key=lambda one: one[0].at, default=(None, ""))
        if due is None or not schedule_store.move_draft(
            conn, **key, digest_id=digest.id, due=due, zone=zone
        ):
            draft_store.update_draft(conn, draft, notice=UNSCHEDULED)
            continue
        post_at = PostingHold.of_digest(digest).postpone(due.at)
        draft_store.update_draft(conn, draft, post_at=post_at, notice=None)
        what = Message("draft.moved")
        act = DraftAct(version=draft.version, what=what, made_at=now)
        draft_store.add_act(conn, draft, act)
        planning.plan_reviews(conn, digest.scope, digest.id)


def compose_draft(
    inputs: EditionInputs,
    digest: Digest,
    now: datetime,
    read: AnalyseArticle,
    dropped: frozenset[str],
) -> tuple[Edition, Sequence[StoryAlternatives]]:
    """Compose the edition of the digest, with what an editor may choose.

    What editors left out of an earlier edition does not come again without news.
    """
    ledger = inputs.ledger
    edition, alternatives = compose_with_alternatives(
        inputs.fresh,
        now=now,
        ledger=replace(ledger, revisions=ledger.revisions | dropped),
        style=build_edition_style(digest),
        read=read,
        known=inputs.known,
        earlier=inputs.earlier,
    )
    ids = {key.rpartition("@")[0] for key in dropped - ledger.revisions}
    reason = Message("decision.editors_dropped")
    decisions = tuple(
        replace(one, reason=reason)
        if one.stage == "told" and one.article in ids
        else one
        for one in edition.decisions
    )
    return replace(edition, decisions=decisions), alternatives


def _load_inputs(
    conn: Connection, digest: Digest, now: datetime
) -> tuple[EditionInputs, frozenset[str]]:
    """Load the inputs of an edition, and what editors left out of earlier ones."""
    dropped = draft_store.list_dropped(
        conn, digest.scope, digest_id=digest.id, since=now - PUBLISHABLE_FOR
    )
    return edition_inputs.load_inputs(conn, digest, now), dropped


def hash_style(digest: Digest) -> str:
    """Hash the settings that decide what an edition of the digest contains."""
    return hashlib.sha256(repr(build_edition_style(digest)).encode()).hexdigest()


def _say_posted(draft: Draft) -> Message:
    if draft.is_approved:
        return Message("draft.posted_by", name=draft.approved_by)
    return Message("draft.posted_unseen")


def _check_newest(conn: Connection, digest: Digest, newest: int | None) -> None:
    if newest != edition_store.find_newest_edition_key(
        conn, digest.scope, digest_id=digest.id
    ):
        raise LedgerChanged("Another edition of this digest was stored meanwhile.")


def _find_silence(
    conn: Connection, occurrence: Occurrence, digest: Digest
) -> Message | None:
    """Find why the digest posts nothing for this occurrence."""
    pause = digest_store.find_digest_pause(conn, digest.scope, digest_id=digest.id)
    due = DueMoment(
        at=occurrence.due_at, local_date=occurrence.local_date, slot=occurrence.slot
    )
    return planning.find_silence_reason(pause, due)


def _find_notice(
    conn: Connection, occurrence: Occurrence, draft: Draft, digest: Digest
) -> Message | None:
    """Find what the editors should know of the digest while its draft waits."""
    silence = _find_silence(conn, occurrence, digest)
    if silence is not None:
        return Message("draft.is_paused", reason=silence)
    if digest.options.review == "off" and draft.held_by is None:
        return Message("draft.review_off")
    return None
