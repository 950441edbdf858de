"""Due moments that passed during downtime, and changed schedules."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.model import DueMoment
from bot.schedules.parsing import parse_schedule
from bot.schedules.posting_rules import decide_due, plan_first_dues
from bot.schedules.rules import (
    Schedule,
    catch_up_limit,
    find_following_due,
    list_upcoming_dues,
)
from tests.bot.schedules.strategies import schedules


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def awaited(schedule: Schedule, after: str) -> DueMoment:
    due = find_following_due(schedule, instant(after))
    assert due is not None
    return due


def shown(due: DueMoment | None) -> str | None:
    return f"{due.at:%m-%d %H:%M}" if due is not None else None


DAILY, TWICE = "daily at 8", "daily at 7 and 12"
#: What, and due since when, at what time → posted, missed, next.
CASES = {
    "in time": (
        DAILY, "11-25T00:00", "11-25T08:00", "11-25 08:00", None, "11-26 08:00",
    ),
    "5 minutes down": (
        DAILY, "11-25T00:00", "11-25T08:05", "11-25 08:00", None, "11-26 08:00",
    ),
    "6 hours down": (
        DAILY, "11-25T00:00", "11-25T14:00", "11-25 08:00", None, "11-26 08:00",
    ),
    "a second more": (
        DAILY, "11-25T00:00", "11-25T14:00:01", None, "11-25 08:00", "11-26 08:00",
    ),
    "a day down, back at night": (
        DAILY, "11-25T00:00", "11-26T02:00", None, "11-25 08:00", "11-26 08:00",
    ),
    "a day down, back an hour late": (
        DAILY, "11-25T00:00", "11-26T09:00",
        "11-26 08:00", "11-25 08:00", "11-27 08:00",
    ),
    "30 days down": (
        DAILY, "11-25T00:00", "12-25T08:30",
        "12-25 08:00", "11-25 08:00", "12-26 08:00",
    ),
    "two slots missed, the later one young enough": (
        TWICE, "11-25T00:00", "11-25T17:00",
        "11-25 12:00", "11-25 07:00", "11-26 07:00",
    ),
    "both young enough: the later tells both": (
        TWICE, "11-25T00:00", "11-25T12:30",
        "11-25 12:00", "11-25 07:00", "11-26 07:00",
    ),
    "an interval, two steps down": (
        "every 15 minutes", "11-25T08:00", "11-25T08:50",
        "11-25 08:45", "11-25 08:15", "11-25 09:00",
    ),
    "an interval in its window, down over night": (
        "every 15 minutes between 8:00 and 20:00", "11-25T19:50", "11-26T07:50",
        None, "11-25 20:00", "11-26 08:00",
    ),
    "monthly, 30 days down": (
        "first monday of the month at 9", "12-01T00:00", "12-31T00:00",
        None, "12-07 09:00", "01-04 09:00",
    ),
    "over while it was down": (
        "daily at 8 until 2026-11-26", "11-25T00:00", "12-25T00:00",
        None, "11-25 08:00", None,
    ),
    "a date was left out meanwhile": (
        "daily at 8 except 2026-11-26", "11-25T00:00", "11-26T09:00",
        None, "11-25 08:00", "11-27 08:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_after_downtime_there_is_at_most_one_edition(case):
    sentence, since, now, posted, missed, following = CASES[case]
    schedule = parse_schedule(sentence)
    due = awaited(schedule, f"2026-{since}+00:00")
    found = decide_due(schedule, due, instant(f"2026-{now}+00:00"))
    assert (shown(found.post), shown(found.missed), shown(found.next)) == (
        posted,
        missed,
        following,
    )


DOWN = st.timedeltas(timedelta(minutes=5), timedelta(days=30))
STARTS = st.datetimes(
    datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)
)


@given(schedule=schedules(), start=STARTS, down=DOWN)
def test_what_is_posted_is_the_latest_that_is_young_enough(schedule, start, down):
    due = find_following_due(schedule, start)
    if due is None:
        return
    now = due.at + down
    found = decide_due(schedule, due, now)
    oldest = max(due.at, now - catch_up_limit(schedule))
    passed = [
        each
        for each in list_upcoming_dues(
            schedule, oldest - timedelta(microseconds=1), 400
        )
        if each.at <= now
    ]
    assert found.post == (passed[-1] if passed else None)
    assert found.missed == (None if found.post == due else due)
    assert found.next == find_following_due(schedule, now)
    assert found.next is None or found.next.at > now


@given(schedule=schedules(), start=STARTS, steps=st.lists(DOWN, max_size=6))
def test_no_moment_is_posted_twice_however_often_it_is_down(schedule, start, steps):
    due, now, posted = find_following_due(schedule, start), start, []
    for step in steps:
        now += step
        if due is None or due.at > now:
            continue
        found = decide_due(schedule, due, now)
        posted += [(found.post.local_date, found.post.slot)] if found.post else []
        due = found.next
    assert len(posted) == len(set(posted))


# ── clocks ─────────────────────────────────────────────────────────────────────


def test_a_clock_that_jumps_ahead_by_a_day_makes_one_edition_of_it():
    schedule = parse_schedule(DAILY)
    due = awaited(schedule, "2026-11-25T00:00+00:00")
    ahead = decide_due(schedule, due, instant("2026-11-26T08:10+00:00"))
    assert shown(ahead.post) == "11-26 08:00"
    # The clock is corrected: the 26th comes again, and its slot is the same one.
    again = find_following_due(schedule, instant("2026-11-25T08:10+00:00"))
    assert again == ahead.post


def test_a_zone_that_moved_its_clocks_back_is_waited_for():
    schedule = parse_schedule("daily at 8 Europe/Berlin")
    # Planned when Berlin was an hour further ahead.
    planned = DueMoment(
        at=instant("2026-11-25T06:00+00:00"),
        local_date=date(2026, 11, 25),
        slot="08:00",
    )
    found = decide_due(schedule, planned, planned.at)
    assert (found.post, found.missed) == (None, None)
    assert shown(found.next) == "11-25 07:00"


def test_a_zone_that_moved_its_clocks_ahead_loses_no_edition():
    schedule = parse_schedule("daily at 8 Europe/Berlin")
    planned = DueMoment(
        at=instant("2026-11-25T08:00+00:00"),
        local_date=date(2026, 11, 25),
        slot="08:00",
    )
    found = decide_due(schedule, planned, planned.at)
    assert shown(found.post) == "11-25 07:00"
    assert found.missed is None


def test_a_removed_zone_is_reported_in_a_sentence():
    gone = Schedule(days=(0,), rule=parse_schedule(DAILY).rule, zone="Europe/Atlantis")
    due = DueMoment(
        at=instant("2026-11-25T08:00Z"), local_date=date(2026, 11, 25), slot="08:00"
    )
    with pytest.raises(UserError, match="«Europe/Atlantis» is not a time zone"):
        decide_due(gone, due, due.at)


# ── changed schedules ──────────────────────────────────────────────────────────


def slot(text: str, day: int = 25) -> DueMoment:
    at = datetime.fromisoformat(f"2026-11-{day}T{text}:00+00:00")
    return DueMoment(at=at, local_date=at.date(), slot=text)


def at_instant(text: str) -> DueMoment:
    at = datetime.fromisoformat(f"2026-11-25T{text}:00+00:00")
    return DueMoment(at=at, local_date=at.date(), slot=f"{at:%Y-%m-%dT%H:%M:%SZ}")


#: New schedules, what was posted, the time of the change → when each begins.
CHANGED = {
    "after today's edition: tomorrow": (
        ["daily at 18"], [slot("08:00")], "10:00", ["11-26 18:00"],
    ),
    "before today's edition: today": (["daily at 18"], [], "07:00", ["11-25 18:00"]),
    "yesterday's edition does not count": (
        ["daily at 18"], [slot("08:00", 24)], "07:00", ["11-25 18:00"],
    ),
    "the same hour again": (
        ["daily at 8"], [slot("08:00")], "08:00", ["11-26 08:00"],
    ),
    "the evening is moved after the morning went out": (
        ["daily at 7 and 19"], [slot("07:00")], "12:00", ["11-25 19:00"],
    ),
    "both of today's went out": (
        ["daily at 9 and 20"], [slot("07:00"), slot("18:00")], "19:00", ["11-26 09:00"],
    ),
    "an evening is added": (
        ["daily at 7", "daily at 18"], [slot("07:00")], "12:00",
        ["11-26 07:00", "11-25 18:00"],
    ),
    "to another zone, where the day's hour is to come": (
        ["daily at 8 America/New_York"], [slot("08:00")], "09:00", ["11-26 13:00"],
    ),
    "to an interval: at once": (
        ["every 15 minutes"], [slot("08:00")], "10:00", ["11-25 10:15"],
    ),
    "from an interval: today": (
        ["daily at 18"], [at_instant("09:00"), at_instant("09:15")], "10:00",
        ["11-25 18:00"],
    ),
    "to other days": (
        ["mondays at 9"], [slot("08:00")], "10:00", ["11-30 09:00"],
    ),
    "to nothing any more": (
        ["daily at 9 until 2026-11-25"], [slot("08:00")], "08:30", [None],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGED)
def test_a_changed_schedule_begins(case):
    sentences, posted, now, begins = CHANGED[case]
    rules = [parse_schedule(sentence) for sentence in sentences]
    found = plan_first_dues(rules, posted, instant(f"2026-11-25T{now}:00+00:00"))
    assert [shown(due) for due in found] == begins


@given(rules=st.lists(schedules(), min_size=1, max_size=3), now=STARTS)
def test_without_editions_a_schedule_begins_with_its_next_moment(rules, now):
    assert plan_first_dues(rules, [], now) == tuple(
        find_following_due(rule, now) for rule in rules
    )
