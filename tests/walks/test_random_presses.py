"""Buttons under ten editions of two digests, pressed in random order.

Every edition has words that no other one has, so an answer shows which edition it is
about. `make test` presses a few of them on each platform, `make explore` 1,000 each
time, in another order.
"""

import random
import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import settings
from selectolax.lexbor import LexborHTMLParser

from bot.platforms.local.platform import LocalPlatform
from bot.platforms.local.render import format_edition_text
from tests.bot.commands.test_local_page import page
from tests.bot.harness import BotHarness, open_harness
from tests.bot.platforms.discord import conftest as on_discord
from tests.bot.platforms.slack import conftest as on_slack
from tests.bot.web.asgi import Browser
from tests.fakes import FakeClock
from tests.fakes_mailbox import MemoryMailbox
from tests.walks.newsrooms import DESTINATIONS, DIGEST, PLACES
from tests.wire.discord import interactions as discord_people
from tests.wire.discord import server as discord
from tests.wire.slack import people as slack_people
from tests.wire.slack import server as slack

#: Presses on each platform in `make test`, and in `make explore`.
FEW, MANY = 30, 1_000
#: The town of each edition, the morning's first; and two people of it.
TOWNS = (
    ("Arnvik", "Berit Solem", "Caspar Dahl"),
    ("Brevholm", "Dagny Ekre", "Edvin Foss"),
    ("Corvessa", "Fiora Galt", "Guido Hasso"),
    ("Dunmarrow", "Hester Innes", "Ivor Jarvie"),
    ("Eskwater", "Janet Kerr", "Kenneth Lorne"),
    ("Falkenried", "Lena Moser", "Matthias Nagel"),
    ("Grimstow", "Nora Oakes", "Oliver Penrose"),
    ("Hollerau", "Petra Quast", "Rainer Sommer"),
    ("Iverdale", "Sheila Tarn", "Tobias Underhill"),
    ("Jorvinge", "Ulla Vester", "Vidar Westby"),
)
STORIES = (
    """---
title: {town} closes its tram line after a landslide
source: {town} Post
published: {at}
lang: en
---
The tram line of {town} was closed on Tuesday after a landslide above the depot.

“The slope has to be secured before a tram runs again,” said engineer {first}.

About {n},300 people take the trams of {town} every day.
""",
    """---
title: New library for {town} opens with a night of readings
source: {town} Herald
published: {at}
lang: en
---
The new library of {town} opened on Tuesday with a night of readings by pupils.

“We have waited for these shelves for nine years,” said {second}, its librarian.

The shelves in {town} hold {n}7,000 books.
""",
)
#: Labels on an answer that lead to what is not about one edition.
ELSEWHERE = ("Report an error", "Discuss", "Saved stories", "Next editions")


@dataclass(frozen=True)
class Below:
    """An edition that is posted in a channel."""

    channel: str
    text: str
    #: Label → control id.
    controls: dict[str, str]


@dataclass(frozen=True)
class Shown:
    """An answer: its words, its labels, and what the platform knows it by."""

    text: str
    labels: Sequence[str]
    of: Any = field(repr=False)


class Presser(ABC):
    """Somebody who presses what is posted, and what the answers show."""

    @abstractmethod
    def below(self, channel: str) -> Sequence[Below]:
        """The editions in a channel, in the order in which they were posted."""

    @abstractmethod
    async def press(self, edition: Below, label: str) -> Shown: ...

    @abstractmethod
    async def press_on(self, shown: Shown, label: str) -> Shown: ...


@dataclass
class DiscordPresser(Presser):
    server: Any

    def below(self, channel: str) -> Sequence[Below]:
        return [
            Below(
                channel=channel,
                text="\n".join(discord_people.texts_of([message])),
                controls=dict(discord_people.controls_of([message])),
            )
            for message in self.server.ledger.says(channel)
        ]

    async def press(self, edition: Below, label: str) -> Shown:
        control = edition.controls[label]
        who = replace(discord_people.EDITOR, channel=edition.channel)
        chosen = control if label[0].isdigit() else None
        asked = await self.server.people.presses(
            "v1:open" if chosen else control, who, value=chosen
        )
        return await self._shown(asked)

    async def press_on(self, shown: Shown, label: str) -> Shown:
        return await self._shown(await self.server.people.does_on(shown.of, label))

    async def _shown(self, asked: discord_people.Asked) -> Shown:
        await asked.done()
        return Shown(text=asked.words, labels=list(asked.controls), of=asked)


@dataclass
class SlackPresser(Presser):
    server: Any

    def below(self, channel: str) -> Sequence[Below]:
        return [
            Below(
                channel=channel,
                text="\n".join(slack_people.texts_of(message["blocks"])),
                controls=dict(slack_people.controls_of([message])),
            )
            for message in self.server.ledger.says(channel)
        ]

    async def press(self, edition: Below, label: str) -> Shown:
        who = replace(slack_people.EDITOR, channel=edition.channel)
        kind = "static_select" if label[0].isdigit() else "button"
        control = edition.controls[label]
        asked = await self.server.people.presses(control, who, kind=kind)
        return await self._shown(asked)

    async def press_on(self, shown: Shown, label: str) -> Shown:
        return await self._shown(await self.server.people.does_on(shown.of, label))

    async def _shown(self, asked: slack_people.Asked) -> Shown:
        await asked.done()
        return Shown(text=asked.words, labels=list(asked.controls), of=asked)


@dataclass
class PagePresser(Presser):
    browser: Browser
    mailbox: MemoryMailbox
    token: str

    def below(self, channel: str) -> Sequence[Below]:
        posted = [m for m in self.mailbox._messages if m.channel == channel]
        return [
            Below(
                channel=channel,
                text=format_edition_text(message.payload),
                controls={
                    one["label"]: one["id"]
                    for one in (
                        *message.payload["controls"]["select"]["options"],
                        *message.payload["controls"]["buttons"],
                    )
                },
            )
            for message in posted
        ]

    async def press(self, edition: Below, label: str) -> Shown:
        return await self._post(edition.channel, edition.controls[label])

    async def press_on(self, shown: Shown, label: str) -> Shown:
        channel, buttons = shown.of
        return await self._post(channel, buttons[label])

    async def _post(self, channel: str, control: str) -> Shown:
        fields = {"csrf": self.token, "channel": channel, "control": control}
        answer = await self.browser.post("/control", fields, x_standfirst_fragment="1")
        assert answer.status == 200, answer.text
        tree = LexborHTMLParser(answer.text)
        buttons = {
            node.text().strip(): node.attributes["value"] or ""
            for node in tree.css("button[name=control]")
        }
        reply = tree.css_first(".reply")
        assert reply is not None, answer.text
        return Shown(text=reply.text(), labels=list(buttons), of=(channel, buttons))


# ── the newsroom ───────────────────────────────────────────────────────────────


def configuration(platform: str) -> str:
    """Two digests, each with a folder and a channel of its own."""
    folders = (("Morning brief", "articles", "morning"), ("Evening", "late", "evening"))
    return DESTINATIONS.format(*PLACES[platform]) + "".join(
        DIGEST.format(name=name, source=source, place=place)
        for name, source, place in folders
    )


async def post_ten_editions(harness: BotHarness) -> None:
    """Post five editions of each digest, in turn."""
    for number, (town, first, second) in enumerate(TOWNS):
        late = number % 2
        folder = harness.home / ("late" if late else "articles")
        at = harness.clock.now().isoformat()
        for kind, story in enumerate(STORIES):
            text = story.format(
                town=town, first=first, second=second, at=at, n=number + 2
            )
            (folder / f"{town}-{kind}.txt").write_text(text, encoding="utf-8")
        digest = await harness.digest("Evening" if late else "Morning brief")
        await harness.publisher.post_now(digest, town)
        await harness.outbox.drain()
        harness.clock.advance(hours=5)


@asynccontextmanager
async def open_newsroom(
    platform: str, url: str, home: Path
) -> AsyncIterator[tuple[BotHarness, Presser]]:
    """Open a newsroom on a platform, with ten editions posted."""
    (home / "late").mkdir()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        presser: Presser
        if platform == "discord":
            there = await enter(discord.serving())
            client = on_discord.a_platform(there)
            harness = await enter(open_harness(url, home, cast(Any, client)))
            there.ledger.clock = harness.clock
            there.ledger.channel(PLACES[platform][3])
            client._rate_limiter._now = lambda: harness.clock.now().timestamp()
            await enter(on_discord.listening(there, harness.inbox, client))
            presser = DiscordPresser(there)
        elif platform == "slack":
            team = await enter(slack.serving())
            chat = on_slack.a_platform(team)
            harness = await enter(open_harness(url, home, cast(Any, chat)))
            on_slack.share_clock(harness, team, chat)
            team.ledger.channel(PLACES[platform][3])
            await enter(on_slack.listening(team, harness.inbox, chat))
            presser = SlackPresser(team)
        else:
            clock, mailbox = FakeClock(), MemoryMailbox()
            local = LocalPlatform(mailbox=mailbox, clock=clock)
            opened = open_harness(url, home, cast(Any, local), clock=clock)
            harness = await enter(opened)
            browser = page(harness, mailbox)
            presser = PagePresser(browser, mailbox, "")
        await harness.apply(configuration(platform))
        await post_ten_editions(harness)
        if isinstance(presser, PagePresser):
            presser.token = await presser.browser.token()
        yield harness, presser


# ── the presses ────────────────────────────────────────────────────────────────


def towns_in(text: str) -> set[str]:
    """The towns whose editions a text is about: named, or by their people."""
    return {town for town, *people in TOWNS if any(w in text for w in (town, *people))}


# The marker by which `make explore` finds what draws at random.
@pytest.mark.hypothesis
@pytest.mark.parametrize("platform", ["local", "discord", "slack"])
async def test_no_press_is_answered_from_another_edition(
    platform: str, sqlite_url: str, tmp_path: Path
):
    explores = not settings().derandomize
    seed = secrets.randbits(32) if explores else 1702
    draw = random.Random(seed)
    async with open_newsroom(
        "browser" if platform == "local" else platform, sqlite_url, tmp_path
    ) as (_, presser):
        _, _, *channels = PLACES["browser" if platform == "local" else platform]
        posted = [one for channel in channels for one in presser.below(channel)]
        assert len(posted) == len(TOWNS)
        assert all(len(towns_in(one.text)) == 1 for one in posted)
        presses = 0
        while presses < (MANY if explores else FEW):
            edition = draw.choice(posted)
            labels = [label for label in edition.controls if label != "Discuss"]
            path = [draw.choice(labels)]
            shown = await presser.press(edition, path[-1])
            presses += 1
            assert towns_in(shown.text) == towns_in(edition.text), (seed, path)
            for _ in range(draw.randrange(4)):
                offered = [one for one in shown.labels if one not in ELSEWHERE]
                if not offered:
                    break
                path.append(draw.choice(offered))
                shown = await presser.press_on(shown, path[-1])
                presses += 1
                assert towns_in(shown.text) == towns_in(edition.text), (seed, path)
