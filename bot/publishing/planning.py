"""Schedules that are due become occurrences; it must not compose, send or ask a clock.

    plan_batch    what is due → occurrences (unique: once is once), and each next moment
    pass_over     what is due is skipped, after a restoring
    astray        what the clock or a zone's rules left with a wrong next moment
    realign       … set right

All of it is verbs for one transaction. What became of a moment is told in its
occurrence: posted late, missed, or a schedule that cannot be read any more. Such a one
is looked at again each hour and keeps no other from its time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot import schedules
from bot.errors import UserError
from bot.storage import Connection, digests, occurrences
from bot.storage import schedules as timetable
from bot.storage.digests import Rests
from bot.storage.schedules import StoredSchedule
from bot.types import Due, Occurrence

log = structlog.get_logger(__name__)

BATCH = 500
#: An edition that comes later than this says so.
LATE = timedelta(minutes=10)
#: When a schedule that cannot be read is looked at again.
AGAIN = timedelta(hours=1)
#: Today, wherever on earth, began within this time.
_TODAY = timedelta(days=2)
MISSED = "Missed: the bot was not running then. Its articles come with the next one."
PAUSED = "The digest was paused."
LEFT_OUT = "This date was left out, as somebody asked."
DEFECT = "Its schedule could not be computed; the log says why."


@dataclass(frozen=True, kw_only=True, slots=True)
class Astray:
    """A schedule that waits for another moment than it should."""

    schedule: StoredSchedule
    next: Due | None


# ── what is due ────────────────────────────────────────────────────────────────


def plan_batch(conn: Connection, now: datetime) -> int:
    """Plan the earliest of what is due; how many schedules that were."""
    batch = timetable.due(conn, now=now, limit=BATCH)
    for entry in batch:
        _plan(conn, entry, now)
    return len(batch)


def pass_over(conn: Connection, now: datetime, reason: str) -> int:
    """Post nothing of what is due, for this reason; how many schedules that were."""
    count = 0
    while batch := timetable.due(conn, now=now, limit=BATCH):
        for entry in batch:
            assert entry.next is not None, "only what has a moment can be due"
            reckoning = _reckoned(entry, entry.next, now)
            if isinstance(reckoning, str):
                coming: Due | None = _again(entry.next, now)
            else:
                coming = reckoning.next
            _skip(conn, entry, entry.next, reason)
            timetable.advance(
                conn,
                workspace_id=entry.workspace_id,
                schedule_id=entry.id,
                next=coming,
            )
        count += len(batch)
    return count


def _plan(conn: Connection, entry: StoredSchedule, now: datetime) -> None:
    assert entry.next is not None, "only what has a moment can be due"
    rests = digests.rests(
        conn, workspace_id=entry.workspace_id, digest_id=entry.digest_id
    )
    reckoning = _reckoned(entry, entry.next, now)
    if isinstance(reckoning, str):
        coming: Due | None = _again(entry.next, now)
        _skip(conn, entry, entry.next, _silence(rests, entry.next) or reckoning)
    else:
        coming = reckoning.next
        if reckoning.missed:
            why = _silence(rests, reckoning.missed) or MISSED
            _skip(conn, entry, reckoning.missed, why)
        if reckoning.post:
            _post_or_skip(conn, entry, rests, reckoning.post, now)
    timetable.advance(
        conn, workspace_id=entry.workspace_id, schedule_id=entry.id, next=coming
    )


def _reckoned(
    entry: StoredSchedule, awaited: Due, now: datetime
) -> schedules.Reckoning | str:
    """What to do about it; or, in words, why that cannot be said."""
    try:
        return schedules.reckon(schedules.from_json(entry.rule), awaited, now)
    except UserError as problem:
        log.warning("schedule cannot be read", id=entry.id, reason=str(problem))
        return str(problem)
    except Exception:
        # A defect in one schedule must not keep the others from their time.
        log.exception("schedule cannot be computed", id=entry.id)
        return DEFECT


def _again(awaited: Due, now: datetime) -> Due:
    """The same moment, to be looked at again later: the cause may be mended."""
    return Due(at=now + AGAIN, local_date=awaited.local_date, slot=awaited.slot)


def _silence(rests: Rests | None, due: Due) -> str | None:
    """Why nothing is posted at that moment, as far as the digest itself says so."""
    if rests is None:
        return "The digest was deleted."
    if rests.paused:
        return PAUSED
    if rests.paused_until is not None and due.local_date < rests.paused_until:
        return f"The digest was paused until {rests.paused_until}."
    return LEFT_OUT if due.local_date in rests.skips else None


def _post_or_skip(
    conn: Connection,
    entry: StoredSchedule,
    rests: Rests | None,
    due: Due,
    now: datetime,
) -> None:
    why = _silence(rests, due)
    if why is None and rests is not None:
        _post(conn, entry, rests.quiet_hours, due, now)
    else:
        _skip(conn, entry, due, why or LEFT_OUT)


def _post(
    conn: Connection,
    entry: StoredSchedule,
    quiet_hours: str | None,
    due: Due,
    now: datetime,
) -> None:
    planned = _occurrence(conn, entry, due, late=now - due.at > LATE) or (
        # A clock that was far ahead has had it for missed.
        occurrences.reopen(
            conn,
            workspace_id=entry.workspace_id,
            digest_id=entry.digest_id,
            due=due,
            reason=MISSED,
        )
    )
    if planned is None or not quiet_hours:
        return
    until = schedules.quiet_until(quiet_hours, now, entry.zone)
    if until is not None:
        occurrences.defer(
            conn,
            workspace_id=planned.workspace_id,
            occurrence_id=planned.id,
            until=until,
        )


def _skip(conn: Connection, entry: StoredSchedule, due: Due, reason: str) -> None:
    planned = _occurrence(conn, entry, due, late=False)
    if planned is not None:
        occurrences.settle(
            conn,
            workspace_id=planned.workspace_id,
            occurrence_id=planned.id,
            state="skipped",
            reason=reason,
        )


def _occurrence(
    conn: Connection, entry: StoredSchedule, due: Due, *, late: bool
) -> Occurrence | None:
    return occurrences.plan(
        conn,
        workspace_id=entry.workspace_id,
        digest_id=entry.digest_id,
        due=due,
        zone=entry.zone,
        trigger="schedule",
        late=late,
    )


# ── what comes next ────────────────────────────────────────────────────────────


def first_dues(
    conn: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    rules: Sequence[schedules.Schedule],
    now: datetime,
) -> tuple[Due | None, ...]:
    """When each of the digest's new schedules begins, after what went out today."""
    posted = occurrences.posted(
        conn,
        workspace_id=workspace_id,
        digest_id=digest_id,
        since=(now - _TODAY).date(),
    )
    return schedules.begin(rules, posted, now)


def astray(
    conn: Connection, *, now: datetime, after: int
) -> tuple[int | None, tuple[Astray, ...]]:
    """Schedules behind key `after` whose next moment is not what it should be.

    A clock that was far ahead, or new rules of a zone, leave such ones behind. What is
    overdue is `plan_batch`'s. Gives the last key that was looked at, None at the end.
    """
    page = timetable.page(conn, after=after, limit=BATCH)
    found = [_right(conn, entry, now) for entry in page]
    last = page[-1].id if page else None
    return last, tuple(one for one in found if one is not None)


def realign(conn: Connection, found: Sequence[Astray]) -> None:
    """Give schedules their right next moment; not those that were changed meanwhile."""
    for one in found:
        entry = one.schedule
        key = {"workspace_id": entry.workspace_id, "digest_id": entry.digest_id}
        if entry in timetable.of_digest(conn, **key):
            timetable.advance(
                conn,
                workspace_id=entry.workspace_id,
                schedule_id=entry.id,
                next=one.next,
            )


def _right(conn: Connection, entry: StoredSchedule, now: datetime) -> Astray | None:
    if entry.next is not None and entry.next.at <= now:
        return None
    try:
        if schedules.following(schedules.from_json(entry.rule), now) == entry.next:
            return None
        coming = _first_due(conn, entry, now)
    except UserError:
        # It is told when its moment has come.
        return None
    return None if coming == entry.next else Astray(schedule=entry, next=coming)


def _first_due(conn: Connection, entry: StoredSchedule, now: datetime) -> Due | None:
    key = {"workspace_id": entry.workspace_id, "digest_id": entry.digest_id}
    rows = timetable.of_digest(conn, **key)
    rules = [schedules.from_json(row.rule) for row in rows]
    firsts = first_dues(conn, **key, rules=rules, now=now)
    ids = [row.id for row in rows]
    return firsts[ids.index(entry.id)]
