"""When a source is read next: pure rules, without a clock and without chance.

Sources of one interval are spread over it by a hash of their address, so that many
never come at one moment, and each keeps its slot through restarts (MonitoRSS does the
same). The interval follows what a source has published of late; failures double it,
up to a day. A pause that a source asks for is never cut short.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import exp

#: Folders are cheap to look at, and whoever writes into one sits before it.
FOLDER = timedelta(minutes=1)
FASTEST, USUAL, SLOWEST = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=6),
)
LONGEST_BACK_OFF = timedelta(days=1)

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: From so many items a day on a source is busy; below the other it is slow.
_BUSY, _SLOW = 96.0, 4.0
#: How long a change of pace takes to be believed.
_MEMORY = timedelta(days=3)
#: Dates beyond this tell nothing about the pace of today.
_WINDOW = timedelta(days=7)
_SHORTEST_SPAN = timedelta(hours=1)
#: Part of a pause by which those who all were told it are spread.
_SPREAD = 0.1


def interval(items_a_day: float | None) -> timedelta:
    """How long a source of this pace is left between two readings.

    Between five minutes for a busy one and six hours for one that is silent.
    """
    if items_a_day is None or _SLOW <= items_a_day <= _BUSY:
        return USUAL
    if items_a_day > _BUSY:
        return max(FASTEST, USUAL * (_BUSY / items_a_day))
    if items_a_day <= _SLOW * (USUAL / SLOWEST):
        return SLOWEST
    return USUAL * (_SLOW / items_a_day)


def next_slot(address: str, every: timedelta, now: datetime) -> datetime:
    """The source's next slot in the row of this interval, at least half of it away."""
    offset = every * _fraction(address)
    soonest = now + every / 2 - offset - _EPOCH
    passed = -(-soonest // every)
    return _EPOCH + passed * every + offset


def after_failures(address: str, failures: int, now: datetime) -> datetime:
    """When to try again after so many failures in a row (1 or more)."""
    doubled: timedelta = USUAL * 2 ** min(failures - 1, 10)
    wait = min(doubled, LONGEST_BACK_OFF / (1 + _SPREAD))
    return now + wait * (1 + _SPREAD * _fraction(address))


def after_pause(address: str, wait: timedelta, now: datetime) -> datetime:
    """When to come back to a source that asked for a pause: never before its end."""
    spread = min(wait * _SPREAD, FASTEST) * _fraction(address)
    return now + wait + spread


def first_pace(published: Iterable[datetime | None], now: datetime) -> float | None:
    """Items a day by the dates of a first reading; None where there are none."""
    dates = [at for at in published if at is not None]
    if not dates:
        return None
    recent = [at for at in dates if now - at <= _WINDOW]
    if not recent:
        return 0.0
    span = max(now - min(recent), _SHORTEST_SPAN)
    return len(recent) * (_DAY / span)


def pace(before: float | None, new: int, elapsed: timedelta) -> float:
    """Items a day after `new` more in the time since the last good reading.

    An exponential mean: what was three days ago counts for a third of what is now.
    """
    elapsed = max(elapsed, timedelta(seconds=1))
    now = new * (_DAY / elapsed)
    if before is None:
        return now if elapsed >= _SHORTEST_SPAN or not new else new * (_DAY / USUAL)
    kept = exp(-(elapsed / _MEMORY))
    return kept * before + (1 - kept) * now


def _fraction(address: str) -> float:
    """The source's own place between 0 and 1, the same for ever."""
    digest = sha256(address.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)
