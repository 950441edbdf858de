"""Posting to another channel of the server: only where bot and person both may."""

from collections.abc import AsyncIterator

import pytest

from tests.bot.harness import BotHarness
from tests.bot.platforms.discord.conftest import CONFIGURATION, listening
from tests.bot.platforms.discord.test_interactions import ask, platform_of
from tests.wire.discord.interactions import EDITOR, like
from tests.wire.discord.ledger import ALL_WE_NEED, SEND, VIEW
from tests.wire.discord.server import LocalDiscord

APART = CONFIGURATION.replace(
    "[[workspace.digest]]",
    '[[workspace.destination]]\nname = "other"\nchannel = "2002"\n\n'
    "[[workspace.digest]]",
)

#: An editor who does not own the server.
BEA = like(EDITOR, user="7005")


@pytest.fixture
async def chat(harness: BotHarness, discord: LocalDiscord) -> AsyncIterator[BotHarness]:
    """A digest of one channel, and another channel that is a destination."""
    await harness.apply(APART)
    discord.ledger.channel("2002")
    async with listening(discord, harness.inbox, platform_of(harness)):
        yield harness


async def press(discord: LocalDiscord, control: str):
    return await (await discord.people.presses(control, BEA)).done()


async def test_with_permission_to_write_there_it_is_shown_and_posted(chat, discord):
    asked = await ask(discord, "newsdesk post", BEA, to="other", topic="bridge")
    assert "#other" in asked.words
    assert "Harbour bridge closes" in asked.words
    done = await press(discord, asked.controls["Post now"])
    assert "with 1 story" in done.words
    await chat.outbox.drain()
    assert len(discord.ledger.says("2002")) == 1
    assert discord.ledger.says("2001") == []


@pytest.mark.parametrize("rights", [ALL_WE_NEED & ~SEND, ALL_WE_NEED & ~VIEW])
async def test_where_the_bot_may_not_post_no_button_is_shown(chat, discord, rights):
    discord.ledger.channel("2002", permissions=rights)
    asked = await ask(discord, "newsdesk post", BEA, to="other")
    assert "The bot cannot post to #other" in asked.words
    assert "Post now" not in asked.controls


async def test_without_permission_to_write_there_no_button_is_shown(chat, discord):
    discord.ledger.channel("2002", barred=(BEA.user,))
    asked = await ask(discord, "newsdesk post", BEA, to="other")
    assert "You cannot write in #other, so you cannot post" in asked.words
    assert "Post now" not in asked.controls


async def test_without_permission_to_write_there_a_confirm_posts_nothing(chat, discord):
    asked = await ask(discord, "newsdesk post", BEA, to="other")
    discord.ledger.channel("2002", barred=(BEA.user,))
    done = await press(discord, asked.controls["Post now"])
    assert "You cannot write in #other, so you cannot post" in done.words
    await chat.outbox.drain()
    assert discord.ledger.says("2002") == []


async def test_a_channel_of_another_server_is_nobodys_to_write_in(chat, discord):
    platform = platform_of(chat)
    assert await platform.may_write("1001", "2002", BEA.user)
    assert not await platform.may_write("1002", "2002", BEA.user)


async def test_former_members_may_write_nowhere(chat, discord):
    discord.absent.add(BEA.user)
    assert not await platform_of(chat).may_write("1001", "2002", BEA.user)
