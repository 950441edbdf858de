"""Read sources when due or on request, try new ones, re-read published pages.

    poll        read every source whose time has come; when to come again
    refresh     read the sources of a digest now, unless they were just read
    rereading   read the pages behind told articles again: are they corrected?

A source is read, what is new in it is analysed outside the event loop and joined to
its story, and all of it is stored in one transaction with the source's new state: an
article in the archive always has its quotes, figures and story. A source that cannot be
read keeps its problem, in words, and never stops the others. `cadence`, `states`,
`identity` and `floods` are the rules, and pure; `outside` is the way out.

Only pages of articles that an edition told in full are read, at growing intervals, by
the one guarded way out. A feed may name any address: where a private network is open to
sources, a page there is read only on the host of the feed that named it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import structlog

from bot.errors import ConfigurationError
from bot.ingest import addresses, source_state
from bot.ingest.source_reader import SourceReader, SourceReading, read_folder
from bot.ingest.storing import ReadingChanges, find_changes
from bot.ingest.story_views import StoryAssigner
from bot.model import Source
from bot.ports import Clock, Engine
from bot.storage import Connection, Database, published_article_store, source_store
from bot.storage.published_article_store import PageReread
from digests.errors import (
    DigestsError,
    FetchRefused,
    SourceGone,
    SourceMissing,
    SourceRateLimited,
)
from digests.language.normalization import revision_hash
from digests.types import Article

log = structlog.get_logger(__name__)

#: A reading that is not older is new enough for an edition.
RECENT_READING = timedelta(minutes=5)
#: Sources that are read at once; one host is still asked one thing at a time.
CONCURRENT_READINGS = 8
#: Sources that one look into the database takes.
POLL_BATCH = 200
#: How long an edition waits for sources that are slow, in seconds.
REFRESH_TIMEOUT = 45.0
READING_DEFECT = "It could not be read through a defect of this bot; the log says more."

ReadingCause = Literal["due", "early", "insisting"]

#: (address, etag, last modified) → what stands there; raises `DigestsError`.
ReadPage = Callable[[str, str | None, str | None], Awaitable[SourceReading]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRereader:
    """The pages that are read again, over one database and a way out."""

    db: Database
    clock: Clock
    look: ReadPage
    #: The setting of that name.
    allow_private: str = ""

    async def run(self) -> datetime | None:
        """Read the pages that are due; when the next one is."""
        now = self.clock.now()
        due = await self.db.read(
            published_article_store.list_due_rereads, now=now, limit=REREAD_BATCH
        )
        places = asyncio.Semaphore(CONCURRENT_REREADS)
        await asyncio.gather(*(self._in_turn(one, places) for one in due))
        return await self.db.read(published_article_store.find_next_reread_at)

    async def _in_turn(self, one: PageReread, places: asyncio.Semaphore) -> None:
        async with places:
            try:
                await self._read(one)
            except ConfigurationError:
                # The database takes nothing: that is not the page's fault.
                raise
            except Exception:
                # A defect in one page must not silence the others.
                _reread_log.exception(
                    "reading a page again failed", article=one.article_id
                )
                await self._later(one)

    async def _read(self, one: PageReread) -> None:
        if one.times == 0:
            # It was just told: there is nothing to be put right yet.
            await self._later(one)
            return
        wanted = await self.db.read(
            published_article_store.is_reread_needed, article_id=one.article_id
        )
        if not wanted or not self._may_be_read(one, one.url):
            await self.db.write(
                published_article_store.reschedule_reread, one, next_at=None
            )
            return
        try:
            reading = await self.look(one.url, one.etag, one.last_modified)
        except SourceRateLimited as error:
            wait = timedelta(seconds=error.wait or 0)
            await self._later(one, self.clock.now() + wait)
        except (SourceGone, SourceMissing, FetchRefused):
            await self.db.write(
                published_article_store.reschedule_reread, one, next_at=None
            )
        except DigestsError:
            await self._later(one)
        else:
            await self._take(one, reading)

    def _may_be_read(self, one: PageReread, address: str) -> bool:
        """Whether the feed that named the page may have us ask there."""
        if "@" in address or not address.startswith(("https://", "http://")):
            return False
        home = addresses.extract_host(address) == addresses.extract_host(
            one.source_address
        )
        return home or not addresses.is_private(address, self.allow_private)

    async def _take(self, one: PageReread, reading: SourceReading) -> None:
        ends = self._may_be_read(one, reading.read_at or one.url)
        page = _comparable_page(one, reading) if ends else None
        await self.db.write(
            _save_page, one, page, reading, self._next(one), self.clock.now()
        )

    async def _later(self, one: PageReread, not_before: datetime | None = None) -> None:
        at = self._next(one)
        if at is not None and not_before is not None:
            at = max(at, not_before)
        await self.db.write(published_article_store.reschedule_reread, one, next_at=at)

    def _next(self, one: PageReread) -> datetime | None:
        """The next time that is still to come; None after the last one."""
        if one.times >= len(REREAD_DELAYS):
            return None
        later = [one.published_at + after for after in REREAD_DELAYS[one.times :]]
        return next((at for at in later if at > self.clock.now()), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ingestor:
    """The incoming side, over one database."""

    db: Database
    engine: Engine
    clock: Clock
    source_reader: SourceReader = field(default_factory=SourceReader)
    _filing: StoryAssigner = field(init=False, repr=False)
    #: Who reads which source at this moment: one at a time.
    _turns: defaultdict[int, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock), repr=False
    )

    def __post_init__(self) -> None:
        """Build what it works with."""
        object.__setattr__(
            self, "_filing", StoryAssigner(db=self.db, engine=self.engine)
        )

    async def poll(self) -> datetime | None:
        """Read every source that is due; when the next one is."""
        due = await self._due()
        while due:
            places = asyncio.Semaphore(CONCURRENT_READINGS)
            reads = [asyncio.create_task(self._read_in_turn(s.id, places)) for s in due]
            try:
                await asyncio.gather(*reads)
            finally:
                await _cancel_readings(reads)
            due = await self._due() if len(due) == POLL_BATCH else ()
        return await self.db.read(source_store.find_next_poll_at, now=self.clock.now())

    @property
    def page_rereader(self) -> PageRereader:
        """What reads the pages behind told articles again."""

        async def look(address: str, etag: str | None, at: str | None) -> SourceReading:
            return await self.source_reader.look(
                address,
                now=self.clock.now(),
                kind="page",
                etag=etag,
                last_modified=at,
            )

        return PageRereader(
            db=self.db,
            clock=self.clock,
            look=look,
            allow_private=self.source_reader.allow_private,
        )

    async def refresh(self, wanted: Iterable[Source], *, insist: bool = False) -> int:
        """Read these sources now, but for those just read; how much new was stored.

        Args:
            wanted: Of one digest or several.
            insist: Somebody asked by hand: sources that failed are tried as well.
        """
        places = asyncio.Semaphore(CONCURRENT_READINGS)
        early: ReadingCause = "insisting" if insist else "early"
        reads = [
            asyncio.create_task(self._read_in_turn(source.id, places, early))
            for source in wanted
        ]
        if not reads:
            return 0
        try:
            done, late = await asyncio.wait(reads, timeout=REFRESH_TIMEOUT)
        except asyncio.CancelledError:
            await _cancel_readings(reads)
            raise
        if late:
            log.warning("going on without sources that are slow", count=len(late))
            await _cancel_readings(late)
        return sum(task.result() for task in done)

    async def _due(self) -> tuple[Source, ...]:
        return await self.db.read(
            source_store.list_due_sources, now=self.clock.now(), limit=POLL_BATCH
        )

    async def _read_in_turn(
        self, source_id: int, places: asyncio.Semaphore, why: ReadingCause = "due"
    ) -> int:
        """Read a source unless somebody has just done so; how much new was stored."""
        async with places, self._turns[source_id]:
            source = await self.db.read(source_store.find_source, source_id=source_id)
            if source is None or not _should_read(source, self.clock.now(), why):
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
                await self._failed(source, DigestsError(READING_DEFECT))
            return 0

    async def _read(self, source: Source) -> int:
        now = self.clock.now()
        reading = await self.look(source)
        feed = source_state.find_own_feed(source, reading)
        if feed is not None:
            source = source_state.switch_to_feed(source, feed, now)
            await self.db.write(source_store.update_source, source=source)
            reading = await self.look(source)
        return await self._store_reading(source, reading, now)

    async def look(self, source: Source) -> SourceReading:
        """What the source holds at present; nothing is stored.

        Raises:
            DigestsError: It cannot be read; the message says what to do.
        """
        if source.kind == "folder":
            return await self.engine.run(read_folder, source)
        return await self.source_reader.look(
            source_state.current_address(source),
            now=self.clock.now(),
            kind=source_state.expected_kind(source),
            etag=source.etag,
            last_modified=source.last_modified,
        )

    async def _store_reading(
        self, source: Source, reading: SourceReading, now: datetime
    ) -> int:
        found = await self._find_changes(source, reading, now)
        after = source_state.apply_reading(source, reading, found.unheard, now)
        after = found.noted(after, now)
        if after.problem and after.problem != source.problem:
            log.warning("source has a problem", source=after.name, why=after.problem)
        count = await self._filing.keep(after, found, now=now)
        if count:
            log.debug("source has news", source=after.name, articles=count)
        return count

    async def _find_changes(
        self, source: Source, reading: SourceReading, now: datetime
    ) -> ReadingChanges:
        if not reading.articles:
            return ReadingChanges()
        return await find_changes(source, reading, now, db=self.db, engine=self.engine)

    async def _failed(self, source: Source, error: DigestsError) -> None:
        # What was stored on the way: the source may have been found elsewhere.
        newest = (
            await self.db.read(source_store.find_source, source_id=source.id) or source
        )
        after = source_state.apply_failure(newest, error, self.clock.now())
        if after.problem != source.problem:
            log.warning("source has a problem", source=after.name, why=after.problem)
        await self.db.write(
            _record_failure, after, isinstance(error, SourceRateLimited)
        )


def _record_failure(conn: Connection, source: Source, pause: bool) -> None:
    source_store.update_source(conn, source=source)
    if pause and source.backoff_until is not None:
        host = addresses.extract_host(source_state.current_address(source))
        source_store.back_off_host(conn, host=host, until=source.backoff_until)


async def _cancel_readings(reads: Iterable["asyncio.Task[int]"]) -> None:
    for task in reads:
        task.cancel()
    await asyncio.gather(*reads, return_exceptions=True)


def _should_read(source: Source, now: datetime, why: ReadingCause) -> bool:
    """Whether it is to be read: its time has come, or somebody cannot wait for it."""
    if why == "due":
        due = source.next_poll_at is None or source.next_poll_at <= now
        return due and not source.stopped
    if not source_state.may_be_read_early(source, now, insist=why == "insisting"):
        return False
    just_read = (
        source.requested_at is not None and now - source.requested_at < RECENT_READING
    )
    return source.kind == "folder" or not just_read


_reread_log = structlog.get_logger(__name__)

#: When a page is read, counted from when its article was told.
REREAD_DELAYS = tuple(
    timedelta(minutes=minutes) for minutes in (5, 30, 90, 240, 600, 1440, 2880)
)
#: Pages that one look into the database takes, and that are read at once.
REREAD_BATCH, CONCURRENT_REREADS = 12, 4
#: A page with less text than this is a wall, a wish for cookies, or an error.
SHORTEST_PAGE = 200


def _comparable_page(one: PageReread, reading: SourceReading) -> Article | None:
    """The article of the page, where there is one that can be compared."""
    if reading.unchanged or not reading.articles:
        return None
    found = reading.articles[0]
    if len(found.text) < SHORTEST_PAGE:
        return None
    # Not to be taken for the same text from the feed.
    name = f"page-{revision_hash(found.title, found.text)}"
    return replace(found, id=str(one.article_id), revision=name)


def _save_page(
    conn: Connection,
    one: PageReread,
    page: Article | None,
    reading: SourceReading,
    next_at: datetime | None,
    now: datetime,
) -> None:
    """Keep a new version, and have the editions that tell the article looked at."""
    published_article_store.reschedule_reread(conn, one, next_at=next_at)
    published_article_store.set_page_validators(
        conn, one, etag=reading.etag, last_modified=reading.last_modified
    )
    if page is None or page.revision == one.revision:
        return
    published_article_store.store_page_revision(conn, one, page, now=now)
    if one.revision is not None:
        published_article_store.mark_article_changed(
            conn, article_id=one.article_id, now=now
        )


_UNDATED = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceTrial:
    """What was found, or why nothing was."""

    #: The address without its secret.
    shown: str
    #: Where it was read in the end: there, or at the feed that it names.
    read_at: str
    reading: SourceReading | None = None
    #: The newest first; those without a date last.
    newest: tuple[Article, ...] = ()
    #: Addresses of feeds that the page names.
    feeds: tuple[str, ...] = ()
    #: Why nothing was found, in words.
    problem: str | None = None


async def try_source(
    address: str, *, source_reader: SourceReader, now: datetime
) -> SourceTrial:
    """What a source at this address would give.

    Args:
        address: Of a folder, feed, page or site.
        source_reader: The way to what is not on this machine.
        now: The time.
    """
    source = _trial_source(address)
    shown = addresses.mask_secrets(address)
    feeds: tuple[str, ...] = ()
    try:
        reading = await _read_trial_source(source, source_reader, now)
        feeds = reading.feeds
        feed = source_state.find_own_feed(source, reading)
        if feed is not None:
            source = source_state.switch_to_feed(source, feed, now)
            reading = await _read_trial_source(source, source_reader, now)
    except DigestsError as error:
        return SourceTrial(shown=shown, read_at=shown, feeds=feeds, problem=str(error))
    newest = sorted(reading.articles, key=_publication_time, reverse=True)
    return SourceTrial(
        shown=shown,
        read_at=addresses.mask_secrets(source_state.current_address(source)),
        reading=reading,
        newest=tuple(newest),
        feeds=feeds,
        problem=None if reading.articles else "It holds no articles at present.",
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


async def _read_trial_source(
    source: Source, source_reader: SourceReader, now: datetime
) -> SourceReading:
    if source.kind == "folder":
        return await asyncio.to_thread(read_folder, source)
    address = source_state.current_address(source)
    return await source_reader.look(
        address, now=now, kind=source_state.expected_kind(source)
    )


def _publication_time(article: Article) -> datetime:
    return article.published or _UNDATED
