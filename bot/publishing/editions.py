"""Compose editions for due occurrences and store them with their deliveries.

    plan          schedules that are due → occurrences (unique: once is once)
    compose_due   occurrence → newest articles → edition → deliveries, in one commit
    post_now      an occurrence by hand: the scheduled slot stays

It must not send: `outbox` does, from what stands in the database. A process that
dies between any two steps is continued by the next one, because each step starts
from stored facts only.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot import model
from bot.corrections.message_edits import CorrectionProcessor
from bot.delivery import personal_controls
from bot.errors import ConfigurationError, UserError
from bot.ingest.polling import Ingestor
from bot.ingest.storing import load_initial_backlog
from bot.model import (
    PREVIEW_ID,
    Digest,
    DueMoment,
    MessagePart,
    Occurrence,
    OccurrenceState,
    RenderContext,
    StoredEdition,
    Workspace,
)
from bot.ports import CheckpointHook, Clock, Engine, Platform, ignore_checkpoint
from bot.publishing import edition_inputs, planning
from bot.publishing.edition_inputs import build_edition_style
from bot.publishing.planning import digest_zone, find_next_due
from bot.storage import (
    Connection,
    Database,
    delivery_store,
    digest_store,
    edition_store,
    personal_digest_store,
    schedule_store,
    source_store,
    workspace_store,
)
from digests.compose import (
    AnalyseArticle,
    AnalysisCache,
    analyse_article,
    collect_published,
    compose,
)
from digests.messages import Message
from digests.types import Edition, EditionStyle

log = structlog.get_logger(__name__)

COMPOSE_BATCH = 500
#: Seconds after which people's own editions wait for the next look.
PERSONAL_BUDGET_SECONDS = 5.0
ALREADY_ORDERED = "This was ordered before; it goes out once."
#: After a defect of ours: when to try again, and when to stop trying.
RETRY_AFTER, RETRY_LIMIT = timedelta(minutes=1), timedelta(hours=6)
#: What it would tell is told once it is on: an edition that nobody gets tells nothing.
PLATFORM_NOT_CONNECTED = Message("skip.not_connected")
NO_ARTICLES = Message("skip.no_articles")
#: Occurrences among which the last edition is looked for.
RECENT_OCCURRENCES = 50


def describe_nothing_new(
    edition: Edition, last: Occurrence | None, now: datetime
) -> Message:
    """Explain an edition without stories; `last` is the digest's last edition."""
    filtered = sum(one.stage == "filter" for one in edition.decisions)
    counted = {
        "skip.already_posted": edition.made_from.articles - filtered,
        "skip.filtered": filtered,
    }
    counts = tuple(Message(code, n=n) for code, n in counted.items() if n)
    if not counts:
        return NO_ARTICLES
    if last is None:
        return Message("skip.nothing_new", counts=counts)
    at = last.due_at.astimezone(ZoneInfo(last.zone))
    today = at.date() == now.astimezone(at.tzinfo).date()
    since = at.time().replace(second=0, microsecond=0) if today else at.date()
    return Message("skip.nothing_new_since", since=since, counts=counts)


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishingOutcome:
    """What became of an occurrence."""

    occurrence: Occurrence
    stored_edition: StoredEdition | None
    reason: Message | None


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionPreview:
    """An edition that was composed but not stored: a preview."""

    digest: Digest
    edition: Edition
    parts: tuple[MessagePart, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionPublisher:
    """The makers of editions, over one database."""

    db: Database
    engine: Engine
    clock: Clock
    ingestor: Ingestor
    platforms: Mapping[str, Platform]
    at: CheckpointHook = ignore_checkpoint

    @property
    def corrections(self) -> CorrectionProcessor:
        """What becomes of editions whose articles are corrected."""
        return CorrectionProcessor(
            db=self.db,
            engine=self.engine,
            clock=self.clock,
            platforms=self.platforms,
        )

    # ── what the scheduler asks for ────────────────────────────────────────────

    async def plan(self) -> None:
        """Turn every schedule that is due into an occurrence, and set its next."""
        while await self.db.write(self._plan_batch, self.clock.now()):
            self.at("planned")

    def _plan_batch(self, conn: Connection, now: datetime) -> int:
        planned = planning.plan_due_schedules(conn, now)
        if planned:
            self.at("planning")
        return planned

    async def realign(self) -> None:
        """Set next moments right that a wrong clock, or new zone rules, left behind."""
        last: int | None = 0
        while last is not None:
            now = self.clock.now()
            last, found = await self.db.read(
                planning.find_misaligned_schedules, now=now, after=last
            )
            if found:
                log.warning("next moments were set right", schedules=len(found))
                await self.db.write(planning.realign_schedules, found)

    async def compose_due(self) -> tuple[PublishingOutcome, ...]:
        """Compose every occurrence that waits, one after the other.

        What is one person's own comes last, and after a while waits for the next look:
        a channel's edition never waits behind a crowd of them.
        """
        waiting = await self.db.read(
            schedule_store.list_due_occurrences,
            now=self.clock.now(),
            limit=COMPOSE_BATCH,
        )
        # For all at once: the slow sources of many digests then cost one wait only.
        keys = {occurrence.digest_id for occurrence in waiting}
        await self.ingestor.refresh(
            await self.db.read(source_store.list_digest_sources, keys=keys)
        )
        steady = asyncio.get_running_loop().time
        begun = steady()
        own = await self.db.read(
            personal_digest_store.select_personal_digests, keys=keys
        )
        # Many of them read the same sources; what they share goes with this round.
        read = AnalysisCache().read
        done = []
        for occurrence in waiting:
            if (
                occurrence.digest_id in own
                and steady() - begun > PERSONAL_BUDGET_SECONDS
            ):
                break
            try:
                done.append(await self._compose(occurrence, read))
            except ConfigurationError:
                # The database takes nothing: what is due waits until it does.
                raise
            except UserError as error:
                done.append(await self._skip(occurrence, error.message))
            except Exception:
                # A defect in one digest must not silence the others.
                log.exception("composing failed", digest=occurrence.digest_id)
                await self._try_later(occurrence)
        return tuple(done)

    async def next_due(self) -> datetime | None:
        """The earliest moment at which `plan` or `compose_due` has work."""
        schedule = await self.db.read(schedule_store.find_next_schedule_at)
        deferred = await self.db.read(schedule_store.find_next_deferred_at)
        return min((at for at in (schedule, deferred) if at), default=None)

    # ── what people ask for ────────────────────────────────────────────────────

    async def order(self, workspace_id: int, digest: Digest, key: str) -> Occurrence:
        """Write an occurrence by hand, due now; the same `key` makes only one."""
        now = self.clock.now()
        zone = digest_zone(digest)
        due = DueMoment(
            at=now, local_date=now.astimezone(ZoneInfo(zone)).date(), slot=key
        )
        planned = await self.db.write(
            schedule_store.plan_occurrence,
            workspace_id=workspace_id,
            digest_id=digest.id,
            due=due,
            zone=zone,
            trigger="manual",
        )
        if planned is None:
            raise UserError(ALREADY_ORDERED)
        return planned

    async def post_now(
        self, workspace_id: int, digest: Digest, key: str
    ) -> PublishingOutcome:
        """Order an edition and compose it at once; sending is the outbox's."""
        ordered = await self.order(workspace_id, digest, key)
        await self.ingestor.refresh(digest.sources, insist=True)
        return await self._compose(ordered)

    async def preview(self, digest: Digest, platform: str) -> EditionPreview:
        """What would be posted now; nothing is stored but newly read articles."""
        await self.ingestor.refresh(digest.sources)
        edition = await self._edition(digest)
        workspace = await self.workspace_of(digest)
        context = self.context_of(digest, workspace, PREVIEW_ID, self.clock.now())
        parts = self.platforms[platform].render(edition, context)
        return EditionPreview(digest=digest, edition=edition, parts=parts)

    async def past(
        self, digest: Digest, since: datetime, until: datetime | None
    ) -> EditionPreview:
        """What an edition of this stretch of time would have told, as things are set.

        It goes on until now where `until` is None. Nothing is read or stored.
        """
        now = self.clock.now()
        found = await self.db.read(
            edition_inputs.load_past_inputs, digest, since, until
        )
        edition = await self.engine.run(
            _compose_inputs, found, until or now, build_edition_style(digest)
        )
        workspace = await self.workspace_of(digest)
        context = self.context_of(digest, workspace, "preview", now)
        parts = self.platforms[workspace.platform].render(edition, context)
        return EditionPreview(digest=digest, edition=edition, parts=parts)

    async def shown(
        self, stored_edition: StoredEdition, workspace: Workspace
    ) -> tuple[MessagePart, ...]:
        """A stored edition, rendered again for the platform it is asked from."""
        digest = await self.db.read(
            digest_store.find_digest,
            workspace_id=stored_edition.workspace_id,
            digest_id=stored_edition.digest_id,
        )
        if digest is None:
            raise UserError("The digest of this edition was deleted.")
        context = self.context_of(
            digest, workspace, stored_edition.public_id, self.clock.now()
        )
        parts = self.platforms[workspace.platform].render(
            stored_edition.edition, context
        )
        return (
            personal_controls.mark_own_controls(parts, stored_edition)
            if digest.person
            else parts
        )

    # ── steps ──────────────────────────────────────────────────────────────────

    async def _compose(
        self, occurrence: Occurrence, read: AnalyseArticle = analyse_article
    ) -> PublishingOutcome:
        digest = await self.db.read(
            digest_store.find_digest,
            workspace_id=occurrence.workspace_id,
            digest_id=occurrence.digest_id,
        )
        if digest is None:
            return await self._skip(occurrence, Message("skip.deleted"))
        workspace = await self.workspace_of(digest)
        if workspace.platform not in self.platforms:
            return await self._skip(occurrence, PLATFORM_NOT_CONNECTED)
        await self.ingestor.refresh(digest.sources)
        edition = await self._edition(digest, read)
        if not edition.stories:
            reason = await self.explain_no_stories(digest, edition)
            return await self._skip(occurrence, reason, edition)
        self.at("composed")
        stored_edition = await self.db.write(
            self._store, occurrence, digest, workspace, edition
        )
        if stored_edition is None:
            return await self._skip(occurrence, Message("skip.other_process"))
        self.at("stored")
        log.info(
            "edition composed",
            edition=stored_edition.public_id,
            digest=digest.name,
            stories=len(edition.stories),
        )
        return PublishingOutcome(
            occurrence=occurrence, stored_edition=stored_edition, reason=None
        )

    async def _try_later(self, occurrence: Occurrence) -> None:
        now = self.clock.now()
        if now - occurrence.due_at > RETRY_LIMIT:
            await self._skip(occurrence, Message("skip.defect"))
            return
        await self.db.write(
            schedule_store.defer_occurrence,
            workspace_id=occurrence.workspace_id,
            occurrence_id=occurrence.id,
            until=now + RETRY_AFTER,
        )

    async def _edition(
        self, digest: Digest, read: AnalyseArticle = analyse_article
    ) -> Edition:
        now = self.clock.now()
        found = await self.db.read(edition_inputs.load_inputs, digest, now)
        return await self.engine.run(
            _compose_inputs, found, now, build_edition_style(digest), read
        )

    async def explain_no_stories(self, digest: Digest, edition: Edition) -> Message:
        """Say since when nothing is new, and what became of the articles there are."""
        newest = await self.db.read(
            schedule_store.list_newest_occurrences,
            workspace_id=digest.workspace_id,
            digest_id=digest.id,
            count=RECENT_OCCURRENCES,
        )
        last = next((one for one in newest if one.state == "composed"), None)
        return describe_nothing_new(edition, last, self.clock.now())

    async def _skip(
        self, occurrence: Occurrence, reason: Message, edition: Edition | None = None
    ) -> PublishingOutcome:
        await self.db.write(self._record_skip, occurrence, reason, edition)
        log.info("no edition", digest=occurrence.digest_id, reason=str(reason))
        return PublishingOutcome(
            occurrence=occurrence, stored_edition=None, reason=reason
        )

    def _record_skip(
        self,
        conn: Connection,
        occurrence: Occurrence,
        reason: Message,
        edition: Edition | None,
    ) -> None:
        """Nothing is told; why, of each article, is kept all the same."""
        finished = self._finish_occurrence(conn, occurrence, "skipped", reason)
        if finished and edition is not None:
            edition_inputs.record_decisions(conn, occurrence, edition, self.clock.now())

    @staticmethod
    def _finish_occurrence(
        conn: Connection,
        occurrence: Occurrence,
        state: OccurrenceState,
        reason: Message | None,
    ) -> bool:
        return schedule_store.finish_occurrence(
            conn,
            workspace_id=occurrence.workspace_id,
            occurrence_id=occurrence.id,
            state=state,
            reason=reason,
        )

    async def workspace_of(self, digest: Digest) -> Workspace:
        found = await self.db.read(
            workspace_store.find_workspace, workspace_id=digest.workspace_id
        )
        if found is None:
            raise UserError("The workspace of this digest was erased.")
        return found

    def _store(
        self,
        conn: Connection,
        occurrence: Occurrence,
        digest: Digest,
        workspace: Workspace,
        edition: Edition,
    ) -> StoredEdition | None:
        """Edition, ledger and deliveries in one commit; None when it was done."""
        now = self.clock.now()
        if not self._finish_occurrence(conn, occurrence, "composed", None):
            return None
        ledger = collect_published(edition)
        stored_edition = edition_store.add_edition(
            conn,
            workspace_id=digest.workspace_id,
            digest_id=digest.id,
            occurrence_id=occurrence.id,
            edition=edition_inputs.drop_unpublished_decisions(edition),
            manifest=edition_inputs.hash_inputs(edition, digest),
            published=replace(
                ledger,
                revisions=ledger.revisions | load_initial_backlog(conn, digest, now),
            ),
        )
        edition_inputs.record_decisions(conn, occurrence, edition, now)
        context = self.context_of(
            digest, workspace, stored_edition.public_id, occurrence.due_at
        )
        edition_store.set_render_context(
            conn,
            workspace_id=stored_edition.workspace_id,
            edition_id=stored_edition.id,
            context=model.context_to_json(context),
        )
        pings = occurrence.trigger == "schedule"
        self.deliver(conn, digest, workspace, stored_edition, context, now, pings)
        self.at("storing")
        return stored_edition

    def deliver(
        self,
        conn: Connection,
        digest: Digest,
        workspace: Workspace,
        stored_edition: StoredEdition,
        context: RenderContext,
        now: datetime,
        pings: bool,
    ) -> None:
        """Freeze what goes out."""
        parts = self.platforms[workspace.platform].render(
            stored_edition.edition, context
        )
        parts = (
            personal_controls.mark_own_controls(parts, stored_edition)
            if digest.person
            else parts
        )
        for destination in digest.destinations:
            delivery_store.add_deliveries(
                conn,
                workspace_id=workspace.id,
                stored_edition=stored_edition,
                destination=destination,
                parts=parts,
                now=now,
                pings=pings,
            )

    def context_of(
        self, digest: Digest, workspace: Workspace, edition_id: str, due_at: datetime
    ) -> RenderContext:
        now = self.clock.now()
        return RenderContext(
            edition_id=edition_id,
            digest=digest.name,
            zone=digest_zone(digest),
            locale=digest.language or workspace.locale,
            next_due=find_next_due(digest, now),
            late=now - due_at > planning.LATE_AFTER,
        )


def _compose_inputs(
    found: edition_inputs.EditionInputs,
    now: datetime,
    style: EditionStyle,
    read: AnalyseArticle = analyse_article,
) -> Edition:
    ledger, known = found.ledger, found.known
    return compose(
        found.fresh, now=now, ledger=ledger, style=style, read=read, known=known
    )
