"""The instants that a schedule names; pure, and compared in UTC only.

A slot is a wall time on a local date. It is due at the first instant at which the
local clock shows that time or has passed it: for a time inside a gap that is the end
of the gap, for a time that comes twice its first coming. An interval of at most the
repeated stretch runs on through it (else «every 15 minutes» would pause for an hour).
Slots that fall on one instant are one due moment, named after the first of them.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.schedules import dates
from bot.schedules.rules import MINUTES_OF_A_DAY, Interval, Schedule, Window
from bot.schedules.zones import zone_named
from bot.types import Due

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
#: How late a daily slot may still be made up for.
_DAILY_CATCH_UP = timedelta(hours=6)


def following(schedule: Schedule, after: datetime) -> Due | None:
    """The first due moment later than `after` (aware), in UTC.

    None where there is none: behind the schedule's last date, at the end of the
    calendar, or for a window that the interval never falls into.
    """
    if after.tzinfo is None:
        raise ValueError("`after` must be an aware datetime")
    zone = zone_named(schedule.zone)
    after = after.astimezone(UTC)
    found: Due | None = None
    for day in _days_around(schedule, after, zone):
        if found is not None and day - found.local_date > _DAY:
            return found
        due = _first_of_day(schedule, day, zone, after)
        if found is not None:
            return due if due is not None and due.at < found.at else found
        found = due
        # Where the clocks go back over midnight the next day's first slot can come
        # before the last of this day: only then a day more than the first hit.
        if found is not None and _midnight_of_plain_day(day, zone) is not None:
            return found
    return found


def upcoming(schedule: Schedule, after: datetime, count: int) -> tuple[Due, ...]:
    """The first `count` due moments later than `after`, in order."""
    dues: list[Due] = []
    while len(dues) < count and (due := following(schedule, after)) is not None:
        dues.append(due)
        after = due.at
    return tuple(dues)


def catch_up(schedule: Schedule) -> timedelta:
    """How late the schedule's editions may come: six hours, or one interval."""
    if isinstance(schedule.rule, Interval):
        return schedule.rule.minutes * _MINUTE
    return _DAILY_CATCH_UP


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks of `zone` first show the naive `wall` or pass it, in UTC."""
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(early, zone) == wall:
        return early
    # In a gap fold=0 reads the wall with the offset before it, which lands behind the
    # gap, and fold=1 with the offset after it, which lands before it (PEP 495).
    return _end_of_gap(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), early, zone)


# ── one local day ──────────────────────────────────────────────────────────────


def _days_around(schedule: Schedule, after: datetime, zone: ZoneInfo) -> Iterator[date]:
    """Its local dates from that of `after` on; or from the day before.

    Where the clocks change, that one's last slot may come past `after`.

    None beyond the last day that the schedule, or the calendar, has.
    """
    with suppress(OverflowError):
        day = _wall(after, zone).date()
        if schedule.first is not None and schedule.first > day:
            day = schedule.first
        elif _midnight_of_plain_day(day - _DAY, zone) is None:
            day -= _DAY
        for _ in range(dates.horizon(schedule) + 1):
            if schedule.last is not None and day > schedule.last:
                return
            if dates.has(schedule, day):
                yield day
            day += _DAY


def _first_of_day(
    schedule: Schedule, day: date, zone: ZoneInfo, after: datetime
) -> Due | None:
    try:
        plain = _midnight_of_plain_day(day, zone)
        if plain is None and not _exists(day, zone):
            return None
        if isinstance(schedule.rule, Interval):
            instants = _interval(schedule.rule, day, zone, after, plain)
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
) -> Due | None:
    for slot in times:
        if plain is not None:
            at = plain + timedelta(hours=slot.hour, minutes=slot.minute)
        else:
            at = first_instant(datetime.combine(day, slot), zone)
        if at > after:
            return Due(at=at, local_date=day, slot=slot.isoformat("minutes"))
    return None


def _first_instant_after(
    instants: Iterable[datetime], day: date, after: datetime
) -> Due | None:
    at = min((instant for instant in instants if instant > after), default=None)
    if at is None:
        return None
    slot = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Due(at=at, local_date=day, slot=slot)


def _interval(
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
        if rule.window is not None and not within(rule.window, wall.time()):
            continue
        if plain is not None:
            yield plain + minute * _MINUTE
            if plain + minute * _MINUTE > after:
                return
        else:
            yield from _comings(wall, rule.minutes * _MINUTE, zone)


def _comings(wall: datetime, step: timedelta, zone: ZoneInfo) -> Iterator[datetime]:
    first = first_instant(wall, zone)
    yield first
    again = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if again - first >= step:
        yield again


def within(window: Window, at: time) -> bool:
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
        instants = [first_instant(mark, zone) for mark in marks]
    except OverflowError:
        return None
    steady = all(later - sooner == _DAY / 4 for sooner, later in pairwise(instants))
    return instants[0] if steady else None


def _exists(day: date, zone: ZoneInfo) -> bool:
    return _wall(first_instant(datetime.combine(day, time()), zone), zone).date() == day


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
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
