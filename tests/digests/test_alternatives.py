"""What an editor may choose from: as grounded as what is shown by default."""

from datetime import UTC, datetime

import pytest

from digests.analysis import analyse_article
from digests.compose import compose, compose_with_alternatives
from digests.grounding import gate
from digests.types import Article, EditionStyle, PublishedLedger

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEXT = """The harbour bridge at Hallin was closed on Tuesday after a crack was found.

“The city will replace the whole girder before the winter,” said engineer Ada Brandt.

Engineers from the city have inspected the girder since the morning.

“The ferry will run every ten minutes until then,” said mayor Osric Vane.

About 31,000 vehicles cross the bridge every day.
"""
POOL = """The public pool in Torvale reopened on Tuesday after repairs to its roof.

“The children have waited for eleven months,” said Mara Lind, the club’s coach.
"""


def article(name: str, title: str, text: str) -> Article:
    return Article(
        id=name,
        title=title,
        text=text,
        source=f"{name} Courier",
        published=NOW,
        lang="en",
        revision=name,
    )


ARTICLES = (
    article("bridge", "Harbour bridge closes after crack is found", TEXT),
    article("pool", "Torvale pool reopens after repairs to its roof", POOL),
)


def composed(style: EditionStyle):
    return compose_with_alternatives(
        ARTICLES, now=NOW, ledger=PublishedLedger(), style=style, read=analyse_article
    )


@pytest.mark.parametrize("stories", [1, 2])
def test_the_edition_is_the_same_as_without_alternatives(stories):
    style = EditionStyle(stories=stories)
    edition, _ = composed(style)
    assert edition == compose(ARTICLES, now=NOW, style=style)


def test_every_story_of_the_edition_has_alternatives_in_both_forms():
    edition, found = composed(EditionStyle(stories=1))
    shown = [story.id for story in edition.stories]
    shown += [line.story for line in edition.brief]
    assert [one.story.id for one in found if one.story] == shown
    assert [one.line.story for one in found if one.line] == shown
    assert edition.stories[0] == found[0].story
    assert edition.brief[0] == found[1].line


def test_headlines_and_quotes_stand_in_their_articles():
    by_id = {one.id: one for one in ARTICLES}
    _, found = composed(EditionStyle())
    for one in found:
        assert one.story is not None
        lead = by_id[one.story.articles[0].id]
        assert one.headlines[0] == one.story.headline
        assert len({h.text for h in one.headlines}) == len(one.headlines)
        assert gate.gate_headlines(one.headlines, lead) == one.headlines
        assert gate.gate_cards(one.cards, by_id) == one.cards
    bridge = next(one for one in found if "bridge" in one.headlines[0].text)
    assert len(bridge.headlines) > 1
    assert len(bridge.cards) == 2
