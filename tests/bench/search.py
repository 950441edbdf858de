"""Look-ups over a large archive: search, speakers, figures, stories; beside plain bm25.

Articles are made of invented words with the frequencies of a language (Zipf), in an
archive of many sources, of which one workspace reads half and another three. The
baseline is SQLite's FTS5 over the same texts, ordered by its bm25, as a newcomer would
write it. Times are processor time of this process and of the PostgreSQL backend that
works for it on this machine, so that other load does not count. Give the number of
articles and the database: `python -m tests.bench.search 200000 [ADDRESS]`, of SQLite
or PostgreSQL. The default is a million, which takes some minutes to fill, in a
temporary file; a database that has articles already is used as it is.
"""

import gc
import json
import random
import resource
import sqlite3
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from bot.lookup.text_search import (
    SearchFilter,
    _load_likely_articles,
    find_articles,
)
from bot.model.scope import Scope
from bot.model.settings import DEFAULT_DIGEST_OPTIONS
from bot.storage import engines, quote_store, schema_upgrade, story_store
from bot.storage.columns import _format_tsvector
from digests.answers.questions import Question, parse_question
from digests.language.search_terms import extract_terms

ARTICLES = 1_000_000
#: The invented language, its stock of sentences, and what an article is made of.
WORDS, STOCK, SENTENCES, RARE = 120_000, 20_000, 8, 3
SOURCES, SPEAKERS, STORY_OF = 400, 5_000, 4
QUERIES, PEER_SECONDS = 400, 60.0
BATCH = 20_000
DAY = 86_400_000_000
BEGUN = 1_735_689_600_000_000
BIG, SMALL = 1, 2


Rows = dict[str, list[tuple[Any, ...]]]
_COLUMNS = {
    "articles": "id source_id first_seen",
    "revisions": "id article_id hash external_id current fetched_at dated_at published"
    " title text",
    "searchable": "revision_id terms",
    "quotes": "id revision_id position start end kind speaker speaker_normalized"
    " context_start context_end group_index confidence alone",
    "speaker_words": "block word quote_id source_id",
    "figures": "id revision_id position start end value unit what label status"
    " sentence_start sentence_end",
    "stories": "id public_id first_seen",
    "story_articles": "story_id article_id",
}
COLUMNS = {name: columns.split() for name, columns in _COLUMNS.items()}


def into(name: str) -> str:
    columns = ", ".join(f'"{column}"' for column in COLUMNS[name])
    return f"{name} ({columns})"


@lru_cache(maxsize=WORDS)
def word(rank: int) -> str:
    """The invented word of this rank: the syllables of its number."""
    syllables = "bakelomirutasenovidoga"
    made = "zo"
    while rank:
        rank, rest = divmod(rank, 11)
        made += syllables[2 * rest : 2 * rest + 2]
    return made


class Language:
    """Draws words with the frequencies of a language."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._sums = list(accumulate(1 / (rank + 3) for rank in range(WORDS)))
        self.stock = [
            " ".join(word(self.rank()) for _ in range(12)) for _ in range(STOCK)
        ]

    def rank(self) -> int:
        return bisect(self._sums, self._rng.random() * self._sums[-1])

    def article(self) -> tuple[str, str]:
        """A title and a text."""
        rng = self._rng
        picked = rng.choices(self.stock, k=SENTENCES)
        rare = (word(rng.randrange(WORDS)) for _ in range(RARE))
        title = f"{' '.join(picked[0].split()[:5])} {word(rng.randrange(WORDS))}"
        return title, ". ".join([*picked, " ".join(rare)])


def rows_of(first: int, count: int, language: Language, rng: random.Random) -> Rows:
    """The rows of some articles, by table, in the order of `COLUMNS`."""
    made: Rows = {name: [] for name in COLUMNS}
    for key in range(first, first + count):
        title, text = language.article()
        name = speaker(int(SPEAKERS * rng.random() ** 3)) if key % 2 else ""
        # Everybody quoted in an article is also named in it.
        text = f"{text}. {name}" if name else text
        source, at = 1 + rng.randrange(SOURCES), BEGUN + key * 365 * DAY // ARTICLES
        made["articles"].append((key, source, at))
        version = (key, key, str(key), str(key), True, at, at, at, title, text)
        made["revisions"].append(version)
        week = (719163 + at // DAY) // 7
        marks = f"§{source} ‡{week} ¶{key >> 12} ¤outlet ¤{source}"
        said = " ".join(map(_stem, f"{title} {text}".replace(".", "").split()))
        made["searchable"].append((key, f"{marks} {said}"))
        if name:
            low = name.lower()
            made["quotes"].append(
                (key, key, 0, 0, 20, "direct", name, low, 0, 40, 0, 0.9, True)
            )
            parts = set(low.split())
            made["speaker_words"] += [(key >> 12, each, key, source) for each in parts]
            figure = (0, 0, 5, rng.random(), "", "x", "x", "reported", 0, 40)
            made["figures"].append((key, key, *figure))
        story = key // STORY_OF + 1
        if key % STORY_OF == 0 or key == 1:
            made["stories"].append((story, f"s-{story}", at))
        made["story_articles"].append((story, key))
    return made


@lru_cache(maxsize=WORDS)
def _stem(said: str) -> str:
    return next(extract_terms(said))


def speaker(number: int) -> str:
    return f"{word(number % 300).title()} {word(20_000 + number).title()}"


#: The stored settings of the two digests, as an SQL string.
DIGEST_SETTINGS = f"'{json.dumps(DEFAULT_DIGEST_OPTIONS.to_stored())}'"
SET_UP = (
    "INSERT INTO workspaces (id, platform, external_id, name, zone, locale, created_at)"
    " VALUES (1,'local','big','big','UTC','en',{at}),"
    " (2,'local','small','small','UTC','en',{at})",
    "INSERT INTO digests (id, workspace_id, name, settings, paused)"
    " VALUES (1,1,'d',{settings},{no}), (2,2,'d',{settings},{no})",
    *(
        f"INSERT INTO sources (id, kind, address, name) VALUES"
        f" ({n},'feed','https://{n}.example','Outlet {n}')"
        for n in range(1, SOURCES + 1)
    ),
    *(
        "INSERT INTO digest_sources (digest_id, source_id, workspace_id, position)"
        f" VALUES (1,{n},1,{n})"
        for n in range(1, SOURCES + 1, 2)
    ),
    *(
        "INSERT INTO digest_sources (digest_id, source_id, workspace_id, position)"
        f" VALUES (2,{n},2,{n})"
        for n in (7, 8, 9)
    ),
)


def fill_sqlite(file: Path, count: int) -> None:
    """Fill the tables, the index by its triggers, and the baseline beside them."""
    language, rng = Language(random.Random(1)), random.Random(2)
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -200000")
        db.execute("CREATE VIRTUAL TABLE peer USING fts5(title, body, content='')")
        for statement in SET_UP:
            db.execute(statement.format(at=BEGUN, no=0, settings=DIGEST_SETTINGS))
        for first in range(1, count + 1, BATCH):
            db.execute("BEGIN")
            made = rows_of(first, min(BATCH, count + 1 - first), language, rng)
            for name, rows in made.items():
                places = ", ".join("?" * len(COLUMNS[name]))
                db.executemany(f"INSERT INTO {into(name)} VALUES ({places})", rows)
            db.executemany(
                "INSERT INTO peer (rowid, title, body) VALUES (?,?,?)",
                ((row[0], row[-2], row[-1]) for row in made["revisions"]),
            )
            db.execute("COMMIT")
        db.execute("ANALYZE")


def fill_postgresql(url: str, count: int) -> None:
    """Copy the same rows in, and build the index over them."""
    import psycopg

    language, rng = Language(random.Random(1)), random.Random(2)
    address = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("DROP INDEX ix_searchable_terms")
        for statement in SET_UP:
            db.execute(
                statement.format(at="now()", no="false", settings=DIGEST_SETTINGS)
            )
        for first in range(1, count + 1, BATCH):
            made = rows_of(first, min(BATCH, count + 1 - first), language, rng)
            for name, rows in made.items():
                with db.cursor().copy(f"COPY {into(name)} FROM STDIN") as copied:
                    for row in rows:
                        copied.write_row(list(map(_there, row)))
        db.execute("CREATE INDEX ix_searchable_terms ON searchable USING gin (terms)")
        db.execute("VACUUM ANALYZE")


def _there(value: Any) -> Any:
    """Instants, and the words of the index, as PostgreSQL stores them."""
    if isinstance(value, int) and value >= BEGUN:
        return datetime.fromtimestamp(value / 1e6, UTC)
    if isinstance(value, str) and value.startswith("§"):
        return _format_tsvector(value.split())
    return value


def queries() -> list[str]:
    """One mid-rank word, two words, a common word, stop words."""
    rng = random.Random(3)
    made = []
    for _ in range(QUERIES):
        kind = rng.random()
        if kind < 0.55:
            made.append(word(int(200 * 1.5 ** (rng.random() * 12))))
        elif kind < 0.8:
            made.append(
                f"{word(rng.randrange(50, 2000))} {word(rng.randrange(50, 2000))}"
            )
        elif kind < 0.95:
            made.append(word(rng.randrange(10, 60)))
        else:
            made.append(word(rng.randrange(0, 5)))
    return made


Clock = Callable[[], float]


def timed(
    asks: Sequence[Any], ask: Callable[[Any], Any], clock: Clock = time.process_time
) -> tuple[list[float], list[Any]]:
    took, got = [], []
    for each in asks:
        begun = clock()
        got.append(ask(each))
        took.append(1000 * (clock() - begun))
    return took, got


def both_busy(backend: int) -> float:
    """Processor seconds of this process and the backend."""
    spent = Path(f"/proc/{backend}/schedstat").read_text(encoding="ascii").split()[0]
    return time.process_time() + int(spent) / 1e9


def quantiles(took: Sequence[float]) -> str:
    ordered = sorted(took)
    p50, p99 = (ordered[int(len(ordered) * q)] for q in (0.5, 0.99))
    return f"p50 {p50:.1f}  p99 {p99:.1f}  max {ordered[-1]:.1f} ms"


def p99(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


def measure(engine: Any, count: int, budget: str) -> Iterator[tuple[str, str, str]]:
    """Time the look-ups as the archive makes them, one after the other."""
    asks = queries()
    rng = random.Random(4)
    # As `bot.runner` does: long-lived objects are excluded from garbage collection.
    gc.collect()
    gc.freeze()
    with engine.connect() as db:
        clock = time.process_time
        if engine.dialect.name != "sqlite":
            backend = db.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            clock = partial(both_busy, backend)

        def searched(here: int) -> Callable[[str], Any]:
            def ask(words: str) -> Any:
                return find_articles(db, Scope(here), words)

            return ask

        for name, here in (("200 sources", BIG), ("3 sources", SMALL)):
            took, got = timed(asks, searched(here), clock)
            found = sum(1 for each in got if each)
            yield f"search, {name}", quantiles(took), f"{budget} ({found} found)"
        for name, within in NARROWED.items():
            ask = partial(narrowed, db, within)
            yield f"… {name}", quantiles(timed(asks[:100], ask, clock)[0]), budget
        took, _ = timed(questions(), partial(likely, db), clock)
        yield "what is read for a question", quantiles(took), budget
        names = [speaker(int(SPEAKERS * rng.random() ** 3)) for _ in range(200)]
        parts = [name.split()[n % 2] for n, name in enumerate(names)]
        begun = [part[: 3 + n % 3] for n, part in enumerate(parts)]
        for name, here in (("200 sources", BIG), ("3 sources", SMALL)):
            took, _ = timed(
                names[:100] + parts[100:], partial(said_by, db, here), clock
            )
            yield f"quotes by speaker, {name}", quantiles(took), budget
            took, _ = timed(begun, partial(said_by, db, here), clock)
            yield f"… by a name's beginning, {name}", quantiles(took), budget
        took, _ = timed(
            asks[:200],
            lambda topic: quote_store.list_quotes(
                db, Scope(BIG), topic=topic, limit=10
            ),
            clock,
        )
        yield "quotes by topic", quantiles(took), budget
        took, _ = timed(
            asks[:200],
            lambda topic: quote_store.list_figures(
                db, Scope(BIG), topic=topic, limit=10
            ),
            clock,
        )
        yield "figures by topic", quantiles(took), budget
        took, _ = timed(
            [f"s-{rng.randrange(1, count // STORY_OF)}" for _ in range(200)],
            lambda story: story_store.list_story_articles(db, Scope(BIG), story=story),
            clock,
        )
        yield "story", quantiles(took), budget
        took, _ = timed(
            [speaker(n).split()[0][: 1 + n % 3] for n in range(50)],
            lambda typed: quote_store.list_speaker_names(
                db, Scope(BIG), prefix=typed, limit=25
            ),
            clock,
        )
        yield "speakers to choose from", quantiles(took), budget


NARROWED = {
    "of an outlet": SearchFilter(outlet="outlet"),
    "of a source": SearchFilter(source="Outlet 7"),
    "by a speaker": SearchFilter(speaker=word(11)),
    "since a day": SearchFilter(since=datetime.fromtimestamp(BEGUN / 1e6 + 3e7, UTC)),
}


def narrowed(db: Any, within: SearchFilter, words: str) -> Any:
    return find_articles(db, Scope(BIG), words, within)


def questions() -> list[Question]:
    """Questions of two to five words, for any time or for a month."""
    rng = random.Random(7)
    ranks = [[rng.random() * 14 for _ in range(2 + n % 4)] for n in range(100)]
    words = [" ".join(word(int(30 * 1.6**rank)) for rank in each) for each in ranks]
    when = ("?", " last week?", " in May 2025?")
    today = datetime.fromtimestamp(BEGUN / 1e6, UTC).date() + timedelta(days=364)
    return [
        parse_question(f"When did {w}{when[n % 3]}", today) for n, w in enumerate(words)
    ]


def likely(db: Any, question: Question) -> Any:
    return _load_likely_articles(db, Scope(BIG), question=question)


def said_by(db: Any, here: int, speaker: str) -> Any:
    return quote_store.list_quotes(db, Scope(here), speaker=speaker, limit=10)


def beside_the_peer(file: Path, engine: Any) -> Iterator[tuple[str, str, str]]:
    """Plain bm25 over everything, and how many of its first ten are among ours."""
    asks = queries()
    with closing(sqlite3.connect(file)) as plain, engine.connect() as db:
        db.exec_driver_sql(
            "INSERT INTO digest_sources (digest_id, source_id, workspace_id, position)"
            " SELECT 1, id, 1, id FROM sources WHERE id % 2 = 0"
        )
        theirs, ours, shared, begun = [], [], [], time.perf_counter()
        for words in asks:
            if time.perf_counter() - begun > PEER_SECONDS:
                break
            match = " AND ".join(f'"{each}"' for each in words.split())
            took, (best,) = timed(
                [match],
                lambda m: plain.execute(
                    "SELECT rowid FROM peer WHERE peer MATCH ? ORDER BY rank LIMIT 10",
                    (m,),
                ).fetchall(),
            )
            theirs += took
            took, (last,) = timed([words], lambda w: find_articles(db, Scope(BIG), w))
            ours += took
            ids = {int(article.id) for article in last}
            if best:
                shared.append(len(ids & {row[0] for row in best}) / len(best))
        db.rollback()
    yield f"plain bm25, {len(theirs)} of the same", quantiles(theirs), ""
    yield "… ours on these", quantiles(ours), ""
    ratio = p99(theirs) / p99(ours)
    yield "… times slower at p99", f"{ratio:.0f} ×", "≥ 50 ×"
    yield "… of its ten among ours", f"{sum(shared) / len(shared):.0%}", "reported"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{home}/archive.db" if len(sys.argv) < 3 else sys.argv[2]
        schema_upgrade.upgrade_database(url)
        file = engines.find_sqlite_path(url)
        if file is None:
            engine = engines.create_postgresql_engine(engines.parse_database_url(url))
        else:
            engine = engines.create_sqlite_engine(file, writes=True)
        with engine.connect() as db:
            filled = db.exec_driver_sql("SELECT id FROM articles LIMIT 1").first()
        if filled is None:
            begun = time.perf_counter()
            if file is None:
                fill_postgresql(url, count)
            else:
                fill_sqlite(file, count)
            took = time.perf_counter() - begun
            show("filled", f"{count:,} in {took:.0f} s", "")
        if file is not None:
            show("… on the disk", f"{file.stat().st_size / 1e6:.0f} MB", "")
        for row in measure(engine, count, "≤ 100 ms" if file is None else "≤ 50 ms"):
            show(*row)
        if file is not None:
            for row in beside_the_peer(file, engine):
                show(*row)
        engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    show("memory of the whole, at its largest", f"{peak:.0f} MB", "")


def show(name: str, measured: str, budget: str) -> None:
    print(f"{name:<36}  {measured:>38}  {budget}", flush=True)


if __name__ == "__main__":
    main()
