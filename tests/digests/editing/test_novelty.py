"""What a story that was told brings that is new: as a table, and its corners."""

import pytest

from digests.language import sentences
from digests.language.fold import fold
from digests.stories import news
from digests.types import (
    Analysis,
    Article,
    Headline,
    Sentence,
    Span,
    Story,
    Summary,
    Told,
)
from tests.digests.stories.builders import FERRY
from tests.digests.stories.builders import news as article

OLD = article("a", FERRY, revision="1")
TOLD = Told(
    stories=frozenset(("s-1",)),
    revisions=frozenset(("a@1",)),
    sentences=frozenset(fold(FERRY[s.start : s.end]) for s in sentences.split(FERRY)),
)

#: What another outlet writes, and whether it brings news.
TABLE = [
    ("Ilse Vranken stopped all ferries to the Skerry islands on Tuesday.", False),
    ("Ilse Vranken, stopped all ferries, to the Skerry islands, on Tuesday!", False),
    ("On Tuesday the harbour master of Tollmar, Ilse Vranken, stopped ferries.", False),
    ("Ferries.", False),
    ("", False),
    ("Norrline said 231 passengers were brought ashore by lifeboats.", True),
    ("Norrline said 212 passengers were brought ashore by lifeboats.", False),
    ("Company Norrline: 212 passengers were not brought ashore by lifeboats.", True),
    ("Prosecutors have opened an inquiry against the shipyard in Lower Dunmark.", True),
    ("“The company Norrline stopped the divers at Tollmar,” said Ilse Vranken.", True),
]  # fmt: skip


def story(*articles: Article) -> Story:
    return Story(id="s-1", articles=articles, outlets=("Wire",))


def new_text(found: news.News | None) -> list[str]:
    if found is None:
        return []
    return [found.article.text[s.start : s.end] for s in found.spans]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_a_sentence_is_news_when_it_says_what_was_not_said(text, expected):
    other = article("b", text, hours=1, revision="1")
    found = news.of(story(OLD, other), TOLD)
    assert new_text(found) == ([text] if expected else [])


def test_only_the_new_sentences_are_told_of():
    more = "Prosecutors have opened an inquiry against the shipyard in Lower Dunmark."
    other = article("b", f"{FERRY} {more}", revision="1")
    assert new_text(news.of(story(OLD, other), TOLD)) == [more]


def test_the_article_with_most_news_is_the_one_to_tell_from():
    little = article(
        "b", "Norrline counted 231 passengers on the Gannet.", revision="1"
    )
    much = article(
        "c",
        "Prosecutors opened an inquiry against a shipyard. Insurers refuse any payment "
        "until the report of the coast guard arrives.",
        revision="1",
    )
    found = news.of(story(OLD, little, much), TOLD)
    assert found is not None
    assert found.article.id == "c"


def test_a_story_without_unread_articles_has_no_news():
    assert news.of(story(OLD), Told(revisions=frozenset(("a@1",)))) is None


def test_a_newer_version_is_compared_with_the_older_text_at_hand():
    told = Told(stories=frozenset(("s-1",)), revisions=frozenset(("a@1",)))
    commas = FERRY.replace(" after", ", after").replace(
        "Norrline said", "Norrline, said"
    )
    newer = article("b", commas, revision="2", revises="a")
    assert news.of(story(newer), told, at_hand=(OLD,)) is None


def test_of_a_version_whose_older_text_is_gone_only_what_would_be_shown_counts():
    told = Told(revisions=frozenset(("a@1",)), sentences=TOLD.sentences)
    tail = " Insurers will look at the wreck of a barge near Lower Dunmark next week."
    newer = article("a", FERRY + tail, revision="2")
    first = sentences.split(FERRY)[0]
    shown = Analysis(
        article=newer,
        summary=Summary(
            headline=Headline(text="Ferries stop"),
            sentences=(
                Sentence(
                    text=FERRY[: first.end], spans=(Span(start=0, end=first.end),)
                ),
            ),
        ),
        quotes=(),
        figures=(),
    )
    assert news.of(story(newer), told, analyses={"a": shown}) is None
    assert news.of(story(newer), told) is not None


def test_a_story_is_known_by_its_articles_too():
    assert news.was_told(story(OLD), Told(revisions=frozenset(("a@0",))))
    assert not news.was_told(story(OLD), Told(revisions=frozenset(("z@0",))))
