from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.model import DueMoment
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import (
    EVERY_DAY,
    Interval,
    Schedule,
    find_following_due,
    has_date,
    list_upcoming_dues,
)
from tests.bot.schedules.strategies import ZONES, schedules


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def local(due: DueMoment, zone: str) -> str:
    return due.at.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


#: (sentence, after) → the next moments with their offsets; 2026-11-25 is a Wednesday.
NEXT = {
    ("every 2 minutes", "2026-11-25T08:00:30+00:00"): [
        "2026-11-25T08:02+00:00",
        "2026-11-25T08:04+00:00",
    ],
    ("every 2 minutes", "2026-11-25T08:02:00+00:00"): ["2026-11-25T08:04+00:00"],
    ("every 7 minutes", "2026-11-25T23:50:00+00:00"): [
        "2026-11-25T23:55+00:00",
        "2026-11-26T00:00+00:00",
        "2026-11-26T00:07+00:00",
    ],
    ("every 45 minutes between 8:00 and 9:45", "2026-11-25T08:00:00+00:00"): [
        "2026-11-25T08:15+00:00",
        "2026-11-25T09:00+00:00",
        "2026-11-25T09:45+00:00",
        "2026-11-26T08:15+00:00",
    ],
    ("hourly between 22:00 and 1:00", "2026-11-25T21:00:00+00:00"): [
        "2026-11-25T22:00+00:00",
        "2026-11-25T23:00+00:00",
        "2026-11-26T00:00+00:00",
        "2026-11-26T01:00+00:00",
        "2026-11-26T22:00+00:00",
    ],
    ("every 3 hours Asia/Kolkata", "2026-11-25T00:00:00+00:00"): [
        "2026-11-25T06:00+05:30",
        "2026-11-25T09:00+05:30",
    ],
    ("weekdays at 8:30 Europe/Berlin", "2026-11-27T07:29:59+00:00"): [
        "2026-11-27T08:30+01:00",
        "2026-11-30T08:30+01:00",
    ],
    ("weekdays at 8:30 Europe/Berlin", "2026-11-27T07:30:00+00:00"): [
        "2026-11-30T08:30+01:00"
    ],
    ("mon, thu at 9:00 America/New_York", "2026-11-25T00:00:00+00:00"): [
        "2026-11-26T09:00-05:00",
        "2026-11-30T09:00-05:00",
    ],
    ("first monday of the month at 9 Europe/Berlin", "2026-12-07T08:00:00+00:00"): [
        "2027-01-04T09:00+01:00",
        "2027-02-01T09:00+01:00",
    ],
    ("last friday of the month at 17:00 America/New_York", "2026-02-01T00:00:00Z"): [
        "2026-02-27T17:00-05:00",
        "2026-03-27T17:00-04:00",
    ],
    ("fifth sunday of the month at 2:30 Europe/Berlin", "2026-03-01T00:00:00Z"): [
        "2026-03-29T03:00+02:00",
        "2026-05-31T02:30+02:00",
    ],
    ("on the 1st and 31st at 8", "2026-03-31T08:00:00Z"): [
        "2026-04-01T08:00+00:00",
        "2026-05-01T08:00+00:00",
        "2026-05-31T08:00+00:00",
    ],
    ("last day of the month at 18:00", "2027-12-31T18:00:00Z"): [
        "2028-01-31T18:00+00:00",
        "2028-02-29T18:00+00:00",
        "2028-03-31T18:00+00:00",
    ],
    ("last weekday of the month at 9", "2026-01-01T00:00:00Z"): [
        "2026-01-30T09:00+00:00",
        "2026-02-27T09:00+00:00",
        "2026-03-31T09:00+00:00",
    ],
    ("10th weekend day of the month at 9", "2026-09-01T00:00:00Z"): [
        "2027-01-31T09:00+00:00",
        "2027-05-30T09:00+00:00",
    ],
    # The last day of the month is local.
    ("last day of the month at 1:00 Pacific/Auckland", "2026-11-29T00:00:00Z"): [
        "2026-11-30T01:00+13:00"
    ],
    ("every other tuesday at 9 starting 2026-12-01", "2026-11-25T00:00:00Z"): [
        "2026-12-01T09:00+00:00",
        "2026-12-15T09:00+00:00",
        "2026-12-29T09:00+00:00",
        "2027-01-12T09:00+00:00",
    ],
    # The week of the first date counts, and begins with its Monday.
    ("every 2 weeks on mon, thu at 9 from 2026-12-02", "2026-11-25T00:00:00Z"): [
        "2026-12-03T09:00+00:00",
        "2026-12-14T09:00+00:00",
        "2026-12-17T09:00+00:00",
    ],
    ("every 52 weeks on friday at 9 from 2026-01-02", "2026-01-02T09:00:00Z"): [
        "2027-01-01T09:00+00:00",
        "2027-12-31T09:00+00:00",
    ],
    ("daily at 8 except 2026-12-24 to 2026-12-26", "2026-12-23T00:00:00Z"): [
        "2026-12-23T08:00+00:00",
        "2026-12-27T08:00+00:00",
    ],
    # A left-out date is the local one.
    ("daily at 1 Asia/Tokyo except 2026-12-24", "2026-12-22T16:00:00Z"): [
        "2026-12-25T01:00+09:00"
    ],
    ("every 12 hours from 2026-12-01", "2026-11-25T00:00:00Z"): [
        "2026-12-01T00:00+00:00",
        "2026-12-01T12:00+00:00",
    ],
    # The local day decides: it is Saturday in Auckland while it is Friday in UTC.
    ("saturdays at 7 Pacific/Auckland", "2026-11-27T00:00:00+00:00"): [
        "2026-11-28T07:00+13:00"
    ],
    # Gap: 2:00 to 3:00 is left out.
    ("daily at 2:30 Europe/Berlin", "2026-03-28T12:00:00+00:00"): [
        "2026-03-29T03:00+02:00",
        "2026-03-30T02:30+02:00",
    ],
    ("every 20 minutes Europe/Berlin", "2026-03-29T00:30:00+00:00"): [
        "2026-03-29T01:40+01:00",
        "2026-03-29T03:00+02:00",
        "2026-03-29T03:20+02:00",
    ],
    ("every 2 hours Europe/Berlin", "2026-03-28T23:30:00+00:00"): [
        "2026-03-29T03:00+02:00",
        "2026-03-29T04:00+02:00",
    ],
    # Two slots in one gap are one moment.
    ("daily at 2:15, 2:45, 3:00 Europe/Berlin", "2026-03-28T12:00:00+00:00"): [
        "2026-03-29T03:00+02:00",
        "2026-03-30T02:15+02:00",
    ],
    # Overlap: 1:00 to 2:00 comes twice; a slot counts once, a short interval goes on.
    ("daily at 1:30 America/New_York", "2026-10-31T12:00:00+00:00"): [
        "2026-11-01T01:30-04:00",
        "2026-11-02T01:30-05:00",
    ],
    ("every 30 minutes America/New_York", "2026-11-01T05:00:00+00:00"): [
        "2026-11-01T01:30-04:00",
        "2026-11-01T01:00-05:00",
        "2026-11-01T01:30-05:00",
        "2026-11-01T02:00-05:00",
    ],
    ("hourly America/New_York", "2026-11-01T04:00:00+00:00"): [
        "2026-11-01T01:00-04:00",
        "2026-11-01T01:00-05:00",
        "2026-11-01T02:00-05:00",
    ],
    ("every 90 minutes America/New_York", "2026-11-01T04:00:00+00:00"): [
        "2026-11-01T01:30-04:00",
        "2026-11-01T03:00-05:00",
    ],
    # Half an hour is left out, and comes twice.
    ("daily at 2:15 Australia/Lord_Howe", "2026-10-03T00:00:00+00:00"): [
        "2026-10-04T02:30+11:00",
        "2026-10-05T02:15+11:00",
    ],
    ("daily at 1:45 Australia/Lord_Howe", "2026-04-04T00:00:00+00:00"): [
        "2026-04-05T01:45+11:00",
        "2026-04-06T01:45+10:30",
    ],
    # Midnight is left out.
    ("daily at 0:00 Asia/Beirut", "2026-03-28T12:00:00+00:00"): [
        "2026-03-29T01:00+03:00",
        "2026-03-30T00:00+03:00",
    ],
    ("daily at 0:30 America/Santiago", "2026-09-05T12:00:00+00:00"): [
        "2026-09-06T01:00-03:00",
        "2026-09-07T00:30-03:00",
    ],
    # The gap reaches midnight: the slot of the 4th is due with the 5th.
    ("daily at 23:45 Asia/Pyongyang", "2018-05-04T00:00:00+00:00"): [
        "2018-05-05T00:00+09:00",
        "2018-05-05T23:45+09:00",
    ],
    # A whole date is left out.
    ("daily at 12:00 Pacific/Apia", "2011-12-29T12:00:00+00:00"): [
        "2011-12-29T12:00-10:00",
        "2011-12-31T12:00+14:00",
    ],
    ("fridays at 12:00 Pacific/Apia", "2011-12-24T12:00:00+00:00"): [
        "2012-01-06T12:00+14:00"
    ],
    # Midnight comes twice in one minute, and the day before goes on in between.
    ("every 20 minutes America/St_Johns", "2010-11-07T02:09:00+00:00"): [
        "2010-11-06T23:40-02:30",
        "2010-11-07T00:00-02:30",
        "2010-11-06T23:20-03:30",
        "2010-11-06T23:40-03:30",
        "2010-11-07T00:00-03:30",
        "2010-11-07T00:20-03:30",
    ],
}


LAST_ONES = {
    "daily at 8 until 2026-12-31": ["2026-12-30T08:00+00:00", "2026-12-31T08:00+00:00"],
    "hourly between 22:00 and 23:00 until 2026-12-30": [
        "2026-12-30T22:00+00:00",
        "2026-12-30T23:00+00:00",
    ],
    "daily at 8 from 2026-12-01 until 2026-12-31 except 2026-12-31": [
        "2026-12-30T08:00+00:00"
    ],
    # The gap of Samoa took the date away that was the last one.
    "daily at 8 Pacific/Apia until 2011-12-30": [],
}


@pytest.mark.parametrize("sentence", LAST_ONES)
def test_nothing_comes_after_the_last_date(sentence):
    schedule = parse_schedule(sentence)
    dues = list_upcoming_dues(schedule, instant("2026-12-30T00:00:00+00:00"), 9)
    assert [local(due, schedule.zone) for due in dues] == LAST_ONES[sentence]


@pytest.mark.parametrize(("sentence", "after"), NEXT)
def test_the_next_moments_are(sentence, after):
    schedule = parse_schedule(sentence)
    expected = NEXT[sentence, after]
    dues = list_upcoming_dues(schedule, instant(after), len(expected))
    assert [local(due, schedule.zone) for due in dues] == expected


def test_a_daily_slot_is_its_clock_time_on_its_local_date():
    due = find_following_due(
        parse_schedule("daily at 2:30 Berlin"), instant("2026-03-28T12:00:00+00:00")
    )
    assert due == DueMoment(
        at=instant("2026-03-29T01:00:00+00:00"),
        local_date=date(2026, 3, 29),
        slot="02:30",
    )


def test_an_intervals_slot_is_its_instant_on_its_local_date():
    after = instant("2026-11-25T22:59:00+00:00")
    due = find_following_due(parse_schedule("every 15 minutes Europe/Berlin"), after)
    assert due == DueMoment(
        at=instant("2026-11-25T23:00:00+00:00"),
        local_date=date(2026, 11, 26),
        slot="2026-11-25T23:00:00Z",
    )


def test_a_slot_in_a_gap_up_to_midnight_keeps_its_own_date():
    after = instant("2018-05-04T00:00:00+00:00")
    due = find_following_due(parse_schedule("daily at 23:45 Asia/Pyongyang"), after)
    assert due is not None
    assert (due.local_date, due.slot) == (date(2018, 5, 4), "23:45")


TWENTY_ZONES = ZONES[:: len(ZONES) // 20][:20]


@pytest.mark.parametrize("zone", TWENTY_ZONES)
def test_weekdays_never_yield_a_weekend_in_ten_years(zone):
    schedule = parse_schedule(f"weekdays at 8:30 {zone}")
    after = datetime(2024, 1, 1, tzinfo=UTC)
    dues = list_upcoming_dues(schedule, after, 2600)
    assert {due.at.astimezone(ZoneInfo(zone)).weekday() for due in dues} == {
        0,
        1,
        2,
        3,
        4,
    }
    assert dues[-1].at.year == 2033


# ── the rule for slots, against a slow reference ───────────────────────────────


def wall_at(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def first_shown_or_passed(wall: datetime, zone: ZoneInfo) -> datetime:
    """Step the clock of `zone` by a minute until it shows `wall` or more."""
    at = wall.replace(tzinfo=UTC) - timedelta(hours=26)
    while wall_at(at, zone) < wall:
        at += timedelta(minutes=1)
    return at


def is_on_the_calendar(day: date, zone: ZoneInfo) -> bool:
    noon = datetime.combine(day, time(12), UTC)
    hours = (noon + timedelta(hours=hour) for hour in range(-40, 41))
    return any(wall_at(at, zone).date() == day for at in hours)


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2005, 1, 1), date(2036, 12, 31)),
    slot=st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30)),
)
@example(zone="Pacific/Apia", day=date(2011, 12, 30), slot=time(8, 30))
@example(zone="Pacific/Fakaofo", day=date(2011, 12, 30), slot=time(0))
@example(zone="Europe/Berlin", day=date(2026, 3, 29), slot=time(2, 30))
@example(zone="America/New_York", day=date(2026, 11, 1), slot=time(1, 30))
@example(zone="Australia/Lord_Howe", day=date(2026, 4, 5), slot=time(1, 30))
@example(zone="Australia/Lord_Howe", day=date(2026, 10, 4), slot=time(2, 0))
@example(zone="Asia/Beirut", day=date(2026, 3, 29), slot=time(0))
@example(zone="America/Santiago", day=date(2026, 9, 6), slot=time(0))
@example(zone="America/Havana", day=date(2026, 11, 1), slot=time(0, 30))
@example(zone="America/St_Johns", day=date(2010, 11, 7), slot=time(0))
@example(zone="Asia/Pyongyang", day=date(2018, 5, 4), slot=time(23, 30))
@example(zone="Antarctica/Casey", day=date(2023, 3, 9), slot=time(2, 30))
def test_every_date_on_the_calendar_has_each_slot_exactly_once(zone, day, slot):
    schedule = Schedule(days=EVERY_DAY, rule=(slot,), zone=zone)
    rules = ZoneInfo(zone)
    start = datetime.combine(day - timedelta(days=3), slot, UTC)
    dues = [
        due for due in list_upcoming_dues(schedule, start, 8) if due.local_date == day
    ]
    if is_on_the_calendar(day, rules):
        expected = first_shown_or_passed(datetime.combine(day, slot), rules)
        assert [due.at for due in dues] == [expected]
    else:
        assert dues == []


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"]
)
def test_a_year_of_half_hour_slots_misses_and_doubles_none(zone):
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    for half in range(48):
        slot = time(half // 2, half % 2 * 30)
        schedule = Schedule(days=EVERY_DAY, rule=(slot,), zone=zone)
        dues = list_upcoming_dues(schedule, datetime(2025, 12, 28, tzinfo=UTC), 372)
        dates = [due.local_date for due in dues if first <= due.local_date <= last]
        assert dates == [first + timedelta(days=day) for day in range(365)]


@given(
    schedule=schedules(),
    after=st.datetimes(
        datetime(2005, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC)
    ),
)
def test_moments_come_in_order_after_the_asked_one_and_on_their_days(schedule, after):
    dues = list_upcoming_dues(schedule, after, 4)
    assert len(dues) == 4 or schedule.last is not None
    instants = [after, *(due.at for due in dues)]
    assert instants == sorted(set(instants))
    assert all(due.at.tzinfo is UTC for due in dues)
    assert all(has_date(schedule, due.local_date) for due in dues)


@given(
    zone=st.sampled_from(ZONES),
    minutes=st.sampled_from([1, 2, 5, 10, 15, 20, 30, 60]),
    after=st.datetimes(
        datetime(2015, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC)
    ),
)
@example(
    zone="America/New_York", minutes=60, after=datetime(2026, 11, 1, 4, tzinfo=UTC)
)
def test_a_short_interval_never_pauses_for_longer_than_the_clocks_make_it(
    zone, minutes, after
):
    step = timedelta(minutes=minutes)
    # Clocks that jump by half an hour shift an hourly grid by as much.
    assume("Lord_Howe" not in zone and "LHI" not in zone)
    schedule = Schedule(days=EVERY_DAY, rule=Interval(minutes=minutes), zone=zone)
    at = [after, *(due.at for due in list_upcoming_dues(schedule, after, 6))]
    assert all(later - sooner <= step for sooner, later in pairwise(at))


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Honolulu"])
@pytest.mark.parametrize("rule", ["daily at 23:00", "hourly between 22:00 and 23:00"])
def test_nothing_follows_the_end_of_the_calendar(rule, zone):
    schedule = parse_schedule(f"{rule} {zone}")
    assert find_following_due(schedule, datetime(9999, 12, 31, 23, tzinfo=UTC)) is None


def test_a_window_that_no_interval_falls_into_is_never_due():
    schedule = parse_schedule("every 3 hours between 9:00 and 11:00")
    assert isinstance(schedule.rule, Interval)
    assert schedule.rule.window is not None
    never = Schedule(
        days=EVERY_DAY,
        rule=Interval(minutes=1440, window=schedule.rule.window),
        zone="UTC",
    )
    assert find_following_due(never, datetime(2026, 11, 25, tzinfo=UTC)) is None


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="aware"):
        find_following_due(parse_schedule("hourly"), datetime(2026, 11, 25))
