"""When something was published, by what a stranger wrote; pure."""

from datetime import UTC, datetime, timedelta

from digests.extract import instant

_AHEAD = timedelta(hours=24)
#: Before the first feeds nothing was published in one; such dates are defaults.
_FIRST_YEAR = 1990


def published(written: str, now: datetime) -> datetime | None:
    """The moment in UTC; None when nothing or nonsense is written."""
    return sound(instant(written), now) if written else None


def sound(moment: datetime | None, now: datetime) -> datetime | None:
    """The moment where it can be one; what is over a day ahead was published now."""
    if moment is None or moment.year < _FIRST_YEAR:
        return None
    return now.astimezone(UTC) if moment > now + _AHEAD else moment
