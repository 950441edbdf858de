"""Story assignment: where an article belongs, also after it changed."""

import random
import string
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from digests.stories.assignment import (
    find_moved_stories,
    group_articles,
    name_stories,
    place_article,
)
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


def stories_of(*articles: Article) -> list[str]:
    return [m.story for m in group_articles(articles)]


def copies_of(*articles: Article) -> list[str | None]:
    return [m.duplicate_of for m in group_articles(articles)]


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


AIDE = (
    "A committee voted on Thursday to hold an assistant in contempt. He had looked "
    "after the private server of Ines Mora, and did not appear. His lawyers said "
    "that he feared for his rights. The vote was along party lines, 19 to 15, after "
    "three hours of debate in which members shouted at each other.\n\nIt goes to the"
    " whole chamber now. Ines Mora is running against Lucas Doyle. Doyle said Mora "
    "had lied, and that Amos Kell would say so as well. Kell, whom Mora beat in Ohio"
    " and Tulsa, declined. Mora won Iowa against Kell; Doyle won Tulsa. Kell, Doyle "
    "and Mora speak in Ohio."
)
AMENDMENTS = (
    "By adding small provisions to larger bills, Amos Kell has got more through than"
    " his critics think. He found money for clinics, for libraries and for veterans,"
    " and his colleagues say that he never boasts of it. Some provisions were only a"
    " line long, and nobody noticed them until the money had been spent on what he "
    "wanted.\n\nKell lost Iowa to Ines Mora. Mora calls Amos Kell a dreamer. Lucas "
    "Doyle calls Mora and Kell crooks. Ines Mora and Doyle meet in Ohio. Kell and "
    "Mora met in Tulsa."
)


def test_two_texts_of_one_campaign_that_share_only_its_people_are_two_stories():
    first, second = stories_of(news("a", AIDE), news("b", AMENDMENTS))
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
    assert group_articles(()) == ()


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
    assert set(group_articles(found)) == set(group_articles(shuffled))
    assert [m.article for m in group_articles(found)] == [a.id for a in found]


@given(st.lists(articles, max_size=8, unique_by=lambda a: a.id))
def test_a_copy_is_later_and_in_the_same_story(found):
    by_id = {a.id: a for a in found}
    members = {m.article: m for m in group_articles(found)}
    for member in members.values():
        if member.duplicate_of is not None:
            assert members[member.duplicate_of].story == member.story
            assert member.duplicate_of != member.article
            before, after = by_id[member.duplicate_of], by_id[member.article]
            assert (before.published or NOON) - (after.published or NOON) <= timedelta(
                0
            )


def archive_of(**stories: list[Article]) -> StoryIndex:
    archive = StoryIndex()
    for name, articles in stories.items():
        for article in articles:
            archive.add(article, StoryMembership(article=article.id, story=name))
    return archive


def test_stories_that_are_alike_as_well_are_named():
    archive = archive_of(one=[news("a", FERRY)], two=[news("b", FERRY_AGAIN)])
    found = place_article(
        news("c", FERRY.replace("brought", "carried"), hours=1), archive
    )
    assert {found.membership.story, *found.rivals} == {"one", "two"}


def test_another_event_is_no_rival():
    archive = archive_of(one=[news("a", FERRY)], two=[news("b", ORCHARD)])
    assert place_article(news("c", FERRY_AGAIN, hours=1), archive).rivals == ()


def test_a_new_story_is_marked_as_new():
    archive = archive_of(one=[news("a", FERRY)])
    assert place_article(news("c", ORCHARD), archive).new
    assert not place_article(news("b", FERRY_AGAIN, hours=1), archive).new


def test_a_changed_text_stays_in_its_story_while_it_is_about_the_same():
    """By the same outlet, so a new search would not have found it."""
    archive = archive_of(one=[news("a", FERRY)], two=[news("d", ORCHARD)])
    changed = news("b", FERRY_AGAIN, hours=1, source="Outlet a")
    assert place_article(changed, archive).new
    assert place_article(changed, archive, before="one").membership.story == "one"


def test_a_changed_text_leaves_when_nothing_is_left_of_what_it_was_about():
    archive = archive_of(one=[news("a", FERRY)], two=[news("d", ORCHARD)])
    gone = place_article(
        news("b", ORCHARD + " More soon.", hours=1), archive, before="one"
    )
    assert gone.membership.story == "two"


def test_a_changed_text_that_was_alone_keeps_its_id_or_joins_another_story():
    archive = archive_of(two=[news("d", ORCHARD)])
    alone = place_article(news("b", FERRY), archive, before="one").membership
    joined = place_article(
        news("b", ORCHARD, hours=1), archive, before="one"
    ).membership
    assert (alone.story, joined.story) == ("one", "two")


def test_a_changed_text_that_repeats_nothing_any_more_is_no_copy():
    archive = archive_of(one=[news("a", FERRY)])
    copy = place_article(news("b", FERRY, hours=1), archive, before="one").membership
    own = place_article(
        news("b", FERRY_AGAIN, hours=1), archive, before="one"
    ).membership
    assert (copy.duplicate_of, own.duplicate_of) == ("a", None)
    assert own.story == "one"


def test_placing_equals_joining():
    archive = archive_of(one=[news("a", FERRY)], two=[news("d", ORCHARD)])
    for article in (news("b", FERRY_AGAIN, hours=1), news("c", ORCHARD, hours=2)):
        assert place_article(article, archive).membership == assign_article(
            article, archive
        )


def members(**stories: str) -> list[StoryMembership]:
    """`s1="ab"`: a and b belong to s1."""
    return [
        StoryMembership(article=article, story=story)
        for story, articles in stories.items()
        for article in articles
    ]


def test_a_late_earlier_article_does_not_rename_a_story():
    first = news("a", FERRY)
    (before,) = group_articles([first])
    after = group_articles([first, news("b", FERRY_AGAIN, hours=-5)], known=[before])
    assert {m.story for m in after} == {before.story}


def test_what_was_known_decides_no_membership():
    known = members(s1="ac")
    one, other = group_articles([news("a", FERRY), news("c", ORCHARD)], known=known)
    assert one.story != other.story
    assert "s1" in {one.story, other.story}


def test_merged_stories_keep_the_id_that_most_articles_had():
    assert name_stories([["a", "b", "c"]], {"a": "s1", "b": "s2", "c": "s2"}) == ("s2",)


def test_the_larger_part_of_a_split_story_keeps_the_id():
    before = {"a": "s1", "b": "s1", "c": "s1"}
    new, kept = name_stories([["a"], ["b", "c"]], before)
    assert kept == "s1"
    assert new != "s1"


def test_a_merged_story_leads_to_the_other():
    before = members(s1="ab", s2="c")
    assert find_moved_stories(before, members(s1="abc")) == {"s2": ("s1",)}


def test_a_split_story_leads_to_both_parts_the_larger_first():
    before = members(s1="abc")
    assert find_moved_stories(before, members(s1="a", s9="bc")) == {"s1": ("s9", "s1")}


def test_nothing_that_stayed_is_listed():
    assert find_moved_stories(members(s1="ab"), members(s1="abc", s2="d")) == {}


def test_removed_articles_have_no_effect():
    assert find_moved_stories(members(s1="ab"), members(s1="a")) == {}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(("s1", "s2"))))
def test_every_event_has_an_id_of_its_own(before):
    events = [["a", "b"], ["c"], ["d", "e", "f"], ["g", "h"]]
    named = name_stories(events, before)
    assert len(set(named)) == len(events)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(("s1", "s2"))))
def test_naming_again_changes_nothing(before):
    events = [["a", "b"], ["c"], ["d", "e", "f"], ["g", "h"]]
    named = name_stories(events, before)
    known = {a: n for n, event in zip(named, events, strict=True) for a in event}
    assert name_stories(events, known) == named
