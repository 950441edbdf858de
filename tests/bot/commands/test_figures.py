"""Figures of several outlets side by side: the same value once, others beside it."""

from datetime import timedelta

import pytest

from bot.commands.quotes_and_figures import compare_outlets
from bot.model import ListItem, SmallPrint
from digests.figures import recognition
from digests.types import Article
from tests.bot.harness import BRIDGE, BotHarness
from tests.builders import NOON, an_article

HERE = "The Long Bridge carries 31,000 vehicles a day across the harbour."


def figures_of(*articles: Article):
    return [
        (a, figure) for a in articles for figure in recognition.find_figures(a.text)
    ]


def reported(*articles: Article) -> list[tuple[str, tuple[str, ...], list[str]]]:
    return [
        (one.figure.text, one.also, [figure.text for _, figure in one.others])
        for one in compare_outlets(figures_of(*articles))
    ]


def by(outlet: str, text: str, **changes) -> Article:
    return an_article(id=outlet, source=outlet, text=text, **changes)


def test_what_several_outlets_give_is_listed_once_with_their_names():
    other = "Daily 31,000 vehicles use the Long Bridge."
    assert reported(by("A", HERE), by("B", other)) == [("31,000", ("B",), [])]


def test_another_figure_is_shown_beside_it_once():
    other = "Some 36,000 vehicles a day use the Long Bridge."
    assert reported(by("A", HERE), by("B", other)) == [("31,000", (), ["Some 36,000"])]


def test_an_outlet_is_not_held_against_itself():
    text = "Some 36,000 vehicles a day use the Long Bridge."
    other = an_article(id="B", source="A", text=text)
    assert [others for *_, others in reported(by("A", HERE), other)] == [[], []]


def test_a_count_of_a_day_later_is_no_disagreement():
    text = "Some 36,000 vehicles a day use the Long Bridge."
    later = by("B", text, published=NOON + timedelta(days=1))
    assert [others for *_, others in reported(by("A", HERE), later)] == [[], []]


async def test_figures_show_where_outlets_differ(harness: BotHarness):
    other = BRIDGE.replace("Hallin Courier", "Strand Radio").replace("31,000", "36,000")
    harness.publish("radio", other)
    await harness.post()
    stored_edition = await harness.archive.newest(await harness.place())
    assert stored_edition is not None
    (story,) = (
        s.id for s in stored_edition.edition.stories if "bridge" in s.headline.text
    )
    for topic in ("bridge", story):
        answer = await harness.says("news figures", topic=topic)
        before, differ, after = answer.blocks
        assert isinstance(before, ListItem)
        assert isinstance(after, ListItem)
        assert differ == SmallPrint(text="Outlets differ:")
        shown = before.text + before.note + after.text + after.note
        for part in ("31,000", "36,000", "Hallin Courier", "Strand Radio"):
            assert part in shown


def test_feeds_of_one_publisher_are_one_outlet():
    home = by("Tidende", HERE, url="https://tidende.example/home/1")
    sport = by("Tidende Asia", HERE, url="https://tidende.example/asia/1")
    vik = by("Vik Post", HERE, url="https://vikpost.example/1")
    vik_radio = by("Vik Radio", HERE, url="https://radio.vikpost.example/1")
    assert reported(home, sport, vik, vik_radio) == [
        ("31,000", ("Vik Post",), []),
        ("31,000", (), []),
    ]


# ── about a topic ──────────────────────────────────────────────────────────────

FACTORY = """---
title: Sandvik Chairs sells 41,000 seats in a quarter
source: Vik Post
published: 2026-11-24T11:00:00+00:00
lang: en
---
Sandvik Chairs sold 41,000 seats in the three months to October.

Its shares rose by 4% in early trading on Tuesday.

“We lost 2 of 9 customers in the furniture trade,” said manager Ylva Thorn.
"""
TREATY = """---
title: Norland and Suderland agree on lower tariffs
source: Tidende
published: 2026-11-24T08:00:00+00:00
lang: en
---
Norland and Suderland agreed on Tuesday to lower their tariffs.

Trade between the two countries was worth $18 billion in 2025.

“Nobody has waited longer for this than the growers,” said minister Odd Falk.
"""


@pytest.fixture
async def market(harness: BotHarness) -> BotHarness:
    harness.publish("factory", FACTORY)
    harness.publish("treaty", TREATY)
    await harness.post()
    return harness


async def listed(harness: BotHarness, path: str, **args: str) -> str:
    return repr((await harness.says(path, editor=False, **args)).blocks)


async def test_figures_about_a_topic_are_those_of_sentences_about_it(market):
    shown = await listed(market, "news figures", topic="trade")
    assert "$18 billion" in shown
    for other in ("41,000", "4%", "of 9 customers"):
        assert other not in shown


async def test_a_topic_in_the_title_is_that_of_all_figures_of_its_article(market):
    shown = await listed(market, "news figures", topic="Sandvik Chairs")
    for figure in ("41,000", "4%", "of 9 customers"):
        assert figure in shown


async def test_a_topic_of_two_words_has_its_own_meaning(market):
    assert "of 9 customers" in await listed(
        market, "news figures", topic="furniture trade"
    )


async def test_quotes_about_a_topic_are_those_of_sentences_about_it(market):
    shown = await listed(market, "news quotes", topic="trade")
    assert "furniture" not in shown
    assert "growers" not in shown
    shown = await listed(market, "news quotes", topic="growers")
    assert "Nobody has waited longer" in shown
