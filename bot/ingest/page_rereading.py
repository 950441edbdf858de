"""Read the pages of published articles again, to find corrections.

Pages are re-read at growing intervals, if an edition has the article in full, by the
same guarded fetcher as sources. A feed can name any address: if private networks are
allowed for sources, a page there is read only on the host of the feed that named it.

An article that was published from its page is compared with the whole text of the page,
under the title of its source: several pages, or another title, correct nothing.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.errors import ConfigurationError
from bot.ingest import addresses
from bot.ingest.source_reader import SourceReader
from bot.ingest.source_state import SourceReading
from bot.ports import Clock
from bot.storage import (
    Connection,
    Database,
    article_store,
    published_article_store,
)
from bot.storage.published_article_store import PageReread
from bot.storage.revision_store import name_page_revision
from digests.errors import (
    DigestsError,
    FetchRefused,
    SourceGone,
    SourceMissing,
    SourceRateLimited,
)
from digests.types import Article, frozen

if TYPE_CHECKING:
    from digests.sources.article_page import PageJudgement

log = structlog.get_logger(__name__)

#: When a page is read again, counted from when its article was published.
REREAD_DELAYS = tuple(
    timedelta(minutes=minutes) for minutes in (5, 30, 90, 240, 600, 1440, 2880)
)
#: Pages that one query returns, and that are read at once.
REREAD_BATCH, CONCURRENT_REREADS = 12, 4
#: Pages with less text are a paywall, a consent form or an error.
SHORTEST_PAGE = 200


@frozen
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


def _comparable_page(one: PageReread, reading: SourceReading) -> Article | None:
    """Return the article of the page, if it can be compared."""
    if reading.unchanged or not reading.articles:
        return None
    found = reading.articles[0]
    return _name_revision(one, found) if len(found.text) >= SHORTEST_PAGE else None


def _comparable_full_text(
    one: PageReread, judged: "PageJudgement | None"
) -> Article | None:
    """Return the whole text of the page under the title that was published."""
    if judged is None or judged.article is None:
        return None
    return _name_revision(one, replace(judged.article, title=one.title))


def _name_revision(one: PageReread, found: Article) -> Article:
    revision = name_page_revision(found.title, found.text)
    return replace(found, id=str(one.article_id), revision=revision)


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
