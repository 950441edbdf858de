"""Schedules that are due become occurrences: late, missed, changed, unreadable."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.model import Occurrence
from bot.model.scope import Scope
from bot.publishing import planning
from bot.schedules.posting_rules import decide_due
from bot.storage import Connection, schedule_store
from tests.bot.harness import CONFIGURATION, FLOOD, BotHarness

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


async def history(harness: BotHarness, name: str = "Morning brief") -> list[Occurrence]:
    digest = await harness.digest(name)
    found = await harness.db.read(
        schedule_store.list_newest_occurrences,
        Scope(digest.workspace_id),
        digest_id=digest.id,
        count=50,
    )
    return sorted(found, key=lambda one: one.due_at)


async def states(harness: BotHarness) -> list[tuple[str, str, bool]]:
    """(due in UTC, state, whether late) of each occurrence."""
    return [
        (f"{one.due_at:%m-%d %H:%M}", one.state, one.late)
        for one in await history(harness)
    ]


async def editions(harness: BotHarness) -> int:
    return len({message.payload["edition"] for message in harness.platform.messages})


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
async def test_after_downtime_at_most_one_late_edition_is_posted(harness, back, became):
    await harness.apply(scheduled("daily at 8 Europe/Berlin"))
    harness.clock.set(at(back))
    harness.publish("flood", FLOOD)
    await harness.wake()
    await harness.wake()
    # Articles of a week ago are too old to be news: a separate rule.
    found = await states(harness)
    assert [(due_at, late) for due_at, _state, late in found] == [
        (due_at, late) for due_at, _state, late in became
    ]
    assert await editions(harness) <= 1
    if back.startswith("11"):
        assert found == became


async def test_missed_occurrences_are_marked(harness):
    await harness.apply(scheduled("daily at 8 Europe/Berlin"))
    harness.clock.set(at("11-25T20:00"))
    await harness.wake()
    (missed,) = await history(harness)
    assert "not running" in str(missed.reason)


async def test_the_articles_of_a_missed_edition_come_with_the_next_one(harness):
    await harness.apply(scheduled("daily at 8 Europe/Berlin"))
    harness.clock.set(at("11-25T20:00"))
    await harness.wake()
    assert await editions(harness) == 0
    harness.clock.set(at("11-26T07:00"))
    await harness.wake()
    shown = [str(message.payload["text"]) for message in harness.platform.messages]
    assert "Harbour bridge closes after crack is found" in shown


# ── clocks ─────────────────────────────────────────────────────────────────────


async def test_a_clock_set_back_posts_nothing_again(harness):
    await harness.apply(scheduled("daily at 8 Europe/Berlin"))
    harness.clock.set(at("11-25T07:00"))
    await harness.wake()
    for hours in (-1, 1, -1):
        harness.publish("flood", FLOOD)
        harness.clock.advance(hours=hours)
        await harness.publisher.realign()
        await harness.wake()
    assert await editions(harness) == 1


async def test_a_clock_that_was_years_ahead_keeps_nothing_waiting_for_years(harness):
    await harness.apply(scheduled("daily at 8 Europe/Berlin"))
    harness.clock.set(datetime(2031, 1, 1, tzinfo=UTC))
    await harness.wake()
    harness.clock.set(at("11-25T06:00"))
    await harness.publisher.realign()
    assert await harness.wake() == at("11-25T07:00")
    harness.clock.set(at("11-25T07:00"))
    await harness.wake()
    assert await editions(harness) == 1


async def test_setting_right_changes_nothing_that_is_right(harness):
    await harness.apply(scheduled("daily at 8 Europe/Berlin") + ANOTHER)
    with capture_logs() as logs:
        await harness.publisher.realign()
    assert logs == []


async def test_setting_right_leaves_what_was_changed_meanwhile(harness):
    await harness.apply(scheduled("daily at 8 Europe/Berlin"))
    harness.clock.advance(days=-3)
    now = harness.clock.now()
    _, found = await harness.db.read(
        planning.find_misaligned_schedules, now=now, after=0
    )
    assert found
    await harness.apply(scheduled("daily at 20 Europe/Berlin"))
    await harness.db.write(planning.realign_schedules, found)
    assert await harness.publisher.next_due() == at("11-21T19:00")


# ── a changed schedule ─────────────────────────────────────────────────────────


async def test_a_schedule_changed_after_todays_edition_begins_tomorrow(harness):
    await harness.apply(scheduled("daily at 14 Europe/Berlin"))
    harness.clock.set(at("11-24T13:00"))
    await harness.wake()
    await harness.apply(scheduled("daily at 18 Europe/Berlin"))
    assert await harness.wake() == at("11-25T17:00")
    digest = await harness.digest()
    assert planning.find_next_due(digest, harness.clock.now()) == at("11-25T17:00")


async def test_it_still_does_after_a_restart(harness):
    await harness.apply(scheduled("daily at 14 Europe/Berlin"))
    harness.clock.set(at("11-24T13:00"))
    await harness.wake()
    await harness.apply(scheduled("daily at 18 Europe/Berlin"))
    await harness.publisher.realign()
    assert await harness.publisher.next_due() == at("11-25T17:00")


async def test_a_schedule_changed_before_todays_edition_begins_today(harness):
    await harness.apply(scheduled("daily at 14 Europe/Berlin"))
    await harness.apply(scheduled("daily at 18 Europe/Berlin"))
    assert await harness.wake() == at("11-24T17:00")


async def test_an_edition_by_hand_leaves_the_changed_schedule_its_day(harness):
    await harness.apply(scheduled("daily at 14 Europe/Berlin"))
    await harness.post()
    await harness.apply(scheduled("daily at 18 Europe/Berlin"))
    assert await harness.wake() == at("11-24T17:00")


async def test_an_edition_without_stories_does_not_count(empty_harness):
    await empty_harness.apply(scheduled("daily at 14 Europe/Berlin"))
    empty_harness.clock.set(at("11-24T13:00"))
    await empty_harness.wake()
    await empty_harness.apply(scheduled("daily at 18 Europe/Berlin"))
    assert await empty_harness.wake() == at("11-24T17:00")


# ── a schedule that can no longer be parsed ────────────────────────────────────


def _spoil(conn: Connection, rule: str) -> None:
    """Damage the first digest's row, as a removed zone would."""
    query = "UPDATE schedules SET rule = :rule, sentence = :said WHERE digest_id = 1"
    conn.execute(text(query), {"rule": rule, "said": "daily at 8:00 Europe/Atlantis"})


GONE = '{"zone": "Europe/Atlantis", "days": [0, 1, 2, 3, 4, 5, 6], "times": ["08:00"]}'


@pytest.fixture
async def spoilt(harness, request) -> Any:
    await harness.apply(CONFIGURATION + ANOTHER)
    assert (await harness.digest()).id == 1
    await harness.db.write(_spoil, getattr(request, "param", GONE))
    return harness


@pytest.mark.parametrize(
    "spoilt", [GONE, "{}", "[]", '{"zone": 5}', "null"], indirect=True
)
async def test_a_schedule_that_cannot_be_read_keeps_no_other_from_its_time(spoilt):
    spoilt.clock.advance(minutes=2)
    await spoilt.wake()
    assert [one.state for one in await history(spoilt, "Evening")] == ["composed"]
    (reported,) = await history(spoilt)
    assert reported.state == "skipped"
    assert reported.reason


async def test_a_removed_zone_is_named_in_the_reason(spoilt):
    spoilt.clock.advance(minutes=2)
    await spoilt.wake()
    (reported,) = await history(spoilt)
    assert "«Europe/Atlantis» is not a time zone" in str(reported.reason)


async def test_a_whole_batch_of_unreadable_ones_keeps_no_other_from_its_time(
    spoilt, monkeypatch
):
    monkeypatch.setattr(planning, "PLANNING_BATCH", 1)
    spoilt.clock.advance(minutes=2)
    await spoilt.wake()
    assert len(await history(spoilt, "Evening")) == 1


async def test_it_is_retried_each_hour_and_reported_once(spoilt):
    for _ in range(4):
        spoilt.clock.advance(minutes=40)
        await spoilt.wake()
    assert len(await history(spoilt)) == 1


async def test_it_resumes_when_the_cause_is_fixed(spoilt):
    spoilt.clock.advance(minutes=2)
    await spoilt.wake()
    await spoilt.db.write(_spoil, GONE.replace("Atlantis", "Berlin"))
    spoilt.clock.set(at("11-25T07:00"))
    await spoilt.wake()
    assert (await history(spoilt))[-1].due_at == at("11-25T07:00")


async def test_its_digest_can_still_be_posted_and_previewed(spoilt):
    digest = await spoilt.digest()
    # No schedule of it names a zone that still exists: its workspace's is used.
    assert planning.digest_zone(digest) == "Europe/Berlin"
    assert "Atlantis" in str(planning.find_schedule_problems(digest)[0])
    assert (await spoilt.post()).stored_edition is not None
    assert (await spoilt.says("newsdesk status")).blocks


async def test_the_doctor_names_it(spoilt):
    found = await spoilt.doctor.examine()
    assert any("Atlantis" in str(one.text) and one.state == "problem" for one in found)


async def test_setting_right_passes_over_it(spoilt):
    await spoilt.publisher.realign()
    rows = await spoilt.db.read(schedule_store.list_schedules_after, after=0, limit=9)
    assert len(rows) == 2
    assert all(row.next is not None for row in rows)


async def test_a_defect_in_one_schedule_keeps_no_other_from_its_time(
    harness, monkeypatch
):
    await harness.apply(CONFIGURATION + ANOTHER)
    reckon = decide_due

    def fails_for_the_first(rule, awaited, now, seen=[]):  # noqa: B006
        seen.append(rule)
        if len(seen) == 1:
            raise ZeroDivisionError("a defect")
        return reckon(rule, awaited, now)

    monkeypatch.setattr(planning, "decide_due", fails_for_the_first)
    harness.clock.advance(minutes=2)
    with capture_logs() as logs:
        await harness.wake()
    assert await editions(harness) == 1
    assert any(entry["log_level"] == "error" for entry in logs)
