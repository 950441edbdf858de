"""What the house does for itself, once in a while; it must not post or read anything.

    erase    what was ordered to go, soon; what the bot left, after its 30 days
    forget   events of chats that can not come a second time any more

All of it goes in short steps with room between them, so that neither the event loop
nor what is due waits for it. It can be stopped at any point and goes on later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.erasing import Erasing
from bot.ports import Clock
from bot.storage import invocations
from bot.storage.database import Database

#: How soon an order to erase is noticed.
LOOK = timedelta(seconds=15)
#: How often the rest is done.
EVERY = timedelta(days=1)
#: Far longer than any platform goes on repeating an event.
EVENTS = timedelta(days=7)


@dataclass(kw_only=True, slots=True)
class Upkeep:
    """Over one database."""

    db: Database
    clock: Clock
    #: When the daily part was done last, by this process.
    done_at: datetime | None = None

    @property
    def erasing(self) -> Erasing:
        """The end of a workspace."""
        return Erasing(db=self.db, clock=self.clock)

    async def wake(self) -> datetime | None:
        """Do what there is to do; when to look again."""
        now = self.clock.now()
        erasing = self.erasing
        if self.done_at is None or not timedelta() <= now - self.done_at < EVERY:
            await erasing.forgotten()
            await self.db.write(invocations.prune, before=now - EVENTS)
            self.done_at = now
        await erasing.carry_on()
        return now + LOOK
