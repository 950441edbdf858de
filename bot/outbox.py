"""Carries deliveries to their platforms, each exactly once; it must not make any.

The protocol, for every delivery:

1. *Claim* under the database's write lock, with a lease and a fence, and commit
   before any network call. Claiming does not remove: a killed process leaves the
   row in `sending`, and its lapsed lease makes it `uncertain`.
2. *Send*. A clear answer is recorded as `sent`, `retry` or `failed`; every other end
   is `uncertain`.
3. *Uncertain* waits until a request in flight must have landed, then is *read back*:
   found → adopted as `sent`; not found → `ready` again under the same key; not
   allowed to look → `held`, and an editor is told by `/newsdesk status`.

The payload was frozen when the delivery was made; a retry sends the same bytes.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog

from bot.errors import Limited, Refused, Unreached
from bot.ports import Clock, Platform
from bot.storage import deliveries, destinations
from bot.storage.database import Database
from bot.types import Delivery

log = structlog.get_logger(__name__)

BATCH = 50
#: Retries of what certainly did not arrive: 2 s, 4 s, 8 s … up to five minutes.
BACKOFF_FIRST = timedelta(seconds=2)
BACKOFF_MOST = timedelta(minutes=5)
#: A platform may ask for an absurd wait; after this we look again.
WAIT_MOST = timedelta(hours=1)
ATTEMPTS_MOST = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a failed send means for its delivery."""

    state: Literal["retry", "uncertain", "failed"]
    reason: str
    not_before: datetime | None = None
    #: The destination takes nothing any more.
    stop: bool = False


def verdict(error: Exception, delivery: Delivery, now: datetime) -> Verdict:
    """The retry decision: pure, so that a table can test it."""
    reason = str(error) or type(error).__name__
    match error:
        case Refused(message_only=only):
            return Verdict(state="failed", reason=reason, stop=not only)
        case Limited(retry_after=seconds):
            wait = min(timedelta(seconds=max(0.0, seconds)), WAIT_MOST)
            return Verdict(state="retry", reason=reason, not_before=now + wait)
        case Unreached() if delivery.attempt >= ATTEMPTS_MOST:
            return Verdict(state="failed", reason=f"{reason} ({ATTEMPTS_MOST} tries)")
        case Unreached():
            wait = min(BACKOFF_FIRST * 2 ** (delivery.attempt - 1), BACKOFF_MOST)
            return Verdict(state="retry", reason=reason, not_before=now + wait)
        case _:
            return Verdict(state="uncertain", reason=reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outbox:
    """The outgoing side, over one database and the platforms that are on."""

    db: Database
    clock: Clock
    platforms: Mapping[str, Platform]
    send_timeout: timedelta
    uncertain_wait: timedelta

    async def drain(self) -> datetime | None:
        """Send all that may go now; the next moment at which something may."""
        await self._settle_uncertain()
        while claimed := await self._claim():
            await asyncio.gather(*(self._carry(delivery) for delivery in claimed))
        return await self.db.read(deliveries.next_wakeup, wait=self.uncertain_wait)

    async def _claim(self) -> tuple[Delivery, ...]:
        return await self.db.write(
            deliveries.claim,
            now=self.clock.now(),
            lease=self.send_timeout + self.uncertain_wait,
            limit=BATCH,
        )

    async def _carry(self, delivery: Delivery) -> None:
        platform = self.platforms.get(delivery.platform)
        if platform is None:
            await self._hold(delivery, f"{delivery.platform} is not connected.")
            return
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                message_id = await platform.send(delivery)
        except Exception as error:
            await self._record(delivery, verdict(error, delivery, self.clock.now()))
        else:
            await self._record_sent(delivery, message_id)

    async def _record_sent(self, delivery: Delivery, message_id: str) -> None:
        recorded = await self.db.write(
            deliveries.record_sent,
            delivery,
            message_id=message_id,
            now=self.clock.now(),
        )
        log.info(
            "delivery sent",
            delivery=delivery.id,
            platform=delivery.platform,
            attempt=delivery.attempt,
            recorded=recorded,
        )

    async def _record(self, delivery: Delivery, found: Verdict) -> None:
        log.warning(
            "delivery not sent",
            delivery=delivery.id,
            platform=delivery.platform,
            state=found.state,
            reason=found.reason,
        )
        now = self.clock.now()
        if found.state == "retry":
            await self.db.write(
                deliveries.record_retry,
                delivery,
                not_before=found.not_before or now,
                reason=found.reason,
                now=now,
            )
        elif found.state == "uncertain":
            await self.db.write(
                deliveries.record_uncertain,
                delivery,
                reason=found.reason,
                now=now,
            )
        else:
            await self.db.write(
                deliveries.record_failed,
                delivery,
                reason=found.reason,
                now=now,
            )
        if found.stop:
            await self.db.write(
                destinations.pause,
                workspace_id=delivery.workspace_id,
                destination_id=delivery.destination_id,
                reason=found.reason,
            )

    async def _settle_uncertain(self) -> None:
        now = self.clock.now()
        await self.db.write(deliveries.expired, now=now)
        waiting = await self.db.read(
            deliveries.uncertain_due, now=now, wait=self.uncertain_wait
        )
        for delivery in waiting:
            await self._read_back(delivery)

    async def _read_back(self, delivery: Delivery) -> None:
        """Adopt what arrived, send again what did not, hold what cannot be known."""
        platform = self.platforms.get(delivery.platform)
        if platform is None:
            await self._hold(delivery, f"{delivery.platform} is not connected.")
            return
        now = self.clock.now()
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                message_id = await platform.read_back(delivery)
        except Refused as error:
            await self._hold(delivery, str(error))
        except Exception as error:
            log.warning("reading back failed", delivery=delivery.id, reason=str(error))
            await self.db.write(
                deliveries.record_uncertain,
                delivery,
                reason=f"It could not be looked for: {error}",
                now=now,
                not_before=now + self.uncertain_wait,
            )
        else:
            if message_id is not None:
                await self._record_sent(delivery, message_id)
            else:
                await self.db.write(
                    deliveries.record_retry,
                    delivery,
                    not_before=now,
                    reason="It had not arrived; sent again under the same key.",
                    now=now,
                )

    async def _hold(self, delivery: Delivery, reason: str) -> None:
        """Nothing more happens until an editor decides; the status shows it."""
        await self.db.write(
            deliveries.record_held, delivery, reason=reason, now=self.clock.now()
        )
