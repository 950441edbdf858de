"""Figures of several outlets side by side: the same value once, others beside it."""

from datetime import timedelta

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
