"""What the house does for itself, once in a while; it must not post or read anything.

    erase    what was ordered to go, soon; what the bot left, after its 30 days
    let go   contents that are older than is kept: texts, editions and what was put
             right in them, settled reports, history
    forget   events of chats that can not come a second time any more

All of it goes in short steps with room between them, so that neither the event loop
nor what is due waits for it. It can be stopped at any point and goes on later.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.erasing import Erasing
from bot.ports import Clock
from bot.retention import Retention
from bot.storage import invocations, outdated
from bot.storage.database import Database

log = structlog.get_logger(__name__)

#: How soon an order to erase is noticed.
LOOK = timedelta(seconds=15)
#: How often the rest is done.
EVERY = timedelta(days=1)
#: Far longer than any platform goes on repeating an event.
EVENTS = timedelta(days=7)
#: Rows of one step: looked at, and changed; and seconds in which others write.
WINDOW, ROWS, PAUSE = 500, 50, 0.005


@dataclass(kw_only=True, slots=True)
class Upkeep:
    """Over one database."""

    db: Database
    clock: Clock
    retention: Retention = field(default_factory=Retention)
    #: When the daily part was done last, by this process.
    done_at: datetime | None = None

    @property
    def erasing(self) -> Erasing:
        """The end of a workspace."""
        return Erasing(db=self.db, clock=self.clock)

    async def wake(self) -> datetime | None:
        """Do what there is to do; when to look again."""
        now = self.clock.now()
        if self.done_at is None or not timedelta() <= now - self.done_at < EVERY:
            await self.erasing.forgotten()
            await self.let_go()
            await self.db.write(invocations.prune, before=now - EVENTS)
            self.done_at = now
        await self.erasing.carry_on()
        return now + LOOK

    async def let_go(self) -> None:
        """Let go of what is older than is kept."""
        now, kept = self.clock.now(), self.retention
        made, changed = (
            now - timedelta(days=days) for days in (kept.editions, kept.history)
        )
        write = self.db.write
        counts = {
            "articles": await self._texts(now - timedelta(days=kept.texts)),
            "editions": await _all(
                partial(
                    write, outdated.empty_editions, before=made, now=now, limit=ROWS
                )
            ),
            "messages": await _all(
                partial(write, outdated.forget_messages, before=made, limit=ROWS)
            ),
            "corrections": await _all(
                partial(write, outdated.forget_corrections, limit=ROWS)
            ),
            "reports": await _all(
                partial(write, outdated.forget_reports, before=made, limit=ROWS)
            ),
            "decisions": await _all(
                partial(write, outdated.forget_decisions, before=made, limit=ROWS)
            ),
            "changes": await _all(
                partial(write, outdated.forget_changes, before=changed, limit=ROWS)
            ),
        }
        if any(counts.values()):
            log.info("old contents were let go", **counts)

    async def _texts(self, before: datetime) -> int:
        """Empty the articles in their order; those that are empty are passed over."""
        after: tuple[datetime, int] | None = None
        count = 0
        while True:
            found = await self.db.read(
                outdated.old_articles, before=before, after=after, limit=WINDOW
            )
            keys = [old.article_id for old in found if not old.empty]
            for start in range(0, len(keys), ROWS):
                some = keys[start : start + ROWS]
                await self.db.write(outdated.empty_articles, keys=some)
                await asyncio.sleep(PAUSE)
            count += len(keys)
            if len(found) < WINDOW:
                return count
            after = (found[-1].fetched_at, found[-1].revision_id)


async def _all(step: Callable[[], Awaitable[int]]) -> int:
    """The steps, until one has nothing more to do; how many rows in all."""
    count = 0
    while done := await step():
        count += done
        await asyncio.sleep(PAUSE)
    return count
