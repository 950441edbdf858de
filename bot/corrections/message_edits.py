"""Edit the messages of corrected editions, and list what was corrected.

When a revision of an article is stored, every edition that contains it is marked. Once
the text is stable, `comparison` finds what it corrects in the shown edition, and the
corrected edition is stored as edits for the outbox. Each step starts from stored rows
and ends in one transaction, so a process that dies between two steps is continued by
the next. An editor's own correction is stored as a due row and processed the same way.

The edition is rendered with its stored context, and an edit is stored for each message
that changes. The number of messages must stay the same: if a note does not fit, the
corrected stories lose sentences of their summaries, the last one first. What cannot be
edited is listed with the reason.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.corrections.comparison import (
    ComparisonInputs,
    compare_edition,
    load_comparison,
    record_corrections,
)
from bot.delivery import personal_controls
from bot.delivery.attempts import LINKS_ONLY_LEVEL
from bot.delivery.card_pictures import (
    NO_PICTURES,
    CardIllustrator,
    EditionPictures,
    store_pictures,
)
from bot.errors import ConfigurationError
from bot.model import (
    Delivery,
    Destination,
    DigestOptions,
    EditionKey,
    MessagePart,
    RenderContext,
    StoredEdition,
)
from bot.model.edition import context_from_json
from bot.model.scope import Scope
from bot.ports import Clock, Engine, Platform
from bot.storage import (
    Connection,
    Database,
    correction_store,
    delivery_store,
    digest_store,
    edition_store,
    personal_digest_store,
    picture_store,
    published_article_store,
    workspace_store,
)
from bot.storage.correction_store import Correction
from bot.storage.published_article_store import CORRECTABLE_PERIOD, PublishedArticle
from digests.messages import Message
from digests.types import Edition, frozen

log = structlog.get_logger(__name__)

CORRECTIONS_BATCH = 50


@frozen
class CorrectionProcessor:
    """Processes corrections, over one database and the connected platforms."""

    db: Database
    engine: Engine
    clock: Clock
    platforms: Mapping[str, Platform]
    #: None: no pictures are drawn.
    illustrator: CardIllustrator | None = None

    async def run(self) -> datetime | None:
        """Compare stable texts and order the edits; return when to run next."""
        now = self.clock.now()
        list_due = published_article_store.list_due_comparisons
        for one in await self.db.read(list_due, now, CORRECTIONS_BATCH):
            await self._compare(one)
        names = tuple(self.platforms)
        due = await self.db.read(
            correction_store.list_due_corrections, names, CORRECTIONS_BATCH
        )
        for workspace_id, edition_id in due:
            await self._order(Scope(workspace_id), edition_id)
        return await self.db.read(published_article_store.find_next_comparison_at)

    async def compare_unsettled(self, scope: Scope) -> None:
        """Compare at once what would be compared in some minutes.

        Before an edition is composed: what is corrected in a message is no news.
        """
        listed = published_article_store.list_unsettled_comparisons
        now = self.clock.now()
        for one in await self.db.read(listed, scope, now, CORRECTIONS_BATCH):
            await self._compare(one)

    async def _order(self, scope: Scope, edition_id: int) -> None:
        key = EditionKey(scope=scope, edition_id=edition_id)
        try:
            await self.db.write(
                order_edits,
                **key,
                platforms=self.platforms,
                pictures=await self._illustrate(key),
                now=self.clock.now(),
            )
        except ConfigurationError:
            # The database cannot be written: what is due waits until it can.
            raise
        except Exception:
            # A defect in one edition must not stop the others.
            log.exception("a correction could not be rendered", edition=edition_id)
            finish = correction_store.finish_corrections
            await self.db.write(
                finish, **key, state="listed", reason=Message("correction.defect")
            )

    async def _illustrate(self, key: EditionKey) -> EditionPictures:
        """Draw the pictures of the corrected edition; an unchanged quote keeps its."""
        if self.illustrator is None:
            return NO_PICTURES
        stored_edition, context, options = await self.db.read(_load_rendering, key)
        if stored_edition is None or context is None or options is None:
            return NO_PICTURES
        edition, posted = stored_edition.edition, context.pictures
        drawn = await self.illustrator.illustrate(edition, context, options)
        hashes = {ref.hash for ref in posted.values()}
        stored = await self.db.read(picture_store.list_sizes, hashes)
        kept = {key: ref for key, ref in posted.items() if ref.hash in stored}
        # Settings that changed since do not change what was posted.
        return EditionPictures(refs={**drawn.refs, **kept}, new=drawn.new)

    async def _compare(self, one: PublishedArticle) -> None:
        now = self.clock.now()
        found: ComparisonInputs | None = None
        corrections: tuple[Correction, ...] = ()
        try:
            found = await self.db.read(load_comparison, one)
            if found is not None:
                engine = self.engine.of_workspace(one.workspace_id)
                corrections = await engine.run(compare_edition, found, now)
        except ConfigurationError:
            raise
        except Exception:
            # A defect in one text must not stop the others.
            log.exception("comparing failed", article=one.article_id)
        await self.db.write(record_corrections, one, found, corrections, now)


def order_edits(
    conn: Connection,
    scope: Scope,
    *,
    edition_id: int,
    platforms: Mapping[str, Platform],
    now: datetime,
    pictures: EditionPictures = NO_PICTURES,
) -> int:
    """Store the edits that an edition needs; return how many messages are edited."""
    key = EditionKey(scope=scope, edition_id=edition_id)
    stored_edition = edition_store.find_edition(conn, **key)
    workspace = workspace_store.find_workspace(conn, scope)
    platform = platforms.get(workspace.platform) if workspace else None
    if stored_edition is None or platform is None:
        return 0
    sent = delivery_store.list_deliveries(conn, **key)
    wanted = _render_corrected(conn, stored_edition, platform, sent, now, pictures)
    name = stored_edition.public_id
    if isinstance(wanted, Message):
        correction_store.finish_corrections(conn, **key, state="listed", reason=wanted)
        log.info("correction only listed", edition=name, reason=str(wanted))
        return 0
    store_pictures(conn, stored_edition, wanted, pictures.new, now)
    count = _store_edits(conn, stored_edition, wanted, sent, now)
    correction_store.finish_corrections(conn, **key, state="edited")
    log.info("correction ordered", edition=name, messages=count)
    return count


def _render_corrected(
    conn: Connection,
    stored_edition: StoredEdition,
    platform: Platform,
    sent: Sequence[Delivery],
    now: datetime,
    pictures: EditionPictures,
) -> tuple[MessagePart, ...] | Message:
    """Render the corrected messages, or explain why they cannot be edited."""
    key = stored_edition.key
    stored = edition_store.find_render_context(conn, **key)
    if edition_store.is_edition_undone(conn, **key):
        return Message("correction.undone")
    if now - stored_edition.edition.made_at > CORRECTABLE_PERIOD:
        return Message("correction.too_old", days=CORRECTABLE_PERIOD.days)
    if stored is None:
        return Message("correction.unknown_context")
    posts = [one for one in sent if one.operation == "post"]
    if all(one.state == "failed" for one in posts):
        return Message("correction.no_message")
    corrected = {one.story for one in correction_store.list_amendments(conn, **key)}
    context = context_from_json(stored, stored_edition.public_id)
    context = replace(context, pictures=pictures.refs)
    parts = platform.render(stored_edition.edition, context)
    many, edition = max(one.part for one in posts), stored_edition.edition
    while len(parts) > many and (shorter := _shorten_summary(edition, corrected)):
        edition = shorter
        parts = platform.render(edition, context)
    if len(parts) != many:
        return Message("correction.no_space")
    keys = [stored_edition.digest_id]
    own = personal_digest_store.select_personal_digests(conn, keys)
    return personal_controls.mark_own_controls(parts, stored_edition) if own else parts


def _load_rendering(
    conn: Connection, key: EditionKey
) -> tuple[StoredEdition | None, RenderContext | None, DigestOptions | None]:
    """Load an edition, and how it was rendered."""
    stored_edition = edition_store.find_edition(conn, **key)
    stored = edition_store.find_render_context(conn, **key)
    if stored_edition is None or stored is None:
        return stored_edition, None, None
    context = context_from_json(stored, stored_edition.public_id)
    digest = digest_store.find_digest(
        conn, key["scope"], digest_id=stored_edition.digest_id
    )
    return stored_edition, context, digest.options if digest else None


def _shorten_summary(edition: Edition, corrected: Collection[str]) -> Edition | None:
    """Drop the last sentence of the edition's longest corrected summary.

    Corrected sentences are dropped last.
    """
    mine = [s for s in edition.stories if s.id in corrected and s.summary]
    if not mine:
        return None
    longest = max(mine, key=lambda story: len(story.summary))
    summary = longest.summary
    unchanged = [n for n, sentence in enumerate(summary) if not sentence.revision]
    last = unchanged[-1] if unchanged else len(summary) - 1
    shorter = replace(longest, summary=summary[:last] + summary[last + 1 :])
    stories = tuple(shorter if s is longest else s for s in edition.stories)
    return replace(edition, stories=stories)


def _store_edits(
    conn: Connection,
    stored_edition: StoredEdition,
    parts: Iterable[MessagePart],
    sent: Sequence[Delivery],
    now: datetime,
) -> int:
    """Store an edit for every message that changes; return their number."""
    of_part = {int(part.key): part for part in parts}
    edits = {(d.destination_id, d.part): d for d in sent if d.operation == "edit"}
    count = 0
    for post in sent:
        part = of_part.get(post.part)
        editable = post.state != "failed" and post.fallback_level < LINKS_ONLY_LEVEL
        if post.operation != "post" or not editable or part is None:
            continue
        current = edits.get((post.destination_id, post.part), post)
        if current.payload == part.payload and current.fallback_level == 0:
            continue
        place = Destination(
            id=post.destination_id,
            workspace_id=post.workspace_id,
            name="",
            channel=post.channel,
        )
        delivery_store.add_deliveries(
            conn,
            stored_edition.scope,
            stored_edition=stored_edition,
            destination=place,
            parts=(part,),
            operation="edit",
            now=now,
        )
        count += 1
    return count


@frozen
class CorrectionStatus:
    """A correction with the state of the messages that show it."""

    correction: Correction
    #: The zone of its edition, in which its messages show times; "" = unknown.
    zone: str = ""
    #: Messages that were edited, and those that are waiting.
    edited: int = 0
    waiting: int = 0
    #: Why others could not be edited, each reason once.
    failed: tuple[Message, ...] = ()


def list_corrections(
    conn: Connection,
    scope: Scope,
    *,
    since: datetime | None = None,
    count: int,
    edition_id: int | None = None,
    story: str | None = None,
) -> tuple[CorrectionStatus, ...]:
    """List corrections of the workspace, newest first, of all or of one story."""
    found = correction_store.list_newest_corrections(
        conn, scope, since=since, count=count, edition_id=edition_id, story=story
    )
    sent = {
        edition: delivery_store.list_deliveries(conn, scope, edition)
        for edition in {one.edition_id for one in found if one.state == "edited"}
    }
    contexts = {
        edition: edition_store.find_render_context(conn, scope, edition) or {}
        for edition in {one.edition_id for one in found}
    }
    return tuple(
        replace(
            _correction_status(one, sent.get(one.edition_id, ())),
            zone=contexts[one.edition_id].get("zone", ""),
        )
        for one in found
    )


def _correction_status(one: Correction, sent: Sequence[Delivery]) -> CorrectionStatus:
    edits = [delivery for delivery in sent if delivery.operation == "edit"]
    reasons = [d.reason for d in edits if d.state in ("failed", "held")]
    edited = sum(delivery.state == "sent" for delivery in edits)
    return CorrectionStatus(
        correction=one,
        edited=edited,
        waiting=len(edits) - len(reasons) - edited,
        failed=tuple(dict.fromkeys(filter(None, reasons))),
    )
