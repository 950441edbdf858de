"""Time zones by the names people write, and public holidays by country.

Zone names are IANA's as the `tzdata` package lists them, in any letter case; a city
alone («Berlin») names its zone where that is unambiguous. The rules of a zone come from
the system's database, which its administrator keeps up to date, or else from `tzdata`
(the order of `zoneinfo`).

Holidays come from the `holidays` package, an optional extra that is imported when the
first schedule with a country is parsed or computed. A country is its ISO 3166 code,
with a subdivision where that has holidays of its own: «DE», «DE-BY», «US-CA».
"""

import unicodedata
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import ConfigurationError, UserError
from digests.messages import Message
from digests.types import frozen

#: Placeholders of the database, not places.
_PLACEHOLDER_ZONES = frozenset({"Factory"})
#: Names with this similarity (0 to 100) may be misspellings.
_MIN_SIMILARITY = 60


@cache
def load_zone(name: str) -> ZoneInfo:
    """Load the zone of exactly this IANA name; `UserError` if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(
            "«{name}» is not a time zone that this machine knows; use an IANA "
            "name such as «Europe/Berlin».",
            name=name,
        ) from None


def find_zone(words: str) -> str:
    """Find the zone's IANA name; `UserError` with similar names if there is none."""
    key = _normalize_zone_name(words)
    names = _zone_names().get(key, ())
    if len(names) == 1:
        return names[0]
    if names:
        raise UserError(
            "«{words}» may mean {names}: write which.",
            words=words,
            names=_join_alternatives(names),
        )
    if key in SUGGESTED_ZONES:
        raise UserError(
            "«{words}» does not name one time zone all year; write {suggested_zones}.",
            words=words,
            suggested_zones=_join_alternatives(SUGGESTED_ZONES[key]),
        )
    close = find_similar_zones(words) or ("Europe/Berlin",)
    raise UserError(
        "«{words}» is not a time zone; write an IANA name such as {close}.",
        words=words,
        close=_join_alternatives(close),
    )


def check_zone(words: str) -> None:
    """Raise `UserError` if `words` name no time zone."""
    load_zone(find_zone(words))


@frozen
class ClockChange:
    """A change of a zone's clocks."""

    at: datetime
    #: How far they go forward; negative = back.
    by: timedelta


def list_clock_changes(
    name: str, since: datetime, until: datetime
) -> tuple[ClockChange, ...]:
    """List when the clocks of a zone change between two instants, to the minute."""
    zone = load_zone(name)
    found, start = [], since.astimezone(UTC)
    while start < until:
        end = min(start + timedelta(days=1), until.astimezone(UTC))
        before, after = (_get_offset(at, zone) for at in (start, end))
        if before != after:
            low, high = start, end
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                is_later = _get_offset(middle, zone) == after
                low, high = (low, middle) if is_later else (middle, high)
            minute = high.replace(second=0, microsecond=0)
            found.append(ClockChange(at=minute, by=after - before))
        start = end
    return tuple(found)


def _get_offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


#: More characters than the name of a zone has.
_MAX_COMPARED = 80


def find_similar_zones(
    words: str, min_similarity: int = _MIN_SIMILARITY
) -> tuple[str, ...]:
    """Find up to three zones named like `words`, best first; similarity is 0 to 100."""
    # Imported late: only a mistake needs it.
    from rapidfuzz import fuzz, process

    key, names = _normalize_zone_name(words)[:_MAX_COMPARED], _zone_names()
    if key in SUGGESTED_ZONES:
        return SUGGESTED_ZONES[key]
    found = process.extract(
        key, list(names), scorer=fuzz.ratio, limit=12, score_cutoff=min_similarity
    )
    zones = dict.fromkeys(names[name][0] for name, _score, _place in found)
    return tuple(zones)[:3]


@cache
def _zone_names() -> dict[str, tuple[str, ...]]:
    """Normalized name or city → the zones that it may mean."""
    listed = (files("tzdata") / "zones").read_text(encoding="utf-8")
    every = [name for name in listed.split() if name not in _PLACEHOLDER_ZONES]
    # `zone.tab` has one name per place: it decides between an old and a new name.
    table = (files("tzdata.zoneinfo") / "zone.tab").read_text(encoding="utf-8")
    lines = [line for line in table.splitlines() if not line.startswith("#")]
    places = {line.split("\t")[2] for line in lines}
    cities = defaultdict(list)
    for name in every:
        cities[_normalize_zone_name(name.rpartition("/")[2])].append(name)
    found = {
        city: tuple(name for name in names if name in places) or tuple(names)
        for city, names in cities.items()
    }
    return found | {_normalize_zone_name(name): (name,) for name in every}


def _normalize_zone_name(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words.casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return "_".join(letters.replace(".", " ").split())


def _join_alternatives(names: tuple[str, ...]) -> str | Message:
    *some, last = (f"«{name}»" for name in names)
    if not some:
        return last
    return Message("{list} or {last}", list=", ".join(some), last=last)


def is_holiday(code: str, day: date) -> bool:
    """Whether `day` is a public holiday there; errors as in `check_country`."""
    return day in _holidays_of_year(code, day.year)


def check_country(code: str) -> None:
    """Reject a country or subdivision whose holidays are not known.

    Raises:
        ConfigurationError: The package with the holidays is not installed.
        UserError: The package does not know the code.
    """
    _holidays_of_year(code, 2026)


@lru_cache(maxsize=512)
def _holidays_of_year(code: str, year: int) -> frozenset[date]:
    country, _, part = code.partition("-")
    try:
        from holidays import country_holidays
    except ImportError:
        raise ConfigurationError(
            "Schedules with «except holidays in …» need the list of holidays: "
            "pip install 'standfirst[holidays]'."
        ) from None
    try:
        found = country_holidays(country, subdiv=part or None, years=year)
    except NotImplementedError:
        raise UserError(
            "The public holidays of «{code}» are not known here; write the code "
            "of a country, such as «DE», or of a part of it, such as «DE-BY».",
            code=code,
        ) from None
    return frozenset(found)


#: Abbreviations that name no zone, or several → the zones that may be meant.
SUGGESTED_ZONES = {
    "pst": ("America/Los_Angeles",), "pdt": ("America/Los_Angeles",),
    "pt": ("America/Los_Angeles",), "cst": ("America/Chicago", "Asia/Shanghai"),
    "cdt": ("America/Chicago",), "ct": ("America/Chicago",), "mdt": ("America/Denver",),
    "mt": ("America/Denver",), "edt": ("America/New_York",),
    "et": ("America/New_York",), "bst": ("Europe/London",),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "cest": ("Europe/Berlin", "Europe/Paris", "Europe/Rome"),
    "eest": ("Europe/Athens", "Europe/Kyiv", "Europe/Helsinki"), "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",), "sgt": ("Asia/Singapore",),
    "aest": ("Australia/Brisbane", "Australia/Sydney"), "aedt": ("Australia/Sydney",),
    "nzst": ("Pacific/Auckland",), "nzdt": ("Pacific/Auckland",),
}  # fmt: skip
