"""Sources → stored revisions: what was published comes in; it must not post anything.

    poll        read every source whose time has come; when to come again
    refresh     read the sources of a digest now, unless they were just read
    rereading   read the pages behind told articles again: are they corrected?

A source is read, what is new in it is analysed outside the event loop and joined to
its story, and all of it is stored in one transaction with the source's new state: an
article in the archive always has its quotes, figures and story. A source that cannot be
read keeps its problem, in words, and never stops the others. `cadence`, `states`,
`identity` and `floods` are the rules, and pure; `outside` is the way out.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import structlog

from bot.errors import ConfigurationError
from bot.intake import addresses, states
from bot.intake.filing import Filing
from bot.intake.keeping import Found, past_of, sorted_out
from bot.intake.local import read_folder
from bot.intake.outside import Outside
from bot.intake.readings import Reading
from bot.intake.rereading import Rereading
from bot.ports import Clock, Engine
from bot.storage import Connection, sources
from bot.storage.database import Database
from bot.types import Source
from digests.errors import DigestsError, Limited

__all__ = ["Intake", "past_of"]

log = structlog.get_logger(__name__)

#: A reading that is not older is new enough for an edition.
RECENT = timedelta(minutes=5)
#: Sources that are read at once; one host is still asked one thing at a time.
AT_ONCE = 8
#: Sources that one look into the database takes.
BATCH = 200
#: How long an edition waits for sources that are slow, in seconds.
PATIENCE = 45.0
DEFECT = "It could not be read through a defect of this bot; the log says more."

Why = Literal["due", "early", "insisting"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """The incoming side, over one database."""

    db: Database
    engine: Engine
    clock: Clock
    outside: Outside = field(default_factory=Outside)
    _filing: Filing = field(init=False, repr=False)
    #: Who reads which source at this moment: one at a time.
    _turns: defaultdict[int, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock), repr=False
    )

    def __post_init__(self) -> None:
        """Build what it works with."""
        object.__setattr__(self, "_filing", Filing(db=self.db, engine=self.engine))

    async def poll(self) -> datetime | None:
        """Read every source that is due; when the next one is."""
        due = await self._due()
        while due:
            places = asyncio.Semaphore(AT_ONCE)
            reads = [asyncio.create_task(self._in_turn(s.id, places)) for s in due]
            try:
                await asyncio.gather(*reads)
            finally:
                await _end(reads)
            due = await self._due() if len(due) == BATCH else ()
        return await self.db.read(sources.earliest, now=self.clock.now())

    @property
    def rereading(self) -> Rereading:
        """What reads the pages behind told articles again."""

        async def look(address: str, etag: str | None, at: str | None) -> Reading:
            return await self.outside.look(
                address,
                now=self.clock.now(),
                kind="page",
                etag=etag,
                last_modified=at,
            )

        return Rereading(
            db=self.db,
            clock=self.clock,
            look=look,
            allow_private=self.outside.allow_private,
        )

    async def refresh(self, wanted: Iterable[Source], *, insist: bool = False) -> int:
        """Read these sources now, but for those just read; how much new was stored.

        Args:
            wanted: Of one digest or several.
            insist: Somebody asked by hand: sources that failed are tried as well.
        """
        places = asyncio.Semaphore(AT_ONCE)
        early: Why = "insisting" if insist else "early"
        reads = [
            asyncio.create_task(self._in_turn(source.id, places, early))
            for source in wanted
        ]
        if not reads:
            return 0
        try:
            done, late = await asyncio.wait(reads, timeout=PATIENCE)
        except asyncio.CancelledError:
            await _end(reads)
            raise
        if late:
            log.warning("going on without sources that are slow", count=len(late))
            await _end(late)
        return sum(task.result() for task in done)

    async def _due(self) -> tuple[Source, ...]:
        return await self.db.read(sources.due, now=self.clock.now(), limit=BATCH)

    async def _in_turn(
        self, source_id: int, places: asyncio.Semaphore, why: Why = "due"
    ) -> int:
        """Read a source unless somebody has just done so; how much new was stored."""
        async with places, self._turns[source_id]:
            source = await self.db.read(sources.by_key, source_id=source_id)
            if source is None or not _is_wanted(source, self.clock.now(), why):
                return 0
            try:
                return await self._read(source)
            except DigestsError as error:
                await self._failed(source, error)
            except ConfigurationError:
                # The database takes nothing: that is not the source's fault.
                raise
            except Exception:
                # A defect in one source must not silence the others.
                log.exception("reading failed", source=source.name)
                await self._failed(source, DigestsError(DEFECT))
            return 0

    async def _read(self, source: Source) -> int:
        now = self.clock.now()
        reading = await self.look(source)
        feed = states.own_feed(source, reading)
        if feed is not None:
            source = states.at_its_feed(source, feed, now)
            await self.db.write(sources.record, source=source)
            reading = await self.look(source)
        return await self._take_in(source, reading, now)

    async def look(self, source: Source) -> Reading:
        """What the source holds at present; nothing is stored.

        Raises:
            DigestsError: It cannot be read; the message says what to do.
        """
        if source.kind == "folder":
            return await self.engine.run(read_folder, source)
        return await self.outside.look(
            states.address_of(source),
            now=self.clock.now(),
            kind=states.kind_of(source),
            etag=source.etag,
            last_modified=source.last_modified,
        )

    async def _take_in(self, source: Source, reading: Reading, now: datetime) -> int:
        found = await self._sorted_out(source, reading, now)
        after = states.after_reading(source, reading, found.unheard, now)
        after = found.noted(after, now)
        if after.problem and after.problem != source.problem:
            log.warning("source has a problem", source=after.name, why=after.problem)
        count = await self._filing.keep(after, found, now=now)
        if count:
            log.debug("source has news", source=after.name, articles=count)
        return count

    async def _sorted_out(
        self, source: Source, reading: Reading, now: datetime
    ) -> Found:
        if not reading.articles:
            return Found()
        return await sorted_out(source, reading, now, db=self.db, engine=self.engine)

    async def _failed(self, source: Source, error: DigestsError) -> None:
        # What was stored on the way: the source may have been found elsewhere.
        newest = await self.db.read(sources.by_key, source_id=source.id) or source
        after = states.after_failure(newest, error, self.clock.now())
        if after.problem != source.problem:
            log.warning("source has a problem", source=after.name, why=after.problem)
        await self.db.write(_record_failure, after, isinstance(error, Limited))


def _record_failure(conn: Connection, source: Source, pause: bool) -> None:
    sources.record(conn, source=source)
    if pause and source.rest_until is not None:
        host = addresses.host_of(states.address_of(source))
        sources.let_rest(conn, host=host, until=source.rest_until)


async def _end(reads: Iterable["asyncio.Task[int]"]) -> None:
    for task in reads:
        task.cancel()
    await asyncio.gather(*reads, return_exceptions=True)


def _is_wanted(source: Source, now: datetime, why: Why) -> bool:
    """Whether it is to be read: its time has come, or somebody cannot wait for it."""
    if why == "due":
        due = source.next_poll_at is None or source.next_poll_at <= now
        return due and not source.stopped
    if not states.may_be_asked(source, now, insist=why == "insisting"):
        return False
    just_read = source.asked_at is not None and now - source.asked_at < RECENT
    return source.kind == "folder" or not just_read
