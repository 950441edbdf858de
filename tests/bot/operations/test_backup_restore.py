"""Making a backup and restoring it: nothing is lost at any step."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.operations import backup
from bot.storage import process_store
from tests.bot.harness import WAIT
from tests.bot.operations.backup_harness import DAY, PARTS, BackupHarness, rows, texts
from tests.fakes import NOON

# ── while the bot runs ──────────────────────────────────────────────────────


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
    reported: list[float] = []
    seen: list[int] = []

    def on_progress(done: float) -> None:
        # Another connection writes between any two steps of the copy.
        reported.append(done)
        wrote.clear()
        assert wrote.wait(30)
        seen.append(1)

    writer.start()
    try:
        assert wrote.wait(30)
        backup.create_backup(file, kept, now=NOON, on_progress=on_progress)
    finally:
        stop.set()
        writer.join()
    odd = "SELECT a FROM pairs WHERE a > 0 GROUP BY a HAVING count(*) <> 2"
    assert rows(kept, odd) == []
    assert rows(kept, "SELECT count(*) FROM pairs WHERE a > 0") != [(0,)]
    assert reported == sorted(reported)
    assert len(seen) > 1
    assert waits == []


async def test_it_is_not_restored_while_the_database_is_open(backups: BackupHarness):
    backups.back_up()
    async with backups.open() as harness:
        await harness.digest()
        with pytest.raises(ConfigurationError, match="open in another program"):
            backups.restore()
        await harness.post()
    assert len(texts(backups)) == PARTS


async def test_a_bot_that_runs_is_found_by_its_lease(backups: BackupHarness):
    async with backups.open() as harness:
        await harness.db.write(
            process_store.acquire_lease, name="runner", holder="h:1", now=NOON, ttl=WAIT
        )

    def holder(at: datetime) -> str | None:
        return backup.find_lease_holder(backups.file, at)

    assert holder(NOON) == "h:1"
    assert holder(NOON + WAIT) is None
    assert backup.find_lease_holder(backups.home / "none.db", NOON) is None


async def test_the_lease_of_the_old_process_does_not_hold_up_the_new_one(
    backups: BackupHarness,
):
    async with backups.open() as harness:
        await harness.db.write(
            process_store.acquire_lease, name="runner", holder="h:1", now=NOON, ttl=DAY
        )
        backups.back_up()
    backups.restore()
    async with backups.open() as harness:
        assert await harness.db.write(
            process_store.acquire_lease, name="runner", holder="h:2", now=NOON, ttl=WAIT
        )


# ── nothing is lost ─────────────────────────────────────────────────────────


STEPS = ("copied", "made safe", "settled", "kept", "cleared", "replaced")
DIES = """
import os, sys
from datetime import datetime
from pathlib import Path
from bot.operations import backup
kept, file, when, last = sys.argv[1:]
backup.restore_backup(
    Path(kept), Path(file), now=datetime.fromisoformat(when),
    at=lambda step: os._exit(9) if step == last else None,
)
"""


def dies(backups: BackupHarness, now: datetime, step: str) -> int:
    """Restore in another process that dies after the step; its exit code."""
    arguments = [str(backups.kept), str(backups.file), now.isoformat(), step]
    return subprocess.run(
        [sys.executable, "-c", DIES, *arguments],
        check=False,
        cwd=Path(__file__).parents[3],
    ).returncode


@pytest.mark.parametrize("step", STEPS)
async def test_a_crash_at_any_step_loses_nothing(backups: BackupHarness, step: str):
    backups.back_up()
    async with backups.open() as harness:
        await harness.post()
    editions = rows(backups.file, "SELECT public_id FROM editions")
    now = backups.clock.advance(DAY)
    assert dies(backups, now, step) == 9
    # There is a complete database, old or new, and the old one is kept.
    assert rows(backups.file, "PRAGMA integrity_check") == [("ok",)]
    found = [backups.file, *backups.home.glob("standfirst.db.replaced-*[0-9Z]")]
    assert editions in [rows(file, "SELECT public_id FROM editions") for file in found]
    is_new = not rows(backups.file, "SELECT public_id FROM editions")
    assert is_new == (step == "replaced")
    # Running it again succeeds, and leaves no second name of one file.
    backups.clock.advance(minutes=1)
    backups.restore()
    async with backups.open() as harness:
        await harness.wake()
    assert texts(backups)
    assert backups.platform.doubled() == ()
    names = [*backups.home.glob("standfirst.db*")]
    assert len({name.stat().st_ino for name in names}) == len(names)
    assert not [name for name in names if "restoring" in name.name]


def test_the_list_of_steps_is_complete(backups: BackupHarness):
    backups.back_up()
    passed: list[str] = []
    backups.restore(at=passed.append)
    assert tuple(passed) == STEPS


async def test_the_old_database_is_kept_and_one_can_go_back_to_it(
    backups: BackupHarness,
):
    backups.back_up()
    async with backups.open() as harness:
        await harness.post()
    before = rows(backups.file, "SELECT public_id FROM editions")
    aside = backups.restore().aside
    assert aside is not None
    backups.clock.advance(minutes=1)
    backup.restore_backup(aside, backups.file, now=backups.clock.now())
    assert rows(backups.file, "SELECT public_id FROM editions") == before


def test_without_hard_links_the_file_is_copied(backups: BackupHarness, monkeypatch):
    backups.back_up()
    size = backups.file.stat().st_size

    def refused(*_args: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refused)
    aside = backups.restore().aside
    assert aside is not None
    assert aside.stat().st_size == size
    assert aside.stat().st_mode & 0o777 == 0o600


async def test_a_damaged_database_is_kept_with_its_log_and_replaced(
    backups: BackupHarness,
):
    backups.back_up()
    backups.file.write_bytes(b"no database at all" * 100)
    log = backups.home / "standfirst.db-wal"
    log.write_bytes(b"what was written last")
    aside = backups.restore().aside
    assert aside is not None
    assert not log.exists()
    assert aside.read_bytes().startswith(b"no database")
    kept = aside.with_name(f"{aside.name}-wal")
    assert kept.read_bytes() == b"what was written last"
    async with backups.open() as harness:
        assert (await harness.digest()).name == "Morning brief"


async def test_it_can_be_restored_where_nothing_is(backups: BackupHarness):
    backups.back_up()
    backups.file.unlink()
    assert backups.restore().aside is None
    async with backups.open() as harness:
        assert (await harness.digest()).name == "Morning brief"


def test_a_log_that_an_earlier_attempt_left_is_not_taken_for_its_own(
    backups: BackupHarness,
):
    backups.back_up()
    begun = backups.home / "standfirst.db.restoring"
    log = begun.with_name(f"{begun.name}-wal")
    shutil.copy(backups.kept, begun)
    with closing(sqlite3.connect(begun)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE workspaces SET name = 'left over'")
        connection.commit()
        left = log.read_bytes()
    log.write_bytes(left)
    before = rows(backups.file, "SELECT name FROM workspaces")
    backups.restore()
    assert rows(backups.file, "SELECT name FROM workspaces") == before
    assert rows(backups.file, "PRAGMA integrity_check") == [("ok",)]
