"""Parse the days that a question or a search names.

Periods are resolved as in articles (`digests.language.dates`) against the day of the
question, but to the past: a weekday or a date without a year is the last one. They are
whole days, without a time zone.

A module of its own: «since yesterday» must not load the tables that questions need.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from digests.language import dates
from digests.types import frozen


@frozen
class Period:
    """Whole days, the last one included, and the span that names them."""

    first: date
    last: date
    start: int
    end: int


#: Characters of the input that are read.
_PERIOD_CHARS = 400
_PLAIN = re.compile(
    r"(?P<count>\d{1,3})\s?(?P<unit>d|days?|w|weeks?|tage?|wochen?)\b", re.I
)
_LONGEST = 36500


def parse_period(text: str, today: date, lang: str | None = None) -> Period | None:
    """The first period that a text names, or None.

    Args:
        text: Typed input: a word for a day, a date, or a whole question.
        today: The day on which it is asked.
        lang: Its language.
    """
    found = sorted(
        _iter_periods(text[:_PERIOD_CHARS], today, lang), key=lambda each: each.start
    )
    return found[0] if found else None


def parse_since_date(typed: str, today: date) -> date | None:
    """The first day of a «since», also of «7 days», «2w» and «mon», or None."""
    known = parse_period(typed, today) or parse_period(
        typed.strip().capitalize(), today
    )
    if known is not None:
        return known.first
    short = typed.strip().lower()
    plain = _PLAIN.fullmatch(short)
    if plain is not None:
        count = int(plain["count"]) * (7 if plain["unit"].startswith("w") else 1)
        return today - timedelta(days=min(count, _LONGEST))
    for name in dates.ENGLISH_WEEKDAYS:
        if short == name[:3].lower():
            back = (today.weekday() - dates.WEEKDAYS[name.lower()]) % 7
            return today - timedelta(days=back)
    return None


def _iter_periods(text: str, today: date, lang: str | None) -> Iterator[Period]:
    for day in dates.find_dated_days(text, today, lang):
        if day.first is None or day.last is None:
            continue
        first, last = day.first, day.last
        if not _YEAR.search(text, day.start, day.end):
            first, last = _shift_to_past(first, last, today)
        yield Period(first=first, last=last, start=day.start, end=day.end)


_YEAR = re.compile(r"\d{4}")


def _shift_to_past(first: date, last: date, today: date) -> tuple[date, date]:
    """The period, or that of a year before if it is in the far future."""
    if (first - today).days < _SOON:
        return first, last
    try:
        return first.replace(year=first.year - 1), last.replace(year=last.year - 1)
    except ValueError:
        return first, last


#: Days ahead that may be meant: «tomorrow», «next week», a date of next month.
_SOON = 45
