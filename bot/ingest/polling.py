"""Read sources when due or on request, try new ones, re-read published pages.

    poll          read every source that is due; return when the next one is due
    refresh       read the sources of digests now, for an edition
    try_source    read an address that is no source yet; nothing is stored
    PageRereader  read the pages of published articles again, to find corrections

New articles of a source are analysed off the event loop and assigned to their stories,
and all of it is stored in one transaction with the new state of the source: a stored
article always has its quotes, figures and story. If a source cannot be read, its
problem is stored and the other sources are not affected. The rules are pure functions
of `source_state`.

Pages are re-read at growing intervals, if an edition has the article in full, by the
same guarded fetcher. A feed can name any address: if private networks are allowed for
sources, a page there is read only on the host of the feed that named it.
"""

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import structlog

from bot.errors import ConfigurationError
from bot.ingest import addresses, source_state
from bot.ingest.full_texts import FullTextReader
from bot.ingest.source_reader import SourceReader, read_folder
from bot.ingest.source_state import SourceReading
from bot.ingest.storing import ReadingChanges, find_changes
from bot.ingest.story_views import StoryAssigner
from bot.model import Source
from bot.ports import Clock, Engine
from bot.storage import (
    Connection,
    Database,
    article_store,
    page_reading_store,
    published_article_store,
    source_store,
)
from bot.storage.published_article_store import PageReread
from digests.errors import (
    DigestsError,
    FetchRefused,
    SourceGone,
    SourceMissing,
    SourceRateLimited,
)
from digests.language.normalization import revision_hash
from digests.messages import Message
from digests.types import Article

if TYPE_CHECKING:
    from digests.sources.article_page import PageJudgement

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
#: Seconds that an edition waits for slow sources.
REFRESH_TIMEOUT = 45.0

ReadCause = Literal["due", "early", "insisting"]
#: Returns the number of new revisions; None if the source could not be read.
_Reading: TypeAlias = "asyncio.Task[int | None]"

#: Runs a blocking function: `Engine.run`, or `asyncio.to_thread`.
RunBlocking = Callable[
    [Callable[[Source], SourceReading], Source], Awaitable[SourceReading]
]
#: When a page is read again, counted from when its article was published.
REREAD_DELAYS = tuple(
    timedelta(minutes=minutes) for minutes in (5, 30, 90, 240, 600, 1440, 2880)
)
#: Pages that one query returns, and that are read at once.
REREAD_BATCH, CONCURRENT_REREADS = 12, 4
#: How long pages that were read show whether the entries of their source are whole.
LEARNED_FROM_PAGES = timedelta(days=14)
#: Pages with less text are a paywall, a consent form or an error.
SHORTEST_PAGE = 200
_UNDATED = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRereader:
    """Reads the pages of published articles again."""

    db: Database
    clock: Clock
    source_reader: SourceReader

    async def run(self) -> datetime | None:
        """Read the pages that are due; return when the next one is."""
        due = await self.db.read(
            published_article_store.list_due_rereads, self.clock.now(), REREAD_BATCH
        )
        places = asyncio.Semaphore(CONCURRENT_REREADS)
        await asyncio.gather(*(self._reread(one, places) for one in due))
        return await self.db.read(published_article_store.find_next_reread_at)

    async def _reread(self, one: PageReread, places: asyncio.Semaphore) -> None:
        next_at = self._next(one)
        async with places:
            try:
                # Right after the article was published there is nothing to correct.
                if one.times and not await self._read(one, next_at):
                    next_at = None
                elif one.times:
                    return
            except ConfigurationError:
                # The database cannot be written: not the fault of the page.
                raise
            except SourceRateLimited as error:
                earliest = self.clock.now() + timedelta(seconds=error.wait or 0)
                next_at = next_at and max(next_at, earliest)
            except (SourceGone, SourceMissing, FetchRefused):
                next_at = None
            except DigestsError:
                pass
            except Exception:
                # A defect in one page must not stop the others.
                log.exception("re-reading failed", article=one.article_id)
            reschedule = published_article_store.reschedule_reread
            await self.db.write(reschedule, one, next_at)

    async def _read(self, one: PageReread, next_at: datetime | None) -> bool:
        """Read and store the page; False if that is not needed or not allowed."""
        is_needed = published_article_store.is_reread_needed
        needed = await self.db.read(is_needed, one.article_id)
        if not needed or not self._may_be_read(one, one.url):
            return False
        now, validators = self.clock.now(), (one.etag, one.last_modified)
        if one.expands is not None:
            # An edition was made from the page: it is read in the same way, to its end.
            judged = await self.source_reader.read_article_page(
                await self._announced(one),
                one.source_address,
                now=now,
                known=validators,
            )
            page = _comparable_full_text(one, judged)
            if judged is not None:
                validators = (judged.etag, judged.last_modified)
        else:
            etag, modified = validators
            reading = await self.source_reader.read_address(
                one.url, now=now, kind="page", etag=etag, last_modified=modified
            )
            allowed = self._may_be_read(one, reading.read_at or one.url)
            page = _comparable_page(one, reading) if allowed else None
            validators = (reading.etag, reading.last_modified)
        await self.db.write(_save_page, one, page, validators, next_at, now)
        return True

    async def _announced(self, one: PageReread) -> Article:
        """Load the article as its source gives it."""
        load = article_store.load_source_texts
        texts = await self.db.read(load, [one.article_id])
        nothing = Article(id=str(one.article_id), title=one.title, text="", url=one.url)
        return texts.get(one.article_id, nothing)

    def _may_be_read(self, one: PageReread, address: str) -> bool:
        """Whether the feed that named the page may cause a request there."""
        allowed = self.source_reader.allow_private
        return addresses.may_read_page(
            one.source_address, address, allow_private=allowed
        )

    def _next(self, one: PageReread) -> datetime | None:
        """Return the next time in the future; None after the last one."""
        later = (one.published_at + after for after in REREAD_DELAYS[one.times :])
        return next((at for at in later if at > self.clock.now()), None)


@dataclass(frozen=True, kw_only=True, slots=True)
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
    _assigner: StoryAssigner = field(init=False, repr=False)
    #: Reads the pages behind excerpts.
    full_text_reader: FullTextReader = field(init=False, repr=False)
    #: By source: it is read by one task at a time.
    _locks: defaultdict[int, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock), repr=False
    )
    #: By workspace: one of its readings at a time has a turn in the engine.
    _turns: defaultdict[int, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock), repr=False
    )

    def __post_init__(self) -> None:
        """Build the assigner of articles to stories, and the reader of full texts."""
        self._assigner = StoryAssigner(db=self.db, engine=self.engine)
        self.full_text_reader = FullTextReader(
            db=self.db,
            engine=self.engine,
            clock=self.clock,
            source_reader=self.source_reader,
            assigner=self._assigner,
            turns=self._turns,
        )

    async def poll(self) -> datetime | None:
        """Read every source that is due; return when the next one is.

        Workspaces are served in turns: in the order of the sources that are due, in the
        readings that run at once, and in the engine, where new articles are analysed.
        """
        due = await self._due()
        while due:
            ends = asyncio.get_running_loop().time() + POLL_ROUND
            reads = await self._start_readings(due, ends=ends)
            try:
                await asyncio.gather(*reads)
            finally:
                await _cancel_readings(reads)
            in_time = asyncio.get_running_loop().time() < ends
            due = () if in_time and len(due) < POLL_BATCH else await self._due()
        return await self.db.read(source_store.find_next_poll_at, self.clock.now())

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
        reads = await self._start_readings(sources, "insisting" if insist else "early")
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
        self, wanted: Iterable[Source], why: ReadCause = "due", ends: float = math.inf
    ) -> "list[_Reading]":
        """Start reading the sources; at `ends`, a time of the loop, none is begun."""
        asked_at, ids = self.clock.now(), [source.id for source in wanted]
        readers = await self.db.read(source_store.find_reading_workspaces, ids)
        places = asyncio.Semaphore(CONCURRENT_READINGS)
        own: defaultdict[int, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(READINGS_OF_A_WORKSPACE)
        )

        async def read(source_id: int) -> int | None:
            workspace = readers.get(source_id, 0)
            async with own[workspace], places, self._locks[source_id]:
                if asyncio.get_running_loop().time() >= ends:
                    return None
                turns = self._turns[workspace]
                return await self._read_in_turn(source_id, turns, why, asked_at)

        return [asyncio.create_task(read(source_id)) for source_id in ids]

    async def _due(self) -> tuple[Source, ...]:
        return await self.db.read(
            source_store.list_due_sources, self.clock.now(), POLL_BATCH
        )

    async def _read_in_turn(
        self, source_id: int, turns: asyncio.Lock, why: ReadCause, asked_at: datetime
    ) -> int | None:
        """Read a source if it should be; return the number of new revisions.

        None if it could not be read, now or at its last reading.
        """
        source = await self.db.read(source_store.find_source, source_id)
        if source is None:
            return 0
        if not _should_read(source, self.clock.now(), why, asked_at):
            return None if source.failures or source.stopped else 0
        try:
            return await self._read(source, turns)
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

    async def _read(self, source: Source, turns: asyncio.Lock) -> int:
        now = self.clock.now()
        reading = await self.read_source(source)
        feed = source_state.find_own_feed(source, reading)
        if feed is not None:
            source = source_state.switch_to_feed(source, feed, now)
            await self.db.write(source_store.update_source, source)
            reading = await self.read_source(source)
        return await self._store_reading(source, reading, now, turns)

    async def read_source(self, source: Source) -> SourceReading:
        """Read the source; nothing is stored.

        Raises:
            DigestsError: It cannot be read; the message says what to do.
        """
        now = self.clock.now()
        return await _read_source(source, self.source_reader, now, self.engine.run)

    async def _store_reading(
        self, source: Source, reading: SourceReading, now: datetime, turns: asyncio.Lock
    ) -> int:
        found = ReadingChanges()
        if reading.articles:
            found = await find_changes(
                source, reading, now, self.db, self.engine, turns
            )
        after = source_state.apply_reading(source, reading, found.unheard, now)
        after = found.noted(after, now)
        if reading.articles and source.kind != "folder":
            learned = await self._count_learned(source, now)
            after = replace(
                after, completeness=_judge_completeness(reading.articles, learned)
            )
        _warn_of_problem(source, after)
        count = await self._assigner.store(after, found, now)
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


def _comparable_page(one: PageReread, reading: SourceReading) -> Article | None:
    """Return the article of the page, if it can be compared."""
    if reading.unchanged or not reading.articles:
        return None
    found = reading.articles[0]
    if len(found.text) < SHORTEST_PAGE:
        return None
    # Hashed separately: the same text in the feed is another revision.
    name = f"page-{revision_hash(found.title, found.text)}"
    return replace(found, id=str(one.article_id), revision=name)


def _comparable_full_text(
    one: PageReread, judged: "PageJudgement | None"
) -> Article | None:
    """Return the whole text of the page under the title that was published."""
    if judged is None or judged.article is None:
        return None
    found = replace(judged.article, title=one.title)
    name = f"page-{revision_hash(found.title, found.text)}"
    return replace(found, id=str(one.article_id), revision=name)


def _save_page(
    conn: Connection,
    one: PageReread,
    page: Article | None,
    validators: tuple[str | None, str | None],
    next_at: datetime | None,
    now: datetime,
) -> None:
    """Store a new revision of the page and mark the article for comparison."""
    store = published_article_store
    store.reschedule_reread(conn, one, next_at)
    store.set_page_validators(conn, one, *validators)
    if page is None or page.revision == one.revision:
        return
    store.store_page_revision(conn, one, page, now)
    if one.revision is not None:
        store.mark_article_changed(conn, one.article_id, now)


@dataclass(frozen=True, kw_only=True, slots=True)
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
    #: Why nothing was found.
    problem: Message | None = None


async def try_source(
    address: str, *, source_reader: SourceReader, now: datetime
) -> SourceTrial:
    """Read a folder, feed, page or site that is no source yet; nothing is stored."""
    source = _trial_source(address)
    shown = addresses.mask_secrets(address)
    feeds: tuple[str, ...] = ()
    try:
        reading = await _read_source(source, source_reader, now, asyncio.to_thread)
        feeds = reading.feeds
        feed = source_state.find_own_feed(source, reading)
        if feed is not None:
            source = source_state.switch_to_feed(source, feed, now)
            reading = await _read_source(source, source_reader, now, asyncio.to_thread)
    except DigestsError as error:
        why = error.message
        return SourceTrial(shown=shown, read_at=shown, feeds=feeds, problem=why)
    newest = sorted(
        reading.articles, key=lambda one: one.published or _UNDATED, reverse=True
    )
    return SourceTrial(
        shown=shown,
        read_at=addresses.mask_secrets(source_state.current_address(source)),
        reading=reading,
        newest=tuple(newest),
        feeds=feeds,
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
