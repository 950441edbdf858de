"""Which due moments are posted: catch-up, changed schedules, quiet hours.

A moment that the bot slept through is made up for while it is young enough. Of all
that passed only the latest can be posted, as one late edition: what the earlier ones
would have told is in it. A schedule that was changed takes the editions of the day
into account: what went out today is not posted a second time under another hour.

«22:00-07:00» begins with its first minute and is over at its last: what is due at
7:00 goes out.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.errors import UserError
from bot.model import DueMoment
from bot.schedules.calendar import find_zone, load_zone
from bot.schedules.grammar import parse_clock_time
from bot.schedules.rules import (
    Interval,
    Schedule,
    TimeWindow,
    catch_up_limit,
    find_first_instant,
    find_following_due,
)

_INSTANT = timedelta(microseconds=1)
#: How a clock slot is written: «08:30».
_CLOCK_SLOT = len("08:30")


@dataclass(frozen=True, kw_only=True, slots=True)
class DueDecision:
    """What becomes of a schedule whose moment has come."""

    #: To be posted now, late or not; None when nothing is young enough.
    post: DueMoment | None
    #: The awaited moment, where it is not to be posted, now or later.
    missed: DueMoment | None
    #: The first moment that is still to come.
    next: DueMoment | None


def decide_due(schedule: Schedule, awaited: DueMoment, now: datetime) -> DueDecision:
    """What to post, what was missed and what comes next, `awaited` having come.

    At most one moment is posted, however long ago `awaited` was: the latest one up to
    `now` that is not older than the catch-up time. Raises `UserError` where the zone,
    or a country of holidays, is not known any more.
    """
    post, coming = (
        _latest_postable(schedule, awaited, now),
        find_following_due(schedule, now),
    )
    # A zone that moved its clocks back has made the awaited moment one to come.
    kept = _is_same_occurrence(post, awaited) or _is_same_occurrence(coming, awaited)
    return DueDecision(post=post, missed=None if kept else awaited, next=coming)


def plan_first_dues(
    rules: Sequence[Schedule], posted: Collection[DueMoment], now: datetime
) -> tuple[DueMoment | None, ...]:
    """The first moment of each of a digest's new schedules, in their order.

    `posted` are the clock slots of the digest that went out lately, or are about to.
    Each one of today stands for the earliest of today's new slots: so an hour that is
    changed after the edition went out holds from tomorrow, and before it from today.
    Intervals begin at once.
    """
    spent = _used_slots(rules, posted, now)
    found: list[DueMoment | None] = []
    for rule in rules:
        due = find_following_due(rule, now)
        while due is not None and (due.at, due.slot) in spent:
            due = find_following_due(rule, due.at)
        found.append(due)
    return tuple(found)


def _latest_postable(
    schedule: Schedule, awaited: DueMoment, now: datetime
) -> DueMoment | None:
    """The last moment from `awaited` on that is up to `now` and young enough."""
    oldest = max(_recompute_instant(schedule, awaited), now - catch_up_limit(schedule))
    latest: DueMoment | None = None
    due = find_following_due(schedule, oldest - _INSTANT)
    while due is not None and due.at <= now:
        latest, due = due, find_following_due(schedule, due.at)
    return latest


def _recompute_instant(schedule: Schedule, awaited: DueMoment) -> datetime:
    """When `awaited` is by today's rules of the zone, if that is earlier."""
    if isinstance(schedule.rule, Interval) or len(awaited.slot) != _CLOCK_SLOT:
        return awaited.at
    wall = datetime.combine(awaited.local_date, time.fromisoformat(awaited.slot))
    return min(awaited.at, find_first_instant(wall, load_zone(schedule.zone)))


def _is_same_occurrence(one: DueMoment | None, other: DueMoment) -> bool:
    """Whether both name one occurrence."""
    return one is not None and (one.local_date, one.slot) == (
        other.local_date,
        other.slot,
    )


def _used_slots(
    rules: Sequence[Schedule], posted: Collection[DueMoment], now: datetime
) -> set[tuple[datetime, str]]:
    """Today's slots of the new schedules that today's editions stand for."""
    dates = {rule.zone: _local_today(rule, now) for rule in rules}
    slots = {
        (due.at, due.slot)
        for rule in rules
        if not isinstance(rule.rule, Interval)
        for due in _dues_of_day(rule, dates[rule.zone])
    }
    today = set(dates.values())
    done = [
        due
        for due in posted
        if due.local_date in today and len(due.slot) == _CLOCK_SLOT
    ]
    return set(sorted(slots)[: len(done)])


def _dues_of_day(rule: Schedule, day: date) -> list[DueMoment]:
    """The schedule's moments of that local date."""
    start = find_first_instant(datetime.combine(day, time()), load_zone(rule.zone))
    found: list[DueMoment] = []
    due = find_following_due(rule, start - _INSTANT)
    while due is not None and due.local_date == day:
        found.append(due)
        due = find_following_due(rule, due.at)
    return found


def _local_today(rule: Schedule, now: datetime) -> date:
    return now.astimezone(load_zone(rule.zone)).date()


_QUIET_HOURS = re.compile(r"\s*([^\s–-]+)\s*(?:-|–|to)\s*([^\s–-]+)\s*", re.IGNORECASE)


def parse_quiet_hours(window: str) -> TimeWindow:
    """The stretch that «22:00-07:00» names; `UserError` with what would do."""
    shape = _QUIET_HOURS.fullmatch(window[:40])
    if shape is None:
        raise UserError(
            "«{window}» is no stretch of the day; write quiet hours as «22:00-07:00».",
            window=window[:40],
        )
    start, end = parse_clock_time(shape[1]), parse_clock_time(shape[2])
    if start == end:
        raise UserError(
            "Quiet hours «{window}» begin and end at the same time; write two "
            "times, such as «22:00-07:00», or leave them out.",
            window=window[:40],
        )
    return TimeWindow(start=start, end=end)


def in_quiet_hours(window: str, at: datetime, zone: str) -> bool:
    """Whether the aware instant `at` is in the quiet hours of `zone`."""
    return find_quiet_end(window, at, zone) is not None


def find_quiet_end(window: str, at: datetime, zone: str) -> datetime | None:
    """When the quiet hours around the aware instant `at` end, in UTC; else None."""
    hours = parse_quiet_hours(window)
    rules = load_zone(find_zone(zone))
    local = at.astimezone(rules).replace(tzinfo=None, fold=0)
    if not _covers(hours, local.time()):
        return None
    day = local.date()
    if hours.end <= local.time():
        day += timedelta(days=1)
    end = datetime.combine(day, hours.end)
    first = find_first_instant(end, rules)
    # In an hour that comes twice the first end may be over already.
    return first if first > at else end.replace(tzinfo=rules, fold=1).astimezone(UTC)


def _covers(hours: TimeWindow, at: time) -> bool:
    if hours.start < hours.end:
        return hours.start <= at < hours.end
    return at >= hours.start or at < hours.end
