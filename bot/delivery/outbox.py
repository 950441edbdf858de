"""Send deliveries in fair order, and read back those with an unclear end.

Few are under way at once, each on its own: what is slow or stands still holds up
nothing but its own place. Answers that could not be recorded are kept and recorded
later; nothing is sent whose claim is not on the disk.

A platform has so many places, whatever happens on another one. Workspaces take turns,
and none takes all the places: one whose channels are slow does not keep the others
waiting. A destination has one errand at a time, and an edition that was begun there is
finished before the next destination's turn.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.delivery import recording
from bot.delivery.private_notices import NoticeSender
from bot.delivery.recording import JobResult, TransactionResult
from bot.delivery.send_failures import (
    LINKS_ONLY_LEVEL,
    RetryDecision,
    decide_retry,
    render_as_links,
)
from bot.errors import BotError, SendRefused
from bot.model import Delivery
from bot.ports import CheckpointHook, Clock, Platform, ignore_checkpoint
from bot.storage import Database, delivery_queue, edition_store
from bot.storage.delivery_queue import RETEST_INTERVAL, ClaimableDelivery

log = structlog.get_logger(__name__)

#: Seconds after which a busy outbox looks for what has become due meanwhile.
CHECK_SECONDS = 1.0
#: Seconds that messages on their way have to arrive when the bot is stopped.
SHUTDOWN_SECONDS = 4.0
#: Seconds to leave to another process that claims what we wanted.
CONTENTION_SECONDS = 0.1
STOPPED_REASON = "The bot was stopped before an answer came."
NOT_STARTED_REASON = "The bot was stopped before it was sent."


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryJob:
    """A delivery that is to be carried, or looked for."""

    id: int
    workspace_id: int
    destination_id: int
    platform: str
    #: What is to be looked for; None = it is to be carried.
    look: Delivery | None = None


#: Errands under way at once on a platform, and of one workspace among them.
CONCURRENT_JOBS = 16
WORKSPACE_SHARE = 12


class FairQueue:
    """Errands that wait, and those that are under way."""

    def __init__(
        self, places: int = CONCURRENT_JOBS, share: int = WORKSPACE_SHARE
    ) -> None:
        self._places = places
        self._share = share
        #: platform → workspace → its errands; who comes first has the next turn.
        self._queues: dict[str, dict[int, deque[DeliveryJob]]] = {}
        #: By destination.
        self._known: dict[int, DeliveryJob] = {}
        self._under_way: dict[int, DeliveryJob] = {}

    @property
    def waiting(self) -> bool:
        """Whether any errand waits for its turn."""
        return len(self._known) > len(self._under_way)

    def offer(self, jobs: Iterable[DeliveryJob], *, first: bool = False) -> None:
        """Let errands wait, `first` before their workspace's others.

        One of a destination that has an errand already is left out: it is offered
        again when that one is done.
        """
        for job in jobs:
            if job.destination_id in self._known:
                continue
            self._known[job.destination_id] = job
            by_workspace = self._queues.setdefault(job.platform, {})
            queue = by_workspace.setdefault(job.workspace_id, deque())
            if first:
                queue.appendleft(job)
            else:
                queue.append(job)

    def pick(self) -> tuple[DeliveryJob, ...]:
        """Take all that there is room for, by turns; it is under way until `free`."""
        picked = [
            job for by_workspace in self._queues for job in self._of(by_workspace)
        ]
        return tuple(picked)

    def free(self, destination_id: int) -> None:
        """The destination's errand is done, or was for nothing."""
        if self._under_way.pop(destination_id, None) is not None:
            self._known.pop(destination_id, None)

    def drop(self, workspace_id: int) -> None:
        """Forget what waits of this workspace."""
        for by_workspace in self._queues.values():
            for job in by_workspace.pop(workspace_id, ()):
                self._known.pop(job.destination_id, None)

    def _of(self, platform: str) -> list[DeliveryJob]:
        by_workspace = self._queues[platform]
        busy = [e for e in self._under_way.values() if e.platform == platform]
        free_places = self._places - len(busy)
        shares = dict.fromkeys(by_workspace, self._share)
        for job in busy:
            shares[job.workspace_id] = shares.get(job.workspace_id, 0) - 1
        picked: list[DeliveryJob] = []
        while len(picked) < free_places:
            turn = next((key for key in by_workspace if shares[key] > 0), None)
            if turn is None:
                break
            shares[turn] -= 1
            queue = by_workspace.pop(turn)
            picked.append(queue.popleft())
            if queue:
                # Back to the end: the others have their turn first.
                by_workspace[turn] = queue
        self._under_way |= {job.destination_id: job for job in picked}
        return picked


@dataclass(kw_only=True)
class Outbox:
    """The outgoing side, over one database and the platforms that are on."""

    db: Database
    clock: Clock
    platforms: Mapping[str, Platform]
    send_timeout: timedelta
    uncertain_wait: timedelta
    at: CheckpointHook = ignore_checkpoint
    #: Seconds of a clock that nobody can set; None = there is none.
    steady: Callable[[], float] | None = None
    _queue: FairQueue = field(default_factory=FairQueue, init=False)
    _in_flight: dict[int, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _ended: list[JobResult] = field(default_factory=list, init=False)
    _job_ended: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    #: Workspaces that were just refused, until that is recorded.
    _refused: set[int] = field(default_factory=set, init=False)
    #: When deliveries became uncertain here, by the steady clock.
    _uncertain_since: dict[int, float] = field(default_factory=dict, init=False)
    _looked: float = field(default=float("-inf"), init=False)
    _begun: bool = field(default=False, init=False)

    async def drain(self) -> datetime | None:
        """Send all that may go now; the next moment at which something may.

        Cancelled, it lets what is on its way arrive, for a few seconds, and leaves
        the rest so that the next start takes it up.
        """
        try:
            await self._begin()
            while await self._offer_due() or self._busy:
                while self._busy:
                    await self._turn()
        except asyncio.CancelledError:
            await self._wait_for_in_flight()
            raise
        following = await self.db.read(
            delivery_queue.find_next_delivery_at,
            wait=self.uncertain_wait,
            platforms=tuple(self.platforms),
        )
        # What could not go just now is not asked for again and again.
        soon = self.clock.now() + timedelta(seconds=CHECK_SECONDS)
        return following and max(following, soon)

    async def deliver_notices(self) -> datetime | None:
        """Tell single people what they have to know; when there is more to tell.

        Apart from `drain`: a person's mailbox that stands still holds up no channel.
        """
        notices = NoticeSender(
            db=self.db,
            clock=self.clock,
            platforms=self.platforms,
            send_timeout=self.send_timeout,
            uncertain_wait=self.uncertain_wait,
        )
        return await notices.drain()

    @property
    def _busy(self) -> bool:
        return bool(self._in_flight or self._ended or self._queue.waiting)

    async def _begin(self) -> None:
        """At the start there may be a new token: whoever was refused may try it."""
        if not self._begun:
            await self.db.write(recording.retry_refused, now=self.clock.now())
            self._begun = True

    async def _offer_due(self) -> bool:
        """Let wait what can go by now; whether anything waits."""
        self._looked = asyncio.get_running_loop().time()
        now = self.clock.now()
        await self.db.write(recording.expire_stale, now=now, but=tuple(self._in_flight))
        going, doubtful = await self.db.read(
            recording.load_due,
            now=now,
            platforms=tuple(self.platforms),
            wait=self.uncertain_wait,
        )
        self._queue.offer(
            _read_back_job(one) for one in doubtful if self._may_read_back(one)
        )
        self._queue.offer(map(_send_job, going))
        return self._queue.waiting

    def _may_read_back(self, delivery: Delivery) -> bool:
        """Whether a request in flight must have landed, whoever set the clock."""
        if delivery.platform not in self.platforms:
            return False
        since = self._uncertain_since.get(delivery.id)
        if since is None or self.steady is None:
            return True
        return self.steady() - since >= self.uncertain_wait.total_seconds()

    # ── one turn: answers in, claims out ───────────────────────────────────────

    async def _turn(self) -> None:
        picked = self._queue.pick()
        among = [job.id for job in picked if job.look is None]
        for job in picked:
            if job.look is not None:
                self._start(job.look, self._read_back(job.look))
        if self._ended or among:
            await self._step(picked, among)
        elif self._in_flight and not picked:
            await self._wait()

    async def _step(self, picked: Sequence[DeliveryJob], among: Sequence[int]) -> None:
        ended, self._ended = self._ended, []
        writing = asyncio.ensure_future(self._write(ended, among))
        try:
            done = await asyncio.shield(writing)
        except asyncio.CancelledError:
            # It is done in full all the same; what it claimed was not begun.
            await self._return_claims(writing, ended)
            raise
        except Exception:
            self._ended = ended + self._ended
            self._free_unclaimed(picked)
            raise
        self._report_results(ended, done)
        claimed = {delivery.id for delivery in done.claimed}
        self._free_unclaimed(job for job in picked if job.id not in claimed)
        self._queue.offer(map(_send_job, done.following), first=True)
        for delivery in done.claimed:
            self.at("claimed")
            self._start(delivery, self._send(delivery))
        if among and not done.claimed and not self._in_flight:
            # Another process is faster than we are.
            await asyncio.sleep(CONTENTION_SECONDS)

    def _free_unclaimed(self, jobs: Iterable[DeliveryJob]) -> None:
        """Their places are free again: they were not claimed."""
        for job in jobs:
            if job.look is None:
                self._queue.free(job.destination_id)

    async def _write(
        self, ended: Sequence[JobResult], among: Sequence[int]
    ) -> TransactionResult:
        return await self.db.write(
            recording.record_and_claim,
            ended=ended,
            among=among,
            now=self.clock.now(),
            lease=self.send_timeout + self.uncertain_wait,
            platforms=tuple(self.platforms),
            at=self.at,
        )

    def _report_results(
        self, ended: Iterable[JobResult], done: TransactionResult
    ) -> None:
        for one, recorded in zip(ended, done.recorded, strict=True):
            delivery, outcome = one.delivery, one.outcome
            self._queue.free(delivery.destination_id)
            facts = {
                "delivery": delivery.id,
                "platform": delivery.platform,
                "attempt": delivery.attempt,
                "recorded": recorded,
            }
            if isinstance(outcome, str):
                self._uncertain_since.pop(delivery.id, None)
                self.at("adopted" if one.looked else "recorded")
                log.info("delivery sent", **facts)
                continue
            log.warning(
                "delivery not sent", **facts, state=outcome.state, reason=outcome.reason
            )
            if one.looked and outcome.state != "uncertain":
                self._uncertain_since.pop(delivery.id, None)
            if outcome.stops == "workspace":
                self._refused.discard(delivery.workspace_id)
            if outcome.stops and not delivery.probe:
                log.error("stopped", what=outcome.stops, reason=outcome.reason)

    async def _wait(self) -> None:
        """Until something ends, or it is time to look again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CHECK_SECONDS):
                await self._job_ended.wait()
        self._job_ended.clear()
        if asyncio.get_running_loop().time() - self._looked >= CHECK_SECONDS:
            await self._offer_due()

    # ── one errand ─────────────────────────────────────────────────────────────

    def _start(self, delivery: Delivery, work: Coroutine[Any, Any, JobResult]) -> None:
        async def flight() -> None:
            try:
                ended = await work
            except asyncio.CancelledError:
                unknown = RetryDecision(state="uncertain", reason=STOPPED_REASON)
                ended = JobResult(delivery=delivery, outcome=unknown)
            self._finish_job(ended)

        self._in_flight[delivery.id] = asyncio.create_task(flight())

    def _finish_job(self, ended: JobResult) -> None:
        delivery, outcome = ended.delivery, ended.outcome
        self._in_flight.pop(delivery.id, None)
        if isinstance(outcome, RetryDecision):
            if outcome.state == "uncertain" and self.steady and not ended.looked:
                self._uncertain_since[delivery.id] = self.steady()
            if outcome.stops == "workspace":
                self._refused.add(delivery.workspace_id)
                self._queue.drop(delivery.workspace_id)
        self._ended.append(ended)
        self._job_ended.set()

    async def _send(self, delivery: Delivery) -> JobResult:
        if delivery.workspace_id in self._refused:
            later = RetryDecision(
                state="retry", reason="Its workspace was just refused."
            )
            return JobResult(delivery=delivery, outcome=later)
        platform = self.platforms[delivery.platform]
        outcome: str | RetryDecision
        try:
            sendable = await self._in_sendable_form(delivery)
            self.at("sending")
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                outcome = await platform.send(sendable)
        except Exception as error:
            outcome = decide_retry(error, delivery, self.clock.now())
        self.at("answered")
        return JobResult(delivery=delivery, outcome=outcome)

    async def _in_sendable_form(self, delivery: Delivery) -> Delivery:
        if delivery.fallback_level < LINKS_ONLY_LEVEL:
            return delivery
        stored_edition = await self.db.read(
            edition_store.find_edition,
            workspace_id=delivery.workspace_id,
            edition_id=delivery.edition_id,
        )
        return render_as_links(delivery, stored_edition)

    async def _read_back(self, delivery: Delivery) -> JobResult:
        """Adopt what arrived, send again what did not, hold what cannot be known."""
        platform = self.platforms[delivery.platform]
        outcome: str | RetryDecision
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                found = await platform.read_back(delivery)
        except SendRefused as error:
            outcome = _read_back_refused(error, self.clock.now())
        except Exception as error:
            outcome = RetryDecision(
                state="uncertain",
                reason=f"It could not be looked for: {error}",
                not_before=self.clock.now() + self.uncertain_wait,
            )
        else:
            outcome = (
                found
                if found is not None
                else RetryDecision(state="retry", reason=RESENT_REASON)
            )
        self.at("read_back")
        return JobResult(delivery=delivery, outcome=outcome, looked=True)

    # ── stopping ───────────────────────────────────────────────────────────────

    async def _wait_for_in_flight(self) -> None:
        """Let what is on its way arrive; what does not in time is uncertain."""
        flying = list(self._in_flight.values())
        if flying:
            await asyncio.wait(flying, timeout=SHUTDOWN_SECONDS)
            for task in flying:
                task.cancel()
            await asyncio.wait(flying, timeout=1)
        ended, self._ended = self._ended, []
        try:
            if ended:
                self._report_results(ended, await self._write(ended, ()))
        except BotError as error:
            # Its lease will lapse; the next start looks whether it arrived.
            log.error("answers were not recorded", reason=str(error))

    async def _return_claims(
        self, writing: asyncio.Future[TransactionResult], ended: list[JobResult]
    ) -> None:
        """What a transaction claimed while we were stopped goes back untried."""
        try:
            done = await writing
        except BotError:
            self._ended = ended + self._ended
            return
        self._report_results(ended, done)
        later = RetryDecision(state="retry", reason=NOT_STARTED_REASON)
        self._ended += [JobResult(delivery=one, outcome=later) for one in done.claimed]


RESENT_REASON = "It had not arrived; sent again under the same key."


def _read_back_refused(error: SendRefused, now: datetime) -> RetryDecision:
    """We may not look: not at all as long as the workspace is refused, or never."""
    if not error.whole_workspace:
        return RetryDecision(state="held", reason=str(error))
    return RetryDecision(
        state="uncertain",
        reason=str(error),
        not_before=now + RETEST_INTERVAL,
        stops="workspace",
    )


def _send_job(found: ClaimableDelivery) -> DeliveryJob:
    return DeliveryJob(
        id=found.id,
        workspace_id=found.workspace_id,
        destination_id=found.destination_id,
        platform=found.platform,
    )


def _read_back_job(delivery: Delivery) -> DeliveryJob:
    return DeliveryJob(
        id=delivery.id,
        workspace_id=delivery.workspace_id,
        destination_id=delivery.destination_id,
        platform=delivery.platform,
        look=delivery,
    )
