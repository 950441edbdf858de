"""The newsroom in which somebody walks, on each platform that has a wire or none."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.ingest.source_reader import SourceReader
from tests.bot.commands.editors import editor
from tests.bot.harness import BotHarness, open_harness
from tests.bot.platforms.discord import conftest as on_discord
from tests.bot.platforms.slack import conftest as on_slack
from tests.feeds import in_full, items, rss
from tests.walks.walkers import (
    DiscordWalker,
    HarnessWalker,
    SlackHomeWalker,
    SlackWalker,
    Walker,
)
from tests.wire.discord import server as discord
from tests.wire.outlet import outlet
from tests.wire.slack import server as slack
from tests.wire.slack.ledger import TEAM

PLATFORMS = ("core", "discord", "slack", "slack home")
#: The platform of the configuration, its workspace, and two channels of it.
PLACES = {
    "core": ("local", "newsroom", "c-morning", "c-evening"),
    "browser": ("local", "newsroom", "c-morning", "c-evening"),
    "discord": ("discord", "1001", "2001", "2002"),
    "slack": ("slack", TEAM, slack.CHANNEL, on_slack.OTHER),
    "slack home": ("slack", TEAM, slack.CHANNEL, on_slack.OTHER),
}
DESTINATIONS = """
[[workspace]]
platform = "{0}"
id = "{1}"
zone = "Europe/Berlin"

[[workspace.destination]]
name = "morning"
channel = "{2}"

[[workspace.destination]]
name = "evening"
channel = "{3}"
"""
DIGEST = """
[[workspace.digest]]
name = "{name}"
sources = ["{source}"]
destinations = ["{place}"]
schedule = "daily at 18:00 Europe/Berlin"
"""
#: What the outlet serves: the feed of both digests, and one that can be added.
FEEDS = {
    "/feed": rss(in_full(items(range(8))), "Hallin Courier"),
    "/third": rss(in_full(items(range(30, 33))), "Brannock Gazette"),
    "/other": rss(in_full(items(range(20, 24))), "Torvale Herald"),
}


@dataclass(kw_only=True, repr=False)
class Walk:
    """A newsroom on one platform, and an editor in the channel of the morning."""

    platform: str
    harness: BotHarness
    walker: Walker
    #: The address of the web server with its feeds.
    outlet: str

    @property
    def configuration(self) -> str:
        return configuration(self.platform, self.outlet)


def configuration(platform: str, outlet: str) -> str:
    """Two digests in two channels."""
    return DESTINATIONS.format(*PLACES[platform]) + "".join(
        DIGEST.format(name=name, source=f"{outlet}/feed", place=place)
        for name, place in (("Morning brief", "morning"), ("Evening", "evening"))
    )


@asynccontextmanager
async def open_walk(platform: str, url: str, home: Path) -> AsyncIterator[Walk]:
    """Open a newsroom without digests on this platform."""
    async with AsyncExitStack() as stack:
        address = stack.enter_context(outlet(FEEDS))
        reader = SourceReader(address.removeprefix("http://"))
        await stack.enter_async_context(reader)
        if platform == "core":
            opened = open_harness(url, home, source_reader=reader)
            harness = await stack.enter_async_context(opened)
            await harness.apply(_only_workspace(platform))
            walker: Walker = HarnessWalker(editor=await editor(harness))
        elif platform == "discord":
            there = await stack.enter_async_context(discord.serving())
            client = on_discord.a_platform(there)
            opened = open_harness(url, home, cast(Any, client), reader)
            harness = await stack.enter_async_context(opened)
            there.ledger.clock = harness.clock
            await stack.enter_async_context(
                on_discord.listening(there, harness.inbox, client)
            )
            walker = DiscordWalker(people=there.people, inbox=harness.inbox)
        else:
            team = await stack.enter_async_context(slack.serving())
            chat = on_slack.a_platform(team)
            opened = open_harness(url, home, cast(Any, chat), reader)
            harness = await stack.enter_async_context(opened)
            on_slack.share_clock(harness, team, chat)
            await stack.enter_async_context(
                on_slack.listening(team, harness.inbox, chat)
            )
            kind = SlackWalker if platform == "slack" else SlackHomeWalker
            walker = kind(people=team.people)
        yield Walk(platform=platform, harness=harness, walker=walker, outlet=address)


def _only_workspace(platform: str) -> str:
    kind, workspace, *_ = PLACES[platform]
    return f'[[workspace]]\nplatform = "{kind}"\nid = "{workspace}"\n'
