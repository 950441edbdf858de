from hypothesis import given
from hypothesis import strategies as st

from digests.stories import group, moved
from digests.stories.naming import name
from digests.types import Membership
from tests.digests.stories.builders import FERRY, FERRY_AGAIN, ORCHARD, news


def members(**stories: str) -> list[Membership]:
    """`s1="ab"`: a and b belong to s1."""
    return [
        Membership(article=article, story=story)
        for story, articles in stories.items()
        for article in articles
    ]


def test_a_late_earlier_article_does_not_rename_a_story():
    first = news("a", FERRY)
    (before,) = group([first])
    after = group([first, news("b", FERRY_AGAIN, hours=-5)], known=[before])
    assert {m.story for m in after} == {before.story}


def test_what_was_known_decides_no_membership():
    known = members(s1="ac")
    one, other = group([news("a", FERRY), news("c", ORCHARD)], known=known)
    assert one.story != other.story
    assert "s1" in {one.story, other.story}


def test_merged_stories_keep_the_id_that_most_articles_had():
    assert name([["a", "b", "c"]], {"a": "s1", "b": "s2", "c": "s2"}) == ("s2",)


def test_the_larger_part_of_a_split_story_keeps_the_id():
    before = {"a": "s1", "b": "s1", "c": "s1"}
    new, kept = name([["a"], ["b", "c"]], before)
    assert kept == "s1"
    assert new != "s1"


def test_a_merged_story_leads_to_the_other():
    before = members(s1="ab", s2="c")
    assert moved(before, members(s1="abc")) == {"s2": ("s1",)}


def test_a_split_story_leads_to_both_parts_the_larger_first():
    before = members(s1="abc")
    assert moved(before, members(s1="a", s9="bc")) == {"s1": ("s9", "s1")}


def test_nothing_that_stayed_is_listed():
    assert moved(members(s1="ab"), members(s1="abc", s2="d")) == {}


def test_articles_that_are_gone_say_nothing():
    assert moved(members(s1="ab"), members(s1="a")) == {}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(("s1", "s2"))))
def test_every_event_has_an_id_of_its_own(before):
    events = [["a", "b"], ["c"], ["d", "e", "f"], ["g", "h"]]
    named = name(events, before)
    assert len(set(named)) == len(events)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(("s1", "s2"))))
def test_naming_again_changes_nothing(before):
    events = [["a", "b"], ["c"], ["d", "e", "f"], ["g", "h"]]
    named = name(events, before)
    known = {a: n for n, event in zip(named, events, strict=True) for a in event}
    assert name(events, known) == named
