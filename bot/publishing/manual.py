"""Post an edition by hand, on a topic or to one channel, and undo one.

    draft         the edition that would be posted, to be confirmed
    post          composed, and stored with its deliveries, in one commit
    undo_edition  its messages are deleted, and its stories may be published again

An edition for all channels of its digest counts as published there. One for a single
channel is separate: what that channel was shown before is found in the editions that
were posted there, and the digest's ledger does not change, so that its other readers
miss nothing. The scheduled slot remains in either case.

An order is stored together with its edition, never before it: an order without one,
left by a process that died, would be continued as an edition of everything. Permissions
are checked by the caller; the outbox sends and deletes.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.delivery.card_pictures import EditionPictures
from bot.errors import UserError
from bot.ingest.polling import describe_unread
from bot.lookup.text_search import parse_search
from bot.model import PUBLISHABLE_FOR, Digest, DueMoment, StoredEdition
from bot.model.scope import Scope
from bot.publishing import edition_inputs
from bot.publishing.edition_inputs import (
    EditionInputs,
    EditionOrder,
    LedgerChanged,
    build_edition_style,
    compose_inputs,
)
from bot.publishing.editions import EditionPreview, EditionPublisher
from bot.publishing.planning import (
    check_not_ordered,
    manual_due,
    plan_manual_occurrence,
)
from bot.storage import (
    Connection,
    delivery_store,
    edition_store,
    ledger_store,
    schedule_store,
)
from bot.storage.ledger_store import get_destination_ledger, merge_ledgers
from digests.answers import search
from digests.editing.novelty import collect_published
from digests.language.search_terms import SearchQuery
from digests.stories import assignment, filters
from digests.types import Article, Edition, EditionStyle, PublishedLedger, frozen

log = structlog.get_logger(__name__)

#: How far back a channel's ledger is read: no story that was published earlier has an
#: article that can still be published.
_PUBLISHED_WITHIN = 2 * PUBLISHABLE_FOR


def parse_topic(topic: str) -> SearchQuery:
    """Parse a topic like a search.

    Raises:
        UserError: It has no search words, or too many.
    """
    wanted = parse_search(topic)
    if not wanted:
        raise UserError(
            "Write at least one word to search for. Punctuation alone, or "
            "only words with a minus, finds nothing."
        )
    return wanted


@frozen
class ManualPublisher:
    """Previews and posts manual editions."""

    publisher: EditionPublisher

    async def draft(self, order: EditionOrder, platform: str) -> EditionPreview:
        """Compose what would be posted now; only fetched articles are stored.

        Raises:
            UserError: There is nothing to publish; the text explains why.
        """
        edition, _ = await self._read_and_compose(order)
        return await self.publisher.render_preview(order, edition, platform)

    async def post(self, order: EditionOrder, key: str) -> StoredEdition:
        """Compose the edition and store it with its deliveries, once per `key`.

        Raises:
            UserError: There is nothing to publish, or it was ordered before.
        """
        publisher, digest = self.publisher, order.digest
        due = manual_due(digest, publisher.clock.now(), key)
        await publisher.db.read(check_not_ordered, digest, due)
        edition, found = await self._read_and_compose(order)
        while True:
            pictures = await publisher.illustrate(order, edition)
            try:
                stored_edition = await publisher.db.write(
                    self._store, due, order, edition, found, pictures
                )
            except LedgerChanged:
                edition, found = await self._compose_edition(order)
                continue
            publisher.metrics.record_edition("composed")
            return stored_edition

    # ── steps ──────────────────────────────────────────────────────────────────

    async def _read_and_compose(
        self, order: EditionOrder
    ) -> tuple[Edition, EditionInputs]:
        """Read the sources and compose the edition; also return its inputs.

        Raises:
            UserError: There is nothing to publish; the text explains why.
        """
        sources = order.digest.sources
        refreshed = await self.publisher.ingestor.refresh(sources, insist=True)
        await self.publisher.full_texts.complete([order.digest])
        try:
            return await self._compose_edition(order)
        except UserError as nothing:
            if not refreshed.unread:
                raise
            unread = describe_unread(refreshed.unread)
            raise UserError(
                "{answer} {unread}", answer=nothing, unread=unread
            ) from nothing

    async def _compose_edition(
        self, order: EditionOrder
    ) -> tuple[Edition, EditionInputs]:
        publisher, now = self.publisher, self.publisher.clock.now()
        found = await publisher.db.read(_load_order_inputs, order, now)
        wanted = parse_topic(order.topic) if order.topic else None
        digest = order.digest
        edition = await publisher.engine.of_workspace(digest.workspace_id).run(
            _compose_order, found, digest, now, wanted
        )
        if edition.stories:
            return edition, found
        if not order.topic:
            raise UserError(await publisher.explain_no_stories(digest, edition))
        if edition.made_from.articles:
            raise UserError(
                "All articles with these words were already posted, were not chosen "
                "for an earlier edition or are filtered out: {words}. Find them with "
                "/news search, or try another topic.",
                words=order.topic,
            )
        raise UserError(
            "No recent article contains all of these words: {words}. Try fewer words.",
            words=order.topic,
        )

    def _store(
        self,
        conn: Connection,
        due: DueMoment,
        order: EditionOrder,
        edition: Edition,
        found: EditionInputs,
        pictures: EditionPictures,
    ) -> StoredEdition:
        occurrence = plan_manual_occurrence(conn, order.digest, due)
        edition_inputs.check_ledger_unchanged(conn, order.digest, found)
        schedule_store.finish_occurrence(conn, **occurrence.key, state="composed")
        published = PublishedLedger() if order.separate else collect_published(edition)
        stored_edition = self.publisher.store_edition(
            conn, occurrence, order, edition, published, pictures
        )
        now = self.publisher.clock.now()
        edition_inputs.save_memberships(conn, order.digest.scope, edition, now)
        return stored_edition


def _load_order_inputs(
    conn: Connection, order: EditionOrder, now: datetime
) -> EditionInputs:
    """Load the inputs of the order, with the ledger of the channels that get it."""
    found = edition_inputs.load_inputs(conn, order.digest, now)
    if order.to is None or not order.separate:
        return found
    there = get_destination_ledger(
        conn,
        order.digest.scope,
        digest_id=order.digest.id,
        destination_id=order.to.id,
        since=now - _PUBLISHED_WITHIN,
    )
    ledger = merge_ledgers(found.ledger, there) if order.among_own else there
    return edition_inputs.build_inputs(conn, order.digest, found.fresh, ledger)


def _compose_order(
    found: EditionInputs, digest: Digest, now: datetime, wanted: SearchQuery | None
) -> Edition:
    if wanted is not None:
        found = _narrow_to_topic(found, build_edition_style(digest), wanted)
    return compose_inputs(found, digest, now)


def _narrow_to_topic(
    found: EditionInputs, style: EditionStyle, wanted: SearchQuery
) -> EditionInputs:
    """Select the stories on the topic, each with all of its articles."""
    by_id = {article.id: article for article in found.fresh}
    refused = {
        article.id: article
        for article in found.fresh
        if filters.find_refusal_reason(article, style) is not None
    }
    admitted = [article for article in found.fresh if article.id not in refused]
    members = assignment.group_articles(admitted, found.known)
    by_story: dict[str, list[Article]] = defaultdict(list)
    for member in members:
        by_story[member.story].append(by_id[member.article])
    about = {
        name for name, held in by_story.items() if search.match_articles(held, wanted)
    }
    kept = tuple(member for member in members if member.story in about)
    fresh = [by_id[member.article] for member in kept]
    # Refused articles on the topic explain why there is no edition.
    fresh += [a for a in refused.values() if search.match_articles([a], wanted)]
    return replace(found, fresh=tuple(fresh), known=kept)


UNDO_WINDOW = timedelta(minutes=10)
NOTHING_TO_UNDO = "There is no edition of this digest to undo."


@frozen
class UndoResult:
    """The result of undoing an edition."""

    stored_edition: StoredEdition
    #: Messages that will be deleted, and those that will never be sent.
    deleted: int
    cancelled: int
    #: Whether it was undone before, so that nothing was done.
    before: bool = False


def find_undoable_edition(
    conn: Connection, scope: Scope, *, digest_id: int, now: datetime
) -> StoredEdition:
    """Find the newest edition of the digest, if it can still be undone.

    Raises:
        UserError: There is none, or it is too late.
    """
    found = edition_store.find_newest_edition_of(conn, scope, digest_id=digest_id)
    if found is None:
        raise UserError(NOTHING_TO_UNDO)
    if not edition_store.is_edition_undone(conn, **found.key):
        _check_undo_window(conn, found, now)
    return found


def undo_edition(
    conn: Connection, scope: Scope, *, public_id: str, by: str, now: datetime
) -> UndoResult:
    """Undo the edition; `by` names who did it, and is stored.

    Raises:
        UserError: There is no such edition in this workspace, or it is too late.
    """
    found = edition_store.find_edition_by_public_id(conn, scope, public_id=public_id)
    if found is None:
        raise UserError(NOTHING_TO_UNDO)
    key = found.key
    if edition_store.is_edition_undone(conn, **key):
        return UndoResult(stored_edition=found, deleted=0, cancelled=0, before=True)
    _check_undo_window(conn, found, now)
    deleted, cancelled = delivery_store.delete_edition_messages(conn, **key, now=now)
    published = collect_published(found.edition).revisions
    ledger_store.remove_from_ledger(conn, **key, revisions=published)
    edition_store.mark_edition_undone(conn, **key, by=by, now=now)
    log.info("edition undone", edition=public_id, deleted=deleted)
    return UndoResult(stored_edition=found, deleted=deleted, cancelled=cancelled)


def _check_undo_window(
    conn: Connection, stored_edition: StoredEdition, now: datetime
) -> None:
    posted = delivery_store.find_first_posted_at(conn, **stored_edition.key)
    if posted is not None and now - posted > UNDO_WINDOW:
        minutes = UNDO_WINDOW // timedelta(minutes=1)
        raise UserError(
            "The newest edition was posted more than {minutes} minutes ago,"
            " too long to undo it. Delete its messages by hand.",
            minutes=minutes,
        )
