"""The structure of a schedule, its JSON form, and its due moments.

A date belongs to a schedule if its weekday does, if it is at one of the wanted places
among such days of its month, if its week is one of every so many, and if no bound,
exception or public holiday excludes it.

A slot is a wall time on a local date. It is due at the first instant at which the local
clock shows that time or has passed it: for a time inside a gap that is the end of the
gap, for a time that occurs twice its first occurrence. An interval no longer than the
repeated period continues through it (otherwise «every 15 minutes» would pause for an
hour). Slots that fall on the same instant are one due moment, named after the first.
"""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from bot.errors import ConfigurationError
from bot.model.edition import DueMoment
from bot.schedules.calendar import is_holiday, load_zone
from digests.types import frozen

#: Days of the week as numbers, Monday = 0.
EVERY_DAY: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
WEEKDAYS: tuple[int, ...] = (0, 1, 2, 3, 4)
WEEKEND: tuple[int, ...] = (5, 6)
MINUTES_OF_A_DAY = 24 * 60
#: The place of the last such day of a month.
LAST = -1
MAX_WEEKS = 52


@frozen
class TimeWindow:
    """A part of the local day, both ends included; over midnight if `start > end`."""

    start: time
    end: time

    def __contains__(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at <= self.end
        return at >= self.start or at <= self.end


@frozen
class Interval:
    """Every so many minutes of the local clock, counted from local midnight."""

    #: 1 to 1440.
    minutes: int
    #: None = all day.
    window: TimeWindow | None = None


@frozen
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


_JSON = TypeAdapter(Schedule)


def schedule_to_json(schedule: Schedule) -> dict[str, Any]:
    """Convert to plain JSON values; fields with their default are left out."""
    plain: dict[str, Any] = _JSON.dump_python(
        schedule, mode="json", exclude={"rule"}, exclude_defaults=True
    )
    rule = schedule.rule
    if not isinstance(rule, Interval):
        return plain | {"times": _format_times(rule)}
    plain["minutes"] = rule.minutes
    if rule.window is not None:
        plain["window"] = _format_times((rule.window.start, rule.window.end))
    return plain


def schedule_from_json(plain: Mapping[str, Any]) -> Schedule:
    """Read what `schedule_to_json` wrote; `ConfigurationError` on anything else."""
    try:
        schedule = _JSON.validate_python({**plain, "rule": _parse_rule(plain)})
        valid = _is_valid(schedule)
    except (AttributeError, KeyError, TypeError, ValueError):
        valid = False
    if not valid:
        raise ConfigurationError(
            "The stored schedule {plain} cannot be read; set it again.",
            plain=repr(plain)[:300],
        )
    return schedule


def _format_times(times: Iterable[time]) -> list[str]:
    return [at.isoformat("minutes") for at in times]


def _parse_rule(plain: Mapping[str, Any]) -> tuple[time, ...] | Interval:
    if "times" in plain:
        return tuple(time.fromisoformat(at) for at in plain["times"])
    window = None
    if plain.get("window"):
        start, end = (time.fromisoformat(at) for at in plain["window"])
        window = TimeWindow(start=start, end=end)
    return Interval(minutes=plain["minutes"], window=window)


def _is_valid(schedule: Schedule) -> bool:
    days, places, rule = schedule.days, schedule.places, schedule.rule
    if isinstance(rule, Interval):
        valid = 1 <= rule.minutes <= MINUTES_OF_A_DAY
    else:
        valid = bool(rule) and _is_ascending(rule)
    if places:
        allowed = {*range(1, max_places(days) + 1), LAST}
        valid &= set(places) <= allowed and [*places] == sort_places(places)
        # «The first of them in a month» is ambiguous for other days.
        valid &= len(days) == 1 or days in (EVERY_DAY, WEEKDAYS, WEEKEND)
    if schedule.weeks != 1:
        first = schedule.first
        valid &= 1 < schedule.weeks <= MAX_WEEKS and not places
        valid &= first is not None and first.weekday() in days
    valid &= bool(days) and set(days) <= {*EVERY_DAY} and _is_ascending(days)
    return valid and _is_ascending(schedule.skips)


def _is_ascending(values: Sequence[Any]) -> bool:
    return [*values] == sorted({*values})


def max_places(days: tuple[int, ...]) -> int:
    """Return how many such days the longest month can have."""
    return {1: 5, 2: 10, 5: 23, 7: 31}.get(len(days), 0)


def sort_places(places: Iterable[int]) -> list[int]:
    """Sort places as in a month: ascending, without repeats, «last» at the end."""
    return sorted(set(places), key=lambda place: (place == LAST, place))


#: The longest wait for a date: a weekday recurs in 7 days, in 14 where a zone left one
#: out, in 21 to be sure; the 10th weekend day of a month in 336.
_WEEKLY, _MONTHLY = 21, 400
#: More public holidays in a row than any calendar has on one weekday.
_HOLIDAYS = 12


def has_date(schedule: Schedule, day: date) -> bool:
    """Whether the local date `day` is one of the schedule's."""
    first, last = schedule.first, schedule.last
    if day.weekday() not in schedule.days or day in schedule.skips:
        return False
    if (first and day < first) or (last and day > last):
        return False
    if schedule.weeks > 1 and first is not None:
        weeks = (day.toordinal() - first.toordinal() + first.weekday()) // 7
        if weeks % schedule.weeks:
            return False
    days, places = schedule.days, schedule.places
    if places and day.day not in _days_at_places(day.year, day.month, days, places):
        return False
    return not any(is_holiday(code, day) for code in schedule.holidays)


def search_horizon(schedule: Schedule) -> int:
    """Return the number of days within which the next date is, if there is one."""
    wait = _MONTHLY if schedule.places else _WEEKLY * schedule.weeks
    left_out = len(schedule.skips) + _HOLIDAYS * len(schedule.holidays)
    return wait * (1 + left_out)


@lru_cache(maxsize=4096)
def _days_at_places(
    year: int, month: int, days: tuple[int, ...], places: tuple[int, ...]
) -> frozenset[int]:
    """The days of the month that are at these places."""
    first, length = monthrange(year, month)
    such = [n for n in range(1, length + 1) if (first + n - 1) % 7 in days]
    last = such[-1:] if LAST in places else []
    return frozenset([*last, *(n for at, n in enumerate(such, 1) if at in places)])


_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
#: How late the edition of a daily slot may still be posted.
_DAILY_CATCH_UP = timedelta(hours=6)


def find_following_due(schedule: Schedule, after: datetime) -> DueMoment | None:
    """Find the first due moment later than `after` (aware), in UTC.

    None where there is none: after the schedule's last date, at the end of the
    calendar, or for a window that the interval never meets.
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
        # Where the clocks go back over midnight, the next day's first slot can come
        # before the last of this day: only then one more day is examined.
        if found is not None and _midnight_of_plain_day(day, zone) is not None:
            return found
    return found


def list_upcoming_dues(
    schedule: Schedule, after: datetime, count: int
) -> tuple[DueMoment, ...]:
    """List the first `count` due moments later than `after`, in order."""
    return tuple(islice(iterate_dues(schedule, after), count))


def iterate_dues(schedule: Schedule, after: datetime) -> Iterator[DueMoment]:
    """Iterate over all due moments later than `after`, in order."""
    while (due := find_following_due(schedule, after)) is not None:
        yield due
        after = due.at


def catch_up_limit(schedule: Schedule) -> timedelta:
    """Return how late an edition may be posted: six hours, or one interval."""
    rule = schedule.rule
    return rule.minutes * _MINUTE if isinstance(rule, Interval) else _DAILY_CATCH_UP


def find_first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks of `zone` first show or pass the naive `wall`."""
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _to_wall_time(early, zone) == wall:
        return early
    # In a gap, fold=0 uses the offset before it, which gives an instant after the gap,
    # and fold=1 the offset after it, which gives one before the gap (PEP 495).
    return _end_of_gap(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), early, zone)


# ── one local day ──────────────────────────────────────────────────────────────


def _candidate_days(
    schedule: Schedule, after: datetime, zone: ZoneInfo
) -> Iterator[date]:
    """The schedule's local dates from that of `after` on, to the end of the calendar.

    From the day before if the clocks changed on it: its last slot may come later.
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
    # Overflow: the calendar's first or last day, in a zone in which it ends elsewhere.
    with suppress(OverflowError):
        midnight = _midnight_of_plain_day(day, zone)
        if midnight is None and not _date_exists(day, zone):
            return None
        if isinstance(schedule.rule, Interval):
            instants = _interval_instants(schedule.rule, day, zone, after, midnight)
            at = min((instant for instant in instants if instant > after), default=None)
            slot = at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
            return DueMoment(at=at, local_date=day, slot=slot) if at else None
        for wall in schedule.rule:
            at = (
                find_first_instant(datetime.combine(day, wall), zone)
                if midnight is None
                else midnight + timedelta(hours=wall.hour, minutes=wall.minute)
            )
            if at > after:
                slot = wall.isoformat("minutes")
                return DueMoment(at=at, local_date=day, slot=slot)
    return None


def _interval_instants(
    rule: Interval,
    day: date,
    zone: ZoneInfo,
    after: datetime,
    midnight: datetime | None,
) -> Iterator[datetime]:
    """The day's instants; those up to `after` may be left out.

    `midnight` is the instant of local midnight, None if the clocks change that day.
    """
    step = rule.minutes * _MINUTE
    walls = range(0, MINUTES_OF_A_DAY, rule.minutes)
    if midnight is not None:
        walls = walls[max(0, (after - midnight) // step) :]
    for minute in walls:
        wall = datetime.combine(day, time()) + minute * _MINUTE
        if rule.window is not None and wall.time() not in rule.window:
            continue
        if midnight is None:
            first = find_first_instant(wall, zone)
            yield first
            again = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
            if again - first >= step:
                yield again
        else:
            yield midnight + minute * _MINUTE
            if midnight + minute * _MINUTE > after:
                return


# ── the calendar of a zone ─────────────────────────────────────────────────────


@lru_cache(maxsize=8192)
def _midnight_of_plain_day(day: date, zone: ZoneInfo) -> datetime | None:
    """The instant of local midnight, or None if the clocks change that day.

    Nor may they change in the next morning, when they may go back into this day. Most
    schedules share their zones and dates: hence the cache.
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
    midnight = find_first_instant(datetime.combine(day, time()), zone)
    return _to_wall_time(midnight, zone).date() == day


def _to_wall_time(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _end_of_gap(before: datetime, behind: datetime, zone: ZoneInfo) -> datetime:
    """The first instant with the new offset, found by bisection to whole seconds."""
    old, second = before.astimezone(zone).utcoffset(), timedelta(seconds=1)

    def is_new(seconds: int) -> bool:
        return (before + seconds * second).astimezone(zone).utcoffset() != old

    seconds = range((behind - before) // second)
    return before + bisect_left(seconds, True, key=is_new) * second
