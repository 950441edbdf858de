"""Time zones by the names that people write; it must not decide what time it is.

Names are IANA's as the `tzdata` package lists them, in any letter case; a city alone
(«Berlin») stands for its zone where that is unambiguous. The rules of a zone come from
the system's database where there is one and else from `tzdata` (that is `zoneinfo`'s
own order): the system's is the one that its administrator keeps up to date.
"""

import unicodedata
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import UserError
from bot.schedules.words import SUGGESTED_ZONES
from bot.sentences import Phrase

#: Placeholders of the database, not places.
_NO_PLACES = frozenset({"Factory"})
#: A name this like another (0 to 100) may be a misspelling of it.
_LIKE = 60


@cache
def zone_named(name: str) -> ZoneInfo:
    """The rules of the zone of exactly this IANA name; `UserError` if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(
            "«{name}» is not a time zone that this machine knows; use an IANA "
            "name such as «Europe/Berlin».",
            name=name,
        ) from None


def find_zone(words: str) -> str:
    """The IANA name that `words` stand for; `UserError` with near ones if none."""
    key = _key(words)
    names = _names().get(key, ())
    if len(names) == 1:
        return names[0]
    if names:
        raise UserError(
            "«{words}» may mean {names}: write which.",
            words=words,
            names=_either(names),
        )
    if key in SUGGESTED_ZONES:
        raise UserError(
            "«{words}» does not name one time zone all year; write {suggested_zones}.",
            words=words,
            suggested_zones=_either(SUGGESTED_ZONES[key]),
        )
    close = near(words) or ("Europe/Berlin",)
    raise UserError(
        "«{words}» is not a time zone; write an IANA name such as {close}.",
        words=words,
        close=_either(close),
    )


def check_zone(words: str) -> None:
    """Raise `UserError` where `words` name no time zone."""
    zone_named(find_zone(words))


def near(words: str, likeness: int = _LIKE) -> tuple[str, ...]:
    """Up to three zones whose names look like `words` (0 to 100), best first."""
    # Only a mistake needs it: not a cost of starting.
    from rapidfuzz import fuzz, process

    key, names = _key(words), _names()
    if key in SUGGESTED_ZONES:
        return SUGGESTED_ZONES[key]
    found = process.extract(
        key, list(names), scorer=fuzz.ratio, limit=12, score_cutoff=likeness
    )
    zones = dict.fromkeys(names[name][0] for name, _score, _place in found)
    return tuple(zones)[:3]


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Folded name or city → the zones it may mean."""
    every = _listed_in("zones")
    # `zone.tab` has one name a place: it decides between the old and the new one.
    places = {
        columns[2]
        for line in (files("tzdata.zoneinfo") / "zone.tab")
        .read_text(encoding="utf-8")
        .splitlines()
        if not line.startswith("#") and len(columns := line.split("\t")) > 2
    }
    cities: dict[str, list[str]] = {}
    for name in every:
        cities.setdefault(_key(name.rpartition("/")[2]), []).append(name)
    found = {
        city: tuple(name for name in names if name in places) or tuple(names)
        for city, names in cities.items()
    }
    return found | {_key(name): (name,) for name in every}


def _listed_in(resource: str) -> list[str]:
    text = (files("tzdata") / resource).read_text(encoding="utf-8")
    return [name for name in text.split() if name not in _NO_PLACES]


def _key(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words.casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return "_".join(letters.replace(".", " ").split())


def _either(names: tuple[str, ...]) -> str | Phrase:
    *some, last = (f"«{name}»" for name in names)
    if not some:
        return last
    return Phrase("{list} or {last}", list=", ".join(some), last=last)
