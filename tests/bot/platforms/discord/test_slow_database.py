"""While no database query finishes, Discord gets a first answer to everything."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.platforms.discord import limits
from tests.bot.harness import BotHarness
from tests.bot.platforms.discord.conftest import a_platform, listening, until
from tests.bot.platforms.slow_database import hold_queries
from tests.wire.discord.interactions import Asked
from tests.wire.discord.server import LocalDiscord

Does = Callable[[LocalDiscord], Awaitable[Asked]]
MODAL = {
    "custom_id": "v1:form:newsdesk set",
    "title": "A time",
    "components": [
        {
            "type": 18,
            "label": "Target",
            "component": {"type": 4, "custom_id": "target", "style": 1},
        }
    ],
}
PART = {"target": "Morning brief", "setting": "stories"}
DID: dict[str, tuple[Does, str]] = {
    "a command": (lambda d: d.people.command("news latest"), "bridge"),
    "an editor's command": (lambda d: d.people.command("newsdesk status"), "Status"),
    "a command that asks back": (
        lambda d: d.people.command("newsdesk set", given=PART),
        "Stories",
    ),
    "a button": (lambda d: d.people.presses("v1:quotes"), "quotes"),
    "a chosen story": (lambda d: d.people.presses("v1:open", value="v1:latest"), ""),
    "a filled form": (
        lambda d: d.people.fills(MODAL, {"target": "zebra"}),
        "zebra",
    ),
}


@pytest.fixture
async def chat(harness: BotHarness, discord: LocalDiscord) -> AsyncIterator[BotHarness]:
    await harness.post()
    async with listening(discord, harness.inbox, a_platform(discord, defer=0.02)):
        yield harness


@pytest.mark.parametrize("what", DID)
async def test_it_is_acknowledged_at_once_and_the_answer_follows(chat, discord, what):
    does, words = DID[what]
    async with hold_queries(chat) as queries:
        asked = await does(discord)
        await until(lambda: asked.state == "later")
        assert queries
        assert asked.messages == []
    await asked.done()
    assert words in asked.words
    assert asked.private
    assert asked.refused == []


async def test_completions_that_would_come_too_late_are_none(
    chat, discord, monkeypatch
):
    monkeypatch.setattr(limits, "COMPLETE", 0.05)
    async with hold_queries(chat) as queries:
        asked = await discord.people.types("news quotes", "speaker", "bra")
        await until(lambda: asked.choices is not None)
        assert queries
    assert asked.choices == []
    assert asked.refused == []


def test_discord_waits_longer_than_we_do():
    assert limits.DEFER_AFTER < 3
    assert limits.COMPLETE < 3
