import re
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.schedules import Interval, Schedule, Window, parse, say
from bot.schedules.rules import EVERY_DAY, WEEKDAYS, WEEKEND
from bot.schedules.words import EXAMPLES
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
        hours = Window(start=start, end=end)
    return Schedule(days=days, rule=Interval(minutes=minutes, window=hours), zone=zone)


BERLIN = "Europe/Berlin"
DAYTIME = ("08:00", "20:00")

UNDERSTOOD = {
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


@pytest.mark.parametrize("sentence", UNDERSTOOD)
def test_a_sentence_means(sentence):
    assert parse(sentence) == UNDERSTOOD[sentence]


#: Sentence → what its complaint must name.
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
    "x" * 100_000: "200 characters",
}


@pytest.mark.parametrize("sentence", NOT_UNDERSTOOD, ids=lambda words: words[:40])
def test_a_complaint_names_what_was_not_understood(sentence):
    with pytest.raises(UserError) as complaint:
        parse(sentence)
    assert NOT_UNDERSTOOD[sentence] in str(complaint.value)


def offered(complaint: str) -> str:
    """The sentence that a complaint ends with."""
    found = re.search(r"Try «([^»]+)»\.$", complaint)
    assert found is not None, complaint
    return found[1]


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(sorted(UNDERSTOOD)).flatmap(
            lambda sentence: st.sampled_from(sentence.split() or [sentence])
        ),
        max_size=8,
    ).map(" ".join)
)
def test_whatever_is_written_is_understood_or_offered_something_that_is(sentence):
    try:
        schedule = parse(sentence)
    except UserError as complaint:
        schedule = parse(offered(str(complaint)))
    assert parse(say(schedule)) == schedule


NEAREST = {
    "evry weekday at 8:30": "weekdays at 8:30 Europe/London",
    "weekdys at 8.30 Europe/Berln": "weekdays at 8:30 Europe/Berlin",
    "mon, thu": "Monday and Thursday at 8:00 Europe/London",
    "daily at 7:00, 25:00 and 18:00": "daily at 7:00 and 18:00 Europe/London",
    "every 0 hours": "every 3 hours Europe/London",
    "daily at 8:00 Asia/Tokio": "daily at 8:00 Asia/Tokyo",
}


@pytest.mark.parametrize("sentence", NEAREST)
def test_the_nearest_sentence_keeps_what_was_right(sentence):
    with pytest.raises(UserError) as complaint:
        parse(sentence, "Europe/London")
    assert offered(str(complaint.value)) == NEAREST[sentence]


def test_the_default_zone_holds_where_none_is_named():
    assert parse("daily at 8", "asia/tokyo").zone == "Asia/Tokyo"
    assert parse("daily at 8 UTC", "Asia/Tokyo").zone == "UTC"


def test_an_unknown_zone_is_answered_with_at_most_three_near_ones():
    with pytest.raises(UserError) as complaint:
        parse("daily at 8:00 Europe/Londn")
    named = re.findall(r"«([^»]+)»", str(complaint.value).partition("Try")[0])
    assert named[:2] == ["Europe/Londn", "Europe/London"]
    assert len(named) <= 4


@given(schedules())
def test_what_is_said_is_understood_as_the_same(schedule):
    assert parse(say(schedule)) == schedule


SAID = {
    "every 60 minutes": "hourly UTC",
    "every 1 minutes": "every minute UTC",
    "every 120 mins": "every 2 hours UTC",
    "every 90 minutes": "every 90 minutes UTC",
    "mon,tue,wed,thu,fri at 08:05": "weekdays at 8:05 UTC",
    "sat & sun at 7 pm": "weekends at 19:00 UTC",
    "mon wed fri 7": "Monday, Wednesday and Friday at 7:00 UTC",
    "hourly 8-20 on sat": "hourly between 8:00 and 20:00 on Saturday UTC",
}


@pytest.mark.parametrize("sentence", SAID)
def test_a_schedule_is_said_in_the_shortest_plain_words(sentence):
    assert say(parse(sentence)) == SAID[sentence]


@pytest.mark.parametrize("sentence", EXAMPLES)
def test_every_example_that_is_offered_is_understood(sentence):
    assert say(parse(sentence)) == f"{sentence} UTC"
