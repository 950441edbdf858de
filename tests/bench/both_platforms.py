"""A real `standfirst run` beside local platforms: time to ready, and its footprint.

    python -m tests.bench.both_platforms [RUNS] [DESTINATIONS] [SECONDS]

The strict local Discord and Slack run in processes of their own. Half of the
destinations are on each: fifty Discord servers, and one Slack team. "Ready" is what
`/readyz` reports; a command is then run on each platform and must be answered, so that
readiness is not reported early. Modules are compiled beforehand, as in an installed
bot. Beside the wall time stands the processor time of the process and its children up
to that point: on a busy machine, compare that figure. The idle footprint is measured
after SECONDS, and again after an edition was posted. Prints and asserts nothing.
"""

import asyncio
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from bot.app import SystemClock
from bot.configuration import file_import
from bot.model import PlatformName
from bot.platforms.plugins import load_plugins
from bot.storage import Database
from tests.bot.harness import NO_LIMITS
from tests.bot.process import Home, Running, eventually, page
from tests.wire.discord import ledger, server
from tests.wire.discord import ledger as discord_ledger
from tests.wire.slack import ledger as slack_ledger
from tests.wire.slack import server as slack_server

SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
GUILDS = 50
#: Destinations of one digest.
TOGETHER = 10
PATIENCE = 60.0
#: Which platforms are on, and the name of each combination.
SETS: Mapping[str, tuple[PlatformName, ...]] = {
    "the page alone": (),
    "Discord": ("discord",),
    "Slack": ("slack",),
    "both": ("discord", "slack"),
}
#: What is printed: fields of `Start`, and their units.
TIMES = ("ready s", "busy s", "answered s", "idle %")
SIZES = ("resident MB", "own MB", "posted MB", "children MB")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Start:
    """Measurements of one start, in seconds and megabytes."""

    ready: float
    busy: float
    answered: float
    idle: float
    resident: float
    own: float
    posted: float
    children: float


def main(runs: int, count: int, seconds: float) -> None:
    print(f"load {' '.join(f'{each:.1f}' for each in os.getloadavg())}", flush=True)
    columns = (*TIMES, *SIZES)
    print(f"{'':<16}" + "".join(f"{each:>13}" for each in columns), flush=True)
    with (
        tempfile.TemporaryDirectory() as compiled,
        local("discord", count // 2) as discord,
        local("slack", count // 2) as slack,
    ):
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        ends = {"discord": discord, "slack": slack}
        for name, on in SETS.items():
            with tempfile.TemporaryDirectory() as folder:
                home = Home(Path(folder), cold=True)
                asyncio.run(furnished(home, count))
                here: dict[str, End] = {each: ends[each] for each in on}
                # The first run reads, compiles and posts the existing articles.
                start(home, here, seconds)
                starts = [start(home, here, seconds) for _ in range(runs)]
            show(name, starts)
    print(f"{'budget':<16}{'1.5':>13}{'':>39}{'120':>13}")


def show(name: str, starts: list[Start]) -> None:
    def middle(what: str) -> float:
        found: list[float] = [getattr(each, what) for each in starts]
        return statistics.median(found)

    cells = [f"{middle(each.split()[0]):.2f}" for each in TIMES]
    cells += [f"{middle(each.split()[0]):.0f}" for each in SIZES]
    print(f"{name:<16}" + "".join(f"{each:>13}" for each in cells), flush=True)


READING = {ledger.GUILD: "discord", slack_ledger.TEAM: "slack"}


def start(home: Home, ends: Mapping[str, "End"], seconds: float) -> Start:
    """Run one start until the process is idle."""
    settings = {k: v for end in ends.values() for k, v in end.settings.items()}
    # Sends and sign-ins get the time here that they have in a real run.
    settings |= {"STANDFIRST_SEND_TIMEOUT": "15", "STANDFIRST_UNCERTAIN_WAIT": "45"}
    begun = time.perf_counter()
    with home.running("run", **settings) as process:
        pid = process.process.pid
        until_ready(process)
        ready, busy = time.perf_counter() - begun, worked(pid)
        for end in ends.values():
            end.ask("/news help")
        answered = time.perf_counter() - begun
        time.sleep(seconds)
        before, at = worked(pid), time.perf_counter()
        time.sleep(seconds)
        idle = (worked(pid) - before) / max(0.1, time.perf_counter() - at)
        resident, own = size(pid)
        for platform in ends:
            post(home, platform, settings)
        time.sleep(seconds)
        found = Start(
            ready=ready,
            busy=busy,
            answered=answered,
            idle=100 * idle,
            resident=resident,
            own=own,
            posted=size(pid)[0],
            children=sum(size(child)[1] for child in children(pid)),
        )
        assert process.stop() == 0
    return found


def post(home: Home, platform: str, settings: Mapping[str, str]) -> None:
    """Order an edition with new articles, and wait until it is posted everywhere."""
    (name,) = (name for name, on in READING.items() if on == platform)
    before = sent(home, platform)
    news = home.folder / "articles" / f"{platform}-{time.time_ns()}.txt"
    number = before // TOGETHER
    news.write_text(ARTICLE.format(day=date.today(), number=number), encoding="utf-8")
    done = home.run("digest", "post", f"{name} 0", **settings)
    assert done.returncode == 0, done.stderr
    eventually(lambda: sent(home, platform) >= before + TOGETHER, within=PATIENCE)


def sent(home: Home, platform: str) -> int:
    """The number of messages that arrived there."""
    rows = home.rows(
        "SELECT 1 FROM deliveries d JOIN workspaces w ON w.id = d.workspace_id"
        f" WHERE w.platform = '{platform}' AND d.state = 'sent'"
    )
    return len(rows)


ARTICLE = """---
title: Harbour bridge number {number} closes after crack is found
source: Hallin Courier
published: {day}T09:00:00+00:00
lang: en
---
Harbour bridge number {number} at Hallin was closed on Tuesday after a crack was found.

“We will not reopen bridge {number} before the steel has been tested,” said Ada Brandt.
"""


def until_ready(process: Running) -> None:
    address = process.until()
    give_up = time.perf_counter() + PATIENCE
    while time.perf_counter() < give_up:
        try:
            checks = json.loads(page(f"{address}/readyz"))["checks"]
        except HTTPError:  # 503: not yet
            time.sleep(0.02)
        else:
            assert set(checks.values()) == {"ok"}, checks
            return
    raise AssertionError("it was never ready")


# ── process costs ──────────────────────────────────────────────────────────────


def worked(pid: int) -> float:
    """Processor seconds of the process and its children, including ended ones."""
    reported = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    words = reported.rpartition(")")[2].split()
    own = sum(int(word) for word in words[11:15]) / TICKS
    return own + sum(worked(child) for child in children(pid))


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in found.read_text(encoding="utf-8").split()]


def size(pid: int) -> tuple[float, float]:
    """Resident megabytes, and how many of them are unshared."""
    reported = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")

    def of(name: str) -> float:
        return (
            sum(int(n) for n in re.findall(rf"^{name}:\s+(\d+)", reported, re.M)) / 1024
        )

    return of("Rss"), of("Private_Clean") + of("Private_Dirty")


# ── the database ───────────────────────────────────────────────────────────────


async def furnished(home: Home, count: int) -> None:
    """A database with this many destinations, each with a Monday digest."""
    folder = home.folder / "data" / "standfirst"
    folder.mkdir(parents=True)
    shutil.copytree(SEEDS, home.folder / "articles")
    (home.folder / "quiet").mkdir()
    file = home.folder / "newsroom.toml"
    file.write_text("".join(configuration(count)), encoding="utf-8")
    database = Database.open(f"sqlite:///{folder / 'standfirst.db'}")
    try:
        await database.write(
            file_import.apply_file,
            file_import.read_file(file, load_plugins()),
            prune=False,
            now=SystemClock().now(),
            quotas=NO_LIMITS,
        )
    finally:
        await database.close()


def configuration(count: int) -> Iterator[str]:
    each = count // 2 // GUILDS
    for guild in range(GUILDS):
        yield workspace(
            "discord", guild_of(guild), [channel_of(guild, n) for n in range(each)]
        )
    yield workspace(
        "slack", slack_ledger.TEAM, [f"C{2000 + n}" for n in range(count // 2)]
    )


def workspace(platform: str, external_id: str, channels: list[str]) -> str:
    places = "".join(
        f'[[workspace.destination]]\nname = "{each}"\nchannel = "{each}"\n'
        for each in channels
    )
    folder = "articles" if external_id in READING else "quiet"
    reported = "".join(
        f'[[workspace.digest]]\nname = "{external_id} {first}"\n'
        f'sources = ["{folder}"]\n'
        f"destinations = {json.dumps(channels[first : first + TOGETHER])}\n"
        'schedule = "mondays at 8:30 Europe/Berlin"\n'
        for first in range(0, len(channels), TOGETHER)
    )
    head = f'[[workspace]]\nplatform = "{platform}"\nid = "{external_id}"\n'
    return head + places + reported


def guild_of(number: int) -> str:
    return str(int(ledger.GUILD) + number)


def channel_of(guild: int, number: int) -> str:
    return str(500_000 + 1000 * guild + number)


# ── the platforms ──────────────────────────────────────────────────────────────


class End:
    """A local platform in a process of its own."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self.settings: dict[str, str] = pipe.recv()

    def ask(self, line: str) -> None:
        """Type this command, and wait for the answer."""
        self._pipe.send(line)
        assert self._pipe.recv(), "an empty answer"

    def leave(self) -> None:
        self._pipe.send("")


@contextmanager
def local(name: PlatformName, channels: int) -> Iterator[End]:
    context = get_context("spawn")
    here, there = context.Pipe()
    served = {"discord": serve_discord, "slack": serve_slack}[name]
    process = context.Process(target=served, args=(there, channels))
    process.start()
    end = End(here)
    try:
        yield end
    finally:
        end.leave()
        process.join()


def serve_discord(pipe: Pipe, channels: int) -> None:
    asyncio.run(_serve_discord(pipe, channels))


def serve_slack(pipe: Pipe, channels: int) -> None:
    asyncio.run(_serve_slack(pipe, channels))


async def _serve_discord(pipe: Pipe, channels: int) -> None:
    async with server.serving(SystemClock()) as discord:
        for guild in range(1, GUILDS):
            discord.gateway.guilds.append(another(discord.ledger, guild, channels))
        for number in range(channels // GUILDS):
            discord.ledger.channel(channel_of(0, number))
        pipe.send({
            "STANDFIRST_DISCORD_TOKEN": discord.address["token"],
            "STANDFIRST_DISCORD_API_BASE": discord.address["api_base"],
            "STANDFIRST_DISCORD_GATEWAY": discord.address["gateway"],
        })  # fmt: skip
        while line := await asyncio.to_thread(pipe.recv):
            asked = await discord.people.command(line.removeprefix("/"))
            pipe.send((await asked.done()).words)


def another(ledger: ledger.Ledger, guild: int, channels: int) -> dict[str, Any]:
    """Add one more server with its channels."""
    names = [channel_of(guild, number) for number in range(channels // GUILDS)]
    places = {name: discord_ledger.Channel(id=name) for name in names}
    reported = discord_ledger.guild(replace(ledger, channels=places))
    said = json.dumps(reported).replace(
        f'"{discord_ledger.GUILD}"', f'"{guild_of(guild)}"'
    )
    found: dict[str, Any] = json.loads(said)
    return found


async def _serve_slack(pipe: Pipe, channels: int) -> None:
    async with slack_server.serving(SystemClock()) as slack:
        for number in range(channels):
            slack.ledger.channel(f"C{2000 + number}")
        pipe.send({
            "STANDFIRST_SLACK_BOT_TOKEN": slack.address["token"],
            "STANDFIRST_SLACK_APP_TOKEN": slack.address["app_token"],
            "STANDFIRST_SLACK_API_BASE": slack.address["api_base"],
        })  # fmt: skip
        while line := await asyncio.to_thread(pipe.recv):
            pipe.send((await (await slack.people.types(line)).done()).words)


if __name__ == "__main__":
    wanted = [*sys.argv[1:], *("3", "1000", "3")[len(sys.argv) - 1 :]]
    main(int(wanted[0]), int(wanted[1]), float(wanted[2]))
