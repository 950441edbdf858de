"""The intake path: articles arriving one by one in a database of many thousands.

    python -m tests.bench.filing [ARCHIVED]

Measures assigning the story, the transaction that stores article and story, and the
work after it. Times are processor time of the whole process, without disk waits; the
time for building the view at a start is given per article.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

from sqlalchemy import insert

from bot.ingest.storing import NamedArticle, PendingRevision, ReadingChanges
from bot.ingest.story_views import StoryAssigner
from bot.jobs.in_process import InProcessEngine
from bot.model import Source
from bot.storage import Connection, Database, schema, source_store
from digests.language.normalization import revision_hash
from digests.types import Article, ArticleAnalysis, Headline, Summary
from tests.bench.stories import ARCHIVED, megabytes, report
from tests.builders import NOON

P = ParamSpec("P")
T = TypeVar("T")

ARRIVING = 200
DAYS = 3
_ROWS = 1000


class Timed:
    """The in-process engine, with the processor time that its work has taken."""

    def __init__(self, engine: InProcessEngine) -> None:
        self.seconds = 0.0
        self._engine = engine

    async def run(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def measured() -> T:
            begun = time.thread_time()
            try:
                return work(*args, **kwargs)
            finally:
                self.seconds += time.thread_time() - begun

        return await self._engine.run(measured)

    def of_workspace(self, _: int) -> "Timed":
        return self


def rows(archived: int) -> Iterator[tuple[str, str, str]]:
    """Rows of (figure, measured, budget)."""
    with tempfile.TemporaryDirectory() as home:
        yield from asyncio.run(_measured(f"sqlite:///{Path(home) / 'b.db'}", archived))


async def _measured(url: str, archived: int) -> list[tuple[str, str, str]]:
    db, engine = Database.open(url), InProcessEngine()
    try:
        source = await db.write(_archive, archived)
        filing = StoryAssigner(db=db, engine=(timed := Timed(engine)))
        now = NOON + timedelta(days=DAYS)
        before, begun = megabytes(), time.process_time()
        await filing.store(source, _found(archived), now=now, reader=0)
        made = time.process_time() - begun
        took, waited, own, timed.seconds = [], [], 0, 0.0
        rng = random.Random(0)
        for n in rng.sample(range(archived // 2, archived), ARRIVING):
            found = _found(n)
            begun, clock = time.process_time(), time.perf_counter()
            await filing.store(source, found, now=now, reader=0)
            took.append(1000 * (time.process_time() - begun))
            waited.append(1000 * (time.perf_counter() - clock))
        own = await db.read(_joined)
    finally:
        engine.close()
        await db.close()
    took.sort()
    mean, whole = statistics.mean(took), statistics.mean(waited)
    return [
        (
            f"clustering one among {archived} stored, mean",
            f"{1000 * timed.seconds / ARRIVING:.1f} ms",
            "≤ 5 ms",
        ),
        ("… with storing it, mean", f"{mean:.1f} ms", ""),
        ("… p95", f"{took[int(len(took) * 0.95)]:.1f} ms", ""),
        ("… with the disk, mean", f"{whole:.1f} ms", ""),
        ("… stories that grew", f"{own} of {ARRIVING}", ""),
        ("… memory of the view", f"{megabytes() - before:.0f} MB", "≤ 300 MB"),
        ("… making it, an article", f"{1000 * made / archived:.2f} ms", ""),
    ]


def _archive(connection: Connection, archived: int) -> Source:
    """Store this many articles, each in a story of its own, as the intake does."""
    source = source_store.upsert_source(
        connection,
        workspace_id=None,
        kind="feed",
        address="https://news.example/feed",
        name="News",
    )
    rng = random.Random(0)
    for at in range(0, archived, _ROWS):
        several = [(n, report(n, rng, DAYS)) for n in range(at, at + _ROWS)]
        _fill(connection, source, several)
    return source


def _fill(
    connection: Connection, source: Source, several: Sequence[tuple[int, Article]]
) -> None:
    tables = (
        (schema.articles, lambda n, _: {"source_id": source.id, "first_seen": NOON}),
        (
            schema.revisions,
            lambda n, a: {
                "article_id": n + 1,
                "hash": revision_hash(a.title, a.text),
                "external_id": a.id,
                "current": True,
                "fetched_at": a.published,
                "dated_at": a.published,
                "published": a.published,
                "outlet": a.source,
                "title": a.title,
                "text": a.text,
            },
        ),
        (schema.stories, lambda n, a: {"public_id": f"s-{n}", "first_seen": NOON}),
    )
    for table, values in tables:
        with_ids = [{"id": n + 1, **values(n, a)} for n, a in several]
        connection.execute(insert(table), with_ids)
    members = [{"story_id": n + 1, "article_id": n + 1} for n, _ in several]
    connection.execute(insert(schema.story_articles), members)


def _found(n: int) -> ReadingChanges:
    """A second article about the event of the first with this number."""
    reported = report(n, random.Random(n), DAYS, again=True)
    nothing = ArticleAnalysis(
        article=reported,
        summary=Summary(headline=Headline(text=""), sentences=()),
        quotes=(),
        figures=(),
    )
    return ReadingChanges(
        pieces=(
            PendingRevision(
                named=NamedArticle(article=reported, names=()), analysis=nothing
            ),
        )
    )


def _joined(connection: Connection) -> int:
    rows = connection.exec_driver_sql(
        "SELECT count(*) FROM (SELECT story_id FROM story_articles"
        " GROUP BY story_id HAVING count(*) > 1)"
    )
    return int(rows.scalar_one())


def main() -> None:
    archived = int(sys.argv[1]) if len(sys.argv) > 1 else ARCHIVED
    for name, measured, budget in rows(archived):
        print(f"{name:<48}  {measured:>12}  {budget}", flush=True)


if __name__ == "__main__":
    main()
