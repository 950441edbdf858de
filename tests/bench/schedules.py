"""Measure a large timetable: 100,000 schedules, 10,000 of them due at one instant.

Run: python -m tests.bench.schedules [SCHEDULES] [DUE]. Prints and asserts nothing.
Adding is compared with one APScheduler cron job for each, in the same run, each way in
a process of its own: wall time, and the growth of the process's memory.

    rows       into our table in plain SQL, with known next moments
    computed   the same, with the next moment of each one computed first
    sentences  the same, with each one parsed from its sentence first

Planning runs in batches in the writer's thread while a task of the event loop measures
every millisecond how late it was woken.
"""

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.model.scope import Scope
from bot.publishing import planning
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Schedule, find_following_due, schedule_to_json
from bot.schedules.wording import describe_schedule
from bot.storage import (
    Connection,
    Database,
    digest_store,
    schedule_store,
    workspace_store,
)
from bot.storage.columns import encode_json

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "Australia/Sydney")
#: Every schedule that `sentence` can produce.
DISTINCT = 1440
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSERT = """
INSERT INTO schedules (workspace_id, digest_id, position, sentence, rule, zone,
                       next_due_at, next_local_date, next_slot)
VALUES (1, 1, ?, ?, ?, ?, ?, ?, ?)
"""
_PAGE = 4096


def main(count: int, due: int) -> None:
    seconds, megabytes = apart(add_jobs, count)
    print(f"{count:,} schedules          seconds             MB")
    print(f"APScheduler jobs    {seconds:>12.2f}   {megabytes:>12.1f}")
    for name in ("rows", "computed", "sentences"):
        took, grew = apart(partial(add_rows, name), count)
        print(
            f"ours, {name:<14}{took:>12.2f}   {grew:>12.1f}   "
            f"{seconds / took:.0f}x faster, 1/{megabytes / max(grew, 0.1):.0f} memory"
        )
    print("target: 50x faster, 1/20 of the memory")
    asyncio.run(plan_at_once(due))


# ── adding ─────────────────────────────────────────────────────────────────────


def apart(add: Callable[[int], tuple[float, float]], count: int) -> tuple[float, float]:
    """Seconds and megabytes of `add`, in a process of its own."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_report, args=(add, count, there))
    process.start()
    found: tuple[float, float] = here.recv()
    process.join()
    return found


def _report(add: Callable[[int], tuple[float, float]], count: int, pipe: Pipe) -> None:
    pipe.send(add(count))


def add_rows(way: str, count: int) -> tuple[float, float]:
    """Add to our table; work that `way` excludes is done before the timing starts."""
    with tempfile.TemporaryDirectory() as home:
        return asyncio.run(_add_rows(f"sqlite:///{home}/bench.db", way, count))


async def _add_rows(url: str, way: str, count: int) -> tuple[float, float]:
    database = Database.open(url)
    # All possible sentences: parsing them ahead adds no memory per row.
    known = [_row(parse_schedule(sentence(n))) for n in range(DISTINCT)]
    rules = [parse_schedule(sentence(n)) for n in range(DISTINCT)]

    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(count):
            if way == "sentences":
                row = _row(parse_schedule(sentence(number)))
            elif way == "computed":
                row = _row(rules[number % DISTINCT])
            else:
                row = known[number % DISTINCT]
            yield (number, *row)

    try:
        await database.write(furnish, 1)
        before, begun = resident(), time.perf_counter()
        await database.write(_insert, rows())
        return time.perf_counter() - begun, resident() - before
    finally:
        await database.close()


def _insert(conn: Connection, rows: Iterator[tuple[object, ...]]) -> None:
    driver = conn.connection.driver_connection
    assert driver is not None
    driver.executemany(INSERT, rows)


def sentence(number: int) -> str:
    minute, zone = number % 1440, ZONES[number % len(ZONES)]
    return f"daily at {minute // 60}:{minute % 60:02} {zone}"


def _row(rule: Schedule) -> tuple[object, ...]:
    """The values of a row without its position, as SQLite stores them."""
    due = find_following_due(rule, NOW)
    assert due is not None
    return (
        describe_schedule(rule),
        encode_json(schedule_to_json(rule)),
        rule.zone,
        (due.at - EPOCH) // timedelta(microseconds=1),
        due.local_date.isoformat(),
        due.slot,
    )


def furnish(conn: Connection, count: int) -> None:
    """One workspace and `count` digests."""
    workspace = workspace_store.upsert_workspace(
        conn, platform="local", external_id="w", name="w", zone="UTC", now=NOW
    )
    for number in range(count):
        digest_store.upsert_digest(
            conn,
            Scope(workspace.id),
            name=f"digest {number}",
            sources=[],
            destinations=[],
        )


def add_jobs(count: int) -> tuple[float, float]:
    """Add one cron job each, in the library's memory store."""
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.cron import CronTrigger

    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.start(paused=True)
    before, begun = resident(), time.perf_counter()
    for number in range(count):
        minute, zone = number % 1440, ZONES[number % len(ZONES)]
        trigger = CronTrigger(hour=minute // 60, minute=minute % 60, timezone=zone)
        scheduler.add_job(nothing, trigger, args=(number,), id=str(number))
    found = time.perf_counter() - begun, resident() - before
    scheduler.shutdown(wait=False)
    return found


def nothing(number: int) -> None:
    """The function of a job that never runs."""


def resident() -> float:
    """Resident megabytes of this process."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * _PAGE / 1e6


# ── planning ───────────────────────────────────────────────────────────────────


async def plan_at_once(count: int) -> None:
    """Plan `count` digests that are all due at one instant."""
    with tempfile.TemporaryDirectory() as home:
        database = Database.open(f"sqlite:///{home}/bench.db")
        await database.write(furnish, count)
        await database.write(_one_each)
        now = NOW + timedelta(days=1)
        stop, late = asyncio.Event(), [0.0]
        monitor = asyncio.create_task(_watch(stop, late))
        # As `standfirst run` does when it is ready.
        gc.freeze()
        # Delays that the machine causes in an idle loop.
        await asyncio.sleep(5)
        idle = max(late)
        late.clear()
        begun, batches = time.perf_counter(), 0
        while await database.write(planning.plan_due_schedules, now):
            batches += 1
        taken = time.perf_counter() - begun
        stop.set()
        await monitor
        planned = await database.read(
            schedule_store.list_due_occurrences, now=now, limit=count + 1
        )
        await database.close()
    print(
        f"{len(planned):,} due at one instant: planned in {taken:.1f} s, "
        f"{batches} batches; longest block of the event loop "
        f"{1000 * max(late):.0f} ms (target 50 ms; {1000 * idle:.0f} ms in 5 s idle)"
    )


def _one_each(conn: Connection) -> None:
    rule = parse_schedule("daily at 12:00")
    values: dict[str, Any] = {
        "scope": Scope(1),
        "rows": [
            schedule_store.NewSchedule(
                sentence=describe_schedule(rule),
                rule=schedule_to_json(rule),
                zone=rule.zone,
                next=find_following_due(rule, NOW),
            )
        ],
    }
    for (key,) in conn.execute(text("SELECT id FROM digests")).all():
        schedule_store.replace_schedules(conn, digest_id=key, **values)


async def _watch(stop: asyncio.Event, late: list[float]) -> None:
    """Record how late the loop wakes this task, beyond a millisecond."""
    while not stop.is_set():
        begun = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append(time.perf_counter() - begun - 0.001)


if __name__ == "__main__":
    wanted = [int(each) for each in sys.argv[1:]]
    main(*(wanted + [100_000, 10_000][len(wanted) :]))
