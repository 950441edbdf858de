"""Reads the pages behind told articles again, a few times in two days; edits nothing.

Only pages of articles that an edition told in full are read, at growing intervals, by
the one guarded way out. A feed may name any address: where a private network is open to
sources, a page there is read only on the host of the feed that named it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.errors import ConfigurationError
from bot.intake import addresses
from bot.intake.readings import Reading
from bot.ports import Clock
from bot.storage import Connection, rereads, told_articles
from bot.storage.database import Database
from bot.storage.rereads import Reread
from digests.errors import DigestsError, Gone, Limited, Missing, Refused
from digests.language.clean import revision
from digests.types import Article

log = structlog.get_logger(__name__)

#: When a page is read, counted from when its article was told.
AFTER = tuple(
    timedelta(minutes=minutes) for minutes in (5, 30, 90, 240, 600, 1440, 2880)
)
#: Pages that one look into the database takes, and that are read at once.
BATCH, AT_ONCE = 12, 4
#: A page with less text than this is a wall, a wish for cookies, or an error.
SHORTEST = 200

#: (address, etag, last modified) → what stands there; raises `DigestsError`.
Look = Callable[[str, str | None, str | None], Awaitable[Reading]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rereading:
    """The pages that are read again, over one database and a way out."""

    db: Database
    clock: Clock
    look: Look
    #: The setting of that name.
    allow_private: str = ""

    async def run(self) -> datetime | None:
        """Read the pages that are due; when the next one is."""
        now = self.clock.now()
        due = await self.db.read(rereads.due, now=now, limit=BATCH)
        places = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._in_turn(one, places) for one in due))
        return await self.db.read(rereads.earliest)

    async def _in_turn(self, one: Reread, places: asyncio.Semaphore) -> None:
        async with places:
            try:
                await self._read(one)
            except ConfigurationError:
                # The database takes nothing: that is not the page's fault.
                raise
            except Exception:
                # A defect in one page must not silence the others.
                log.exception("reading a page again failed", article=one.article_id)
                await self._later(one)

    async def _read(self, one: Reread) -> None:
        if one.times == 0:
            # It was just told: there is nothing to be put right yet.
            await self._later(one)
            return
        wanted = await self.db.read(rereads.is_wanted, article_id=one.article_id)
        if not wanted or not self._may_be_read(one, one.url):
            await self.db.write(rereads.again, one, next_at=None)
            return
        try:
            reading = await self.look(one.url, one.etag, one.last_modified)
        except Limited as error:
            wait = timedelta(seconds=error.wait or 0)
            await self._later(one, self.clock.now() + wait)
        except (Gone, Missing, Refused):
            await self.db.write(rereads.again, one, next_at=None)
        except DigestsError:
            await self._later(one)
        else:
            await self._take(one, reading)

    def _may_be_read(self, one: Reread, address: str) -> bool:
        """Whether the feed that named the page may have us ask there."""
        if "@" in address or not address.startswith(("https://", "http://")):
            return False
        home = addresses.host_of(address) == addresses.host_of(one.source_address)
        return home or not addresses.is_private(address, self.allow_private)

    async def _take(self, one: Reread, reading: Reading) -> None:
        ends = self._may_be_read(one, reading.read_at or one.url)
        page = _page(one, reading) if ends else None
        await self.db.write(
            _keep, one, page, reading, self._next(one), self.clock.now()
        )

    async def _later(self, one: Reread, not_before: datetime | None = None) -> None:
        at = self._next(one)
        if at is not None and not_before is not None:
            at = max(at, not_before)
        await self.db.write(rereads.again, one, next_at=at)

    def _next(self, one: Reread) -> datetime | None:
        """The next time that is still to come; None after the last one."""
        if one.times >= len(AFTER):
            return None
        later = [one.told_at + after for after in AFTER[one.times :]]
        return next((at for at in later if at > self.clock.now()), None)


def _page(one: Reread, reading: Reading) -> Article | None:
    """The article of the page, where there is one that can be compared."""
    if reading.unchanged or not reading.articles:
        return None
    found = reading.articles[0]
    if len(found.text) < SHORTEST:
        return None
    # Not to be taken for the same text from the feed.
    name = f"page-{revision(found.title, found.text)}"
    return replace(found, id=str(one.article_id), revision=name)


def _keep(
    conn: Connection,
    one: Reread,
    page: Article | None,
    reading: Reading,
    next_at: datetime | None,
    now: datetime,
) -> None:
    """Keep a new version, and have the editions that tell the article looked at."""
    rereads.again(conn, one, next_at=next_at)
    rereads.ask_with(conn, one, etag=reading.etag, last_modified=reading.last_modified)
    if page is None or page.revision == one.revision:
        return
    rereads.keep(conn, one, page, now=now)
    if one.revision is not None:
        told_articles.changed(conn, article_id=one.article_id, now=now)
