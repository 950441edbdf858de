"""What people do on Discord, through the real client: each gets one answer, in time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.types import Command, Form, Inbox, Invocation, Permission, Reply
from tests.bot.newsroom import Newsroom
from tests.bot.platforms.discord.conftest import a_platform, until
from tests.wire.discord.interactions import EDITOR, READER
from tests.wire.discord.server import LocalDiscord


@pytest.fixture
async def chat(desk: Newsroom, discord: LocalDiscord) -> AsyncIterator[Newsroom]:
    """The newsroom with an edition posted, and its commands on Discord."""
    task = asyncio.create_task(desk.platform.run(desk.inbox))
    await desk.post()
    await until(lambda: desk.platform.state == "ok")
    yield desk
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


GIVEN = {
    "news story": {"story": "1"},
    "news search": {"words": "bridge"},
    "news why": {"story": "2"},
}


async def test_every_command_is_answered(chat, discord):
    for command in chat.inbox.commands:
        asked = await discord.people.command(
            command.path, given=GIVEN.get(command.path)
        )
        await asked.done()
        print(command.path, asked.words)
