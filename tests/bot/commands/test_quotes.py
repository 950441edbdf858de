"""Context of a quote: its subject, its date, and other outlets that carry it."""

from dataclasses import replace

import pytest

from bot.model import ListItem, QuoteBlock, Reply, SmallPrint
from bot.model.scope import Scope
from bot.storage import quote_wording_store
from tests.bot.harness import CONFIGURATION, BotHarness

WORDS = "The ship was where the chart said there was water"
WIRE = f"""---
title: Ferry runs aground off Selsund
source: Northline Wire
published: 2026-11-24T09:00:00+00:00
lang: en
---
The ferry Alma ran aground off Selsund on Tuesday morning.

“{WORDS},” said captain Ingrid Solheim.
"""


def as_told_by(outlet: str, words: str = WORDS, **changes: str) -> str:
    """The same report in another outlet, with this wording of the quote."""
    text = WIRE.replace("Northline Wire", outlet).replace(WORDS, words)
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def said(answer: Reply) -> str:
    """The lines about the quotes."""
    found = []
    for block in answer.blocks:
        match block:
            case SmallPrint(text=text):
                found.append(text)
            case ListItem(title=title, text=text):
                found += [title, text]
    return "\n".join(found)


def cards(answer: Reply) -> list[tuple[str, str]]:
    return [
        (b.card.source, b.card.text) for b in answer.blocks if isinstance(b, QuoteBlock)
    ]


@pytest.fixture
async def coast(empty_harness: BotHarness) -> BotHarness:
    empty_harness.publish("wire", WIRE)
    await empty_harness.apply()
    return empty_harness


async def solheim(harness: BotHarness) -> Reply:
    await harness.ingestor.refresh((await harness.digest()).sources)
    return await harness.says("news quotes", speaker="Solheim")


async def test_a_quote_comes_with_what_it_is_about_and_the_local_time(
    coast: BotHarness,
):
    answer = said(await solheim(coast))
    assert "The ferry Alma ran aground off Selsund on Tuesday morning." in answer
    assert "24 November 2026, 10:00" in answer


async def test_outlets_with_the_same_words_are_named_and_the_quote_comes_once(
    coast: BotHarness,
):
    coast.publish("courier", as_told_by("Selsund Courier"))
    coast.publish(
        "herald", as_told_by("Torvale Herald", "the chart said there was water")
    )
    answer = await solheim(coast)
    assert len(cards(answer)) == 1
    others = {"Selsund Courier", "Northline Wire"} - {cards(answer)[0][0]}
    assert f"word for word in {others.pop()} too" in said(answer)
    assert "in part in Torvale Herald too" in said(answer)


async def test_an_outlet_that_gives_the_words_differently_is_shown_with_its_words(
    coast: BotHarness,
):
    changed = WORDS.replace("was water", "was deep water")
    coast.publish("courier", as_told_by("Selsund Courier", changed))
    answer = await solheim(coast)
    assert len(cards(answer)) == 1
    assert "Outlets give these words differently:" in said(answer)
    (line,) = (b for b in answer.blocks if isinstance(b, ListItem))
    reported = dict([*cards(answer), (line.title, line.text[slice(*line.marks[0])])])
    assert reported == {"Northline Wire": WORDS, "Selsund Courier": changed}


async def test_two_statements_of_one_person_are_no_versions(coast: BotHarness):
    again = WORDS.replace("was water", "was deep water")
    both = as_told_by("Selsund Courier") + f"\n“{again},” Ingrid Solheim said later.\n"
    coast.publish("courier", both)
    assert "differently" not in said(await solheim(coast))


async def test_the_same_words_of_another_speaker_are_separate(coast: BotHarness):
    other = as_told_by("Selsund Courier", **{"Ingrid Solheim": "Marta Solheim"})
    coast.publish("courier", other)
    assert "Selsund Courier" not in said(await solheim(coast))


async def test_the_same_words_a_week_later_are_a_new_quote(coast: BotHarness):
    later = as_told_by("Selsund Courier", **{"2026-11-24": "2026-11-16"})
    coast.publish("courier", later)
    assert "Selsund Courier" not in said(await solheim(coast))


async def test_a_story_shows_it_for_its_quotes_too(coast: BotHarness):
    changed = WORDS.replace("was water", "was deep water")
    # So long that its summary has no need of the quote.
    more = """
It had left the port with 212 people on board and 40 cars, bound for the outer islands.

Two tugs pulled the ferry free at noon and towed it to the yard at Selsund for repairs.

The shipping company has put an older vessel on the route until the end of the week.
"""
    text = as_told_by("Selsund Courier", changed).replace("\n\n“", f"\n{more}\n“")
    coast.publish("courier", text)
    await coast.post()
    answer = await coast.says("news story", story="1")
    assert "Outlets give these words differently:" in said(answer)


async def test_the_quotes_of_a_story_are_asked_for_by_its_number(coast: BotHarness):
    coast.publish("pool", WIRE.replace("Selsund", "Torvale").replace("Alma", "Bell"))
    await coast.post()
    first = await coast.says("news quotes", topic="1")
    assert len(cards(first)) == 1


async def test_those_of_a_story_are_all_shown_also_beyond_what_was_posted(
    coast: BotHarness,
):
    later = "Nobody was hurt on board, and the passengers are safe"
    coast.publish("wire", WIRE + f"\n“{later},” Solheim added.\n")
    edition = (await coast.post()).stored_edition
    assert edition is not None
    (story,) = edition.edition.stories
    assert len(story.cards) == 1
    shown = await coast.says("news quotes", topic=story.id)
    assert {text.rstrip(",") for _, text in cards(shown)} == {WORDS, later}


async def test_quotes_that_need_their_sentence_give_way_to_whole_ones(
    coast: BotHarness,
):
    bits = "\n".join(
        f"\nIngrid Solheim called rock {n} “a known and old danger {n}”."
        for n in range(12)
    )
    coast.publish("later", WIRE.replace("T09", "T10").replace(f"“{WORDS},”", bits))
    shown = [text.rstrip(",") for _, text in cards(await solheim(coast))]
    assert len(shown) == 10
    # The newest come first, and the only whole one has a place.
    assert shown[-1] == WORDS


async def test_what_another_workspace_reads_is_not_named(coast: BotHarness):
    copy = as_told_by("Secret Gazette")
    hidden = coast.home / "hidden"
    hidden.mkdir()
    (hidden / "copy.txt").write_text(copy, encoding="utf-8")
    theirs = CONFIGURATION.replace("newsroom", "rivals").replace("articles", "hidden")
    await coast.apply(CONFIGURATION + theirs)
    rivals = await coast.archive.all_digests("rivals")
    await coast.ingestor.refresh(rivals[0].sources)
    assert "Secret" not in said(await solheim(coast))


async def test_a_card_without_its_article_has_no_context(coast: BotHarness):
    answer = await solheim(coast)
    (first,) = (b.card for b in answer.blocks if isinstance(b, QuoteBlock))
    place = await coast.place()
    (found,) = await coast.db.read(
        quote_wording_store.find_card_wordings,
        Scope(place.workspace.id),
        cards=[replace(first, article="4711")],
    )
    assert found == quote_wording_store.QuoteWordings(article=None)


async def test_quotes_in_the_language_of_the_channel_are_first(coast: BotHarness):
    coast.publish(
        "bote",
        "---\ntitle: Fähre läuft vor Selsund auf Grund\nsource: Selsunder Bote\n"
        "published: 2026-11-24T08:00:00+00:00\nlang: de\n---\n"
        "Die Fähre Alma ist am Dienstag vor Selsund auf Grund gelaufen.\n\n"
        "„Wir haben alle Fahrgäste an Land gebracht“, sagte Bootsmann Jens Holt.\n",
    )
    await coast.ingestor.refresh((await coast.digest()).sources)
    assert cards(await coast.says("news quotes"))[0][0] == "Northline Wire"
    await coast.apply(CONFIGURATION + 'language = "de"\n')
    assert cards(await coast.says("news quotes"))[0][0] == "Selsunder Bote"
