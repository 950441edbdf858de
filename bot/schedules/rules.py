"""The structure of a schedule, its JSON form, and the instants that it names.

A date is one of the schedule's if its weekday is, if it stands at one of the wanted
places among such days of its month, if its week is one of every so many, and if no
bound, left-out date or public holiday takes it away.

A slot is a wall time on a local date. It is due at the first instant at which the
local clock shows that time or has passed it: for a time inside a gap that is the end
of the gap, for a time that comes twice its first coming. An interval of at most the
repeated stretch runs on through it (else «every 15 minutes» would pause for an hour).
Slots that fall on one instant are one due moment, named after the first of them.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bot.errors import ConfigurationError
from bot.model import DueMoment
from bot.schedules.calendar import is_holiday, load_zone

#: Days of the week as numbers, Monday = 0.
EVERY_DAY: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
WEEKDAYS: tuple[int, ...] = (0, 1, 2, 3, 4)
WEEKEND: tuple[int, ...] = (5, 6)
MINUTES_OF_A_DAY = 24 * 60
#: The last such day of a month, as a place among them.
LAST = -1
_MAX_WEEKS = 52


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeWindow:
    """A stretch of the local day; over midnight where `start` is after `end`."""

    start: time
    end: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """Every so many minutes of the local clock, counted from local midnight."""

    #: 1 to 1440.
    minutes: int
    #: Start and end included; None = all day.
    window: TimeWindow | None = None


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


def schedule_to_json(schedule: Schedule) -> dict[str, Any]:
    """The schedule as plain JSON: zone, days, times or minutes, and what limits them.

    What says nothing is left out.
    """
    plain: dict[str, Any] = {"zone": schedule.zone, "days": list(schedule.days)}
    rule = schedule.rule
    if isinstance(rule, Interval):
        plain["minutes"] = rule.minutes
        if rule.window is not None:
            plain["window"] = [
                _clock_to_json(rule.window.start),
                _clock_to_json(rule.window.end),
            ]
    else:
        plain["times"] = [_clock_to_json(at) for at in rule]
    limits = {
        "places": list(schedule.places),
        "weeks": schedule.weeks if schedule.weeks > 1 else None,
        "first": schedule.first and schedule.first.isoformat(),
        "last": schedule.last and schedule.last.isoformat(),
        "skips": [day.isoformat() for day in schedule.skips],
        "holidays": list(schedule.holidays),
    }
    return plain | {name: value for name, value in limits.items() if value}


def schedule_from_json(plain: Mapping[str, Any]) -> Schedule:
    """The schedule that `to_json` wrote; `ConfigurationError` on anything else."""
    try:
        schedule = Schedule(
            days=tuple(plain["days"]),
            rule=_parse_rule(plain),
            zone=plain["zone"],
            places=tuple(plain.get("places", ())),
            weeks=plain.get("weeks", 1),
            first=_parse_date(plain.get("first")),
            last=_parse_date(plain.get("last")),
            skips=tuple(date.fromisoformat(day) for day in plain.get("skips", ())),
            holidays=tuple(plain.get("holidays", ())),
        )
        possible = _is_valid(schedule)
    except (AttributeError, KeyError, TypeError, ValueError):
        possible = False
    if not possible:
        raise ConfigurationError(
            "The stored schedule {plain} cannot be read; set it again.",
            plain=_repr_plain(plain),
        )
    return schedule


def _repr_plain(plain: object) -> str:
    return repr(dict(plain) if isinstance(plain, Mapping) else plain)[:300]


def _parse_rule(plain: Mapping[str, Any]) -> tuple[time, ...] | Interval:
    if "times" in plain:
        return tuple(time.fromisoformat(at) for at in plain["times"])
    window = None
    if plain.get("window"):
        start, end = (time.fromisoformat(at) for at in plain["window"])
        window = TimeWindow(start=start, end=end)
    return Interval(minutes=plain["minutes"], window=window)


def _parse_date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _is_valid(schedule: Schedule) -> bool:
    return (
        _is_valid_rule(schedule.rule)
        and _are_valid_days(schedule)
        and _are_valid_weeks(schedule)
        and list(schedule.skips) == sorted(set(schedule.skips))
        and all(isinstance(code, str) for code in schedule.holidays)
        and isinstance(schedule.zone, str)
    )


def _is_valid_rule(rule: tuple[time, ...] | Interval) -> bool:
    if isinstance(rule, Interval):
        return 1 <= rule.minutes <= MINUTES_OF_A_DAY
    return bool(rule) and list(rule) == sorted(set(rule))


def _are_valid_days(schedule: Schedule) -> bool:
    days, places = schedule.days, schedule.places
    if not days or not set(days) <= set(EVERY_DAY) or list(days) != sorted(set(days)):
        return False
    if not places:
        return True
    known = all(place == LAST or 1 <= place <= max_places(days) for place in places)
    return can_have_places(days) and known and list(places) == sort_places(places)


def _are_valid_weeks(schedule: Schedule) -> bool:
    if schedule.weeks == 1:
        return True
    return (
        1 < schedule.weeks <= _MAX_WEEKS
        and not schedule.places
        and schedule.first is not None
        and schedule.first.weekday() in schedule.days
    )


def can_have_places(days: tuple[int, ...]) -> bool:
    """Whether «the first of them in a month» can mean one thing only."""
    return len(days) == 1 or days in (EVERY_DAY, WEEKDAYS, WEEKEND)


def max_places(days: tuple[int, ...]) -> int:
    """How many of such days the longest month has at most."""
    return {1: 5, 2: 10, 5: 23, 7: 31}.get(len(days), 0)


def sort_places(places: Iterable[int]) -> list[int]:
    """Places in the order of a month: ascending, without repeats, «last» at the end."""
    return sorted(set(places), key=lambda place: (place == LAST, place))


def _clock_to_json(at: time) -> str:
    return at.isoformat("minutes")


_WEEK = timedelta(days=7)
#: The longest wait for a date: a weekday comes round in 7 days, in 14 where a zone
#: left one out, in 21 to be sure; the 10th weekend day of a month in 336.
_WEEKLY, _MONTHLY = 21, 400
#: More public holidays in a row than any calendar has on one weekday.
_HOLIDAYS = 12


def has_date(schedule: Schedule, day: date) -> bool:
    """Whether the local date `day` is one of the schedule's."""
    if day.weekday() not in schedule.days or not _in_bounds(schedule, day):
        return False
    if schedule.weeks > 1 and not _in_scheduled_week(schedule, day):
        return False
    if schedule.places and not _in_scheduled_place(schedule, day):
        return False
    if day in schedule.skips:
        return False
    return not any(is_holiday(code, day) for code in schedule.holidays)


def search_horizon(schedule: Schedule) -> int:
    """Days after which another date must have come, if one comes at all."""
    wait = _MONTHLY if schedule.places else _WEEKLY * schedule.weeks
    left_out = len(schedule.skips) + _HOLIDAYS * len(schedule.holidays)
    return wait * (1 + left_out)


def _in_bounds(schedule: Schedule, day: date) -> bool:
    if schedule.first is not None and day < schedule.first:
        return False
    return schedule.last is None or day <= schedule.last


def _in_scheduled_week(schedule: Schedule, day: date) -> bool:
    assert schedule.first is not None
    begun = schedule.first.toordinal() - schedule.first.weekday()
    weeks = (day.toordinal() - begun) // 7
    return weeks % schedule.weeks == 0


def _in_scheduled_place(schedule: Schedule, day: date) -> bool:
    return day.day in _days_at_places(
        day.year, day.month, schedule.days, schedule.places
    )


@lru_cache(maxsize=4096)
def _days_at_places(
    year: int, month: int, days: tuple[int, ...], places: tuple[int, ...]
) -> frozenset[int]:
    """The days of the month that stand at the places."""
    first, length = monthrange(year, month)
    such = [n for n in range(1, length + 1) if (first + n - 1) % 7 in days]
    chosen = (
        such[-1:] if place == LAST else such[place - 1 : place] for place in places
    )
    return frozenset(n for found in chosen for n in found)


_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
#: How late a daily slot may still be made up for.
_DAILY_CATCH_UP = timedelta(hours=6)


def find_following_due(schedule: Schedule, after: datetime) -> DueMoment | None:
    """The first due moment later than `after` (aware), in UTC.

    None where there is none: behind the schedule's last date, at the end of the
    calendar, or for a window that the interval never falls into.
    """
    if after.tzinfo is None:
        raise ValueError("`after` must be an aware datetime")
    zone = load_zone(schedule.zone)
    after = after.astimezone(UTC)
    found: DueMoment | None = None
    for day in _candidate_days(schedule, after, zone):
        if found is not None and day - found.local_date > _DAY:
            return found
        due = _first_due_of_day(schedule, day, zone, after)
        if found is not None:
            return due if due is not None and due.at < found.at else found
        found = due
        # Where the clocks go back over midnight the next day's first slot can come
        # before the last of this day: only then a day more than the first hit.
        if found is not None and _midnight_of_plain_day(day, zone) is not None:
            return found
    return found


def list_upcoming_dues(
    schedule: Schedule, after: datetime, count: int
) -> tuple[DueMoment, ...]:
    """The first `count` due moments later than `after`, in order."""
    dues: list[DueMoment] = []
    while (
        len(dues) < count and (due := find_following_due(schedule, after)) is not None
    ):
        dues.append(due)
        after = due.at
    return tuple(dues)


def catch_up_limit(schedule: Schedule) -> timedelta:
    """How late the schedule's editions may come: six hours, or one interval."""
    if isinstance(schedule.rule, Interval):
        return schedule.rule.minutes * _MINUTE
    return _DAILY_CATCH_UP


def find_first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks of `zone` first show the naive `wall` or pass it, in UTC."""
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _to_wall_time(early, zone) == wall:
        return early
    # In a gap fold=0 reads the wall with the offset before it, which lands behind the
    # gap, and fold=1 with the offset after it, which lands before it (PEP 495).
    return _end_of_gap(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), early, zone)


# ── one local day ──────────────────────────────────────────────────────────────


def _candidate_days(
    schedule: Schedule, after: datetime, zone: ZoneInfo
) -> Iterator[date]:
    """Its local dates from that of `after` on; or from the day before.

    Where the clocks change, that one's last slot may come past `after`.

    None beyond the last day that the schedule, or the calendar, has.
    """
    with suppress(OverflowError):
        day = _to_wall_time(after, zone).date()
        if schedule.first is not None and schedule.first > day:
            day = schedule.first
        elif _midnight_of_plain_day(day - _DAY, zone) is None:
            day -= _DAY
        for _ in range(search_horizon(schedule) + 1):
            if schedule.last is not None and day > schedule.last:
                return
            if has_date(schedule, day):
                yield day
            day += _DAY


def _first_due_of_day(
    schedule: Schedule, day: date, zone: ZoneInfo, after: datetime
) -> DueMoment | None:
    try:
        plain = _midnight_of_plain_day(day, zone)
        if plain is None and not _date_exists(day, zone):
            return None
        if isinstance(schedule.rule, Interval):
            instants = _interval_instants(schedule.rule, day, zone, after, plain)
            return _first_instant_after(instants, day, after)
        return _first_slot_after(schedule.rule, day, zone, after, plain)
    except OverflowError:
        # The first or last day that the calendar has, in a zone that leaves it.
        return None


def _first_slot_after(
    times: tuple[time, ...],
    day: date,
    zone: ZoneInfo,
    after: datetime,
    plain: datetime | None,
) -> DueMoment | None:
    for slot in times:
        if plain is not None:
            at = plain + timedelta(hours=slot.hour, minutes=slot.minute)
        else:
            at = find_first_instant(datetime.combine(day, slot), zone)
        if at > after:
            return DueMoment(at=at, local_date=day, slot=slot.isoformat("minutes"))
    return None


def _first_instant_after(
    instants: Iterable[datetime], day: date, after: datetime
) -> DueMoment | None:
    at = min((instant for instant in instants if instant > after), default=None)
    if at is None:
        return None
    slot = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return DueMoment(at=at, local_date=day, slot=slot)


def _interval_instants(
    rule: Interval,
    day: date,
    zone: ZoneInfo,
    after: datetime,
    plain: datetime | None,
) -> Iterator[datetime]:
    """The day's instants, of which those up to `after` may be left out."""
    midnight = datetime.combine(day, time())
    walls = range(0, MINUTES_OF_A_DAY, rule.minutes)
    if plain is not None:
        walls = walls[max(0, (after - plain) // (rule.minutes * _MINUTE)) :]
    for minute in walls:
        wall = midnight + minute * _MINUTE
        if rule.window is not None and not is_within_window(rule.window, wall.time()):
            continue
        if plain is not None:
            yield plain + minute * _MINUTE
            if plain + minute * _MINUTE > after:
                return
        else:
            yield from _instants_of_wall_time(wall, rule.minutes * _MINUTE, zone)


def _instants_of_wall_time(
    wall: datetime, step: timedelta, zone: ZoneInfo
) -> Iterator[datetime]:
    first = find_first_instant(wall, zone)
    yield first
    again = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if again - first >= step:
        yield again


def is_within_window(window: TimeWindow, at: time) -> bool:
    """Whether `at` is in the window, both ends included."""
    if window.start <= window.end:
        return window.start <= at <= window.end
    return at >= window.start or at <= window.end


# ── the calendar of a zone ─────────────────────────────────────────────────────


@lru_cache(maxsize=8192)
def _midnight_of_plain_day(day: date, zone: ZoneInfo) -> datetime | None:
    """The instant of local midnight if no clock changes that day, else None.

    Nor in the next morning, where clocks may go back into this day. Most schedules
    share their zones and dates: hence the cache.
    """
    midnight = datetime.combine(day, time())
    try:
        marks = [midnight + quarter * _DAY / 4 for quarter in range(6)]
        instants = [find_first_instant(mark, zone) for mark in marks]
    except OverflowError:
        return None
    steady = all(later - sooner == _DAY / 4 for sooner, later in pairwise(instants))
    return instants[0] if steady else None


def _date_exists(day: date, zone: ZoneInfo) -> bool:
    return (
        _to_wall_time(
            find_first_instant(datetime.combine(day, time()), zone), zone
        ).date()
        == day
    )


def _to_wall_time(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _end_of_gap(before: datetime, behind: datetime, zone: ZoneInfo) -> datetime:
    """The first instant with the new offset, by halving to whole seconds."""
    old = before.astimezone(zone).utcoffset()
    seconds = (behind - before) // timedelta(seconds=1)
    low, high = 0, seconds
    while high - low > 1:
        middle = (low + high) // 2
        at = before + timedelta(seconds=middle)
        if at.astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)
