"""Compose editions for due occurrences and store them with their deliveries.

    plan          due schedules → occurrences, each unique
    compose_due   occurrence → newest articles → edition → deliveries, in one commit
    post_now      a manual occurrence; the scheduled slot remains

The outbox sends the stored deliveries. Each step starts from stored rows only, so a
process that dies between two steps is continued by the next one.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.corrections.message_edits import CorrectionProcessor
from bot.delivery import card_pictures, personal_controls
from bot.delivery.card_pictures import NO_PICTURES, EditionPictures, store_pictures
from bot.errors import ConfigurationError, UserError
from bot.ingest.polling import Ingestor
from bot.metrics import Metrics
from bot.model import (
    PREVIEW_ID,
    SEPARATE_KEY,
    Digest,
    MessagePart,
    Occurrence,
    OccurrenceState,
    RenderContext,
    RenderedEdition,
    StoredEdition,
    Workspace,
    context_to_json,
)
from bot.ports import (
    CheckpointHook,
    Clock,
    Engine,
    Platform,
    ReportProgress,
    ignore_checkpoint,
)
from bot.publishing import edition_inputs, planning
from bot.publishing.analysis_turns import compose_in_turns
from bot.publishing.drafts import DraftProcessor, SignControl, leave_unsigned
from bot.publishing.edition_inputs import (
    EditionInputs,
    EditionOrder,
    FinishOccurrence,
    LedgerChanged,
    finish_planned,
)
from bot.publishing.full_texts import FullTextPlanner
from bot.publishing.illustration import (
    EditionIllustrator,
    show_pictures,
    show_posted_pictures,
)
from bot.publishing.planning import (
    PLATFORM_NOT_CONNECTED,
    check_not_ordered,
    describe_nothing_new,
    digest_zone,
    find_next_due,
    manual_due,
    plan_manual_occurrence,
)
from bot.publishing.publishing_runs import PublishingRun
from bot.publishing.reviewing import DraftPublisher, is_reviewed
from bot.publishing.web_pages import WebPages
from bot.storage import (
    Connection,
    Database,
    delivery_store,
    digest_store,
    draft_store,
    edition_store,
    personal_digest_store,
    schedule_store,
    workspace_store,
)
from digests.analysis import AnalyseArticle, AnalysisCache, analyse_article
from digests.editing.novelty import collect_published
from digests.messages import Message
from digests.types import Edition, PublishedLedger, frozen

log = structlog.get_logger(__name__)

COMPOSE_BATCH = 500
#: Seconds after which personal editions wait for the next run.
PERSONAL_BUDGET_SECONDS = 5.0
#: After an unexpected error: when to try again, and when to give up.
RETRY_AFTER, RETRY_LIMIT = timedelta(minutes=1), timedelta(hours=6)
#: Number of newest occurrences that are searched for the last edition.
RECENT_OCCURRENCES = 50


@frozen
class PublishingOutcome:
    """A stored edition, or the reason why there is none."""

    stored_edition: StoredEdition | None = None
    reason: Message | None = None
    #: Names of the sources that could not be read for it.
    unread: tuple[str, ...] = ()


@frozen
class EditionPreview:
    """An edition that was composed but not stored."""

    edition: Edition
    rendered: RenderedEdition


@frozen
class EditionPublisher:
    """Composes, stores and previews editions, over one database."""

    db: Database
    engine: Engine
    clock: Clock
    ingestor: Ingestor
    platforms: Mapping[str, Platform]
    #: None: no pictures are drawn.
    illustrator: EditionIllustrator | None = None
    pages: WebPages = WebPages()
    at: CheckpointHook = ignore_checkpoint
    metrics: Metrics = field(default_factory=Metrics)
    #: Builds the signed ids of the controls below drafts.
    sign: SignControl = leave_unsigned

    @property
    def drafts(self) -> DraftPublisher:
        """Takes editions that editors see first from their drafts to their moments."""
        return DraftPublisher(
            db=self.db,
            engine=self.engine,
            clock=self.clock,
            processor=DraftProcessor(platforms=self.platforms, sign=self.sign),
            publisher=self,
            explain=self.explain_no_stories,
            at=self.at,
        )

    @property
    def full_texts(self) -> FullTextPlanner:
        """Chooses the pages that are read for full texts."""
        return FullTextPlanner(
            db=self.db,
            engine=self.engine,
            clock=self.clock,
            reader=self.ingestor.full_text_reader,
            illustrate_ahead=self.illustrate_ahead,
        )

    @property
    def corrections(self) -> CorrectionProcessor:
        """Compares articles before an edition reports their corrections as news."""
        return CorrectionProcessor(
            db=self.db, engine=self.engine, clock=self.clock, platforms=self.platforms
        )

    # ── for the scheduler ──────────────────────────────────────────────────────

    async def plan(self) -> None:
        """Turn every due schedule into an occurrence, and set its next moment."""
        while await self.db.write(self._plan_batch, self.clock.now()):
            self.at("planned")

    def _plan_batch(self, conn: Connection, now: datetime) -> int:
        planned = planning.plan_due_schedules(conn, now)
        planned += planning.plan_due_reviews(conn, now)
        if planned:
            self.at("planning")
        return planned

    async def realign(self) -> None:
        """Correct next moments that a wrong clock or old zone rules left behind."""
        last: int | None = 0
        while last is not None:
            now = self.clock.now()
            last, found = await self.db.read(
                planning.find_misaligned_schedules, now=now, after=last
            )
            if found:
                log.warning("next moments corrected", schedules=len(found))
                await self.db.write(planning.realign_schedules, found)

    async def compose_due(
        self, digest_id: int | None = None
    ) -> tuple[PublishingOutcome, ...]:
        """Compose every due occurrence, of all digests or one, one after the other.

        Personal editions come last, and after a while wait for the next run, so that
        many of them never delay the edition of a channel.
        """
        waiting = await self.db.read(
            schedule_store.list_due_occurrences,
            now=self.clock.now(),
            limit=COMPOSE_BATCH,
            digest_id=digest_id,
        )
        # A draft that waits follows the regular readings of its sources.
        drafted = await self.db.read(
            draft_store.select_drafted, keys={o.id for o in waiting}
        )
        begun = [one for one in waiting if one.id not in drafted]
        run, keys = PublishingRun(), {o.digest_id for o in waiting}
        await run.refresh_due(self.db, self.ingestor, begun)
        select_personal = personal_digest_store.select_personal_digests
        personal = await self.db.read(select_personal, keys=keys)
        of_workspaces = [o for o in begun if o.digest_id not in personal]
        await self.full_texts.complete_occurrences(of_workspaces, run.read)
        monotonic = asyncio.get_running_loop().time
        personal_until = monotonic() + PERSONAL_BUDGET_SECONDS
        done = []
        for occurrence in waiting:
            if occurrence.digest_id in personal and monotonic() > personal_until:
                break
            try:
                done.append(await self._compose(occurrence, run))
            except ConfigurationError:
                # The database cannot be written: what is due waits until it can.
                raise
            except UserError as error:
                done.append(await self._skip(occurrence, error.message))
            except Exception:
                # A defect in one digest must not stop the others.
                log.exception("composing failed", digest=occurrence.digest_id)
                await self._try_later(occurrence)
        return tuple(done)

    async def next_due(self) -> datetime | None:
        """Return the earliest moment at which `plan` or `compose_due` has work."""
        schedule = await self.db.read(schedule_store.find_next_schedule_at)
        deferred = await self.db.read(schedule_store.find_next_deferred_at)
        return min((at for at in (schedule, deferred) if at), default=None)

    # ── for people ─────────────────────────────────────────────────────────────

    async def order(self, digest: Digest, key: str) -> Occurrence:
        """Plan a manual occurrence, due now, once per `key`.

        Raises:
            UserError: It was ordered before.
        """
        due = manual_due(digest, self.clock.now(), key)
        return await self.db.write(plan_manual_occurrence, digest, due)

    async def post_now(self, digest: Digest, key: str) -> PublishingOutcome:
        """Read the sources and post a manual edition of what is new; once per `key`.

        It is planned together with its result, so that nobody else composes it while
        the sources are read. The outbox sends it.

        Raises:
            UserError: It was ordered before.
        """
        due = manual_due(digest, self.clock.now(), key)
        await self.db.read(check_not_ordered, digest, due)
        order = await self.order_all(digest)
        if order.workspace.platform not in self.platforms:
            return PublishingOutcome(reason=PLATFORM_NOT_CONNECTED)
        refreshed = await self.ingestor.refresh(digest.sources, insist=True)
        await self.corrections.compare_unsettled(digest.scope)
        run = PublishingRun()
        await self.full_texts.complete([digest], read=run.read)

        def finish(
            conn: Connection, state: OccurrenceState, reason: Message | None
        ) -> Occurrence:
            planned = plan_manual_occurrence(conn, digest, due)
            schedule_store.finish_occurrence(
                conn, **planned.key, state=state, reason=reason
            )
            return planned

        outcome = await self._publish(order, finish, run)
        return replace(outcome, unread=refreshed.unread)

    async def preview(
        self, digest: Digest, platform: str, report: ReportProgress | None = None
    ) -> EditionPreview:
        """Compose what would be posted now; only fetched articles are stored.

        `report` is called after each page that is read for a full text.
        """
        await self.ingestor.refresh(digest.sources)
        read = AnalysisCache().read
        await self.full_texts.complete([digest], read=read, report=report)
        edition = await self._compose_edition(digest, read)
        order = await self.order_all(digest)
        return await self.render_preview(order, edition, platform)

    async def past(
        self, digest: Digest, since: datetime, until: datetime | None
    ) -> EditionPreview:
        """Compose the edition that today's settings would have made of a past period.

        `until` None means until now. Nothing is fetched or stored.
        """
        inputs = await self.db.read(
            edition_inputs.load_past_inputs, digest, since, until
        )
        now = until or self.clock.now()
        edition = await compose_in_turns(
            self.engine, inputs, digest, now, analyse_article
        )
        order = await self.order_all(digest)
        return await self.render_preview(order, edition, order.workspace.platform)

    async def show(
        self, stored_edition: StoredEdition, workspace: Workspace
    ) -> RenderedEdition:
        """Render a stored edition again, for the platform of the workspace."""
        find, key = digest_store.find_digest, stored_edition.digest_id
        digest = await self.db.read(find, stored_edition.scope, digest_id=key)
        if digest is None:
            raise UserError("The digest of this edition was deleted.")
        order = EditionOrder(digest=digest, workspace=workspace)
        url = await self.db.read(self.pages.find_url, order, stored_edition.key)
        context = self._build_context(order, stored_edition.public_id)
        context, pictures = await show_posted_pictures(
            self.illustrator, digest, stored_edition, replace(context, web_url=url)
        )
        parts = self._render(order, stored_edition, context)
        return RenderedEdition(parts=parts, pictures=pictures)

    # ── steps that manual editions share ───────────────────────────────────────

    async def render_preview(
        self, order: EditionOrder, edition: Edition, platform: str
    ) -> EditionPreview:
        """Render an edition that is not stored, with its pictures."""
        context, pictures = await show_pictures(
            self.illustrator, order.digest, edition, self.build_preview_context(order)
        )
        parts = self.platforms[platform].render(edition, context)
        rendered = RenderedEdition(parts=parts, pictures=pictures)
        return EditionPreview(edition=edition, rendered=rendered)

    def build_preview_context(self, order: EditionOrder) -> RenderContext:
        """Build what a renderer needs to show an edition that is not stored."""
        url = self.pages.build_preview_url(self.pages.find_visibility(order))
        return replace(self._build_context(order, PREVIEW_ID), web_url=url)

    async def illustrate(
        self, order: EditionOrder, edition: Edition
    ) -> EditionPictures:
        """Make the pictures of an edition, within a time limit."""
        if self.illustrator is None:
            return NO_PICTURES
        context = self._build_context(order, PREVIEW_ID)
        return await self.illustrator.illustrate(order.digest, edition, context)

    def store_edition(
        self,
        conn: Connection,
        occurrence: Occurrence,
        order: EditionOrder,
        edition: Edition,
        published: PublishedLedger,
        pictures: EditionPictures = NO_PICTURES,
    ) -> StoredEdition:
        """Store the edition, its ledger and its deliveries in the caller's transaction.

        Args:
            conn: The transaction, in which `occurrence` was finished.
            occurrence: The due moment or order that it was composed for.
            order: The digest and the destinations.
            edition: As it was composed.
            published: Additions to the ledger of the digest.
            pictures: Those of its quotes that were drawn.
        """
        digest, scope = order.digest, order.digest.scope
        stored_edition = edition_store.add_edition(
            conn,
            scope,
            digest_id=digest.id,
            occurrence_id=occurrence.id,
            edition=edition_inputs.drop_unpublished_decisions(edition),
            manifest=edition_inputs.hash_inputs(edition, digest),
            published=published,
        )
        edition_id, due_at = stored_edition.public_id, occurrence.due_at
        url = self.pages.publish(conn, stored_edition, order, occurrence.local_date)
        context = self._build_context(order, edition_id, due_at)
        context = replace(context, pictures=pictures.refs, web_url=url)
        values = context_to_json(context)
        if order.separate:
            values = {**values, SEPARATE_KEY: True}
        edition_store.set_render_context(conn, **stored_edition.key, context=values)
        parts = self._render(order, stored_edition, context)
        store_pictures(conn, stored_edition, parts, pictures.new, self.clock.now())
        for destination in order.destinations:
            delivery_store.add_deliveries(
                conn,
                scope,
                stored_edition=stored_edition,
                destination=destination,
                parts=parts,
                now=self.clock.now(),
                pings=occurrence.trigger == "schedule",
            )
        self.at("storing")
        return stored_edition

    def _build_context(
        self, order: EditionOrder, edition_id: str, due_at: datetime | None = None
    ) -> RenderContext:
        """Build what the renderer needs besides the edition, as of now."""
        now, digest = self.clock.now(), order.digest
        return RenderContext(
            edition_id=edition_id,
            digest=digest.name,
            zone=digest_zone(digest),
            locale=digest.options.language or order.workspace.locale,
            next_due=find_next_due(digest, now) if order.announces_next else None,
            late=now - (due_at or now) > planning.LATE_AFTER,
            accent=digest.options.accent,
        )

    def _render(
        self, order: EditionOrder, stored_edition: StoredEdition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        platform = self.platforms[order.workspace.platform]
        parts = platform.render(stored_edition.edition, context)
        if order.digest.person is None:
            return parts
        return personal_controls.mark_own_controls(parts, stored_edition)

    # ── steps ──────────────────────────────────────────────────────────────────

    async def order_all(self, digest: Digest) -> EditionOrder:
        """Order everything new of the digest, for all of its destinations."""
        found = await self.db.read(workspace_store.find_workspace, digest.scope)
        if found is None:
            raise UserError("The workspace of this digest was erased.")
        return EditionOrder(digest=digest, workspace=found)

    async def _compose(
        self, occurrence: Occurrence, run: PublishingRun
    ) -> PublishingOutcome:
        digest = await self.db.read(
            digest_store.find_digest, occurrence.scope, digest_id=occurrence.digest_id
        )
        if digest is None:
            return await self._skip(occurrence, Message("skip.deleted"))
        order = await self.order_all(digest)
        if order.workspace.platform not in self.platforms:
            return await self._skip(occurrence, PLATFORM_NOT_CONNECTED)
        await self.corrections.compare_unsettled(digest.scope)
        if is_reviewed(occurrence, digest):
            found = await self.drafts.process(order, occurrence, run.read)
            if not isinstance(found, StoredEdition):
                return PublishingOutcome(reason=found)
            self.metrics.record_edition("composed")
            return PublishingOutcome(stored_edition=found)
        # A personal digest has the sources of all digests of its workspace.
        await run.refresh(self.ingestor, digest.sources)
        return await self._publish(order, partial(finish_planned, occurrence), run)

    async def _publish(
        self,
        order: EditionOrder,
        finish: FinishOccurrence,
        run: PublishingRun,
    ) -> PublishingOutcome:
        """Compose the edition and store it with its deliveries, or why there is none.

        If another edition of the digest was stored meanwhile, it is composed again:
        what that one has is no news any more.
        """
        digest = order.digest
        while True:
            now = self.clock.now()
            found = await self.db.read(edition_inputs.load_inputs, digest, now)
            edition = await compose_in_turns(self.engine, found, digest, now, run.read)
            if not edition.stories:
                reason = await self.explain_no_stories(digest, edition)
                record = partial(self._record_skip, finish, reason, edition)
                await self.db.write(record)
                self.metrics.record_edition("empty")
                log.info("no edition", digest=digest.name, reason=str(reason))
                return PublishingOutcome(reason=reason)
            self.at("composed")
            context = self._build_context(order, PREVIEW_ID)
            pictures = await run.pictures.illustrate(
                self.illustrator, digest, edition, context
            )
            try:
                stored_edition = await self.db.write(
                    self._store, finish, order, edition, found, pictures
                )
                break
            except LedgerChanged:
                log.info("composed again", digest=digest.name)
        if stored_edition is None:
            log.info("another process composed it", digest=digest.name)
            return PublishingOutcome(reason=Message("skip.other_process"))
        self.at("stored")
        self.metrics.record_edition("composed")
        about = {"edition": stored_edition.public_id, "stories": len(edition.stories)}
        log.info("edition composed", digest=digest.name, **about)
        return PublishingOutcome(stored_edition=stored_edition)

    async def _try_later(self, occurrence: Occurrence) -> None:
        now, key = self.clock.now(), occurrence.key
        self.metrics.record_edition("deferred")
        if occurrence.state == "draft":
            # An editor may have worked on it: it is never given up.
            set_moment = schedule_store.set_draft_moment
            await self.db.write(set_moment, **key, at=now + RETRY_AFTER)
            return
        if now - occurrence.due_at > RETRY_LIMIT:
            await self._skip(occurrence, Message("skip.defect"))
            return
        await self.db.write(
            schedule_store.defer_occurrence, **key, until=now + RETRY_AFTER
        )

    async def illustrate_ahead(
        self, digest: Digest, seconds: float = card_pictures.EDITION_SECONDS
    ) -> None:
        """Make, in this time, the pictures that a digest's next edition would show."""
        shows = digest.options.cards != "off" or any(s.pictures for s in digest.sources)
        if self.illustrator is None or digest.person or not shows:
            return
        edition = await self._compose_edition(digest, analyse_article)
        context = self._build_context(await self.order_all(digest), PREVIEW_ID)
        await self.illustrator.make_ahead(digest, edition, context, seconds)

    async def _compose_edition(self, digest: Digest, read: AnalyseArticle) -> Edition:
        now = self.clock.now()
        found = await self.db.read(edition_inputs.load_inputs, digest, now)
        return await compose_in_turns(self.engine, found, digest, now, read)

    async def explain_no_stories(self, digest: Digest, edition: Edition) -> Message:
        """Explain since when nothing is new, and why no article is published."""
        newest = await self.db.read(
            schedule_store.list_newest_occurrences,
            digest.scope,
            digest_id=digest.id,
            count=RECENT_OCCURRENCES,
        )
        last = next((one for one in newest if one.state == "composed"), None)
        now, zone = self.clock.now(), digest_zone(digest)
        return describe_nothing_new(edition, last, now, zone)

    async def _skip(self, occurrence: Occurrence, reason: Message) -> PublishingOutcome:
        await self.db.write(self.drafts.skip, occurrence, reason)
        self.metrics.record_edition("skipped")
        log.info("no edition", digest=occurrence.digest_id, reason=str(reason))
        return PublishingOutcome(reason=reason)

    def _record_skip(
        self,
        finish: FinishOccurrence,
        reason: Message,
        edition: Edition,
        conn: Connection,
    ) -> None:
        """Record why nothing is published, and the decision on each article."""
        if occurrence := finish(conn, "skipped", reason):
            edition_inputs.record_decisions(conn, occurrence, edition, self.clock.now())

    def _store(
        self,
        conn: Connection,
        finish: FinishOccurrence,
        order: EditionOrder,
        edition: Edition,
        found: EditionInputs,
        pictures: EditionPictures,
    ) -> StoredEdition | None:
        """Store edition, ledger and deliveries in one commit; None if done before.

        Raises:
            LedgerChanged: Another edition of the digest was stored since `found`.
        """
        now, digest = self.clock.now(), order.digest
        occurrence = finish(conn, "composed", None)
        if occurrence is None:
            return None
        edition_inputs.check_ledger_unchanged(conn, digest, found)
        ledger = collect_published(edition)
        backlog = edition_inputs.load_initial_backlog(conn, digest, now)
        ledger = replace(ledger, revisions=ledger.revisions | backlog)
        stored_edition = self.store_edition(
            conn, occurrence, order, edition, ledger, pictures
        )
        edition_inputs.record_decisions(conn, occurrence, edition, now)
        return stored_edition
