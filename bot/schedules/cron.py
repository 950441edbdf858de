"""Parse a cron line into a `Schedule`.

«cron 30 8 * * 1-5 Europe/Berlin» is read into the same structure as a sentence, or
refused where there is none for it. Numbers of weekdays are cron's: 0 and 7 are Sunday,
1 is Monday (crontab(5)). A line that limits both the day of the month and the day of
the week means either of them to cron: that is two schedules here.
"""

import re
from collections.abc import Mapping
from datetime import time

from bot.errors import UserError
from bot.schedules.calendar import find_zone
from bot.schedules.grammar import DAY_NAMES
from bot.schedules.rules import (
    EVERY_DAY,
    LAST,
    MINUTES_OF_A_DAY,
    Interval,
    Schedule,
    TimeWindow,
)

_FIELDS = 5
_MAX_TIMES = 48
_SHORT = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}
#: «mon» → 1, as cron counts.
_DAYS = {name[:3].lower(): (day + 1) % 7 for day, name in enumerate(DAY_NAMES)}
_ITEM = re.compile(
    r"(?:(?P<all>\*)|(?P<start>[0-9]{1,2}|[a-z]{3})(?:-(?P<end>[0-9]{1,2}|[a-z]{3}))?)"
    r"(?:/(?P<step>[0-9]{1,3}))?"
)
_FIELD = re.compile(r"[0-9*][0-9*,/-]*|[A-Za-z0-9#,-]{1,15}")
_NTH = re.compile(r"([0-7]|[a-z]{3})(?:#([1-5])|(l))")


def is_cron(sentence: str) -> bool:
    """Whether it says that it is a cron line."""
    return sentence.strip().lower().startswith(("cron ", "cron:"))


def looks_like_cron(sentence: str) -> bool:
    """Whether it is one that does not say so: five fields, of which one is a star."""
    fields = sentence.split()[:_FIELDS]
    shaped = all(_FIELD.fullmatch(field) for field in fields)
    return len(fields) == _FIELDS and shaped and any("*" in f for f in fields)


def parse_cron(sentence: str, default_zone: str) -> Schedule:
    """The schedule of «cron 30 8 * * 1-5 Europe/Berlin».

    Raises:
        UserError: It is no cron line, or one that no schedule here can follow.
    """
    line = sentence.strip()[len("cron") :].lstrip(" :")
    line = re.sub(r"^@\w+", lambda found: _SHORT.get(found[0], found[0]), line.lower())
    fields, zone = line.split()[:_FIELDS], line.split()[_FIELDS:]
    if len(fields) < _FIELDS:
        raise UserError(
            "A cron line has five fields: minute, hour, day of the month, month, day "
            "of the week."
        )
    minute, hour, of_month, month, of_week = fields
    if month not in {"*", "1-12"}:
        raise UserError("Cron lines for some months only cannot be followed here.")
    if of_month != "*" and of_week != "*":
        raise UserError(
            "Cron takes such a line for either of its days; write two schedules."
        )
    days, places = _parse_days(of_month, of_week)
    return Schedule(
        days=days,
        rule=_build_rule(_parse_numbers(minute, 0, 59), _parse_numbers(hour, 0, 23)),
        zone=find_zone(" ".join(zone)) if zone else default_zone,
        places=places,
    )


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


def _parse_days(of_month: str, of_week: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Days of the week, Monday = 0, and places among those of a month."""
    if of_month == "l":
        return EVERY_DAY, (LAST,)
    if of_month != "*":
        places = tuple(_parse_numbers(of_month, 1, 31))
        return EVERY_DAY, () if len(places) == 31 else places
    if found := _NTH.fullmatch(of_week):
        place = LAST if found[3] else int(found[2])
        return ((_parse_number(found[1], _DAYS, 0, 7) - 1) % 7,), (place,)
    days = {(day - 1) % 7 for day in _parse_numbers(of_week, 0, 7, _DAYS)}
    return tuple(sorted(days)), ()


def _parse_numbers(
    field: str, least: int, most: int, names: Mapping[str, int] | None = None
) -> list[int]:
    """The numbers that a field such as «*/15», «8-20/2» or «1,3» names, ascending."""
    found: set[int] = set()
    for item in field.split(","):
        shape = _ITEM.fullmatch(item)
        if shape is None:
            raise UserError(
                "«{item}» is nothing that a cron line may say there.", item=item
            )
        start, end = least, most
        if not shape["all"]:
            start = _parse_number(shape["start"], names or {}, least, most)
            end = start if not shape["step"] else most
            end = (
                _parse_number(shape["end"], names or {}, least, most)
                if shape["end"]
                else end
            )
        step = int(shape["step"] or 1)
        if step < 1 or end < start:
            raise UserError("«{item}» in a cron line names nothing.", item=item)
        found |= set(range(start, end + 1, step))
    return sorted(found)


def _parse_number(word: str, names: Mapping[str, int], least: int, most: int) -> int:
    number = names.get(word, int(word) if word.isdigit() else least - 1)
    if not least <= number <= most:
        raise UserError(
            "«{word}» in a cron line is not from {least} to {most}.",
            word=word,
            least=least,
            most=most,
        )
    return number
