"""Read the pages behind excerpts, and store what they have as full texts.

A full text is the current revision of its article, with the quotes, figures and story
that follow from it; the source's text stays beside it (`article_store`). What a page
turned out to be is stored, so that it is asked again at growing intervals, a few times,
and never again for the same text of the source. Anything but the announced article
leaves the excerpt as it is, and a defect in one page does not stop the others.

The fetcher obeys robots.txt and the crawl delay; `page_budget` says whose turn it is.
A host that asks for a pause gets one, for its pages and its feeds.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import field, replace
from datetime import datetime, timedelta

import structlog

from bot.errors import ConfigurationError
from bot.ingest import addresses, source_state, storing
from bot.ingest.page_budget import BUDGET_PERIOD, PageBudget
from bot.ingest.source_reader import SourceReader
from bot.ingest.storing import NamedArticle, PendingRevision, ReadingChanges
from bot.model import Source
from bot.ports import Clock, Engine, ReportProgress
from bot.storage import (
    Connection,
    Database,
    article_store,
    page_reading_store,
    source_store,
)
from bot.storage.page_reading_store import RATE_LIMITED, ArticlePage, PageReading
from bot.storage.revision_store import name_page_revision
from digests.corrections import detection
from digests.errors import (
    DigestsError,
    FetchRefused,
    SourceRateLimited,
)
from digests.language.text_language import find_language
from digests.types import Article, frozen

log = structlog.get_logger(__name__)

#: Pages that are read at once, and those for one workspace among them.
CONCURRENT_PAGES, PAGES_OF_A_WORKSPACE = 8, 6
#: How often a page is asked for one text of the source, and the first time between;
#: each further one is twice as long.
MOST_TRIES, RETRY_DELAY = 3, timedelta(minutes=15)
#: The pause of a host that asks for one and does not say how long.
USUAL_PAUSE = timedelta(minutes=15)
#: What a failed reading counts for: as many requests as one page may take.
_FAILED_REQUESTS = 3
#: Verdicts that may be another one later; the others stay.
_PASSING = frozenset({"not_found", "cut", "no_text", "consent", "unreachable", "old"})


StoreChanges = Callable[[Source, ReadingChanges, datetime, int], Awaitable[int]]


def is_page_due(page: ArticlePage, now: datetime) -> bool:
    """Whether the page may be asked, for the source's newest text."""
    last = page.reading
    if last is None or last.expands != page.announced.revision:
        return True
    return last.next_at is not None and last.next_at <= now and last.tries < MOST_TRIES


@frozen
class FullTextReader:
    """Reads pages into one database."""

    db: Database
    engine: Engine
    clock: Clock
    source_reader: SourceReader
    #: Stores what was read for a workspace, with its stories; returns the number of new
    #: revisions.
    store: StoreChanges
    budget: PageBudget = field(default_factory=PageBudget)
    _places: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(CONCURRENT_PAGES), repr=False
    )
    #: By workspace.
    _own_places: defaultdict[int, asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(
            lambda: asyncio.Semaphore(PAGES_OF_A_WORKSPACE)
        ),
        repr=False,
    )
    #: Articles whose pages are being read.
    _running: dict[int, asyncio.Event] = field(default_factory=dict, repr=False)

    async def read_pages(
        self,
        pages: Iterable[ArticlePage],
        workspace: int,
        *,
        seconds: float,
        report: ReportProgress | None = None,
    ) -> int:
        """Read those of these pages that are due, the first ones first.

        Args:
            pages: Articles with their pages, the most important first.
            workspace: The workspace that wants them.
            seconds: How long to wait. What is later is not read.
            report: Called after each page.

        Returns:
            The number of full texts that were stored.
        """
        now = self.clock.now()
        due = [page for page in pages if is_page_due(page, now)]
        count, done = 0, 0

        async def read(page: ArticlePage) -> None:
            nonlocal count, done
            stored = await self._read_once(page, workspace)
            count, done = count + stored, done + 1
            if report is not None:
                report(done, len(due))

        tasks = [asyncio.create_task(read(page)) for page in due]
        if not tasks:
            return 0
        try:
            _, late = await asyncio.wait(tasks, timeout=seconds)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        if late:
            log.info("slow pages were not waited for", count=len(late))
        for end in ends:
            if isinstance(end, ConfigurationError):
                # The database cannot be written: not the fault of a page.
                raise end
        return count

    async def try_pages(
        self, wanted: Iterable[tuple[Article, str]], workspace: int, *, seconds: float
    ) -> dict[str, Article]:
        """Read the pages of articles of new sources, for a preview; nothing is stored.

        Args:
            wanted: The articles, each with the address of its source.
            workspace: The workspace that wants them.
            seconds: How long to wait. What is later is left out.

        Returns:
            The full texts that were found, by the ids of their articles.
        """
        tasks = {
            article.id: asyncio.create_task(self._try_page(article, source, workspace))
            for article, source in wanted
        }
        if not tasks:
            return {}
        try:
            await asyncio.wait(tasks.values(), timeout=seconds)
        finally:
            for task in tasks.values():
                task.cancel()
            ends = await asyncio.gather(*tasks.values(), return_exceptions=True)
        found = dict(zip(tasks, ends, strict=True))
        return {key: full for key, full in found.items() if isinstance(full, Article)}

    async def _try_page(
        self, article: Article, source_address: str, workspace: int
    ) -> Article | None:
        host = addresses.extract_host(article.url or "")
        own, sent = self._own_places[workspace], _FAILED_REQUESTS
        async with self.budget.take_turn(host, workspace), own, self._places:
            now = self.clock.now()
            known = await self.db.read(_load_state, (), host, now)
            left = self.budget.count_left(host, workspace, known.used, now)
            if known.is_paused or not left:
                return None
            try:
                judged = await self.source_reader.read_article_page(
                    article, source_address, now=now
                )
                sent = judged.requests if judged is not None else 1
            except SourceRateLimited as error:
                until = _resume_time(source_address, error, now)
                await self.db.write(source_store.back_off_host, host, until)
                return None
            except DigestsError:
                return None
            finally:
                self.budget.record_requests(host, workspace, sent, now)
        if judged is None or judged.article is None:
            return None
        full = build_full_text(article, judged.article)
        return None if is_whole(article, full) else full

    async def _read_once(self, page: ArticlePage, workspace: int) -> bool:
        """Read a page, or wait for who is reading it; True: its full text is stored."""
        running = self._running.get(page.article_id)
        if running is not None:
            await running.wait()
            return False
        self._running[page.article_id] = ended = asyncio.Event()
        try:
            return await self._read_in_turn(page, workspace)
        except ConfigurationError:
            raise
        except Exception:
            # A defect in one page must not stop the others.
            log.exception("reading a page failed", article=page.article_id)
            return False
        finally:
            del self._running[page.article_id]
            ended.set()

    async def _read_in_turn(self, page: ArticlePage, workspace: int) -> bool:
        host = addresses.extract_host(page.announced.url or "")
        own = self._own_places[workspace]
        async with self.budget.take_turn(host, workspace), own, self._places:
            now = self.clock.now()
            known = await self.db.read(_load_state, [page.article_id], host, now)
            page = known.page or page
            left = self.budget.count_left(host, workspace, known.used, now)
            if known.is_paused or not left or not is_page_due(page, now):
                return False
            asked = _begin_reading(page, host, now)
            # Stored first, so that a process that dies does not ask without end.
            await self.db.write(page_reading_store.save_page_reading, asked)
            ended, full = await self._ask(page, asked, workspace)
            sent = ended.requests - asked.requests + 1
            self.budget.record_requests(host, workspace, sent, now)
            if full is None:
                await self.db.write(_save_outcome, page, ended)
                return False
        stored = await self._store(page, full, workspace)
        # Last, so that a text that could not be stored is read again.
        await self.db.write(_save_outcome, page, ended)
        return stored

    async def _ask(
        self, page: ArticlePage, asked: PageReading, workspace: int
    ) -> tuple[PageReading, Article | None]:
        """Ask for the page; return what came of it, and the full text if it is good."""
        whole = page.is_full and page.reading is not None
        try:
            judged = await self.source_reader.read_article_page(
                page.announced,
                page.source_address,
                now=asked.asked_at,
                known=(asked.etag, asked.last_modified) if whole else (None, None),
            )
        except SourceRateLimited as error:
            until = _resume_time(page.source_address, error, asked.asked_at)
            # It says nothing about the page.
            tries = asked.tries - 1
            return replace(
                asked, verdict=RATE_LIMITED, next_at=until, tries=tries
            ), None
        except FetchRefused:
            return replace(asked, verdict="refused", next_at=None), None
        except DigestsError:
            sent = asked.requests + _FAILED_REQUESTS - 1
            return replace(asked, verdict="unreachable", requests=sent), None
        if judged is None:
            verdict = "article" if whole else "old"
            return _finish_reading(asked, verdict), None
        ended = replace(
            _finish_reading(asked, judged.verdict),
            requests=asked.requests + max(judged.requests - 1, 0),
            etag=judged.etag,
            last_modified=judged.last_modified,
        )
        if judged.verdict != "article" or judged.article is None:
            return ended, None
        return await self._compare(page, judged.article, ended, workspace)

    async def _compare(
        self, page: ArticlePage, found: Article, ended: PageReading, workspace: int
    ) -> tuple[PageReading, Article | None]:
        """Compare the text of the page with what is known of the article."""
        announced = page.announced
        full = build_full_text(announced, found)
        if is_whole(announced, full):
            return replace(ended, verdict="entry_full"), None
        find = article_store.find_expanded_text
        before = await self.db.read(find, page.article_id, full.revision)
        if before is not None and before.revision != announced.revision:
            compare = detection.find_first_correction
            engine = self.engine.of_workspace(workspace)
            if await engine.run(compare, before, announced) is not None:
                # The source corrected its text; the page still has the earlier one.
                return replace(_finish_reading(ended, "old")), None
        return ended, full

    async def _store(self, page: ArticlePage, full: Article, workspace: int) -> bool:
        source = await self.db.read(source_store.find_source, page.source_id)
        if source is None:
            return False
        engine = self.engine.of_workspace(workspace)
        analysis = await engine.run(storing.analyse_for_storing, full)
        piece = PendingRevision(
            named=NamedArticle(article=full, names=()), analysis=analysis, key=full.id
        )
        found = ReadingChanges(pieces=(piece,), of_pages=True)
        return await self.store(source, found, self.clock.now(), workspace) > 0


def _resume_time(
    source_address: str, error: SourceRateLimited, now: datetime
) -> datetime:
    """Compute when a host that asked for a pause may be asked again."""
    pause = timedelta(seconds=error.wait) if error.wait else USUAL_PAUSE
    return source_state.resume_time(source_address, pause, now)


def build_full_text(announced: Article, page: Article) -> Article:
    """Build the full text of an article: the page's words under the source's title.

    Author, date, language and image are the page's only where the source gives none.
    """
    title = announced.title or page.title
    return replace(
        announced,
        title=title,
        text=page.text,
        author=announced.author or page.author,
        published=announced.published or page.published,
        lang=find_language(page.text, announced.lang or page.lang),
        image=announced.image or page.image,
        excerpt=False,
        origin="page",
        expands=announced.revision,
        revision=name_page_revision(title, page.text),
    )


def is_whole(announced: Article, full: Article) -> bool:
    """Whether the source's text is the whole article, as its page shows."""
    from digests.sources.completeness import compare_with_page

    return compare_with_page(announced, full) == "full"


@frozen
class _PageState:
    """What is stored about a page and its host at the moment when it has the turn."""

    page: ArticlePage | None
    #: Requests to the host in the last hour.
    used: int
    #: Whether the host asked for a pause.
    is_paused: bool


def _load_state(
    conn: Connection, article_ids: Collection[int], host: str, now: datetime
) -> _PageState:
    """Load the state of a host, and of the page of the one stored article, if any."""
    pages = page_reading_store.list_article_pages(conn, article_ids)
    paused = page_reading_store.list_host_pauses(conn, now)
    backoffs = source_store.list_backoffs(conn, now)
    return _PageState(
        page=next(iter(pages.values()), None),
        used=page_reading_store.count_host_requests(conn, host, now - BUDGET_PERIOD),
        is_paused=host in paused or host in map(addresses.extract_host, backoffs),
    )


def _begin_reading(page: ArticlePage, host: str, now: datetime) -> PageReading:
    """Return the reading that begins now; it counts as a failure until it ends."""
    last = page.reading
    again = last is not None and last.expands == page.announced.revision
    recent = last is not None and now - last.asked_at < BUDGET_PERIOD
    tries = last.tries + 1 if last is not None and again else 1
    return PageReading(
        article_id=page.article_id,
        host=host,
        expands=page.announced.revision,
        asked_at=now,
        tries=tries,
        requests=(last.requests if last is not None and recent else 0) + 1,
        next_at=_next_try(tries, now),
        read_at=last.read_at if last is not None and again else None,
        etag=last.etag if last is not None else None,
        last_modified=last.last_modified if last is not None else None,
    )


def _next_try(tries: int, now: datetime) -> datetime | None:
    return now + RETRY_DELAY * 2 ** (tries - 1) if tries < MOST_TRIES else None


def _finish_reading(asked: PageReading, verdict: str) -> PageReading:
    """Return the reading of a page that answered."""
    later = asked.next_at if verdict in _PASSING else None
    return replace(asked, verdict=verdict, read_at=asked.asked_at, next_at=later)


def _save_outcome(conn: Connection, page: ArticlePage, ended: PageReading) -> None:
    page_reading_store.save_page_reading(conn, ended)
    if ended.verdict == "entry_full":
        article_store.mark_whole(conn, page.article_id, page.announced.revision)
    if ended.verdict == RATE_LIMITED and ended.next_at is not None:
        source_store.back_off_host(conn, ended.host, ended.next_at)
