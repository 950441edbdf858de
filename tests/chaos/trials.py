"""The trials of `make chaos` by name, in full and in small, and their order."""

import argparse
import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from tests.chaos import (
    clock_jumps,
    databases,
    kills,
    month,
    mutations,
    payloads,
    platform_responses,
    processes,
    review,
    roles,
    storms,
    system_clock,
    uploads,
)
from tests.chaos.scoreboard import Line, Scoreboard

SEED = 20261124
#: Seconds after which a trial counts as broken instead of slow.
PATIENCE = 2400.0
CHAT = ("discord", "slack")


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Sizes of the trials."""

    kills: int = 1000
    answers: int = 500
    uploads: int = 100
    reviews: int = 240
    late: int = 6
    races: int = 30
    restarts: int = 50
    stops: int = 100
    full: int = 24
    locked: float = 30.0
    damaged: int = 200
    rush: int = 1000
    closed: int = 150
    faulty: int = 39
    uncertain: int = 28
    jumps: int = 40
    back: int = 10
    poison: int = 12
    texts: int = 10_000
    days: int = 30
    role_kills: int = 500
    server_restarts: int = 20
    cuts: int = 20
    pauses: int = 10
    rolling: float = 600.0
    #: Names of mutations; empty = all.
    mutations: tuple[str, ...] = ()


FULL = Sizes()
QUICK = Sizes(
    kills=120,
    answers=60,
    uploads=24,
    reviews=24,
    late=2,
    races=6,
    restarts=12,
    stops=20,
    full=6,
    locked=5.0,
    damaged=40,
    rush=200,
    faulty=13,
    uncertain=7,
    jumps=8,
    back=3,
    poison=4,
    texts=500,
    days=4,
    role_kills=30,
    server_restarts=3,
    cuts=4,
    pauses=3,
    rolling=40.0,
)
Trial = Callable[[Sizes, int, Scoreboard], Awaitable[Sequence[Line]]]


# ── the trials ─────────────────────────────────────────────────────────────────


async def _kills(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    tallies = await kills.killed(sizes.kills, seed, board)
    return kills.lines(tallies, seed, sizes.kills)


async def _answers(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    tallies = await kills.answers_lost(sizes.answers, seed, board)
    lines = kills.lost_lines(tallies, seed, sizes.answers)
    for name in CHAT:
        lines += await kills.landing_late(sizes.late, seed, board, name=name)
    return lines


async def _uploads(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    return await uploads.uploaded(sizes.uploads, seed, board)


async def _review(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    return await _each(review.reviewed, sizes.reviews, seed, board)


async def _uncertain(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    return await _each(platform_responses.uncertain, sizes.uncertain, seed, board)


async def _faulty(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    return await _each(platform_responses.faulty, sizes.faulty, seed, board)


async def _dead(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    lines: list[Line] = []
    for name in CHAT:
        lines += await platform_responses.for_good(seed, board, name=name)
    return [
        *lines,
        *await platform_responses.refused_everywhere(sizes.closed, seed, board),
    ]


async def _storms(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    return await storms.limited(sizes.rush, seed, board)


async def _processes(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    lines = await _each(processes.three_at_once, sizes.races, seed, board)
    lines += await processes.standing_by(seed, board)
    lines += await _each(processes.restarted, sizes.restarts, seed, board)
    lines += await _each(processes.asked_to_stop, sizes.stops, seed, board)
    return lines


async def _databases(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    return [
        *await databases.full(sizes.full, seed, board, name="slack"),
        *await databases.locked(sizes.locked, seed, board),
        *await databases.damaged(sizes.damaged, seed, board),
        *await databases.wounded(sizes.damaged, seed, board),
    ]


async def _clocks(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    return [
        *await _each(clock_jumps.jumps, sizes.jumps, seed, board),
        *await clock_jumps.set_back(sizes.back, seed, board),
        *await clock_jumps.downtime(seed, board),
        *await system_clock.system_clock_set(seed),
    ]


async def _payloads(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    lines = await _each(payloads.poisoned, sizes.poison, seed, board)
    return [*lines, *await payloads.measured(sizes.texts, seed, board)]


async def _month(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    return await month.lived(sizes.days, seed, board)


async def _roles(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    few = sizes.role_kills < FULL.role_kills
    return [
        *await roles.mixed(seed, board),
        *await roles.killed(sizes.role_kills, seed, board, sites=1 if few else 4),
        *await roles.disturbed(
            sizes.server_restarts,
            sizes.cuts,
            sizes.pauses,
            seed,
            board,
            sites=1 if few else 2,
        ),
        *await roles.rolled(sizes.rolling, seed, board),
    ]


async def _mutations(sizes: Sizes, seed: int, board: Scoreboard) -> Sequence[Line]:
    return await mutations.red(seed, board, sizes.mutations)


async def _each(
    trial: Callable[..., Awaitable[list[Line]]], size: int, seed: int, board: Scoreboard
) -> list[Line]:
    """Run on both chat platforms, half of the faults each."""
    found: list[Line] = []
    for name in CHAT:
        found += await trial(-(-size // len(CHAT)), seed, board, name=name)
    return found


TRIALS: Mapping[str, Trial] = {
    "kills": _kills,
    "answers": _answers,
    "uploads": _uploads,
    "review": _review,
    "uncertain": _uncertain,
    "dead": _dead,
    "faulty": _faulty,
    "storms": _storms,
    "processes": _processes,
    "databases": _databases,
    "clocks": _clocks,
    "payloads": _payloads,
    "month": _month,
    "roles": _roles,
    "mutations": _mutations,
}


# ── the command ────────────────────────────────────────────────────────────────


def main(arguments: Sequence[str]) -> int:
    """Run the command; return the exit code."""
    options = _options(arguments)
    if options.list:
        print("\n".join(TRIALS))
        return 0
    _hush(options.log)
    board = Scoreboard()
    asyncio.run(
        run(board, QUICK if options.quick else FULL, options.seed, options.only)
    )
    board.print()
    return 1 if board.failed() else 0


async def run(
    board: Scoreboard, sizes: Sizes, seed: int, only: Sequence[str] = ()
) -> None:
    """Run the trials whose names contain one of the words, or all of them."""
    for name, trial in TRIALS.items():
        if only and not any(word in name for word in only):
            continue
        board.say(f"{name} …")
        try:
            async with asyncio.timeout(PATIENCE):
                lines = await trial(sizes, seed, board)
        except Exception as error:
            logging.getLogger(__name__).exception("%s broke", name)
            lines = [_broken(name, seed, error)]
        board.add(*lines)


def _broken(name: str, seed: int, error: BaseException) -> Line:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return Line(
        row="–",
        what=f"{name}: the trial itself broke",
        figure="no figure",
        goal="a figure",
        met=False,
        seed=seed,
        faults=0,
        stated=0,
        details=[*str(error).split("\n"), traceback.format_tb(error.__traceback__)[-1]],
    )


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--quick", action="store_true", help="a small part of each")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", action="append", default=[], metavar="WORD")
    parser.add_argument("--list", action="store_true", help="name the trials")
    parser.add_argument("--log", default=os.devnull, help="where the bots' logs go")
    return parser.parse_args(arguments)


def _hush(file: str) -> None:
    """Log this process's bots into a file: they report many errors."""
    # Open until the process ends.
    stream = Path(file).open("a", encoding="utf-8")  # noqa: SIM115
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(stream))
    logging.basicConfig(stream=stream, level=logging.WARNING)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
