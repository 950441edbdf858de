"""Finds and resolves words that name one day beside another; it keeps no calendar.

A day named so («on Tuesday», «last week») is resolved against the day an article was
published: a weekday is the last one, that day included, or the next one where the
words before it look ahead («will», «is due to»). What depends on something that only
the text tells («hours before his arrival», «two days later») is found and stays
unresolved. Calendar dates belong to `digests.language.dates`; here they only get the
year that they leave out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from digests.language.dates import MONTH_NAMES, MONTHS, Moment
from digests.language.words import primary


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A stretch of text that names days; `first` and `last` are None if unresolved."""

    start: int
    end: int
    first: date | None = None
    last: date | None = None


#: The number of each weekday's name, in small letters; Monday is 0.
WEEKDAYS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "monday montag",
            "tuesday dienstag",
            "wednesday mittwoch",
            "thursday donnerstag",
            "friday freitag",
            "saturday samstag sonnabend",
            "sunday sonntag",
        )
    )
    for name in names.split()
}
_NAMES = "|".join(name.capitalize() for name in WEEKDAYS)
_WEEKDAY = re.compile(
    rf"\b(?:(?:[Oo]n|[Bb]y|[Uu]ntil|[Ss]ince|[Ff]rom|[Aa]m|[Bb]is|[Ss]eit)\s)?"
    rf"(?:(?P<turn>last|next|this|past|letzten|vergangenen|nächsten|kommenden)\s)?"
    rf"(?P<name>{_NAMES})(?P<part>\s(?:morning|afternoon|evening|night)|morgen|vormittag|"
    rf"mittag|nachmittag|abend)?\b"
)
_NUMBERS: Mapping[str, int] = {
    word: value
    for value, word in enumerate(
        ("a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        start=1,
    )
} | {"an": 1, "one": 1}
_RELATIVE = re.compile(
    rf"""\b(?:
      (?P<word>[Yy]esterday|[Tt]oday(?!['’])|[Tt]onight|[Tt]omorrow|[Gg]estern|[Hh]eute)
    | (?P<turn>[Ll]ast|[Nn]ext|[Tt]his|[Ee]arlier\sthis|[Ll]ater\sthis
        |[Ll]etzte[nrs]?|[Vv]ergangene[nrs]?|[Nn]ächste[nrs]?|[Dd]iese[nrsm]?)\s
        (?P<unit>week|month|year|weekend|summer|Woche|Monat|Jahr)
    | (?P<count>{"|".join(_NUMBERS)}|\d{{1,2}})\s(?P<of>day|week|month|year)s?\sago
    )\b""",
    re.VERBOSE,
)
#: What happened beside something else that the text tells.
_BESIDE = re.compile(
    r"\b(?:(?:just|only|a few|several|many|two|three|four|five|six|eight|ten|\d+)\s)?"
    r"(?:minutes|hours|days|weeks|months|years)\s"
    r"(?:(?:before|after)\s\w+(?:\s\w+)?|later|earlier)\b"
)
_IN_MONTH = re.compile(
    rf"\b(?:[Ii]n|[Ii]m|[Ss]ince|[Ss]eit)\s({MONTH_NAMES})\b(?!\.?\s?\d)"
)
_AHEAD = re.compile(
    r"\b(?:will|would|won['’]t|wouldn['’]t|(?:is|are|to|should) (?:to|be)|plans? to|"
    r"due|expected|scheduled|beginning|starting|wird|werden|werde|soll|sollen|solle|"
    r"beginnt|beginne|steigt|steigen)\b"
)
_BEHIND = re.compile(r"\b(?:said|says|told|was|were|sagte|sagten|wurde|wurden)\b")
_CLAUSE = re.compile(r"[.;!?]\s+(?=[A-Z“\"])|\n")
_LOOK = 200
_HALF_YEAR = timedelta(days=183)
_WEEK = timedelta(days=7)
_MONTH_LENGTH = timedelta(days=31)


def find(text: str, published: date | None, lang: str | None = None) -> tuple[Day, ...]:
    """The days a text names beside another day, in text order, without overlap.

    Args:
        text: Any text; offsets of the answer point into it.
        published: The day it was published; None leaves all days unresolved.
        lang: BCP 47 tag; a German «morgen» is not read, English months are.
    """
    found: list[Day] = []
    for day in sorted(_all(text, published, primary(lang)), key=lambda d: d.start):
        if not found or day.start >= found[-1].end:
            found.append(day)
    return tuple(found)


def on_calendar(
    moment: Moment, published: date | None, *, ahead: bool = False
) -> tuple[date, date] | None:
    """First and last day of a calendar date, or None where its year stays open.

    A date without a year is the one nearest to the day of publication; if the text
    looks `ahead` there, the next one.
    """
    if moment.kind == "time":
        return None
    year = moment.year
    if year is None and published is not None and moment.month is not None:
        year = _nearest_year(moment, published, ahead=ahead)
    if year is None:
        return None
    if moment.month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if moment.day is None:
        return _month(year, moment.month)
    try:
        day = date(year, moment.month, moment.day)
    except ValueError:
        return None
    return day, day


def _nearest_year(moment: Moment, published: date, *, ahead: bool) -> int:
    middle = date(published.year, moment.month or 1, min(moment.day or 15, 28))
    if ahead:
        return published.year + (published - middle > _MONTH_LENGTH)
    if middle - published > _HALF_YEAR:
        return published.year - 1
    return published.year + (published - middle > _HALF_YEAR)


def _month(year: int, month: int) -> tuple[date, date]:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def _all(text: str, published: date | None, tag: str) -> Iterator[Day]:
    for m in _WEEKDAY.finditer(text):
        day = published and _weekday(text, m, published)
        yield Day(start=m.start(), end=m.end(), first=day, last=day)
    for m in _RELATIVE.finditer(text):
        first, last = _relative(m, published) if published else (None, None)
        yield Day(start=m.start(), end=m.end(), first=first, last=last)
    for m in _IN_MONTH.finditer(text):
        first, last = _in_month(text, m, published) if published else (None, None)
        yield Day(start=m.start(), end=m.end(), first=first, last=last)
    if tag == "en":
        for m in _BESIDE.finditer(text):
            yield Day(start=m.start(), end=m.end())


def _in_month(text: str, m: re.Match[str], published: date) -> tuple[date, date]:
    """The last such month, or the next one where the text looks ahead."""
    month = MONTHS[m[1].lower()]
    year = published.year
    if looks_ahead(text, m.start()):
        return _month(year + (month < published.month), month)
    return _month(year - (month > published.month), month)


def _weekday(text: str, m: re.Match[str], published: date) -> date:
    back = (published.weekday() - WEEKDAYS[m["name"].lower()]) % 7
    turn = (m["turn"] or "").lower()
    if turn in ("last", "past", "letzten", "vergangenen"):
        return published - timedelta(days=back or 7)
    if turn in ("next", "nächsten", "kommenden") or (
        back and looks_ahead(text, m.start())
    ):
        return published + timedelta(days=(7 - back) or 7)
    return published - timedelta(days=back)


def looks_ahead(text: str, start: int) -> bool:
    """Whether the last telling verb of the sentence before `start` looks ahead."""
    before = _CLAUSE.split(text[max(0, start - _LOOK) : start])[-1]
    ahead = max((a.start() for a in _AHEAD.finditer(before)), default=-1)
    behind = max((b.start() for b in _BEHIND.finditer(before)), default=-1)
    return ahead > behind


def _relative(m: re.Match[str], published: date) -> tuple[date | None, date | None]:
    if m["word"]:
        word = m["word"].lower()
        shift = {"yesterday": -1, "gestern": -1, "tomorrow": 1}.get(word, 0)
        day = published + timedelta(days=shift)
        return day, day
    if m["count"]:
        return _ago(m, published)
    turn, unit = m["turn"].lower(), m["unit"].lower()
    shift = -1 if turn.startswith(("last", "letzt", "vergang")) else 0
    shift = 1 if turn.startswith(("next", "nächst")) else shift
    return _stretch(unit, shift, published)


def _ago(m: re.Match[str], published: date) -> tuple[date | None, date | None]:
    count = int(m["count"]) if m["count"].isdigit() else _NUMBERS[m["count"]]
    if m["of"] in ("day", "week"):
        back = timedelta(days=count * (7 if m["of"] == "week" else 1))
        if published - date.min < back:
            return None, None
        return published - back, published - back
    return _stretch(m["of"], -count, published)


def _stretch(unit: str, shift: int, published: date) -> tuple[date | None, date | None]:
    """The week, month or year that lies `shift` of them away."""
    if unit in ("week", "woche"):
        monday = published - timedelta(days=published.weekday()) + shift * _WEEK
        return monday, monday + timedelta(days=6)
    if unit == "weekend":
        saturday = published + timedelta(days=5 - published.weekday()) + shift * _WEEK
        return saturday, saturday + timedelta(days=1)
    if unit in ("month", "monat"):
        months = published.year * 12 + published.month - 1 + shift
        return _month(months // 12, months % 12 + 1)
    year = published.year + shift
    if unit in ("year", "jahr") and year >= 1:
        return date(year, 1, 1), date(year, 12, 31)
    return None, None
