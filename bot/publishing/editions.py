"""The main path out: a due moment becomes a stored edition with its deliveries.

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

from bot import at_hand, planning
from bot.corrections import Corrections, contexts
from bot.due import next_due_of, zone_of
from bot.errors import ConfigurationError, UserError
from bot.intake import Intake, past_of
from bot.personal import pressing
from bot.ports import At, Clock, Engine, Platform, unwatched
from bot.storage import (
    Connection,
    deliveries,
    digests,
    occurrences,
    personal,
    sources,
    workspaces,
)
from bot.storage import editions as issues
from bot.storage import schedules as timetable
from bot.storage.database import Database
from bot.styles import style_of
from bot.types import (
    PREVIEW,
    Digest,
    Due,
    Issue,
    Occurrence,
    OccurrenceState,
    Part,
    RenderContext,
    Workspace,
)
from digests.compose import Read, analyse, compose, told_by
from digests.readings import Readings
from digests.types import Edition, Style

log = structlog.get_logger(__name__)

BATCH = 500
#: Seconds after which people's own editions wait for the next look.
PATIENCE = 5.0
ORDERED = "This was ordered before; it goes out once."
NOTHING_NEW = "Nothing new: every article was told before or is held back by a filter."
#: After a defect of ours: when to try again, and when to stop trying.
AGAIN, GIVE_UP = timedelta(minutes=1), timedelta(hours=6)
#: What it would tell is told once it is on: an edition that nobody gets tells nothing.
NOT_ON = "Its platform is not connected here; what is new waits for the next edition."
NO_ARTICLES = "Nothing to tell: its sources hold no articles of the last seven days."


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of an occurrence."""

    occurrence: Occurrence
    issue: Issue | None
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An edition that was composed but not stored: a preview."""

    digest: Digest
    edition: Edition
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Editions:
    """The makers of editions, over one database."""

    db: Database
    engine: Engine
    clock: Clock
    intake: Intake
    platforms: Mapping[str, Platform]
    at: At = unwatched

    @property
    def corrections(self) -> Corrections:
        """What becomes of editions whose articles are corrected."""
        return Corrections(
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
        planned = planning.plan_batch(conn, now)
        if planned:
            self.at("planning")
        return planned

    async def realign(self) -> None:
        """Set next moments right that a wrong clock, or new zone rules, left behind."""
        last: int | None = 0
        while last is not None:
            now = self.clock.now()
            last, found = await self.db.read(planning.astray, now=now, after=last)
            if found:
                log.warning("next moments were set right", schedules=len(found))
                await self.db.write(planning.realign, found)

    async def compose_due(self) -> tuple[Outcome, ...]:
        """Compose every occurrence that waits, one after the other.

        What is one person's own comes last, and after a while waits for the next look:
        a channel's edition never waits behind a crowd of them.
        """
        waiting = await self.db.read(occurrences.due, now=self.clock.now(), limit=BATCH)
        # For all at once: the slow sources of many digests then cost one wait only.
        keys = {occurrence.digest_id for occurrence in waiting}
        await self.intake.refresh(await self.db.read(sources.of_digests, keys=keys))
        steady = asyncio.get_running_loop().time
        begun = steady()
        own = await self.db.read(personal.among, keys=keys)
        # Many of them read the same sources; what they share goes with this round.
        read = Readings().read
        done = []
        for occurrence in waiting:
            if occurrence.digest_id in own and steady() - begun > PATIENCE:
                break
            try:
                done.append(await self._compose(occurrence, read))
            except ConfigurationError:
                # The database takes nothing: what is due waits until it does.
                raise
            except UserError as error:
                done.append(await self._skip(occurrence, str(error)))
            except Exception:
                # A defect in one digest must not silence the others.
                log.exception("composing failed", digest=occurrence.digest_id)
                await self._try_later(occurrence)
        return tuple(done)

    async def next_due(self) -> datetime | None:
        """The earliest moment at which `plan` or `compose_due` has work."""
        schedule = await self.db.read(timetable.earliest)
        deferred = await self.db.read(occurrences.earliest_deferred)
        return min((at for at in (schedule, deferred) if at), default=None)

    # ── what people ask for ────────────────────────────────────────────────────

    async def order(self, workspace_id: int, digest: Digest, key: str) -> Occurrence:
        """Write an occurrence by hand, due now; the same `key` makes only one."""
        now = self.clock.now()
        zone = zone_of(digest)
        due = Due(at=now, local_date=now.astimezone(ZoneInfo(zone)).date(), slot=key)
        planned = await self.db.write(
            occurrences.plan,
            workspace_id=workspace_id,
            digest_id=digest.id,
            due=due,
            zone=zone,
            trigger="manual",
        )
        if planned is None:
            raise UserError(ORDERED)
        return planned

    async def post_now(self, workspace_id: int, digest: Digest, key: str) -> Outcome:
        """Order an edition and compose it at once; sending is the outbox's."""
        ordered = await self.order(workspace_id, digest, key)
        await self.intake.refresh(digest.sources, insist=True)
        return await self._compose(ordered)

    async def preview(self, digest: Digest, platform: str) -> Draft:
        """What would be posted now; nothing is stored but newly read articles."""
        await self.intake.refresh(digest.sources)
        edition = await self._edition(digest)
        workspace = await self.workspace_of(digest)
        context = self.context_of(digest, workspace, PREVIEW, self.clock.now())
        parts = self.platforms[platform].render(edition, context)
        return Draft(digest=digest, edition=edition, parts=parts)

    async def past(
        self, digest: Digest, since: datetime, until: datetime | None
    ) -> Draft:
        """What an edition of this stretch of time would have told, as things are set.

        It goes on until now where `until` is None. Nothing is read or stored.
        """
        now = self.clock.now()
        found = await self.db.read(at_hand.between, digest, since, until)
        edition = await self.engine.run(_compose, found, until or now, style_of(digest))
        workspace = await self.workspace_of(digest)
        context = self.context_of(digest, workspace, "preview", now)
        parts = self.platforms[workspace.platform].render(edition, context)
        return Draft(digest=digest, edition=edition, parts=parts)

    async def shown(self, issue: Issue, workspace: Workspace) -> tuple[Part, ...]:
        """A stored edition, rendered again for the platform it is asked from."""
        digest = await self.db.read(
            digests.by_id,
            workspace_id=issue.workspace_id,
            digest_id=issue.digest_id,
        )
        if digest is None:
            raise UserError("The digest of this edition was deleted.")
        context = self.context_of(digest, workspace, issue.public_id, self.clock.now())
        parts = self.platforms[workspace.platform].render(issue.edition, context)
        return pressing.owned(parts, issue) if digest.person else parts

    # ── steps ──────────────────────────────────────────────────────────────────

    async def _compose(self, occurrence: Occurrence, read: Read = analyse) -> Outcome:
        digest = await self.db.read(
            digests.by_id,
            workspace_id=occurrence.workspace_id,
            digest_id=occurrence.digest_id,
        )
        if digest is None:
            return await self._skip(occurrence, "The digest was deleted.")
        workspace = await self.workspace_of(digest)
        if workspace.platform not in self.platforms:
            return await self._skip(occurrence, NOT_ON)
        await self.intake.refresh(digest.sources)
        edition = await self._edition(digest, read)
        if not edition.stories:
            reason = NOTHING_NEW if edition.made_from.articles else NO_ARTICLES
            return await self._skip(occurrence, reason, edition)
        self.at("composed")
        issue = await self.db.write(self._store, occurrence, digest, workspace, edition)
        if issue is None:
            return await self._skip(occurrence, "Composed by another process.")
        self.at("stored")
        log.info(
            "edition composed",
            edition=issue.public_id,
            digest=digest.name,
            stories=len(edition.stories),
        )
        return Outcome(occurrence=occurrence, issue=issue, reason=None)

    async def _try_later(self, occurrence: Occurrence) -> None:
        now = self.clock.now()
        if now - occurrence.due_at > GIVE_UP:
            await self._skip(occurrence, "It could not be composed; the log says why.")
            return
        await self.db.write(
            occurrences.defer,
            workspace_id=occurrence.workspace_id,
            occurrence_id=occurrence.id,
            until=now + AGAIN,
        )

    async def _edition(self, digest: Digest, read: Read = analyse) -> Edition:
        now = self.clock.now()
        found = await self.db.read(at_hand.of, digest, now)
        return await self.engine.run(_compose, found, now, style_of(digest), read)

    async def _skip(
        self, occurrence: Occurrence, reason: str, edition: Edition | None = None
    ) -> Outcome:
        await self.db.write(self._pass, occurrence, reason, edition)
        log.info("no edition", digest=occurrence.digest_id, reason=reason)
        return Outcome(occurrence=occurrence, issue=None, reason=reason)

    def _pass(
        self,
        conn: Connection,
        occurrence: Occurrence,
        reason: str,
        edition: Edition | None,
    ) -> None:
        """Nothing is told; why, of each article, is kept all the same."""
        settled = self._settle(conn, occurrence, "skipped", reason)
        if settled and edition is not None:
            at_hand.remember(conn, occurrence, edition, self.clock.now())

    @staticmethod
    def _settle(
        conn: Connection,
        occurrence: Occurrence,
        state: OccurrenceState,
        reason: str | None,
    ) -> bool:
        return occurrences.settle(
            conn,
            workspace_id=occurrence.workspace_id,
            occurrence_id=occurrence.id,
            state=state,
            reason=reason,
        )

    async def workspace_of(self, digest: Digest) -> Workspace:
        found = await self.db.read(workspaces.by_id, workspace_id=digest.workspace_id)
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
    ) -> Issue | None:
        """Edition, ledger and deliveries in one commit; None when it was done."""
        now = self.clock.now()
        if not self._settle(conn, occurrence, "composed", None):
            return None
        told = told_by(edition)
        issue = issues.store(
            conn,
            workspace_id=digest.workspace_id,
            digest_id=digest.id,
            occurrence_id=occurrence.id,
            edition=at_hand.without_untold(edition),
            manifest=at_hand.manifest_of(edition, digest),
            told=replace(told, revisions=told.revisions | past_of(conn, digest, now)),
        )
        at_hand.remember(conn, occurrence, edition, now)
        context = self.context_of(digest, workspace, issue.public_id, occurrence.due_at)
        issues.keep_context(
            conn,
            workspace_id=issue.workspace_id,
            edition_id=issue.id,
            context=contexts.kept(context),
        )
        pings = occurrence.trigger == "schedule"
        self.deliver(conn, digest, workspace, issue, context, now, pings)
        self.at("storing")
        return issue

    def deliver(
        self,
        conn: Connection,
        digest: Digest,
        workspace: Workspace,
        issue: Issue,
        context: RenderContext,
        now: datetime,
        pings: bool,
    ) -> None:
        """Freeze what goes out."""
        parts = self.platforms[workspace.platform].render(issue.edition, context)
        parts = pressing.owned(parts, issue) if digest.person else parts
        for destination in digest.destinations:
            deliveries.add(
                conn,
                workspace_id=workspace.id,
                issue=issue,
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
            zone=zone_of(digest),
            locale=digest.language or workspace.locale,
            next_due=next_due_of(digest, now),
            late=now - due_at > planning.LATE,
        )


def _compose(
    found: at_hand.AtHand, now: datetime, style: Style, read: Read = analyse
) -> Edition:
    told, known = found.told, found.known
    return compose(found.fresh, now=now, told=told, style=style, read=read, known=known)
