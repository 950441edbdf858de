"""The doctor: problems, their place, and the fix."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from bot.errors import ConfigurationError, SendRefused
from bot.model import (
    Destination,
    DestinationProblem,
    Finding,
    JobStatus,
    PlatformIdentity,
)
from bot.model.findings import CheckCode
from bot.operations import health_checks
from bot.operations.health_checks import check_clock, run_check, run_checks
from bot.storage import process_store
from digests.messages import Message
from tests.bot.harness import CONFIGURATION
from tests.builders import NOON


async def findings(harness, state):
    return [f for f in await harness.doctor.examine() if f.state == state]


async def test_a_well_kept_newsroom_has_no_problem(harness):
    assert await findings(harness, "problem") == []


async def test_with_nothing_set_up_it_explains_what_to_do(empty_harness):
    (found,) = await findings(empty_harness, "warning")
    assert "standfirst apply" in str(found.fix)


async def test_a_missing_folder_is_a_problem_with_its_path(harness):
    for path in (harness.home / "articles").iterdir():
        path.unlink()
    (harness.home / "articles").rmdir()
    (found,) = await findings(harness, "problem")
    assert str(harness.home / "articles") in str(found.text)


async def test_a_broken_article_is_a_warning_and_the_source_is_well(harness):
    (harness.home / "articles" / "broken.txt").write_bytes(b"\0\1\2" * 500)
    (found,) = await findings(harness, "warning")
    assert "broken.txt" in found.subject


async def test_a_stopped_destination_and_its_delivery_are_problems(harness):
    harness.platform.script(SendRefused("The channel was deleted."))
    await harness.post()
    reported = [str(found.text) for found in await findings(harness, "problem")]
    assert any("The channel was deleted." in text for text in reported)


async def test_a_workspace_on_a_platform_that_is_off_is_a_problem(empty_harness):
    (empty_harness.home / "articles").mkdir(exist_ok=True)
    text = CONFIGURATION.replace('"local"', '"discord"')
    await empty_harness.apply(text.replace("c-morning", "2001"))
    reported = [str(found.text) for found in await findings(empty_harness, "problem")]
    assert any("discord is not connected" in text for text in reported)
    fixes = [str(found.fix) for found in await findings(empty_harness, "problem")]
    assert any("STANDFIRST_DISCORD_TOKEN" in fix for fix in fixes)


async def test_a_digest_without_a_destination_is_a_warning(empty_harness):
    await empty_harness.apply(CONFIGURATION.replace('["morning"]', "[]"))
    reported = [str(found.text) for found in await findings(empty_harness, "warning")]
    assert any("no destination" in text for text in reported)


class Complaining:
    """A platform that finds a problem with every destination."""

    async def inspect(
        self, workspace: str, destination: Destination
    ) -> tuple[DestinationProblem, ...]:
        said = f"{workspace} has no {destination.channel}"
        return (
            DestinationProblem(text=Message(said), fix=Message("make one"), stops=True),
        )


async def test_a_platforms_complaint_about_a_destination_is_a_finding(harness):
    doctor = replace(harness.doctor, platforms={"local": Complaining()})
    found = [f for f in await doctor.examine() if f.subject == "#morning"]
    assert [(f.state, str(f.text), str(f.fix)) for f in found] == [
        ("problem", "newsroom has no c-morning", "make one")
    ]


# ── the machine ────────────────────────────────────────────────────────────────


async def finding(harness, subject):
    found = {f.subject: f for f in await harness.doctor.examine()}
    return found[subject]


async def test_a_whole_database_with_room_is_well(harness):
    assert (await finding(harness, "database")).state == "ok"
    assert "MB are free" in str((await finding(harness, "disk")).text)
    assert (await finding(harness, "time zones")).state == "ok"


async def test_a_damaged_database_is_a_problem_and_other_checks_run(harness):
    def spoil(connection):
        connection.exec_driver_sql("CREATE TABLE words (word TEXT)")
        connection.exec_driver_sql("INSERT INTO words VALUES (NULL)")
        connection.exec_driver_sql("PRAGMA writable_schema = ON")
        # From now on the row breaks its own table's constraint.
        connection.exec_driver_sql(
            "UPDATE sqlite_schema SET sql = 'CREATE TABLE words (word TEXT NOT NULL)' "
            "WHERE name = 'words'"
        )
        connection.exec_driver_sql("PRAGMA writable_schema = RESET")

    await harness.db.write(spoil)
    found = await finding(harness, "database")
    assert found.state == "problem"
    assert "words" in str(found.text)
    assert (await finding(harness, "digest Morning brief")).state == "ok"


async def test_the_jobs_of_the_running_process_are_listed_with_their_runs(harness):
    db, now = harness.db, harness.clock.now()
    failing = JobStatus(name="poll", last_run=now, next_run=now, failures=2)
    starting = JobStatus(name="publish", last_run=None, next_run=now)
    await db.write(
        process_store.save_job_statuses, statuses=[starting, failing], now=now
    )
    assert await health_checks.check_jobs(db, now) == []
    await db.write(
        process_store.acquire_lease,
        name=process_store.RUNNER_LEASE,
        holder="host:1",
        now=now,
        ttl=timedelta(seconds=30),
    )
    found = await health_checks.check_jobs(db, now)
    assert [(f.subject, f.state) for f in found] == [
        ("job publish", "ok"),
        ("job poll", "warning"),
    ]
    assert str(found[0].text) == "last run: not yet, next run: 12:00:00 UTC"
    assert str(found[1].text).endswith("runs that failed in a row: 2")


def test_it_shows_the_age_of_the_newest_backup(tmp_path):
    file = tmp_path / "standfirst.db"
    assert "there is none in" in str(health_checks.check_backups(file, NOON)[0].text)
    (tmp_path / "backups").mkdir()
    for hours in (50, 2):
        kept = tmp_path / "backups" / f"standfirst-{hours}.db"
        kept.touch()
        at = (NOON - timedelta(hours=hours)).timestamp()
        os.utime(kept, (at, at))
    (tmp_path / "backups" / "standfirst-now.db.part").touch()
    newest = health_checks.check_backups(file, NOON)[0].text
    assert str(newest) == "the newest is 2 h old"
    kept.unlink()
    newest = health_checks.check_backups(file, NOON)[0].text
    assert str(newest) == "the newest is 2 days old"


def test_a_full_disk_is_a_problem_and_a_filling_one_a_warning():
    frees = (10**7, 3 * 10**8, 10**10)
    reported = [health_checks.check_disk(free, 10**6)[0].state for free in frees]
    assert reported == ["problem", "warning", "ok"]


def test_a_disk_must_have_room_for_a_copy_of_the_database():
    (found,) = health_checks.check_disk(2 * 10**9, 3 * 10**9)
    assert found.state == "warning"
    assert "copies the database" in str(found.fix)


def test_a_huge_write_ahead_log_is_a_warning():
    assert health_checks.check_log_size(10**6) == []
    assert health_checks.check_log_size(10**9)[0].state == "warning"


async def test_a_zone_without_rules_is_a_problem(harness):
    found = health_checks.check_zones(
        {"Europe/Berlin", "Mars/Olympus"}, harness.clock.now()
    )
    assert [f.state for f in found] == ["problem"]
    assert "Mars/Olympus" in str(found[0].text)


def test_rules_of_the_package_that_are_years_old_are_a_warning():
    assert health_checks.check_zone_package("2025.2", 2026)[0].state == "ok"
    assert health_checks.check_zone_package("2023.3", 2026)[0].state == "warning"


# ── checks fail independently ──────────────────────────────────────────────────


class Hanging:
    """An examiner that never answers."""

    async def identity(self):
        await asyncio.Event().wait()

    async def reach(self):
        await asyncio.Event().wait()

    async def channel(self, workspace, channel, subject):
        await asyncio.Event().wait()


async def test_a_check_that_does_not_end_is_a_finding_with_its_time():
    (found,) = await run_check("x", Hanging().identity, patience=0.01)
    assert found.state == "problem"
    assert "did not end within 0.01 seconds" in str(found.text)


async def test_a_check_that_fails_does_not_stop_the_others():
    async def well():
        return (Finding(subject="b", state="ok", text=Message("well")),)

    async def broken():
        raise ZeroDivisionError("oops")

    async def refused():
        raise SendRefused("No.")

    found = await run_checks([("a", broken), ("b", well), ("c", refused)])
    assert [(f.subject, f.state) for f in found] == [
        ("a", "problem"), ("b", "ok"), ("c", "problem"),
    ]  # fmt: skip
    assert str(found[2].text) == "No."


async def test_a_database_that_cannot_be_read_does_not_hide_the_platform(harness):
    class Locked:
        async def read(self, *args, **kwargs):
            raise ConfigurationError("The database is locked.")

    examined = replace(harness.doctor, db=Locked())
    examined = replace(examined, platforms={"discord": Watched()})
    found = {f.subject: f.state for f in await examined.examine()}
    assert found["database"] == "problem"
    assert found["discord"] == "ok"


async def test_a_database_that_does_not_answer_is_not_waited_for_again(harness):
    class Silent:
        calls = 0
        server_clock = None

        async def read(self, *args, **kwargs):
            self.calls += 1
            await asyncio.Event().wait()

    examined = replace(harness.doctor, db=(silent := Silent()), platforms={})
    examined = replace(examined, archive=replace(harness.archive, db=silent))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(health_checks.run_check, "__defaults__", (0.01,))
        found = await examined.examine()
    assert {(f.code, f.state) for f in found} == {
        ("database", "problem"), ("jobs", "problem"), ("time-zones", "problem"),
        ("pictures", "problem"),
    }  # fmt: skip
    assert silent.calls == 4


async def test_workspaces_for_which_there_is_no_time_are_counted(harness):
    doctor = replace(harness.doctor, platforms={"local": Slow()})
    found = await doctor.examine(seconds=0.2)
    (late,) = [one for one in found if one.code == "deadline"]
    assert late.state == "warning"
    assert str(late.text) == "not checked in time: 1 of 1"
    assert "standfirst doctor --seconds" in str(late.fix)
    assert any(one.code == "database" for one in found)


class Slow:
    """A platform that never ends to inspect a destination."""

    async def inspect(self, workspace: str, destination: Destination):
        await asyncio.Event().wait()


async def test_every_finding_has_a_code_for_programs(harness):
    harness.platform.script(SendRefused("The channel was deleted."))
    await harness.post()
    (harness.home / "articles" / "broken.txt").write_bytes(b"\0\1\2" * 500)
    examined = replace(
        harness.doctor,
        platforms={**harness.doctor.platforms, "discord": Watched()},
        check_settings=lambda: [Finding.warning("settings", "odd")],
    )
    found = await examined.examine()
    codes = {one.code for one in found}
    assert {"database", "disk", "platform", "connection", "channel", "source"} <= codes
    assert codes <= set(get_args(CheckCode))


class Watched:
    """A platform whose examiner finds nothing."""

    class examiner:  # noqa: N801 - stands where a property is
        @staticmethod
        async def identity():
            return PlatformIdentity(bot="B", application="1", places=("S",))

        @staticmethod
        async def reach():
            return Finding(
                subject="discord gateway", state="ok", text=Message("it answers")
            )

        @staticmethod
        async def channel(workspace, channel, subject):
            return Finding(subject=subject, state="ok", text=Message("well"))


# ── clocks ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("off", "state", "said"),
    [
        (0, "ok", "agrees"),
        (30, "ok", "agrees"),
        (31, "problem", "31 seconds ahead of"),
        (-95, "problem", "95 seconds behind"),
    ],
)
def test_a_clock_that_is_off_by_more_than_half_a_minute_is_a_problem(off, state, said):
    (found,) = check_clock("discord", NOON, NOON + timedelta(seconds=off))
    assert found.state == state
    assert said in str(found.text)


def test_without_a_server_time_nothing_is_compared():
    assert check_clock("discord", None, NOON) == []
