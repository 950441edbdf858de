"""D10, D11, D12: a disk that is full, a database that is locked or damaged."""

import asyncio
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from tests.chaos import damage
from tests.chaos.child import BROKEN, QUIET
from tests.chaos.fork_server import Process
from tests.chaos.kills import homes
from tests.chaos.points import CLAIMED, STORED, Points
from tests.chaos.scoreboard import Line, Scoreboard
from tests.chaos.world import Findings, World, world

#: Texts of a refusal, one of which is expected.
CLEAR: Final = (
    "is damaged",
    "is not a database",
    "is an empty file",
    "already holds tables",
    "newer Standfirst",
    "cannot be read or written",
)
#: More pages than the database will ever have.
PLENTY: Final = 1_000_000


# ── full ───────────────────────────────────────────────────────────────────────


async def full(
    times: int, seed: int, board: Scoreboard, *, name: str = "discord"
) -> list[Line]:
    """D10: the disk is full from some step on; later there is room again."""
    found, unrecorded, filled, ended = Findings(), 0, 0, 0
    with homes() as home:
        async with world("full", home / "w", name, Random(seed)) as built:
            built.changes["web_port"] = 0
            for _ in range(times):
                built.begin_round(built.random.choice((1, 2, 3)))
                pages = home / "pages"
                room = built.random.randrange(0, 24)
                pages.write_text(str(_pages(built) + room), encoding="utf-8")
                log = home / "log"
                log.unlink(missing_ok=True)
                job = replace(built.job(served=True, pages=pages), log=log)
                process = Process(job)
                was_full = await _filled(built, log)
                filled += was_full
                # Everything posted must be in the database as in flight at least.
                unrecorded += len(_unrecorded(built))
                pages.write_text(str(PLENTY), encoding="utf-8")
                resumed = await _all_sent(built)
                ended += not resumed
                process.kill(15)
                await process.end()
                await built.live()
            found.add(built.check())
    wrong = [*found.lost, *found.doubled, *found.unsettled]
    return [
        Line(
            row="D10",
            what=f"disk full ({name}): posts unrecorded; not resumed; lost or doubled",
            figure=f"{unrecorded}; {ended}; {len(wrong)} ({filled} times full)",
            goal="0; 0; 0",
            met=not unrecorded and not ended and not wrong,
            seed=seed,
            faults=filled,
            stated=times // 2,
            details=wrong,
        )
    ]


def _pages(built: World) -> int:
    (row,) = built.rows("PRAGMA page_count")
    return int(row[0])


def _unrecorded(built: World) -> list[str]:
    rows = built.rows("SELECT key, state FROM deliveries WHERE operation = 'post'")
    on_its_way = {r["key"] for r in rows if r["state"] not in {"ready", "retry"}}
    return [
        post.key
        for channel in built.channels
        for post in built.wire.posts(channel)
        if post.key not in on_its_way
    ]


async def _filled(built: World, log: Path) -> bool:
    """Whether the disk was full before the end, and what was not recorded then."""
    for _ in range(600):
        if await _said(log, "disk is full", 0.05):
            # Long enough to post something that could not be recorded.
            await asyncio.sleep(1.0)
            return True
        if _done(built):
            return False
    return False


async def _all_sent(built: World, patience: float = 30.0) -> bool:
    """Whether the running process finishes this round without a restart."""
    for _ in range(int(patience * 20)):
        if _done(built):
            return True
        await asyncio.sleep(0.05)
    return False


def _done(built: World) -> bool:
    (row,) = built.rows(
        "SELECT (SELECT count(*) FROM editions) AS editions,"
        " (SELECT count(*) FROM deliveries WHERE state <> 'sent') AS open"
    )
    return row["editions"] == built.rounds and not row["open"]


async def _said(log: Path, words: str, patience: float, *, every: float = 0.02) -> bool:
    for _ in range(int(patience / every)):
        if log.exists() and words in log.read_text(encoding="utf-8"):
            return True
        await asyncio.sleep(every)
    return False


# ── locked ─────────────────────────────────────────────────────────────────────


async def locked(
    seconds: float, seed: int, board: Scoreboard, *, name: str = "discord"
) -> list[Line]:
    """D11: another process holds the write lock for so long, at the worst moment."""
    with homes() as home:
        async with world("locked", home / "w", name, Random(seed)) as built:
            built.changes["web_port"] = 0
            built.begin_round(3)
            # A delivery is claimed, and then nothing more can be written.
            trace, lag = home / "trace", home / "lag"
            job = built.job(Points(trace=trace), served=True, lag=lag)
            process = Process(job)
            await _said(trace, CLAIMED, 30.0, every=0.001)
            with closing(sqlite3.connect(built.database, timeout=10)) as other:
                other.execute("BEGIN IMMEDIATE")
                lag.unlink(missing_ok=True)
                await asyncio.sleep(seconds)
                worst = float(lag.read_text("utf-8") or 0)
                other.rollback()
            resumed = await _all_sent(built)
            process.kill(15)
            await process.end()
            found = built.check()
    wrong = [*found.lost, *found.doubled, *found.unsettled]
    return [
        Line(
            row="D11",
            what=f"locked for {seconds:.0f} s ({name}): lost or doubled; loop held up",
            figure=f"{len(wrong)}; {1000 * worst:.0f} ms",
            goal="0; < 200 ms",
            met=resumed and not wrong and worst < 0.2,
            seed=seed,
            faults=1,
            stated=1,
            details=wrong,
        )
    ]


# ── damaged ────────────────────────────────────────────────────────────────────


async def damaged(
    times: int,
    seed: int,
    board: Scoreboard,
    *,
    name: str = "discord",
    without: str = "",
) -> list[Line]:
    """D12: bytes flipped, cut off, the log gone: refused in words, or harmless."""
    random = Random(seed)
    async with _aged(random, name, without) as (built, whole):
        # As a kill leaves it: with a write-ahead log that is not yet checkpointed. It
        # holds only this round, none of which has been published yet.
        built.begin_round(1)
        await built.live(Points(wanted=STORED))

        def turned(number: int) -> str:
            return _damage(built, random, number)

        ends, wrong = await _opened_again(built, whole, times, turned)
    return [
        _line(
            "damaged databases: neither refused in words nor harmless",
            ends,
            wrong,
            (seed, times),
        )
    ]


async def wounded(
    times: int,
    seed: int,
    board: Scoreboard,
    *,
    name: str = "discord",
    without: str = "",
) -> list[Line]:
    """D12: the tables that control sending are damaged while an edition is in flight.

    The next edition is due as well when the process comes back, and the earlier
    articles are still there to be published a second time.
    """
    random = Random(seed)
    async with _aged(random, name, without) as (built, whole):
        earlier = built.database.read_bytes()
        built.begin_round(2, keep=True)
        await built.live(Points(wanted=STORED))
        _fold(built.database)
        built.begin_round(1, keep=True)

        def aimed(number: int) -> str:
            return damage.damage_database(built.database, earlier, random, number)

        ends, wrong = await _opened_again(built, whole, times, aimed)
    return [
        _line(
            "deciding tables damaged: neither refused before anything nor harmless",
            ends,
            wrong,
            (seed, times),
        )
    ]


def _line(
    what: str, ends: Counter[str], wrong: Sequence[str], asked: tuple[int, int]
) -> Line:
    said = ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))
    seed, times = asked
    return Line(
        row="D12",
        what=what,
        figure=f"{len(wrong)} of {ends.total()} ({said})",
        goal="0",
        met=not wrong,
        seed=seed,
        faults=ends.total(),
        stated=times,
        details=list(wrong),
    )


@asynccontextmanager
async def _aged(
    random: Random, name: str, without: str
) -> AsyncIterator[tuple[World, Path]]:
    """A world that has lived through three editions; the folder for its copy."""
    with homes() as home:
        async with world("damaged", home / "w", name, random, without=without) as built:
            for size in (1, 2, 3):
                built.begin_round(size, keep=True)
                await built.live()
            _fold(built.database)
            yield built, home / "whole.db"


def _fold(file: Path) -> None:
    """Checkpoint the write-ahead log into the file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def _opened_again(
    built: World, whole: Path, times: int, damage: Callable[[int], str]
) -> tuple[Counter[str], list[str]]:
    """Damage a copy of the database, and start over it; repeatedly."""
    ends, wrong = Counter[str](), []
    for suffix in ("", "-wal"):
        beside = Path(f"{built.database}{suffix}")
        Path(f"{whole}{suffix}").write_bytes(
            beside.read_bytes() if beside.exists() else b""
        )
    # Inspecting it checkpoints its log; so a copy is inspected.
    before = _counted(built.database)
    channels = built.wire.keep()
    for number in range(times):
        _restore(built, whole)
        built.wire.restore(channels)
        built.clock.set(built.due)
        how = damage(number)
        left = _left(built)
        ended, said = await _opened(built, whole.with_name("log"))
        ends[ended] += 1
        trouble = _trouble(built, ended, said, before)
        if ended == "refused" and not _stands(built, left):
            trouble = f"it had begun to work before it was refused: {said[-200:]}"
        if trouble:
            wrong.append(f"{how}: {trouble}")
    return ends, wrong


def _left(built: World) -> tuple[int, bytes | None]:
    """What a refusal must leave unchanged: the channels, and the file.

    None for the file where it has a log: closing it checkpoints that, which changes
    nothing.
    """
    log = Path(f"{built.database}-wal")
    logged = log.exists() and log.stat().st_size > 0
    return (
        sum(len(built.wire.posts(channel)) for channel in built.channels),
        None if logged else built.database.read_bytes(),
    )


def _stands(built: World, left: tuple[int, bytes | None]) -> bool:
    posts, data = _left(built)
    return posts == left[0] and (left[1] is None or data == left[1])


def _restore(built: World, whole: Path) -> None:
    for suffix in ("-shm", "-wal"):
        Path(f"{built.database}{suffix}").unlink(missing_ok=True)
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{whole}{suffix}", f"{built.database}{suffix}")


def _damage(built: World, random: Random, number: int) -> str:
    """Apply one of four kinds of damage; describe it."""
    file, log = built.database, Path(f"{built.database}-wal")
    data = bytearray(file.read_bytes())
    kind = number % 8
    if kind == 5:
        file.write_bytes(data[: random.randrange(len(data))])
        return "cut off"
    if kind == 6:
        log.unlink()
        return "without its log"
    if kind == 7:
        logged = bytearray(log.read_bytes())
        at = random.randrange(len(logged))
        logged[at] ^= 1 << random.randrange(8)
        log.write_bytes(logged)
        return f"log turned at {at}"
    # The first pages hold the schema: half of the flips go there.
    at = random.randrange(100 if kind == 0 else len(data))
    data[at] ^= 1 << random.randrange(8)
    file.write_bytes(data)
    return f"turned at {at}"


async def _opened(built: World, log: Path) -> tuple[str, str]:
    log.unlink(missing_ok=True)
    code = await Process(replace(built.job(), log=log)).end()
    said = log.read_text(encoding="utf-8", errors="replace")
    if code == QUIET:
        return "worked", said
    refused = code == BROKEN and any(words in said for words in CLEAR)
    return ("refused" if refused else "broke"), said


def _trouble(built: World, ended: str, said: str, before: dict[str, int]) -> str:
    if ended == "broke":
        last = said[said.rfind("Traceback") :]
        raised = [line for line in last.split("\n") if line[:1].isalpha()]
        return f"it ended without a clear sentence: {raised[1:2] or said[-300:]}"
    if ended == "refused":
        return ""
    now = _counted(built.database)
    gone = {name: n for name, n in before.items() if now.get(name, 0) < n}
    if gone:
        return f"it worked on as if nothing had been there: {gone}"
    try:
        found = built.check()
    except sqlite3.DatabaseError as error:
        return f"it worked on what cannot be read: {error}"
    wrong = [*found.doubled, *found.lost]
    return f"lost or doubled: {wrong[:2]}" if wrong else ""


def _counted(file: Path) -> dict[str, int]:
    """Row counts of tables that must never start empty again."""
    names = ("workspaces", "digests", "destinations", "schedules")
    try:
        with closing(sqlite3.connect(file)) as connection:
            return {
                name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for name in names
            }
    except sqlite3.DatabaseError:
        return {}
