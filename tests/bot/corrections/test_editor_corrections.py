"""/newsdesk correct: an editor's note at the end of a story, and its revert."""

import pytest

from bot.storage.published_article_store import CORRECTABLE_PERIOD
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.corrections.living import correct, listed, pass_time, shown
from tests.bot.harness import BotHarness
from tests.bot.publishing.test_undo import undo

RIGHT = "The bridge was closed on Monday."


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    return await editor(harness)


async def says(ana: Editor, text: str = RIGHT) -> None:
    """Submit and confirm a correction, and do what is due."""
    await ana.does("newsdesk correct", number=await bridge(ana), text=text)
    await pass_time(ana.harness)


async def bridge(ana: Editor) -> str:
    """The number of the story about the bridge."""
    lines = shown(ana.harness).split("\n")
    (title,) = [line for line in lines if "Harbour bridge" in line and "**" in line]
    return title.strip("*")[0]


async def test_the_note_is_at_the_end_of_the_story_marked_as_an_editors(harness, ana):
    await says(ana)
    assert f"Corrected 13:00 by an editor: {RIGHT}" in shown(harness)


async def test_nothing_is_edited_before_it_is_confirmed(harness, ana):
    before = shown(harness)
    preview = await ana.says("newsdesk correct", number="1", text=RIGHT)
    await pass_time(harness)
    assert shown(harness) == before
    assert RIGHT in said(preview)


async def test_without_words_it_is_a_form(ana):
    form = await ana.is_asked("newsdesk correct")
    assert [field.name for field in form.fields] == ["number", "text"]


async def test_an_answer_that_is_too_long_is_asked_again_with_the_reason(ana):
    form = await ana.is_asked("newsdesk correct", number="1", text="long " * 50)
    (error,) = [field.error for field in form.fields if field.error]
    assert "at most 200 characters" in error


async def test_a_later_word_takes_the_place_of_the_first_and_both_are_kept(
    harness, ana
):
    await says(ana)
    await says(ana, "It was closed on Sunday.")
    assert RIGHT not in shown(harness)
    assert "It was closed on Sunday." in shown(harness)
    assert len(await listed(harness)) == 2


async def test_it_is_in_the_history_and_can_be_reverted(harness, ana):
    before = shown(harness)
    await says(ana)
    history = await ana.says("newsdesk history")
    assert RIGHT in said(history)
    back = await ana.presses(history, "Revert")
    await ana.presses(back, "Confirm")
    await pass_time(harness)
    assert shown(harness) == before
    assert (await listed(harness))[0].reverted_at is not None


async def test_it_can_be_repeated_after_a_revert(harness, ana):
    await says(ana)
    for _ in range(2):
        history = await ana.says("newsdesk history")
        await ana.presses(await ana.presses(history, "Revert"), "Confirm")
    await pass_time(harness)
    assert RIGHT in shown(harness)


async def test_readers_may_not(harness):
    answer = await harness.says(
        "newsdesk correct", editor=False, number="1", text=RIGHT
    )
    assert answer.problem


async def test_an_undone_edition_is_not_corrected(harness, ana):
    preview = await ana.says("newsdesk correct", number="1", text=RIGHT)
    await undo(harness)
    answer = await ana.presses(preview, "Confirm")
    assert "was removed" in said(answer)
    await pass_time(harness)
    assert harness.platform.messages == []


async def test_an_old_edition_is_not_corrected(harness, ana):
    harness.clock.advance(CORRECTABLE_PERIOD)
    harness.clock.advance(seconds=1)
    answer = await ana.says("newsdesk correct", number="1", text=RIGHT)
    assert "14 days" in said(answer)


async def test_it_is_shown_also_where_articles_are_only_listed(harness, ana):
    await ana.sets("corrections", "off")
    await says(ana)
    assert RIGHT in shown(harness)


async def test_it_is_shown_beside_the_articles_own_corrections(harness, ana):
    await correct(harness, ("31,000", "13,000"))
    await says(ana)
    notes = [line for line in shown(harness).split("\n") if "Corrected" in line]
    assert ["by an editor" in note for note in notes] == [False, True]


async def test_its_words_can_neither_ping_nor_break_out(harness, ana):
    await says(ana, "@everyone **now** <@123> [here](https://evil.example)")
    raw = str(harness.platform.messages)
    assert "@everyone \\\\*\\\\*now" in raw
    assert "[here](https" not in raw
