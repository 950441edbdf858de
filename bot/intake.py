"""Sources → stored revisions: what was published comes in; it must not post anything.

A source is read, what is new in it is analysed outside the event loop, and both are
stored in one transaction: an article in the archive always has its quotes and
figures. A source that cannot be read keeps its problem, in words, and never stops
the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.ports import Clock, Engine
from bot.storage import Connection, articles, sources
from bot.storage.database import Database
from bot.types import Source
from digests.compose import analyse
from digests.errors import DigestsError
from digests.sources import folder
from digests.types import Analysis, Article

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """The incoming side, over one database."""

    db: Database
    engine: Engine
    clock: Clock

    async def refresh(self, wanted: Iterable[Source]) -> int:
        """Read these sources now; how many new revisions were stored."""
        return sum([await self._refresh_one(source) for source in wanted])

    async def _refresh_one(self, source: Source) -> int:
        try:
            reading = await self.engine.run(read_source, source)
        except DigestsError as error:
            await self._note(source, str(error))
            return 0
        new = await self._new(source, reading.articles)
        analysed = await self.engine.run(_analyse_all, new)
        stored = await self.db.write(self._store, source, analysed)
        problem = " ".join(f"{p.where}: {p.what}" for p in reading.problems[:3])
        await self._note(source, problem or None)
        return stored

    async def _new(
        self, source: Source, found: Sequence[Article]
    ) -> tuple[Article, ...]:
        known = await self.db.read(articles.known, source_id=source.id)
        return tuple(a for a in found if (a.id, a.revision) not in known)

    def _store(
        self, conn: Connection, source: Source, analysed: Sequence[Analysis]
    ) -> int:
        now = self.clock.now()
        count = 0
        for analysis in sorted(analysed, key=_order):
            stored, is_new = articles.store(conn, source, analysis.article, now=now)
            if is_new:
                articles.store_analysis(
                    conn,
                    revision_id=stored.revision_id,
                    quotes=analysis.quotes,
                    figures=analysis.figures,
                )
                count += 1
        return count

    async def _note(self, source: Source, problem: str | None) -> None:
        if problem is None:
            await self.db.write(
                sources.record_good, source_id=source.id, now=self.clock.now()
            )
            return
        if problem != source.problem:
            log.warning("source has a problem", source=source.name, problem=problem)
        await self.db.write(
            sources.record_problem, source_id=source.id, problem=problem
        )


def read_source(source: Source) -> folder.Reading:
    """What the source holds at present.

    Raises:
        DigestsError: It cannot be read; the message says what to do.
    """
    if source.kind == "folder":
        return folder.read(Path(source.address), source=source.name)
    raise DigestsError(
        f"{source.name}: feeds and pages are not read by this version yet; "
        "save their articles into a folder and name that."
    )


def _analyse_all(found: Sequence[Article]) -> tuple[Analysis, ...]:
    return tuple(analyse(article) for article in found)


def _order(analysis: Analysis) -> tuple[bool, str]:
    """What revises another comes after it; older before newer."""
    article = analysis.article
    published = article.published.isoformat() if article.published else ""
    return (article.revises is not None, published)
