"""The doctor: what is wrong, where, and the fix."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.doctor import machine
from bot.doctor.bounded import all_of, bounded
from bot.doctor.connected import of_clocks
from bot.errors import ConfigurationError, Refused
from bot.findings import Finding, Identity
from bot.types import Destination, Trouble
from tests.bot.newsroom import CONFIGURATION
from tests.builders import NOON


async def findings(desk, state):
    return [f for f in await desk.doctor.examine() if f.state == state]


async def test_a_well_kept_newsroom_has_no_problem(desk):
    assert await findings(desk, "problem") == []


async def test_with_nothing_set_up_it_says_what_to_do(bare):
    (found,) = await findings(bare, "warning")
    assert "standfirst apply" in found.fix


async def test_a_missing_folder_is_a_problem_with_its_path(desk):
    for path in (desk.home / "articles").iterdir():
        path.unlink()
    (desk.home / "articles").rmdir()
    (found,) = await findings(desk, "problem")
    assert str(desk.home / "articles") in found.text


async def test_a_broken_article_is_a_warning_and_the_source_is_well(desk):
    (desk.home / "articles" / "broken.txt").write_bytes(b"\0\1\2" * 500)
    (found,) = await findings(desk, "warning")
    assert "broken.txt" in found.subject


async def test_a_stopped_destination_and_its_delivery_are_problems(desk):
    desk.platform.script(Refused("The channel was deleted."))
    await desk.post()
    told = [found.text for found in await findings(desk, "problem")]
    assert any("The channel was deleted." in text for text in told)


async def test_a_workspace_on_a_platform_that_is_off_is_a_problem(bare):
    (bare.home / "articles").mkdir(exist_ok=True)
    await bare.apply(CONFIGURATION.replace('"local"', '"discord"'))
    told = [found.text for found in await findings(bare, "problem")]
    assert any("discord is not connected" in text for text in told)
    fixes = [found.fix for found in await findings(bare, "problem")]
    assert any("STANDFIRST_DISCORD_TOKEN" in fix for fix in fixes)


async def test_a_digest_without_a_destination_is_a_warning(bare):
    await bare.apply(CONFIGURATION.replace('["morning"]', "[]"))
    told = [found.text for found in await findings(bare, "warning")]
    assert any("no destination" in text for text in told)


class Complaining:
    """A platform that finds something wrong with every destination."""

    async def inspect(
        self, workspace: str, destination: Destination
    ) -> tuple[Trouble, ...]:
        said = f"{workspace} has no {destination.channel}"
        return (Trouble(text=said, fix="make one", stops=True),)


async def test_what_a_platform_says_of_a_destination_is_a_finding(desk):
    doctor = replace(desk.doctor, platforms={"local": Complaining()})
    found = [f for f in await doctor.examine() if f.subject == "#morning"]
    assert [(f.state, f.text, f.fix) for f in found] == [
        ("problem", "newsroom has no c-morning", "make one")
    ]


# ── the machine ────────────────────────────────────────────────────────────────


async def finding(desk, subject):
    found = {f.subject: f for f in await desk.doctor.examine()}
    return found[subject]


async def test_a_whole_database_with_room_is_well(desk):
    assert (await finding(desk, "database")).state == "ok"
    assert "MB are free" in (await finding(desk, "disk")).text
    assert (await finding(desk, "time zones")).state == "ok"


async def test_a_damaged_database_is_a_problem_and_the_rest_is_still_told(desk):
    def spoil(connection):
        connection.exec_driver_sql("CREATE TABLE words (word TEXT)")
        connection.exec_driver_sql("INSERT INTO words VALUES (NULL)")
        connection.exec_driver_sql("PRAGMA writable_schema = ON")
        # What stands there breaks its own table's rule from now on.
        connection.exec_driver_sql(
            "UPDATE sqlite_schema SET sql = 'CREATE TABLE words (word TEXT NOT NULL)' "
            "WHERE name = 'words'"
        )
        connection.exec_driver_sql("PRAGMA writable_schema = RESET")

    await desk.db.write(spoil)
    found = await finding(desk, "database")
    assert found.state == "problem"
    assert "words" in found.text
    assert (await finding(desk, "digest Morning brief")).state == "ok"


def test_it_says_how_old_the_newest_backup_is(tmp_path):
    file = tmp_path / "standfirst.db"
    assert "none lies in" in machine.of_backups(file, NOON)[0].text
    (tmp_path / "backups").mkdir()
    for hours in (50, 2):
        kept = tmp_path / "backups" / f"standfirst-{hours}.db"
        kept.touch()
        at = (NOON - timedelta(hours=hours)).timestamp()
        os.utime(kept, (at, at))
    (tmp_path / "backups" / "standfirst-now.db.part").touch()
    assert machine.of_backups(file, NOON)[0].text == "the newest is 2 h old"
    kept.unlink()
    assert machine.of_backups(file, NOON)[0].text == "the newest is 2 days old"


def test_a_full_disk_is_a_problem_and_a_filling_one_a_warning():
    frees = (10**7, 3 * 10**8, 10**10)
    told = [machine.of_disk(free, 10**6)[0].state for free in frees]
    assert told == ["problem", "warning", "ok"]


def test_a_disk_must_have_room_for_a_copy_of_the_database():
    (found,) = machine.of_disk(2 * 10**9, 3 * 10**9)
    assert found.state == "warning"
    assert "copies the database" in found.fix


def test_a_log_that_nobody_clears_away_is_a_warning():
    assert machine.of_log(10**6) == []
    assert machine.of_log(10**9)[0].state == "warning"


async def test_a_zone_without_rules_is_a_problem(desk):
    found = machine.zones({"Europe/Berlin", "Mars/Olympus"}, desk.clock.now())
    assert [f.state for f in found] == ["problem"]
    assert "Mars/Olympus" in found[0].text


def test_rules_of_the_package_that_are_years_old_are_a_warning():
    assert machine.of_package("2025.2", 2026)[0].state == "ok"
    assert machine.of_package("2023.3", 2026)[0].state == "warning"


# ── checks fail apart from each other ──────────────────────────────────────────


class Hanging:
    """An examiner that never answers."""

    async def identity(self):
        await asyncio.Event().wait()

    async def reach(self):
        await asyncio.Event().wait()

    async def channel(self, workspace, channel, subject):
        await asyncio.Event().wait()


async def test_a_check_that_does_not_end_is_a_finding_with_its_time():
    (found,) = await bounded("x", Hanging().identity, patience=0.01)
    assert found.state == "problem"
    assert "did not end within 0.01 seconds" in found.text


async def test_a_check_that_fails_does_not_stop_the_others():
    async def well():
        return (Finding(subject="b", state="ok", text="well"),)

    async def broken():
        raise ZeroDivisionError("oops")

    async def refused():
        raise Refused("No.")

    found = await all_of([("a", broken), ("b", well), ("c", refused)])
    assert [(f.subject, f.state) for f in found] == [
        ("a", "problem"), ("b", "ok"), ("c", "problem"),
    ]  # fmt: skip
    assert found[2].text == "No."


async def test_a_database_that_cannot_be_read_does_not_hide_the_platform(desk):
    class Locked:
        async def read(self, *args, **kwargs):
            raise ConfigurationError("The database is locked.")

    examined = replace(desk.doctor, db=Locked())
    examined = replace(examined, platforms={"discord": Watched()})
    found = {f.subject: f.state for f in await examined.examine()}
    assert found["database"] == "problem"
    assert found["discord"] == "ok"


class Watched:
    """A platform whose examiner is content."""

    class examiner:  # noqa: N801 - stands where a property is
        @staticmethod
        async def identity():
            return Identity(bot="B", application="1", places=("S",))

        @staticmethod
        async def reach():
            return Finding(subject="discord gateway", state="ok", text="it answers")

        @staticmethod
        async def channel(workspace, channel, subject):
            return Finding(subject=subject, state="ok", text="well")


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
    (found,) = of_clocks("discord", NOON, NOON + timedelta(seconds=off))
    assert found.state == state
    assert said in found.text


def test_where_no_time_is_told_there_is_nothing_to_compare():
    assert of_clocks("discord", None, NOON) == []
