"""A world: one database, one platform, one clock; editions come due in it, in rounds.

The channels are compared with the database, and with the published articles: two
independent records.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

from bot.configuration import file_import
from bot.platforms.plugins import load_plugins
from bot.storage import Database, schema_upgrade
from tests.chaos.child import Job
from tests.chaos.clock import SharedClock
from tests.chaos.fork_server import Process
from tests.chaos.invented_news import InventedStory, NewsGenerator
from tests.chaos.platform_wires import PREFIXES, WIRES
from tests.chaos.points import Points
from tests.chaos.wire import Wire

Size = Literal[1, 2, 3]
#: Articles that make an edition of so many messages, and whether they are long.
ARTICLES: Final[dict[Size, tuple[int, int, bool]]] = {
    1: (1, 3, False),
    2: (6, 8, True),
    3: (11, 12, True),
}
EVERY = timedelta(hours=2)
#: After this time in a round, everything must be done.
ROUND = timedelta(minutes=40)
BEGIN = datetime(2026, 11, 24, 12, 1, tzinfo=UTC)
_DIGEST = """
[[workspace]]
platform = "{platform}"
id = "{workspace}"

{destinations}
[[workspace.digest]]
name = "Brief"
sources = ["articles"]
destinations = [{names}]
schedule = "every 2 hours UTC"
stories = 15
cards = "{cards}"
{review}"""
#: Editions that editors see half an hour before, in a channel of their own.
_REVIEW = """
review = "{review}"
review_lead = 30
review_channel = "desk"
"""
_DESTINATION = """
[[workspace.destination]]
name = "{name}"
channel = "{channel}"
"""
_DELIVERIES = """
SELECT d.key, d.state, d.channel, d.part, d.attempt, d.reason, d.edition_id
FROM deliveries d WHERE d.operation = 'post' ORDER BY d.id
"""
_PICTURES = "SELECT key, pictures FROM deliveries WHERE operation = 'post'"


@dataclass(kw_only=True)
class Findings:
    """Faults, described with the world and the round."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    #: Deliveries in flight after they should be done.
    unsettled: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return len(self.lost) + len(self.doubled) + len(self.unsettled)

    def add(self, other: "Findings") -> None:
        self.lost += other.lost
        self.doubled += other.doubled
        self.unsettled += other.unsettled


@dataclass(kw_only=True)
class World:
    """All state derived from one seed."""

    name: str
    folder: Path
    random: Random
    clock: SharedClock
    wire: Wire
    channels: Sequence[str]
    press: NewsGenerator
    without: str = ""
    #: The channel in which editors see drafts; "" = there is no review.
    desk: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    published: list[InventedStory] = field(default_factory=list)
    rounds: int = 0
    due: datetime = BEGIN

    @property
    def database(self) -> Path:
        return self.folder / "standfirst.db"

    def job(self, points: Points | None = None, **changes: Any) -> Job:
        settings = {
            "database_url": f"sqlite:///{self.database}",
            "secret_key": "0123456789abcdef0123456789abcdef",
            **self.wire.settings,
            **self.changes,
        }
        usual = {"log": self.folder / "log", "until": self.due + ROUND}
        return Job(
            settings=settings,
            clock=self.folder / "clock",
            points=points or Points(),
            without=self.without,
            **{**usual, **changes},
        )

    # ── actions ────────────────────────────────────────────────────────────────

    def begin_round(self, size: Size, *, keep: bool = False) -> None:
        """Publish new articles, and set the clock to the next due moment.

        The earlier articles are deleted from the folder, or kept there: then only the
        bot's ledger says that they were published.
        """
        self.rounds += 1
        self.due = BEGIN.replace(minute=0) + self.rounds * EVERY
        if not keep:
            self.press.forget()
        at_least, at_most, long = ARTICLES[size]
        number = self.random.randint(at_least, at_most)
        self.clock.set(self.due - timedelta(minutes=1))
        self.published += self.press.publish(self.clock.now(), number, long=long)
        for _ in range(self.random.randrange(3)):
            self.press.litter()
        self.clock.set(self.due)

    async def live(self, points: Points | None = None, **changes: Any) -> int:
        """Run one process to its end; return its exit code."""
        return await Process(self.job(points, **changes)).end()

    # ── results ────────────────────────────────────────────────────────────────

    def check(self) -> Findings:
        """Compare channels, database and published articles, since the beginning."""
        found = Findings()
        rows = self.rows(_DELIVERIES)
        edition_of = {row["key"]: row["edition_id"] for row in rows}
        posts = {channel: self.wire.posts(channel) for channel in self.channels}
        for row in rows:
            where = f"{self.name}: {row['channel']} part {row['part']} {row['key']}"
            if row["state"] != "sent":
                said = f"{where} is {row['state']}: {row['reason']}"
                found.unsettled.append(said)
            there = sum(post.key == row["key"] for post in posts[row["channel"]])
            if there == 0:
                found.lost.append(f"{where} is {row['state']} and nowhere")
            if there > 1:
                found.doubled.append(f"{where} stands there {there} times")
        for channel, standing in posts.items():
            found.add(self._told(channel, standing, edition_of))
        found.add(self._occurrences())
        return found

    def _told(
        self, channel: str, posts: Sequence[Any], edition_of: dict[str, int]
    ) -> Findings:
        found = Findings()
        reported: defaultdict[str, set[int]] = defaultdict(set)
        names = {reported.name for reported in self.published}
        for post in posts:
            if post.key not in edition_of:
                found.doubled.append(f"{self.name}: {channel} has {post.key}, unknown")
                continue
            for name in names:
                if name in post.text:
                    reported[name].add(edition_of[post.key])
        for name in sorted(names):
            if not reported[name]:
                found.lost.append(f"{self.name}: {channel} was never told of {name}")
            if len(reported[name]) > 1:
                found.doubled.append(f"{self.name}: {channel} was told of {name} twice")
        return found

    def check_pictures(self) -> list[str]:
        """Compare the files in the channels with the pictures of each message."""
        wanted = {
            row["key"]: [f"{one}.png" for one in json.loads(row["pictures"] or "[]")]
            for row in self.rows(_PICTURES)
        }
        return [
            f"{self.name}: {post.key} shows {post.files}, not {wanted[post.key]}"
            for channel in self.channels
            for post in self.wire.posts(channel)
            if post.files is not None
            and sorted(post.files) != sorted(wanted.get(post.key, ()))
        ]

    def _occurrences(self) -> Findings:
        found = Findings()
        rows = self.rows("SELECT due_at, state, reason FROM occurrences")
        composed = sum(row["state"] == "composed" for row in rows)
        if composed < self.rounds:
            states = Counter((row["state"], row["reason"]) for row in rows)
            found.lost.append(f"{self.name}: {self.rounds} rounds, but {states}")
        if composed > self.rounds:
            found.doubled.append(f"{self.name}: {composed} editions, {self.rounds} due")
        return found

    def rows(self, query: str) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(self.database, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query).fetchall()


@asynccontextmanager
async def world(
    name: str,
    folder: Path,
    platform: str,
    random: Random,
    *,
    channels: int = 1,
    without: str = "",
    uploads: bool = False,
    review: str = "",
) -> AsyncIterator[World]:
    """Create a new world with one digest; nothing is due in it yet."""
    folder.mkdir(parents=True)
    clock = SharedClock(folder / "clock")
    clock.set(BEGIN)
    prefix = PREFIXES.get(platform, "")
    numbers = [f"{prefix}{2001 + number}" for number in range(channels)]
    desk = f"{prefix}{2901}" if review else ""
    every = [*numbers, desk] if desk else numbers
    async with WIRES[platform](clock, folder / "standfirst.db", every) as wire:
        built = World(
            name=name,
            folder=folder,
            random=random,
            clock=clock,
            wire=wire,
            channels=numbers,
            press=NewsGenerator(folder / "articles", random),
            without=without,
            desk=desk,
        )
        # Uploads to Slack are requests of their own, with a trial of their own.
        cards = "off" if platform == "slack" and not uploads else "all"
        await _set_up(built, cards, review)
        yield built


async def _set_up(built: World, cards: str, review: str) -> None:
    file = built.folder / "newsroom.toml"
    names = [f"n{channel}" for channel in built.channels]
    places = list(zip(names, built.channels, strict=True))
    if built.desk:
        places.append(("desk", built.desk))
    file.write_text(
        _DIGEST.format(
            platform=built.wire.name,
            cards=cards,
            workspace=built.wire.workspace,
            names=", ".join(f'"{name}"' for name in names),
            destinations="".join(
                _DESTINATION.format(name=name, channel=channel)
                for name, channel in places
            ),
            review=_REVIEW.format(review=review) if review else "",
        ),
        encoding="utf-8",
    )
    url = f"sqlite:///{built.database}"
    schema_upgrade.upgrade_database(url)
    database = Database.open(url)
    try:
        await database.write(
            file_import.apply_file,
            file_import.read_file(file, load_plugins()),
            prune=False,
            now=built.clock.now(),
        )
    finally:
        await database.close()
