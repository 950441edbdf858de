import random
import string
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from digests.stories import group
from digests.types import Article
from tests.digests.stories.builders import FERRY, FERRY_AGAIN, NOON, ORCHARD, news


def stories_of(*articles: Article) -> list[str]:
    return [m.story for m in group(articles)]


def copies_of(*articles: Article) -> list[str | None]:
    return [m.duplicate_of for m in group(articles)]


def test_two_reports_of_one_event_are_one_story():
    one, other, apart = stories_of(
        news("a", FERRY), news("b", FERRY_AGAIN), news("c", ORCHARD)
    )
    assert one == other != apart


def test_a_second_report_is_no_copy():
    assert copies_of(news("a", FERRY), news("b", FERRY_AGAIN)) == [None, None]


def test_a_wire_copy_with_another_last_sentence_repeats_the_earlier_one():
    copied = FERRY + " More follows."
    assert copies_of(news("b", copied, hours=1), news("a", FERRY)) == ["a", None]


def test_headlines_alone_join_by_their_telling_words():
    first, second, other = stories_of(
        news("a", title="Gannet ferry loses propeller off Tollmar"),
        news("b", title="Tollmar ferries stopped after Gannet propeller loss"),
        news("c", title="Frost destroys Pellow valley apple blossom"),
    )
    assert first == second != other


def test_ordinary_words_alone_join_nothing():
    first, second = stories_of(
        news("a", title="Government announces new plan for schools"),
        news("b", title="Company announces new plan for sales"),
    )
    assert first != second


def test_the_same_headline_from_another_outlet_is_a_copy():
    title = "Gannet ferry loses propeller off Tollmar"
    assert copies_of(news("a", title=title), news("b", title=title)) == [None, "a"]


def test_the_same_headline_a_week_later_is_another_story():
    title = "Gannet ferry loses propeller off Tollmar"
    first, second = stories_of(
        news("a", title=title), news("b", title=title, hours=168)
    )
    assert first != second


def test_the_same_event_words_a_week_later_are_another_story():
    first, second = stories_of(news("a", FERRY), news("b", FERRY_AGAIN, hours=168))
    assert first != second


def test_one_big_story_does_not_swallow_its_own_words():
    big = [
        news(f"big{i}", title=f"{verb} ferry Gannet propeller Tollmar", hours=i / 10)
        for i, verb in enumerate(
            ("Stranded", "Broken", "Inspected", "Towed", "Insured", "Halted", "Delayed")
        )
    ]
    found = stories_of(*big, news("other", title="Pellow blossom frost"))
    assert len(set(found[:-1])) == 1
    assert found[-1] not in found[:-1]


def test_a_story_keeps_its_id_when_later_articles_join():
    early = news("a", FERRY)
    (before,) = stories_of(early)
    after = stories_of(news("b", FERRY_AGAIN, hours=3), early)
    assert after == [before, before]


def test_a_story_id_is_short_and_cannot_be_misread():
    ids = stories_of(*(news(str(i), title=f"Word{i} alone") for i in range(50)))
    for name in ids:
        assert name.startswith("s-")
        assert len(name) == 8
        assert set(name[2:]) <= set(string.ascii_lowercase + string.digits) - set(
            "01lo"
        )


def test_a_newer_version_stays_in_the_story_of_its_older_one():
    newer = news("b", ORCHARD, hours=1, revises="a")
    older = news("a", FERRY)
    first, second = stories_of(older, newer)
    assert first == second


def test_a_newer_version_is_no_copy_of_its_older_one():
    newer = news("b", FERRY + " Corrected.", hours=1, revises="a")
    assert copies_of(news("a", FERRY), newer) == [None, None]


def test_versions_that_claim_to_revise_each_other_are_survived():
    one, other = news("a", FERRY, revises="b"), news("b", ORCHARD, revises="a")
    assert len(stories_of(one, other)) == 2


def test_an_article_without_a_date_joins_its_story():
    undated = replace(news("b", FERRY_AGAIN), published=None)
    first, second = stories_of(news("a", FERRY), undated)
    assert first == second


def test_german_articles_are_not_joined_by_german_everyday_words():
    first, second = stories_of(
        news("a", lang="de", title="Die Stadt will im Sommer neue Bäume pflanzen"),
        news("b", lang="de", title="Die Feuerwehr rettet im Sommer einen Hund"),
        news("c", lang="de", title="Im Sommer fährt die Bahn seltener"),
    )[:2]
    assert first != second


def test_nothing_in_gives_nothing_out():
    assert group(()) == ()


articles = st.builds(
    news,
    st.uuids().map(str),
    st.sampled_from(("", FERRY, FERRY_AGAIN, ORCHARD, "Short.")),
    st.floats(-100, 100),
    title=st.none() | st.text(max_size=30),
    revises=st.none() | st.just("x"),
)


@given(st.lists(articles, max_size=8, unique_by=lambda a: a.id), st.randoms())
def test_the_order_of_the_input_decides_nothing(found, rng: random.Random):
    shuffled = list(found)
    rng.shuffle(shuffled)
    assert set(group(found)) == set(group(shuffled))
    assert [m.article for m in group(found)] == [a.id for a in found]


@given(st.lists(articles, max_size=8, unique_by=lambda a: a.id))
def test_a_copy_is_later_and_in_the_same_story(found):
    by_id = {a.id: a for a in found}
    members = {m.article: m for m in group(found)}
    for member in members.values():
        if member.duplicate_of is not None:
            assert members[member.duplicate_of].story == member.story
            assert member.duplicate_of != member.article
            before, after = by_id[member.duplicate_of], by_id[member.article]
            assert (before.published or NOON) - (after.published or NOON) <= timedelta(
                0
            )
