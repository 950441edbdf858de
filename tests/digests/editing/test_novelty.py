"""What is new in a published story: as a table, and edge cases."""

import pytest

from digests.editing import novelty
from digests.language import sentences
from digests.language.normalization import normalize_text
from digests.types import (
    Article,
    ArticleAnalysis,
    Headline,
    PublishedLedger,
    Sentence,
    Span,
    Story,
    Summary,
)
from tests.digests.stories.builders import FERRY, news

OLD = news("a", FERRY, revision="1")
TOLD = PublishedLedger(
    stories=frozenset(("s-1",)),
    revisions=frozenset(("a@1",)),
    sentences=frozenset(
        normalize_text(FERRY[s.start : s.end]) for s in sentences.split_sentences(FERRY)
    ),
)

#: Another outlet's text, and whether it is news.
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


#: The death that readers were shown, and the short report of a later one.
LATER_DEATHS = [
    (
        "Two residents of a care home in Ardle died when a third of it burnt down after"
        " midnight. The residents had been asleep, the fire service said.",
        "A third resident of the Ardle care home has died.",
        "en",
    ),
    (
        "A man was killed when a crane fell in the port of Ostrel. A second man is in "
        "hospital, the port said.",
        "A second man died.",
        "en",
    ),
    (
        "Beim Lawinenabgang am Gamskogel ist ein Mann ums Leben gekommen. Eine zweite "
        "Person wurde verletzt, teilte die Bergrettung mit.",
        "Damit stieg die Zahl der Toten auf zwei.",
        "de",
    ),
]


@pytest.mark.parametrize(("before", "text", "lang"), LATER_DEATHS)
def test_a_later_death_is_news_though_its_words_were_read(before, text, lang):
    first = news("a", before, revision="1", lang=lang)
    later = news("b", text, hours=-1, revision="1", lang=lang)
    told = PublishedLedger(
        stories=frozenset(("s-1",)),
        revisions=frozenset(("a@1",)),
        sentences=frozenset(
            normalize_text(before[s.start : s.end])
            for s in sentences.split_sentences(before)
        ),
    )
    assert new_text(novelty.find_news(story(first, later), told)) == [text]


def story(*articles: Article) -> Story:
    return Story(id="s-1", articles=articles, outlets=("Wire",))


def new_text(found: novelty.StoryNews | None) -> list[str]:
    if found is None:
        return []
    return [found.article.text[s.start : s.end] for s in found.spans]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_a_sentence_with_new_content_is_news(text, expected):
    other = news("b", text, hours=1, revision="1")
    found = novelty.find_news(story(OLD, other), TOLD)
    assert new_text(found) == ([text] if expected else [])


def test_only_the_new_sentences_are_published():
    more = "Prosecutors have opened an inquiry against the shipyard in Lower Dunmark."
    other = news("b", f"{FERRY} {more}", revision="1")
    assert new_text(novelty.find_news(story(OLD, other), TOLD)) == [more]


def test_the_article_with_most_news_is_preferred():
    little = news("b", "Norrline counted 231 passengers on the Gannet.", revision="1")
    much = news(
        "c",
        "Prosecutors opened an inquiry against a shipyard. Insurers refuse any payment "
        "until the report of the coast guard arrives.",
        revision="1",
    )
    found = novelty.find_news(story(OLD, little, much), TOLD)
    assert found is not None
    assert found.article.id == "c"


def test_a_story_without_unread_articles_has_no_news():
    assert (
        novelty.find_news(story(OLD), PublishedLedger(revisions=frozenset(("a@1",))))
        is None
    )


def test_a_newer_version_is_compared_with_the_older_text():
    ledger = PublishedLedger(stories=frozenset(("s-1",)), revisions=frozenset(("a@1",)))
    commas = FERRY.replace(" after", ", after").replace(
        "Norrline said", "Norrline, said"
    )
    newer = news("b", commas, revision="2", revises="a")
    assert novelty.find_news(story(newer), ledger, available=(OLD,)) is None


def test_without_the_older_text_only_the_shown_part_counts():
    ledger = PublishedLedger(revisions=frozenset(("a@1",)), sentences=TOLD.sentences)
    tail = " Insurers will look at the wreck of a barge near Lower Dunmark next week."
    newer = news("a", FERRY + tail, revision="2")
    first = sentences.split_sentences(FERRY)[0]
    shown = ArticleAnalysis(
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
    assert novelty.find_news(story(newer), ledger, analyses={"a": shown}) is None
    assert novelty.find_news(story(newer), ledger) is not None


def test_a_story_is_known_by_its_articles_too():
    assert novelty.was_published(
        story(OLD), PublishedLedger(revisions=frozenset(("a@0",)))
    )
    assert not novelty.was_published(
        story(OLD), PublishedLedger(revisions=frozenset(("z@0",)))
    )
