"""Which due moments are posted: catch-up, changed schedules, quiet hours. Pure.

A moment that passed while the bot was not running is made up for while it is recent
enough. Of all that passed, only the latest is posted, as one late edition: it contains
what the earlier ones would have published. When a schedule is changed, the editions of
today count: what was posted today is not posted again at another hour.

Quiet hours «22:00-07:00» begin with their first minute and end before their last: an
edition that is due at 7:00 is posted.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile

from bot.errors import UserError
from bot.model.edition import DueMoment
from bot.schedules.calendar import find_zone, load_zone
from bot.schedules.grammar import parse_clock_time
from bot.schedules.rules import (
    Interval,
    Schedule,
    TimeWindow,
    catch_up_limit,
    find_first_instant,
    find_following_due,
    iterate_dues,
)
from digests.types import frozen

_INSTANT = timedelta(microseconds=1)
#: Characters of a clock slot; an interval's slot is longer.
_CLOCK_SLOT = len("08:30")


@frozen
class DueDecision:
    """What to do when a schedule's moment has come."""

    #: To be posted now, late or not; None if nothing is recent enough.
    post: DueMoment | None
    #: The awaited moment, if it is never posted.
    missed: DueMoment | None
    #: The first moment in the future.
    next: DueMoment | None


def decide_due(schedule: Schedule, awaited: DueMoment, now: datetime) -> DueDecision:
    """Decide what to post, what was missed and what is next, once `awaited` is due.

    At most one moment is posted, however long ago `awaited` was: the latest one up to
    `now` that is within the catch-up limit. Raises `UserError` if the zone, or a
    country of holidays, is no longer known.
    """
    oldest = max(_recompute_instant(schedule, awaited), now - catch_up_limit(schedule))
    passed = takewhile(
        lambda due: due.at <= now, iterate_dues(schedule, oldest - _INSTANT)
    )
    post = max(passed, key=lambda due: due.at, default=None)
    coming = find_following_due(schedule, now)
    # If a zone moved its clocks back, the awaited moment may be in the future again.
    kept = any(
        due and (due.local_date, due.slot) == (awaited.local_date, awaited.slot)
        for due in (post, coming)
    )
    return DueDecision(post=post, missed=None if kept else awaited, next=coming)


def plan_first_dues(
    rules: Sequence[Schedule], posted: Collection[DueMoment], now: datetime
) -> tuple[DueMoment | None, ...]:
    """Plan the first moment of each of a digest's new schedules, in their order.

    `posted` are the clock slots of the digest that were posted lately or are about to
    be. Each of today's replaces the earliest of today's new slots: an hour that is
    changed after the edition was posted takes effect tomorrow, before it today.
    Intervals take effect at once.
    """
    used = _used_slots(rules, posted, now)
    return tuple(
        next((d for d in iterate_dues(rule, now) if (d.at, d.slot) not in used), None)
        for rule in rules
    )


def _recompute_instant(schedule: Schedule, awaited: DueMoment) -> datetime:
    """Return `awaited`, or its earlier instant by the current rules of the zone."""
    if isinstance(schedule.rule, Interval) or len(awaited.slot) != _CLOCK_SLOT:
        return awaited.at
    wall = datetime.combine(awaited.local_date, time.fromisoformat(awaited.slot))
    return min(awaited.at, find_first_instant(wall, load_zone(schedule.zone)))


def _used_slots(
    rules: Sequence[Schedule], posted: Collection[DueMoment], now: datetime
) -> set[tuple[datetime, str]]:
    """Find today's slots of the new schedules that today's editions replace."""
    today = {rule.zone: now.astimezone(load_zone(rule.zone)).date() for rule in rules}
    slots = {
        (due.at, due.slot)
        for rule in rules
        if not isinstance(rule.rule, Interval)
        for due in _dues_of_day(rule, today[rule.zone])
    }
    clock_slots = [due for due in posted if len(due.slot) == _CLOCK_SLOT]
    done = sum(due.local_date in today.values() for due in clock_slots)
    return set(sorted(slots)[:done])


def _dues_of_day(rule: Schedule, day: date) -> Iterator[DueMoment]:
    start = find_first_instant(datetime.combine(day, time()), load_zone(rule.zone))
    dues = iterate_dues(rule, start - _INSTANT)
    return takewhile(lambda due: due.local_date == day, dues)


_QUIET_HOURS = re.compile(r"\s*([^\s–-]+)\s*(?:-|–|to)\s*([^\s–-]+)\s*", re.IGNORECASE)


def parse_quiet_hours(window: str) -> TimeWindow:
    """Parse «22:00-07:00»; `UserError` says what would be valid."""
    window = window[:40]
    shape = _QUIET_HOURS.fullmatch(window)
    if shape is None:
        raise UserError(
            "«{window}» is not a time range; write quiet hours as «22:00-07:00».",
            window=window,
        )
    start, end = parse_clock_time(shape[1]), parse_clock_time(shape[2])
    if start == end:
        raise UserError(
            "Quiet hours «{window}» begin and end at the same time; write two "
            "times, such as «22:00-07:00», or leave them out.",
            window=window,
        )
    return TimeWindow(start=start, end=end)


def find_quiet_end(window: str, at: datetime, zone: str) -> datetime | None:
    """Find when the quiet hours that contain `at` (aware) end, in UTC; else None."""
    hours = parse_quiet_hours(window)
    rules = load_zone(find_zone(zone))
    local = at.astimezone(rules).replace(tzinfo=None, fold=0)
    if local.time() not in hours or local.time() == hours.end:
        return None
    end = datetime.combine(local, hours.end)
    if end <= local:
        end += timedelta(days=1)
    first = find_first_instant(end, rules)
    # In an hour that occurs twice, the first end may have passed.
    return first if first > at else end.replace(tzinfo=rules, fold=1).astimezone(UTC)
