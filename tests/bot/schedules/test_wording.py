"""Wording for people: English by default, other languages by their catalogue."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

from bot.i18n.translation import Texts
from bot.schedules.parsing import parse_schedule
from bot.schedules.wording import describe_schedule
from tests.bot.schedules.strategies import schedules

ENGLISH, GERMAN = Texts.of("en"), Texts.of("de")

IN_GERMAN = {
    "daily at 7 and 18 Berlin": "täglich um 07:00 und 18:00 Uhr (Europe/Berlin)",
    "weekdays at 8:30": "montags bis freitags um 08:30 Uhr (UTC)",
    "weekends at 10": "samstags und sonntags um 10:00 Uhr (UTC)",
    "mon, wed, thu at 9": "montags, mittwochs und donnerstags um 09:00 Uhr (UTC)",
    "every minute": "jede Minute (UTC)",
    "every 15 minutes": "alle 15 Minuten (UTC)",
    "hourly": "stündlich (UTC)",
    "every 3 hours": "alle 3 Stunden (UTC)",
    "hourly between 8:00 and 20:00 on tuesday": (
        "stündlich zwischen 08:00 und 20:00 Uhr, dienstags (UTC)"
    ),
    "first monday of the month at 9": "am ersten Montag des Monats um 09:00 Uhr (UTC)",
    "second and last friday of the month at 9": (
        "am zweiten und letzten Freitag des Monats um 09:00 Uhr (UTC)"
    ),
    "first weekday of the month at 9": (
        "am ersten Wochentag (Montag bis Freitag) des Monats um 09:00 Uhr (UTC)"
    ),
    "on the 1st and 15th at 8": "am 1. und 15. des Monats um 08:00 Uhr (UTC)",
    "last day of the month at 18": "am letzten Tag des Monats um 18:00 Uhr (UTC)",
    "every 15 minutes on the 1st": "alle 15 Minuten am 1. des Monats (UTC)",
    "every other tuesday at 9 from 2026-12-01": (
        "alle 2 Wochen dienstags um 09:00 Uhr (UTC) ab dem 1. Dezember 2026"
    ),
    "daily at 8 until 2026-12-31": (
        "täglich um 08:00 Uhr (UTC) bis zum 31. Dezember 2026"
    ),
    "daily at 8 except 2026-12-24": (
        "täglich um 08:00 Uhr (UTC) außer am 24. Dezember 2026"
    ),
    "daily at 8 except 2026-12-24 to 2026-12-26": (
        "täglich um 08:00 Uhr (UTC) außer am 24. Dezember 2026 bis 26. Dezember 2026"
    ),
}


@pytest.mark.parametrize("sentence", IN_GERMAN)
def test_a_schedule_is_worded_in_german(sentence):
    assert describe_schedule(parse_schedule(sentence), GERMAN) == IN_GERMAN[sentence]


IN_ENGLISH = {
    "weekdays at 8:30 Berlin": "weekdays at 08:30, Europe/Berlin",
    "daily at 7 and 18": "daily at 07:00 and 18:00, UTC",
    "hourly between 8:00 and 20:00 on tuesday": (
        "hourly between 08:00 and 20:00 on Tuesday, UTC"
    ),
    "every other tuesday at 9 from 2026-12-01": (
        "every 2 weeks on Tuesday at 09:00, UTC, from 1 December 2026"
    ),
    "daily at 8 except holidays in DE": "daily at 08:00, UTC, except holidays in DE",
}


@pytest.mark.parametrize("sentence", IN_ENGLISH)
def test_a_schedule_is_worded_in_english(sentence):
    assert describe_schedule(parse_schedule(sentence), ENGLISH) == IN_ENGLISH[sentence]


#: Words of the English sentences only, without those of time zones.
ENGLISH_WORDS = (
    " at ", " on ", " of ", " and ", "except", "until", "every", "daily", "week",
    "hour", "minute", "day ", "first", "last ",
)  # fmt: skip


@given(schedules())
def test_no_english_is_left_in_the_german_sentence(schedule):
    said = describe_schedule(schedule, GERMAN).replace(schedule.zone, "")
    assert [word for word in ENGLISH_WORDS if word in said] == []


@given(schedules())
def test_the_english_for_people_is_understood_as_the_same(schedule):
    assert parse_schedule(describe_schedule(schedule, ENGLISH)) == schedule


def test_the_english_that_is_stored_has_dates_that_sort():
    limited = parse_schedule("daily at 8 from 1 December 2026")
    assert describe_schedule(limited) == "daily at 8:00 UTC from 2026-12-01"
    assert (
        describe_schedule(limited, ENGLISH)
        == "daily at 08:00, UTC, from 1 December 2026"
    )
    assert datetime(2026, 12, 1, tzinfo=UTC).date() == limited.first
