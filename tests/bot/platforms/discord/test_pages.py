"""Pages of a control panel on Discord: menus, buttons beside items, one message."""

from typing import Any

import pytest

from tests.bot.platforms.discord.conftest import a_platform, listening, until
from tests.bot.platforms.panel import (
    EVERYTHING,
    FORGED,
    HOME,
    LONG,
    NAME,
    NOTE,
    PAGE,
    TWICE,
    Panel,
    assert_refused,
    digest_of_others,
)
from tests.wire.discord.faults import Lost
from tests.wire.discord.interactions import EDITOR, IN_DM, Asked, Who, find_select
from tests.wire.discord.server import LocalDiscord

DEFERRED_UPDATE = 6


@pytest.fixture
def panel() -> Panel:
    return Panel()


async def opened(discord: LocalDiscord, who: Who = EDITOR) -> Asked:
    """The overview, as the answer to a typed command."""
    return await (await discord.people.command("desk home", who)).done()


async def does(discord: LocalDiscord, shown: Asked, label: str) -> Asked:
    return await (await discord.people.does_on(shown, label)).done()


async def fills(discord: LocalDiscord, asked: Asked, **answers: str) -> Asked:
    assert asked.modal is not None, asked.words
    return await (await discord.people.fills(asked.modal, answers, asked.who)).done()


def callbacks(discord: LocalDiscord) -> list[int]:
    """The types of the first answers, in order."""
    calls = discord.asked("answer")
    return [call.body["type"] for call in calls if call.path.endswith("/callback")]


async def test_a_typed_command_is_answered_with_a_new_private_message(discord, panel):
    async with listening(discord, panel.inbox()):
        home = await opened(discord)
    assert "Evening brief" in home.words
    assert home.private
    assert not home.replaced
    assert list(home.controls) == ["Open", "Name", "Note", "Everything", "About"]


async def test_a_button_beside_an_item_stands_in_its_section(discord, panel):
    async with listening(discord, panel.inbox()):
        home = await opened(discord)
    [box, *_] = home.messages[0]["components"]
    section = box["components"][-1]
    assert section["type"] == 9
    assert section["components"][0]["content"] == "**Evening brief**\n18:00"
    assert section["accessory"]["label"] == "Open"


async def test_a_menu_shows_the_present_values_below_its_options(discord, panel):
    async with listening(discord, panel.inbox()):
        home = await opened(discord)
    row = home.messages[0]["components"][1]
    [select] = row["components"]
    assert select["placeholder"] == "What it contains"
    assert [(o["label"], o.get("description")) for o in select["options"]] == [
        ("Name", "Evening brief"),
        ("Note", "What a note is"),
        ("Everything", None),
    ]


async def test_a_menu_that_is_shown_again_does_not_remember_the_last_choice(
    discord, panel
):
    """Discord's clients send no choice again that the select of that id has already."""
    async with listening(discord, panel.inbox()):
        home = await opened(discord)
        option = home.controls["Name"]
        first = find_select(home.messages[0], option)
        again = await does(discord, await does(discord, home, "Open"), "Back")
    assert again.replaced
    assert find_select(again.messages[0], option) not in {"", first}


async def test_a_page_takes_the_place_of_the_page_that_was_pressed(discord, panel):
    async with listening(discord, panel.inbox()):
        home = await opened(discord)
        page = await does(discord, home, "Open")
        assert page.replaced
        assert home.messages == []
        again = await does(discord, page, "Back")
        assert again.replaced
    assert "One digest." in again.words
    assert panel.pressed == ["desk home", PAGE, "home"]


async def test_a_slow_page_takes_its_place_after_an_acknowledgement(discord, panel):
    async with listening(discord, panel.inbox(), a_platform(discord, defer=0.02)):
        home = await opened(discord)
        panel.wait = 0.1
        page = await does(discord, home, "Open")
    assert page.replaced
    assert callbacks(discord)[-1] == DEFERRED_UPDATE
    assert len(page.messages) == 1


async def test_a_note_leaves_the_page_where_it_is(discord, panel):
    for defer in (1.5, 0.02):
        async with listening(discord, panel.inbox(), a_platform(discord, defer=defer)):
            panel.wait = 0.0
            home = await opened(discord)
            panel.wait = 0.1 if defer < 1 else 0.0
            note = await does(discord, home, "About")
        assert "Beside the page." in note.words
        assert note.private
        assert not note.replaced
        assert len(home.messages) == 1


async def test_a_choice_of_a_menu_presses_its_control(discord, panel):
    async with listening(discord, panel.inbox()):
        home = await opened(discord)
        note = await does(discord, home, "Note")
    assert "Beside the page." in note.words
    assert panel.pressed[-1] == NOTE


async def test_a_submitted_form_replaces_the_page_that_opened_it(discord, panel):
    async with listening(discord, panel.inbox()):
        home = await opened(discord)
        asked = await does(discord, home, "Name")
        named = await fills(discord, asked, name="Dusk")
    assert named.replaced
    assert home.messages == []
    assert "It is called Dusk" in named.words
    assert panel.asked[-1].answers == {"name": "Dusk"}
    assert panel.pressed[-2:] == [NAME, NAME]


async def test_a_slow_form_replaces_the_page_after_an_acknowledgement(discord, panel):
    async with listening(discord, panel.inbox(), a_platform(discord, defer=0.05)):
        home = await opened(discord)
        asked = await does(discord, home, "Name")
        panel.wait = 0.1
        named = await fills(discord, asked, name="Dusk")
    assert named.replaced
    assert callbacks(discord)[-1] == DEFERRED_UPDATE
    assert "It is called Dusk" in named.words


async def test_a_mistake_in_a_form_leaves_the_page_and_can_be_corrected(discord, panel):
    async with listening(discord, panel.inbox()):
        home = await opened(discord)
        asked = await does(discord, home, "Name")
        wrong = await fills(discord, asked, name=" ")
        assert "A name is needed." in wrong.words
        assert not wrong.replaced
        assert len(home.messages) == 1
        again = await does(discord, wrong, "Edit again")
        named = await fills(discord, again, name="Dusk")
    assert "It is called Dusk" in named.words


async def test_the_first_of_several_messages_takes_the_place_and_others_follow(
    discord, panel
):
    async with listening(discord, panel.inbox()):
        home = await opened(discord)
        long = await does(discord, home, "Everything")
        await until(lambda: "Back" in long.controls)
    assert long.replaced
    assert home.messages == []
    assert len(long.messages) > 1
    assert long.private
    parts = range(len(EVERYTHING.blocks))
    assert [n for n in parts if f"Part {n}" not in long.words] == []
    assert panel.pressed[-1] == LONG


async def test_a_page_that_was_dismissed_meanwhile_comes_as_a_new_message(
    discord, panel
):
    async with listening(discord, panel.inbox(), a_platform(discord, defer=0.02)):
        home = await opened(discord)
        panel.wait = 0.1
        pressed = await discord.people.does_on(home, "Open")
        home.messages.clear()
        page = await pressed.done()
    assert not page.replaced
    assert page.private
    assert "Back" in page.controls


async def test_a_message_that_others_see_is_never_replaced(discord, panel):
    for defer in (1.5, 0.02):
        panel.wait = 0.1 if defer < 1 else 0.0
        async with listening(discord, panel.inbox(), a_platform(discord, defer=defer)):
            page = await (await discord.people.presses(f"v1:{PAGE}:1")).done()
        assert not page.replaced
        assert page.private


async def test_a_page_works_in_a_direct_message(discord, panel):
    async with listening(discord, panel.inbox()):
        home = await opened(discord, IN_DM)
        page = await does(discord, home, "Open")
    assert page.replaced


async def test_a_page_from_before_a_restart_works(discord, panel):
    async with listening(discord, panel.inbox(), a_platform(discord)):
        home = await opened(discord)
    async with listening(discord, panel.inbox(), a_platform(discord)):
        page = await does(discord, home, "Open")
        asked = await does(discord, page, "Name")
    async with listening(discord, panel.inbox(), a_platform(discord)):
        named = await fills(discord, asked, name="Dusk")
    assert named.replaced
    assert "It is called Dusk" in named.words


@pytest.mark.parametrize("value", ["v1:nothing:1", "v1:menu:0", "nonsense", "v1:page"])
async def test_a_choice_that_no_menu_offers_gets_one_sentence(discord, panel, value):
    async with listening(discord, panel.inbox()):
        home = await opened(discord)
        pressed: Any = await discord.people.presses("v1:menu:0", value=value)
        answer = await pressed.done()
    known = value == "v1:page"
    assert known or "does not belong here or was changed" in answer.words
    assert answer.private
    assert len(home.messages) == 1


async def test_an_acknowledgement_that_was_lost_is_no_failure(discord, panel):
    async with listening(discord, panel.inbox(), a_platform(discord, defer=0.02)):
        home = await opened(discord)
        panel.wait = 0.1
        discord.script(Lost(when="after"), "answer")
        page = await does(discord, home, "Open")
    assert page.replaced


async def test_two_buttons_that_lead_to_the_same_page_both_work(discord, panel):
    """A platform takes an id once in a message, so the second one has a number."""
    panel.replies = {**panel.replies, HOME: TWICE}
    async with listening(discord, panel.inbox()):
        for label in ("Open A", "Open B"):
            home = await opened(discord)
            page = await does(discord, home, label)
            assert page.replaced
            assert "Back" in page.controls


# ── what no menu offered ───────────────────────────────────────────────────────


@pytest.mark.parametrize("forged", FORGED)
async def test_a_forged_choice_gets_one_sentence_about_nobody_elses_digest(
    harness, discord, forged
):
    theirs = await digest_of_others(harness, "discord", "1002", "2009")
    value = forged.format(theirs=theirs)
    async with listening(discord, harness.inbox, harness.platform):
        pressed = await discord.people.presses("v1:menu:0", value=value)
        answer = await pressed.done()
    assert_refused(answer.words)
    assert answer.private
