import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.language import dates


def found(text: str) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.kind) for m in dates.find(text)]


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
    (moment,) = dates.find(text)
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
    moments = dates.find(text)
    assert all(0 <= m.start < m.end <= len(text) for m in moments)
    assert all(a.end <= b.start for a, b in itertools.pairwise(moments))
