"""Making a backup and putting it in place: nothing is lost at any step."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from bot import restoring
from bot.errors import ConfigurationError
from bot.storage import (
    leases,
)
from tests.bot.newsroom import (
    WAIT,
)
from tests.bot.restoring.past import DAY, PARTS, Past, rows, texts
from tests.fakes import NOON

# ── a bot that runs ─────────────────────────────────────────────────────────


async def test_a_backup_that_is_made_while_others_write_is_of_one_moment(
    sqlite_url: str, tmp_path: Path
):
    """Two rows are always written together; the copy has both of each pair."""
    file, kept = tmp_path / "standfirst.db", tmp_path / "kept.db"
    wrote, stop = threading.Event(), threading.Event()
    waits: list[str] = []
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE pairs (a, b)")
        connection.executemany(
            "INSERT INTO pairs VALUES (?, ?)", [(-n, "x" * 4000) for n in range(9000)]
        )
        connection.commit()

    def write() -> None:
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as mine:
            number = 0
            while not stop.is_set():
                number += 1
                try:
                    mine.execute("BEGIN IMMEDIATE")
                    mine.execute("INSERT INTO pairs VALUES (?, 'one')", (number,))
                    mine.execute("INSERT INTO pairs VALUES (?, 'two')", (number,))
                    mine.execute("COMMIT")
                except sqlite3.OperationalError as error:
                    waits.append(str(error))
                wrote.set()

    writer = threading.Thread(target=write)
    told: list[float] = []
    seen: list[int] = []

    def tell(done: float) -> None:
        # Somebody has written between any two steps of the copying.
        told.append(done)
        wrote.clear()
        assert wrote.wait(30)
        seen.append(1)

    writer.start()
    try:
        assert wrote.wait(30)
        restoring.back_up(file, kept, now=NOON, tell=tell)
    finally:
        stop.set()
        writer.join()
    odd = "SELECT a FROM pairs WHERE a > 0 GROUP BY a HAVING count(*) <> 2"
    assert rows(kept, odd) == []
    assert rows(kept, "SELECT count(*) FROM pairs WHERE a > 0") != [(0,)]
    assert told == sorted(told)
    assert len(seen) > 1
    assert waits == []


async def test_it_is_not_restored_while_the_database_is_open(past: Past):
    past.back_up()
    async with past.open() as desk:
        await desk.digest()
        with pytest.raises(ConfigurationError, match="open in another program"):
            past.restore()
        await desk.post()
    assert len(texts(past)) == PARTS


async def test_a_bot_that_runs_is_found_by_its_lease(past: Past):
    async with past.open() as desk:
        await desk.db.write(
            leases.take, name="runner", holder="h:1", now=NOON, ttl=WAIT
        )

    def holder(at: datetime) -> str | None:
        return restoring.holder(past.file, name="runner", now=at)

    assert holder(NOON) == "h:1"
    assert holder(NOON + WAIT) is None
    assert restoring.holder(past.home / "none.db", name="runner", now=NOON) is None


async def test_the_lease_of_the_old_process_does_not_hold_up_the_new_one(past: Past):
    async with past.open() as desk:
        await desk.db.write(leases.take, name="runner", holder="h:1", now=NOON, ttl=DAY)
        past.back_up()
    past.restore()
    async with past.open() as desk:
        assert await desk.db.write(
            leases.take, name="runner", holder="h:2", now=NOON, ttl=WAIT
        )


# ── nothing is lost ─────────────────────────────────────────────────────────


STEPS = ("copied", "made safe", "settled", "kept", "cleared", "replaced")
DIES = """
import os, sys
from datetime import datetime
from pathlib import Path
from bot import restoring
kept, file, when, last = sys.argv[1:]
restoring.restore(
    Path(kept), Path(file), now=datetime.fromisoformat(when),
    at=lambda step: os._exit(9) if step == last else None,
)
"""


def dies(past: Past, now: datetime, step: str) -> int:
    """Restore in a process of its own, that is gone behind the step; its exit code."""
    arguments = [str(past.kept), str(past.file), now.isoformat(), step]
    return subprocess.run(
        [sys.executable, "-c", DIES, *arguments],
        check=False,
        cwd=Path(__file__).parents[3],
    ).returncode


@pytest.mark.parametrize("step", STEPS)
async def test_a_crash_at_any_step_loses_nothing(past: Past, step: str):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    editions = rows(past.file, "SELECT public_id FROM editions")
    now = past.clock.advance(DAY)
    assert dies(past, now, step) == 9
    # There is a whole database, the old one or the new one, and the old one is kept.
    assert rows(past.file, "PRAGMA integrity_check") == [("ok",)]
    found = [past.file, *past.home.glob("standfirst.db.replaced-*[0-9Z]")]
    assert editions in [rows(file, "SELECT public_id FROM editions") for file in found]
    is_new = not rows(past.file, "SELECT public_id FROM editions")
    assert is_new == (step == "replaced")
    # Doing it again ends well, and leaves no second name of one file.
    past.clock.advance(minutes=1)
    past.restore()
    async with past.open() as desk:
        await desk.wake()
    assert texts(past)
    assert past.platform.doubled() == ()
    names = [*past.home.glob("standfirst.db*")]
    assert len({name.stat().st_ino for name in names}) == len(names)
    assert not [name for name in names if "restoring" in name.name]


def test_the_list_of_steps_is_complete(past: Past):
    past.back_up()
    passed: list[str] = []
    past.restore(at=passed.append)
    assert tuple(passed) == STEPS


async def test_the_old_database_is_kept_and_one_can_go_back_to_it(past: Past):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    before = rows(past.file, "SELECT public_id FROM editions")
    aside = past.restore().aside
    assert aside is not None
    past.clock.advance(minutes=1)
    restoring.restore(aside, past.file, now=past.clock.now())
    assert rows(past.file, "SELECT public_id FROM editions") == before


def test_where_the_disk_knows_no_second_names_it_is_copied(past: Past, monkeypatch):
    past.back_up()
    size = past.file.stat().st_size

    def refused(*_args: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refused)
    aside = past.restore().aside
    assert aside is not None
    assert aside.stat().st_size == size
    assert aside.stat().st_mode & 0o777 == 0o600


async def test_a_damaged_database_is_kept_with_its_log_and_replaced(past: Past):
    past.back_up()
    past.file.write_bytes(b"no database at all" * 100)
    log = past.home / "standfirst.db-wal"
    log.write_bytes(b"what was written last")
    aside = past.restore().aside
    assert aside is not None
    assert not log.exists()
    assert aside.read_bytes().startswith(b"no database")
    kept = aside.with_name(f"{aside.name}-wal")
    assert kept.read_bytes() == b"what was written last"
    async with past.open() as desk:
        assert (await desk.digest()).name == "Morning brief"


async def test_it_can_be_restored_where_nothing_is(past: Past):
    past.back_up()
    past.file.unlink()
    assert past.restore().aside is None
    async with past.open() as desk:
        assert (await desk.digest()).name == "Morning brief"


def test_a_log_that_an_earlier_attempt_left_is_not_taken_for_its_own(past: Past):
    past.back_up()
    begun = past.home / "standfirst.db.restoring"
    log = begun.with_name(f"{begun.name}-wal")
    shutil.copy(past.kept, begun)
    with closing(sqlite3.connect(begun)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE workspaces SET name = 'left over'")
        connection.commit()
        left = log.read_bytes()
    log.write_bytes(left)
    before = rows(past.file, "SELECT name FROM workspaces")
    past.restore()
    assert rows(past.file, "SELECT name FROM workspaces") == before
    assert rows(past.file, "PRAGMA integrity_check") == [("ok",)]
