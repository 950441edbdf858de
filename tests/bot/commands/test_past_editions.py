"""Past editions: found by words, shown again by their ids, in their channels only."""

from datetime import timedelta

import pytest

from bot.model import RenderedEdition, Reply
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import CONFIGURATION, FLOOD, BotHarness


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    """After an edition about the bridge and the pool, and a later one about a flood."""
    await harness.post()
    harness.clock.advance(hours=1)
    harness.publish("flood", FLOOD)
    await harness.post("later")
    return await editor(harness)


async def first_id(ana: Editor) -> str:
    return str(ana.harness.platform.messages[0].payload["edition"])


def parts(answer: Reply) -> str:
    shown = [b for b in answer.blocks if isinstance(b, RenderedEdition)]
    return "\n".join(part.fallback_text for b in shown for part in b.parts)


async def test_an_edition_is_shown_again_by_its_id(ana: Editor):
    answer = await ana.says("news latest", edition=await first_id(ana))
    assert "Harbour bridge" in parts(answer)
    assert "Brannock" not in parts(answer)
    assert "Brannock" in parts(await ana.says("news latest"))


async def test_a_story_of_a_past_edition_is_shown_by_number_or_id(ana: Editor):
    key = await first_id(ana)
    answer = await ana.says("news story", story=f"{key} 2")
    assert "Harbour bridge closes" in said(answer) or "Torvale pool" in said(answer)
    assert said(answer) == said(await ana.says("news story", story=f"{key}/2"))
    assert "ends with story 2" in said(await ana.says("news story", story=f"{key} 3"))


async def test_why_takes_it_as_well(ana: Editor):
    reported = said(await ana.says("news why", story=f"{await first_id(ana)} 1"))
    assert "is based on this article" in reported


async def test_search_finds_past_editions_and_explains_how_to_open_them(ana: Editor):
    reported = said(await ana.says("news search", words="harbour bridge"))
    assert "In past editions" in reported
    ask = reported.split("/news story ")[1].split("\n")[0]
    assert "Harbour bridge closes" in said(await ana.says("news story", story=ask))


async def test_words_that_must_not_occur_hold_for_editions_too(ana: Editor):
    assert "In past" not in said(await ana.says("news search", words="harbour -bridge"))


async def test_an_edition_before_the_day_asked_for_is_not_found(ana: Editor):
    ana.harness.clock.advance(days=3)
    reported = said(await ana.says("news search", words="bridge", since="yesterday"))
    assert "In past editions" not in reported


async def test_an_undone_edition_is_not_shown_again(ana: Editor):
    newest = str(ana.harness.platform.messages[-1].payload["edition"])
    asked = await ana.says("newsdesk undo")
    await ana.presses(asked, asked.controls[0].label)
    answer = await ana.says("news latest", edition=newest)
    assert answer.problem
    assert "was removed" in said(answer)
    assert "In past" not in said(await ana.says("news search", words="brannock"))


@pytest.mark.parametrize("wrong", ["e-zzzzzz", "e-'; --", "7", "s-7k3m9q"])
async def test_an_invalid_id_is_explained(ana: Editor, wrong: str):
    answer = await ana.says("news latest", edition=wrong)
    assert answer.problem
    assert wrong in said(answer) or "e-7k3m9q" in said(answer)


async def test_an_edition_of_another_workspace_is_not_there(ana: Editor):
    await ana.harness.apply(CONFIGURATION.replace('"newsroom"', '"rival"'))
    there = Editor(harness=ana.harness, place=await ana.harness.place("rival"))
    key = await first_id(ana)
    for answer in (
        await there.says("news latest", edition=key),
        await there.says("news story", story=f"{key} 1"),
        await there.says("news search", words="harbour bridge"),
    ):
        assert "Harbour bridge" not in said(answer)


async def test_only_so_many_editions_are_searched(
    ana: Editor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.lookup.text_search.SEARCHED_EDITIONS", 1)
    ana.harness.clock.advance(timedelta(days=1))
    assert "In past" not in said(await ana.says("news search", words="harbour"))
    assert "In past" in said(await ana.says("news search", words="brannock"))
