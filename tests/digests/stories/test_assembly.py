from digests.stories.assembly import gather_stories
from digests.stories.assignment import group_articles
from digests.types import Article, Story, StoryMembership
from tests.digests.stories.builders import FERRY, FERRY_AGAIN, ORCHARD, news


def gathered(*articles: Article) -> tuple[Story, ...]:
    return gather_stories(articles, group_articles(articles))


def test_a_wire_copy_adds_no_outlet():
    (story,) = gathered(
        news("a", FERRY, source="Wire"),
        news("b", FERRY_AGAIN, hours=1, source="Courier"),
        news("c", FERRY, hours=2, source="Copyist"),
    )
    assert sorted(story.outlets) == ["Courier", "Wire"]
    assert len(story.articles) == 3


def test_ten_copies_of_a_wire_text_count_as_one():
    (story,) = gathered(
        news("wire", FERRY, source="Wire"),
        *(news(f"c{n}", FERRY, hours=n, source=f"Paper {n}") for n in range(1, 11)),
    )
    assert story.outlets == ("Wire",)
    assert len(story.articles) == 11


def test_a_wire_text_with_paragraphs_around_it_adds_no_outlet():
    around = f"{ORCHARD} {FERRY} {ORCHARD[::-1]}"
    own = news("b", around, hours=1, source="Paper")
    wire = news("a", FERRY, source="Wire")
    (story,) = gather_stories(
        (wire, own),
        [
            StoryMembership(article="a", story="s"),
            StoryMembership(article="b", story="s"),
        ],
    )
    assert story.outlets == ("Wire",)


def test_an_outlet_with_two_reports_counts_once():
    (story,) = gathered(
        news("a", FERRY, source="Wire"),
        news("b", FERRY_AGAIN, hours=25, source="Wire"),
    )
    assert story.outlets == ("Wire",)


def test_a_copy_is_not_the_main_article():
    copy = FERRY + " " + "The paper adds a line of its own."
    (story,) = gathered(news("a", FERRY), news("b", copy, hours=1))
    assert story.articles[0].id == "a"


def test_the_published_outlet_comes_first():
    (story,) = gathered(
        news("a", title="Gannet ferry loses propeller at Tollmar", source="Brief"),
        news("b", FERRY, hours=1, source="Full"),
    )
    assert story.articles[0].id == "b"
    assert story.outlets == ("Full", "Brief")


def test_only_the_newest_version_is_used():
    corrected = FERRY.replace("212", "221")
    (story,) = gathered(
        news("a", FERRY, source="Courier"),
        news("b", corrected, hours=1, source="Courier", revises="a"),
        news("c", FERRY.replace("212", "231"), hours=2, source="Courier", revises="b"),
    )
    assert [a.id for a in story.articles] == ["c"]


def test_a_version_of_a_missing_article_is_used():
    (story,) = gathered(news("b", FERRY, revises="gone"))
    assert [a.id for a in story.articles] == ["b"]


def test_two_versions_of_an_article_that_is_not_there_are_one():
    (story,) = gathered(
        news("b", FERRY, revises="gone"), news("c", FERRY, hours=1, revises="gone")
    )
    assert [a.id for a in story.articles] == ["c"]


def test_a_circle_of_versions_leaves_one():
    stories = gathered(
        news("a", FERRY, revises="b"), news("b", FERRY, hours=1, revises="a")
    )
    assert [[a.id for a in story.articles] for story in stories] == [["b"]]


def test_a_copy_of_a_replaced_text_does_not_become_an_outlet_of_its_own():
    (story,) = gathered(
        news("a", FERRY, source="Wire"),
        news("b", FERRY, hours=1, source="Copyist"),
        news("c", FERRY + " Corrected.", hours=2, source="Wire", revises="a"),
    )
    assert story.articles[0].id == "c"
    assert story.outlets == ("Wire",)


def test_stories_are_in_the_order_of_their_articles():
    first, second = gathered(news("z", ORCHARD), news("a", FERRY))
    assert (first.articles[0].id, second.articles[0].id) == ("z", "a")
