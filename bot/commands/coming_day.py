"""Reads a day that is still to come, as somebody types it; it reads no clock."""

from datetime import date, timedelta

from bot.configuring import Mistake
from digests.language.days import WEEKDAYS

_AHEAD = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1}


def coming_day(said: str, today: date, *, field: str, earliest: int = 0) -> date:
    """The day that «2026-12-24», «tomorrow» or «Friday» means.

    Args:
        said: What was typed; a weekday is the next one of its name, never today.
        today: Where the digest is read.
        field: The question that a mistake belongs to.
        earliest: How many days ahead it must be at least.

    Raises:
        Mistake: It is no day, or one that has gone by.
    """
    word = said.strip().casefold()
    if word in _AHEAD:
        day = today + timedelta(days=_AHEAD[word])
    elif word in WEEKDAYS:
        ahead = (WEEKDAYS[word] - today.weekday() - 1) % 7 + 1
        day = today + timedelta(days=ahead)
    else:
        day = _written(said, field)
    if day < today + timedelta(days=earliest):
        raise Mistake(
            "{date} is too early: it has to be a day that comes.",
            date=day,
            field=field,
        )
    return day


def _written(said: str, field: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        raise Mistake(
            "«{said}» is no day. Write «tomorrow», a weekday, or a date as "
            "2026-12-24: year, month, day.",
            said=said[:40],
            field=field,
        ) from None
