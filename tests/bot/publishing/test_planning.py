"""Schedules that are due become occurrences: late, missed, changed, unreadable."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot import due, planning, schedules
from bot.storage import Connection, occurrences
from bot.storage import schedules as timetable
from bot.types import Occurrence
from tests.bot.newsroom import CONFIGURATION, FLOOD, Newsroom

#: The fake clock shows Tuesday, 24 November 2026, 12:00 UTC: 13:00 in Berlin.
ANOTHER = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
destinations = ["morning"]
schedule = "every 2 minutes Europe/Berlin"
"""


def scheduled(sentence: str) -> str:
    return CONFIGURATION.replace("every 2 minutes Europe/Berlin", sentence)


async def history(desk: Newsroom, name: str = "Morning brief") -> list[Occurrence]:
    digest = await desk.digest(name)
    found = await desk.db.read(
        occurrences.newest,
        workspace_id=digest.workspace_id,
        digest_id=digest.id,
        count=50,
    )
    return sorted(found, key=lambda one: one.due_at)


async def states(desk: Newsroom) -> list[tuple[str, str, bool]]:
    """(due in UTC, what became of it, whether late) of each occurrence."""
    return [
        (f"{one.due_at:%m-%d %H:%M}", one.state, one.late)
        for one in await history(desk)
    ]


async def editions(desk: Newsroom) -> int:
    return len({message.payload["edition"] for message in desk.platform.messages})


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+00:00").astimezone(UTC)


# ── missed ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("back", "became"),
    [
        ("11-25T07:05", [("11-25 07:00", "composed", False)]),
        ("11-25T07:11", [("11-25 07:00", "composed", True)]),
        ("11-25T13:00", [("11-25 07:00", "composed", True)]),
        ("11-25T13:01", [("11-25 07:00", "skipped", False)]),
        (
            "11-26T09:00",
            [("11-25 07:00", "skipped", False), ("11-26 07:00", "composed", True)],
        ),
        (
            "12-01T08:00",
            [("11-25 07:00", "skipped", False), ("12-01 07:00", "composed", True)],
        ),
        ("12-25T06:00", [("11-25 07:00", "skipped", False)]),
    ],
)
async def test_after_downtime_at_most_one_late_edition_goes_out(desk, back, became):
    await desk.apply(scheduled("daily at 8 Europe/Berlin"))
    desk.clock.set(at(back))
    desk.publish("flood", FLOOD)
    await desk.wake()
    await desk.wake()
    # Articles of a week ago are no news: that is another rule than this one.
    found = await states(desk)
    assert [(due_at, late) for due_at, _state, late in found] == [
        (due_at, late) for due_at, _state, late in became
    ]
    assert await editions(desk) <= 1
    if back.startswith("11"):
        assert found == became


async def test_what_was_missed_says_so(desk):
    await desk.apply(scheduled("daily at 8 Europe/Berlin"))
    desk.clock.set(at("11-25T20:00"))
    await desk.wake()
    (missed,) = await history(desk)
    assert "not running" in str(missed.reason)


async def test_the_articles_of_a_missed_edition_come_with_the_next_one(desk):
    await desk.apply(scheduled("daily at 8 Europe/Berlin"))
    desk.clock.set(at("11-25T20:00"))
    await desk.wake()
    assert await editions(desk) == 0
    desk.clock.set(at("11-26T07:00"))
    await desk.wake()
    shown = [str(message.payload["text"]) for message in desk.platform.messages]
    assert "Harbour bridge closes after crack is found" in shown


# ── clocks ─────────────────────────────────────────────────────────────────────


async def test_a_clock_that_goes_back_posts_nothing_again(desk):
    await desk.apply(scheduled("daily at 8 Europe/Berlin"))
    desk.clock.set(at("11-25T07:00"))
    await desk.wake()
    for hours in (-1, 1, -1):
        desk.publish("flood", FLOOD)
        desk.clock.advance(hours=hours)
        await desk.editions.realign()
        await desk.wake()
    assert await editions(desk) == 1


async def test_a_clock_that_was_years_ahead_keeps_nothing_waiting_for_years(desk):
    await desk.apply(scheduled("daily at 8 Europe/Berlin"))
    desk.clock.set(datetime(2031, 1, 1, tzinfo=UTC))
    await desk.wake()
    desk.clock.set(at("11-25T06:00"))
    await desk.editions.realign()
    assert await desk.wake() == at("11-25T07:00")
    desk.clock.set(at("11-25T07:00"))
    await desk.wake()
    assert await editions(desk) == 1


async def test_setting_right_changes_nothing_that_is_right(desk):
    await desk.apply(scheduled("daily at 8 Europe/Berlin") + ANOTHER)
    with capture_logs() as logs:
        await desk.editions.realign()
    assert logs == []


async def test_setting_right_leaves_what_was_changed_meanwhile(desk):
    await desk.apply(scheduled("daily at 8 Europe/Berlin"))
    desk.clock.advance(days=-3)
    now = desk.clock.now()
    _, found = await desk.db.read(planning.astray, now=now, after=0)
    assert found
    await desk.apply(scheduled("daily at 20 Europe/Berlin"))
    await desk.db.write(planning.realign, found)
    assert await desk.editions.next_due() == at("11-21T19:00")


# ── a schedule that was changed ────────────────────────────────────────────────


async def test_a_schedule_changed_after_todays_edition_begins_tomorrow(desk):
    await desk.apply(scheduled("daily at 14 Europe/Berlin"))
    desk.clock.set(at("11-24T13:00"))
    await desk.wake()
    await desk.apply(scheduled("daily at 18 Europe/Berlin"))
    assert await desk.wake() == at("11-25T17:00")
    digest = await desk.digest()
    assert due.next_due_of(digest, desk.clock.now()) == at("11-25T17:00")


async def test_it_still_does_after_a_restart(desk):
    await desk.apply(scheduled("daily at 14 Europe/Berlin"))
    desk.clock.set(at("11-24T13:00"))
    await desk.wake()
    await desk.apply(scheduled("daily at 18 Europe/Berlin"))
    await desk.editions.realign()
    assert await desk.editions.next_due() == at("11-25T17:00")


async def test_a_schedule_changed_before_todays_edition_begins_today(desk):
    await desk.apply(scheduled("daily at 14 Europe/Berlin"))
    await desk.apply(scheduled("daily at 18 Europe/Berlin"))
    assert await desk.wake() == at("11-24T17:00")


async def test_an_edition_by_hand_leaves_the_changed_schedule_its_day(desk):
    await desk.apply(scheduled("daily at 14 Europe/Berlin"))
    await desk.post()
    await desk.apply(scheduled("daily at 18 Europe/Berlin"))
    assert await desk.wake() == at("11-24T17:00")


async def test_an_edition_that_had_nothing_to_tell_does_not_count(bare):
    await bare.apply(scheduled("daily at 14 Europe/Berlin"))
    bare.clock.set(at("11-24T13:00"))
    await bare.wake()
    await bare.apply(scheduled("daily at 18 Europe/Berlin"))
    assert await bare.wake() == at("11-24T17:00")


# ── a schedule that cannot be read any more ────────────────────────────────────


def _spoil(conn: Connection, rule: str) -> None:
    """What a removed zone, or a damaged row, leaves in the first digest."""
    query = "UPDATE schedules SET rule = :rule, sentence = :said WHERE digest_id = 1"
    conn.execute(text(query), {"rule": rule, "said": "daily at 8:00 Europe/Atlantis"})


GONE = '{"zone": "Europe/Atlantis", "days": [0, 1, 2, 3, 4, 5, 6], "times": ["08:00"]}'


@pytest.fixture
async def spoilt(desk, request) -> Any:
    await desk.apply(CONFIGURATION + ANOTHER)
    assert (await desk.digest()).id == 1
    await desk.db.write(_spoil, getattr(request, "param", GONE))
    return desk


@pytest.mark.parametrize(
    "spoilt", [GONE, "{}", "[]", '{"zone": 5}', "null"], indirect=True
)
async def test_a_schedule_that_cannot_be_read_keeps_no_other_from_its_time(spoilt):
    spoilt.clock.advance(minutes=2)
    await spoilt.wake()
    assert [one.state for one in await history(spoilt, "Evening")] == ["composed"]
    (told,) = await history(spoilt)
    assert told.state == "skipped"
    assert told.reason


async def test_a_zone_that_is_gone_is_named_in_the_reason(spoilt):
    spoilt.clock.advance(minutes=2)
    await spoilt.wake()
    (told,) = await history(spoilt)
    assert "«Europe/Atlantis» is not a time zone" in str(told.reason)


async def test_a_whole_batch_of_unreadable_ones_keeps_no_other_from_its_time(
    spoilt, monkeypatch
):
    monkeypatch.setattr(planning, "BATCH", 1)
    spoilt.clock.advance(minutes=2)
    await spoilt.wake()
    assert len(await history(spoilt, "Evening")) == 1


async def test_it_is_looked_at_each_hour_and_told_once(spoilt):
    for _ in range(4):
        spoilt.clock.advance(minutes=40)
        await spoilt.wake()
    assert len(await history(spoilt)) == 1


async def test_it_goes_on_when_the_cause_is_mended(spoilt):
    spoilt.clock.advance(minutes=2)
    await spoilt.wake()
    await spoilt.db.write(_spoil, GONE.replace("Atlantis", "Berlin"))
    spoilt.clock.set(at("11-25T07:00"))
    await spoilt.wake()
    assert (await history(spoilt))[-1].due_at == at("11-25T07:00")


async def test_its_digest_can_still_be_posted_and_looked_at(spoilt):
    digest = await spoilt.digest()
    assert due.zone_of(digest) == "UTC"
    assert "Atlantis" in str(due.troubles_of(digest)[0])
    assert (await spoilt.post()).issue is not None
    assert (await spoilt.says("newsdesk status")).blocks


async def test_the_doctor_names_it(spoilt):
    found = await spoilt.doctor.examine()
    assert any("Atlantis" in one.text and one.state == "problem" for one in found)


async def test_setting_right_passes_over_it(spoilt):
    await spoilt.editions.realign()
    rows = await spoilt.db.read(timetable.page, after=0, limit=9)
    assert len(rows) == 2
    assert all(row.next is not None for row in rows)


async def test_a_defect_in_one_schedule_keeps_no_other_from_its_time(desk, monkeypatch):
    await desk.apply(CONFIGURATION + ANOTHER)
    reckon = schedules.reckon

    def fails_for_the_first(rule, awaited, now, seen=[]):  # noqa: B006
        seen.append(rule)
        if len(seen) == 1:
            raise ZeroDivisionError("a defect")
        return reckon(rule, awaited, now)

    monkeypatch.setattr(schedules, "reckon", fails_for_the_first)
    desk.clock.advance(minutes=2)
    with capture_logs() as logs:
        await desk.wake()
    assert await editions(desk) == 1
    assert any(entry["log_level"] == "error" for entry in logs)
