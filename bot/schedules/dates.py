"""Which local dates a schedule has; it must not know clocks or zones.

A date is one of the schedule's if its weekday is, if it stands at one of the wanted
places among such days of its month, if its week is one of every so many, and if no
bound, left-out date or public holiday takes it away.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from bot.schedules.public_holidays import is_holiday
from bot.schedules.rules import LAST, Schedule

_WEEK = timedelta(days=7)
#: The longest wait for a date: a weekday comes round in 7 days, in 14 where a zone
#: left one out, in 21 to be sure; the 10th weekend day of a month in 336.
_WEEKLY, _MONTHLY = 21, 400
#: More public holidays in a row than any calendar has on one weekday.
_HOLIDAYS = 12


def has(schedule: Schedule, day: date) -> bool:
    """Whether the local date `day` is one of the schedule's."""
    if day.weekday() not in schedule.days or not _in_bounds(schedule, day):
        return False
    if schedule.weeks > 1 and not _in_its_week(schedule, day):
        return False
    if schedule.places and not _in_its_place(schedule, day):
        return False
    if day in schedule.skips:
        return False
    return not any(is_holiday(code, day) for code in schedule.holidays)


def horizon(schedule: Schedule) -> int:
    """Days after which another date must have come, if one comes at all."""
    wait = _MONTHLY if schedule.places else _WEEKLY * schedule.weeks
    left_out = len(schedule.skips) + _HOLIDAYS * len(schedule.holidays)
    return wait * (1 + left_out)


def _in_bounds(schedule: Schedule, day: date) -> bool:
    if schedule.first is not None and day < schedule.first:
        return False
    return schedule.last is None or day <= schedule.last


def _in_its_week(schedule: Schedule, day: date) -> bool:
    assert schedule.first is not None
    begun = schedule.first.toordinal() - schedule.first.weekday()
    weeks = (day.toordinal() - begun) // 7
    return weeks % schedule.weeks == 0


def _in_its_place(schedule: Schedule, day: date) -> bool:
    return day.day in _wanted(day.year, day.month, schedule.days, schedule.places)


@lru_cache(maxsize=4096)
def _wanted(
    year: int, month: int, days: tuple[int, ...], places: tuple[int, ...]
) -> frozenset[int]:
    """The days of the month that stand at the places."""
    first, length = monthrange(year, month)
    such = [n for n in range(1, length + 1) if (first + n - 1) % 7 in days]
    chosen = (
        such[-1:] if place == LAST else such[place - 1 : place] for place in places
    )
    return frozenset(n for found in chosen for n in found)
