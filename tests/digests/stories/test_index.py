import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from digests.sources import folder
from digests.stories.assembly import article_sort_key
from digests.stories.assignment import group_articles
from digests.stories.index import StoryIndex
from digests.types import Article, StoryMembership
from tests.digests.stories.builders import (
    FERRY,
    FERRY_AGAIN,
    NOON,
    ORCHARD,
    assign_article,
    news,
)

SEEDS = Path(__file__).parents[3] / "seeds" / "articles"


def archive_of(*articles: Article) -> StoryIndex:
    """An index with the articles added one after the other."""
    archive = StoryIndex()
    for article in articles:
        archive.add(article, assign_article(article, archive))
    return archive


def held(archive: StoryIndex) -> list[str]:
    """The ids of the articles in the index."""
    places = (place for members in archive.members.values() for place in members)
    return sorted(map(archive.article_at, places))


def test_another_report_of_an_event_joins_its_story():
    archive = archive_of(news("a", FERRY), news("c", ORCHARD))
    found = assign_article(news("b", FERRY_AGAIN, hours=1), archive)
    assert found.story == archive.story_of("a")
    assert found.duplicate_of is None


def test_an_article_on_nothing_that_is_there_begins_a_story():
    archive = archive_of(news("a", FERRY))
    assert assign_article(news("c", ORCHARD), archive).story not in archive.members


def test_a_wire_copy_is_known_as_one():
    archive = archive_of(news("a", FERRY))
    found = assign_article(news("b", FERRY + " More follows.", hours=1), archive)
    assert (found.story, found.duplicate_of) == (archive.story_of("a"), "a")


def test_the_same_text_weeks_later_is_a_copy():
    archive = archive_of(news("a", FERRY))
    assert assign_article(news("b", FERRY, hours=900), archive).duplicate_of == "a"


def test_the_same_headline_is_a_copy_only_within_the_window():
    title = "Gannet ferry loses propeller off Tollmar"
    archive = archive_of(news("a", title=title))
    assert assign_article(news("b", title=title, hours=3), archive).duplicate_of == "a"
    later = assign_article(news("c", title=title, hours=300), archive)
    assert later.duplicate_of is None
    assert later.story != archive.story_of("a")


def test_a_newer_version_stays_in_its_story():
    archive = archive_of(news("a", FERRY))
    found = assign_article(news("b", ORCHARD, hours=1, revises="a"), archive)
    assert (found.story, found.duplicate_of) == (archive.story_of("a"), None)


def test_an_article_of_the_archive_keeps_its_story():
    archive = archive_of(news("a", FERRY), news("c", ORCHARD))
    assert assign_article(news("c", FERRY), archive).story == archive.story_of("c")


def test_a_late_earlier_article_does_not_rename_the_story():
    archive = archive_of(news("a", FERRY))
    reported = archive.story_of("a")
    early = news("b", FERRY_AGAIN, hours=-6)
    archive.add(early, assign_article(early, archive))
    assert archive.story_of("b") == reported


def test_a_late_article_finds_its_story_behind_many_newer_ones():
    words = "Gannet ferries lose propeller off Tollmar"
    crowd = [news(f"n{n}", title=f"{words}, {n}", hours=200 + n) for n in range(300)]
    early = news("a", title="Tollmar ferries stopped after Gannet propeller loss")
    archive = archive_of(early, *crowd)
    assert assign_article(
        news("b", title=words, hours=2), archive
    ).story == archive.story_of("a")


def test_joining_changes_nothing():
    archive = archive_of(news("a", FERRY))
    before = (len(archive), held(archive), archive.background.stories)
    assign_article(news("b", FERRY_AGAIN), archive)
    assign_article(news("c", ORCHARD), archive)
    after = (len(archive), held(archive), archive.background.stories)
    assert after == before


def test_adding_twice_adds_once():
    archive = archive_of(news("a", FERRY))
    archive.add(news("a", FERRY), StoryMembership(article="a", story="s-other"))
    assert len(archive) == 1
    assert archive.story_of("a") != "s-other"


def test_an_event_counts_once_in_the_background():
    archive = archive_of(news("a", FERRY), news("b", FERRY_AGAIN), news("c", ORCHARD))
    assert archive.background.stories == 2


def test_articles_that_were_moved_are_found_in_their_new_story():
    archive = archive_of(news("a", FERRY), news("c", ORCHARD))
    archive.reassign([StoryMembership(article="a", story="s-new")])
    assert assign_article(news("b", FERRY_AGAIN), archive).story == "s-new"
    assert set(archive.members) == {"s-new", archive.story_of("c")}


def test_the_seeds_come_out_as_in_the_batch():
    articles = sorted(folder.read_articles(SEEDS).articles, key=article_sort_key)
    archive = archive_of(*articles)
    assert [archive.story_of(a.id) for a in articles] == [
        m.story for m in group_articles(articles)
    ]


POOL = [
    *(news(f"f{n}", text, n) for n, text in enumerate((FERRY, FERRY_AGAIN, ORCHARD))),
    news("h1", title="Gannet ferry loses propeller off Tollmar"),
    news("h2", title="Tollmar ferries stopped after Gannet propeller loss", hours=2),
    news("h3", title="Frost destroys Pellow valley apple blossom", hours=90),
]


@given(st.permutations(POOL), st.randoms())
def test_whatever_the_order_each_article_has_one_story(found, rng: random.Random):
    archive = archive_of(*found)
    placed = [place for story in archive.members.values() for place in story]
    assert sorted(placed) == list(range(len(found)))
    assert held(archive) == sorted(a.id for a in found)


def test_undated_articles_join_too():
    undated = Article(id="b", text=FERRY_AGAIN, source="Elsewhere")
    archive = archive_of(news("a", FERRY))
    assert assign_article(undated, archive).story == archive.story_of("a")


# ── removal ────────────────────────────────────────────────────────────────────


def test_a_removed_article_is_found_no_more():
    archive = archive_of(news("a", FERRY), news("c", ORCHARD))
    archive.remove("a")
    found = assign_article(news("b", FERRY, hours=1), archive)
    assert found.duplicate_of is None
    assert found.story not in archive.members
    assert "a" not in archive
    assert len(archive) == 1


def test_removing_what_is_not_there_changes_nothing():
    archive = archive_of(news("a", FERRY))
    archive.remove("z")
    assert held(archive) == ["a"]


def test_a_removed_article_can_come_back_with_another_text():
    archive = archive_of(news("a", FERRY))
    archive.remove("a")
    archive.add(news("a", ORCHARD), StoryMembership(article="a", story="s-other"))
    assert assign_article(news("b", ORCHARD, hours=1), archive).duplicate_of == "a"
    assert assign_article(news("d", FERRY_AGAIN, hours=1), archive).story != "s-other"


def test_a_renamed_article_is_found_under_its_new_name():
    archive = archive_of(news("new 1", FERRY))
    archive.rename({"new 1": "17"})
    assert assign_article(news("b", FERRY, hours=1), archive).duplicate_of == "17"
    assert "new 1" not in archive


def test_an_article_makes_way_for_one_that_gets_its_name():
    archive = archive_of(news("17", ORCHARD), news("new 1", FERRY))
    archive.rename({"new 1": "17"})
    assert held(archive) == ["17"]
    assert assign_article(news("b", FERRY, hours=1), archive).duplicate_of == "17"


def test_the_newest_of_an_archive_are_found_as_before():
    old, removed = news("o", ORCHARD, hours=-200), news("r", ORCHARD, hours=1)
    archive = archive_of(old, news("a", FERRY), removed)
    archive.remove("r")
    since = (NOON.timestamp() / 3600) - 72
    kept = archive.copy_newest(10, since)
    assert held(kept) == ["a"]
    found = assign_article(news("b", FERRY_AGAIN, hours=1), kept)
    assert found.story == archive.story_of("a")
    assert assign_article(news("d", FERRY, hours=1), kept).duplicate_of == "a"


def test_of_too_many_articles_the_latest_are_kept():
    found = [news(str(n), f"{ORCHARD} {n}", hours=n) for n in range(9)]
    kept = archive_of(*found).copy_newest(3, 0.0)
    assert held(kept) == ["6", "7", "8"]


def test_old_articles_that_come_late_hide_no_newer_ones():
    """A feed that is read for the first time delivers its past."""
    past = [
        news(f"p{n}", f"{FERRY} That was strike {n}.", hours=-1000 - n)
        for n in range(100)
    ]
    archive = archive_of(news("a", FERRY), *past)
    found = assign_article(news("b", FERRY_AGAIN, hours=1), archive)
    assert found.story == archive.story_of("a")
