from datetime import date

import pytest

from digests.language import dates, days

#: A Wednesday.
TODAY = date(2026, 1, 7)


def first(text: str, lang: str | None = None) -> date | None:
    (day,) = days.find(text, TODAY, lang)
    return day.first


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The bridge closed on Tuesday.", date(2026, 1, 6)),
        ("The bridge closed on Wednesday morning.", TODAY),
        ("The bridge closed on Thursday.", date(2026, 1, 1)),
        ("The bridge closed last Wednesday.", date(2025, 12, 31)),
        ("The bridge will open on Saturday.", date(2026, 1, 10)),
        ("The bridge will open, the mayor said on Monday.", date(2026, 1, 5)),
        ("She said it would open at 6 a.m. on Friday.", date(2026, 1, 9)),
        ("It rained yesterday.", date(2026, 1, 6)),
        ("It fell three days ago.", date(2026, 1, 4)),
        ("It began in November.", date(2025, 11, 1)),
        ("Work will begin in June.", date(2026, 6, 1)),
    ],
)
def test_a_day_beside_another_is_resolved(text: str, day: date):
    assert first(text) == day


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Last week they met.", (date(2025, 12, 29), date(2026, 1, 4))),
        ("They met last month.", (date(2025, 12, 1), date(2025, 12, 31))),
        ("They met this year.", (date(2026, 1, 1), date(2026, 12, 31))),
    ],
)
def test_a_stretch_has_a_first_and_a_last_day(text: str, span: tuple[date, date]):
    (day,) = days.find(text, TODAY)
    assert (day.first, day.last) == span


def test_german_weekdays_are_read():
    assert first("Der Rat tagte am Dienstagabend.", "de") == date(2026, 1, 6)


@pytest.mark.parametrize(
    "text", ["It fell hours before his arrival.", "It rose two days later."]
)
def test_what_only_the_text_can_date_stays_in_words(text: str):
    assert first(text) is None


def test_without_a_day_of_publication_nothing_is_resolved():
    (day,) = days.find("It closed on Tuesday.", None)
    assert (day.first, day.last) == (None, None)


def test_a_possessive_is_no_date():
    assert days.find("At today's prices it is dear.", TODAY) == ()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on 23 December", date(2025, 12, 23)),
        ("on 15 January", date(2026, 1, 15)),
        ("on March 3, 2024", date(2024, 3, 3)),
    ],
)
def test_a_calendar_date_gets_the_nearest_year(text: str, day: date):
    (moment,) = dates.find(text)
    assert days.on_calendar(moment, TODAY) == (day, day)


def test_a_day_that_does_not_exist_is_none():
    (moment,) = dates.find("on February 30, 2025")
    assert days.on_calendar(moment, TODAY) is None


def test_a_long_text_is_read_in_linear_time():
    assert len(days.find("It closed on Tuesday, " * 20_000, TODAY)) == 20_000
