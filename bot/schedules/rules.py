"""The structure of a schedule, and its form as JSON; nothing is computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from bot.errors import ConfigurationError

#: Days of the week as numbers, Monday = 0.
EVERY_DAY: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
WEEKDAYS: tuple[int, ...] = (0, 1, 2, 3, 4)
WEEKEND: tuple[int, ...] = (5, 6)
MINUTES_OF_A_DAY = 24 * 60


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
    """Days of the week × (times of day or an interval), in one time zone."""

    #: Ascending and without repeats, Monday = 0, at least one.
    days: tuple[int, ...]
    #: Times of day, ascending and without repeats, at least one; or an interval.
    rule: tuple[time, ...] | Interval
    #: IANA name.
    zone: str


def to_json(schedule: Schedule) -> dict[str, Any]:
    """The schedule as plain JSON: zone, days, and times or minutes with a window."""
    plain: dict[str, Any] = {"zone": schedule.zone, "days": list(schedule.days)}
    rule = schedule.rule
    if not isinstance(rule, Interval):
        return plain | {"times": [_clock(at) for at in rule]}
    plain["minutes"] = rule.minutes
    if rule.window is not None:
        plain["window"] = [_clock(rule.window.start), _clock(rule.window.end)]
    return plain


def from_json(plain: Mapping[str, Any]) -> Schedule:
    """The schedule that `to_json` wrote; `ConfigurationError` on anything else."""
    try:
        schedule = Schedule(
            days=tuple(plain["days"]), rule=_rule(plain), zone=plain["zone"]
        )
        possible = _possible(schedule)
    except (KeyError, TypeError, ValueError):
        possible = False
    if not possible:
        raise ConfigurationError(
            f"The stored schedule {dict(plain)!r} cannot be read; set it again."
        )
    return schedule


def _rule(plain: Mapping[str, Any]) -> tuple[time, ...] | Interval:
    if "times" in plain:
        return tuple(time.fromisoformat(at) for at in plain["times"])
    window = None
    if plain.get("window"):
        start, end = (time.fromisoformat(at) for at in plain["window"])
        window = Window(start=start, end=end)
    return Interval(minutes=plain["minutes"], window=window)


def _possible(schedule: Schedule) -> bool:
    rule = schedule.rule
    if isinstance(rule, Interval):
        sound = 1 <= rule.minutes <= MINUTES_OF_A_DAY
    else:
        sound = bool(rule) and list(rule) == sorted(set(rule))
    days = schedule.days
    known = set(days) <= set(EVERY_DAY) and list(days) == sorted(set(days))
    return sound and bool(days) and known and isinstance(schedule.zone, str)


def _clock(at: time) -> str:
    return at.isoformat("minutes")
