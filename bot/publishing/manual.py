"""Post an edition by hand, on a topic or to one channel, and undo one.

    draft   what such an edition would tell, for whoever is asked to confirm it
    post    composed, and stored with its deliveries, all in one commit

What is posted in all of a digest's channels counts as told there as ever. What goes to
one channel only is kept apart: what that channel was told before is looked for in the
editions that went there, and nothing is written to the digest's ledger, so that its
other readers miss nothing. The scheduled slot stays in either case.

An order is stored together with its edition, never before: one that was only begun
when the process died would otherwise be continued as an edition of everything. It must
not send, and not check who may.

What was posted is deleted by the outbox, what was not yet sent never goes out, and
what the edition told counts as not told: its stories may come in the next one. Taking
back twice changes nothing. Who did it stands with the edition and in the log.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot import model
from bot.errors import UserError
from bot.lookup.text_search import parse_search
from bot.model import (
    PREVIEW_ID,
    PUBLISHABLE_FOR,
    Destination,
    Digest,
    DueMoment,
    RenderContext,
    StoredEdition,
    Workspace,
)
from bot.publishing import edition_inputs
from bot.publishing.edition_inputs import EditionInputs, build_edition_style
from bot.publishing.editions import (
    ALREADY_ORDERED,
    EditionPreview,
    EditionPublisher,
)
from bot.publishing.planning import digest_zone
from bot.storage import (
    Connection,
    delivery_store,
    edition_store,
    ledger_store,
    schedule_store,
    story_store,
)
from bot.storage.ledger_store import get_destination_ledger, merge_ledgers
from digests.answers import search
from digests.compose import collect_published, compose
from digests.language.search_terms import SearchQuery
from digests.stories import assignment, filters
from digests.types import Article, Edition, EditionStyle, PublishedLedger

#: Of articles that can still be told, the stories were told within this time.
_PUBLISHED_WITHIN = 2 * PUBLISHABLE_FOR


def parse_topic(topic: str) -> SearchQuery:
    """Read a topic as a search reads words.

    Raises:
        UserError: It is nothing to look for, or too much.
    """
    wanted = parse_search(topic)
    if not wanted:
        raise UserError(
            "Write at least one word to look for. Signs alone, and words with a "
            "minus before them, find nothing."
        )
    return wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class ManualOrder:
    """What somebody wants posted now of a digest, and where."""

    digest: Digest
    #: Words as a search reads them; "" = whatever there is.
    topic: str = ""
    #: Only there; None = in all of its own channels.
    to: Destination | None = None

    @property
    def apart(self) -> bool:
        """Whether it goes to fewer, or others, than the digest's own channels."""
        return self.to is not None and self._own != {self.to.id}

    @property
    def among_own(self) -> bool:
        """Whether it goes to one of several channels of the digest."""
        return self.to is not None and self.apart and self.to.id in self._own

    @property
    def goes_to(self) -> tuple[Destination, ...]:
        """Who gets it."""
        return self.digest.destinations if self.to is None else (self.to,)

    @property
    def _own(self) -> set[int]:
        return {place.id for place in self.digest.destinations}


@dataclass(frozen=True, kw_only=True, slots=True)
class ManualPublisher:
    """The orders, over the makers of editions."""

    publisher: EditionPublisher

    async def draft(self, order: ManualOrder, platform: str) -> EditionPreview:
        """What would be posted now; nothing is stored but newly read articles.

        Raises:
            UserError: It would tell nothing; why.
        """
        await self.publisher.ingestor.refresh(order.digest.sources)
        edition = await self._edition(order)
        workspace = await self.publisher.workspace_of(order.digest)
        context = self._context(order, workspace, PREVIEW_ID)
        parts = self.publisher.platforms[platform].render(edition, context)
        return EditionPreview(digest=order.digest, edition=edition, parts=parts)

    async def post(self, order: ManualOrder, key: str) -> StoredEdition:
        """Compose it and store it with its deliveries; the same `key` makes only one.

        Raises:
            UserError: It tells nothing, or was ordered before.
        """
        workspace = await self.publisher.workspace_of(order.digest)
        due = self._due(order, key)
        if await self.publisher.db.read(_is_already_ordered, order.digest, due):
            raise UserError(ALREADY_ORDERED)
        await self.publisher.ingestor.refresh(order.digest.sources, insist=True)
        edition = await self._edition(order)
        return await self.publisher.db.write(
            self._store, order, due, workspace, edition
        )

    # ── steps ──────────────────────────────────────────────────────────────────

    async def _edition(self, order: ManualOrder) -> Edition:
        now = self.publisher.clock.now()
        found = await self.publisher.db.read(_load_order_inputs, order, now)
        wanted = parse_topic(order.topic) if order.topic else None
        edition = await self.publisher.engine.run(
            _compose_order, found, now, build_edition_style(order.digest), wanted
        )
        if edition.stories:
            return edition
        if not order.topic:
            raise UserError(
                await self.publisher.explain_no_stories(order.digest, edition)
            )
        if edition.made_from.articles:
            raise UserError(
                "What has these words was told before, or a filter holds it back: "
                "{words}. See it with /news search, or take another topic.",
                words=order.topic,
            )
        raise UserError(
            "No article at hand has all of these words: {words}. Take fewer of them.",
            words=order.topic,
        )

    def _due(self, order: ManualOrder, key: str) -> DueMoment:
        now = self.publisher.clock.now()
        day = now.astimezone(ZoneInfo(digest_zone(order.digest))).date()
        return DueMoment(at=now, local_date=day, slot=key)

    def _context(
        self, order: ManualOrder, workspace: Workspace, edition_id: str
    ) -> RenderContext:
        now = self.publisher.clock.now()
        context = self.publisher.context_of(order.digest, workspace, edition_id, now)
        own = order.to is None or not order.apart or order.among_own
        # Another channel does not get the next one.
        return context if own else replace(context, next_due=None)

    def _store(
        self,
        conn: Connection,
        order: ManualOrder,
        due: DueMoment,
        workspace: Workspace,
        edition: Edition,
    ) -> StoredEdition:
        now, digest = self.publisher.clock.now(), order.digest
        here: dict[str, Any] = {"workspace_id": digest.workspace_id}
        occurrence = schedule_store.plan_occurrence(
            conn,
            **here,
            digest_id=digest.id,
            due=due,
            zone=digest_zone(digest),
            trigger="manual",
        )
        if occurrence is None:
            raise UserError(ALREADY_ORDERED)
        schedule_store.finish_occurrence(
            conn,
            **here,
            occurrence_id=occurrence.id,
            state="composed",
            reason=None,
        )
        stored_edition = edition_store.add_edition(
            conn,
            **here,
            digest_id=digest.id,
            occurrence_id=occurrence.id,
            edition=edition_inputs.drop_unpublished_decisions(edition),
            manifest=edition_inputs.hash_inputs(edition, digest),
            published=PublishedLedger() if order.apart else collect_published(edition),
        )
        members = edition_inputs.list_memberships(edition)
        story_store.update_memberships(
            conn, **here, memberships=members, now=now, copies=False
        )
        context = self._context(order, workspace, stored_edition.public_id)
        kept = {**model.context_to_json(context), model.SEPARATE_KEY: order.apart}
        edition_store.set_render_context(
            conn, **here, edition_id=stored_edition.id, context=kept
        )
        goes = replace(digest, destinations=order.goes_to)
        self.publisher.deliver(
            conn, goes, workspace, stored_edition, context, now, False
        )
        return stored_edition


def _is_already_ordered(conn: Connection, digest: Digest, due: DueMoment) -> bool:
    return schedule_store.is_occurrence_planned(
        conn, workspace_id=digest.workspace_id, digest_id=digest.id, due=due
    )


def _load_order_inputs(
    conn: Connection, order: ManualOrder, now: datetime
) -> EditionInputs:
    """What it can be made from, and what its readers were told before."""
    found = edition_inputs.load_inputs(conn, order.digest, now)
    if order.to is None or not order.apart:
        return found
    there = get_destination_ledger(
        conn,
        workspace_id=order.digest.workspace_id,
        digest_id=order.digest.id,
        destination_id=order.to.id,
        since=now - _PUBLISHED_WITHIN,
    )
    ledger = merge_ledgers(found.ledger, there) if order.among_own else there
    return replace(found, ledger=ledger)


def _compose_order(
    found: EditionInputs, now: datetime, style: EditionStyle, wanted: SearchQuery | None
) -> Edition:
    if wanted is not None:
        found = _narrow_to_topic(found, style, wanted)
    return compose(
        found.fresh, now=now, ledger=found.ledger, style=style, known=found.known
    )


def _narrow_to_topic(
    found: EditionInputs, style: EditionStyle, wanted: SearchQuery
) -> EditionInputs:
    """Only the stories that are about it, each with all of its articles."""
    by_id = {article.id: article for article in found.fresh}
    admitted = [a for a in found.fresh if filters.find_refusal_reason(a, style) is None]
    members = assignment.group_articles(admitted, found.known)
    by_story: dict[str, list[Article]] = {}
    for member in members:
        by_story.setdefault(member.story, []).append(by_id[member.article])
    about = {
        name for name, held in by_story.items() if search.match_articles(held, wanted)
    }
    kept = tuple(member for member in members if member.story in about)
    fresh = tuple(by_id[member.article] for member in kept)
    held_back = tuple(
        article
        for article in found.fresh
        if filters.find_refusal_reason(article, style) is not None
        and search.match_articles([article], wanted)
    )
    return replace(found, fresh=(*fresh, *held_back), known=kept)


log = structlog.get_logger(__name__)

UNDO_WINDOW = timedelta(minutes=10)
NOTHING_TO_UNDO = "There is no edition of this digest to take back."


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoResult:
    """What taking back an edition did."""

    stored_edition: StoredEdition
    #: Messages that are being deleted, and those that will never be sent.
    deleted: int
    cancelled: int
    #: It had been taken back before: nothing was done.
    before: bool = False


def find_undoable_edition(
    conn: Connection, *, workspace_id: int, digest_id: int, now: datetime
) -> StoredEdition:
    """The digest's newest edition, if it can still be taken back.

    Raises:
        UserError: There is none, or it is too late.
    """
    stored_edition = edition_store.find_newest_edition_of(
        conn, workspace_id=workspace_id, digest_id=digest_id
    )
    if stored_edition is None:
        raise UserError(NOTHING_TO_UNDO)
    if not edition_store.is_edition_undone(
        conn, workspace_id=workspace_id, edition_id=stored_edition.id
    ):
        _check_undo_window(conn, stored_edition, now)
    return stored_edition


def undo_edition(
    conn: Connection, *, workspace_id: int, public_id: str, by: str, now: datetime
) -> UndoResult:
    """Take the edition back; `by` says who, in words that stay.

    Raises:
        UserError: There is no such edition in this workspace, or it is too late.
    """
    stored_edition = edition_store.find_edition_by_public_id(
        conn, workspace_id=workspace_id, public_id=public_id
    )
    if stored_edition is None:
        raise UserError(NOTHING_TO_UNDO)
    key: dict[str, Any] = {
        "workspace_id": workspace_id,
        "edition_id": stored_edition.id,
    }
    if edition_store.is_edition_undone(conn, **key):
        return UndoResult(
            stored_edition=stored_edition, deleted=0, cancelled=0, before=True
        )
    _check_undo_window(conn, stored_edition, now)
    deleted, cancelled = delivery_store.delete_edition_messages(conn, **key, now=now)
    ledger_store.remove_from_ledger(
        conn, **key, revisions=collect_published(stored_edition.edition).revisions
    )
    edition_store.mark_edition_undone(conn, **key, by=by, now=now)
    log.info(
        "edition taken back", edition=stored_edition.public_id, by=by, deleted=deleted
    )
    return UndoResult(
        stored_edition=stored_edition, deleted=deleted, cancelled=cancelled
    )


def _check_undo_window(
    conn: Connection, stored_edition: StoredEdition, now: datetime
) -> None:
    posted = delivery_store.find_first_posted_at(
        conn, workspace_id=stored_edition.workspace_id, edition_id=stored_edition.id
    )
    if posted is not None and now - posted > UNDO_WINDOW:
        minutes = UNDO_WINDOW // timedelta(minutes=1)
        raise UserError(
            "The newest edition was posted more than {minutes} minutes ago; only "
            "until then can it be taken back. Delete its messages by hand.",
            minutes=minutes,
        )
