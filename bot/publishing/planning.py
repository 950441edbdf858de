"""Turn due schedules into occurrences, and describe when a digest is due.

    plan_batch    what is due → occurrences (unique: once is once), and each next moment
    pass_over     what is due is skipped, after a restoring
    astray        what the clock or a zone's rules left with a wrong next moment
    realign       … set right

All of it is verbs for one transaction. What became of a moment is told in its
occurrence: posted late, missed, or a schedule that cannot be read any more. Such a one
is looked at again each hour and keeps no other from its time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import structlog

from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import Digest, DueMoment, Occurrence
from bot.schedules.calendar import check_zone, load_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.posting_rules import (
    DueDecision,
    decide_due,
    find_quiet_end,
    plan_first_dues,
)
from bot.schedules.rules import Schedule, find_following_due, schedule_from_json
from bot.schedules.wording import describe_schedule
from bot.storage import Connection, digest_store, schedule_store
from bot.storage.digest_store import DigestPause
from bot.storage.schedule_store import StoredSchedule
from digests.messages import Message

log = structlog.get_logger(__name__)

PLANNING_BATCH = 500
#: An edition that comes later than this says so.
LATE_AFTER = timedelta(minutes=10)
#: When a schedule that cannot be read is looked at again.
RECHECK_AFTER = timedelta(hours=1)
#: Today, wherever on earth, began within this time.
_TODAY_ANYWHERE = timedelta(days=2)
MISSED_REASON = Message("skip.missed")
PAUSED_REASON = Message("skip.paused")
SKIPPED_DATE_REASON = Message("skip.date")
DEFECT_REASON = Message("skip.bad_schedule")


@dataclass(frozen=True, kw_only=True, slots=True)
class MisalignedSchedule:
    """A schedule that waits for another moment than it should."""

    schedule: StoredSchedule
    next: DueMoment | None


# ── what is due ────────────────────────────────────────────────────────────────


def plan_due_schedules(conn: Connection, now: datetime) -> int:
    """Plan the earliest of what is due; how many schedules that were."""
    batch = schedule_store.list_due_schedules(conn, now=now, limit=PLANNING_BATCH)
    for entry in batch:
        _plan_schedule(conn, entry, now)
    return len(batch)


def skip_due_schedules(conn: Connection, now: datetime, reason: Message) -> int:
    """Post nothing of what is due, for this reason; how many schedules that were."""
    count = 0
    while batch := schedule_store.list_due_schedules(
        conn, now=now, limit=PLANNING_BATCH
    ):
        for entry in batch:
            assert entry.next is not None, "only what has a moment can be due"
            reckoning = _decide_due(entry, entry.next, now)
            if isinstance(reckoning, Message):
                coming: DueMoment | None = _postpone(entry.next, now)
            else:
                coming = reckoning.next
            _plan_skip(conn, entry, entry.next, reason)
            schedule_store.advance_schedule(
                conn,
                workspace_id=entry.workspace_id,
                schedule_id=entry.id,
                next=coming,
            )
        count += len(batch)
    return count


def _plan_schedule(conn: Connection, entry: StoredSchedule, now: datetime) -> None:
    assert entry.next is not None, "only what has a moment can be due"
    rests = digest_store.find_digest_pause(
        conn, workspace_id=entry.workspace_id, digest_id=entry.digest_id
    )
    reckoning = _decide_due(entry, entry.next, now)
    if isinstance(reckoning, Message):
        coming: DueMoment | None = _postpone(entry.next, now)
        _plan_skip(
            conn, entry, entry.next, _silence_reason(rests, entry.next) or reckoning
        )
    else:
        coming = reckoning.next
        if reckoning.missed:
            why = _silence_reason(rests, reckoning.missed) or MISSED_REASON
            _plan_skip(conn, entry, reckoning.missed, why)
        if reckoning.post:
            _post_or_skip(conn, entry, rests, reckoning.post, now)
    schedule_store.advance_schedule(
        conn, workspace_id=entry.workspace_id, schedule_id=entry.id, next=coming
    )


def _decide_due(
    entry: StoredSchedule, awaited: DueMoment, now: datetime
) -> DueDecision | Message:
    """Decide what to do about it; or give why that cannot be computed."""
    try:
        return decide_due(schedule_from_json(entry.rule), awaited, now)
    except UserError as problem:
        log.warning("schedule cannot be read", id=entry.id, reason=str(problem))
        return problem.message
    except Exception:
        # A defect in one schedule must not keep the others from their time.
        log.exception("schedule cannot be computed", id=entry.id)
        return DEFECT_REASON


def _postpone(awaited: DueMoment, now: datetime) -> DueMoment:
    """The same moment, to be looked at again later: the cause may be mended."""
    return DueMoment(
        at=now + RECHECK_AFTER, local_date=awaited.local_date, slot=awaited.slot
    )


def _silence_reason(rests: DigestPause | None, due: DueMoment) -> Message | None:
    """Why nothing is posted at that moment, as far as the digest itself says so."""
    if rests is None:
        return Message("skip.deleted")
    if rests.paused:
        return PAUSED_REASON
    if rests.paused_until is not None and due.local_date < rests.paused_until:
        return Message("skip.paused_until", day=rests.paused_until)
    return SKIPPED_DATE_REASON if due.local_date in rests.skips else None


def _post_or_skip(
    conn: Connection,
    entry: StoredSchedule,
    rests: DigestPause | None,
    due: DueMoment,
    now: datetime,
) -> None:
    why = _silence_reason(rests, due)
    if why is None and rests is not None:
        _plan_post(conn, entry, rests.quiet_hours, due, now)
    else:
        _plan_skip(conn, entry, due, why or SKIPPED_DATE_REASON)


def _plan_post(
    conn: Connection,
    entry: StoredSchedule,
    quiet_hours: str | None,
    due: DueMoment,
    now: datetime,
) -> None:
    planned = _add_occurrence(conn, entry, due, late=now - due.at > LATE_AFTER) or (
        # A clock that was far ahead has had it for missed.
        schedule_store.reopen_occurrence(
            conn,
            workspace_id=entry.workspace_id,
            digest_id=entry.digest_id,
            due=due,
            reason=MISSED_REASON,
        )
    )
    if planned is None or not quiet_hours:
        return
    until = find_quiet_end(quiet_hours, now, entry.zone)
    if until is not None:
        schedule_store.defer_occurrence(
            conn,
            workspace_id=planned.workspace_id,
            occurrence_id=planned.id,
            until=until,
        )


def _plan_skip(
    conn: Connection, entry: StoredSchedule, due: DueMoment, reason: Message
) -> None:
    planned = _add_occurrence(conn, entry, due, late=False)
    if planned is not None:
        schedule_store.finish_occurrence(
            conn,
            workspace_id=planned.workspace_id,
            occurrence_id=planned.id,
            state="skipped",
            reason=reason,
        )


def _add_occurrence(
    conn: Connection, entry: StoredSchedule, due: DueMoment, *, late: bool
) -> Occurrence | None:
    return schedule_store.plan_occurrence(
        conn,
        workspace_id=entry.workspace_id,
        digest_id=entry.digest_id,
        due=due,
        zone=entry.zone,
        trigger="schedule",
        late=late,
    )


# ── what comes next ────────────────────────────────────────────────────────────


def find_first_dues(
    conn: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    rules: Sequence[Schedule],
    now: datetime,
) -> tuple[DueMoment | None, ...]:
    """When each of the digest's new schedules begins, after what went out today."""
    posted = schedule_store.list_posted_moments(
        conn,
        workspace_id=workspace_id,
        digest_id=digest_id,
        since=(now - _TODAY_ANYWHERE).date(),
    )
    return plan_first_dues(rules, posted, now)


def find_misaligned_schedules(
    conn: Connection, *, now: datetime, after: int
) -> tuple[int | None, tuple[MisalignedSchedule, ...]]:
    """Schedules behind key `after` whose next moment is not what it should be.

    A clock that was far ahead, or new rules of a zone, leave such ones behind. What is
    overdue is `plan_batch`'s. Gives the last key that was looked at, None at the end.
    """
    page = schedule_store.list_schedules_after(conn, after=after, limit=PLANNING_BATCH)
    found = [_find_misalignment(conn, entry, now) for entry in page]
    last = page[-1].id if page else None
    return last, tuple(one for one in found if one is not None)


def realign_schedules(conn: Connection, found: Sequence[MisalignedSchedule]) -> None:
    """Give schedules their right next moment; not those that were changed meanwhile."""
    for one in found:
        entry = one.schedule
        key = {"workspace_id": entry.workspace_id, "digest_id": entry.digest_id}
        if entry in schedule_store.list_schedules(conn, **key):
            schedule_store.advance_schedule(
                conn,
                workspace_id=entry.workspace_id,
                schedule_id=entry.id,
                next=one.next,
            )


def _find_misalignment(
    conn: Connection, entry: StoredSchedule, now: datetime
) -> MisalignedSchedule | None:
    if entry.next is not None and entry.next.at <= now:
        return None
    try:
        if find_following_due(schedule_from_json(entry.rule), now) == entry.next:
            return None
        coming = _first_due(conn, entry, now)
    except UserError:
        # It is told when its moment has come.
        return None
    return (
        None
        if coming == entry.next
        else MisalignedSchedule(schedule=entry, next=coming)
    )


def _first_due(
    conn: Connection, entry: StoredSchedule, now: datetime
) -> DueMoment | None:
    key = {"workspace_id": entry.workspace_id, "digest_id": entry.digest_id}
    rows = schedule_store.list_schedules(conn, **key)
    rules = [schedule_from_json(row.rule) for row in rows]
    firsts = find_first_dues(conn, **key, rules=rules, now=now)
    ids = [row.id for row in rows]
    return firsts[ids.index(entry.id)]


def digest_zone(digest: Digest) -> str:
    """The zone in which this digest's readers live: its first schedule's."""
    return next((rule.zone for rule in _readable_schedules(digest)), "UTC")


def find_next_due(digest: Digest, now: datetime) -> datetime | None:
    """When the digest is due next; None without a schedule or while paused."""
    if digest.paused:
        return None
    silent = digest.paused_until is not None or digest.skips
    if not silent and digest.next_due is not None and digest.next_due > now:
        return digest.next_due
    found = [_next_moment(rule, digest, now) for rule in _readable_schedules(digest)]
    return min((at for at in found if at), default=None)


def _next_moment(rule: Schedule, digest: Digest, now: datetime) -> datetime | None:
    """The schedule's first moment on a date on which the digest is not silent."""
    first = find_following_due(rule, now)
    spoken = list_moments(rule, first, 1, until=digest.paused_until, skips=digest.skips)
    return next(iter(spoken), None)


def list_moments(
    rule: Schedule,
    first: DueMoment | None,
    count: int,
    *,
    until: date | None,
    skips: Collection[date],
) -> list[datetime]:
    """The schedule's next moments at which a digest is posted that is silent at times.

    Args:
        rule: The schedule.
        first: From this due moment on; None: it has none.
        count: How many at the most.
        until: The first date on which the digest posts again; None: it does.
        skips: Dates on which it posts nothing.
    """
    found: list[datetime] = []
    due = first
    while due is not None and len(found) < count:
        if until is not None and due.local_date < until:
            due = _first_due_from(rule, until, due.at)
        elif due.local_date in skips:
            due = _first_due_from(rule, due.local_date + timedelta(days=1), due.at)
        else:
            found.append(due.at)
            due = find_following_due(rule, due.at)
    return found


def _first_due_from(rule: Schedule, day: date, after: datetime) -> DueMoment | None:
    """Its first moment of that local date or later, and later than `after`."""
    zone = load_zone(rule.zone)
    eve = datetime.combine(day, time(), zone).astimezone(UTC) - timedelta(minutes=1)
    return find_following_due(rule, max(after, eve))


def format_schedule(sentence: str, texts: Texts) -> str:
    """«weekdays at 08:30, Europe/Berlin» for a stored sentence, in this language.

    One that cannot be read any more stays as it is.
    """
    try:
        return describe_schedule(parse_schedule(sentence), texts)
    except UserError:
        return sentence


def format_schedules(digest: Digest, texts: Texts) -> str:
    """All its schedules in words: «Weekdays at 08:30, Europe/Berlin»; "" = none."""
    return capitalize_first(
        "; ".join(format_schedule(one, texts) for one in digest.schedules)
    )


def capitalize_first(words: str) -> str:
    """The words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


def format_typed_schedule(sentence: str, texts: Texts) -> str:
    """The sentence between marks, where commands do not take it as it is said here."""
    try:
        rule = parse_schedule(sentence)
        if parse_schedule(describe_schedule(rule, texts)) == rule:
            return ""
    except UserError:
        pass
    return f"«{sentence}»"


def find_schedule_problems(digest: Digest) -> tuple[UserError, ...]:
    """What is wrong with the digest's schedules: a zone that is gone, say."""
    found = []
    for sentence in digest.schedules:
        try:
            _parse_checked(sentence)
        except UserError as problem:
            found.append(
                UserError("«{schedule}»: {problem}", schedule=sentence, problem=problem)
            )
    return tuple(found)


def _readable_schedules(digest: Digest) -> list[Schedule]:
    """Its schedules, without those that cannot be read any more."""
    found = []
    for sentence in digest.schedules:
        try:
            found.append(_parse_checked(sentence))
        except UserError:
            continue
    return found


def _parse_checked(sentence: str) -> Schedule:
    rule = parse_schedule(sentence)
    check_zone(rule.zone)
    return rule
