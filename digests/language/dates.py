"""Finds calendar dates, clock times and years in a text; it resolves none of them.

English and German forms: «January 6, 2026», «6. Januar», «2026-01-06», «5:30 p.m.»,
«17.30 Uhr», «six o'clock», «2024», «2007-2013», «the 1990s». A four-digit number is
read as a year unless something around it says that things are counted («about 2000
people», «$2000»).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MomentKind = Literal["date", "time", "year"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A stretch of text that names a point in time; what it does not say is None."""

    start: int
    end: int
    kind: MomentKind
    year: int | None = None
    month: int | None = None
    day: int | None = None


#: Names and short forms of months, English and German, in small letters.
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar jan",
            "february februar feb",
            "march märz mar mrz",
            "april apr",
            "may mai",
            "june juni jun",
            "july juli jul",
            "august aug",
            "september sept sep",
            "october oktober oct okt",
            "november nov",
            "december dezember dec dez",
        ),
        start=1,
    )
    for name in names.split()
}
#: The names of months as they are written, for patterns.
MONTH_NAMES = "|".join(
    f"{name.capitalize()}|{name.upper()}"
    for name in sorted(MONTHS, key=len, reverse=True)
)
#: Only a short form has a stop of its own: «Jan. 6», but «in January.»
_MONTH = rf"(?:{MONTH_NAMES})\b(?:(?<=\b\w\w\w)\.|(?<=\b[Ss]ept)\.)?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:1[0-9]|20)\d\d"
_DAYS = rf"{_DAY}(?:st|nd|rd|th)?(?:\s?[-–]\s?{_DAY}(?:st|nd|rd|th)?)?"

#: Each starts at a digit or a month's capital, so that a long text is read once.
_DATE = re.compile(
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
_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_TIME = re.compile(
    rf"""(?=[\dotfsneOTFSNE])(?<![\w.,:$£€])(?:
      [0-2]?\d:[0-5]\d(?::[0-5]\d)?(?![\d:])(?:\s?{_HALF})?
    | [0-2]?\d\.[0-5]\d\s?(?:{_HALF}|GMT\b|BST\b|CET\b|MEZ\b)
    | [0-2]?\d\s?{_HALF}
    | (?:{_HOURS})\s(?:o['’]clock|a\.m\.|p\.m\.)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_BARE_YEAR = re.compile(
    r"""(?=['’\d])(?:(?<![\w.,$£€¥#+/-])(?<!\$\s)
    (?P<year>(?:1[5-9]|20)\d\d)(?:['’]?s\b|\s?[-–/]\s?(?:(?:1[5-9]|20)\d\d|\d\d)\b)?
    (?![\w%€°]|[.,:]\d)
    |(?<![\w.,$£€-])['’]?[1-9]0s\b)""",
    re.VERBOSE,
)
_COUNTING_BEFORE = re.compile(
    r"\b(?:about|around|almost|nearly|roughly|some|over|than|least|most|only|"
    r"approximately|every|USD|EUR|GBP|etwa|rund|knapp|fast)\s$",
    re.IGNORECASE,
)
_COUNTING_AFTER = re.compile(
    r"\s?(?:people|persons|percent|per cent|million|billion|dollars|euros?|pounds|"
    r"km|kg|miles|met(?:re|er)s|feet|tonn?e?s|years|days|hours|seconds|minutes|jobs|"
    r"workers|employees|troops|soldiers|homes|houses|deaths|Menschen|Personen|"
    r"Prozent|Euro|Dollar|Meter|Kilometer|Kilo|Tonnen|Jahren?|Tagen?|Stunden)\b"
)


def find(text: str) -> tuple[Moment, ...]:
    """The moments that a text names, in text order, without overlap."""
    found: list[Moment] = []
    for moment in sorted(_all(text), key=lambda m: (m.start, -m.end)):
        if not found or moment.start >= found[-1].end:
            found.append(moment)
    return tuple(found)


def _all(text: str) -> Iterator[Moment]:
    for m in _DATE.finditer(text):
        yield _date(m)
    for m in _TIME.finditer(text):
        yield Moment(start=m.start(), end=m.end(), kind="time")
    for m in _BARE_YEAR.finditer(text):
        if not _counts_things(text, m.start(), m.end()):
            year = int(m["year"]) if m["year"] else None
            yield Moment(start=m.start(), end=m.end(), kind="year", year=year)


def _date(m: re.Match[str]) -> Moment:
    parts = {key[0]: value for key, value in m.groupdict().items() if value}
    year = int(parts["y"]) if "y" in parts else None
    day = re.match(r"\d+", parts["d"]) if "d" in parts else None
    return Moment(
        start=m.start(),
        end=m.end(),
        kind="date",
        year=year if year is None or year > 99 else 2000 + year,
        month=_month(parts["m"]),
        day=int(day.group()) if day else None,
    )


def _month(written: str) -> int:
    return int(written) if written.isdigit() else MONTHS[written.lower().rstrip(".")]


def _counts_things(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 15) : start]
    return bool(_COUNTING_BEFORE.search(before) or _COUNTING_AFTER.match(text, end))
