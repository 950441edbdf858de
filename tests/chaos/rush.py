"""Many destinations due at one instant, against Discord's limits: the rate achieved.

Discord runs in the process of the suite and in real time; the bot is a forked
`standfirst run` over a database of its own. Arrivals are counted as Discord counts
them: at most 50 requests in any second, and none during a wait that was requested.
"""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any, Final

from bot.configuration import file_import
from bot.platforms.plugins import load_plugins
from bot.storage import Database, schema_upgrade
from tests.chaos.child import Job
from tests.chaos.clock import SharedClock
from tests.chaos.fork_server import Process
from tests.chaos.invented_news import NewsGenerator
from tests.wire.discord import server
from tests.wire.discord.faults import Fault, Limit

#: Requests that Discord accepts in any second.
RATE: Final = 50
#: Requests already in flight when a wait was requested do not count.
ON_ITS_WAY: Final = 0.15
_WORKSPACE = """
[[workspace]]
platform = "discord"
id = "{id}"

{destinations}
[[workspace.digest]]
name = "Brief {id}"
sources = ["articles"]
destinations = [{names}]
schedule = "daily at {at} UTC"
"""
_DESTINATION = """[[workspace.destination]]
name = "n{channel}"
channel = "{channel}"

"""


@dataclass(kw_only=True)
class Counting:
    """Discord's counting in the strict server, and the storms that it simulates."""

    discord: server.LocalDiscord
    #: Limits that begin some seconds after the first request.
    storms: Sequence["Storm"] = ()
    arrived: list[float] = field(default_factory=list)
    posted: dict[str, float] = field(default_factory=dict)
    #: 429s for exceeding the limit.
    earned: int = 0
    #: 429s of storms.
    given: int = 0
    #: Requests during a wait that was requested.
    inside: list[str] = field(default_factory=list)
    _waits: dict[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        fault, answer = self.discord._fault, self.discord._answer

        def counted(call: server.Call) -> Fault | None:
            return self._limit(call) or fault(call)

        def noted(request: Any, call: server.Call) -> Any:
            answered = answer(request, call)
            if call.operation == "post":
                self.posted.setdefault(call.channel, call.at)
            return answered

        self.discord._fault = counted  # type: ignore[method-assign]
        self.discord._answer = noted  # type: ignore[method-assign]

    def _limit(self, call: server.Call) -> Fault | None:
        if call.operation != "post":
            return None
        for key in ("", call.channel):
            begun, end = self._waits.get(key, (0.0, 0.0))
            if begun + ON_ITS_WAY < call.at < end:
                self.inside.append(
                    f"{call.channel or 'any'} {end - call.at:.3f} s early"
                )
        self.arrived.append(call.at)
        for storm in self.storms:
            left = storm.left(call, call.at - self.arrived[0])
            if left is not None:
                self.given += 1
                self._tell(storm.channel(call), call.at, left)
                return Limit(retry_after=round(left, 3), scope=storm.scope)
        within = [at for at in self.arrived[-RATE - 1 :] if at > call.at - 1.0]
        if len(within) > RATE:
            self.earned += 1
            left = within[0] + 1.0 - call.at
            self._tell("", call.at, left)
            return Limit(retry_after=round(left, 3), scope="global")
        return None

    def _tell(self, key: str, at: float, left: float) -> None:
        begun, end = self._waits.get(key, (at, 0.0))
        self._waits[key] = (begun if end > at else at, max(end, at + left))


@dataclass(frozen=True, kw_only=True)
class Storm:
    """A limit from some second on, for some channels or for all."""

    scope: Any
    begins: float
    lasts: float
    #: Which channels; None = all.
    of: Callable[[str], bool] | None = None

    def left(self, call: server.Call, passed: float) -> float | None:
        hits = self.of is None or self.of(call.channel)
        if hits and self.begins <= passed < self.begins + self.lasts:
            return self.begins + self.lasts - passed
        return None

    def channel(self, call: server.Call) -> str:
        return "" if self.of is None else call.channel


@dataclass(frozen=True, kw_only=True)
class Rush:
    """The result of one rush."""

    destinations: int
    counting: Counting
    lateness: Sequence[float]
    by_channel: dict[str, float]
    doubled: int
    #: Seconds from the first post to the last, without the waits of storms for all.
    took: float

    @property
    def p50(self) -> float:
        return quantiles(self.lateness, n=100)[49]

    @property
    def p99(self) -> float:
        return quantiles(self.lateness, n=100)[98]

    @property
    def share(self) -> float:
        """Share of what could have been sent in that time."""
        return (len(self.lateness) - 1) / (RATE * self.took) if self.took else 0.0


async def rush(
    home: Path,
    destinations: int,
    workspaces: int,
    seed: int,
    *,
    storms: Sequence[Storm] = (),
    without: str = "",
    patience: float = 240.0,
) -> Rush:
    """Run all destinations, due in the minute two seconds after the bot's start."""
    home.mkdir(parents=True)
    clock = SharedClock(home / "clock")
    due = (clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0)
    due = due.replace(microsecond=0)
    clock.set(due - timedelta(minutes=3))
    NewsGenerator(home / "articles", Random(seed)).publish(clock.now(), 5, long=False)
    channels = [str(20_000 + number) for number in range(destinations)]
    await _set_up(home, clock, channels, workspaces, due)
    async with server.serving(clock) as discord:
        discord.official = False
        for channel in channels:
            discord.ledger.channel(channel)
            discord.ledger.chatter(channel)
        counting = Counting(discord=discord, storms=storms)
        clock.set(due - timedelta(seconds=2))
        process = Process(_job(home, discord, due, without))
        for _ in range(int(patience * 20)):
            await asyncio.sleep(0.05)
            if len(counting.posted) == destinations:
                break
        process.kill(signal.SIGTERM)
        await process.end()
        return _measured(discord, counting, due, channels)


def _measured(
    discord: server.LocalDiscord,
    counting: Counting,
    due: datetime,
    channels: Sequence[str],
) -> Rush:
    late, doubled = {}, 0
    for channel in channels:
        says = discord.ledger.says(channel)
        doubled += max(0, len(says) - 1)
        if says:
            at = datetime.fromisoformat(says[0]["timestamp"])
            late[channel] = (at - due).total_seconds()
    posted = sorted(counting.posted.values())
    waited = sum(storm.lasts for storm in counting.storms if storm.of is None)
    took = posted[-1] - posted[0] - waited if posted else 0.0
    return Rush(
        destinations=len(channels),
        counting=counting,
        lateness=sorted(late.values()),
        by_channel=late,
        doubled=doubled,
        took=took,
    )


def _job(home: Path, discord: server.LocalDiscord, due: datetime, without: str) -> Job:
    address = discord.address
    return Job(
        settings={
            "database_url": f"sqlite:///{home / 'standfirst.db'}",
            "secret_key": "0123456789abcdef0123456789abcdef",
            "discord_token": address["token"],
            "discord_api_base": address["api_base"],
            "discord_gateway": address["gateway"],
            "web_port": 0,
        },
        clock=home / "clock",
        log=home / "log",
        until=due + timedelta(minutes=30),
        served=True,
        without=without,
    )


async def _set_up(
    home: Path,
    clock: SharedClock,
    channels: Sequence[str],
    workspaces: int,
    due: datetime,
) -> None:
    each = -(-len(channels) // workspaces)
    file = home / "newsroom.toml"
    text = ""
    for number in range(workspaces):
        own = channels[number * each : (number + 1) * each]
        text += _WORKSPACE.format(
            id=5001 + number,
            at=f"{due:%H:%M}",
            names=", ".join(f'"n{channel}"' for channel in own),
            destinations="".join(_DESTINATION.format(channel=c) for c in own),
        )
    file.write_text(text, encoding="utf-8")
    url = f"sqlite:///{home / 'standfirst.db'}"
    schema_upgrade.upgrade_database(url)
    database = Database.open(url)
    try:
        await database.write(
            file_import.apply_file,
            file_import.read_file(file, load_plugins()),
            prune=False,
            now=clock.now(),
        )
    finally:
        await database.close()
