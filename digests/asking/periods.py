"""Reads which days are meant by «yesterday», «last week», «1 March», «2026-01-05».

The rules for days are those of the articles (`digests.language.days`), seen from the
day on which it is asked: people look back, so a weekday or a date without a year is
the last one. It answers with whole days and knows no zone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from digests.language import dates, days

#: So much of what was typed is read.
_READ = 400
_PLAIN = re.compile(
    r"(?P<count>\d{1,3})\s?(?P<unit>d|days?|w|weeks?|tage?|wochen?)\b", re.I
)
_SHORT_DAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)\b", re.I)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = 36500


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """Whole days, the last included, and where in the text they were named."""

    first: date
    last: date
    start: int
    end: int


def period(text: str, today: date, lang: str | None = None) -> Period | None:
    """Give the days that a text names first, or None.

    Args:
        text: What somebody typed: a word for a day, a date, or a whole question.
        today: The day on which it is asked.
        lang: Its language.
    """
    found = sorted(_all(text[:_READ], today, lang), key=lambda each: each.start)
    return found[0] if found else None


def since(typed: str, today: date) -> date | None:
    """Give the first day of a «since»: also «7 days», «2w» and «mon»; None: unread."""
    known = period(typed, today) or period(typed.strip().capitalize(), today)
    if known is not None:
        return known.first
    plain = _PLAIN.fullmatch(typed.strip())
    if plain is not None:
        count = int(plain["count"]) * (7 if plain["unit"][0] in "wW" else 1)
        return today - timedelta(days=min(count, _LONGEST))
    short = _SHORT_DAY.fullmatch(typed.strip())
    if short is not None:
        back = (today.weekday() - _WEEKDAYS.index(short[0].lower())) % 7
        return today - timedelta(days=back)
    return None


def _all(text: str, today: date, lang: str | None) -> Iterator[Period]:
    for day in days.find(text, today, lang):
        if day.first is not None and day.last is not None:
            first, last = _back(day.first, day.last, today)
            yield Period(first=first, last=last, start=day.start, end=day.end)
    for moment in dates.find(text):
        span = days.on_calendar(moment, today)
        if span is None:
            continue
        first, last = span if moment.year else _back(*span, today)
        yield Period(first=first, last=last, start=moment.start, end=moment.end)


def _back(first: date, last: date, today: date) -> tuple[date, date]:
    """A day ahead of which no year is told is the last one of its name."""
    if first <= today or (first - today).days < _SOON:
        return first, last
    try:
        return first.replace(year=first.year - 1), last.replace(year=last.year - 1)
    except ValueError:
        return first, last


#: «tomorrow», «next week» and a date of next month may be asked for as well.
_SOON = 45
