"""Send deliveries in fair order, and read back those with an unclear outcome.

Each platform has a number of places for concurrent jobs. Workspaces take turns, and no
workspace gets all the places, so a slow one does not delay the others. A destination
has one job at a time, and an edition that was started there is finished before the next
destination's turn. Results that could not be recorded are kept in memory and recorded
later; nothing is sent before its claim is committed.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import structlog

from bot.delivery import recording
from bot.delivery.attempts import (
    LINKS_ONLY_LEVEL,
    MessageSender,
    Outcome,
    RetryDecision,
    render_as_links,
)
from bot.delivery.draft_messages import DraftMessageSender
from bot.delivery.private_notices import NoticeSender
from bot.delivery.recording import JobResult, TransactionResult
from bot.errors import BotError, SendRefused
from bot.metrics import Metrics
from bot.model import Delivery
from bot.model.jobs import DeliveryShares
from bot.ports import CheckpointHook, ignore_checkpoint
from bot.storage import Database, delivery_queue, edition_store, picture_store
from bot.storage.delivery_queue import RETEST_INTERVAL, ClaimableDelivery
from digests.messages import Message

log = structlog.get_logger(__name__)

#: Seconds after which a busy outbox queries what has become due.
CHECK_SECONDS = 1.0
#: Seconds between two queries while it gets more to send.
GATHER_SECONDS = 0.2
#: Seconds that running jobs get when the bot is stopped.
SHUTDOWN_SECONDS = 4.0
#: Seconds to wait when another process claimed the same deliveries.
CONTENTION_SECONDS = 0.1
STOPPED = RetryDecision(state="uncertain", reason=Message("delivery.stopped"))
NOT_STARTED = RetryDecision(state="retry", reason=Message("delivery.not_started"))
REFUSED = RetryDecision(state="retry", reason=Message("delivery.workspace_refused"))
RESENT_REASON = Message("delivery.resent")

#: A delivery to be claimed and sent, or one that is uncertain, to be read back.
DeliveryJob = ClaimableDelivery | Delivery
#: Concurrent jobs of a platform, and of one workspace among them.
CONCURRENT_JOBS = 16
WORKSPACE_SHARE = 12


class FairQueue:
    """Waiting and running jobs: round robin between workspaces. Pure."""

    def __init__(
        self, places: int = CONCURRENT_JOBS, share: int = WORKSPACE_SHARE
    ) -> None:
        self._places = places
        self._share = share
        #: Platform → workspace → its jobs; the first workspace has the next turn.
        self._queues: dict[str, dict[int, deque[DeliveryJob]]] = {}
        #: Destinations with a waiting or running job.
        self._known: set[int] = set()
        #: By destination.
        self._running: dict[int, DeliveryJob] = {}

    @property
    def waiting(self) -> bool:
        """Whether any job waits for its turn."""
        return len(self._known) > len(self._running)

    def offer(self, jobs: Iterable[DeliveryJob], *, first: bool = False) -> None:
        """Add jobs; with `first`, before the others of their workspace.

        A job of a destination that has one already is ignored: it is offered again when
        that one is done.
        """
        for job in jobs:
            if job.destination_id in self._known:
                continue
            self._known.add(job.destination_id)
            by_workspace = self._queues.setdefault(job.platform, {})
            queue = by_workspace.setdefault(job.workspace_id, deque())
            queue.insert(0 if first else len(queue), job)

    def pick(self) -> tuple[DeliveryJob, ...]:
        """Take jobs by turns until all places are used; they run until `free`."""
        return tuple(chain.from_iterable(map(self._pick_on, self._queues)))

    def free(self, *destination_ids: int) -> None:
        """Release destinations, whose job is done or was cancelled."""
        for key in destination_ids:
            if self._running.pop(key, None) is not None:
                self._known.discard(key)

    def list_jobs(self) -> list[DeliveryJob]:
        """List the waiting and the running jobs."""
        by_workspace = chain.from_iterable(q.values() for q in self._queues.values())
        return [*chain.from_iterable(by_workspace), *self._running.values()]

    def list_waiting(self) -> frozenset[tuple[str, int]]:
        """List the platforms and workspaces whose jobs all wait."""
        queues = self._queues.items()
        waiting = {(name, key) for name, spaces in queues for key in spaces}
        running = {(job.platform, job.workspace_id) for job in self._running.values()}
        return frozenset(waiting - running)

    def keep(self, shares: DeliveryShares) -> None:
        """Remove the waiting jobs that are in none of these shares."""
        for platform, by_workspace in self._queues.items():
            if platform in shares.platforms:
                continue
            for workspace_id in by_workspace.keys() - shares.workspaces:
                self.drop(workspace_id)

    def drop(self, workspace_id: int) -> None:
        """Remove the waiting jobs of this workspace."""
        for by_workspace in self._queues.values():
            for job in by_workspace.pop(workspace_id, ()):
                self._known.discard(job.destination_id)

    def _pick_on(self, platform: str) -> list[DeliveryJob]:
        by_workspace = self._queues[platform]
        running = self._running.values()
        busy = Counter(job.workspace_id for job in running if job.platform == platform)
        picked: list[DeliveryJob] = []
        while busy.total() < self._places:
            turn = next((key for key in by_workspace if busy[key] < self._share), None)
            if turn is None:
                break
            busy[turn] += 1
            queue = by_workspace.pop(turn)
            picked.append(queue.popleft())
            if queue:
                # To the end: the others have their turn first.
                by_workspace[turn] = queue
        self._running |= {job.destination_id: job for job in picked}
        return picked


@dataclass(kw_only=True)
class Outbox(MessageSender):
    """Sends deliveries, over one database and the connected platforms."""

    db: Database
    at: CheckpointHook = ignore_checkpoint
    metrics: Metrics = field(default_factory=Metrics)
    #: What is sent here; None = everything on the connected platforms.
    held: DeliveryShares | None = None
    #: Monotonic clock in seconds; None = only `clock` is used.
    steady: Callable[[], float] | None = None
    #: When the newest query of what is due began, by the clock of the event loop.
    offered_at: float = field(default=float("-inf"), init=False)
    _queue: FairQueue = field(default_factory=FairQueue, init=False)
    _in_flight: dict[int, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _ended: list[JobResult] = field(default_factory=list, init=False)
    _job_ended: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    #: Workspaces in which posting was refused, until that is recorded.
    _refused: set[int] = field(default_factory=set, init=False)
    #: When deliveries became uncertain in this process, by the monotonic clock.
    _uncertain_since: dict[int, float] = field(default_factory=dict, init=False)
    _queried_at: float = field(default=float("-inf"), init=False)
    _started: bool = field(default=False, init=False)

    async def drain(self) -> datetime | None:
        """Send everything that is due; return when something is due next."""
        await self.send_due()
        drafts = await self.show_drafts()
        find_next, wait = delivery_queue.find_next_delivery_at, self.uncertain_wait
        found = await self.db.read(find_next, wait, self.shares)
        following = min((at for at in (found, drafts) if at), default=None)
        # Without a pause, what cannot be sent now would be queried continuously.
        soon = self.clock.now() + timedelta(seconds=CHECK_SECONDS)
        return following and max(following, soon)

    async def send_due(self) -> None:
        """Send everything that is due.

        When cancelled, it waits a few seconds for running jobs; the next start
        continues with the rest.
        """
        try:
            await self._start_once()
            while await self._offer_due() or self._busy:
                while self._busy:
                    await self._turn()
        except asyncio.CancelledError:
            await self._wait_for_in_flight()
            raise

    async def show_drafts(self) -> datetime | None:
        """Bring drafts in review channels to their look; return when one is due."""
        return await DraftMessageSender(db=self.db, sender=self).drain(self.shares)

    async def deliver_notices(self) -> datetime | None:
        """Send the due private notices; return when one is due next.

        Separate from `drain`: a slow direct message does not delay channels.
        """
        return await NoticeSender(db=self.db, sender=self).drain(self.shares)

    @property
    def shares(self) -> DeliveryShares:
        """What is sent here."""
        everything = DeliveryShares(platforms=frozenset(self.platforms))
        return everything if self.held is None else self.held

    def hold(self, shares: DeliveryShares) -> None:
        """Send only this from now on; what is in flight is finished."""
        before, self.held = self.shares, shares
        self._queue.keep(shares)
        if not shares.is_within(before):
            # One query for all that are added within a moment: it covers everything.
            now = asyncio.get_running_loop().time()
            soon = now - CHECK_SECONDS + GATHER_SECONDS
            self._queried_at = min(self._queried_at, soon)
            self._job_ended.set()

    def list_busy(self) -> frozenset[tuple[str, int]]:
        """List the platforms and workspaces of unfinished jobs."""
        jobs = [*self._queue.list_jobs(), *(one.delivery for one in self._ended)]
        return frozenset((job.platform, job.workspace_id) for job in jobs)

    def list_waiting(self) -> frozenset[tuple[str, int]]:
        """List the platforms and workspaces for which nothing is on its way yet."""
        return self._queue.list_waiting()

    @property
    def _busy(self) -> bool:
        return bool(self._in_flight or self._ended or self._queue.waiting)

    async def _start_once(self) -> None:
        """Retry what was refused, once after the start: there may be a new token."""
        if not self._started:
            await self.db.write(recording.retry_refused, self.clock.now())
            self._started = True

    async def _offer_due(self) -> bool:
        """Add the jobs that are due; return whether any job waits."""
        self._queried_at = started = asyncio.get_running_loop().time()
        now = self.clock.now()
        await self.db.write(recording.expire_stale, now, tuple(self._in_flight))
        shares, wait = self.shares, self.uncertain_wait
        sendable, uncertain = await self.db.read(recording.load_due, now, shares, wait)
        self._queue.offer(one for one in uncertain if self._may_read_back(one))
        self._queue.offer(sendable)
        self.offered_at = started
        return self._queue.waiting

    def _may_read_back(self, delivery: Delivery) -> bool:
        """Whether a request in flight must have arrived, even if the clock was set."""
        if delivery.platform not in self.platforms:
            return False
        since = self._uncertain_since.get(delivery.id)
        if since is None or self.steady is None:
            return True
        return self.steady() - since >= self.uncertain_wait.total_seconds()

    # ── one turn: record results, claim deliveries ─────────────────────────────

    async def _turn(self) -> None:
        picked = self._queue.pick()
        to_send = [job for job in picked if isinstance(job, ClaimableDelivery)]
        for job in picked:
            if isinstance(job, Delivery):
                self._start(job, self._read_job_back(job))
        if self._ended or to_send:
            await self._step(to_send)
        elif self._in_flight and not picked:
            await self._wait()

    async def _step(self, to_send: Sequence[ClaimableDelivery]) -> None:
        ended, self._ended = self._ended, []
        ids = [job.id for job in to_send]
        writing = asyncio.ensure_future(self._write(ended, ids))
        try:
            done = await asyncio.shield(writing)
        except asyncio.CancelledError:
            # The transaction is completed anyway; its claims were not started.
            await self._return_claims(writing, ended)
            raise
        except Exception:
            self._ended = ended + self._ended
            self._queue.free(*(job.destination_id for job in to_send))
            raise
        self._report(ended, done)
        claimed = {delivery.id for delivery in done.claimed}
        unclaimed = (job for job in to_send if job.id not in claimed)
        self._queue.free(*(job.destination_id for job in unclaimed))
        self._queue.offer(done.following, first=True)
        for delivery in done.claimed:
            self.at("claimed")
            self._start(delivery, self._send_job(delivery))
        if to_send and not done.claimed and not self._in_flight:
            # Another process claimed them first.
            await asyncio.sleep(CONTENTION_SECONDS)

    async def _write(
        self, ended: Sequence[JobResult], among: Sequence[int]
    ) -> TransactionResult:
        return await self.db.write(
            recording.record_and_claim,
            ended=ended,
            among=among,
            now=self.clock.now(),
            lease=self.lease,
            shares=self.shares,
            at=self.at,
        )

    def _report(self, ended: Iterable[JobResult], done: TransactionResult) -> None:
        for one, recorded in zip(ended, done.recorded, strict=True):
            delivery, outcome = one.delivery, one.outcome
            self._queue.free(delivery.destination_id)
            if recorded:
                self._measure(delivery, outcome, done.due_at.get(delivery.edition_id))
            bound = log.bind(
                delivery=delivery.id,
                edition=delivery.edition,
                platform=delivery.platform,
                attempt=delivery.attempt,
                recorded=recorded,
            )
            if isinstance(outcome, str):
                self._uncertain_since.pop(delivery.id, None)
                self.at("adopted" if one.was_read_back else "recorded")
                bound.info("delivery sent")
                continue
            reason = str(outcome.reason)
            bound.warning("delivery not sent", state=outcome.state, reason=reason)
            if one.was_read_back and outcome.state != "uncertain":
                self._uncertain_since.pop(delivery.id, None)
            if outcome.stops == "workspace":
                self._refused.discard(delivery.workspace_id)
            if outcome.stops and not delivery.probe:
                log.error("stopped", what=outcome.stops, reason=reason)

    def _measure(
        self, delivery: Delivery, outcome: Outcome, due_at: datetime | None
    ) -> None:
        platform = delivery.platform
        if isinstance(outcome, RetryDecision):
            self.metrics.record_delivery(platform, outcome.state)
            return
        self.metrics.record_delivery(platform, "sent")
        opens = delivery.operation == "post" and delivery.opening_message_id is None
        if opens and due_at is not None:
            late = (self.clock.now() - due_at).total_seconds()
            self.metrics.record_lateness(platform, late)

    async def _wait(self) -> None:
        """Wait until a job ends, or it is time to query what is due."""
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(
                max(loop.time(), self._queried_at + CHECK_SECONDS)
            ):
                await self._job_ended.wait()
        self._job_ended.clear()
        if loop.time() - self._queried_at >= CHECK_SECONDS:
            await self._offer_due()

    # ── one job ─────────────────────────────────────────────────────────────

    def _start(self, delivery: Delivery, work: Coroutine[Any, Any, JobResult]) -> None:
        async def flight() -> None:
            try:
                ended = await work
            except asyncio.CancelledError:
                ended = JobResult(delivery=delivery, outcome=STOPPED)
            self._finish_job(ended)

        self._in_flight[delivery.id] = asyncio.create_task(flight())

    def _finish_job(self, ended: JobResult) -> None:
        delivery, outcome = ended.delivery, ended.outcome
        self._in_flight.pop(delivery.id, None)
        if isinstance(outcome, RetryDecision):
            if outcome.state == "uncertain" and self.steady and not ended.was_read_back:
                self._uncertain_since[delivery.id] = self.steady()
            if outcome.stops == "workspace":
                self._refused.add(delivery.workspace_id)
                self._queue.drop(delivery.workspace_id)
        self._ended.append(ended)
        self._job_ended.set()

    async def _send_job(self, delivery: Delivery) -> JobResult:
        if delivery.workspace_id in self._refused:
            return JobResult(delivery=delivery, outcome=REFUSED)
        if self._claimed_long_ago(delivery):
            return JobResult(delivery=delivery, outcome=NOT_STARTED)
        outcome = await self.send(delivery, self._prepare)
        self.at("answered")
        return JobResult(delivery=delivery, outcome=outcome)

    def _claimed_long_ago(self, delivery: Delivery) -> bool:
        """Whether this process stood still since: another one may send it by now."""
        claimed_at = delivery.claimed_at
        return claimed_at is not None and (
            self.clock.now() - claimed_at > self.send_timeout
        )

    async def _prepare(self, delivery: Delivery) -> Delivery:
        if delivery.fallback_level >= LINKS_ONLY_LEVEL:
            scope, key = delivery.scope, delivery.edition_id
            found = await self.db.read(edition_store.find_edition, scope, key)
            delivery = render_as_links(delivery, found)
        if delivery.pictures:
            scope, hashes = delivery.scope, delivery.pictures
            loaded = await self.db.read(picture_store.load_pictures, scope, hashes)
            delivery = replace(delivery, loaded_pictures=loaded)
        self.at("sending")
        return delivery

    async def _read_job_back(self, delivery: Delivery) -> JobResult:
        """Adopt what arrived, resend what did not, hold what cannot be known."""
        outcome = await self.read_back(delivery, _decide_refused, RESENT_REASON)
        self.at("read_back")
        return JobResult(delivery=delivery, outcome=outcome, was_read_back=True)

    # ── stopping ───────────────────────────────────────────────────────────────

    async def _wait_for_in_flight(self) -> None:
        """Wait for running jobs; those that do not end in time are uncertain."""
        running = list(self._in_flight.values())
        if running:
            await asyncio.wait(running, timeout=SHUTDOWN_SECONDS)
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=1)
        ended, self._ended = self._ended, []
        try:
            if ended:
                self._report(ended, await self._write(ended, ()))
        except BotError as error:
            # Their leases will expire; the next start reads them back.
            log.error("answers were not recorded", reason=str(error))

    async def _return_claims(
        self, writing: asyncio.Future[TransactionResult], ended: list[JobResult]
    ) -> None:
        """Return what a transaction claimed after the outbox was stopped."""
        try:
            done = await writing
        except BotError:
            self._ended = ended + self._ended
            return
        self._report(ended, done)
        self._ended += [
            JobResult(delivery=d, outcome=NOT_STARTED) for d in done.claimed
        ]


def _decide_refused(error: SendRefused, now: datetime) -> RetryDecision:
    """Hold it; or wait, if the whole workspace is refused at present."""
    if not error.whole_workspace:
        return RetryDecision(state="held", reason=error.message)
    return RetryDecision(
        state="uncertain",
        reason=error.message,
        not_before=now + RETEST_INTERVAL,
        stops="workspace",
    )
