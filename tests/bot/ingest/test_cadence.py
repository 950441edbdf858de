"""When a source is read next: rules that hold for any source and any moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest import source_state

moments = st.datetimes(
    datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)
)
addresses = st.text(max_size=40)
paces = st.floats(0, 100_000)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@given(paces)
def test_an_interval_is_between_five_minutes_and_six_hours(pace: float):
    assert (
        source_state.SHORTEST_INTERVAL
        <= source_state.polling_interval(pace)
        <= source_state.LONGEST_INTERVAL
    )


@given(paces, paces)
def test_frequent_publishers_are_polled_at_least_as_often(one: float, other: float):
    slow, fast = sorted((one, other))
    assert source_state.polling_interval(fast) <= source_state.polling_interval(slow)


@pytest.mark.parametrize(
    ("pace", "minutes"),
    [(None, 15), (4, 15), (20, 15), (96, 15), (192, 7.5), (1000, 5), (1, 60), (0, 360)],
)
def test_the_usual_interval_is_a_quarter_of_an_hour(pace, minutes):
    assert source_state.polling_interval(pace) == timedelta(minutes=minutes)


@given(addresses, paces, moments)
def test_the_next_slot_is_neither_too_soon_nor_too_late(address, pace, now):
    every = source_state.polling_interval(pace)
    at = source_state.next_poll_slot(address, every, now)
    assert every / 2 <= at - now <= every * 1.5 + timedelta(milliseconds=1)


@given(addresses, moments)
def test_a_source_keeps_its_slot(address, now):
    every = timedelta(minutes=15)
    first = source_state.next_poll_slot(address, every, now)
    second = source_state.next_poll_slot(address, every, first)
    assert abs(second - first - every) < timedelta(milliseconds=1)


def test_a_thousand_sources_of_one_interval_come_one_after_the_other():
    every = timedelta(minutes=15)
    slots = [
        source_state.next_poll_slot(f"https://{n}.example/feed", every, NOW)
        for n in range(1000)
    ]
    in_a_minute = [
        sum(NOW + timedelta(minutes=m) <= at < NOW + timedelta(minutes=m + 1)
            for at in slots)
        for m in range(8, 22)
    ]  # fmt: skip
    assert max(in_a_minute) < 110


@given(addresses, st.integers(1, 10_000), moments)
def test_failures_wait_longer_and_never_more_than_a_day(address, failures, now):
    wait = source_state.retry_time(address, failures, now) - now
    longer = source_state.retry_time(address, failures + 1, now) - now
    assert source_state.USUAL_INTERVAL <= wait <= longer <= source_state.LONGEST_BACKOFF


@given(addresses, st.timedeltas(timedelta(seconds=1), timedelta(days=1)), moments)
def test_a_pause_is_never_cut_short(address, wait, now):
    at = source_state.resume_time(address, wait, now)
    assert wait <= at - now <= wait * 1.1 + timedelta(milliseconds=1)


def test_the_pace_of_a_first_reading_is_that_of_its_dates():
    hourly = [NOW - timedelta(hours=n) for n in range(1, 25)]
    assert source_state.estimate_pace(hourly, NOW) == pytest.approx(24)
    assert source_state.estimate_pace([None, None], NOW) is None
    assert source_state.estimate_pace([NOW - timedelta(days=30)], NOW) == 0


def test_the_pace_follows_what_is_published():
    pace = 24.0
    for _ in range(24 * 14):
        pace = source_state.update_pace(pace, 0, timedelta(hours=1))
    assert source_state.polling_interval(pace) > timedelta(hours=4)
    for _ in range(24 * 3):
        pace = source_state.update_pace(pace, 20, timedelta(hours=1))
    assert source_state.polling_interval(pace) < timedelta(minutes=8)


@given(st.none() | paces, st.integers(0, 500), st.timedeltas(timedelta(0)))
def test_a_pace_is_never_negative_or_no_number(before, new, elapsed):
    assert 0 <= source_state.update_pace(before, new, elapsed) < float("inf")
