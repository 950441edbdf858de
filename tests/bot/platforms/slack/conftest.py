"""A newsroom that posts to a local Slack through the real client."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from bot.ingest.source_reader import SourceReader
from bot.model import Command, Inbox
from bot.platforms.slack import limits
from bot.platforms.slack.installations import SingleInstallation
from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.slack.rate_limits import SlackRateLimiter
from tests.bot.commands.examples import as_chosen, parse_complete
from tests.bot.harness import BRIDGE, POOL, BotHarness, open_harness
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.server import CHANNEL, LocalSlack, serving

OTHER = "C2002"
CONFIGURATION = f"""
[[workspace]]
platform = "slack"
id = "{TEAM}"
zone = "Europe/Berlin"

[[workspace.destination]]
name = "morning"
channel = "{CHANNEL}"

[[workspace.digest]]
name = "Morning brief"
sources = ["articles"]
destinations = ["morning"]
schedule = "every 2 minutes Europe/Berlin"
"""
TWO_CHANNELS = CONFIGURATION.replace(
    "[[workspace.digest]]",
    f'[[workspace.destination]]\nname = "other"\nchannel = "{OTHER}"\n\n'
    "[[workspace.digest]]",
).replace('destinations = ["morning"]', 'destinations = ["morning", "other"]')


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with serving() as server:
        yield server


@pytest.fixture
async def harness(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[BotHarness]:
    """One digest, two articles, one channel."""
    platform = a_platform(slack)
    # Attached files are served there too; nothing is fetched before there is one.
    source_reader = SourceReader(f"127.0.0.1:{slack.port}")
    async with (
        source_reader,
        open_harness(sqlite_url, tmp_path, cast(Any, platform), source_reader) as built,
    ):
        share_clock(built, slack, platform)
        built.publish("bridge", BRIDGE)
        built.publish("pool", POOL)
        await built.apply(CONFIGURATION)
        yield built
        await platform.close()


def share_clock(
    harness: BotHarness, slack: LocalSlack, platform: SlackPlatform
) -> None:
    """Use one clock for the bot, for Slack and for the rate limiter between them."""
    slack.ledger.clock = harness.clock

    async def sleep(seconds: float) -> None:
        harness.clock.advance(seconds=seconds)
        await asyncio.sleep(0)

    pace = SlackRateLimiter(lambda: harness.clock.now().timestamp(), sleep)
    cast(SingleInstallation, platform.installations).pace = pace


@pytest.fixture
def short_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A submitted form hardly waits for its answer."""
    monkeypatch.setattr(limits, "FORM_HOLD", 0.05)


@asynccontextmanager
async def listening(
    slack: LocalSlack, inbox: Inbox, platform: SlackPlatform | None = None
) -> AsyncIterator[SlackPlatform]:
    """A platform that is connected and receives what people do."""
    platform = platform or a_platform(slack)
    task = asyncio.create_task(platform.run(inbox))
    try:
        await until(lambda: task.done() or platform.state == "ok")
        yield platform
        assert not task.done(), "it must run until it is cancelled"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def example_of(command: Command) -> str:
    """The command's first complete example, as it is typed."""
    for example in command.examples:
        if parse_complete(example, (command,)) is not None:
            return as_chosen(example)
    raise AssertionError(f"/{command.path} has no example that is complete")


def a_platform(slack: LocalSlack, **changes: Any) -> SlackPlatform:
    return SlackPlatform(**{**slack.address, **changes})


async def until(what: Callable[[], Any], seconds: float = 12) -> None:
    """Wait for a condition to become true; fail when it does not."""
    for _ in range(int(seconds * 100)):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")
