"""Controls below many editions, pressed in random order over the wire.

    async with open_editions("discord", url, home) as shown:
        assert await press_at_random(shown, 1_000, Random(1)) == []

Ten editions of two digests are posted to two channels. Each is about a town of its own,
with its own quote and figure: an answer that belongs to another edition names another
town. `python -m tests.bench.edition_presses` presses many more.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal, cast

from tests.bot.harness import BotHarness, open_harness
from tests.bot.platforms.discord import conftest as on_discord
from tests.bot.platforms.slack import conftest as on_slack
from tests.wire.discord import interactions as discord
from tests.wire.discord import server as discord_server
from tests.wire.slack import people as slack
from tests.wire.slack import server as slack_server
from tests.wire.slack.ledger import TEAM

Chat = Literal["discord", "slack"]
#: Each edition's town, and what happened there: one sentence, its headline, its figure.
EVENTS = {
    "Torvale": (
        "The bridge was closed after a crack was found in a girder.",
        "Bridge is closed after a crack is found",
        "About 31,000 vehicles cross it every day",
    ),
    "Hallin": (
        "The council voted to sell its oldest school to a brewery.",
        "Council sells its oldest school",
        "The brewery pays 420,000 euros",
    ),
    "Marstead": (
        "Archaeologists uncovered a Roman mosaic under the car park.",
        "Roman mosaic found under a car park",
        "It measures 14 metres",
    ),
    "Oxmoor": (
        "A ferry with broken engines drifted in fog until tugs reached it.",
        "Tugs rescue a drifting ferry",
        "It carried 212 passengers",
    ),
    "Penhallow": (
        "Doctors opened a clinic for premature babies.",
        "Clinic for premature babies opens",
        "It has 26 beds",
    ),
    "Quenby": (
        "Firefighters put out a blaze in the paper mill before dawn.",
        "Blaze in the paper mill is put out",
        "It destroyed 900 tonnes of paper",
    ),
    "Rudderham": (
        "The library lent its last book and became a theatre.",
        "Library becomes a theatre",
        "It seats 340 people",
    ),
    "Silverdale": (
        "Farmers blocked the motorway with tractors over the price of milk.",
        "Farmers block the motorway",
        "They came with 75 tractors",
    ),
    "Thornwick": (
        "Engineers switched on a wind farm off the coast.",
        "Wind farm is switched on",
        "It has 48 turbines",
    ),
    "Wexcombe": (
        "The football club sacked its coach after nine defeats.",
        "Football club sacks its coach",
        "He had signed for 36 months",
    ),
}
TOWNS = tuple(EVENTS)
#: The workspace, and the channel of each digest.
PLACES = {
    "discord": ("1001", "2001", "2002"),
    "slack": (TEAM, slack_server.CHANNEL, on_slack.OTHER),
}
WORKSPACE = """
[[workspace]]
platform = "{0}"
id = "{1}"
zone = "Europe/Berlin"
"""
DIGEST = """
[[workspace.destination]]
name = "{folder}"
channel = "{channel}"

[[workspace.digest]]
name = "{folder} brief"
sources = ["{folder}"]
destinations = ["{folder}"]
"""
FOLDERS = ("first", "second")
ARTICLE = """---
title: {town}: {headline}
source: {town} Courier
published: {at}
lang: en
---
{event}

“Nobody in {town} had expected that to happen so soon,” said Ada {town}son.

{figure} in {town}.
"""

#: Presses a control (of a message) and returns all text of the answer.
Press = Callable[["Pressable"], Awaitable[str]]


@dataclass(frozen=True, kw_only=True)
class Pressable:
    """One control below one edition."""

    town: str
    label: str
    control: str
    channel: str
    #: The message that shows it, as the platform has it.
    message: Any


@dataclass(frozen=True, kw_only=True)
class Editions:
    controls: Sequence[Pressable]
    press: Press


@asynccontextmanager
async def open_editions(chat: Chat, url: str, home: Path) -> AsyncIterator[Editions]:
    """Post ten editions of two digests, each about another town."""
    opened = _open_discord if chat == "discord" else _open_slack
    async with opened(url, home) as (harness, server, press):
        workspace, *channels = PLACES[chat]
        tables = (
            DIGEST.format(folder=folder, channel=channel)
            for folder, channel in zip(FOLDERS, channels, strict=True)
        )
        for folder, channel in zip(FOLDERS, channels, strict=True):
            (home / folder).mkdir()
            server.ledger.channel(channel)
        await harness.apply(WORKSPACE.format(chat, workspace) + "".join(tables))
        controls: list[Pressable] = []
        for number, town in enumerate(TOWNS):
            folder, channel = FOLDERS[number % 2], channels[number % 2]
            # So long after the last one that it is no further report of it.
            harness.clock.advance(hours=80)
            at = harness.clock.now().isoformat()
            event, headline, figure = EVENTS[town]
            text = ARTICLE.format(
                town=town, at=at, event=event, headline=headline, figure=figure
            )
            (home / folder / f"{town}.txt").write_text(text, encoding="utf-8")
            digest = await harness.digest(f"{folder} brief")
            await harness.publisher.post_now(digest, town)
            await harness.outbox.drain()
            message = server.ledger.says(channel)[-1]
            controls += _list_controls(chat, town, channel, message)
        yield Editions(controls=controls, press=press)


def _list_controls(
    chat: Chat, town: str, channel: str, message: Any
) -> list[Pressable]:
    """The controls below an edition, except for discussions."""
    found = discord.controls_of if chat == "discord" else slack.controls_of
    return [
        Pressable(
            town=town, label=label, control=control, channel=channel, message=message
        )
        for label, control in found([message])
        if label != "Discuss"
    ]


@asynccontextmanager
async def _open_discord(
    url: str, home: Path
) -> AsyncIterator[tuple[BotHarness, discord_server.LocalDiscord, Press]]:
    async with discord_server.serving() as server:
        client = on_discord.a_platform(server)
        async with open_harness(url, home, cast(Any, client)) as harness:
            server.ledger.clock = harness.clock
            client._rate_limiter._now = lambda: harness.clock.now().timestamp()

            async def press(pressed: Pressable) -> str:
                select = discord.find_select(pressed.message, pressed.control)
                who = discord.like(discord.READER, channel=pressed.channel)
                value = pressed.control if select else None
                asked = await server.people.presses(
                    select or pressed.control, who, value=value
                )
                return (await asked.done()).words

            async with on_discord.listening(server, harness.inbox, client):
                yield harness, server, press


@asynccontextmanager
async def _open_slack(
    url: str, home: Path
) -> AsyncIterator[tuple[BotHarness, slack_server.LocalSlack, Press]]:
    async with slack_server.serving() as server:
        client = on_slack.a_platform(server)
        async with open_harness(url, home, cast(Any, client)) as harness:
            on_slack.share_clock(harness, server, client)

            async def press(pressed: Pressable) -> str:
                kind = slack.kind_of([pressed.message], pressed.control)
                who = slack.like(slack.READER, channel=pressed.channel)
                asked = await server.people.presses(pressed.control, who, kind=kind)
                return (await asked.done()).words

            async with on_slack.listening(server, harness.inbox, client):
                yield harness, server, press


async def press_at_random(shown: Editions, count: int, random: Random) -> list[str]:
    """Press controls in random order; every answer that is not of its edition."""
    wrong = []
    for _ in range(count):
        pressed = random.choice(shown.controls)
        said = await shown.press(pressed)
        others = [town for town in TOWNS if town != pressed.town and town in said]
        if others or pressed.town not in said:
            wrong.append(f"{pressed.town}, {pressed.label}: {others} in {said[:300]}")
    return wrong
