from datetime import timedelta
from typing import Any

import pytest

from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    article_store,
    digest_store,
    quote_store,
    story_store,
)
from digests.types import Mention, Quote, StoryMembership
from tests.bot.storage.builders import (
    NOW,
    TEXT,
    Tenant,
    a_figure,
    a_quote,
    a_tenant,
    store_article,
)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


async def said_by(
    database: Database, tenant: Tenant, speaker: str, *, limit: int = 5, **more: Any
) -> list[Quote]:
    found = await database.read(
        quote_store.list_quotes,
        Scope(tenant.workspace.id),
        speaker=speaker,
        limit=limit,
        **more,
    )
    return [quote for _, quote in found]


# ── quotes and figures ─────────────────────────────────────────────────────────


async def test_a_quote_comes_back_as_it_was_found(database: Database, tenant: Tenant):
    start = TEXT.index("Ada Lindqvist")
    quote = a_quote(
        mention=Mention(start=start, end=start + 13, text="Ada Lindqvist"),
        group=3,
        alone=False,
    )
    await database.write(
        store_article, tenant, quoted=(quote, a_quote(speaker=None, kind="partial"))
    )

    ((article, found),) = await database.read(
        quote_store.list_quotes,
        Scope(tenant.workspace.id),
        speaker="Ada Lindqvist",
        limit=5,
    )

    assert found == quote
    assert article.text[found.start : found.end] == found.text


@pytest.mark.parametrize(
    ("asked", "hit"),
    [
        ("Lindqvist", True),
        ("ada", True),
        ("lindq", True),
        ("Lindqvist Ada", True),
        ("ada lindqvist", True),
        ("qvist", False),
        ("ada berg", False),
        ("%", False),
        ("…", False),
    ],
)
async def test_a_speaker_is_found_by_the_beginnings_of_names(
    database: Database, tenant: Tenant, asked: str, hit: bool
):
    await database.write(store_article, tenant, quoted=(a_quote(),))

    found = await database.read(
        quote_store.list_quotes,
        Scope(tenant.workspace.id),
        speaker=asked,
        limit=5,
    )

    assert bool(found) is hit


@pytest.mark.parametrize("asked", ["marsh", "Öst", "o'n", "marsh-öst"])
async def test_each_part_of_a_compound_name_finds_its_speaker(
    database: Database, tenant: Tenant, asked: str
):
    await database.write(
        store_article, tenant, quoted=(a_quote(speaker="Bríd Ní O’Neill Marsh-Öst"),)
    )

    found = await database.read(
        quote_store.list_quotes,
        Scope(tenant.workspace.id),
        speaker=asked,
        limit=5,
    )

    assert len(found) == 1


async def test_one_wording_is_listed_once_with_its_newest_article(
    database: Database, tenant: Tenant
):
    def fill(connection: Connection) -> None:
        old = NOW - timedelta(days=300)
        store_article(
            connection, tenant, id="a", url="a", quoted=(a_quote(),), published=old
        )
        store_article(connection, tenant, id="b", url="b", quoted=(a_quote(),))

    await database.write(fill)
    found = await database.read(
        quote_store.list_quotes, Scope(tenant.workspace.id), limit=5
    )

    assert [article.url for article, _ in found] == ["b"]


async def test_quotes_come_newest_first_within_topic_time_and_limit(
    database: Database, tenant: Tenant
):
    def fill(connection: Connection) -> None:
        for number, subject in enumerate(("weir", "lock", "weir", "weir")):
            text = f"The {subject}. “We saw {number} boats pass,” said Ada Lindqvist."
            store_article(
                connection,
                tenant,
                id=str(number),
                text=text,
                title=None,
                quoted=(a_quote(text),),
                published=NOW - timedelta(hours=number),
            )

    await database.write(fill)
    scope = Scope(tenant.workspace.id)
    weir = await database.read(quote_store.list_quotes, scope, topic="WEIR", limit=2)
    since = await database.read(
        quote_store.list_quotes, scope, since=NOW - timedelta(hours=1), limit=9
    )

    assert [quote.text for _, quote in weir] == [
        "We saw 0 boats pass,",
        "We saw 2 boats pass,",
    ]
    assert len(since) == 2


async def test_a_speaker_who_is_named_more_often_than_quoted_is_found(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(quote_store, "_MAX_ARTICLES", 2)

    def fill(connection: Connection) -> None:
        store_article(
            connection, tenant, id="quoted", url="quoted", quoted=(a_quote(),)
        )
        for number in range(4):
            store_article(connection, tenant, id=str(number), url=str(number))

    await database.write(fill)
    found = await database.read(
        quote_store.list_quotes,
        Scope(tenant.workspace.id),
        speaker="Lindqvist",
        limit=5,
    )

    assert [article.url for article, _ in found] == ["quoted"]


@pytest.mark.parametrize("bits", [0, 12])
async def test_many_quotes_elsewhere_under_a_name_hide_nobody_here(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, bits: int
):
    monkeypatch.setattr(quote_store, "_BLOCK_BITS", bits)
    monkeypatch.setattr(quote_store, "_FIRST_QUOTES", 2)
    monkeypatch.setattr(quote_store, "_MORE_QUOTES", 2)
    other = await database.write(a_tenant, name="other")
    await database.write(store_article, tenant, quoted=(a_quote(),))
    for number in range(3):
        await database.write(store_article, other, id=str(number), quoted=(a_quote(),))

    assert len(await said_by(database, tenant, "lindq")) == 1


async def test_many_copies_of_one_quote_hide_no_other(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(quote_store, "_FIRST_QUOTES", 2)
    text = "“The gates will open,” said Ada Lindqvist."
    await database.write(
        store_article,
        tenant,
        id="once",
        text=text,
        quoted=(a_quote(text),),
        published=NOW - timedelta(days=3),
    )
    for number in range(3):
        await database.write(
            store_article, tenant, id=str(number), url=str(number), quoted=(a_quote(),)
        )

    assert len(await said_by(database, tenant, "Lindqvist")) == 2


async def test_a_speaker_is_found_on_a_topic_with_more_quotes_by_others(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(quote_store, "_FIRST_QUOTES", 1)
    monkeypatch.setattr(quote_store, "_MAX_ARTICLES", 1)
    weir = "The weir. “The gates will open,” said Ada Lindqvist."
    await database.write(
        store_article, tenant, id="1", text=weir, quoted=(a_quote(weir),)
    )
    await database.write(store_article, tenant, id="2", quoted=(a_quote(),))
    await database.write(store_article, tenant, id="3", text="The weir is old.")

    found = await said_by(database, tenant, "Lindqvist", topic="weir")

    assert [quote.text for quote in found] == ["The gates will open,"]


@pytest.mark.parametrize("windows", [(1,), (1, 2), (1, 4), (16,)])
@pytest.mark.parametrize("asked", ["lindq", "ada lindqvist", "l", "ada lin"])
async def test_the_last_quotes_of_a_speaker_are_found_in_any_block(
    database: Database,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    windows: tuple[int, ...],
    asked: str,
):
    monkeypatch.setattr(quote_store, "_BLOCK_BITS", 1)
    monkeypatch.setattr(quote_store, "_BLOCK_WINDOWS", windows)
    texts = [f"“Gate {number} will open,” said she." for number in range(9)]
    for number, text in enumerate(texts):
        name = "Bo Ek" if number in (0, 3, 7, 8) else "Lina Ada Lindqvist"
        said = a_quote(text, speaker=name)
        published = NOW - timedelta(hours=9 - number)
        await database.write(
            store_article,
            tenant,
            id=text,
            text=text,
            quoted=(said,),
            published=published,
        )

    async def gates(limit: int) -> list[str]:
        found = await said_by(database, tenant, asked, limit=limit)
        return [quote.text.split()[1] for quote in found]

    assert await gates(9) == ["6", "5", "4", "2", "1"]
    assert await gates(2) == ["6", "5"]


async def test_what_somebody_said_is_narrowed_by_topic_and_day(
    database: Database, tenant: Tenant
):
    def fill(connection: Connection) -> None:
        for number, subject in enumerate(("weir", "lock", "weir")):
            text = f"The {subject}. “We saw {number} boats pass,” said Ada Lindqvist."
            store_article(
                connection,
                tenant,
                id=str(number),
                text=text,
                title=None,
                quoted=(a_quote(text),),
                published=NOW - timedelta(days=number),
            )

    await database.write(fill)
    here: dict[str, Any] = {"scope": Scope(tenant.workspace.id), "limit": 9}

    async def said(**options: Any) -> list[str]:
        found = await database.read(quote_store.list_quotes, **here, **options)
        return [quote.text[7] for _, quote in found]

    assert await said(speaker="lindq", topic="weir") == ["0", "2"]
    assert await said(speaker="Lindqvist", topic="weir") == ["0", "2"]
    day = NOW - timedelta(days=1)
    assert await said(speaker="Lindqvist", topic="weir", since=day) == ["0"]
    assert await said(speaker="lindq", since=day) == ["0", "1"]
    assert await said(speaker="Berg", topic="weir") == []
    assert await said(topic="%") == []


async def test_figures_are_narrowed_by_day(database: Database, tenant: Tenant):
    text = "The path is 1.2 km long."
    for age in (0, 9):
        await database.write(
            store_article,
            tenant,
            id=str(age),
            text=text,
            counted=(a_figure(text, "1.2 km"),),
            published=NOW - timedelta(days=age),
        )

    found = await database.read(
        quote_store.list_figures,
        Scope(tenant.workspace.id),
        since=NOW - timedelta(days=1),
        limit=9,
    )

    assert len(found) == 1


async def test_reading_an_analysis_again_takes_the_place_of_the_first(
    database: Database, tenant: Tenant
):
    await database.write(store_article, tenant, quoted=(a_quote(), a_quote(group=1)))
    await database.write(store_article, tenant, quoted=(a_quote(speaker="Bo Ek"),))

    here: dict[str, Any] = {"scope": Scope(tenant.workspace.id), "limit": 9}
    assert await database.read(quote_store.list_quotes, **here, speaker="Ada") == ()
    assert await database.read(quote_store.list_speaker_names, **here, prefix="") == (
        "Bo Ek",
    )


async def test_speakers_are_offered_by_how_often_they_are_quoted(
    database: Database, tenant: Tenant
):
    spoken = ("Bo Ek", "Ada Lindqvist", "ada  lindqvist", "Åsa Berg", None)
    await database.write(
        store_article, tenant, quoted=tuple(a_quote(speaker=name) for name in spoken)
    )
    scope = Scope(tenant.workspace.id)

    everyone = await database.read(
        quote_store.list_speaker_names, scope, prefix="", limit=9
    )
    with_l = await database.read(
        quote_store.list_speaker_names, scope, prefix="lin", limit=9
    )
    first = await database.read(
        quote_store.list_speaker_names, scope, prefix="", limit=1
    )

    assert everyone[0] == "Ada Lindqvist"
    assert set(everyone) == {"Ada Lindqvist", "Bo Ek", "Åsa Berg"}
    assert with_l == first == ("Ada Lindqvist",)


async def test_figures_that_their_article_denies_are_not_listed(
    database: Database, tenant: Tenant
):
    text = "It is not true that the weir is 9 km long."
    denied = a_figure(text, "9 km", status="denied")
    await database.write(store_article, tenant, text=text, counted=(denied,))
    scope = Scope(tenant.workspace.id)
    assert await database.read(quote_store.list_figures, scope, limit=9) == ()


async def test_figures_come_back_as_they_were_found(database: Database, tenant: Tenant):
    text = "The path is 1.2 km long and the weir holds 9,000 people."
    counted = (
        a_figure(text, "1.2 km", value=1.2, label="1.2 km", status="expected"),
        a_figure(text, "9,000 people", value=9000.0, unit="people"),
    )
    stored = await database.write(store_article, tenant, text=text, counted=counted)
    scope = Scope(tenant.workspace.id)

    found = await database.read(quote_store.list_figures, scope, topic="weir", limit=9)
    of_it = await database.read(
        quote_store.list_figures, scope, article_ids=[stored.article_id], limit=1
    )
    none = await database.read(
        quote_store.list_figures, scope, topic="nowhere", limit=9
    )
    other = await database.read(
        quote_store.list_figures, scope, article_ids=[], limit=9
    )

    assert tuple(figure for _, figure in found) == counted
    assert tuple(figure for _, figure in of_it) == counted[:1]
    assert none == ()
    assert other == ()


# ── stories ────────────────────────────────────────────────────────────────────


async def test_an_article_has_one_story_in_a_view(database: Database, tenant: Tenant):
    stored = await database.write(store_article, tenant)
    member = str(stored.article_id)
    for story in ("s-aaaaaa", "s-bbbbbb", "s-bbbbbb"):
        await database.write(
            story_store.set_memberships,
            workspace_id=tenant.workspace.id,
            memberships=[StoryMembership(article=member, story=story)],
            now=NOW,
        )

    scope = Scope(tenant.workspace.id)
    (membership,) = await database.read(
        story_store.list_memberships, workspace_id=scope.workspace_id, articles=[member]
    )
    assert membership.story == "s-bbbbbb"
    assert (
        await database.read(story_store.list_story_articles, scope, story="s-aaaaaa")
        == ()
    )
    (found,) = await database.read(
        story_store.list_story_articles, scope, story="s-bbbbbb"
    )
    assert found.id == member


async def test_a_workspaces_own_view_goes_before_the_public_one(
    database: Database,
):
    one = await database.write(a_tenant, name="one", shared=True)
    two = await database.write(a_tenant, name="two", shared=True)
    stored = await database.write(store_article, one)
    member = StoryMembership(article=str(stored.article_id), story="s-public")
    own = StoryMembership(article=str(stored.article_id), story="s-own")

    await database.write(
        story_store.set_memberships, workspace_id=None, memberships=[member], now=NOW
    )
    await database.write(
        story_store.set_memberships,
        workspace_id=one.workspace.id,
        memberships=[own],
        now=NOW,
    )

    seen = [
        await database.read(
            story_store.list_memberships,
            workspace_id=tenant.workspace.id,
            articles=[str(stored.article_id)],
        )
        for tenant in (one, two)
    ]
    assert [each.story for (each,) in seen] == ["s-own", "s-public"]


async def test_articles_of_a_deleted_digest_are_no_longer_visible(
    database: Database,
):
    tenant = await database.write(a_tenant, shared=True)
    stored = await database.write(store_article, tenant)
    scope = Scope(tenant.workspace.id)

    before = await database.read(
        article_store.find_article, scope, article_id=stored.article_id
    )
    await database.write(
        digest_store.delete_digest, scope, digest_id=tenant.digest.id, now=NOW
    )

    assert before is not None
    assert (
        await database.read(
            article_store.find_article, scope, article_id=stored.article_id
        )
        is None
    )
