"""Sources → stored revisions: what was published comes in; it must not post anything.

    poll        read every source whose time has come; when to come again
    refresh     read the sources of a digest now, unless they were just read

A source is read, what is new in it is analysed outside the event loop, and both are
stored in one transaction with the source's new state: an article in the archive always
has its quotes and figures. A source that cannot be read keeps its problem, in words,
and never stops the others. `cadence`, `states`, `identity` and `floods` are the rules,
and pure; `outside` is the way out.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.intake import addresses, states
from bot.intake.keeping import Found, keep, sorted_out
from bot.intake.local import read_folder
from bot.intake.outside import Outside
from bot.intake.readings import Reading
from bot.ports import Clock, Engine
from bot.storage import Connection, sources
from bot.storage.database import Database
from bot.types import Source
from digests.errors import DigestsError, Limited, Unreadable

log = structlog.get_logger(__name__)

#: A reading that is not older is new enough for an edition.
RECENT = timedelta(minutes=5)
#: Sources that are read at once; one host is still asked one thing at a time.
AT_ONCE = 8
#: Sources that one look into the database takes.
BATCH = 200
#: How long an edition waits for sources that are slow, in seconds.
PATIENCE = 45.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """The incoming side, over one database."""

    db: Database
    engine: Engine
    clock: Clock
    outside: Outside = field(default_factory=Outside)
    #: Who reads which source at this moment: one at a time.
    _turns: defaultdict[int, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock), repr=False
    )
    _places: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(AT_ONCE), repr=False
    )

    async def poll(self) -> datetime | None:
        """Read every source that is due; when the next one is."""
        while due := await self.db.read(
            sources.due, now=self.clock.now(), limit=BATCH
        ):
            await asyncio.gather(*(self._in_turn(source.id) for source in due))
            if len(due) < BATCH:
                break
        return await self.db.read(sources.earliest, now=self.clock.now())

    async def refresh(self, wanted: Iterable[Source], *, insist: bool = False) -> int:
        """Read these sources now, but for those just read; how much new was stored.

        Args:
            wanted: Of one digest or several.
            insist: Somebody asked by hand: sources that failed are tried as well.
        """
        reads = [
            asyncio.create_task(self._in_turn(source.id, insist=insist, early=True))
            for source in wanted
        ]
        if not reads:
            return 0
        done, late = await asyncio.wait(reads, timeout=PATIENCE)
        for task in late:
            task.cancel()
        if late:
            log.warning("sources are slow; going on without them", count=len(late))
            await asyncio.gather(*late, return_exceptions=True)
        return sum(task.result() for task in done)

    async def _in_turn(
        self, source_id: int, *, insist: bool = False, early: bool = False
    ) -> int:
        """Read a source unless somebody has just done so; how much new was stored."""
        async with self._turns[source_id], self._places:
            source = await self.db.read(sources.by_key, source_id=source_id)
            now = self.clock.now()
            if source is None or not _is_wanted(source, now, insist, early):
                return 0
            return await self._read(source)

    async def _read(self, source: Source) -> int:
        now = self.clock.now()
        try:
            reading = await self.look(source)
        except DigestsError as error:
            await self._failed(source, error, now)
            return 0
        feed = _own_feed(source, reading)
        if feed is not None:
            found = states.at_its_feed(source, feed, now)
            await self.db.write(sources.record, source=found)
            return await self._read(found)
        return await self._take_in(source, reading, now)

    async def look(self, source: Source) -> Reading:
        """What the source holds at present; nothing is stored.

        Raises:
            DigestsError: It cannot be read; the message says what to do.
        """
        if source.kind == "folder":
            return await self.engine.run(read_folder, source)
        address = states.address_of(source)
        known = source.last_good is not None and source.kind != "site"
        followed = address != source.address
        return await self.outside.look(
            address,
            now=self.clock.now(),
            kind="feed" if source.kind == "site" and followed else (
                source.kind if known else None
            ),
            etag=source.etag,
            last_modified=source.last_modified,
        )

    async def _take_in(self, source: Source, reading: Reading, now: datetime) -> int:
        found = await self._sorted_out(source, reading, now)
        after = states.after_reading(source, reading, found.unheard, now)
        after = found.noted(after, now)
        if after.problem and after.problem != source.problem:
            log.warning("source has a problem", source=after.name, problem=after.problem)
        count = await self.db.write(keep, after, found, now=now)
        if count:
            log.debug("source has news", source=after.name, articles=count)
        return count

    async def _sorted_out(
        self, source: Source, reading: Reading, now: datetime
    ) -> Found:
        if not reading.articles:
            return Found()
        return await sorted_out(source, reading, now, db=self.db, engine=self.engine)

    async def _failed(
        self, source: Source, error: DigestsError, now: datetime
    ) -> None:
        after = states.after_failure(source, error, now)
        if after.problem != source.problem:
            log.warning("source has a problem", source=after.name, problem=after.problem)
        await self.db.write(_record_failure, after, isinstance(error, Limited))


def _record_failure(conn: Connection, source: Source, pause: bool) -> None:
    sources.record(conn, source=source)
    if pause and source.rest_until is not None:
        host = addresses.host_of(states.address_of(source))
        sources.let_rest(conn, host=host, until=source.rest_until)


def _is_wanted(source: Source, now: datetime, insist: bool, early: bool) -> bool:
    """Whether it is to be read: out of turn, or because its time has come."""
    if not early:
        due = source.next_poll_at is None or source.next_poll_at <= now
        return due and not source.stopped
    if not states.may_be_asked(source, now, insist=insist):
        return False
    just_read = source.asked_at is not None and now - source.asked_at < RECENT
    return source.kind == "folder" or not just_read


def _own_feed(source: Source, reading: Reading) -> str | None:
    """The feed to read in place of a site's page; None: it is what it should be.

    Raises:
        Unreadable: The page of a site names no feed any more.
    """
    is_new = source.last_good is None
    at_page = states.address_of(source) == source.address
    if reading.kind != "page" or not at_page or not (is_new or source.kind == "site"):
        return None
    if source.kind == "site" and not reading.feeds:
        raise Unreadable("The page names no feed any more.")
    dated = any(article.published for article in reading.articles)
    front = addresses.is_front_page(source.address)
    if reading.feeds and (front or not dated or source.kind == "site"):
        return reading.feeds[0]
    return None
