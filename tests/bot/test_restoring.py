"""Backup and restore: nothing is lost, nothing is told a second time."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import restoring
from bot.errors import ConfigurationError, UserError
from bot.installed import Installed
from bot.storage import (
    Database,
    deliveries,
    erasing,
    installations,
    leases,
    notices,
    restorations,
    workspaces,
)
from bot.storage.restorations import DOUBTED, PASSED_OVER
from tests.bot.newsroom import (
    BRIDGE,
    CONFIGURATION,
    FLOOD,
    POOL,
    WAIT,
    Newsroom,
    newsroom,
)
from tests.bot.storage.builders import a_house, some_deliveries
from tests.fakes import NOON, FakeClock, FakePlatform, Lost

DAY = timedelta(days=1)
PARTS = 3


@dataclass(kw_only=True)
class Past:
    """A newsroom that can go back: its folder, its channel, its clock stay the same."""

    home: Path
    platform: FakePlatform
    clock: FakeClock

    @property
    def file(self) -> Path:
        return self.home / "standfirst.db"

    @property
    def kept(self) -> Path:
        return self.home / "kept.db"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Newsroom]:
        url = f"sqlite:///{self.file}"
        async with newsroom(url, self.home, self.platform, clock=self.clock) as desk:
            yield desk

    def back_up(self) -> None:
        restoring.back_up(self.file, self.kept, now=self.clock.now())

    def restore(self, **how: Any) -> restoring.Restored:
        return restoring.restore(self.kept, self.file, now=self.clock.now(), **how)


@pytest.fixture
async def past(sqlite_url: str, tmp_path: Path) -> Past:
    past = Past(home=tmp_path, platform=FakePlatform(), clock=FakeClock())
    async with past.open() as desk:
        desk.publish("bridge", BRIDGE)
        desk.publish("pool", POOL)
        await desk.apply()
    return past


async def order(desk: Newsroom) -> None:
    digest = await desk.digest()
    await desk.editions.post_now(digest.workspace_id, digest, "ordered")


async def states(desk: Newsroom) -> list[str]:
    digest = await desk.digest()
    found = await desk.db.read(
        deliveries.newest, workspace_id=digest.workspace_id, count=50
    )
    return [d.state for d in reversed(found)]


def texts(past: Past) -> list[str]:
    return [str(message.payload["text"]) for message in past.platform.messages]


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


# ── what is posted after it ────────────────────────────────────────────────────


async def test_an_edition_posted_after_the_backup_is_not_told_again(past: Past):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    before = texts(past)
    past.clock.advance(DAY)
    past.restore()
    async with past.open() as desk:
        outcome = await desk.post("tomorrow")
    assert outcome.issue is None
    assert texts(past) == before
    assert len(before) == PARTS


async def test_what_was_in_the_archive_and_told_after_the_backup_is_not_told_again(
    past: Past,
):
    async with past.open() as desk:
        await desk.intake.refresh((await desk.digest()).sources)
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    before = texts(past)
    past.clock.advance(DAY)
    past.restore()
    async with past.open() as desk:
        assert (await desk.post("tomorrow")).issue is None
    assert texts(past) == before


async def test_news_from_after_the_restoring_is_told(past: Past):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    past.clock.advance(hours=20)
    past.restore()
    past.clock.advance(hours=1)
    async with past.open() as desk:
        await desk.intake.refresh((await desk.digest()).sources)
        past.clock.advance(hours=1)
        desk.publish("flood", FLOOD)
        await desk.post("later")
    assert "River floods the market square of Brannock" in texts(past)[-1]


async def test_another_outlet_with_a_story_of_the_gap_is_no_news(past: Past):
    """What was kept as told is what later articles are compared with."""
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    before = texts(past)
    past.clock.advance(hours=20)
    past.restore()
    async with past.open() as desk:
        await desk.intake.refresh((await desk.digest()).sources)
        past.clock.advance(hours=1)
        desk.publish("again", BRIDGE.replace("Hallin Courier", "Sole Messenger"))
        assert (await desk.post("later")).issue is None
    assert texts(past) == before


async def test_whoever_says_so_may_be_told_again(past: Past):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    past.clock.advance(DAY)
    past.restore(told=False)
    async with past.open() as desk:
        await desk.post("tomorrow")
    assert len(texts(past)) == 2 * PARTS


async def test_what_is_dated_after_the_restoring_is_news_at_the_first_reading(
    past: Past,
):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    before = texts(past)
    past.clock.advance(hours=20)
    past.restore()
    past.clock.advance(hours=2)
    later = FLOOD.replace("2026-11-24T12:30", "2026-11-25T09:30")
    ahead = POOL.replace("2026-11-24T10:00", "2026-11-25T23:00")
    async with past.open() as desk:
        desk.publish("flood", later)
        # A date that has not come yet says nothing.
        desk.publish("pool", ahead.replace("reopened on", "was open on"))
        await desk.post("later")
    told = texts(past)[len(before) :]
    assert told == ["Morning brief", "River floods the market square of Brannock"]


async def test_a_source_that_is_added_afterwards_begins_as_any_other(past: Past):
    past.back_up()
    past.clock.advance(DAY)
    past.restore()
    async with past.open() as desk:
        (past.home / "more").mkdir()
        (past.home / "more" / "flood.txt").write_text(FLOOD, encoding="utf-8")
        await desk.apply(CONFIGURATION.replace('"articles"', '"more"'))
        await desk.post("more")
    assert "River floods the market square of Brannock" in texts(past)


# ── what was on its way ────────────────────────────────────────────────────────


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sent_before=st.integers(0, PARTS),
    lost=st.booleans(),
    sent_after=st.booleans(),
    gap=st.integers(1, 72),
)
async def test_no_delivery_of_the_backup_is_ever_sent_twice(
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    sent_before: int,
    lost: bool,
    sent_after: bool,
    gap: int,
):
    """Whatever of an edition was there at the backup, and whatever got there since."""
    home = tmp_path_factory.mktemp("past")
    past = Past(home=home, platform=FakePlatform(), clock=FakeClock())
    shutil.copyfile(sqlite_template, past.file)
    async with past.open() as desk:
        desk.publish("bridge", BRIDGE)
        desk.publish("pool", POOL)
        await desk.apply()
        await order(desk)
        await _send_some(desk, sent_before, lost)
        past.back_up()
        if sent_after:
            past.clock.advance(WAIT * 2)
            await desk.outbox.drain()
    past.clock.advance(timedelta(hours=gap))
    past.restore()
    async with past.open() as desk:
        for _ in range(3):
            past.clock.advance(WAIT * 2)
            await desk.wake()
        after = await states(desk)
    assert past.platform.doubled() == ()
    assert set(after) <= {"sent", "held"}
    if sent_after:
        assert after == ["sent"] * PARTS
        assert len(texts(past)) == PARTS


async def _send_some(desk: Newsroom, count: int, lost: bool) -> None:
    """So many parts arrive; of the next one the answer is lost, or nothing is sent."""
    send = desk.platform.send
    sent = 0

    async def some(delivery):
        nonlocal sent
        if sent >= count and not lost:
            raise KeyboardInterrupt
        sent += 1
        return await send(delivery)

    if count == PARTS:
        await desk.outbox.drain()
        return
    if not lost and count == 0:
        return
    if lost:
        desk.platform.script(*[None] * count, Lost())
    object.__setattr__(desk.platform, "send", some)
    try:
        if lost:
            await desk.outbox.drain()
        else:
            await _until(desk, count)
    finally:
        object.__setattr__(desk.platform, "send", send)


async def _until(desk: Newsroom, count: int) -> None:
    """Carry so many parts, one after the other, as the outbox does."""
    for _ in range(count):
        now = desk.clock.now()
        (one,) = await desk.db.write(deliveries.claim, now=now, lease=WAIT, limit=1)
        message = await desk.platform.send(one)
        await desk.db.write(deliveries.record_sent, one, message_id=message, now=now)


async def test_what_arrived_is_adopted_so_that_it_can_be_corrected(past: Past):
    async with past.open() as desk:
        await order(desk)
        past.back_up()
        await desk.outbox.drain()
    past.clock.advance(DAY)
    assert past.restore().found.doubted == PARTS
    async with past.open() as desk:
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
        assert await states(desk) == ["sent"] * PARTS
    assert len(texts(past)) == PARTS


async def test_what_was_taken_back_meanwhile_does_not_come_back(past: Past):
    async with past.open() as desk:
        await order(desk)
        past.back_up()
        await desk.outbox.drain()
    past.platform.messages.clear()
    past.clock.advance(hours=1)
    past.restore()
    async with past.open() as desk:
        for _ in range(3):
            past.clock.advance(WAIT * 2)
            await desk.outbox.drain()
        assert await states(desk) == ["held"] * PARTS
        told = await desk.says("newsdesk status")
    assert texts(past) == []
    assert "was restored" in repr(told.blocks)


async def test_a_look_that_fails_first_does_not_send_it_either(past: Past):
    async with past.open() as desk:
        await order(desk)
        past.back_up()
    past.clock.advance(hours=1)
    past.restore()
    async with past.open() as desk:
        read_back = past.platform.read_back

        async def broken(_delivery):
            raise ConnectionError("no route")

        object.__setattr__(past.platform, "read_back", broken)
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
        object.__setattr__(past.platform, "read_back", read_back)
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
        assert await states(desk) == ["held"] * PARTS
    assert texts(past) == []


async def test_it_is_looked_for_from_the_moment_on_at_which_it_was_made(past: Past):
    async with past.open() as desk:
        await order(desk)
    made = past.clock.now()
    past.back_up()
    past.clock.advance(DAY)
    past.restore()
    async with past.open() as desk:
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
    assert {one.claimed_at for one in past.platform.looked} == {made}


async def test_an_answer_that_comes_too_late_changes_nothing(past: Past):
    """A process that has the old database's claim has no say in the new one."""
    async with past.open() as desk:
        await order(desk)
        (claimed,) = await desk.db.write(
            deliveries.claim, now=past.clock.now(), lease=WAIT, limit=1
        )
    past.back_up()
    past.restore()
    async with past.open() as desk:
        kept = await desk.db.write(
            deliveries.record_retry,
            claimed,
            not_before=past.clock.now(),
            reason="late",
            now=past.clock.now(),
        )
    assert not kept


async def test_what_somebody_lets_go_afterwards_is_sent_as_always(past: Past):
    async with past.open() as desk:
        await order(desk)
    past.back_up()
    past.clock.advance(hours=1)
    past.restore()
    async with past.open() as desk:
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
        digest = await desk.digest()
        for one in await desk.db.read(
            deliveries.held, workspace_id=digest.workspace_id
        ):
            await desk.db.write(
                deliveries.release,
                workspace_id=one.workspace_id,
                delivery_id=one.id,
                now=past.clock.now(),
            )
        # Its first answer is lost, and it had not arrived: now it is sent again.
        past.platform.script(ConnectionResetError())
        await desk.outbox.drain()
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
        assert await states(desk) == ["sent"] * PARTS
    assert len(texts(past)) == PARTS


async def test_what_single_people_were_to_be_told_is_not_told_late(past: Past):
    async with past.open() as desk:
        digest = await desk.digest()
        await desk.db.write(
            notices.add,
            workspace_id=digest.workspace_id,
            destination_id=None,
            person_id="p",
            text="Posting has stopped.",
            now=past.clock.now(),
        )
    past.back_up()
    past.restore()
    assert rows(past.file, "SELECT state FROM notices") == [("failed",)]


# ── what was due ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hours", [0.1, 1, 5, 30])
async def test_moments_since_the_backup_are_passed_over_with_the_reason(
    past: Past, hours: float
):
    async with past.open() as desk:
        await desk.editions.realign()
    past.back_up()
    past.clock.advance(hours=hours)
    found = past.restore().found
    async with past.open() as desk:
        await desk.editions.plan()
        await desk.editions.compose_due()
        due = await desk.editions.next_due()
    assert found.passed_over == 1
    assert rows(past.file, "SELECT state, reason FROM occurrences") == [
        ("skipped", PASSED_OVER)
    ]
    assert due is not None
    assert due > past.clock.now()
    assert texts(past) == []


async def test_an_edition_that_was_ordered_and_not_made_is_passed_over(past: Past):
    async with past.open() as desk:
        digest = await desk.digest()
        await desk.editions.order(digest.workspace_id, digest, "by hand")
    past.back_up()
    past.restore()
    async with past.open() as desk:
        assert await desk.editions.compose_due() == ()


async def test_the_next_moment_after_it_is_posted_on_time(past: Past):
    past.back_up()
    past.clock.advance(hours=3)
    past.restore(told=False)
    async with past.open() as desk:
        past.clock.advance(minutes=3)
        await desk.wake()
    assert len(texts(past)) == PARTS


# ── a bot that runs ────────────────────────────────────────────────────────────


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


# ── nothing is lost ────────────────────────────────────────────────────────────

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
        cwd=Path(__file__).parents[2],
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


# ── which files are taken ──────────────────────────────────────────────────────


@contextmanager
def untouched(past: Past) -> Iterator[None]:
    before = past.file.read_bytes()
    yield
    assert past.file.read_bytes() == before
    assert [*past.home.glob("*.restoring*"), *past.home.glob("*.replaced*")] == []


def test_what_is_no_database_is_refused(past: Past):
    past.kept.write_text("[[workspace]]", encoding="utf-8")
    with untouched(past), pytest.raises(ConfigurationError, match="no database"):
        past.restore()


def test_another_programs_database_is_refused(past: Past):
    with closing(sqlite3.connect(past.kept)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    with untouched(past), pytest.raises(UserError, match="not a database of Standf"):
        past.restore()


def test_a_backup_of_a_newer_standfirst_is_refused(past: Past):
    past.back_up()
    with closing(sqlite3.connect(past.kept)) as connection:
        connection.execute("UPDATE standfirst_version SET version_num = '9999'")
        connection.commit()
    with untouched(past), pytest.raises(ConfigurationError, match="newer Standfirst"):
        past.restore()


def test_a_damaged_backup_is_refused(past: Past):
    past.back_up()
    whole = bytearray(past.kept.read_bytes())
    # Behind the definitions, which every look at it would stumble over.
    for page in range(len(whole) // 4096 * 2 // 3, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    past.kept.write_bytes(whole)
    with untouched(past), pytest.raises(ConfigurationError, match="Name another file"):
        past.restore()


def test_the_database_itself_is_no_backup(past: Past):
    with untouched(past), pytest.raises(UserError, match="the database itself"):
        restoring.restore(past.file, past.file, now=NOON)


def test_a_damaged_database_gives_no_backup(past: Past):
    whole = bytearray(past.file.read_bytes())
    # Behind the definitions, which every look at it would stumble over.
    for page in range(len(whole) // 4096 * 2 // 3, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    past.file.write_bytes(whole)
    with pytest.raises(ConfigurationError, match="Keep the copies that you have"):
        past.back_up()
    assert not past.kept.exists()
    assert [*past.home.glob("*.part*")] == []


def test_a_backup_never_takes_the_place_of_a_file(past: Past):
    past.kept.write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="exists already"):
        past.back_up()
    assert past.kept.read_text(encoding="utf-8") == "mine"


def test_a_file_that_appears_meanwhile_is_left_too(past: Past):
    def tell(_done: float) -> None:
        past.kept.write_text("mine", encoding="utf-8")

    with pytest.raises(UserError, match="exists already"):
        restoring.back_up(past.file, past.kept, now=NOON, tell=tell)
    assert past.kept.read_text(encoding="utf-8") == "mine"
    assert [*past.home.glob("*.part*")] == []


def test_a_backup_is_one_file_for_its_owner_alone_and_says_when_it_was_made(
    past: Past,
):
    target = past.home / "backups" / "kept.db"
    restoring.back_up(past.file, target, now=NOON)
    assert [path.name for path in target.parent.iterdir()] == ["kept.db"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.parent.stat().st_mode & 0o777 == 0o700
    found = restoring.look(target, past.file)
    assert (found.made_at, found.sealed) == (NOON, 0)
    assert restoring.usual_name(past.file, NOON).name == (
        "standfirst-20261124T120000Z.db"
    )


def test_the_mark_of_a_backup_is_not_in_what_was_restored_from_it(past: Past):
    past.back_up()
    past.restore()
    again = past.home / "again.db"
    shutil.copyfile(past.file, again)
    made_at = restoring.look(again, past.file).made_at
    assert made_at is None or made_at < NOON + DAY
    assert rows(past.file, "SELECT name FROM keys WHERE name = 'backup'") == []


# ── what is taken over, and what never comes again ─────────────────────────────


async def test_keys_that_were_given_after_the_backup_never_come_again(past: Past):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    given = {
        table: rows(past.file, f"SELECT max(id) FROM {table}")[0][0]
        for table in ("articles", "editions", "deliveries")
    }
    past.clock.advance(DAY)
    past.restore(told=False)
    async with past.open() as desk:
        await desk.post("again")
    for table, last in given.items():
        lowest = rows(past.file, f"SELECT min(id) FROM {table}")[0][0]
        assert lowest > last


async def test_newer_tokens_of_a_workspace_are_taken_over(past: Past):
    """What a refresh token was exchanged for is good once: the old one is spent."""
    sealed = installations.Sealed(token="old", refresh="old", expires_at=NOON)
    installed = Installed(
        id=0, team="T1", name="Team", installer="U1", scopes=("commands",),
        installed_at=NOON, tokens=None, version=1, broken=None,
    )  # fmt: skip
    async with past.open() as desk:
        number = await desk.db.write(
            installations.keep,
            platform="slack",
            installed=installed,
            sealed=sealed,
            now=NOON,
        )
        past.back_up()
        found = Installed(
            id=number, team="T1", name="Team", installer="U1", scopes=("commands",),
            installed_at=NOON, tokens=None, version=1, broken=None,
        )  # fmt: skip
        await desk.db.write(
            installations.settle,
            installed=found,
            sealed=installations.Sealed(token="new", refresh="new", expires_at=NOON),
            broken=None,
        )
    assert restoring.look(past.kept, past.file).sealed == 1
    assert past.restore().found.tokens == 1
    assert rows(past.file, "SELECT token, version FROM installations") == [("new", 2)]


async def test_a_workspace_that_was_erased_since_is_erased_again(past: Past):
    past.back_up()
    async with past.open() as desk:
        here = (await desk.digest()).workspace_id
        await desk.db.write(
            erasing.show,
            workspace_id=here,
            person_id=None,
            reason="asked",
            now=past.clock.now(),
        )
        await desk.db.write(erasing.order, workspace_id=here, now=past.clock.now())
    assert past.restore().found.erased == 1
    async with past.open() as desk:
        assert await desk.db.read(erasing.ordered) == (here,)
        assert await desk.db.read(workspaces.every) == ()


async def test_what_was_to_be_done_to_messages_is_done_all_the_same(
    database: Database,
):
    """On both kinds of database: only posts are doubted."""

    def prepared(conn):
        house = a_house(conn)
        return house, some_deliveries(conn, house, count=2)

    house, _ = await database.write(prepared)
    found = await database.write(restoring.make_safe, now=NOON + DAY, told=True)
    assert (found.doubted, found.passed_over) == (2, 1)
    after = await database.read(deliveries.held, workspace_id=house.workspace.id)
    assert after == ()
    restored = await database.read(restorations.last)
    assert restored is not None
    assert (restored.at, restored.told) == (NOON + DAY, True)
    newest = await database.read(
        deliveries.newest, workspace_id=house.workspace.id, count=9
    )
    assert {(one.state, one.reason) for one in newest} == {("uncertain", DOUBTED)}

    def another(conn):
        return some_deliveries(conn, house, slot="09:30")

    (later,) = await database.write(another)
    assert later.id > restorations.LEAP
