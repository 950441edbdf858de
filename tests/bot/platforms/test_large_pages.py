"""A large page of a control panel fits on every platform, and is rendered quickly."""

import asyncio
from typing import Any

import pytest

from bot.i18n.translation import Texts
from bot.model import Control, ControlMenu, ListItem, MenuOption, Reply
from bot.platforms.discord import replies as discord_replies
from bot.platforms.local.replies import build_reply_view
from bot.platforms.slack import limits as slack_limits
from bot.platforms.slack import replies as slack_replies
from tests.bot.large_inputs import MOST, counting_steps
from tests.bot.platforms.generated import faults_of_reply
from tests.wire.discord import interactions as discord_interactions
from tests.wire.slack import people as slack_people
from tests.wire.slack import rules as slack_rules

TEXTS = Texts.of("en")


def items(kind: str, count: int) -> tuple[ListItem, ...]:
    return tuple(
        ListItem(
            title=f"{kind} {number} with a name of ordinary length",
            text="Next: tomorrow at 7:00. Last: posted today at 7:00, 6 stories.",
            control=Control(id=f"v1:home:{kind[0]}{number}", label="Open"),
        )
        for number in range(count)
    )


def menus(*, label: str = "Setting", note: str = "as it is now, in words") -> Any:
    """Four menus of as many options as a menu takes."""
    return tuple(
        ControlMenu(
            label=f"Menu {number}",
            options=tuple(
                MenuOption(
                    id=f"v1:set:d{number}:setting-{n}",
                    label=f"{label} {number}.{n}",
                    note=note,
                )
                for n in range(25)
            ),
        )
        for number in range(4)
    )


def a_large_page(**words: str) -> Reply:
    return Reply(
        title="Control panel",
        blocks=(*items("problem", 5), *items("digest", 25)),
        menus=menus(**words),
        controls=tuple(Control(id=f"v1:page:{n}", label=f"Page {n}") for n in range(8)),
        in_place=True,
    )


PAGES = {
    "ordinary": a_large_page(),
    "long words": a_large_page(label="Wort" * 40, note="„Wert“ \\ " * 40),
    "wide letters": a_large_page(label="𝔘" * 200, note="👩‍👩‍👧‍👦" * 60),
}


def controls(platform: str, reply: Reply) -> list[str]:
    """The ids of everything that can be pressed or chosen, in order."""
    if platform == "discord":
        bodies: Any = discord_replies.render_reply(reply, TEXTS)
        return [
            control for _, control in discord_interactions.controls_of(list(bodies))
        ]
    messages = slack_replies.render_reply(reply, TEXTS)
    return [control for _, control in slack_people.controls_of(messages)]


def expected(reply: Reply) -> list[str]:
    beside = [
        b.control.id for b in reply.blocks if isinstance(b, ListItem) and b.control
    ]
    choices = [option.id for menu in reply.menus for option in menu.options]
    return [*beside, *choices, *(control.id for control in reply.controls)]


@pytest.mark.parametrize("platform", ["discord", "slack"])
@pytest.mark.parametrize("name", PAGES)
def test_all_that_can_be_pressed_is_there_in_messages_that_are_accepted(platform, name):
    page = PAGES[name]
    assert faults_of_reply(platform, page) == []
    assert controls(platform, page) == expected(page)


def test_it_needs_few_messages():
    page = PAGES["ordinary"]
    assert len(discord_replies.render_reply(page, TEXTS)) <= 4
    assert len(slack_replies.render_reply(page, TEXTS)) <= 5


def test_a_page_stays_one_slack_message_without_the_notes_of_its_menus():
    page = Reply(title="A digest", menus=menus(note="as it is now " * 4)[:2])
    [message] = slack_replies.render_reply(page, TEXTS)
    options = message["blocks"][-1]["elements"][0]["options"]
    assert not any("description" in option for option in options)
    few = Reply(title="A digest", menus=menus(note="as it is now " * 4)[:1])
    [message] = slack_replies.render_reply(few, TEXTS)
    [select] = message["blocks"][-1]["elements"]
    assert all("description" in option for option in select["options"])


def test_a_home_tab_holds_all_of_it():
    for page in PAGES.values():
        view = slack_replies.render_home(page, TEXTS, editor=True)
        assert slack_rules.view(view) == []
        found = [control for _, control in slack_people.controls_of([view])]
        assert found == expected(page)


def test_what_a_home_tab_does_not_hold_is_counted():
    page = Reply(blocks=items("digest", 200), menus=menus())
    view = slack_replies.render_home(page, TEXTS, editor=True)
    assert len(view["blocks"]) <= slack_limits.VIEW_BLOCKS
    assert slack_rules.view(view) == []
    assert "more" in "".join(slack_people.texts_of(view["blocks"]))


async def test_it_is_rendered_in_short_steps():
    async def render(page: Reply) -> None:
        discord_replies.render_reply(page, TEXTS)
        await asyncio.sleep(0)
        slack_replies.render_reply(page, TEXTS)
        await asyncio.sleep(0)
        slack_replies.render_home(page, TEXTS)
        await asyncio.sleep(0)
        build_reply_view(page, TEXTS, "UTC")

    await render(PAGES["ordinary"])
    for page in PAGES.values():
        with counting_steps() as steps:
            await asyncio.create_task(render(page))
        assert steps.most < MOST
