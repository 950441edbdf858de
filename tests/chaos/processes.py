"""D13, D14, D15: several processes at once, repeated restarts, and SIGTERM at any
moment. All of them are `standfirst run`, forked.
"""

import asyncio
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from tests.chaos.fork_server import PATIENCE, Process
from tests.chaos.kills import _places, homes
from tests.chaos.points import Points
from tests.chaos.scoreboard import Line, Scoreboard
from tests.chaos.world import Findings, World, world

#: Seconds in which a process must stop.
STOP = 10.0
#: Seconds in which a standby must take over.
TAKE_OVER = 60.0
_SIX_SECONDS = timedelta(seconds=6)


async def three_at_once(
    rounds: int,
    seed: int,
    board: Scoreboard,
    *,
    name: str = "discord",
    without: str = "",
) -> list[Line]:
    """D13: three without a lease race for each edition; then three with one."""
    found = Findings()
    with homes() as home:
        async with world(
            "three", home / "race", name, Random(seed), without=without
        ) as built:
            for _ in range(rounds):
                built.begin_round(built.random.choice((1, 2)))
                racing = [Process(built.job(leaps=False)) for _ in range(3)]
                # Without a defence some never become quiet.
                patience = 5.0 if without else PATIENCE
                with suppress(AssertionError):
                    ends = (one.end(patience) for one in racing)
                    await asyncio.gather(*ends, return_exceptions=bool(without))
                    # One that lost a race leaves the rest to the others.
                    await Process(built.job()).end(patience)
            found.add(built.check())
    return [
        Line(
            row="D13",
            what=f"three without a lease at once ({name}): doubled",
            figure=f"{len(found.doubled)} of {rounds} editions",
            goal="0",
            met=not found.doubled and not found.lost,
            seed=seed,
            faults=rounds,
            stated=rounds,
            details=[*found.doubled, *found.lost],
        )
    ]


async def standing_by(
    seed: int, board: Scoreboard, *, name: str = "discord", without: str = ""
) -> list[Line]:
    """D13: of three processes, two stand by; one of them takes over."""
    with homes() as home:
        stood_by, took_over = await _leased(home, seed, name, without)
    return [
        Line(
            row="D13",
            what=f"three with a lease ({name}) stand by; taken over after a kill",
            figure=f"{stood_by} of 3 stood by, {took_over:.1f} s",
            goal="2, < 60 s",
            met=stood_by == 2 and took_over < TAKE_OVER,
            seed=seed,
            faults=3,
            stated=3,
        )
    ]


async def _leased(home: Path, seed: int, name: str, without: str) -> tuple[int, float]:
    async with world(
        "leased", home / "lease", name, Random(seed), without=without
    ) as built:
        built.changes["web_port"] = 0
        built.begin_round(1)
        logs = [home / f"log-{number}" for number in range(3)]
        processes = [Process(_served(built, log)) for log in logs]
        decided = ("standing by", "is ready")
        await _until(lambda: all(any(w in _said(g) for w in decided) for g in logs))
        stood_by = sum("standing by" in _said(log) for log in logs)
        holder = next(n for n, log in enumerate(logs) if "is ready" in _said(log))
        others = [log for n, log in enumerate(logs) if n != holder]
        processes[holder].kill()
        begun = time.monotonic()
        await _until(lambda: any("is ready" in _said(log) for log in others))
        took = time.monotonic() - begun
        for process in processes:
            process.kill(signal.SIGTERM)
        await asyncio.gather(*(process.end() for process in processes))
    return stood_by, took


async def restarted(
    times: int, seed: int, board: Scoreboard, *, name: str = "discord"
) -> list[Line]:
    """D14: this many starts within minutes of its clock, each killed when possible."""
    found, logins = Findings(), 0
    with homes() as home:
        async with world("storm", home / "w", name, Random(seed)) as built:
            built.changes["web_port"] = 0
            built.begin_round(3)
            begun = built.clock.now()
            for _ in range(times):
                process = Process(_served(built, home / "log"))
                await asyncio.sleep(built.random.uniform(0.02, 0.7))
                process.kill()
                await process.end()
                built.clock.advance(_SIX_SECONDS)
            took = (built.clock.now() - begun).total_seconds()
            await built.live()
            found.add(built.check())
            gateway = getattr(getattr(built.wire, "discord", None), "gateway", None)
            logins = len(gateway.identified) if gateway else 0
    wrong = [*found.doubled, *found.lost, *found.unsettled]
    return [
        Line(
            row="D14",
            what=f"{times} restarts in {took / 60:.0f} min ({name}): doubled or lost",
            figure=f"{len(wrong)}, {logins} logins",
            goal="0, ≤ 1 login per 5 s",
            met=not wrong and logins * 5 <= took,
            seed=seed,
            faults=times,
            stated=times,
            details=wrong,
        )
    ]


async def asked_to_stop(
    times: int, seed: int, board: Scoreboard, *, name: str = "discord"
) -> list[Line]:
    """D15: SIGTERM at every point in turn; then the next one finishes the work."""
    longest, codes, found, stops = 0.0, Counter[int](), Findings(), 0
    with homes() as home:
        async with world("stops", home / "w", name, Random(seed)) as built:
            built.changes["web_port"] = 0
            built.begin_round(3)
            await built.live(Points(trace=home / "trace"))
            # Not in a step of the platform's server: the signal goes to the process.
            places = sorted(
                place
                for place in _places(home / "trace", built.wire)
                if not place[0].startswith("wire")
            )
            built.random.shuffle(places)
            for wanted, passing in (places * (1 + times // len(places)))[:times]:
                built.begin_round(3)
                points = Points(
                    wanted=wanted,
                    passing=passing,
                    number=signal.SIGTERM,
                    trace=home / "reached",
                )
                process = Process(_served(built, home / "log", points=points))
                reached = await _reached(points)
                begun = time.monotonic()
                if not reached:
                    process.kill(signal.SIGTERM)
                with suppress(AssertionError):
                    codes[await process.end(4 * STOP)] += 1
                longest = max(longest, time.monotonic() - begun)
                stops += reached
                await built.live()
            found.add(built.check())
    wrong = [*found.doubled, *found.lost, *found.unsettled]
    return [
        Line(
            row="D15",
            what=f"SIGTERM at kill points ({name}): longest stop; exit 0; wrong",
            figure=f"{longest:.1f} s, {codes[0]} of {codes.total()}, {len(wrong)}",
            goal="≤ 10 s, all, 0",
            met=longest <= STOP and codes[0] == times and not wrong,
            seed=seed,
            faults=stops,
            stated=times,
            details=[f"exit codes {dict(codes)}", *wrong],
        )
    ]


async def _reached(points: Points) -> bool:
    """Whether the process reached the point within a time."""
    assert points.trace is not None
    points.trace.unlink(missing_ok=True)
    for _ in range(2000):
        await asyncio.sleep(0.01)
        if points.trace.exists():
            passed = points.trace.read_text(encoding="utf-8").split("\n")
            if passed.count(points.wanted) >= points.passing:
                return True
    return False


def _served(built: World, log: Path, points: Points | None = None):
    return replace(built.job(points, served=True), log=log)


def _said(log: Path) -> str:
    return log.read_text(encoding="utf-8") if log.exists() else ""


async def _until(what, seconds: float = 60.0) -> None:
    for _ in range(int(seconds * 50)):
        if what():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")
