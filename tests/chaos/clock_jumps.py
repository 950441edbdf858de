"""S5, D16, D18: clocks that jump, and downtimes of minutes to weeks."""

import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from bot.storage import schema_upgrade
from tests.bot.harness import CONFIGURATION, BotHarness, open_harness
from tests.chaos.invented_news import NewsGenerator
from tests.chaos.kills import homes
from tests.chaos.mutations import switched_off
from tests.chaos.points import ANSWERED, CLAIMED, STORED, Points
from tests.chaos.scoreboard import Line, Scoreboard
from tests.chaos.world import world
from tests.fakes import NOON, FakeClock, FakePlatform

JUMPS: Final = (
    timedelta(hours=1),
    timedelta(hours=-1),
    timedelta(days=1),
    timedelta(days=-1),
    timedelta(seconds=40),
    timedelta(seconds=-40),
    timedelta(minutes=11),
    timedelta(days=-8),
)
DOWN: Final = (
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=5),
    timedelta(hours=7),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=8),
    timedelta(days=30),
)
SENTENCES: Final = (
    "daily at 8:30 Europe/Berlin",
    "daily at 7:00 and 18:00 America/New_York",
    "weekdays at 8:30 Asia/Tokyo",
    "every 15 minutes UTC",
    "every 2 hours UTC",
    "every 15 minutes between 8:00 and 20:00 Europe/Berlin",
)


# ── jumps ──────────────────────────────────────────────────────────────────────


async def jumps(
    times: int, seed: int, board: Scoreboard, *, name: str = "discord"
) -> list[Line]:
    """D16: the clock is set between two processes, while an edition is in flight."""
    doubled, lost, jumped = [], [], 0
    with homes() as home:
        for number in range(times):
            random = Random(f"{seed}/{number}")
            jump = JUMPS[number % len(JUMPS)]
            place = home / str(number)
            async with world(f"jump {jump}", place, name, random) as built:
                built.begin_round(random.choice((1, 2, 3)))
                await built.live(_somewhere(random))
                built.clock.advance(jump)
                jumped += 1
                # Corrected, as by an administrator: nothing is posted again.
                await built.live(until=max(built.clock.now(), built.due) + _A_WHILE)
                built.clock.set(max(built.due, built.clock.now()) + _A_DAY)
                await built.live(until=built.clock.now() + _A_WHILE)
                found = built.check()
                doubled += found.doubled if _told_twice(found.doubled) else []
                lost += [text for text in found.lost if "rounds" not in text]
                lost += found.unsettled
    return [
        Line(
            row="D16",
            what=f"the clock jumps mid-way ({name}): doubled; lost",
            figure=f"{len(doubled)}; {len(lost)} of {jumped} jumps",
            goal="0; 0",
            met=not doubled and not lost,
            seed=seed,
            faults=jumped,
            stated=times,
            details=[*doubled, *lost],
        )
    ]


_A_WHILE, _A_DAY = timedelta(minutes=40), timedelta(days=1)


def _somewhere(random: Random) -> Points:
    return Points(wanted=random.choice(("at planned", STORED, CLAIMED, ANSWERED, "")))


def _told_twice(texts: list[str]) -> bool:
    # More occurrences than rounds are right where a day was skipped.
    return any("editions" not in text for text in texts)


async def set_back(
    times: int,
    seed: int,
    board: Scoreboard,
    *,
    name: str = "discord",
    without: str = "",
) -> list[Line]:
    """D16: an edition was posted, the clock is set back before its time, news arrives.

    The slot was served: it is not served again.
    """
    again = []
    with homes() as home:
        for number in range(times):
            random = Random(f"{seed}/{number}/back")
            place = home / str(number)
            async with world("back", place, name, random, without=without) as built:
                built.begin_round(1)
                await built.live()
                before = len(built.rows("SELECT id FROM editions"))
                built.clock.set(built.due - timedelta(minutes=30))
                built.press.publish(built.clock.now(), 2, long=False)
                await built.live()
                after = len(built.rows("SELECT id FROM editions"))
                if (before, after) != (1, 1):
                    again.append(f"{before} editions, and {after} after the jump")
    return [
        Line.expect_none(
            row="D16",
            what=f"served again after the clock was set back ({name})",
            figure=f"{len(again)} of {times}",
            wrong=again,
            seed=seed,
            faults=times,
            stated=times,
        )
    ]


# ── downtime ───────────────────────────────────────────────────────────────────


@dataclass(kw_only=True)
class Outage:
    """One schedule over one downtime."""

    late: int = 0
    too_old: int = 0
    doubled: int = 0
    silent: int = 0


async def downtime(seed: int, board: Scoreboard, *, without: str = "") -> list[Line]:
    """S5: after any downtime, at most one late edition, none older than catch-up."""
    sums, wrong = Counter[str](), []
    with homes() as home, switched_off(without):
        template = home / "empty.db"
        schema_upgrade.upgrade_database(f"sqlite:///{template}")
        for number, (sentence, down) in enumerate(itertools.product(SENTENCES, DOWN)):
            place = home / str(number)
            place.mkdir()
            (place / "standfirst.db").write_bytes(template.read_bytes())
            found = await _outage(place, sentence, down, Random(f"{seed}/{number}"))
            sums["late"] += found.late
            for what in ("too_old", "doubled", "silent"):
                sums[what] += getattr(found, what)
            if found.late > 1 or found.too_old or found.doubled or found.silent:
                wrong.append(f"«{sentence}», {down} down: {found}")
    total = len(SENTENCES) * len(DOWN)
    return [
        Line.expect_none(
            row="S5 D18",
            what="downtimes of 5 min to 30 d: more than one late edition, or too old",
            figure=f"{len(wrong)} of {total} ({sums['late']} came late)",
            wrong=wrong,
            seed=seed,
            faults=total,
            stated=total,
        )
    ]


async def _outage(home: Path, sentence: str, down: timedelta, random: Random) -> Outage:
    clock = FakeClock(NOON + random.random() * timedelta(days=7))
    press = NewsGenerator(home / "articles", random)
    text = CONFIGURATION.replace("every 2 minutes Europe/Berlin", sentence)
    found = Outage()
    async with _opened(home, clock) as (harness, _):
        await harness.apply(text)
        press.publish(clock.now(), 1, long=False)
        await harness.wake()
        before = len(await _occurrences(harness))
    clock.advance(down)
    press.publish(clock.now(), 2, long=False)
    async with _opened(home, clock) as (harness, platform):
        await harness.wake()
        rows = (await _occurrences(harness))[before:]
        composed = [row for row in rows if row["state"] in {"composed", "deferred"}]
        found.late = len(composed)
        found.too_old = sum(
            clock.now() - row["due_at"] > timedelta(hours=6) for row in composed
        )
        # Articles published meanwhile come with the late edition or with the next.
        await _pass(harness, clock, clock.now() + timedelta(days=4), platform)
        found.doubled = len(platform.doubled())
        found.silent = 0 if platform.messages else 1
    return found


async def _occurrences(harness: BotHarness) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from bot.storage.schema import occurrences

    def rows(connection: Any) -> list[dict[str, Any]]:
        query = select(occurrences).order_by(occurrences.c.id)
        return [dict(row) for row in connection.execute(query).mappings()]

    return await harness.db.read(rows)


async def _pass(
    harness: BotHarness, clock: FakeClock, moment: datetime, platform: FakePlatform
) -> None:
    """Run until something was posted, and a little longer; not beyond `moment`."""
    more = 5
    while more and clock.now() <= moment:
        following = await harness.wake()
        more -= bool(platform.messages)
        if following is None:
            break
        clock.set(max(following, clock.now()))


@asynccontextmanager
async def _opened(
    home: Path, clock: FakeClock
) -> AsyncIterator[tuple[BotHarness, FakePlatform]]:
    platform = FakePlatform()
    url = f"sqlite:///{home / 'standfirst.db'}"
    async with open_harness(url, home, platform, clock=clock) as harness:
        yield harness, platform
