"""Choose the articles whose pages are read for full texts, and when.

    run             shortly before a digest is due: what it would show, and some more
    complete        at the due moment, for posts and previews: what is still missing
    read_articles   what a reader or editor asks for

An edition waits a limited time. What is later is published from its excerpt, and read
for the next one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from hashlib import sha256

import structlog

from bot.errors import ConfigurationError
from bot.ingest.full_texts import FullTextReader, is_page_due
from bot.model import PUBLISHABLE_FOR, Digest, Occurrence, Source
from bot.model.scope import Scope
from bot.ports import Clock, Engine, ReportProgress
from bot.publishing.analysis_turns import analyse_in_turns
from bot.publishing.edition_inputs import (
    EditionInputs,
    build_edition_style,
    compose_inputs,
    load_inputs,
)
from bot.storage import (
    Database,
    digest_store,
    page_reading_store,
    schedule_store,
)
from bot.storage.page_reading_store import ArticlePage
from digests.analysis import AnalyseArticle, analyse_article
from digests.types import ArticleRef, Edition, frozen

log = structlog.get_logger(__name__)

#: How long before its due moment a digest is looked at, over how much of that these
#: looks are spread, and when the last one is.
LOOK_AHEAD, LOOK_SPREAD = timedelta(minutes=30), timedelta(minutes=20)
LAST_LOOK = timedelta(minutes=5)
#: Digests of one run, so that polling goes on between them.
LOOKS_AT_ONCE = 20
#: Seconds that a look, an edition and a person wait for pages.
LOOK_SECONDS, EDITION_SECONDS, PERSON_SECONDS = 20.0, 40.0, 8.0
#: Stories whose pages are read, as a multiple of those that an edition shows: the next
#: ones are shown if a page makes nothing of the first ones.
TIMES_SHOWN = 2
#: Pages that are read at once for one digest, as a multiple of its stories.
_MOST = 4
#: Articles of one story whose pages are read, if it would be shown.
ARTICLES_OF_A_STORY = 3
#: The order changes with what was read: so often it is composed again.
ROUNDS = 2


@frozen
class _Wait:
    """How long several digests wait for pages together."""

    #: A time of the loop.
    until: float
    time: Callable[[], float]
    read: AnalyseArticle
    report: ReportProgress | None
    #: Digests that are composed at once: those whose turn comes too late are not.
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    @property
    def seconds(self) -> float:
        """The seconds that are left, at least 0."""
        return max(self.until - self.time(), 0.0)


@frozen
class FullTextPlanner:
    """Chooses what is read, over one database."""

    db: Database
    engine: Engine
    clock: Clock
    reader: FullTextReader
    #: Makes the pictures of a digest's next edition, after the last look.
    illustrate_ahead: Callable[[Digest], Awaitable[None]]
    #: By digest: the due moment, and how many of its looks are over.
    _looked: dict[int, tuple[datetime, int]] = field(default_factory=dict, repr=False)

    async def run(self) -> datetime | None:
        """Read what the next editions would show; return when to run again."""
        keys, following = await self.choose_looks()
        await self.look(keys)
        return following

    async def look(self, keys: Sequence[tuple[Scope, int]]) -> None:
        """Read what the next editions of these digests would show."""
        digests = await self._find_digests(keys)
        await self.complete(digests, seconds=LOOK_SECONDS)
        now = self.clock.now()
        soon = await self.db.read(
            schedule_store.list_upcoming_digests, now, now + LAST_LOOK
        )
        for digest in digests:
            if (digest.workspace_id, digest.id) in soon:
                await self._illustrate_ahead(digest)

    async def choose_looks(
        self,
    ) -> tuple[tuple[tuple[Scope, int], ...], datetime | None]:
        """Choose the digests that are looked at now; return when to choose again."""
        now = self.clock.now()
        until = now + LOOK_AHEAD
        upcoming = await self.db.read(schedule_store.list_upcoming_digests, now, until)
        looks = {key: look_moments(key[1], at) for key, at in upcoming.items()}
        waiting = [
            key
            for key, moments in looks.items()
            if _count_over(moments, now) > self._count_looked(key[1], upcoming[key])
        ]
        for key in waiting[:LOOKS_AT_ONCE]:
            self._looked[key[1]] = (upcoming[key], _count_over(looks[key], now))
        chosen = tuple((Scope(here), key) for here, key in waiting[:LOOKS_AT_ONCE])
        for digest_id, (at, _) in list(self._looked.items()):
            if at < now:
                del self._looked[digest_id]
        if len(waiting) > LOOKS_AT_ONCE:
            return chosen, now
        later = [at for moments in looks.values() for at in moments if at > now]
        beyond = await self.db.read(schedule_store.find_schedule_after, until)
        later += [beyond - LOOK_AHEAD] if beyond else []
        return chosen, min(later, default=None)

    def _count_looked(self, digest_id: int, at: datetime) -> int:
        known = self._looked.get(digest_id)
        return known[1] if known is not None and known[0] == at else 0

    async def _illustrate_ahead(self, digest: Digest) -> None:
        try:
            await self.illustrate_ahead(digest)
        except ConfigurationError:
            raise
        except Exception:
            # A defect here must not keep the other digests from being looked at.
            log.exception("making pictures ahead failed", digest=digest.id)

    async def complete_occurrences(
        self, due: Sequence[Occurrence], read: AnalyseArticle
    ) -> None:
        """Read the pages of what these due digests would show; they wait together."""
        since = self.clock.now() - PUBLISHABLE_FOR
        excerpts = await self.db.read(page_reading_store.list_excerpt_sources, since)
        if not excerpts:
            # Nothing is loaded twice where feeds have full texts.
            return
        digests = await self._find_digests((one.scope, one.digest_id) for one in due)
        wanting = [d for d in digests if excerpts & {source.id for source in d.sources}]
        await self.complete(wanting, read=read)

    async def _find_digests(self, keys: Iterable[tuple[Scope, int]]) -> list[Digest]:
        find = digest_store.find_digest
        found = [await self.db.read(find, scope, digest_id=key) for scope, key in keys]
        return [digest for digest in found if digest is not None]

    async def complete(
        self,
        digests: Sequence[Digest],
        *,
        seconds: float | None = None,
        read: AnalyseArticle = analyse_article,
        report: ReportProgress | None = None,
    ) -> None:
        """Read the pages of what these digests would show now.

        Args:
            digests: The digests; their workspaces take turns.
            seconds: How long to wait for all of them together; None = as an edition.
            read: Analyses one article.
            report: Called after each page.
        """
        time = asyncio.get_running_loop().time
        until = time() + (EDITION_SECONDS if seconds is None else seconds)
        wait = _Wait(until=until, time=time, read=read, report=report)
        await asyncio.gather(*(self._complete(one, wait) for one in digests))

    async def _complete(self, digest: Digest, wait: _Wait) -> None:
        try:
            for _ in range(ROUNDS):
                if not await self._read_round(digest, wait):
                    return
        except ConfigurationError:
            # The database cannot be written: not the fault of the digest.
            raise
        except Exception:
            # A defect here must not keep an edition back: it has the excerpts.
            log.exception("reading full texts failed", digest=digest.id)

    async def _read_round(self, digest: Digest, wait: _Wait) -> int:
        """Read the pages of what would be shown; return how many were stored."""
        async with wait.places:
            pages = await self._choose_pages(digest, wait) if wait.seconds else []
        return await self.reader.read_pages(
            pages, digest.workspace_id, seconds=wait.seconds, report=wait.report
        )

    async def _choose_pages(self, digest: Digest, wait: _Wait) -> list[ArticlePage]:
        now = self.clock.now()
        found = await self.db.read(load_inputs, digest, now)
        always = any(source.full_text == "always" for source in digest.sources)
        if not always and not any(a.excerpt or a.expands for a in found.fresh):
            return []
        shown = digest.options.stories
        engine = self.engine.of_workspace(digest.workspace_id)
        read = await analyse_in_turns(engine, found, digest, now, wait.read)
        edition = await engine.run(_compose_more, found, digest, now, read)
        chosen = choose_articles(edition, found, shown, always=always)
        changed = await self._load_wanted(list_changed(found), digest.sources)
        new = await self._load_wanted(chosen, digest.sources)
        ids = {page.article_id for page in new}
        return [*new, *(p for p in changed if p.article_id not in ids)][: _MOST * shown]

    async def read_articles(
        self, scope: Scope, article_ids: Collection[int], *, seconds: float
    ) -> int:
        """Read the pages of articles that somebody asks for, as far as they are due.

        Args:
            scope: The workspace, which sees the articles.
            article_ids: Keys of the articles, the most important first.
            seconds: How long to wait.

        Returns:
            The number of full texts that were stored.
        """
        sources = await self.db.read(digest_store.list_read_sources, scope)
        pages = await self._load_wanted(article_ids, sources)
        try:
            return await self.reader.read_pages(
                pages, scope.workspace_id, seconds=seconds
            )
        except ConfigurationError:
            log.exception("full texts cannot be stored")
            return 0

    async def _load_wanted(
        self, article_ids: Collection[int], sources: Sequence[Source]
    ) -> list[ArticlePage]:
        """Load the pages that are due and that these sources' settings ask for."""
        load = page_reading_store.list_article_pages
        pages, now = await self.db.read(load, article_ids), self.clock.now()
        uses = {source.id: source.full_text or "auto" for source in sources}
        ordered = (pages[key] for key in article_ids if key in pages)
        return [p for p in ordered if _is_wanted(p, uses) and is_page_due(p, now)]


def look_moments(digest_id: int, due_at: datetime) -> tuple[datetime, datetime]:
    """Return when a digest is looked at before it is due.

    The first looks of digests that are due together are spread by a hash.
    """
    spread = sha256(str(digest_id).encode()).digest()[0] / 256 * LOOK_SPREAD
    return due_at - LOOK_AHEAD + spread, due_at - LAST_LOOK


def _count_over(moments: Sequence[datetime], now: datetime) -> int:
    return sum(at <= now for at in moments)


def _is_wanted(page: ArticlePage, uses: Mapping[int, str]) -> bool:
    """Whether the digest wants the full text of the article."""
    use = uses.get(page.source_id, "never")
    return use == "always" or (use == "auto" and page.announced.excerpt)


def _compose_more(
    inputs: EditionInputs, digest: Digest, now: datetime, read: AnalyseArticle
) -> Edition:
    """Compose the edition with the stories that come next, too."""
    style = build_edition_style(digest)
    wide = replace(
        style,
        stories=TIMES_SHOWN * style.stories,
        brief=max(style.brief, style.stories),
    )
    return compose_inputs(inputs, digest, now, read, wide)


def list_changed(inputs: EditionInputs) -> tuple[int, ...]:
    """List published articles that their source changed, or may have, by their keys.

    An edition has no place for them as long as nobody knows that they have news.
    """
    keys = {key.rpartition("@")[0] for key in inputs.ledger.revisions}
    return tuple(
        int(article.id)
        for article in inputs.fresh
        if article.id in keys
        and (
            article.expands
            or f"{article.id}@{article.revision}" not in inputs.ledger.revisions
        )
    )


def choose_articles(
    edition: Edition, inputs: EditionInputs, shown: int, *, always: bool = False
) -> tuple[int, ...]:
    """Choose the articles whose full texts the edition needs, by their keys.

    Those of stories without any full text come first. Copies of a text at another
    outlet are left out, if the text itself is in the story.

    Args:
        edition: With more stories than are shown, in their order.
        inputs: What it was composed from.
        shown: The number of stories that are shown.
        always: Also those whose text seems to be whole.
    """
    by_id = {article.id: article for article in inputs.fresh}
    copies = {m.article: m.duplicate_of for m in inputs.known if m.duplicate_of}
    several: list[tuple[ArticleRef, ...]] = [s.articles for s in edition.stories]
    several += [line.articles or (line.article,) for line in edition.brief]
    wanted: list[tuple[bool, bool, int, list[int]]] = []
    for place, refs in enumerate(several[: TIMES_SHOWN * shown]):
        ids = {ref.id for ref in refs}
        own = [ref.id for ref in refs if copies.get(ref.id) not in ids]
        held = [by_id[name] for name in own if name in by_id]
        whole = any(not article.excerpt for article in held)
        next_one = place >= shown
        if whole and next_one:
            continue
        most = 1 if whole or next_one else ARTICLES_OF_A_STORY
        keys = [int(a.id) for a in held if always or a.excerpt or a.origin == "page"]
        wanted.append((next_one, whole, place, keys[:most]))
    return tuple(key for *_, keys in sorted(wanted) for key in keys)
