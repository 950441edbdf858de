"""Quiet hours: a stretch of the local day in which nothing is posted.

«22:00-07:00» begins with its first minute and is over at its last: what is due at
7:00 goes out.
"""

import re
from datetime import UTC, datetime, time, timedelta

from bot.errors import UserError
from bot.schedules.instants import first_instant
from bot.schedules.rules import Window
from bot.schedules.times import clock_time
from bot.schedules.zones import find_zone, zone_named

_SHAPE = re.compile(r"\s*([^\s–-]+)\s*(?:-|–|to)\s*([^\s–-]+)\s*", re.IGNORECASE)


def check_quiet(window: str) -> Window:
    """The stretch that «22:00-07:00» names; `UserError` with what would do."""
    shape = _SHAPE.fullmatch(window[:40])
    if shape is None:
        raise UserError(
            "«{window}» is no stretch of the day; write quiet hours as «22:00-07:00».",
            window=window[:40],
        )
    start, end = clock_time(shape[1]), clock_time(shape[2])
    if start == end:
        raise UserError(
            "Quiet hours «{window}» begin and end at the same time; write two "
            "times, such as «22:00-07:00», or leave them out.",
            window=window[:40],
        )
    return Window(start=start, end=end)


def in_quiet_hours(window: str, at: datetime, zone: str) -> bool:
    """Whether the aware instant `at` is in the quiet hours of `zone`."""
    return quiet_until(window, at, zone) is not None


def quiet_until(window: str, at: datetime, zone: str) -> datetime | None:
    """When the quiet hours around the aware instant `at` end, in UTC; else None."""
    hours = check_quiet(window)
    rules = zone_named(find_zone(zone))
    local = at.astimezone(rules).replace(tzinfo=None, fold=0)
    if not _covers(hours, local.time()):
        return None
    day = local.date()
    if hours.end <= local.time():
        day += timedelta(days=1)
    end = datetime.combine(day, hours.end)
    first = first_instant(end, rules)
    # In an hour that comes twice the first end may be over already.
    return first if first > at else end.replace(tzinfo=rules, fold=1).astimezone(UTC)


def _covers(hours: Window, at: time) -> bool:
    if hours.start < hours.end:
        return hours.start <= at < hours.end
    return at >= hours.start or at < hours.end
