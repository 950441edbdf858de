"""However the index is read, a search finds what a plain reading of all texts finds."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations, product

import pytest

from bot.model.scope import Scope
from bot.storage import Connection, Database, article_search, search_index
from bot.storage.article_search import TimeSpan
from digests.language.search_terms import SearchQuery, extract_terms, parse_query
from digests.types import frozen
from tests.bot.storage.builders import NOW, Tenant, a_tenant, store_article

#: How often the words occur, so that some are known to be rare.
SHARES = {"lock": 0.9, "weir": 0.6, "boat": 0.4, "mill": 0.2, "quay": 0.05}
DAY = timedelta(days=1)
SPANS: Sequence[TimeSpan] = (
    (NOW - 60 * DAY, NOW - 30 * DAY),
    (NOW - 20 * DAY, None),
    (None, None),
)
#: Ways to read the index: by what they change of it.
WAYS: Mapping[str, Mapping[str, float]] = {
    "as it is": {},
    "block by block": {"BLOCK_BITS": 2, "_BLOCK_COST": 0},
    "block by block, in queries of their own": {
        "BLOCK_BITS": 2, "_BLOCK_COST": 0, "_MARKS_PER_QUERY": 1,
    },
    "at once": {"BLOCK_BITS": 2, "_BLOCK_COST": 1e9},
    "some blocks, then the rest": {
        "BLOCK_BITS": 2, "_BLOCK_COST": 1, "_ENTRY_COST": 0, "_MATCH_COST": 1,
    },
    "in the shortest steps": {
        "BLOCK_BITS": 2, "_MIN_STEP_SIZE": 2, "_MIN_NEXT_STEP": 2, "_BATCH_SIZE": 2,
        "_SIFTED_PER_STEP": 1, "_MIN_SIFTED_PER_STEP": 1, "FEW_SOURCES": 0,
    },
    "by source": {
        "BLOCK_BITS": 2, "FEW_SOURCES": 0, "_MAX_SIFTED": 0, "_MIN_SIFTED": 1,
    },
    "without comparing known matches": {"_FEW_KNOWN": -1, "_MIN_NEXT_STEP": 2},
}  # fmt: skip


@frozen
class Kept:
    """A version that the workspace may see, as the reference reads it."""

    key: int
    terms: tuple[str, ...]
    dated_at: datetime


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    for constant, value in WAYS[name].items():
        for module in (article_search, search_index):
            if hasattr(module, constant):
                monkeypatch.setattr(module, constant, value)
    return name


@pytest.mark.usefixtures("way")
async def test_a_search_finds_what_a_plain_reading_finds(database: Database):
    tenant, kept = await database.write(an_archive)
    exact = await database.read(lambda conn: conn.dialect.name) == "sqlite"
    typed = ("lock", "quay", "lock weir", "weir mill -boat", '"mill weir" lock')

    for query, span in product(map(parse_query, typed), SPANS):
        keys = await database.read(
            article_search.search_revisions,
            Scope(tenant.workspace.id),
            wanted=query,
            limit=5,
            since=span[0],
            until=span[1],
        )

        compare(keys, read_plainly(kept, query, span), 5, exact or not any(span))


@pytest.mark.usefixtures("way")
async def test_searches_that_share_what_they_read_find_what_each_finds(
    database: Database,
):
    tenant, kept = await database.write(an_archive)
    # Words that are known to be common are read otherwise than unknown ones.
    await database.write(lambda conn: conn.exec_driver_sql("ANALYZE"))
    exact = await database.read(lambda conn: conn.dialect.name) == "sqlite"
    wanted = [
        parse_query(" ".join(words))
        for size in range(5, 0, -1)
        for words in combinations(SHARES, size)
    ]

    for limit in (1, 5, 100):
        found = await database.read(
            article_search.search_revisions_each,
            Scope(tenant.workspace.id),
            wanted=wanted,
            limit=limit,
            spans=SPANS,
        )

        for span, by_query in zip(SPANS, found, strict=True):
            for query, keys in zip(wanted, by_query, strict=True):
                matches = read_plainly(kept, query, span)
                compare(keys, matches, limit, exact or not any(span))


def compare(keys: list[int], matches: list[int], limit: int, exact: bool) -> None:
    """The latest matches; of a time in the past, PostgreSQL may give others."""
    if exact:
        assert keys == matches[:limit]
    else:
        assert set(keys) <= set(matches)
        assert len(set(keys)) == len(keys) == min(limit, len(matches))


def read_plainly(kept: Sequence[Kept], query: SearchQuery, span: TimeSpan) -> list[int]:
    since, until = span

    def has(each: Kept, phrase: tuple[str, ...]) -> bool:
        return f" {' '.join(phrase)} " in f" {' '.join(each.terms)} "

    return [
        each.key
        for each in sorted(kept, key=lambda each: -each.key)
        if all(any(has(each, phrase) for phrase in group) for group in query.every)
        and not any(has(each, phrase) for group in query.none for phrase in group)
        and (since is None or each.dated_at >= since)
        and (until is None or each.dated_at <= until)
    ]


def an_archive(conn: Connection) -> tuple[Tenant, list[Kept]]:
    """Articles of two workspaces, some corrected; one in four came in late."""
    rng = random.Random(19)
    mine, theirs = a_tenant(conn), a_tenant(conn, name="other")
    kept: dict[int, Kept] = {}
    for number in range(80):
        tenant = theirs if number % 3 == 0 else mine
        age = rng.randrange(90) if number % 4 == 0 else 90 - number
        at = NOW - age * DAY
        for _ in range(2 if number % 7 == 0 else 1):
            words = [word for word, share in SHARES.items() if rng.random() < share]
            text = " ".join(["Said", *sorted(words, key=lambda _: rng.random())])
            stored = store_article(
                conn, tenant, id=str(number), title="T", text=text, published=at
            )
            terms = tuple(extract_terms(f"T\n{text}"))
            version = Kept(key=stored.revision_id, terms=terms, dated_at=at)
            if tenant is mine:
                kept[number] = version
    return mine, list(kept.values())
