"""The way of a delivery: claimed, sent, recorded; looked for where it was unclear.

Few are under way at once, each on its own: what is slow or stands still holds up
nothing but its own place. Answers that could not be recorded are kept and recorded
later; nothing is sent whose claim is not on the disk.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.errors import BotError, Refused
from bot.outbox import recording
from bot.outbox.as_links import as_links
from bot.outbox.lanes import Errand, Lanes
from bot.outbox.notices import Notices
from bot.outbox.recording import Ended, Step
from bot.outbox.verdicts import AS_LINKS, Verdict, verdict
from bot.ports import At, Clock, Platform, unwatched
from bot.storage import deliveries, editions
from bot.storage.claims import RETEST, Waiting
from bot.storage.database import Database
from bot.types import Delivery

log = structlog.get_logger(__name__)

#: Seconds after which a busy outbox looks for what has become due meanwhile.
LOOK = 1.0
#: Seconds that messages on their way have to arrive when the bot is stopped.
LANDING = 4.0
#: Seconds to leave to another process that claims what we wanted.
BESIDE = 0.1
STOPPED = "The bot was stopped before an answer came."
NOT_BEGUN = "The bot was stopped before it was sent."


@dataclass(kw_only=True)
class Outbox:
    """The outgoing side, over one database and the platforms that are on."""

    db: Database
    clock: Clock
    platforms: Mapping[str, Platform]
    send_timeout: timedelta
    uncertain_wait: timedelta
    at: At = unwatched
    #: Seconds of a clock that nobody can set; None = there is none.
    steady: Callable[[], float] | None = None
    _lanes: Lanes = field(default_factory=Lanes, init=False)
    _flying: dict[int, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _ended: list[Ended] = field(default_factory=list, init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    #: Workspaces that were just refused, until that is recorded.
    _refused: set[int] = field(default_factory=set, init=False)
    #: When deliveries became uncertain here, by the steady clock.
    _doubts: dict[int, float] = field(default_factory=dict, init=False)
    _looked: float = field(default=float("-inf"), init=False)
    _begun: bool = field(default=False, init=False)

    async def drain(self) -> datetime | None:
        """Send all that may go now; the next moment at which something may.

        Cancelled, it lets what is on its way arrive, for a few seconds, and leaves
        the rest so that the next start takes it up.
        """
        try:
            await self._begin()
            while await self._look() or self._busy:
                while self._busy:
                    await self._turn()
        except asyncio.CancelledError:
            await self._land()
            raise
        following = await self.db.read(
            deliveries.next_wakeup,
            wait=self.uncertain_wait,
            platforms=tuple(self.platforms),
        )
        # What could not go just now is not asked for again and again.
        soon = self.clock.now() + timedelta(seconds=LOOK)
        return following and max(following, soon)

    async def tell(self) -> datetime | None:
        """Tell single people what they have to know; when there is more to tell.

        Apart from `drain`: a person's mailbox that stands still holds up no channel.
        """
        notices = Notices(
            db=self.db,
            clock=self.clock,
            platforms=self.platforms,
            send_timeout=self.send_timeout,
            uncertain_wait=self.uncertain_wait,
        )
        return await notices.drain()

    @property
    def _busy(self) -> bool:
        return bool(self._flying or self._ended or self._lanes.waiting)

    async def _begin(self) -> None:
        """At the start there may be a new token: whoever was refused may try it."""
        if not self._begun:
            await self.db.write(recording.begin, now=self.clock.now())
            self._begun = True

    async def _look(self) -> bool:
        """Let wait what can go by now; whether anything waits."""
        self._looked = asyncio.get_running_loop().time()
        now = self.clock.now()
        await self.db.write(recording.sweep, now=now, but=tuple(self._flying))
        going, doubtful = await self.db.read(
            recording.look,
            now=now,
            platforms=tuple(self.platforms),
            wait=self.uncertain_wait,
        )
        self._lanes.offer(_look_for(one) for one in doubtful if self._may_look(one))
        self._lanes.offer(map(_carry, going))
        return self._lanes.waiting

    def _may_look(self, delivery: Delivery) -> bool:
        """Whether a request in flight must have landed, whoever set the clock."""
        if delivery.platform not in self.platforms:
            return False
        since = self._doubts.get(delivery.id)
        if since is None or self.steady is None:
            return True
        return self.steady() - since >= self.uncertain_wait.total_seconds()

    # ── one turn: answers in, claims out ───────────────────────────────────────

    async def _turn(self) -> None:
        picked = self._lanes.pick()
        among = [errand.id for errand in picked if errand.look is None]
        for errand in picked:
            if errand.look is not None:
                self._start(errand.look, self._read_back(errand.look))
        if self._ended or among:
            await self._step(picked, among)
        elif self._flying and not picked:
            await self._wait()

    async def _step(self, picked: Sequence[Errand], among: Sequence[int]) -> None:
        ended, self._ended = self._ended, []
        writing = asyncio.ensure_future(self._write(ended, among))
        try:
            done = await asyncio.shield(writing)
        except asyncio.CancelledError:
            # It is done in full all the same; what it claimed was not begun.
            await self._give_back(writing, ended)
            raise
        except Exception:
            self._ended = ended + self._ended
            self._put_back(picked)
            raise
        self._tell(ended, done)
        claimed = {delivery.id for delivery in done.claimed}
        self._put_back(errand for errand in picked if errand.id not in claimed)
        self._lanes.offer(map(_carry, done.following), first=True)
        for delivery in done.claimed:
            self.at("claimed")
            self._start(delivery, self._send(delivery))
        if among and not done.claimed and not self._flying:
            # Another process is faster than we are.
            await asyncio.sleep(BESIDE)

    def _put_back(self, errands: Iterable[Errand]) -> None:
        """Their places are free again: they were not claimed."""
        for errand in errands:
            if errand.look is None:
                self._lanes.free(errand.destination_id)

    async def _write(self, ended: Sequence[Ended], among: Sequence[int]) -> Step:
        return await self.db.write(
            recording.step,
            ended=ended,
            among=among,
            now=self.clock.now(),
            lease=self.send_timeout + self.uncertain_wait,
            platforms=tuple(self.platforms),
            at=self.at,
        )

    def _tell(self, ended: Iterable[Ended], done: Step) -> None:
        for one, recorded in zip(ended, done.recorded, strict=True):
            delivery, outcome = one.delivery, one.outcome
            self._lanes.free(delivery.destination_id)
            facts = {
                "delivery": delivery.id,
                "platform": delivery.platform,
                "attempt": delivery.attempt,
                "recorded": recorded,
            }
            if isinstance(outcome, str):
                self._doubts.pop(delivery.id, None)
                self.at("adopted" if one.looked else "recorded")
                log.info("delivery sent", **facts)
                continue
            log.warning(
                "delivery not sent", **facts, state=outcome.state, reason=outcome.reason
            )
            if one.looked and outcome.state != "uncertain":
                self._doubts.pop(delivery.id, None)
            if outcome.stops == "workspace":
                self._refused.discard(delivery.workspace_id)
            if outcome.stops and not delivery.probe:
                log.error("stopped", what=outcome.stops, reason=outcome.reason)

    async def _wait(self) -> None:
        """Until something ends, or it is time to look again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                await self._news.wait()
        self._news.clear()
        if asyncio.get_running_loop().time() - self._looked >= LOOK:
            await self._look()

    # ── one errand ─────────────────────────────────────────────────────────────

    def _start(self, delivery: Delivery, work: Coroutine[Any, Any, Ended]) -> None:
        async def flight() -> None:
            try:
                ended = await work
            except asyncio.CancelledError:
                unknown = Verdict(state="uncertain", reason=STOPPED)
                ended = Ended(delivery=delivery, outcome=unknown)
            self._land_one(ended)

        self._flying[delivery.id] = asyncio.create_task(flight())

    def _land_one(self, ended: Ended) -> None:
        delivery, outcome = ended.delivery, ended.outcome
        self._flying.pop(delivery.id, None)
        if isinstance(outcome, Verdict):
            if outcome.state == "uncertain" and self.steady and not ended.looked:
                self._doubts[delivery.id] = self.steady()
            if outcome.stops == "workspace":
                self._refused.add(delivery.workspace_id)
                self._lanes.drop(delivery.workspace_id)
        self._ended.append(ended)
        self._news.set()

    async def _send(self, delivery: Delivery) -> Ended:
        if delivery.workspace_id in self._refused:
            later = Verdict(state="retry", reason="Its workspace was just refused.")
            return Ended(delivery=delivery, outcome=later)
        platform = self.platforms[delivery.platform]
        outcome: str | Verdict
        try:
            told = await self._told(delivery)
            self.at("sending")
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                outcome = await platform.send(told)
        except Exception as error:
            outcome = verdict(error, delivery, self.clock.now())
        self.at("answered")
        return Ended(delivery=delivery, outcome=outcome)

    async def _told(self, delivery: Delivery) -> Delivery:
        if delivery.rung < AS_LINKS:
            return delivery
        issue = await self.db.read(
            editions.by_id,
            workspace_id=delivery.workspace_id,
            edition_id=delivery.edition_id,
        )
        return as_links(delivery, issue)

    async def _read_back(self, delivery: Delivery) -> Ended:
        """Adopt what arrived, send again what did not, hold what cannot be known."""
        platform = self.platforms[delivery.platform]
        outcome: str | Verdict
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                found = await platform.read_back(delivery)
        except Refused as error:
            outcome = _not_shown(error, self.clock.now())
        except Exception as error:
            outcome = Verdict(
                state="uncertain",
                reason=f"It could not be looked for: {error}",
                not_before=self.clock.now() + self.uncertain_wait,
            )
        else:
            outcome = (
                found if found is not None else Verdict(state="retry", reason=AGAIN)
            )
        self.at("read_back")
        return Ended(delivery=delivery, outcome=outcome, looked=True)

    # ── stopping ───────────────────────────────────────────────────────────────

    async def _land(self) -> None:
        """Let what is on its way arrive; what does not in time is uncertain."""
        flying = list(self._flying.values())
        if flying:
            await asyncio.wait(flying, timeout=LANDING)
            for task in flying:
                task.cancel()
            await asyncio.wait(flying, timeout=1)
        ended, self._ended = self._ended, []
        try:
            if ended:
                self._tell(ended, await self._write(ended, ()))
        except BotError as error:
            # Its lease will lapse; the next start looks whether it arrived.
            log.error("answers were not recorded", reason=str(error))

    async def _give_back(
        self, writing: asyncio.Future[Step], ended: list[Ended]
    ) -> None:
        """What a transaction claimed while we were stopped goes back untried."""
        try:
            done = await writing
        except BotError:
            self._ended = ended + self._ended
            return
        self._tell(ended, done)
        later = Verdict(state="retry", reason=NOT_BEGUN)
        self._ended += [Ended(delivery=one, outcome=later) for one in done.claimed]


AGAIN = "It had not arrived; sent again under the same key."


def _not_shown(error: Refused, now: datetime) -> Verdict:
    """We may not look: not at all as long as the workspace is refused, or never."""
    if not error.whole_workspace:
        return Verdict(state="held", reason=str(error))
    return Verdict(
        state="uncertain",
        reason=str(error),
        not_before=now + RETEST,
        stops="workspace",
    )


def _carry(found: Waiting) -> Errand:
    return Errand(
        id=found.id,
        workspace_id=found.workspace_id,
        destination_id=found.destination_id,
        platform=found.platform,
    )


def _look_for(delivery: Delivery) -> Errand:
    return Errand(
        id=delivery.id,
        workspace_id=delivery.workspace_id,
        destination_id=delivery.destination_id,
        platform=delivery.platform,
        look=delivery,
    )
