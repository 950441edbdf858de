"""Parse a cron line, «cron 30 8 * * 1-5 Europe/Berlin», into a `Schedule`.

Cronsim parses the fields; the due moments are computed by our own rule, like those of
every schedule. Numbers of weekdays are cron's: 0 and 7 are Sunday, 1 is Monday
(crontab(5)). Lines that a `Schedule` cannot express are refused: cron runs a line that
limits both the day of the month and the day of the week on either of them, which is
two schedules here.
"""

import re
from datetime import UTC, datetime, time

from cronsim import CronSim, CronSimError

from bot.errors import UserError
from bot.schedules.calendar import find_zone
from bot.schedules.rules import (
    EVERY_DAY,
    LAST,
    MINUTES_OF_A_DAY,
    WEEKDAYS,
    Interval,
    Schedule,
    TimeWindow,
    sort_places,
)

_FIELDS = 5
_MAX_TIMES = 48
_SHORTCUTS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}
_FIELD = re.compile(r"[0-9*][0-9*,/-]*|[A-Za-z0-9#,-]{1,15}")
#: The parser requires a start date; the fields that it parses do not depend on it.
_ANY_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def is_cron(sentence: str) -> bool:
    """Whether the sentence is marked as a cron line."""
    return sentence.strip().lower().startswith(("cron ", "cron:"))


def looks_like_cron(sentence: str) -> bool:
    """Whether the sentence is an unmarked cron line: five fields, one with a star."""
    fields = sentence.split()[:_FIELDS]
    shaped = all(_FIELD.fullmatch(field) for field in fields)
    return len(fields) == _FIELDS and shaped and any("*" in f for f in fields)


def parse_cron(sentence: str, default_zone: str) -> Schedule:
    """Parse «cron 30 8 * * 1-5 Europe/Berlin».

    Raises:
        UserError: The line is not valid, or no `Schedule` can express it.
    """
    first, *rest = sentence.strip()[len("cron") :].lstrip(" :").lower().split() or [""]
    words = [*_SHORTCUTS.get(first, first).split(), *rest]
    fields, zone = words[:_FIELDS], " ".join(words[_FIELDS:])
    line = _parse_fields(fields)
    if len(line.months) < 12:
        raise UserError("Cron lines for some months only cannot be followed here.")
    if fields[2] != "*" and fields[4] != "*":
        raise UserError(
            "Cron takes such a line for either of its days; write two schedules."
        )
    days, places = _find_days(line, fields)
    return Schedule(
        days=days,
        rule=_build_rule(sorted(line.minutes), sorted(line.hours)),
        zone=find_zone(zone) if zone else default_zone,
        places=places,
    )


def _parse_fields(fields: list[str]) -> CronSim:
    if len(fields) < _FIELDS:
        raise UserError(
            "A cron line has five fields: minute, hour, day of the month, month, day "
            "of the week."
        )
    try:
        return CronSim(" ".join(fields), _ANY_DATE)
    except CronSimError as error:
        # «Bad day-of-month»: the message ends with the name of the field.
        names = ("minute", "hour", "day-of-month", "month", "day-of-week")
        position = names.index(str(error).rpartition(" ")[2])
        raise _invalid_field(fields, position) from None


def _build_rule(minutes: list[int], hours: list[int]) -> tuple[time, ...] | Interval:
    every = [60 * hour + minute for hour in hours for minute in minutes]
    step = every[1] - every[0] if len(every) > 1 else MINUTES_OF_A_DAY
    if every == list(range(0, MINUTES_OF_A_DAY, step)) and len(every) > 1:
        return Interval(minutes=step)
    times = tuple(time(*divmod(at, 60)) for at in every)
    grid = list(range(every[0], every[-1] + 1, step))
    if len(every) > 2 and every == grid and every[0] % step == 0:
        return Interval(minutes=step, window=TimeWindow(start=times[0], end=times[-1]))
    if len(times) > _MAX_TIMES:
        raise UserError(
            "That cron line runs too often, and not at even intervals from midnight."
        )
    return times


def _find_days(
    line: CronSim, fields: list[str]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Find days of the week (Monday = 0) and their places in the month, empty = all."""
    if line.days == {CronSim.LAST_WEEKDAY}:
        return WEEKDAYS, (LAST,)
    if CronSim.LAST_WEEKDAY in line.days:
        raise _invalid_field(fields, 2)
    if len(line.days) < 31:
        return EVERY_DAY, _find_places(line.days)
    nth = [day for day in line.weekdays if isinstance(day, tuple)]
    if not nth:
        days = {(day - 1) % 7 for day in line.weekdays if isinstance(day, int)}
        return tuple(sorted(days)), ()
    if len(nth) < len(line.weekdays) or len({day for day, _ in nth}) > 1:
        raise _invalid_field(fields, 4)
    return ((nth[0][0] - 1) % 7,), _find_places({place for _, place in nth})


def _find_places(numbers: set[int]) -> tuple[int, ...]:
    """Convert places in the month to our numbering, in which the last one is -1."""
    return tuple(sort_places(LAST if n == CronSim.LAST else n for n in numbers))


def _invalid_field(fields: list[str], position: int) -> UserError:
    return UserError(
        "«{field}» is not valid in field {position} of a cron line.",
        field=fields[position],
        position=position + 1,
    )
