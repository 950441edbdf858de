"""The articles that are read for an answer: those with more words of the question."""

from collections.abc import Sequence

import pytest

from bot.lookup import text_search
from bot.model.scope import Scope
from bot.storage import Connection, Database, article_search
from bot.storage.article_search import TimeSpan
from digests.answers.questions import parse_question
from digests.language.search_terms import SearchQuery
from tests.bot.storage.builders import NOW, Tenant, a_tenant, store_article

QUESTION = parse_question("When did the weir by the lock open?", NOW.date())
TEXTS = {
    "both": "The weir by the lock did open.",
    "weir": "The weir is old.",
    "lock": "The lock is older.",
}


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    tenant = await database.write(a_tenant)
    for name, text in TEXTS.items():
        await database.write(store_article, tenant, id=name, title=name, text=text)
    return tenant


async def read_titles(database: Database, tenant: Tenant) -> list[str | None]:
    found = await database.read(
        text_search._load_likely_articles,
        Scope(tenant.workspace.id),
        question=QUESTION,
    )
    return [article.title for article in found]


async def test_articles_with_more_of_the_words_come_first(
    database: Database, tenant: Tenant
):
    found = await read_titles(database, tenant)

    assert found[0] == "both"
    assert set(found) == {"both", "weir", "lock"}


async def test_single_words_are_not_searched_if_enough_articles_have_several(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(text_search, "_ARTICLES_READ", 1)
    asked = note_searches(monkeypatch)

    assert await read_titles(database, tenant) == ["both"]
    assert asked
    assert all(len(each.every) > 1 for each in asked)


def note_searches(monkeypatch: pytest.MonkeyPatch) -> list[SearchQuery]:
    """A list to which what is searched from now on is added."""
    noted: list[SearchQuery] = []
    search = article_search.search_revisions_each

    def note(
        conn: Connection,
        scope: Scope,
        wanted: Sequence[SearchQuery],
        limit: int,
        spans: Sequence[TimeSpan],
    ) -> list[list[list[int]]]:
        noted.extend(wanted)
        return search(conn, scope, wanted, limit, spans)

    monkeypatch.setattr(article_search, "search_revisions_each", note)
    return noted
