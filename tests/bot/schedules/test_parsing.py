import re
from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.schedules.grammar import EXAMPLES
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import (
    EVERY_DAY,
    LAST,
    WEEKDAYS,
    WEEKEND,
    Interval,
    Schedule,
    TimeWindow,
)
from bot.schedules.wording import describe_schedule
from tests.bot.schedules.strategies import schedules


def at(*times: str, days: tuple[int, ...] = EVERY_DAY, zone: str = "UTC") -> Schedule:
    rule = tuple(time.fromisoformat(slot) for slot in times)
    return Schedule(days=days, rule=rule, zone=zone)


def every(
    minutes: int,
    window: tuple[str, str] | None = None,
    days: tuple[int, ...] = EVERY_DAY,
    zone: str = "UTC",
) -> Schedule:
    hours = None
    if window is not None:
        start, end = map(time.fromisoformat, window)
        hours = TimeWindow(start=start, end=end)
    return Schedule(days=days, rule=Interval(minutes=minutes, window=hours), zone=zone)


BERLIN = "Europe/Berlin"
DAYTIME = ("08:00", "20:00")

UNDERSTOOD = {
    "Weekdays at 08:30, Europe/Berlin": at("08:30", days=WEEKDAYS, zone=BERLIN),
    "Europe/Berlin, weekdays at 8:30": at("08:30", days=WEEKDAYS, zone=BERLIN),
    "at 8:30, Berlin, on weekdays": at("08:30", days=WEEKDAYS, zone=BERLIN),
    "every 2 minutes": every(2),
    "every minute": every(1),
    "every 1 minute": every(1),
    "every five mins": every(5),
    "every half hour": every(30),
    "hourly": every(60),
    "every hour": every(60),
    "every 3 hours": every(180),
    "every 24 hours": every(1440),
    "every 15 minutes between 8:00 and 20:00": every(15, DAYTIME),
    "every 15 minutes from 8 am to 8 pm": every(15, DAYTIME),
    "every 15 minutes, 8:00-20:00, on weekdays": every(15, DAYTIME, WEEKDAYS),
    "weekdays every 15 minutes between 8 and 20": every(15, DAYTIME, WEEKDAYS),
    "every 15 minutes on weekdays between 8 and 20": every(15, DAYTIME, WEEKDAYS),
    "hourly between 22:00 and 2:00": every(60, ("22:00", "02:00")),
    "hourly Europe/Berlin": every(60, zone=BERLIN),
    "daily at 7:00 and 18:00 Europe/Berlin": at("07:00", "18:00", zone=BERLIN),
    "daily at 18:00 and 7:00 and 7:00": at("07:00", "18:00"),
    "every day at noon": at("12:00"),
    "at midnight": at("00:00"),
    "8:30 am": at("08:30"),
    "8.30pm": at("20:30"),
    "at 12 am and 12 pm": at("00:00", "12:00"),
    "daily at 7 a.m., 1 p.m. and 18:00": at("07:00", "13:00", "18:00"),
    "weekdays at 8:30 Europe/Berlin": at("08:30", days=WEEKDAYS, zone=BERLIN),
    "Weekdays 8:30 EUROPE/BERLIN.": at("08:30", days=WEEKDAYS, zone=BERLIN),
    "at 8:30 on weekdays": at("08:30", days=WEEKDAYS),
    "at 8:30 Europe/Berlin on weekdays": at("08:30", days=WEEKDAYS, zone=BERLIN),
    "every weekday at nine": at("09:00", days=WEEKDAYS),
    "weekends at 10": at("10:00", days=WEEKEND),
    "mon, thu at 9:00": at("09:00", days=(0, 3)),
    "monday and friday at 18:15": at("18:15", days=(0, 4)),
    "on Mondays, Wednesdays, and Fridays at 7": at("07:00", days=(0, 2, 4)),
    "mon-wed, sun at 7": at("07:00", days=(0, 1, 2, 6)),
    "fri – mon at 7": at("07:00", days=(0, 4, 5, 6)),
    "monday to friday at 7": at("07:00", days=WEEKDAYS),
    "daily at 7 Berlin": at("07:00", zone=BERLIN),
    "daily at 7 in new york": at("07:00", zone="America/New_York"),
    "daily at 7 (America/New York)": at("07:00", zone="America/New_York"),
    "daily at 7 Zürich": at("07:00", zone="Europe/Zurich"),
    "daily at 7 Istanbul time": at("07:00", zone="Europe/Istanbul"),
    "daily at 7 Buenos Aires": at("07:00", zone="America/Argentina/Buenos_Aires"),
    "daily at 7 Etc/GMT-5": at("07:00", zone="Etc/GMT-5"),
}


def on(
    *places: int, days: tuple[int, ...] = EVERY_DAY, hour: int = 9, zone: str = "UTC"
) -> Schedule:
    return Schedule(days=days, rule=(time(hour),), zone=zone, places=places)


FIRST = date(2026, 12, 1)
TUESDAYS = replace(at("09:00", days=(1,)), weeks=2, first=FIRST)
EIGHT = at("08:00")
CHRISTMAS = (date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26))

UNDERSTOOD |= {
    "first monday of the month at 9": on(1, days=(0,)),
    "First and third Monday of each month at 9 Berlin": on(
        1, 3, days=(0,), zone=BERLIN
    ),
    "every first monday of the month at 9": on(1, days=(0,)),
    "at 9 on the second tuesday of the month": on(2, days=(1,)),
    "second and last tuesday of the month, 9am": on(2, LAST, days=(1,)),
    "last friday of the month at 17:00": on(LAST, days=(4,), hour=17),
    "first weekday of the month at 9": on(1, days=WEEKDAYS),
    "last working day of the month at 9": on(LAST, days=WEEKDAYS),
    "on the 1st and 15th at 8": on(1, 15, hour=8),
    "the 15th, 1st and 15th of the month at 8": on(1, 15, hour=8),
    "monthly on the 31st at 8": on(31, hour=8),
    "on the first day of every month at 8": on(1, hour=8),
    "last day of the month at 18:00": on(LAST, hour=18),
    "every 15 minutes from 8 to 20 on the 1st": replace(
        every(15, DAYTIME), places=(1,)
    ),
    "every other tuesday at 9 starting 2026-12-01": TUESDAYS,
    "every other tuesday starting on 1 December 2026 at 9": TUESDAYS,
    "every 2 weeks on tuesday at 9 from 2026-11-25": TUESDAYS,
    "fortnightly on tuesday at 9 since Nov 25th, 2026": TUESDAYS,
    "every three weeks on tuesday at 9 from 2026-12-01": replace(TUESDAYS, weeks=3),
    "weekly on tuesday at 9": at("09:00", days=(1,)),
    "daily at 8 from 2026-12-01": replace(EIGHT, first=FIRST),
    "starting 2026-12-01, daily at 8": replace(EIGHT, first=FIRST),
    "daily at 8 until 2026-12-31": replace(EIGHT, last=date(2026, 12, 31)),
    "between 2026-12-01 and 2026-12-31 daily at 8": replace(
        EIGHT, first=FIRST, last=date(2026, 12, 31)
    ),
    "daily at 8 except 2026-12-24": replace(EIGHT, skips=CHRISTMAS[:1]),
    "daily at 8 except 2026-12-24 to 2026-12-26": replace(EIGHT, skips=CHRISTMAS),
    "daily except on 26 December 2026, Dec 25, 2026 and 2026-12-24 at 8 UTC": replace(
        EIGHT, skips=CHRISTMAS
    ),
    "daily at 8 except weekends": at("08:00", days=WEEKDAYS),
    "daily except on sat and sun at 8": at("08:00", days=WEEKDAYS),
}


@pytest.mark.parametrize("sentence", UNDERSTOOD)
def test_a_sentence_means(sentence):
    assert parse_schedule(sentence) == UNDERSTOOD[sentence]


#: Sentence → what its error must mention.
NOT_UNDERSTOOD = {
    "": "empty",
    "   ": "empty",
    "every 0 minutes": "«0»",
    "every 25 hours": "«25»",
    "every 1441 minutes": "«1441»",
    "every -5 minutes": "«-5»",
    "every 1.5 hours": "«1.5»",
    f"every {'9' * 150} minutes": "24 hours",
    "every 30 seconds": "one minute",
    "every 3 hours between 10:00 and 11:00": "10:00 and 11:00",
    "hourly between 8:00 and 9:00 between 10:00 and 11:00": "twice",
    "mondays every hour on fridays": "twice",
    "daily at 25:00": "«25:00»",
    "daily at 8:60": "«8:60»",
    "daily at 24:00": "«24:00»",
    "at 13 pm": "«13pm»",
    "at 0 am": "«0am»",
    "at 7 and 9 pm": "«7»",
    "every 15 minutes between 8 and 10 pm": "«8»",
    "daily": "no time of day",
    "mon, thu": "no time of day",
    "Berlin": "no times",
    "daily at 8:00 Mars/Base": "«Mars/Base»",
    "daily at 8:00 central": "«US/Central»",
    "weekdays at 8:30 PST": "«America/Los_Angeles»",
    "evry weekday at 8:30": "«evry» is not understood here",
    "weekdys at 8:30 Europe/Berln": "«weekdys»",
    "every 2 days at 9": "every 2 days at 9",
    "at 8 at": "at 8 at",
    "0 8 * * *": "*",
    "every second tuesday at 9": "«second» of what?",
    "first monday at 9": "«first» of what?",
    "31st friday of the month at 9": "«31st»",
    "on the 32nd at 9": "«32nd»",
    "on the 0th at 9": "«0th»",
    "first monday and third friday of the month at 9": "is not a schedule",
    "first monday of the month": "no time of day",
    "first monday of the month at 9 except mondays": "every day",
    "on the 1st at 9 except mondays": "except 2026-12-24",
    "every other tuesday at 9": "counted from when?",
    "every other day at 9 from 2026-12-01": "«every other»",
    "every 0 weeks on monday at 9 from 2026-12-01": "«0» weeks",
    "every 53 weeks on monday at 9 from 2026-12-01": "«53» weeks",
    "every 2 weeks on mon to sun at 9 from 2026-12-01": "the days that are meant",
    "daily at 8 until 2026-02-30": "«2026-02-30» is not on the calendar",
    "daily at 8 from 31 June 2026": "«2026-06-31» is not on the calendar",
    "daily at 8 until 2026-13-01": "«2026-13-01»",
    "daily at 8 from 2026-12-31 until 2026-12-01": "before it begins",
    "daily at 8 from 2026-12-01 from 2026-12-02": "twice",
    "weekends at 8 from 2026-11-23 until 2026-11-27": "has no date",
    "daily at 8 except 2026-12-26 to 2026-12-24": "earlier date first",
    "daily at 8 except 2026-01-01 to 2026-12-31": "100 dates",
    "daily at 8 except mon-sun": "leaves out every day",
    "weekdays at 8 except holidays": "country",
    "x" * 100_000: "1000 characters",
}


@pytest.mark.parametrize("sentence", NOT_UNDERSTOOD, ids=lambda words: words[:40])
def test_a_complaint_names_what_was_not_understood(sentence):
    with pytest.raises(UserError) as complaint:
        parse_schedule(sentence)
    assert NOT_UNDERSTOOD[sentence] in str(complaint.value)


def offered(complaint: str) -> str:
    """The suggestion at the end of an error."""
    found = re.search(r"Try «([^»]+)»\.$", complaint)
    assert found is not None, complaint
    return found[1]


WORDS = sorted({word for sentence in UNDERSTOOD for word in sentence.split()})


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
)
def test_whatever_is_written_is_understood_or_offered_something_that_is(sentence):
    try:
        schedule = parse_schedule(sentence)
    except UserError as complaint:
        schedule = parse_schedule(offered(str(complaint)))
    assert parse_schedule(describe_schedule(schedule)) == schedule


NEAREST = {
    "evry weekday at 8:30": "weekdays at 8:30 Europe/London",
    "weekdys at 8.30 Europe/Berln": "weekdays at 8:30 Europe/Berlin",
    "mon, thu": "Monday and Thursday at 8:00 Europe/London",
    "daily at 7:00, 25:00 and 18:00": "daily at 7:00 and 18:00 Europe/London",
    "every 0 hours": "every 3 hours Europe/London",
    "daily at 8:00 Asia/Tokio": "daily at 8:00 Asia/Tokyo",
    "30 8 * * 1-5": "weekdays at 8:30 Europe/London",
    "first monday at 9": "on the first Monday of the month at 9:00 Europe/London",
    "lst friday of the month at 9": (
        "on the last Friday of the month at 9:00 Europe/London"
    ),
    "every other tuesday at 9": (
        "every 2 weeks on Tuesday at 9:00 Europe/London from 2027-01-05"
    ),
}


@pytest.mark.parametrize("sentence", NEAREST)
def test_the_nearest_sentence_keeps_what_was_right(sentence):
    with pytest.raises(UserError) as complaint:
        parse_schedule(sentence, "Europe/London")
    assert offered(str(complaint.value)) == NEAREST[sentence]


def test_the_default_zone_holds_where_none_is_named():
    assert parse_schedule("daily at 8", "asia/tokyo").zone == "Asia/Tokyo"
    assert parse_schedule("daily at 8 UTC", "Asia/Tokyo").zone == "UTC"


def test_an_unknown_zone_is_answered_with_at_most_three_near_ones():
    with pytest.raises(UserError) as complaint:
        parse_schedule("daily at 8:00 Europe/Londn")
    named = re.findall(r"«([^»]+)»", str(complaint.value).partition("Try")[0])
    assert named[:2] == ["Europe/Londn", "Europe/London"]
    assert len(named) <= 4


@given(schedules())
def test_wording_parses_to_the_same_schedule(schedule):
    assert parse_schedule(describe_schedule(schedule)) == schedule


SAID = {
    "every 60 minutes": "hourly UTC",
    "every 1 minutes": "every minute UTC",
    "every 120 mins": "every 2 hours UTC",
    "every 90 minutes": "every 90 minutes UTC",
    "mon,tue,wed,thu,fri at 08:05": "weekdays at 8:05 UTC",
    "sat & sun at 7 pm": "weekends at 19:00 UTC",
    "mon wed fri 7": "Monday, Wednesday and Friday at 7:00 UTC",
    "hourly 8-20 on sat": "hourly between 8:00 and 20:00 on Saturday UTC",
    "last day of the month at 18": "on the last day of the month at 18:00 UTC",
    "on the 31st, 22nd, 1st, 3rd, 11th at 8": (
        "on the 1st, 3rd, 11th, 22nd and 31st of the month at 8:00 UTC"
    ),
    "hourly on the first monday of the month": (
        "hourly on the first Monday of the month UTC"
    ),
    "fortnightly on fri every hour from 2026-12-04": (
        "hourly, every 2 weeks on Friday UTC from 2026-12-04"
    ),
    "until 2026-12-31 from 2026-12-01 daily at 8": (
        "daily at 8:00 UTC from 2026-12-01 until 2026-12-31"
    ),
    "daily at 8 except 2026-12-26, 2026-12-25, 2026-12-24, 2026-12-31": (
        "daily at 8:00 UTC except 2026-12-24 to 2026-12-26 and 2026-12-31"
    ),
}


@pytest.mark.parametrize("sentence", SAID)
def test_a_schedule_is_worded_as_briefly_as_possible(sentence):
    assert describe_schedule(parse_schedule(sentence)) == SAID[sentence]


def test_a_schedule_that_cannot_be_worded_is_rejected():
    every_minute = " ".join(f"{n // 60}:{n % 60:02}" for n in range(300))
    with pytest.raises(UserError, match="at most 1000"):
        parse_schedule(f"daily at {every_minute}")
    with pytest.raises(UserError, match="make it several"):
        parse_schedule(
            "daily at " + " ".join(f"{n // 60}:{n % 60:02}" for n in range(180))
        )


@pytest.mark.parametrize("sentence", EXAMPLES)
def test_every_example_that_is_offered_is_understood(sentence):
    assert describe_schedule(parse_schedule(sentence)) == f"{sentence} UTC"
