"""Full text search: words and phrases in every language, independent of the database's
own language; only current versions, only of the workspace's sources.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, select, text

from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    article_search,
    engines,
    quote_store,
    search_index,
)
from bot.storage.schema import revisions
from bot.storage.search_index import IndexStep, WordShares
from digests.language.search_terms import SearchQuery, extract_terms, parse_query
from tests.bot.storage.builders import (
    NOW,
    TEXT,
    Tenant,
    a_quote,
    a_tenant,
    erase_workspace,
    search_articles,
    store_article,
)

LISTED = "The lock opens at noon, says the keeper of the sluices. It is 100% dry."


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


async def titles(
    database: Database, tenant: Tenant, typed: str, **options: Any
) -> list[str | None]:
    found = await database.read(
        search_articles,
        Scope(tenant.workspace.id),
        wanted=parse_query(typed),
        **({"limit": 9} | options),
    )
    return [article.title for article in found]


@pytest.mark.parametrize(
    "typed",
    [
        "lock",
        "LOCK  sluices",
        "sluice locks",
        '"opens at noon"',
        "“opens at noon” keeper",
        "100%",
        "lock -bridge",
        "noon*",
        "(noon",
        '"noon',
        "title:",
    ],
)
async def test_words_and_phrases_are_found(
    database: Database, tenant: Tenant, typed: str
):
    await database.write(store_article, tenant, title="Title", text=LISTED)

    assert await titles(database, tenant, typed) == ["Title"]


@pytest.mark.parametrize(
    "typed",
    [
        "lock nowhere",
        '"noon opens"',
        "lock -sluice",
        '-"at noon" lock',
        "1_0",
        "100%x",
        "-lock",
        "",
        "   ",
        "🙂",
        "%",
        "lock OR nowhere",
        "lock NEAR/3 keeper",
        "revision_id:1",
        "terms : lock",
        "lock & !keeper | nothing",
        "' OR 1=1 --",
        "a" * 6000,
        "\u202e",
        "\x00",
        "\ud800",
    ],
)
async def test_what_is_not_there_is_not_found_whatever_is_typed(
    database: Database, tenant: Tenant, typed: str
):
    await database.write(store_article, tenant, title="Title", text=LISTED)

    assert await titles(database, tenant, typed) == []


@pytest.mark.parametrize(
    ("text", "lang", "typed"),
    [
        ("Das Hallenbad in Auenbrück bleibt.", "de", "auenbrück"),
        ("Das Hallenbad in Auenbrück bleibt.", "de", "Auenbruck hallenbad"),
        ("Die Brücken der Städte sind alt.", "de", "Stadte brücke"),
        ("La fête de l’école a commencé.", "fr", "fete ecole"),
        ("地震速報:東京で揺れ", "ja", "東京"),
        ("地震速報:東京で揺れ", "ja", "速報"),
        ("הגשר נסגר ביום שלישי", "he", "הגשר"),
        ("أغلق الجسر يوم الثلاثاء", "ar", "الجسر الثلاثاء"),
        ("Мост закрыт во вторник", "ru", "мост"),
        ("It’s the bridge’s last day.", "en", "it's bridge"),
        ("The U.S. dollar fell.", "en", "U.S."),
        ("STRASSE gesperrt", "de", "Straße"),
    ],
)
async def test_every_script_is_searched(
    database: Database, tenant: Tenant, text: str, lang: str, typed: str
):
    await database.write(store_article, tenant, title="One", text=text, lang=lang)

    assert await titles(database, tenant, typed) == ["One"]


async def test_letters_of_one_word_in_another_order_are_another_word(
    database: Database, tenant: Tenant
):
    await database.write(
        store_article, tenant, title="One", text="京東で揺れ", lang="ja"
    )

    assert await titles(database, tenant, "東京") == []


async def test_the_title_is_searched_too(database: Database, tenant: Tenant):
    await database.write(store_article, tenant, title="Weir repaired")

    assert await titles(database, tenant, "weir lock") == ["Weir repaired"]


async def test_only_the_current_version_is_found(database: Database, tenant: Tenant):
    for text_ in (TEXT, "It opens at one."):
        await database.write(store_article, tenant, text=text_, title="One")

    assert await titles(database, tenant, "noon") == []
    assert await titles(database, tenant, "one") == ["One"]


async def test_a_version_that_the_source_reverts_to_is_found_again(
    database: Database, tenant: Tenant
):
    for text_ in (TEXT, "It opens at one.", TEXT):
        await database.write(store_article, tenant, text=text_)

    assert await titles(database, tenant, "noon") == ["Lock opens"]
    assert await titles(database, tenant, '"at one"') == []


async def test_an_older_version_that_comes_late_is_not_found(
    database: Database, tenant: Tenant
):
    await database.write(store_article, tenant, text="It opens at one.", published=NOW)
    await database.write(
        store_article,
        tenant,
        text="It opens at six.",
        published=NOW - timedelta(days=1),
    )

    assert await titles(database, tenant, "six") == []


async def test_the_last_that_came_in_are_given_first(
    database: Database, tenant: Tenant
):
    for number in range(4):
        await database.write(
            store_article, tenant, id=str(number), title=f"No. {number}"
        )

    found = await titles(database, tenant, "lock", limit=3)

    assert found == ["No. 3", "No. 2", "No. 1"]


async def test_it_keeps_to_source_outlet_and_dates(database: Database, tenant: Tenant):
    day = timedelta(days=1)
    for age in (0, 10, 400):
        await database.write(
            store_article,
            tenant,
            id=str(age),
            title=str(age),
            published=NOW - age * day,
            source="Lakeside Wire" if age else "",
        )

    async def under(**options: Any) -> list[str | None]:
        return await titles(database, tenant, "lock", **options)

    assert await under(source_ids=[tenant.source.id]) == ["400", "10", "0"]
    assert await under(source_ids=[999]) == []
    assert await under(outlet="lakeside") == ["400", "10"]
    assert await under(outlet="Canal Post") == ["0"]
    assert await under(since=NOW - 11 * day) == ["10", "0"]
    assert await under(since=NOW - 11 * day, until=NOW - 9 * day) == ["10"]
    assert await under(until=NOW - 9 * day) == ["400", "10"]
    # Too many to be given to the index week by week.
    assert await under(since=NOW - 4000 * day, until=NOW - 9 * day) == ["400", "10"]
    assert await under(since=NOW + 9 * day) == []


async def test_more_sources_than_can_be_named_are_all_searched(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    other = await database.write(a_tenant, name="other")
    await database.write(store_article, tenant, title="Mine")
    await database.write(store_article, other, title="Theirs")
    monkeypatch.setattr(article_search, "_MAX_NAMED", 0)

    assert await titles(database, tenant, "lock") == ["Mine"]


@pytest.mark.parametrize("cost", [0, 1e9])
@pytest.mark.parametrize("limit", [1, 4, 5, 12, 20])
async def test_all_blocks_are_searched_if_the_newest_are_not_enough(
    database: Database,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    cost: float,
):
    monkeypatch.setattr(article_search, "BLOCK_BITS", 1)
    monkeypatch.setattr(search_index, "BLOCK_BITS", 1)
    monkeypatch.setattr(search_index, "_BLOCK_COST", cost)
    monkeypatch.setattr(search_index, "FEW_SOURCES", 0)
    for number in range(12):
        await database.write(store_article, tenant, id=str(number), title=str(number))

    found = await titles(database, tenant, "lock", limit=limit)

    assert found == [str(number) for number in range(11, 11 - min(limit, 12), -1)]


@pytest.mark.postgres
async def test_postgresql_searches_no_further_than_necessary(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    database = Database.open(postgres_url)
    tenant = await database.write(a_tenant)
    steps = walk_by_small_blocks(monkeypatch)
    for number in range(20):
        await database.write(store_article, tenant, id=str(number), title=str(number))

    found = await titles(database, tenant, "lock", limit=3)

    assert found == ["19", "18", "17"]
    assert steps
    assert all(step.marks for step in steps)
    await database.close()


@pytest.mark.postgres
async def test_postgresql_takes_larger_steps_where_few_matches_are_visible(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    database = Database.open(postgres_url)
    mine = await database.write(a_tenant)
    theirs = await database.write(a_tenant, name="other")
    steps = walk_by_small_blocks(monkeypatch)
    for number in range(40):
        tenant = theirs if number > 2 else mine
        await database.write(store_article, tenant, id=str(number), title=str(number))

    found = await titles(database, mine, "lock", limit=3)

    assert found == ["2", "1", "0"]
    assert len(steps) < 10
    await database.close()


def walk_by_small_blocks(monkeypatch: pytest.MonkeyPatch) -> list[IndexStep]:
    """From now on, a block is two keys, and «lock» is known to be in every version.

    Returns a list to which the steps are added that are taken.
    """
    shares = WordShares(listed={"lock": 1.0}, others=1.0)
    monkeypatch.setattr(search_index, "estimate_shares", lambda *_: shares)
    monkeypatch.setattr(article_search, "_MIN_SIFTED_PER_STEP", 1)
    monkeypatch.setattr(search_index, "FEW_SOURCES", 0)
    monkeypatch.setattr(search_index, "_BLOCK_COST", 0)
    for module in (article_search, search_index):
        monkeypatch.setattr(module, "BLOCK_BITS", 1)
    return note_steps(monkeypatch)


def note_steps(monkeypatch: pytest.MonkeyPatch) -> list[IndexStep]:
    """A list that the steps taken from now on are added to."""
    noted: list[IndexStep] = []
    take_steps = search_index.take_steps

    def note(connection: Connection, steps: Sequence[IndexStep]) -> list[list[int]]:
        noted.extend(steps)
        return take_steps(connection, steps)

    monkeypatch.setattr(search_index, "take_steps", note)
    return noted


async def test_common_words_that_seldom_meet_are_found_where_they_do(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    await meeting_seldom(database, tenant, monkeypatch)

    assert await titles(database, tenant, "lock weir", limit=9) == ["7", "2"]


async def test_one_way_of_several_goes_no_further_than_the_last_where_they_meet(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    await meeting_seldom(database, tenant, monkeypatch)
    monkeypatch.setattr(search_index, "_NEAR_BLOCKS", 4)

    (found,) = await database.read(
        article_search.search_revisions_each,
        Scope(tenant.workspace.id),
        wanted=[parse_query("lock weir"), parse_query("boat weir")],
        limit=9,
    )

    # SQLite has all of them in order already.
    both = 2 if await database.read(lambda c: c.dialect.name) == "sqlite" else 1
    assert [len(keys) for keys in found] == [both, 1]


async def meeting_seldom(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terms that PostgreSQL believes to be in every version; one mentions a boat."""
    monkeypatch.setattr(
        search_index,
        "estimate_shares",
        lambda *_: WordShares(listed={"lock": 1.0, "weir": 1.0}, others=0.01),
    )
    monkeypatch.setattr(search_index, "_BLOCK_COST", 0)
    # No source is given: these are as common as in a workspace of many sources.
    monkeypatch.setattr(search_index, "FEW_SOURCES", 0)
    monkeypatch.setattr(article_search, "BLOCK_BITS", 0)
    monkeypatch.setattr(search_index, "BLOCK_BITS", 0)
    for number in range(9):
        text = "The weir by the lock." if number in (2, 7) else "The lock."
        text = f"A boat. {text}" if number == 2 else text
        await database.write(
            store_article, tenant, id=str(number), title=str(number), text=text
        )


async def test_what_came_in_later_than_its_time_is_found_too(
    database: Database, tenant: Tenant
):
    day = timedelta(days=1)
    for number, age in enumerate((20, 0, 0, 21, 0)):
        at = NOW - age * day
        await database.write(
            store_article, tenant, id=str(number), title=str(number), published=at
        )

    found = await titles(
        database, tenant, "lock", since=NOW - 30 * day, until=NOW - 9 * day
    )

    assert set(found) == {"0", "3"}


async def test_of_several_things_each_is_found(database: Database, tenant: Tenant):
    for title in ("weir", "lock", "weir lock"):
        await database.write(store_article, tenant, id=title, title=title, text="Said.")

    (found,) = await database.read(
        article_search.search_revisions_each,
        Scope(tenant.workspace.id),
        wanted=[
            parse_query("weir"),
            SearchQuery(),
            parse_query("weir lock"),
            parse_query("elk"),
        ],
        limit=9,
    )

    assert [len(keys) for keys in found] == [2, 0, 1, 0]


@pytest.mark.postgres
async def test_postgresql_plans_every_look_up_for_its_own_values(postgres_url: str):
    database = Database.open(postgres_url)
    tenant = await database.write(a_tenant)
    for _ in range(12):
        await titles(database, tenant, "lock")

    def kept(connection: Connection) -> tuple[int, str]:
        prepared = connection.exec_driver_sql("SELECT * FROM pg_prepared_statements")
        compiled = connection.exec_driver_sql("SHOW jit").scalar_one()
        return len(prepared.all()), compiled

    assert await database.read(kept) == (0, "off")
    await database.close()


async def test_what_is_erased_leaves_nothing_in_the_index(database: Database):
    tenant = await database.write(a_tenant)
    await database.write(store_article, tenant)

    await database.write(erase_workspace, tenant.workspace.id)

    def left(connection: Connection) -> Any:
        return connection.execute(text("SELECT count(*) FROM searchable")).scalar()

    assert await database.read(left) == 0


async def test_sqlites_index_forgets_with_the_article(sqlite_url: str):
    database = Database.open(sqlite_url)
    tenant = await database.write(a_tenant)
    await database.write(store_article, tenant)
    await database.write(erase_workspace, tenant.workspace.id)
    await database.close()

    file = engines.get_sqlite_path(engines.parse_database_url(sqlite_url))
    with closing(sqlite3.connect(file)) as opened:
        words = opened.execute(
            "SELECT rowid FROM searchable_index WHERE searchable_index MATCH 'lock'"
        ).fetchall()
        opened.execute(
            "INSERT INTO searchable_index (searchable_index) VALUES ('integrity-check')"
        )
    assert words == []


async def test_a_text_of_very_many_long_words_can_be_kept(
    database: Database, tenant: Tenant
):
    long = " ".join(f"{'ж' * 55}{number}" for number in range(20_000))

    await database.write(store_article, tenant, title="Long", text=f"first {long}")

    assert await titles(database, tenant, "first") == ["Long"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
async def test_no_question_is_a_fault(database: Database, typed: str):
    tenant = await database.write(a_tenant)

    await database.read(
        search_articles,
        Scope(tenant.workspace.id),
        wanted=parse_query(f"lock {typed}"),
        limit=3,
    )


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
@example('00"0')
@example("00“0")
@example("00„0”0")
@example("00«0»0")
def test_every_word_of_a_text_is_kept_as_it_is_asked_for(typed: str):
    kept = set(extract_terms(typed)) | set(extract_terms(typed, "de"))

    asked = {
        word
        for group in parse_query(typed.replace("-", " ")).every
        for phrase in group
        for word in phrase
    }

    assert asked <= kept
    assert not any(set(word) & set(" \"'\\§¤‡¶*") for word in kept)


def test_minus_alone_and_inside_words_leaves_nothing_out():
    assert parse_query("a - b well-known") == parse_query('a b "well known"')


async def test_among_some_versions_only_these_are_found(
    database: Database, tenant: Tenant
):
    for name in "abc":
        await database.write(store_article, tenant, id=name, title=name.upper())
    every = await database.read(
        article_search.search_revisions,
        Scope(tenant.workspace.id),
        wanted=parse_query("lock"),
        limit=9,
    )
    assert len(every) == 3

    async def among(typed: str, keys: Sequence[int]) -> list[str | None]:
        these = select(revisions.c.id).where(revisions.c.id.in_(keys))
        return await titles(database, tenant, typed, among=these)

    assert await among("lock", every[1:]) == ["B", "A"]
    assert await among("lock", []) == []
    assert await among("elephant", every) == []
    assert await among("lock -weir", every) == ["C", "B", "A"]
    assert await among("noon -lock", every) == []
    assert await among('"foot lock"', every) == []


@pytest.mark.parametrize("share", [0.003, 0.05])
@pytest.mark.parametrize(
    ("latest", "whole", "kept", "found"),
    [
        (("C",), False, "BC", ["C", "B"]),
        (("A",), False, "A", ["A"]),
        (("A", "B"), True, "AB", ["B", "A"]),
        ((), True, "", []),
    ],
)
async def test_what_the_index_does_not_know_is_looked_up_from_both_sides(
    database: Database,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    share: float,
    latest: tuple[str, ...],
    whole: bool,
    kept: str,
    found: list[str],
):
    """Among the latest that fulfil the restriction, and among the latest matches."""
    shares = WordShares(listed={}, others=share)
    monkeypatch.setattr(search_index, "estimate_shares", lambda *_: shares)
    for name in "ABC":
        await database.write(store_article, tenant, id=name, title=name)

    def is_among(names: Sequence[str]) -> Any:
        return select(revisions.c.id).where(revisions.c.title.in_(names))

    def search(conn: Connection) -> list[str]:
        def keep(keys: Sequence[int]) -> list[int]:
            here = is_among(list(kept)).where(revisions.c.id.in_(keys))
            return list(conn.execute(here).scalars())

        within = article_search.UnindexedFilter(
            select_latest=lambda _: (is_among(latest), whole), keep=keep, enough=9
        )
        last = article_search.search_revisions(
            conn,
            Scope(tenant.workspace.id),
            wanted=parse_query("lock"),
            limit=9,
            unindexed=within,
        )
        of = select(revisions.c.title).where(revisions.c.id == bindparam("key"))
        return [conn.execute(of, {"key": key}).scalar_one() for key in last]

    assert await database.read(search) == found


@pytest.mark.parametrize(("share", "most"), [(1.0, 200), (0.5, 400), (0.05, 1500)])
async def test_the_more_common_the_words_the_fewer_of_the_latest_are_read(
    database: Database,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    share: float,
    most: int,
):
    shares = WordShares(listed={}, others=share)
    monkeypatch.setattr(search_index, "estimate_shares", lambda *_: shares)
    await database.write(store_article, tenant, id="A", title="A")
    asked = list[int]()

    def select_latest(count: int) -> tuple[Any, bool]:
        asked.append(count)
        return select(revisions.c.id), True

    within = article_search.UnindexedFilter(
        select_latest=select_latest, keep=lambda _: [], enough=9
    )
    await database.read(
        article_search.search_revisions,
        Scope(tenant.workspace.id),
        wanted=parse_query("lock"),
        limit=200,
        unindexed=within,
    )
    assert asked == [most]


async def test_the_newest_quoting_articles_are_returned_and_whether_all(
    database: Database, tenant: Tenant
):
    for name in "abc":
        await database.write(store_article, tenant, id=name, quoted=(a_quote(),))
    await database.write(store_article, tenant, id="d")

    async def asked(speaker: str, most: int = 9) -> tuple[int, bool]:
        def count(conn: Connection) -> tuple[int, bool]:
            found, whole = quote_store.select_revisions_quoting(
                conn, Scope(tenant.workspace.id), speaker=speaker, most=most
            )
            return len(conn.execute(found).all()), whole

        return await database.read(count)

    assert await asked("lindq ada") == (3, True)
    assert await asked("Ada Branagh") == (0, True)
    assert await asked("?") == (0, True)
    assert await asked("lindq", most=2) == (2, False)


async def test_articles_with_quotes_are_marked(database: Database, tenant: Tenant):
    await database.write(store_article, tenant, id="a", quoted=(a_quote(),))
    await database.write(store_article, tenant, id="b")
    every = await database.read(
        article_search.search_revisions,
        Scope(tenant.workspace.id),
        wanted=None,
        limit=9,
    )

    async def asked(speaker: str) -> list[int]:
        return await database.read(
            quote_store.filter_revisions_quoting, revision_ids=every, speaker=speaker
        )

    assert await asked("lindq") == every[1:]
    assert await asked("berg") == []
    assert await asked("?") == []
