"""The structure of a schedule, and its form as JSON; nothing is computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from bot.errors import ConfigurationError

#: Days of the week as numbers, Monday = 0.
EVERY_DAY: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
WEEKDAYS: tuple[int, ...] = (0, 1, 2, 3, 4)
WEEKEND: tuple[int, ...] = (5, 6)
MINUTES_OF_A_DAY = 24 * 60
#: The last such day of a month, as a place among them.
LAST = -1
_LONGEST_PAUSE = 52


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A stretch of the local day; over midnight where `start` is after `end`."""

    start: time
    end: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """Every so many minutes of the local clock, counted from local midnight."""

    #: 1 to 1440.
    minutes: int
    #: Start and end included; None = all day.
    window: Window | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """Which local dates × (times of day or an interval), in one time zone."""

    #: Days of the week, ascending and without repeats, Monday = 0, at least one.
    days: tuple[int, ...]
    #: Times of day, ascending and without repeats, at least one; or an interval.
    rule: tuple[time, ...] | Interval
    #: IANA name.
    zone: str
    #: Which of a month's `days`: 1 = the first of them … 31, then -1 = the last.
    #: Empty = all. With places, `days` is one day, or a group that has a name.
    places: tuple[int, ...] = ()
    #: Every so many weeks, 1 to 52, counted from the week (Monday on) of `first`.
    weeks: int = 1
    #: The first and last local date, both included; None = no bound. With more than
    #: one week, `first` is given and one of the days.
    first: date | None = None
    last: date | None = None
    #: Local dates that are left out, ascending and without repeats.
    skips: tuple[date, ...] = ()
    #: Countries whose public holidays are left out: «DE», «DE-BY»; in their order.
    holidays: tuple[str, ...] = ()


def to_json(schedule: Schedule) -> dict[str, Any]:
    """The schedule as plain JSON: zone, days, times or minutes, and what limits them.

    What says nothing is left out.
    """
    plain: dict[str, Any] = {"zone": schedule.zone, "days": list(schedule.days)}
    rule = schedule.rule
    if isinstance(rule, Interval):
        plain["minutes"] = rule.minutes
        if rule.window is not None:
            plain["window"] = [_clock(rule.window.start), _clock(rule.window.end)]
    else:
        plain["times"] = [_clock(at) for at in rule]
    limits = {
        "places": list(schedule.places),
        "weeks": schedule.weeks if schedule.weeks > 1 else None,
        "first": schedule.first and schedule.first.isoformat(),
        "last": schedule.last and schedule.last.isoformat(),
        "skips": [day.isoformat() for day in schedule.skips],
        "holidays": list(schedule.holidays),
    }
    return plain | {name: value for name, value in limits.items() if value}


def from_json(plain: Mapping[str, Any]) -> Schedule:
    """The schedule that `to_json` wrote; `ConfigurationError` on anything else."""
    try:
        schedule = Schedule(
            days=tuple(plain["days"]),
            rule=_rule(plain),
            zone=plain["zone"],
            places=tuple(plain.get("places", ())),
            weeks=plain.get("weeks", 1),
            first=_date(plain.get("first")),
            last=_date(plain.get("last")),
            skips=tuple(date.fromisoformat(day) for day in plain.get("skips", ())),
            holidays=tuple(plain.get("holidays", ())),
        )
        possible = _possible(schedule)
    except (AttributeError, KeyError, TypeError, ValueError):
        possible = False
    if not possible:
        raise ConfigurationError(
            "The stored schedule {plain} cannot be read; set it again.",
            plain=_shown(plain),
        )
    return schedule


def _shown(plain: object) -> str:
    return repr(dict(plain) if isinstance(plain, Mapping) else plain)[:300]


def _rule(plain: Mapping[str, Any]) -> tuple[time, ...] | Interval:
    if "times" in plain:
        return tuple(time.fromisoformat(at) for at in plain["times"])
    window = None
    if plain.get("window"):
        start, end = (time.fromisoformat(at) for at in plain["window"])
        window = Window(start=start, end=end)
    return Interval(minutes=plain["minutes"], window=window)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _possible(schedule: Schedule) -> bool:
    return (
        _sound_rule(schedule.rule)
        and _sound_days(schedule)
        and _sound_weeks(schedule)
        and list(schedule.skips) == sorted(set(schedule.skips))
        and all(isinstance(code, str) for code in schedule.holidays)
        and isinstance(schedule.zone, str)
    )


def _sound_rule(rule: tuple[time, ...] | Interval) -> bool:
    if isinstance(rule, Interval):
        return 1 <= rule.minutes <= MINUTES_OF_A_DAY
    return bool(rule) and list(rule) == sorted(set(rule))


def _sound_days(schedule: Schedule) -> bool:
    days, places = schedule.days, schedule.places
    if not days or not set(days) <= set(EVERY_DAY) or list(days) != sorted(set(days)):
        return False
    if not places:
        return True
    known = all(place == LAST or 1 <= place <= most_places(days) for place in places)
    return can_have_places(days) and known and list(places) == in_order(places)


def _sound_weeks(schedule: Schedule) -> bool:
    if schedule.weeks == 1:
        return True
    return (
        1 < schedule.weeks <= _LONGEST_PAUSE
        and not schedule.places
        and schedule.first is not None
        and schedule.first.weekday() in schedule.days
    )


def can_have_places(days: tuple[int, ...]) -> bool:
    """Whether «the first of them in a month» can mean one thing only."""
    return len(days) == 1 or days in (EVERY_DAY, WEEKDAYS, WEEKEND)


def most_places(days: tuple[int, ...]) -> int:
    """How many of such days the longest month has at most."""
    return {1: 5, 2: 10, 5: 23, 7: 31}.get(len(days), 0)


def in_order(places: tuple[int, ...]) -> list[int]:
    """Places as a month has them: ascending, without repeats, «last» at the end."""
    return sorted(set(places), key=lambda place: (place == LAST, place))


def _clock(at: time) -> str:
    return at.isoformat("minutes")
