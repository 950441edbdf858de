"""What to make of moments that have passed, and when a changed schedule begins; pure.

A moment that the bot slept through is made up for while it is young enough. Of all
that passed only the latest can be posted, as one late edition: what the earlier ones
would have told is in it. A schedule that was changed takes the editions of the day
into account: what went out today is not posted a second time under another hour.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.schedules.instants import catch_up, first_instant, following
from bot.schedules.rules import Interval, Schedule
from bot.schedules.zones import zone_named
from bot.types import Due

_INSTANT = timedelta(microseconds=1)
#: How a clock slot is written: «08:30».
_CLOCK_SLOT = len("08:30")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reckoning:
    """What becomes of a schedule whose moment has come."""

    #: To be posted now, late or not; None when nothing is young enough.
    post: Due | None
    #: The awaited moment, where it is not to be posted, now or later.
    missed: Due | None
    #: The first moment that is still to come.
    next: Due | None


def reckon(schedule: Schedule, awaited: Due, now: datetime) -> Reckoning:
    """What to post, what was missed and what comes next, `awaited` having come.

    At most one moment is posted, however long ago `awaited` was: the latest one up to
    `now` that is not older than the catch-up time. Raises `UserError` where the zone,
    or a country of holidays, is not known any more.
    """
    post, coming = _latest(schedule, awaited, now), following(schedule, now)
    # A zone that moved its clocks back has made the awaited moment one to come.
    kept = _same(post, awaited) or _same(coming, awaited)
    return Reckoning(post=post, missed=None if kept else awaited, next=coming)


def begin(
    rules: Sequence[Schedule], posted: Collection[Due], now: datetime
) -> tuple[Due | None, ...]:
    """The first moment of each of a digest's new schedules, in their order.

    `posted` are the clock slots of the digest that went out lately, or are about to.
    Each one of today stands for the earliest of today's new slots: so an hour that is
    changed after the edition went out holds from tomorrow, and before it from today.
    Intervals begin at once.
    """
    spent = _spent(rules, posted, now)
    found: list[Due | None] = []
    for rule in rules:
        due = following(rule, now)
        while due is not None and (due.at, due.slot) in spent:
            due = following(rule, due.at)
        found.append(due)
    return tuple(found)


def _latest(schedule: Schedule, awaited: Due, now: datetime) -> Due | None:
    """The last moment from `awaited` on that is up to `now` and young enough."""
    oldest = max(_recomputed(schedule, awaited), now - catch_up(schedule))
    latest: Due | None = None
    due = following(schedule, oldest - _INSTANT)
    while due is not None and due.at <= now:
        latest, due = due, following(schedule, due.at)
    return latest


def _recomputed(schedule: Schedule, awaited: Due) -> datetime:
    """When `awaited` is by today's rules of the zone, if that is earlier."""
    if isinstance(schedule.rule, Interval) or len(awaited.slot) != _CLOCK_SLOT:
        return awaited.at
    wall = datetime.combine(awaited.local_date, time.fromisoformat(awaited.slot))
    return min(awaited.at, first_instant(wall, zone_named(schedule.zone)))


def _same(one: Due | None, other: Due) -> bool:
    """Whether both name one occurrence."""
    return one is not None and (one.local_date, one.slot) == (
        other.local_date,
        other.slot,
    )


def _spent(
    rules: Sequence[Schedule], posted: Collection[Due], now: datetime
) -> set[tuple[datetime, str]]:
    """Today's slots of the new schedules that today's editions stand for."""
    dates = {rule.zone: _today(rule, now) for rule in rules}
    slots = {
        (due.at, due.slot)
        for rule in rules
        if not isinstance(rule.rule, Interval)
        for due in _of_day(rule, dates[rule.zone])
    }
    today = set(dates.values())
    done = [
        due
        for due in posted
        if due.local_date in today and len(due.slot) == _CLOCK_SLOT
    ]
    return set(sorted(slots)[: len(done)])


def _of_day(rule: Schedule, day: date) -> list[Due]:
    """The schedule's moments of that local date."""
    start = first_instant(datetime.combine(day, time()), zone_named(rule.zone))
    found: list[Due] = []
    due = following(rule, start - _INSTANT)
    while due is not None and due.local_date == day:
        found.append(due)
        due = following(rule, due.at)
    return found


def _today(rule: Schedule, now: datetime) -> date:
    return now.astimezone(zone_named(rule.zone)).date()
