"""Send a message, or read one back, within a time limit; every outcome is a value.

The outbox and the private notices share this step of the protocol, and decide what an
outcome means for their stored rows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.send_failures import RetryDecision, decide_retry, explain_error
from bot.errors import SendRefused
from bot.model import Delivery
from bot.ports import Clock, Platform
from digests.messages import Message

#: The platform's id of the message, or how to continue without one.
Outcome = str | RetryDecision
#: Decides what to do with a message if reading it back is not permitted.
DecideRefused = Callable[[SendRefused, datetime], RetryDecision]


@dataclass(kw_only=True)
class MessageSender:
    """Sends messages and reads them back, on the connected platforms."""

    clock: Clock
    platforms: Mapping[str, Platform]
    send_timeout: timedelta
    #: Time after which a request whose response was lost must have arrived.
    uncertain_wait: timedelta

    @property
    def lease(self) -> timedelta:
        """How long a claim is valid."""
        return self.send_timeout + self.uncertain_wait

    async def send(
        self, delivery: Delivery, prepare: Callable[[Delivery], Awaitable[Delivery]]
    ) -> Outcome:
        """Send the delivery as `prepare` returns it; the time limit covers both."""
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                prepared = await prepare(delivery)
                return await self.platforms[delivery.platform].send(prepared)
        except Exception as error:
            return decide_retry(error, delivery, self.clock.now())

    async def read_back(
        self, delivery: Delivery, decide_refused: DecideRefused, resent: Message
    ) -> Outcome:
        """Find the message; `resent` is the reason if it has to be sent again."""
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                found = await self.platforms[delivery.platform].read_back(delivery)
        except SendRefused as error:
            return decide_refused(error, self.clock.now())
        except Exception as error:
            reason = Message("delivery.not_read_back", error=explain_error(error))
            later = self.clock.now() + self.uncertain_wait
            return RetryDecision(state="uncertain", reason=reason, not_before=later)
        if found is None:
            return RetryDecision(state="retry", reason=resent)
        return found
