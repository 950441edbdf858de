"""S18, D23: a month on a clock of its own, with faults of every kind, in one process.

Two platforms' strict servers, one database, four digests. The process is separate, so
that its memory is the bot's and the servers'; the servers' ledgers are cut each day to
what reading back may need.

    python -m tests.chaos.month_process DAYS SEED   a line of JSON a day, then the sum
"""

import asyncio
import ctypes
import gc
import json
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from bot import logs, runner
from bot.configuration import file_import
from bot.platforms.plugins import load_plugins
from bot.settings import Settings
from bot.storage import Database, schema_upgrade
from tests.builders import some_settings
from tests.chaos import child
from tests.chaos.clock import SharedClock
from tests.chaos.invented_news import NewsGenerator
from tests.chaos.kills import homes
from tests.chaos.platform_wires import WIRES
from tests.chaos.wire import Wire
from tests.chaos.world import BEGIN

#: Days after which all retained data exists: articles are used for seven.
WARM: Final = 8
#: Messages of a channel that reading back may need.
KEPT: Final = 120
#: The kinds of faults of a wake-up, and how likely each is.
CHANCES: Final = {
    "lost": 0.20,
    "fault": 0.15,
    "limit": 0.10,
    "reading": 0.08,
    "cut": 0.08,
    "restart": 0.06,
    "step": 0.03,
}
_HEAD = """
[[workspace]]
platform = "{platform}"
id = "{workspace}"

"""
_PLACE = """[[workspace.destination]]
name = "n{channel}"
channel = "{channel}"

"""
_DIGEST = """[[workspace.digest]]
name = "{name}"
sources = ["{folder}"]
destinations = [{places}]
schedule = "{schedule}"
stories = 15

"""
#: Platform → digests: when, and to how many channels.
DIGESTS: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {
    "discord": (("daily at 8:30 Europe/Berlin", 2), ("every 4 hours UTC", 1)),
    "slack": (("weekdays at 7:00 America/New_York", 2), ("every 6 hours UTC", 1)),
}


@dataclass(kw_only=True)
class Month:
    """Everything that is checked later."""

    home: Path
    random: Random
    clock: SharedClock
    wires: dict[str, Wire]
    presses: dict[str, NewsGenerator]
    channels: dict[str, list[str]]
    application: runner.Application | None = None
    faults: Counter[str] = field(default_factory=Counter)
    unhandled: list[str] = field(default_factory=list)
    #: (channel, key) → how many messages carried it.
    keys: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Message ids that were already counted.
    seen: set[tuple[str, str]] = field(default_factory=set)
    #: Channel → article's name → editions that contain it.
    reported: defaultdict[str, defaultdict[str, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    #: Platform → when, and the article's name.
    published: defaultdict[str, list[tuple[datetime, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    resident: list[float] = field(default_factory=list)
    #: Memory after days without faults.
    calm: list[float] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.home / "standfirst.db"


async def _live(days: int, seed: int) -> None:
    with homes() as home:
        clock = SharedClock(home / "clock")
        clock.set(BEGIN)
        async with AsyncExitStack() as stack:
            month = Month(
                home=home,
                random=Random(seed),
                clock=clock,
                wires={},
                presses={},
                channels={},
            )
            for number, (name, digests) in enumerate(DIGESTS.items()):
                count = sum(places for _, places in digests)
                prefix = "C" if name == "slack" else ""
                own = [f"{prefix}{2001 + n}" for n in range(count)]
                opening = WIRES[name](clock, month.database, own)
                month.wires[name] = await stack.enter_async_context(opening)
                month.channels[name] = own
                random = Random(f"{seed}/{number}")
                month.presses[name] = NewsGenerator(home / name, random)
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(
                lambda _, context: month.unhandled.append(str(context)[:300])
            )
            await _set_up(month)
            for day in range(1, days + 1):
                await _day(month, month.clock.now() + timedelta(days=1))
                _count(month)
                if day == WARM:
                    await _calm(month)
                _tell(day, month)
            # Everything still in flight has a quiet day to end.
            await _calm(month)
            _tell(days, month, **_sum(month))


async def _set_up(month: Month) -> None:
    text = ""
    for name, digests in DIGESTS.items():
        wire, own = month.wires[name], month.channels[name]
        text += _HEAD.format(platform=name, workspace=wire.workspace)
        text += "".join(_PLACE.format(channel=channel) for channel in own)
        for number, (schedule, count) in enumerate(digests):
            first = sum(places for _, places in digests[:number])
            places = own[first : first + count]
            text += _DIGEST.format(
                name=f"{name} {number}",
                folder=name,
                schedule=schedule,
                places=", ".join(f'"n{place}"' for place in places),
            )
    file = month.home / "newsroom.toml"
    file.write_text(text, encoding="utf-8")
    url = f"sqlite:///{month.database}"
    schema_upgrade.upgrade_database(url)
    database = Database.open(url)
    wanted = file_import.read_file(file, load_plugins())
    now = month.clock.now()
    await database.write(file_import.apply_file, wanted, prune=False, now=now)
    await database.close()


async def _day(month: Month, end: datetime) -> None:
    """Publish at irregular times, wake up on time, and inject faults in between."""
    for press in month.presses.values():
        press.forget(before=month.clock.now() - timedelta(days=2))
        press.litter()
    async with Again(month) as application:
        while month.clock.now() < end:
            _publish(month)
            kind = _drawn(month)
            _break(month, kind)
            if kind == "cut":
                await _cut(month, application.application)
                await application.again()
                continue
            following = await child.wake(application.application)
            _mend(month)
            if kind == "restart":
                await application.again()
                if month.random.random() < 0.3:
                    month.faults["outage"] += 1
                    month.clock.advance(month.random.uniform(0.1, 9) * _HOUR)
            elif kind == "step":
                month.clock.advance(month.random.choice(_STEPS))
                await application.application.publisher.realign()
            target = min(following or end, end)
            if target > month.clock.now():
                month.clock.set(target)


def _publish(month: Month) -> None:
    """Publish some news, or none, to one platform's sources.

    Never more than an edition holds, also after a weekend: all of it must be published.
    """
    name = month.random.choice(list(month.presses))
    now, number = month.clock.now(), month.random.choice((0, 0, 0, 0, 1, 1, 1))
    long = month.random.random() < 0.3
    for article in month.presses[name].publish(now, number, long=long):
        month.published[name].append((now, article.name))


_HOUR = timedelta(hours=1)
_STEPS = (40 * timedelta(seconds=1), -40 * timedelta(seconds=1), _HOUR, -_HOUR)


async def _calm(month: Month) -> None:
    """A day without faults; the memory after it is compared."""
    await _quiet(month)
    _count(month)
    month.calm.append(month.resident[-1])


async def _quiet(month: Month) -> None:
    end = month.clock.now() + timedelta(days=1)
    async with Again(month) as application:
        for _ in range(400):
            following = await child.wake(application.application)
            if following is None or following > end:
                return
            if following > month.clock.now():
                month.clock.set(following)


class Again:
    """The application over the month's database, reopened at will."""

    def __init__(self, month: Month) -> None:
        self._month = month
        self._stack = AsyncExitStack()

    @property
    def application(self) -> runner.Application:
        assert self._month.application is not None
        return self._month.application

    async def __aenter__(self) -> "Again":
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def again(self) -> None:
        await self._close()
        await self._open()

    async def _open(self) -> None:
        month = self._month
        settings = some_settings(
            **{
                "database_url": f"sqlite:///{month.database}",
                "secret_key": "0123456789abcdef0123456789abcdef",
                "log_level": "error",
                **{k: v for w in month.wires.values() for k, v in w.settings.items()},
            }
        )
        job = child.Job(settings={}, clock=month.home, log=month.home, until=BEGIN)
        opening = child.opened(job, settings, month.clock)
        month.application = await self._stack.enter_async_context(opening)
        await month.application.publisher.realign()

    async def _close(self) -> None:
        await child.leave(self.application)
        await self._stack.aclose()
        self._month.application = None


async def _cut(month: Month, application: runner.Application) -> None:
    """Stop it at any moment of its work, as by SIGTERM."""
    working = asyncio.create_task(child.wake(application))
    await asyncio.sleep(month.random.uniform(0, 0.12))
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    _mend(month)


# ── faults ─────────────────────────────────────────────────────────────────────


def _drawn(month: Month) -> str:
    drawn = month.random.random()
    for kind, chance in CHANCES.items():
        drawn -= chance
        if drawn < 0:
            return kind
    return ""


def _break(month: Month, kind: str) -> None:
    wire = month.random.choice(list(month.wires.values()))
    if kind == "lost":
        wire.lose_one(stored=month.random.random() < 0.7)
        if month.random.random() < 0.3:
            wire.trouble_reading("500", 1)
    elif kind == "fault":
        # Faults that the libraries retry themselves take real seconds.
        wire.fault(month.random.choice((2, 8, 11)), times=1)
    elif kind == "limit":
        wire.limit(month.random.choice((1, 5, 30)), times=1)
    elif kind == "reading":
        wire.lose_one(stored=True)
        wire.trouble_reading(month.random.choice(("500", "429", "lost")), 2)
    elif kind:
        month.faults[kind] += 1


def _mend(month: Month) -> None:
    """Remove the faults that no request met, and count the others."""
    for name, wire in month.wires.items():
        month.faults[name] += wire.met()


# ── results ────────────────────────────────────────────────────────────────────


def _count(month: Month) -> None:
    """Count what was posted since; cut the ledgers."""
    edition_of = {
        row["key"]: row["edition_id"]
        for row in _rows(month, "SELECT key, edition_id FROM deliveries")
    }
    for name, wire in month.wires.items():
        names = [article for _, article in month.published[name][-150:]]
        for channel in month.channels[name]:
            for post in wire.posts(channel):
                if (channel, post.id) in month.seen:
                    continue
                month.seen.add((channel, post.id))
                month.keys[(channel, post.key)] += 1
                for article in names:
                    if article in post.text:
                        edition = edition_of.get(post.key, -1)
                        month.reported[channel][article].add(edition)
        wire.forget(KEPT)
    gc.collect()
    # Memory that malloc keeps in reserve is not in use.
    ctypes.CDLL(None).malloc_trim(0)
    month.resident.append(_resident())


def _sum(month: Month) -> dict[str, Any]:
    rows = _rows(month, "SELECT key, channel, state, reason FROM deliveries")
    lost, doubled = [], []
    for row in rows:
        stood = month.keys[(row["channel"], row["key"])]
        if row["state"] != "sent" or not stood:
            lost.append(f"{row['channel']} {row['state']}: {row['reason']}")
        if stood > 1:
            doubled.append(f"{row['channel']} {row['key']} {stood} times")
    known = {(row["channel"], row["key"]) for row in rows}
    doubled += [f"unknown {key}" for key in month.keys if key not in known]
    # A weekday digest may have been silent since.
    settled = month.clock.now() - timedelta(days=5)
    for name, articles in month.published.items():
        names = [article for at, article in articles if at < settled]
        for channel in month.channels[name]:
            reported = month.reported[channel]
            lost += [f"{channel}: never {n}" for n in names if not reported[n]]
            doubled += [f"{channel}: twice {n}" for n in names if len(reported[n]) > 1]
    (integrity,) = (row[0] for row in _rows(month, "PRAGMA integrity_check(1)"))
    return {
        "sum": True,
        "lost": lost[:20],
        "doubled": doubled[:20],
        "unhandled": month.unhandled[:20],
        "integrity": integrity,
        "grown": month.calm[-1] / month.calm[0] - 1,
        "resident": month.calm[0],
    }


def _rows(month: Month, query: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(month.database, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(query).fetchall()


def _resident() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found.group(1)) / 1024 if found else float("nan")


def _tell(day: int, month: Month, **more: Any) -> None:
    reported = {
        "day": day,
        "posts": month.keys.total(),
        "faults": month.faults,
        "resident": month.resident[-1],
    }
    print(json.dumps({**reported, **more}), flush=True)


if __name__ == "__main__":
    logs.configure_logging(Settings.model_validate({"log_level": "error"}))
    asyncio.run(_live(int(sys.argv[1]), int(sys.argv[2])))
