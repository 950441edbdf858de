"""Pages of a control panel on Slack: menus, buttons beside items, the home tab."""

import pytest

from bot.i18n.translation import Texts
from bot.model import Reply
from bot.platforms.slack import limits, replies
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
from tests.bot.platforms.slack.conftest import a_platform, listening, until
from tests.wire.slack.faults import Refusal
from tests.wire.slack.people import EDITOR, READER, Asked, Who, texts_of
from tests.wire.slack.server import LocalSlack

TEXTS = Texts.of("en")


@pytest.fixture
def panel() -> Panel:
    return Panel()


async def opened(slack: LocalSlack, who: Who = EDITOR) -> Asked:
    """The overview, as the answer to a typed command."""
    return await (await slack.people.types("/desk home", who)).done()


async def does(slack: LocalSlack, shown: Asked, label: str) -> Asked:
    return await (await slack.people.does_on(shown, label)).done()


async def fills(slack: LocalSlack, asked: Asked, **answers: str) -> Asked:
    """Submit the form; what is shown then, and where."""
    assert asked.view is not None, asked.words
    filled = await slack.people.fills(asked.view, asked.who, answers=answers)
    return await filled.done()


async def at_home(slack: LocalSlack, who: Who = EDITOR) -> Asked:
    """The home tab, which a first button leads to."""
    slack.people.homes.clear()
    await slack.people.looks_home(who)
    await until(lambda: who.user in slack.people.homes)
    pressed = await slack.people.presses_at_home(f"v1:{PAGE}:1", who)
    await until(lambda: pressed.home)
    return pressed


def blocks(reply: Reply) -> list[dict[str, object]]:
    return [b for m in replies.render_reply(reply, TEXTS) for b in m["blocks"]]


# ── messages ───────────────────────────────────────────────────────────────────


async def test_a_typed_command_is_answered_with_a_new_private_message(slack, panel):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
    assert "Evening brief" in home.words
    assert home.private
    assert not home.replaced
    assert list(home.controls) == ["Open", "Name", "Note", "Everything", "About"]


async def test_a_button_beside_an_item_is_its_accessory(slack, panel):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
    section = next(b for b in home.messages[0]["blocks"] if b["type"] == "section")
    assert section["text"]["text"] == "Evening brief\n18:00"
    assert section["text"]["type"] == "plain_text"
    assert section["accessory"]["text"]["text"] == "Open"


async def test_a_menu_shows_the_present_values_below_its_options(slack, panel):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
    [select] = home.messages[0]["blocks"][-2]["elements"]
    assert select["placeholder"]["text"] == "What it contains"
    assert [
        (o["text"]["text"], o.get("description", {}).get("text"))
        for o in select["options"]
    ] == [
        ("Name", "Evening brief"),
        ("Note", "What a note is"),
        ("Everything", None),
    ]


async def test_a_page_takes_the_place_of_the_page_that_was_pressed(slack, panel):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
        page = await does(slack, home, "Open")
        assert page.replaced
        assert home.messages == []
        again = await does(slack, page, "Back")
        assert again.replaced
    assert "One digest." in again.words
    assert panel.pressed == ["desk home", PAGE, "home"]


async def test_a_note_leaves_the_page_where_it_is(slack, panel):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
        note = await does(slack, home, "About")
    assert "Beside the page." in note.words
    assert note.private
    assert not note.replaced
    assert len(home.messages) == 1


async def test_a_choice_of_a_menu_presses_its_control(slack, panel):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
        note = await does(slack, home, "Note")
    assert "Beside the page." in note.words
    assert panel.pressed[-1] == NOTE


async def test_a_submitted_form_replaces_the_page_that_opened_it(slack, panel):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
        asked = await does(slack, home, "Name")
        await fills(slack, asked, name="Dusk")
    assert asked.replaced
    assert home.messages == []
    assert "It is called Dusk" in asked.words
    assert panel.asked[-1].answers == {"name": "Dusk"}
    assert panel.pressed[-2:] == [NAME, NAME]


@pytest.mark.usefixtures("short_hold")
async def test_a_slow_form_replaces_the_page_as_well(slack, panel):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
        asked = await does(slack, home, "Name")
        panel.wait = 0.2
        await fills(slack, asked, name="Dusk")
    assert asked.replaced
    assert home.messages == []


async def test_a_form_that_was_open_too_long_is_answered_with_a_new_message(
    slack, panel
):
    """Its response URL has expired after half an hour: the page can stay only."""
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
        asked = await does(slack, home, "Name")
        await until(lambda: asked.envelope in slack.socket.acknowledged)
        slack.ledger.clock.advance(seconds=1_801)
        assert asked.view is not None
        await slack.people.fills(asked.view, answers={"name": "Dusk"})
        await until(lambda: slack.asked("whisper"))
    assert "It is called Dusk" in str(slack.asked("whisper")[-1].body["blocks"])
    assert len(home.messages) == 1


async def test_a_mistake_stays_in_the_form_and_the_page_where_it_is(slack, panel):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
        asked = await does(slack, home, "Name")
        wrong = await fills(slack, asked, name=" ")
        assert wrong.errors == {"name": "A name is needed."}
        assert len(home.messages) == 1
        named = await fills(slack, wrong, name="Dusk")
        assert "It is called Dusk" in named.words
        again = await does(slack, named, "Back")
    assert again.replaced
    assert named.words == ""


async def test_the_first_of_several_messages_takes_the_place_and_others_follow(
    slack, panel
):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
        long = await does(slack, home, "Everything")
        await until(lambda: "Back" in long.controls)
    assert home.messages == []
    assert [m["replace_original"] for m in long.messages] == [
        True,
        *[False] * (len(long.messages) - 1),
    ]
    parts = range(len(EVERYTHING.blocks))
    assert [n for n in parts if f"Part {n}" not in long.words] == []
    assert panel.pressed[-1] == LONG


async def test_a_message_that_others_see_is_never_replaced(slack, panel):
    async with listening(slack, panel.inbox()):
        page = await (await slack.people.presses(f"v1:{PAGE}:1")).done()
    assert not page.replaced
    assert page.private


async def test_a_page_in_a_thread_is_replaced_where_it_is(slack, panel):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
        button = home.controls["Open"]
        pressed = await slack.people.presses(button, thread="1.000001", on=home)
        page = await pressed.done()
    assert page.replaced
    assert home.messages == []


async def test_a_page_from_before_a_restart_works(slack, panel):
    async with listening(slack, panel.inbox(), a_platform(slack)):
        home = await opened(slack)
        await until(lambda: home.envelope in slack.socket.acknowledged)
    async with listening(slack, panel.inbox(), a_platform(slack)):
        page = await does(slack, home, "Open")
        asked = await does(slack, page, "Name")
        # What was not acknowledged would be sent once more.
        await until(lambda: asked.envelope in slack.socket.acknowledged)
    async with listening(slack, panel.inbox(), a_platform(slack)):
        await fills(slack, asked, name="Dusk")
    assert asked.replaced
    assert "It is called Dusk" in asked.words


@pytest.mark.parametrize("value", ["v1:nothing:1", "v1:menu:0", "nonsense", ""])
async def test_a_choice_that_no_menu_offers_gets_one_sentence(slack, panel, value):
    async with listening(slack, panel.inbox()):
        home = await opened(slack)
        pressed = await slack.people.presses(value, kind="static_select")
        answer = await pressed.done()
    assert "does not belong here or was changed" in answer.words
    assert answer.private
    assert len(home.messages) == 1


async def test_two_buttons_that_lead_to_the_same_page_both_work(slack, panel):
    """A platform takes an id once in a message, so the second one has a number."""
    panel.replies = {**panel.replies, HOME: TWICE}
    async with listening(slack, panel.inbox()):
        for label in ("Open A", "Open B"):
            home = await opened(slack)
            page = await does(slack, home, label)
            assert page.replaced
            assert "Back" in page.controls


# ── what no menu offered ───────────────────────────────────────────────────────


@pytest.mark.parametrize("forged", FORGED)
async def test_a_forged_choice_gets_one_sentence_about_nobody_elses_digest(
    harness, slack, forged
):
    theirs = await digest_of_others(harness, "slack", "T1002", "C2009")
    value = forged.format(theirs=theirs)
    async with listening(slack, harness.inbox, harness.platform):
        pressed = await slack.people.presses(value, kind="static_select")
        answer = await pressed.done()
    assert_refused(answer.words)
    assert answer.private


# ── home tab ───────────────────────────────────────────────────────────────────


async def test_a_page_of_the_home_tab_takes_its_place(slack, panel):
    async with listening(slack, panel.inbox()):
        page = await at_home(slack)
        assert "Back" in page.controls
        again = await does(slack, page, "Back")
    assert "One digest." in again.words
    assert slack.people.homes[EDITOR.user] == again.home
    assert again.messages == []


async def test_everybody_has_a_home_tab_of_their_own(slack, panel):
    async with listening(slack, panel.inbox()):
        await at_home(slack, READER)
        await does(slack, await at_home(slack), "Back")
    assert list(slack.people.homes) == [EDITOR.user]


async def test_a_form_submitted_in_the_home_tab_changes_the_home_tab(slack, panel):
    async with listening(slack, panel.inbox()):
        page = await at_home(slack)
        asked = await does(slack, page, "Name")
        named = await fills(slack, asked, name="Dusk")
    assert named.home is not None
    assert "It is called Dusk" in "\n".join(texts_of(named.home["blocks"]))


async def test_another_answer_goes_to_the_messages_with_the_app(slack, panel):
    async with listening(slack, panel.inbox()):
        page = await at_home(slack)
        before = page.home
        await slack.people.does_on(page, "Note")
        await until(lambda: slack.asked("post"))
    assert "Beside the page." in str(slack.asked("post")[-1].body["blocks"])
    assert slack.people.homes[EDITOR.user] == before


async def test_a_home_tab_that_slack_does_not_take_is_explained_in_a_message(
    slack, panel
):
    async with listening(slack, panel.inbox()):
        page = await at_home(slack)
        slack.script(Refusal(code="invalid_blocks"), "view")
        await slack.people.does_on(page, "Back")
        await until(lambda: slack.asked("post"))
    said = str(slack.asked("post")[-1].body["blocks"])
    assert "The answer cannot be shown here" in said


def test_the_home_tab_holds_the_whole_page():
    view = replies.render_home(EVERYTHING, TEXTS)
    said = "\n".join(texts_of(view["blocks"]))
    parts = range(len(EVERYTHING.blocks))
    assert [n for n in parts if f"Part {n}" not in said] == []
    assert len(view["blocks"]) <= limits.VIEW_BLOCKS
