"""Where an archive would have an article, and what becomes of one that changed."""

from digests.stories import StoryIndex, join, place
from digests.types import Article, Membership
from tests.digests.stories.builders import FERRY, FERRY_AGAIN, ORCHARD, news


def archive_of(**stories: list[Article]) -> StoryIndex:
    archive = StoryIndex()
    for name, articles in stories.items():
        for article in articles:
            archive.add(article, Membership(article=article.id, story=name))
    return archive


def test_stories_that_are_alike_as_well_are_named():
    archive = archive_of(one=[news("a", FERRY)], two=[news("b", FERRY_AGAIN)])
    found = place(news("c", FERRY.replace("brought", "carried"), hours=1), archive)
    assert {found.membership.story, *found.rivals} == {"one", "two"}


def test_another_event_is_no_rival():
    archive = archive_of(one=[news("a", FERRY)], two=[news("b", ORCHARD)])
    assert place(news("c", FERRY_AGAIN, hours=1), archive).rivals == ()


def test_a_new_story_is_said_to_be_new():
    archive = archive_of(one=[news("a", FERRY)])
    assert place(news("c", ORCHARD), archive).new
    assert not place(news("b", FERRY_AGAIN, hours=1), archive).new


def test_a_changed_text_stays_in_its_story_while_it_is_about_the_same():
    """Of one outlet, so that it would not have been found for it."""
    archive = archive_of(one=[news("a", FERRY)], two=[news("d", ORCHARD)])
    changed = news("b", FERRY_AGAIN, hours=1, source="Outlet a")
    assert place(changed, archive).new
    assert place(changed, archive, before="one").membership.story == "one"


def test_a_changed_text_leaves_when_nothing_is_left_of_what_it_was_about():
    archive = archive_of(one=[news("a", FERRY)], two=[news("d", ORCHARD)])
    gone = place(news("b", ORCHARD + " More soon.", hours=1), archive, before="one")
    assert gone.membership.story == "two"


def test_a_changed_text_that_was_alone_keeps_its_id_or_joins_another_story():
    archive = archive_of(two=[news("d", ORCHARD)])
    alone = place(news("b", FERRY), archive, before="one").membership
    joined = place(news("b", ORCHARD, hours=1), archive, before="one").membership
    assert (alone.story, joined.story) == ("one", "two")


def test_a_changed_text_that_repeats_nothing_any_more_is_no_copy():
    archive = archive_of(one=[news("a", FERRY)])
    copy = place(news("b", FERRY, hours=1), archive, before="one").membership
    own = place(news("b", FERRY_AGAIN, hours=1), archive, before="one").membership
    assert (copy.duplicate_of, own.duplicate_of) == ("a", None)
    assert own.story == "one"


def test_placing_is_what_joining_says():
    archive = archive_of(one=[news("a", FERRY)], two=[news("d", ORCHARD)])
    for article in (news("b", FERRY_AGAIN, hours=1), news("c", ORCHARD, hours=2)):
        assert place(article, archive).membership == join(article, archive)
