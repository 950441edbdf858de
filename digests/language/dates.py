"""Find dates, times, weekdays and relative days, and resolve them.

English and German forms: «January 6, 2026», «6. Januar», «2026-01-06», «5:30 p.m.»,
«17.30 Uhr», «six o'clock», «2024», «2007-2013», «the 1990s». A four-digit number is
read as a year unless something around it says that things are counted («about 2000
people», «$2000»).

Relative days («on Tuesday», «last week») are resolved against the day of publication:
a weekday is the last one, that day included, or the next one where the words before it
refer to the future («will», «is due to»). What is relative to another event («hours
before his arrival», «two days later») is found and stays unresolved. Calendar dates
without a year get the nearest one.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from digests.language.numbers import NUMBER_WORDS
from digests.language.regexes import make_regex
from digests.language.spans import drop_overlapping
from digests.language.words import load_word_rows, resolve_language
from digests.types import frozen

MomentKind = Literal["date", "time", "year"]


@frozen
class Moment:
    """A span that names a point in time; parts that it leaves out are None."""

    start: int
    end: int
    kind: MomentKind
    year: int | None = None
    month: int | None = None
    day: int | None = None


_NAMES = load_word_rows(__file__, "day_names.txt")
#: Names and short forms of months, English and German, in lower case; January is 1.
MONTHS: Mapping[str, int] = {
    name: number for number, row in enumerate(_NAMES["months"], 1) for name in row
}
#: The spellings of month names, for patterns.
MONTH_NAMES = "|".join(
    f"{name.capitalize()}|{name.upper()}"
    for name in sorted(MONTHS, key=len, reverse=True)
)
#: Only a short form has a full stop of its own: «Jan. 6», but «in January.»
_MONTH = rf"(?:{MONTH_NAMES})\b(?:(?<=\b\w\w\w)\.|(?<=\b[Ss]ept)\.)?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:1[0-9]|20)\d\d"
_DAYS = rf"{_DAY}(?:st|nd|rd|th)?(?:\s?[-–]\s?{_DAY}(?:st|nd|rd|th)?)?"
_DAY_NAME = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Mittwoch"
    r"|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag)"
)
#: A day of a month in running text: «14 May», «May 14», «den 14. Mai».
CALENDAR_DAY = (
    rf"(?:(?:the|de[nm])\s)?(?:{_DAYS}\.?\s(?:of\s)?{_MONTH}|{_MONTH}\s{_DAYS})(?![\w])"
)
#: A date with commas of its own, which nothing may cut: «Tuesday, 14 May 2024».
DATE_IN_COMMAS = (
    rf"(?:{_DAY_NAME},\s{CALENDAR_DAY}(?:,?\s{_YEAR}\b)?|{CALENDAR_DAY},\s{_YEAR}\b)"
)

#: Each starts at a digit or a month's capital, so that a long text is scanned once.
_DATE = make_regex(
    rf"""(?=[\dJFMASOND])(?<![\w.,$£€])(?:
      (?P<iso>(?P<y1>{_YEAR})-(?P<m1>0[1-9]|1[0-2])-(?P<d1>[0-3]\d))
    | (?P<d2>{_DAYS})\.?\s(?:of\s)?(?P<m2>{_MONTH})(?:,?\s(?P<y2>{_YEAR}))?
    | (?P<d3>{_DAY})[./](?P<m3>0?[1-9]|1[0-2])[./](?P<y3>{_YEAR}|\d\d)
    | (?P<m4>{_MONTH})\s?(?P<d4>{_DAYS})(?:,?\s(?P<y4>{_YEAR}))?
    | (?P<m5>{_MONTH}),?\s(?P<y5>{_YEAR})
    )(?!\w|[.,]\d)""",
    re.VERBOSE,
)
_HALF = r"(?:[ap]\.m\.|[ap]\.?m\b|[AP]\.?M\b|o['’]clock|Uhr\b)"
_HOURS = "|".join(NUMBER_WORDS[1:13])
_TIME = make_regex(
    rf"""(?=\d)(?<![\w.,:$£€])(?:
      [0-2]?\d:[0-5]\d(?::[0-5]\d)?(?![\d:])(?:\s?{_HALF})?
    | [0-2]?\d\.[0-5]\d\s?(?:{_HALF}|GMT\b|BST\b|CET\b|MEZ\b)
    | [0-2]?\d\s?{_HALF}
    )""",
    re.VERBOSE | re.IGNORECASE,
)
#: «Nine o'clock» and «nine a.m.», each with one of the marks.
_SPELLED_TIME = make_regex(
    rf"(?<![\w.,:$£€])(?:{_HOURS})\s(?:o['’]clock|a\.m\.|p\.m\.)", re.IGNORECASE
)
_TIME_MARKS = ("clock", ".m.")
_BARE_YEAR = make_regex(
    r"""(?=['’\d])(?:(?<![\w.,$£€¥#+/-])(?<!\$\s)
    (?P<year>(?:1[5-9]|20)\d\d)(?:['’]?s\b|\s?[-–/]\s?(?:(?:1[5-9]|20)\d\d|\d\d)\b)?
    (?![\w%€°]|[.,:]\d)
    |(?<![\w.,$£€-])['’]?[1-9]0s\b)""",
    re.VERBOSE,
)
_COUNTING_BEFORE = make_regex(
    r"\b(?:about|around|almost|nearly|roughly|some|over|than|least|most|only|"
    r"approximately|every|USD|EUR|GBP|etwa|rund|knapp|fast)\s$",
    re.IGNORECASE,
)
_COUNTING_AFTER = make_regex(
    r"\s?(?:people|persons|percent|per cent|million|billion|dollars|euros?|pounds|"
    r"km|kg|miles|met(?:re|er)s|feet|tonn?e?s|years|days|hours|seconds|minutes|jobs|"
    r"workers|employees|troops|soldiers|homes|houses|deaths|Menschen|Personen|"
    r"Prozent|Euro|Dollar|Meter|Kilometer|Kilo|Tonnen|Jahren?|Tagen?|Stunden)\b"
)


def find_moments(text: str) -> tuple[Moment, ...]:
    """The moments that a text names, in text order, without overlap."""
    return tuple(drop_overlapping(_iterate_moments(text)))


def _iterate_moments(text: str) -> Iterator[Moment]:
    for m in _DATE.finditer(text):
        yield _read_date(m)
    for m in _TIME.finditer(text):
        yield Moment(start=m.start(), end=m.end(), kind="time")
    low = text.lower()
    if any(mark in low for mark in _TIME_MARKS):
        for m in _SPELLED_TIME.finditer(text):
            yield Moment(start=m.start(), end=m.end(), kind="time")
    for m in _BARE_YEAR.finditer(text):
        if not _counts_things(text, m.start(), m.end()):
            year = int(m["year"]) if m["year"] else None
            yield Moment(start=m.start(), end=m.end(), kind="year", year=year)


def _read_date(m: re.Match[str]) -> Moment:
    parts = {key[0]: value for key, value in m.groupdict().items() if value}
    year = int(parts["y"]) if "y" in parts else None
    day = re.match(r"\d+", parts["d"]) if "d" in parts else None
    return Moment(
        start=m.start(),
        end=m.end(),
        kind="date",
        year=year if year is None or year > 99 else 2000 + year,
        month=_month_number(parts["m"]),
        day=int(day.group()) if day else None,
    )


def _month_number(written: str) -> int:
    return int(written) if written.isdigit() else MONTHS[written.lower().rstrip(".")]


def _counts_things(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 15) : start]
    return bool(_COUNTING_BEFORE.search(before) or _COUNTING_AFTER.match(text, end))


@frozen
class DayMention:
    """A span that names days; `first` and `last` are None if unresolved."""

    start: int
    end: int
    first: date | None = None
    last: date | None = None


ENGLISH_WEEKDAYS = tuple(row[0].capitalize() for row in _NAMES["weekdays"])
#: English and German names of weekdays, in lower case; Monday is 0.
WEEKDAYS: Mapping[str, int] = {
    name: number for number, row in enumerate(_NAMES["weekdays"]) for name in row
}
#: English and German names of weekdays and months, in lower case.
DAY_AND_MONTH_NAMES = WEEKDAYS.keys() | MONTHS.keys()
_WEEKDAY_NAMES = "|".join(name.capitalize() for name in WEEKDAYS)
_WEEKDAY = make_regex(
    rf"\b(?:(?:[Oo]n|[Bb]y|[Uu]ntil|[Ss]ince|[Ff]rom|[Aa]m|[Bb]is|[Ss]eit)\s)?"
    rf"(?:(?P<turn>last|next|this|past|letzten|vergangenen|nächsten|kommenden)\s)?"
    rf"(?P<name>{_WEEKDAY_NAMES})(?P<part>\s(?:morning|afternoon|evening|night)|morgen|vormittag|"
    rf"mittag|nachmittag|abend)?\b"
)
_SMALL_NUMBERS: Mapping[str, int] = {
    **dict(zip(NUMBER_WORDS[1:11], range(1, 11), strict=True)), "a": 1, "an": 1,
}  # fmt: skip
_RELATIVE = make_regex(
    rf"""\b(?:
      (?P<word>[Yy]esterday|[Tt]oday(?!['’])|[Tt]onight|[Tt]omorrow|[Gg]estern|[Hh]eute)
    | (?P<turn>[Ll]ast|[Nn]ext|[Tt]his|[Ee]arlier\sthis|[Ll]ater\sthis
        |[Ll]etzte[nrs]?|[Vv]ergangene[nrs]?|[Nn]ächste[nrs]?|[Dd]iese[nrsm]?)\s
        (?P<unit>week|month|year|weekend|summer|Woche|Monat|Jahr)
    | (?P<count>{"|".join(_SMALL_NUMBERS)}|\d{{1,2}})
      \s(?P<of>day|week|month|year)s?\sago
    )\b""",
    re.VERBOSE,
)
#: Days relative to another event of the text.
_BESIDE = make_regex(
    r"\b(?:(?:just|only|a few|several|many|two|three|four|five|six|eight|ten|\d+)\s)?"
    r"(?:minutes|hours|days|weeks|months|years)\s"
    r"(?:(?:before|after)\s\w+(?:\s\w+)?|later|earlier)\b"
)
_IN_MONTH = make_regex(
    rf"\b(?:[Ii]n|[Ii]m|[Ss]ince|[Ss]eit)\s({MONTH_NAMES})\b(?!\.?\s?\d)"
)
_AHEAD = make_regex(
    r"\b(?:will|would|won['’]t|wouldn['’]t|(?:is|are|to|should) (?:to|be)|plans? to|"
    r"due|expected|scheduled|beginning|starting|wird|werden|werde|soll|sollen|solle|"
    r"beginnt|beginne|steigt|steigen)\b"
)
_BEHIND = make_regex(r"\b(?:said|says|told|was|were|sagte|sagten|wurde|wurden)\b")
_CLAUSE = make_regex(r"[.;!?]\s+(?=[A-Z“\"])|\n")
_LOOKBACK = 200
_HALF_YEAR = timedelta(days=183)
_WEEK = timedelta(days=7)
_MONTH_LENGTH = timedelta(days=31)


def find_days(
    text: str, published: date | None, lang: str | None = None
) -> tuple[DayMention, ...]:
    """The relative days of a text, in text order, without overlap.

    Args:
        text: Any text; offsets of the answer point into it.
        published: The day it was published; None leaves all days unresolved.
        lang: BCP 47 tag; in German, «morgen» is ignored and English months are read.
    """
    return tuple(
        drop_overlapping(_iterate_days(text, published, resolve_language(lang)))
    )


def find_dated_days(
    text: str, published: date | None, lang: str | None = None
) -> Iterator[DayMention]:
    """The calendar dates and the relative days of a text, which may overlap.

    The arguments are those of `find_days`. A date without a year is the next one where
    the words before it refer to the future.
    """
    for moment in find_moments(text):
        if moment.kind != "time":
            ahead = _looks_ahead(text, moment.start)
            span = resolve_calendar_date(moment, published, ahead=ahead)
            first, last = span or (None, None)
            yield DayMention(start=moment.start, end=moment.end, first=first, last=last)
    yield from find_days(text, published, lang)


def resolve_calendar_date(
    moment: Moment, published: date | None, *, ahead: bool = False
) -> tuple[date, date] | None:
    """First and last day of a calendar date, or None where its year stays open.

    A date without a year is the one nearest to the day of publication, or the next one
    if the text refers to the future (`ahead`).
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
        return _month_span(year, moment.month)
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


def _month_span(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _iterate_days(text: str, published: date | None, tag: str) -> Iterator[DayMention]:
    for pattern, resolve in _RESOLVERS:
        for m in pattern.finditer(text):
            first, last = resolve(text, m, published) if published else _UNRESOLVED
            yield DayMention(start=m.start(), end=m.end(), first=first, last=last)
    if tag == "en":
        for m in _BESIDE.finditer(text):
            yield DayMention(start=m.start(), end=m.end())


#: First and last day, or twice None.
_Days = tuple[date, date] | tuple[None, None]
_UNRESOLVED: _Days = (None, None)


def _resolve_month(text: str, m: re.Match[str], published: date) -> _Days:
    """The last such month, or the next one where the text refers to the future."""
    month = MONTHS[m[1].lower()]
    year = published.year
    if _looks_ahead(text, m.start()):
        return _month_span(year + (month < published.month), month)
    return _month_span(year - (month > published.month), month)


def _resolve_weekday(text: str, m: re.Match[str], published: date) -> _Days:
    back = (published.weekday() - WEEKDAYS[m["name"].lower()]) % 7
    turn = (m["turn"] or "").lower()
    if turn in ("last", "past", "letzten", "vergangenen"):
        back = back or 7
    elif turn in ("next", "nächsten", "kommenden") or (
        back and _looks_ahead(text, m.start())
    ):
        back -= 7
    day = published - timedelta(days=back)
    return day, day


def _looks_ahead(text: str, start: int) -> bool:
    """Whether the last verb with a tense before `start` refers to the future."""
    before = _CLAUSE.split(text[max(0, start - _LOOKBACK) : start])[-1]
    ahead = max((a.start() for a in _AHEAD.finditer(before)), default=-1)
    behind = max((b.start() for b in _BEHIND.finditer(before)), default=-1)
    return ahead > behind


def _resolve_relative(text: str, m: re.Match[str], published: date) -> _Days:
    if m["word"]:
        day = published + timedelta(days=_SHIFTS.get(m["word"].lower(), 0))
        return day, day
    if m["count"]:
        count = int(m["count"]) if m["count"].isdigit() else _SMALL_NUMBERS[m["count"]]
        return _resolve_ago(count, m["of"], published)
    turn, unit = m["turn"].lower(), m["unit"].lower()
    shift = -1 if turn.startswith(("last", "letzt", "vergang")) else 0
    shift = 1 if turn.startswith(("next", "nächst")) else shift
    return _resolve_period(unit, shift, published)


_SHIFTS = {"yesterday": -1, "gestern": -1, "tomorrow": 1}
_RESOLVERS = (
    (_WEEKDAY, _resolve_weekday),
    (_RELATIVE, _resolve_relative),
    (_IN_MONTH, _resolve_month),
)


def _resolve_ago(count: int, unit: str, published: date) -> _Days:
    if unit not in ("day", "week"):
        return _resolve_period(unit, -count, published)
    back = count * (_WEEK if unit == "week" else timedelta(days=1))
    if published - date.min < back:
        return _UNRESOLVED
    return published - back, published - back


def _resolve_period(unit: str, shift: int, published: date) -> _Days:
    """Resolve the week, month or year that is `shift` units away."""
    if unit in ("week", "woche"):
        monday = published - timedelta(days=published.weekday()) + shift * _WEEK
        return monday, monday + timedelta(days=6)
    if unit == "weekend":
        saturday = published + timedelta(days=5 - published.weekday()) + shift * _WEEK
        return saturday, saturday + timedelta(days=1)
    if unit in ("month", "monat"):
        months = published.year * 12 + published.month - 1 + shift
        return _month_span(months // 12, months % 12 + 1)
    year = published.year + shift
    if unit in ("year", "jahr") and year >= 1:
        return date(year, 1, 1), date(year, 12, 31)
    return _UNRESOLVED


def parse_instant(written: str) -> datetime | None:
    """A date in ISO 8601 or RFC 5322 as an instant in UTC; without a zone it is UTC."""
    written = written.strip()[:64]
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(written)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return moment.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
