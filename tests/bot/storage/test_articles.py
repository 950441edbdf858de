import asyncio
from datetime import datetime, timedelta

import pytest

from bot.storage import (
    Connection,
    Database,
    articles,
    digests,
    figures,
    quotes,
    stories,
)
from bot.types import StoredArticle
from digests.language.clean import revision
from digests.types import Article, Figure, Membership, Mention, Quote
from tests.bot.storage.builders import (
    NOW,
    TEXT,
    House,
    a_figure,
    a_house,
    a_quote,
    an_article,
)

LONG_AGO = NOW - timedelta(days=300)


@pytest.fixture
async def house(database: Database) -> House:
    return await database.write(a_house)


def fresh(connection: Connection, house: House) -> tuple[Article, ...]:
    return articles.fresh(connection, source_ids=[house.source.id], since=LONG_AGO)


def keep(
    connection: Connection,
    house: House,
    *,
    at: datetime = NOW,
    quoted: tuple[Quote, ...] = (),
    counted: tuple[Figure, ...] = (),
    **changes: object,
) -> StoredArticle:
    stored, _ = articles.store(connection, house.source, an_article(**changes), now=at)
    articles.store_analysis(
        connection, revision_id=stored.revision_id, quotes=quoted, figures=counted
    )
    return stored


# ── identity and revisions ─────────────────────────────────────────────────────


async def test_an_article_comes_back_whole(database: Database, house: House):
    given = an_article(author="N. Weir", lang="en", sample="fictional")

    stored, new = await database.write(articles.store, house.source, given, now=NOW)

    (found,) = await database.read(fresh, house)
    assert new
    assert found == an_article(
        id=str(stored.article_id),
        source="Canal Post",
        author="N. Weir",
        lang="en",
        sample="fictional",
        revision=revision(given.title, given.text),
    )


async def test_the_outlet_that_the_text_names_goes_before_the_sources_name(
    database: Database, house: House
):
    await database.write(
        articles.store, house.source, an_article(source="Lakeside Wire"), now=NOW
    )

    (found,) = await database.read(fresh, house)
    assert found.source == "Lakeside Wire"


async def test_the_same_version_again_is_not_new(database: Database, house: House):
    first, _ = await database.write(articles.store, house.source, an_article(), now=NOW)
    again, new = await database.write(
        articles.store, house.source, an_article(), now=NOW + timedelta(hours=1)
    )

    assert not new
    assert again == first


async def test_a_changed_text_is_a_new_revision_and_current(
    database: Database, house: House
):
    first, _ = await database.write(articles.store, house.source, an_article(), now=NOW)
    changed, new = await database.write(
        articles.store, house.source, an_article(text="It opens at one."), now=NOW
    )

    (found,) = await database.read(fresh, house)
    assert new
    assert changed.article_id == first.article_id
    assert changed.revision_id != first.revision_id
    assert found.text == "It opens at one."


async def test_a_changed_title_alone_is_a_new_revision(
    database: Database, house: House
):
    await database.write(articles.store, house.source, an_article(), now=NOW)
    _, new = await database.write(
        articles.store, house.source, an_article(title="Lock opened"), now=NOW
    )

    assert new


async def test_an_old_version_can_still_be_found(database: Database, house: House):
    first, _ = await database.write(articles.store, house.source, an_article(), now=NOW)
    await database.write(
        articles.store, house.source, an_article(text="It opens at one."), now=NOW
    )
    key = {"workspace_id": house.workspace.id, "article_id": first.article_id}

    old = await database.read(
        articles.by_id, **key, revision=revision("Lock opens", TEXT)
    )
    current = await database.read(articles.by_id, **key)
    none = await database.read(articles.by_id, **key, revision="0000")

    assert old is not None
    assert current is not None
    assert (old[0].text, old[1].current) == (TEXT, False)
    assert (current[0].text, current[1].current) == ("It opens at one.", True)
    assert none is None


CORRECTION = {
    "id": "lock-opens-corrected",
    "revises": "lock-opens",
    "text": "It opens at one.",
    "published": NOW,
}


@pytest.mark.parametrize("correction_first", [False, True])
async def test_a_correction_joins_its_article_whichever_comes_first(
    database: Database, house: House, correction_first: bool
):
    given = [an_article(), an_article(**CORRECTION)]
    if correction_first:
        given.reverse()

    stored = [
        await database.write(articles.store, house.source, one, now=NOW)
        for one in given
    ]

    (found,) = await database.read(fresh, house)
    assert len({one.article_id for one, _ in stored}) == 1
    assert [new for _, new in stored] == [True, True]
    assert found.text == "It opens at one."


async def test_reading_both_again_changes_nothing(database: Database, house: House):
    both = [an_article(), an_article(**CORRECTION)]
    for one in both:
        await database.write(articles.store, house.source, one, now=NOW)

    again = [
        await database.write(articles.store, house.source, one, now=NOW) for one in both
    ]

    (found,) = await database.read(fresh, house)
    assert [new for _, new in again] == [False, False]
    assert found.text == "It opens at one."


async def test_a_correction_of_a_correction_joins_too(database: Database, house: House):
    later = an_article(
        id="lock-opens-corrected-again",
        revises="lock-opens-corrected",
        text="It opens at two.",
        published=NOW + timedelta(hours=1),
    )
    for one in (later, an_article(), an_article(**CORRECTION)):
        await database.write(articles.store, house.source, one, now=NOW)

    found = await database.read(fresh, house)

    # The first was read before anything tied it to the last: it stays by itself.
    assert "It opens at two." in {one.text for one in found}


async def test_a_source_that_goes_back_to_an_earlier_text_is_followed(
    database: Database, house: House
):
    for text in (TEXT, "It opens at one.", TEXT):
        stored, new = await database.write(
            articles.store, house.source, an_article(text=text), now=NOW
        )

    (found,) = await database.read(fresh, house)
    assert not new
    assert stored.current
    assert found.text == TEXT


async def test_two_sources_with_one_id_are_two_articles(database: Database):
    one = await database.write(a_house, name="one")
    two = await database.write(a_house, name="two")

    first, _ = await database.write(articles.store, one.source, an_article(), now=NOW)
    other, _ = await database.write(articles.store, two.source, an_article(), now=NOW)

    assert first.article_id != other.article_id


async def test_an_id_of_ten_thousand_characters_is_an_id(
    database: Database, house: House
):
    long = "x" * 10_000
    first, _ = await database.write(
        articles.store, house.source, an_article(id=long), now=NOW
    )
    _, again = await database.write(
        articles.store, house.source, an_article(id=long), now=NOW
    )
    other, new = await database.write(
        articles.store, house.source, an_article(id=long + "y"), now=NOW
    )

    assert not again
    assert new
    assert other.article_id != first.article_id


async def test_one_article_stored_by_many_at_once_is_one(database_url: str):
    writers = [Database.open(database_url) for _ in range(4)]
    house = await writers[0].write(a_house)

    found = await asyncio.gather(
        *(
            writer.write(articles.store, house.source, an_article(), now=NOW)
            for writer in writers
        )
    )

    assert len({stored.revision_id for stored, _ in found}) == 1
    assert sorted(new for _, new in found) == [False, False, False, True]
    for writer in writers:
        await writer.close()


# ── fresh and search ───────────────────────────────────────────────────────────


async def test_fresh_is_what_came_in_since_newest_first(
    database: Database, house: House
):
    def fill(connection: Connection) -> None:
        keep(connection, house, id="early", at=NOW - timedelta(hours=2))
        keep(connection, house, id="b", published=NOW - timedelta(minutes=5))
        keep(connection, house, id="a", published=NOW - timedelta(days=9), title="Old")
        keep(connection, house, id="c", published=NOW + timedelta(days=9), title="Odd")

    await database.write(fill)
    found = await database.read(articles.fresh, source_ids=[house.source.id], since=NOW)

    # A date in the future counts as the moment it was fetched: nothing is pinned.
    assert [article.title for article in found] == ["Odd", "Lock opens", "Old"]


async def test_fresh_reads_only_the_sources_named(database: Database):
    one = await database.write(a_house, name="one")
    two = await database.write(a_house, name="two")
    await database.write(keep, one)

    assert len(await database.read(fresh, one)) == 1
    assert await database.read(fresh, two) == ()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lock", ["b", "a"]),
        ("LOCK  water", ["b", "a"]),
        ("lock sluice", ["b"]),
        ("“we kept", ["b", "a"]),
        ("100%", ["b"]),
        ("1_0", []),
        ("100%x", []),
        ("", []),
        ("nowhere", []),
    ],
)
async def test_search_finds_articles_with_every_word_newest_first(
    database: Database, house: House, words: str, found: list[str]
):
    def fill(connection: Connection) -> None:
        keep(connection, house, id="a", url="a", published=NOW - timedelta(hours=3))
        keep(connection, house, id="b", url="b", text=f"{TEXT} The SLUICE is 100% dry.")

    await database.write(fill)
    hits = await database.read(
        articles.search, workspace_id=house.workspace.id, words=words, limit=5
    )

    assert [article.url for article in hits] == found


async def test_search_looks_at_current_versions_only(database: Database, house: House):
    for text in (TEXT, "It opens at one."):
        await database.write(keep, house, text=text)

    hits = await database.read(
        articles.search, workspace_id=house.workspace.id, words="noon", limit=5
    )

    assert hits == ()


async def test_search_keeps_to_its_limit_source_and_time(
    database: Database, house: House
):
    for number in range(3):
        await database.write(
            keep, house, id=str(number), published=NOW - timedelta(hours=number)
        )
    here = {"workspace_id": house.workspace.id, "words": "lock"}

    two = await database.read(articles.search, **here, limit=2)
    late = await database.read(
        articles.search, **here, limit=5, since=NOW - timedelta(hours=1)
    )
    elsewhere = await database.read(articles.search, **here, limit=5, source_id=999)

    assert (len(two), len(late), elsewhere) == (2, 2, ())


# ── quotes and figures ─────────────────────────────────────────────────────────


async def test_a_quote_comes_back_as_it_was_found(database: Database, house: House):
    start = TEXT.index("Ada Lindqvist")
    quote = a_quote(
        mention=Mention(start=start, end=start + 13, text="Ada Lindqvist"), group=3
    )
    await database.write(
        keep, house, quoted=(quote, a_quote(speaker=None, kind="partial"))
    )

    ((article, found),) = await database.read(
        quotes.by_speaker,
        workspace_id=house.workspace.id,
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
    database: Database, house: House, asked: str, hit: bool
):
    await database.write(keep, house, quoted=(a_quote(),))

    found = await database.read(
        quotes.by_speaker, workspace_id=house.workspace.id, speaker=asked, limit=5
    )

    assert bool(found) is hit


@pytest.mark.parametrize("asked", ["marsh", "Öst", "o'n", "marsh-öst"])
async def test_each_part_of_a_compound_name_finds_its_speaker(
    database: Database, house: House, asked: str
):
    await database.write(
        keep, house, quoted=(a_quote(speaker="Bríd Ní O’Neill Marsh-Öst"),)
    )

    found = await database.read(
        quotes.by_speaker, workspace_id=house.workspace.id, speaker=asked, limit=5
    )

    assert len(found) == 1


async def test_one_wording_is_listed_once_with_its_newest_article(
    database: Database, house: House
):
    def fill(connection: Connection) -> None:
        keep(
            connection, house, id="a", url="a", quoted=(a_quote(),), published=LONG_AGO
        )
        keep(connection, house, id="b", url="b", quoted=(a_quote(),))

    await database.write(fill)
    found = await database.read(
        quotes.by_speaker, workspace_id=house.workspace.id, limit=5
    )

    assert [article.url for article, _ in found] == ["b"]


async def test_quotes_come_newest_first_within_topic_time_and_limit(
    database: Database, house: House
):
    def fill(connection: Connection) -> None:
        for number, subject in enumerate(("weir", "lock", "weir", "weir")):
            text = f"The {subject}. “We saw {number} boats pass,” said Ada Lindqvist."
            keep(
                connection,
                house,
                id=str(number),
                text=text,
                title=None,
                quoted=(a_quote(text),),
                published=NOW - timedelta(hours=number),
            )

    await database.write(fill)
    here = {"workspace_id": house.workspace.id}
    weir = await database.read(quotes.by_speaker, **here, topic="WEIR", limit=2)
    since = await database.read(
        quotes.by_speaker, **here, since=NOW - timedelta(hours=1), limit=9
    )

    assert [quote.text for _, quote in weir] == [
        "We saw 0 boats pass,",
        "We saw 2 boats pass,",
    ]
    assert len(since) == 2


async def test_reading_an_analysis_again_takes_the_place_of_the_first(
    database: Database, house: House
):
    await database.write(keep, house, quoted=(a_quote(), a_quote(group=1)))
    await database.write(keep, house, quoted=(a_quote(speaker="Bo Ek"),))

    here = {"workspace_id": house.workspace.id, "limit": 9}
    assert await database.read(quotes.by_speaker, **here, speaker="Ada") == ()
    assert await database.read(quotes.speakers, **here, prefix="") == ("Bo Ek",)


async def test_speakers_are_offered_by_how_often_they_are_quoted(
    database: Database, house: House
):
    spoken = ("Bo Ek", "Ada Lindqvist", "ada  lindqvist", "Åsa Berg", None)
    await database.write(
        keep, house, quoted=tuple(a_quote(speaker=name) for name in spoken)
    )
    here = {"workspace_id": house.workspace.id}

    everyone = await database.read(quotes.speakers, **here, prefix="", limit=9)
    with_l = await database.read(quotes.speakers, **here, prefix="lin", limit=9)
    first = await database.read(quotes.speakers, **here, prefix="", limit=1)

    assert everyone[0] == "Ada Lindqvist"
    assert set(everyone) == {"Ada Lindqvist", "Bo Ek", "Åsa Berg"}
    assert with_l == first == ("Ada Lindqvist",)


async def test_figures_come_back_as_they_were_found(database: Database, house: House):
    text = "The path is 1.2 km long and the weir holds 9,000 people."
    counted = (
        a_figure(text, "1.2 km", value=1.2),
        a_figure(text, "9,000 people", value=9000.0, unit="people"),
    )
    stored = await database.write(keep, house, text=text, counted=counted)
    here = {"workspace_id": house.workspace.id}

    found = await database.read(figures.about_topic, **here, topic="weir", limit=9)
    of_it = await database.read(
        figures.about_topic, **here, article_ids=[stored.article_id], limit=1
    )
    none = await database.read(figures.about_topic, **here, topic="lock", limit=9)
    other = await database.read(figures.about_topic, **here, article_ids=[], limit=9)

    assert tuple(figure for _, figure in found) == counted
    assert tuple(figure for _, figure in of_it) == counted[:1]
    assert none == ()
    assert other == ()


# ── stories ────────────────────────────────────────────────────────────────────


async def test_an_article_has_one_story_in_a_view(database: Database, house: House):
    stored = await database.write(keep, house)
    member = str(stored.article_id)
    key = {"workspace_id": house.workspace.id, "article_id": stored.article_id}

    for story in ("s-aaaaaa", "s-bbbbbb", "s-bbbbbb"):
        await database.write(
            stories.record,
            workspace_id=house.workspace.id,
            memberships=[Membership(article=member, story=story)],
            now=NOW,
        )

    assert await database.read(stories.of_article, **key) == "s-bbbbbb"
    here = {"workspace_id": house.workspace.id}
    assert await database.read(stories.articles_of, **here, story="s-aaaaaa") == ()
    (found,) = await database.read(stories.articles_of, **here, story="s-bbbbbb")
    assert found.id == member


async def test_a_workspaces_own_view_goes_before_the_public_one(
    database: Database,
):
    one = await database.write(a_house, name="one", shared=True)
    two = await database.write(a_house, name="two", shared=True)
    stored = await database.write(keep, one)
    member = Membership(article=str(stored.article_id), story="s-public")
    own = Membership(article=str(stored.article_id), story="s-own")

    await database.write(
        stories.record, workspace_id=None, memberships=[member], now=NOW
    )
    await database.write(
        stories.record, workspace_id=one.workspace.id, memberships=[own], now=NOW
    )

    seen = [
        await database.read(
            stories.of_article,
            workspace_id=house.workspace.id,
            article_id=stored.article_id,
        )
        for house in (one, two)
    ]
    assert seen == ["s-own", "s-public"]


async def test_articles_of_a_digest_that_is_gone_are_no_longer_seen(
    database: Database,
):
    house = await database.write(a_house, shared=True)
    stored = await database.write(keep, house)
    here = {"workspace_id": house.workspace.id}

    before = await database.read(articles.by_id, **here, article_id=stored.article_id)
    await database.write(digests.delete_one, **here, digest_id=house.digest.id, now=NOW)

    assert before is not None
    assert (
        await database.read(articles.by_id, **here, article_id=stored.article_id)
        is None
    )
