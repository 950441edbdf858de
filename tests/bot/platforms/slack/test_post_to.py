"""Posting to another channel of the workspace: where bot and person both may."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.platforms.slack.platform import SlackPlatform
from tests.bot.harness import BotHarness
from tests.bot.platforms.slack.conftest import CONFIGURATION, OTHER, listening
from tests.bot.platforms.slack.test_interactions import ask, platform_of, press
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR, like
from tests.wire.slack.server import CHANNEL, LocalSlack

APART = CONFIGURATION.replace(
    "[[workspace.digest]]",
    f'[[workspace.destination]]\nname = "other"\nchannel = "{OTHER}"\n\n'
    "[[workspace.digest]]",
)
#: More people than one page of Slack's answer holds.
CROWD = tuple(f"U1{number:04d}" for number in range(450))


@pytest.fixture
async def chat(harness: BotHarness, slack: LocalSlack) -> AsyncIterator[BotHarness]:
    """A digest of one channel, and another channel that is a destination."""
    await harness.apply(APART)
    slack.ledger.channel(OTHER)
    async with listening(slack, harness.inbox, platform_of(harness)):
        yield harness


async def test_to_a_public_channel_anybody_of_the_workspace_may(chat, slack):
    asked = await ask(slack, "/newsdesk post to=other topic=bridge")
    assert "#other" in asked.words
    assert "Harbour bridge closes" in asked.words
    done = await press(slack, asked.controls["Post now"])
    assert "with 1 story" in done.words
    await chat.outbox.drain()
    assert len(slack.ledger.says(OTHER)) == 1
    assert slack.ledger.says(CHANNEL) == []


async def test_where_the_bot_may_not_post_no_button_is_shown(chat, slack):
    slack.ledger.channel(OTHER, archived=True)
    asked = await ask(slack, "/newsdesk post to=other")
    assert "The bot cannot post to #other" in asked.words
    assert "Post now" not in asked.controls


async def test_to_a_private_channel_only_its_members_may(chat, slack):
    slack.ledger.channel(OTHER, private=True, people=CROWD)
    asked = await ask(slack, "/newsdesk post to=other")
    assert "You cannot write in #other, so you cannot post" in asked.words
    assert "Post now" not in asked.controls
    slack.ledger.channel(OTHER, people=(*CROWD, EDITOR.user))
    assert "Post now" in (await ask(slack, "/newsdesk post to=other")).controls


async def test_after_leaving_the_private_channel_a_confirm_posts_nothing(chat, slack):
    slack.ledger.channel(OTHER, private=True, people=(EDITOR.user,))
    asked = await ask(slack, "/newsdesk post to=other")
    slack.ledger.channel(OTHER, people=())
    done = await press(slack, asked.controls["Post now"])
    assert "You cannot write in #other, so you cannot post" in done.words
    await chat.outbox.drain()
    assert slack.ledger.says(OTHER) == []


async def test_a_guest_has_access_only_where_granted(chat, slack):
    guest = like(EDITOR, user="U7009", traits={"is_restricted": True})
    # From now on they are members.
    await ask(slack, "/news", guest)
    platform: Any = chat.platform
    assert isinstance(platform, SlackPlatform)
    assert not await platform.may_write(TEAM, OTHER, guest.user)
    slack.ledger.channel(OTHER, people=(guest.user,))
    assert await platform.may_write(TEAM, OTHER, guest.user)


async def test_a_channel_that_is_not_there_is_nobodys_to_write_in(chat, slack):
    platform: Any = chat.platform
    assert not await platform.may_write(TEAM, "C9999", EDITOR.user)
