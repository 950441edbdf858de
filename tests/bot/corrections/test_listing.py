"""The page of corrections: what was found, what became of posts, old and new words."""

from dataclasses import replace

import pytest

from bot.errors import SendRefused
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.corrections.conftest import WITHOUT_SCHEDULE
from tests.bot.corrections.living import correct
from tests.bot.harness import BRIDGE, BotHarness


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    return await editor(harness)


async def reported(ana: Editor, period: str = "all") -> str:
    return said(await ana.presses_below(f"v1:corrections:{period}"))


async def test_before_the_first_correction_the_list_is_empty(ana):
    assert "has been corrected so far" in await reported(ana)


async def test_it_gives_the_old_and_the_new_sentence_and_the_outlet(harness, ana):
    await correct(harness, ("31,000", "13,000"))
    answer = await reported(ana)
    assert "Before: About 31,000 vehicles cross the bridge every day." in answer
    assert "Now: About 13,000 vehicles cross the bridge every day." in answer
    assert "today 13:06 · Hallin Courier" in answer
    assert "1 message edited." in answer


async def test_it_shows_that_a_message_could_not_be_edited_and_why(harness, ana):
    harness.platform.script(SendRefused("Too old to be edited.", message_only=True))
    await correct(harness, ("31,000", "13,000"))
    assert "could not be edited: Too old to be edited." in await reported(ana)


async def test_it_lists_corrections_without_a_message(harness, ana):
    longer = f"{BRIDGE}\nThe last repair was made by 12 welders in spring.\n"
    text = await correct(harness, (BRIDGE, longer))
    await correct(harness, ("12 welders", "15 welders"), text=text)
    assert "None of the messages contained it" in await reported(ana)


async def test_it_shows_that_the_digest_keeps_its_posts(harness, ana):
    await harness.apply(f'{WITHOUT_SCHEDULE}corrections = "tell"\n')
    await correct(harness, ("31,000", "13,000"))
    assert "the digest only lists corrections" in await reported(ana)


async def test_why_a_message_could_not_be_edited_is_in_german(harness, ana):
    harness.platform.script(
        SendRefused("slack.channel_archived", code="is_archived", message_only=True)
    )
    await correct(harness, ("31,000", "13,000"))
    answer = await reported(replace(ana, locale="de"))
    assert "Andere ließen sich nicht bearbeiten: Der Kanal ist archiviert." in answer


async def test_why_the_posts_stay_as_they_are_is_in_german(harness, ana):
    await harness.apply(f'{WITHOUT_SCHEDULE}corrections = "tell"\n')
    await correct(harness, ("31,000", "13,000"))
    answer = await reported(replace(ana, locale="de"))
    assert "Ihre Nachrichten bleiben, wie sie sind" in answer


async def test_it_names_the_editor_who_wrote_one(harness, ana):
    await ana.does("newsdesk correct", number="1", text="It was Monday.")
    answer = await reported(ana)
    assert "by Ana" in answer
    assert "It was Monday." in answer


async def test_since_leaves_out_what_is_older(harness, ana):
    await correct(harness, ("31,000", "13,000"))
    assert "1 correction" in await reported(ana, period="1")
    harness.clock.advance(days=3)
    assert "since then" in await reported(ana, period="1")


async def test_another_workspace_sees_none_of_it(harness, ana):
    other = WITHOUT_SCHEDULE.replace("newsroom", "another")
    await harness.apply(WITHOUT_SCHEDULE + other)
    await correct(harness, ("31,000", "13,000"))
    stranger = await editor(harness, "another")
    assert "so far" in await reported(stranger)


async def test_look_ups_use_the_corrected_edition(harness, ana):
    await correct(harness, ("31,000", "13,000"))
    story = said(await ana.says("news story", story="harbour bridge"))
    assert "13,000" in story
    assert "31,000 vehicles cross" not in story
