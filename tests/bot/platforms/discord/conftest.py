"""A newsroom that posts to a local Discord through the real client."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from bot.ingest.source_reader import SourceReader
from bot.model import Inbox
from bot.platforms.discord.platform import DiscordPlatform
from tests.bot.harness import BRIDGE, POOL, BotHarness, open_harness
from tests.wire.discord.server import LocalDiscord, serving

CONFIGURATION = """
[[workspace]]
platform = "discord"
id = "1001"
zone = "Europe/Berlin"

[[workspace.destination]]
name = "morning"
channel = "2001"

[[workspace.digest]]
name = "Morning brief"
sources = ["articles"]
destinations = ["morning"]
schedule = "every 2 minutes Europe/Berlin"
"""
TWO_CHANNELS = CONFIGURATION.replace(
    "[[workspace.digest]]",
    '[[workspace.destination]]\nname = "other"\nchannel = "2002"\n\n'
    "[[workspace.digest]]",
).replace('destinations = ["morning"]', 'destinations = ["morning", "other"]')


@pytest.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    async with serving() as server:
        yield server


@pytest.fixture
async def harness(
    discord: LocalDiscord, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[BotHarness]:
    """One digest, two articles, one channel."""
    platform = a_platform(discord)
    # Attached files are served there too; nothing is fetched before there is one.
    source_reader = SourceReader(f"127.0.0.1:{discord.port}")
    async with (
        source_reader,
        open_harness(sqlite_url, tmp_path, cast(Any, platform), source_reader) as built,
    ):
        # One clock for the bot, for Discord and for the rate limiter between them.
        discord.ledger.clock = built.clock
        platform._rate_limiter._now = lambda: built.clock.now().timestamp()
        built.publish("bridge", BRIDGE)
        built.publish("pool", POOL)
        await built.apply(CONFIGURATION)
        yield built
        await platform.close()


@asynccontextmanager
async def listening(
    discord: LocalDiscord, inbox: Inbox, platform: DiscordPlatform | None = None
) -> AsyncIterator[DiscordPlatform]:
    """A platform that is connected and receives interactions."""
    platform = platform or a_platform(discord)
    task = asyncio.create_task(platform.run(inbox))
    try:
        await until(lambda: task.done() or platform.state == "ok")
        yield platform
        assert not task.done(), "it must run until it is cancelled"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def a_platform(discord: LocalDiscord, **changes: Any) -> DiscordPlatform:
    return DiscordPlatform(**{**discord.address, **changes})


async def until(what: Callable[[], Any], seconds: float = 12) -> None:
    """Wait for a condition to become true; fail when it does not."""
    for _ in range(int(seconds * 100)):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")
