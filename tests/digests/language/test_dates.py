import itertools
from datetime import UTC, date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.language import dates


def found(text: str) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.kind) for m in dates.find_moments(text)]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("on January 6, 2026, they met", (2026, 1, 6)),
        ("on Jan. 6 they met", (None, 1, 6)),
        ("am 6. Januar 2026", (2026, 1, 6)),
        ("on 25th March 1990", (1990, 3, 25)),
        ("since 2026-01-06", (2026, 1, 6)),
        ("in May 1990", (1990, 5, None)),
    ],
)
def test_a_calendar_date_is_read(text: str, date: tuple[int | None, int, int | None]):
    (moment,) = dates.find_moments(text)
    assert (moment.kind, moment.year, moment.month, moment.day) == ("date", *date)


@pytest.mark.parametrize(
    "time", ["5:30 p.m.", "17:30", "17.30 Uhr", "8 a.m.", "six o'clock"]
)
def test_a_clock_time_is_recognised(time: str):
    assert found(f"They met at {time} in Hallin") == [(time, "time")]


@pytest.mark.parametrize("year", ["2024", "1990s", "2007-2013", "'90s"])
def test_a_year_is_recognised(year: str):
    assert found(f"It began in {year} there") == [(year, "year")]


@pytest.mark.parametrize("text", ["about 2000 came", "2000 people came", "$2000 spent"])
def test_a_counted_thousand_is_no_year(text: str):
    assert found(text) == []


def test_a_modal_verb_is_no_month():
    assert found("They may 12 times try") == []


@given(st.text(alphabet="0123456789-./: JanuryMayUhpm.'s", max_size=60))
def test_moments_are_in_order_and_apart(text: str):
    moments = dates.find_moments(text)
    assert all(0 <= m.start < m.end <= len(text) for m in moments)
    assert all(a.end <= b.start for a, b in itertools.pairwise(moments))


#: A Wednesday.
TODAY = date(2026, 1, 7)


def first(text: str, lang: str | None = None) -> date | None:
    (day,) = dates.find_days(text, TODAY, lang)
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
    (day,) = dates.find_days(text, TODAY)
    assert (day.first, day.last) == span


def test_german_weekdays_are_read():
    assert first("Der Rat tagte am Dienstagabend.", "de") == date(2026, 1, 6)


@pytest.mark.parametrize(
    "text", ["It fell hours before his arrival.", "It rose two days later."]
)
def test_what_only_the_text_can_date_stays_in_words(text: str):
    assert first(text) is None


def test_without_a_day_of_publication_nothing_is_resolved():
    (day,) = dates.find_days("It closed on Tuesday.", None)
    assert (day.first, day.last) == (None, None)


def test_a_possessive_is_no_date():
    assert dates.find_days("At today's prices it is dear.", TODAY) == ()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on 23 December", date(2025, 12, 23)),
        ("on 15 January", date(2026, 1, 15)),
        ("on March 3, 2024", date(2024, 3, 3)),
    ],
)
def test_a_calendar_date_gets_the_nearest_year(text: str, day: date):
    (moment,) = dates.find_moments(text)
    assert dates.resolve_calendar_date(moment, TODAY) == (day, day)


def test_a_day_that_does_not_exist_is_none():
    (moment,) = dates.find_moments("on February 30, 2025")
    assert dates.resolve_calendar_date(moment, TODAY) is None


def test_a_long_text_is_read_in_linear_time():
    assert len(dates.find_days("It closed on Tuesday, " * 20_000, TODAY)) == 20_000


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2026-01-06T08:30:00+01:00", 7),
        ("2026-01-06T08:30:00Z", 8),
        ("2026-01-06 08:30", 8),
        ("Tue, 06 Jan 2026 08:30:00 -0500", 13),
    ],
)
def test_dates_are_read_as_utc(written, hour):
    found = dates.parse_instant(written)
    assert found is not None
    assert (found.hour, found.tzinfo) == (hour, UTC)


@pytest.mark.parametrize("written", ["", "yesterday", "2026-13-01", "0001-01-01T00+23"])
def test_what_is_no_date_gives_none(written):
    assert dates.parse_instant(written) is None


@given(st.text(max_size=60))
def test_no_date_is_too_odd(written):
    dates.parse_instant(written)
