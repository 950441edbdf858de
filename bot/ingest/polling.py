"""Read sources when due or on request, and try new ones.

    poll          read every source that is due; return when the next one is due
    refresh       read the sources of digests now, for an edition
    try_source    read an address that is no source yet; nothing is stored

New articles of a source are analysed off the event loop and assigned to their stories,
and all of it is stored in one transaction with the new state of the source: a stored
article always has its quotes, figures and story. If a source cannot be read, its
problem is stored and the other sources are not affected. The rules are pure functions
of `source_state`.
"""

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

import structlog

from bot.errors import ConfigurationError
from bot.ingest import addresses, source_state
from bot.ingest.full_texts import FullTextReader
from bot.ingest.page_rereading import PageRereader
from bot.ingest.source_reader import SourceReader, read_folder
from bot.ingest.source_state import SourceReading
from bot.ingest.storing import ReadingChanges, find_changes
from bot.ingest.story_views import StoryAssigner
from bot.metrics import Metrics
from bot.model import Source
from bot.ports import Clock, Engine
from bot.storage import (
    Connection,
    Database,
    job_store,
    page_reading_store,
    source_store,
)
from digests.errors import (
    DigestsError,
    SourceRateLimited,
)
from digests.messages import Message
from digests.types import Article, frozen

log = structlog.get_logger(__name__)

#: A reading younger than this is fresh enough for a scheduled edition.
RECENT_READING = timedelta(minutes=5)
#: Sources that are read at once, and those of one workspace among them; one host gets
#: one request at a time.
CONCURRENT_READINGS, READINGS_OF_A_WORKSPACE = 8, 4
#: Sources that one query returns.
POLL_BATCH = 200
#: Seconds after which a poll looks again at who is due, and in which order: a workspace
#: whose first source is due now does not wait for 200 long readings of another.
POLL_ROUND = 20.0
#: Seconds between two looks whether another process still reads a source.
LOOK_SECONDS = 0.25
#: Seconds that an edition waits for slow sources.
REFRESH_TIMEOUT = 45.0

ReadCause = Literal["due", "early", "insisting"]
#: Returns the number of new revisions; None if the source could not be read.
_Reading: TypeAlias = "asyncio.Task[int | None]"

#: Runs a blocking function: `Engine.run`, or `asyncio.to_thread`.
RunBlocking = Callable[
    [Callable[[Source], SourceReading], Source], Awaitable[SourceReading]
]
#: How long pages that were read show whether the entries of their source are whole.
LEARNED_FROM_PAGES = timedelta(days=14)
_UNDATED = datetime(1, 1, 1, tzinfo=UTC)


@frozen
class RefreshResult:
    """What reading sources for an edition found."""

    #: Number of new revisions.
    new: int = 0
    #: Names of the sources that could not be read, or not in time.
    unread: tuple[str, ...] = ()


def describe_unread(names: Sequence[str]) -> Message:
    """Say that these sources, at least one, could not be read for an edition."""
    return Message(
        "Not included, because they could not be read now: {names}. "
        "/newsdesk status says why.",
        names=", ".join(names),
    )


@dataclass(kw_only=True)
class Ingestor:
    """Reads sources into one database."""

    db: Database
    engine: Engine
    clock: Clock
    source_reader: SourceReader = field(default_factory=SourceReader)
    metrics: Metrics = field(default_factory=Metrics, repr=False)
    #: Places articles in stories, without waiting for what is analysed or composed;
    #: None = `engine`.
    story_engine: Engine | None = None
    _assigner: StoryAssigner = field(init=False, repr=False)
    #: Reads the pages behind excerpts.
    full_text_reader: FullTextReader = field(init=False, repr=False)
    #: By source: it is read by one task at a time.
    _locks: defaultdict[int, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock), repr=False
    )

    def __post_init__(self) -> None:
        """Build the assigner of articles to stories, and the reader of full texts."""
        engine = self.story_engine or self.engine
        self._assigner = StoryAssigner(db=self.db, engine=engine)
        self.full_text_reader = FullTextReader(
            db=self.db,
            engine=self.engine,
            clock=self.clock,
            source_reader=self.source_reader,
            store=self._assigner.store,
        )

    async def poll(self) -> datetime | None:
        """Read every source that is due; return when the next one is.

        Workspaces are served in turns: in the order of the sources that are due, in the
        readings that run at once, and in the engine, where new articles are analysed.
        """
        due = await self._due()
        while due:
            ends = asyncio.get_running_loop().time() + POLL_ROUND
            reads = await self._start_readings([s.id for s in due], ends=ends)
            try:
                await asyncio.gather(*reads)
            finally:
                await _cancel_readings(reads)
            in_time = asyncio.get_running_loop().time() < ends
            due = () if in_time and len(due) < POLL_BATCH else await self._due()
        return await self.db.read(source_store.find_next_poll_at, self.clock.now())

    async def read_due(self, source_id: int) -> None:
        """Read one source if it is due and is not being read for an edition."""
        if await self.db.read(job_store.is_source_read_for_edition, source_id):
            return
        for read in await self._start_readings([source_id]):
            await read

    @property
    def page_rereader(self) -> PageRereader:
        """Reads the pages of published articles again."""
        return PageRereader(
            db=self.db, clock=self.clock, source_reader=self.source_reader
        )

    async def refresh(
        self, wanted: Iterable[Source], *, insist: bool = False
    ) -> RefreshResult:
        """Read these sources now, as far as they may be read.

        Args:
            wanted: The sources of one digest or several.
            insist: Also read sources that failed or were just read, because a person
                asked. One that somebody else began to read since then is not read
                again.
        """
        sources = tuple(wanted)
        why: ReadCause = "insisting" if insist else "early"
        reads = await self._start_readings([s.id for s in sources], why)
        if not reads:
            return RefreshResult()
        try:
            done, late = await asyncio.wait(reads, timeout=REFRESH_TIMEOUT)
        except asyncio.CancelledError:
            await _cancel_readings(reads)
            raise
        if late:
            log.warning("slow sources were not waited for", count=len(late))
            await _cancel_readings(late)
        counts = [task.result() if task in done else None for task in reads]
        unread = (
            source.called or source.name
            for source, count in zip(sources, counts, strict=True)
            if count is None
        )
        return RefreshResult(new=sum(n or 0 for n in counts), unread=tuple(unread))

    async def _start_readings(
        self, ids: Sequence[int], why: ReadCause = "due", ends: float = math.inf
    ) -> "list[_Reading]":
        """Start reading the sources; at `ends`, a time of the loop, none is begun."""
        asked_at = self.clock.now()
        readers = await self.db.read(source_store.find_reading_workspaces, ids)
        places = asyncio.Semaphore(CONCURRENT_READINGS)
        own: defaultdict[int, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(READINGS_OF_A_WORKSPACE)
        )

        async def read(source_id: int) -> int | None:
            workspace = readers.get(source_id, 0)
            async with own[workspace], places:
                if why == "due" and self._locks[source_id].locked():
                    # It is being read, for an edition perhaps, which may wait for us.
                    return 0
                async with self._locks[source_id]:
                    if asyncio.get_running_loop().time() >= ends:
                        return None
                    return await self._read_in_turn(source_id, workspace, why, asked_at)

        return [asyncio.create_task(read(source_id)) for source_id in ids]

    async def _due(self) -> tuple[Source, ...]:
        return await self.db.read(
            source_store.list_due_sources, self.clock.now(), POLL_BATCH
        )

    async def _read_in_turn(
        self, source_id: int, workspace: int, why: ReadCause, asked_at: datetime
    ) -> int | None:
        """Read a source if it should be; return the number of new revisions.

        None if it could not be read, now or at its last reading.
        """
        if why != "due":
            await self._wait_for_other_process(source_id)
        source = await self.db.read(source_store.find_source, source_id)
        if source is None:
            return 0
        if not _should_read(source, self.clock.now(), why, asked_at):
            return None if source.failures or source.stopped else 0
        try:
            return await self._read(source, workspace)
        except DigestsError as error:
            await self._failed(source, error)
        except ConfigurationError:
            # The database cannot be written: not the fault of the source.
            raise
        except Exception:
            # A defect in one source must not stop the others.
            log.exception("reading failed", source=source.name)
            await self._failed(source, DigestsError("source.defect"))
        return None

    async def _wait_for_other_process(self, source_id: int) -> None:
        """Wait while a job reads the source: its articles would be analysed twice."""
        while await self.db.read(  # noqa: ASYNC110
            job_store.is_source_being_read, source_id
        ):
            await asyncio.sleep(LOOK_SECONDS)

    async def _read(self, source: Source, workspace: int) -> int:
        now = self.clock.now()
        reading = await self.read_source(source)
        feeds = source_state.list_own_feeds(source, reading)
        if feeds:
            first = source_state.switch_to_feed(source, feeds[0], now)
            await self.db.write(source_store.update_source, first)
            source, reading = await _read_own_feed(source, feeds, self.read_source, now)
        return await self._store_reading(source, reading, now, workspace)

    async def read_source(self, source: Source) -> SourceReading:
        """Read the source; nothing is stored.

        Raises:
            DigestsError: It cannot be read; the message says what to do.
        """
        now = self.clock.now()
        return await _read_source(source, self.source_reader, now, self.engine.run)

    async def _store_reading(
        self, source: Source, reading: SourceReading, now: datetime, workspace: int
    ) -> int:
        found = ReadingChanges()
        if reading.articles:
            engine = self.engine.of_workspace(workspace)
            found = await find_changes(source, reading, now, self.db, engine)
        after = source_state.apply_reading(source, reading, found.unheard, now)
        after = found.noted(after, now)
        if reading.articles and source.kind != "folder":
            learned = await self._count_learned(source, now)
            after = replace(
                after, completeness=_judge_completeness(reading.articles, learned)
            )
        _warn_of_problem(source, after)
        count = await self._assigner.store(after, found, now, workspace)
        self.metrics.record_source_read("changed" if count else "unchanged")
        if count:
            log.debug("source has news", source=after.name, articles=count)
        return count

    async def _count_learned(self, source: Source, now: datetime) -> Counter[str]:
        count = page_reading_store.count_page_verdicts
        found = await self.db.read(count, [source.id], now - LEARNED_FROM_PAGES)
        return found.get(source.id, Counter())

    async def _failed(self, source: Source, error: DigestsError) -> None:
        # Newer than `source` if its own feed was found while reading.
        newest = await self.db.read(source_store.find_source, source.id)
        after = source_state.apply_failure(newest or source, error, self.clock.now())
        self.metrics.record_source_read("failed")
        _warn_of_problem(source, after)
        pause = isinstance(error, SourceRateLimited)
        await self.db.write(_record_failure, after, pause)


def _judge_completeness(
    articles: Sequence[Article], learned: Mapping[str, int]
) -> str | None:
    """Judge whether the entries of a source are whole; None = not known yet."""
    from digests.sources.completeness import Completeness, judge_source

    shown: list[Completeness] = ["excerpt"] * learned.get("article", 0)
    shown += ["full"] * learned.get("entry_full", 0)
    judged = judge_source(articles, shown)
    return None if judged == "unknown" else judged


def _warn_of_problem(before: Source, after: Source) -> None:
    why = after.problem
    if why and why != before.problem:
        log.warning("source has a problem", source=after.name, why=str(why))


async def _read_source(
    source: Source, reader: SourceReader, now: datetime, run: RunBlocking
) -> SourceReading:
    if source.kind == "folder":
        return await run(read_folder, source)
    return await reader.read_address(
        source_state.current_address(source),
        now=now,
        kind=source_state.expected_kind(source),
        etag=source.etag,
        last_modified=source.last_modified,
    )


async def _read_own_feed(
    site: Source,
    feeds: Sequence[str],
    read: Callable[[Source], Awaitable[SourceReading]],
    now: datetime,
) -> tuple[Source, SourceReading]:
    """Read the first of a site's feeds, or another with the same articles in full."""
    source = source_state.switch_to_feed(site, feeds[0], now)
    reading = await read(source)
    for feed in feeds[1:] if reading.completeness != "full" else ():
        other = source_state.switch_to_feed(site, feed, now)
        with suppress(DigestsError):
            fuller = await read(other)
            if source_state.is_fuller(fuller, reading):
                return other, fuller
    return source, reading


def _record_failure(conn: Connection, source: Source, pause: bool) -> None:
    source_store.update_source(conn, source)
    if pause and source.backoff_until is not None:
        host = addresses.extract_host(source_state.current_address(source))
        source_store.back_off_host(conn, host, source.backoff_until)


async def _cancel_readings(reads: Iterable["_Reading"]) -> None:
    for task in reads:
        task.cancel()
    await asyncio.gather(*reads, return_exceptions=True)


def _should_read(
    source: Source, now: datetime, why: ReadCause, asked_at: datetime
) -> bool:
    """Whether it is due, or may be read before it is."""
    if why == "due":
        due = source.next_poll_at is None or source.next_poll_at <= now
        return due and not source.stopped
    read_at, insists = source.requested_at, why == "insisting"
    stale = read_at is None or now - read_at >= RECENT_READING
    if insists and read_at is not None:
        # The newest articles are expected, and only a reading since then has them.
        stale = read_at < asked_at
    may = source_state.may_be_read_early(source, now, insist=insists)
    return may and (stale or source.kind == "folder")


@frozen
class SourceTrial:
    """The content of a possible source, or why it cannot be read."""

    #: The address without its secret.
    shown: str
    #: Where it was read: there, or at the feed that it names.
    read_at: str
    reading: SourceReading | None = None
    #: Newest first, undated last.
    newest: tuple[Article, ...] = ()
    #: Addresses of feeds that the page names.
    feeds: tuple[str, ...] = ()
    #: The feed that the page names first, if this one has more of the same articles.
    instead_of: str | None = None
    #: Why nothing was found.
    problem: Message | None = None


async def try_source(
    address: str, *, source_reader: SourceReader, now: datetime
) -> SourceTrial:
    """Read a folder, feed, page or site that is no source yet; nothing is stored."""
    source = _trial_source(address)
    shown = addresses.mask_secrets(address)
    feeds: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    async def read(one: Source) -> SourceReading:
        return await _read_source(one, source_reader, now, asyncio.to_thread)

    try:
        reading = await read(source)
        feeds = reading.feeds
        own = source_state.list_own_feeds(source, reading)
        if own:
            source, reading = await _read_own_feed(source, own, read, now)
    except DigestsError as error:
        why = error.message
        return SourceTrial(shown=shown, read_at=shown, feeds=feeds, problem=why)
    newest = sorted(
        reading.articles, key=lambda one: one.published or _UNDATED, reverse=True
    )
    read_at = source_state.current_address(source)
    return SourceTrial(
        shown=shown,
        read_at=addresses.mask_secrets(read_at),
        reading=reading,
        newest=tuple(newest),
        feeds=feeds,
        instead_of=addresses.mask_secrets(own[0])
        if own and own[0] != read_at
        else None,
        problem=None if reading.articles else Message("source.none_at_present"),
    )


def _trial_source(address: str) -> Source:
    is_folder = "://" not in address
    return Source(
        id=0,
        workspace_id=None,
        kind="folder" if is_folder else "feed",
        address=str(Path(address).expanduser()) if is_folder else address.strip(),
        name=Path(address).name if is_folder else address,
    )
