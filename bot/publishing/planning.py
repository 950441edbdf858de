"""Turn due schedules into occurrences, and describe when a digest is due.

    plan_due_schedules         what is due → occurrences, and the next moments
    skip_due_schedules         what is due is skipped, after a restore
    find_misaligned_schedules  what a wrong clock or old zone rules left behind
    realign_schedules          … corrected
    plan_manual_occurrence     an edition posted by hand
    describe_nothing_new       why a moment had no edition

Each function runs in one transaction. The occurrence records the outcome of a moment:
posted late, missed, or a schedule that can no longer be read. Such a schedule is tried
again every hour and does not delay the others.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import structlog

from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import Digest, DueMoment, Occurrence
from bot.model.scope import Scope
from bot.schedules.calendar import check_zone, load_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.posting_rules import (
    DueDecision,
    decide_due,
    find_quiet_end,
    plan_first_dues,
)
from bot.schedules.rules import (
    Schedule,
    find_following_due,
    schedule_from_json,
    schedule_to_json,
)
from bot.schedules.wording import describe_schedule
from bot.storage import Connection, digest_store, schedule_store
from bot.storage.digest_store import DigestPause
from bot.storage.schedule_store import StoredSchedule
from digests.messages import Message
from digests.types import ArticleDecision, Edition, frozen

log = structlog.get_logger(__name__)

PLANNING_BATCH = 500
#: An edition that is posted later than this is marked as late.
LATE_AFTER = timedelta(minutes=10)
#: Delay until a schedule that cannot be read is tried again.
RECHECK_AFTER = timedelta(hours=1)
_INSTANT = timedelta(microseconds=1)
#: In every time zone, today began within this time.
_TODAY_ANYWHERE = timedelta(days=2)
MISSED_REASON = Message("skip.missed")
PAUSED_REASON = Message("skip.paused")
SKIPPED_DATE_REASON = Message("skip.date")
DEFECT_REASON = Message("skip.bad_schedule")
#: No edition while the platform is off: its news is published once it is on.
PLATFORM_NOT_CONNECTED = Message("skip.not_connected")
NO_ARTICLES = Message("skip.no_articles")
#: The counts of an edition without stories, in this order.
_COUNTED = ("skip.already_posted", "skip.not_chosen", "skip.not_shown", "skip.filtered")
ALREADY_ORDERED = "This was already requested; it is posted once."


@frozen
class MisalignedSchedule:
    """A schedule whose stored next moment is wrong."""

    schedule: StoredSchedule
    next: DueMoment | None


# ── what is due ────────────────────────────────────────────────────────────────


def plan_due_schedules(
    conn: Connection, now: datetime, skipped: Message | None = None
) -> int:
    """Plan a batch of due schedules, earliest first; return how many there were.

    Args:
        conn: Inside a transaction.
        now: The present instant.
        skipped: Why everything that is due is skipped; None = it is posted.
    """
    batch = schedule_store.list_due_schedules(conn, now=now, limit=PLANNING_BATCH)
    for entry in batch:
        assert entry.next is not None, "only a schedule with a moment is due"
        pause = digest_store.find_digest_pause(
            conn, entry.scope, digest_id=entry.digest_id
        )
        decision, problem = _decide_due(entry, entry.next, now)
        moments = [(decision.missed, problem), (decision.post, None)]
        if skipped is not None:
            moments = [(entry.next, skipped)]
        for due, reason in moments:
            if due is not None:
                silence = skipped or find_silence_reason(pause, due) or reason
                _plan_moment(conn, entry, pause, due, silence, now)
        schedule_store.advance_schedule(
            conn,
            entry.scope,
            schedule_id=entry.id,
            next=decision.next,
            review_at=_find_review_at(conn, entry, decision.next, pause),
        )
    return len(batch)


def plan_due_reviews(conn: Connection, now: datetime) -> int:
    """Plan a batch of editions whose drafts are due; return how many there were.

    The occurrence is planned before its moment, so that it cannot be planned again.
    """
    batch = schedule_store.list_due_reviews(conn, now, PLANNING_BATCH)
    for entry in batch:
        due, scope = entry.next, entry.scope
        schedule_store.set_review_at(conn, scope, schedule_id=entry.id, at=None)
        pause = digest_store.find_digest_pause(conn, scope, digest_id=entry.digest_id)
        if due is None or due.at <= now or find_silence_reason(pause, due) is not None:
            # It is due by now, or nothing is posted then.
            continue
        schedule_store.plan_occurrence(
            conn,
            scope,
            digest_id=entry.digest_id,
            due=due,
            zone=entry.zone,
            trigger="schedule",
            review_at=now,
        )
    return len(batch)


def plan_reviews(conn: Connection, scope: Scope, digest_id: int) -> None:
    """Set when the drafts of a digest's next editions are due, after a change of it."""
    pause = digest_store.find_digest_pause(conn, scope, digest_id=digest_id)
    for entry in schedule_store.list_schedules(conn, scope, digest_id):
        at = _find_review_at(conn, entry, entry.next, pause)
        schedule_store.set_review_at(conn, scope, schedule_id=entry.id, at=at)


def _find_review_at(
    conn: Connection,
    entry: StoredSchedule,
    due: DueMoment | None,
    pause: DigestPause | None,
) -> datetime | None:
    """Find when the draft for a moment is due; None: it needs none, or has one."""
    if due is None or pause is None or pause.review_lead is None:
        return None
    scope, digest_id = entry.scope, entry.digest_id
    if schedule_store.is_occurrence_planned(conn, scope, digest_id=digest_id, due=due):
        return None
    posted_at = due.at
    if pause.quiet_hours:
        zone = _find_zone_of_quiet_hours(conn, entry)
        posted_at = find_quiet_end(pause.quiet_hours, due.at, zone) or due.at
    return posted_at - pause.review_lead


def skip_due_schedules(conn: Connection, now: datetime, reason: Message) -> int:
    """Skip everything that is due, for this reason; return the number of schedules."""
    count = 0
    while planned := plan_due_schedules(conn, now, reason):
        count += planned
    return count


def _decide_due(
    entry: StoredSchedule, awaited: DueMoment, now: datetime
) -> tuple[DueDecision, Message]:
    """Decide about the awaited moment; also return why it may be missed.

    That of a schedule that cannot be computed is missed, and tried again.
    """
    try:
        rule = schedule_from_json(entry.rule)
        return decide_due(rule, awaited, now), MISSED_REASON
    except UserError as error:
        log.warning("schedule cannot be read", id=entry.id, reason=str(error))
        problem = error.message
    except Exception:
        # A defect in one schedule must not delay the others.
        log.exception("schedule cannot be computed", id=entry.id)
        problem = DEFECT_REASON
    again = replace(awaited, at=now + RECHECK_AFTER)
    return DueDecision(post=None, missed=awaited, next=again), problem


def find_silence_reason(pause: DigestPause | None, due: DueMoment) -> Message | None:
    """Explain why the digest posts nothing at that moment; None if it posts."""
    if pause is None:
        return Message("skip.deleted")
    if pause.paused:
        return PAUSED_REASON
    if pause.paused_until is not None and due.local_date < pause.paused_until:
        return Message("skip.paused_until", day=pause.paused_until)
    return SKIPPED_DATE_REASON if due.local_date in pause.skips else None


def _plan_moment(
    conn: Connection,
    entry: StoredSchedule,
    pause: DigestPause | None,
    due: DueMoment,
    skipped: Message | None,
    now: datetime,
) -> None:
    """Store the occurrence of a moment: skipped for a reason, due or deferred.

    Where editors see an edition first, its draft is due instead.
    """
    scope, digest_id = entry.scope, entry.digest_id
    quiet_end, review_at = None, None
    if pause is not None and pause.quiet_hours:
        zone = _find_zone_of_quiet_hours(conn, entry)
        quiet_end = find_quiet_end(pause.quiet_hours, now, zone)
    if pause is not None and pause.review_lead is not None:
        review_at = max(now, (quiet_end or now) - pause.review_lead)
    planned = schedule_store.plan_occurrence(
        conn,
        scope,
        digest_id=digest_id,
        due=due,
        zone=entry.zone,
        trigger="schedule",
        late=skipped is None and now - due.at > LATE_AFTER,
        review_at=review_at,
    )
    if planned is None and skipped is None:
        # A clock that was far ahead recorded it as missed.
        planned = schedule_store.reopen_occurrence(
            conn,
            scope,
            digest_id=digest_id,
            due=due,
            reason=MISSED_REASON,
            review_at=review_at,
        )
    if planned is None:
        return
    if skipped is not None:
        schedule_store.finish_occurrence(
            conn, **planned.key, state="skipped", reason=skipped
        )
    elif quiet_end is not None and review_at is None:
        schedule_store.defer_occurrence(conn, **planned.key, until=quiet_end)


def _find_zone_of_quiet_hours(conn: Connection, entry: StoredSchedule) -> str:
    """Find the zone of the digest, as `digest_zone`: that of its first valid schedule.

    All times of a digest are shown in it, those of its quiet hours too.
    """
    for row in schedule_store.list_schedules(conn, entry.scope, entry.digest_id):
        with suppress(UserError):
            check_zone(row.zone)
            return row.zone
    return entry.zone


# ── posted by hand ─────────────────────────────────────────────────────────────


def manual_due(digest: Digest, now: datetime, key: str) -> DueMoment:
    """Build the due moment of a manual edition; `key` makes it unique."""
    today = now.astimezone(ZoneInfo(digest_zone(digest))).date()
    return DueMoment(at=now, local_date=today, slot=key)


def check_not_ordered(conn: Connection, digest: Digest, due: DueMoment) -> None:
    """Refuse a manual edition that was ordered before.

    Raises:
        UserError: It was.
    """
    if schedule_store.is_occurrence_planned(
        conn, digest.scope, digest_id=digest.id, due=due
    ):
        raise UserError(ALREADY_ORDERED)


def plan_manual_occurrence(
    conn: Connection, digest: Digest, due: DueMoment
) -> Occurrence:
    """Store the occurrence of a manual edition.

    Raises:
        UserError: It was ordered before.
    """
    planned = schedule_store.plan_occurrence(
        conn,
        digest.scope,
        digest_id=digest.id,
        due=due,
        zone=digest_zone(digest),
        trigger="manual",
    )
    if planned is None:
        raise UserError(ALREADY_ORDERED)
    return planned


# ── what comes next ────────────────────────────────────────────────────────────


def find_first_dues(
    conn: Connection,
    scope: Scope,
    digest_id: int,
    rules: Sequence[Schedule],
    now: datetime,
) -> tuple[DueMoment | None, ...]:
    """Find the first moment of each new schedule, considering what was posted today."""
    posted = schedule_store.list_posted_moments(
        conn, scope, digest_id=digest_id, since=(now - _TODAY_ANYWHERE).date()
    )
    return plan_first_dues(rules, posted, now)


def save_schedules(
    conn: Connection, digest: Digest, schedules: Iterable[Schedule], now: datetime
) -> None:
    """Replace the digest's schedules; unchanged ones keep their next due moments."""
    rules = list(schedules)
    sentences = tuple(map(describe_schedule, rules))
    scope, key = digest.scope, digest.id
    if sentences == digest.schedules:
        plan_reviews(conn, scope, key)
        return
    firsts = find_first_dues(conn, scope, key, rules, now)
    rows = [
        schedule_store.NewSchedule(
            sentence=sentence, rule=schedule_to_json(rule), zone=rule.zone, next=first
        )
        for sentence, rule, first in zip(sentences, rules, firsts, strict=True)
    ]
    schedule_store.replace_schedules(conn, scope, digest_id=key, rows=rows)
    plan_reviews(conn, scope, key)


def find_misaligned_schedules(
    conn: Connection, *, now: datetime, after: int
) -> tuple[int | None, tuple[MisalignedSchedule, ...]]:
    """Find schedules with a wrong next moment, in the batch after the id `after`.

    The cause is a clock that was far ahead, or new rules of a zone. Overdue ones are
    left to `plan_due_schedules`. Also returns the last id of the batch, None at its
    end.
    """
    page = schedule_store.list_schedules_after(conn, after=after, limit=PLANNING_BATCH)
    found = [_find_misalignment(conn, entry, now) for entry in page]
    last = page[-1].id if page else None
    return last, tuple(one for one in found if one is not None)


def realign_schedules(conn: Connection, found: Sequence[MisalignedSchedule]) -> None:
    """Store the right next moments, unless a schedule was changed meanwhile."""
    for one in found:
        entry, scope = one.schedule, one.schedule.scope
        kept = schedule_store.list_schedules(conn, scope, digest_id=entry.digest_id)
        if entry in kept:
            schedule_store.advance_schedule(
                conn, scope, schedule_id=entry.id, next=one.next
            )
            plan_reviews(conn, scope, entry.digest_id)


def _find_misalignment(
    conn: Connection, entry: StoredSchedule, now: datetime
) -> MisalignedSchedule | None:
    if entry.next is not None and entry.next.at <= now:
        return None
    try:
        if find_following_due(schedule_from_json(entry.rule), now) == entry.next:
            return None
        coming = _find_first_due(conn, entry, now)
    except UserError:
        # It is reported when its moment has come.
        return None
    if coming == entry.next:
        return None
    return MisalignedSchedule(schedule=entry, next=coming)


def _find_first_due(
    conn: Connection, entry: StoredSchedule, now: datetime
) -> DueMoment | None:
    scope, digest_id = entry.scope, entry.digest_id
    rows = schedule_store.list_schedules(conn, scope, digest_id=digest_id)
    rules = [schedule_from_json(row.rule) for row in rows]
    firsts = find_first_dues(conn, scope, digest_id, rules, now)
    return firsts[[row.id for row in rows].index(entry.id)]


def digest_zone(digest: Digest) -> str:
    """Return the zone of the digest's first schedule, or else its default zone."""
    rules, _ = _parse_schedules(digest)
    return rules[0].zone if rules else digest.default_zone


def find_next_due(digest: Digest, now: datetime) -> datetime | None:
    """Find when the digest posts next; None without a schedule or while paused."""
    return next(iter(list_next_dues(digest, now, 1)), None)


def list_next_dues(digest: Digest, now: datetime, count: int) -> list[datetime]:
    """List the next moments at which the digest posts; [] while it is paused.

    The stored moment comes first, because it accounts for what was posted today.
    """
    if digest.paused:
        return []
    hold, stored = PostingHold.of_digest(digest), digest.next_due or now
    found = {digest.deferred_until or now}
    rules, _ = _parse_schedules(digest)
    if hold.until is None and not hold.skips and stored > now:
        found.add(hold.postpone(stored))
        # The first moment needs no computing, and is asked for most.
        rules = rules if count > 1 else []
    for rule in rules:
        first = find_following_due(rule, max(now, stored - _INSTANT))
        found |= {*list_moments(rule, first, count, hold)}
    return sorted(at for at in found if at > now)[:count]


def list_dues_until(
    digest: Digest, now: datetime, until: datetime, most: int
) -> list[datetime]:
    """List when the digest posts up to an instant; see `list_next_dues`."""
    if digest.paused:
        return []
    hold, stored = PostingHold.of_digest(digest), digest.next_due or now
    found = {digest.deferred_until or now}
    rules, _ = _parse_schedules(digest)
    for rule in rules:
        first = find_following_due(rule, max(now, stored - _INSTANT))
        moments = takewhile(until.__ge__, iterate_moments(rule, first, hold))
        found |= {*islice(moments, most)}
    return sorted(at for at in found if now < at <= until)[:most]


@frozen
class PostingHold:
    """When a digest does not post although one of its schedules is due."""

    #: The date on which a paused digest posts again; None if it is not paused.
    until: date | None
    #: Dates on which it posts nothing.
    skips: Collection[date]
    #: Hours at whose end it posts what was due in them; None = none.
    quiet_hours: str | None
    #: The zone of the quiet hours.
    zone: str

    @classmethod
    def of_digest(cls, digest: Digest) -> "PostingHold":
        """Return what holds this digest back."""
        return cls(
            until=digest.paused_until,
            skips=digest.skips,
            quiet_hours=digest.options.quiet_hours,
            zone=digest_zone(digest),
        )

    def postpone(self, at: datetime) -> datetime:
        """Return the end of the quiet hours that contain `at`, or else `at`."""
        quiet = self.quiet_hours
        return (quiet and find_quiet_end(quiet, at, self.zone)) or at


def list_moments(
    rule: Schedule, first: DueMoment | None, count: int, hold: PostingHold
) -> list[datetime]:
    """List the next moments at which a digest posts by one schedule.

    Args:
        rule: The schedule.
        first: The first due moment; None if there is none.
        count: Maximum number of moments.
        hold: When the digest does not post, or posts later.
    """
    return list(islice(iterate_moments(rule, first, hold), count))


def iterate_moments(
    rule: Schedule, first: DueMoment | None, hold: PostingHold
) -> Iterator[datetime]:
    """Iterate over the moments that `list_moments` lists."""
    due = first
    while due is not None:
        if hold.until is not None and due.local_date < hold.until:
            due = _first_due_from(rule, hold.until, due.at)
        elif due.local_date in hold.skips:
            due = _first_due_from(rule, due.local_date + timedelta(days=1), due.at)
        else:
            # What is due in quiet hours is posted once, at their end.
            at = hold.postpone(due.at)
            yield at
            due = find_following_due(rule, at)


def _first_due_from(rule: Schedule, day: date, after: datetime) -> DueMoment | None:
    """Find the first moment later than `after`, on that local date or later."""
    zone = load_zone(rule.zone)
    eve = datetime.combine(day, time(), zone).astimezone(UTC) - timedelta(minutes=1)
    return find_following_due(rule, max(after, eve))


def format_schedule(sentence: str, texts: Texts) -> str:
    """Format a stored sentence in a language: «weekdays at 08:30, Europe/Berlin».

    A sentence that can no longer be read is returned as it is.
    """
    try:
        return describe_schedule(parse_schedule(sentence), texts)
    except UserError:
        return sentence


def format_schedules(digest: Digest, texts: Texts) -> str:
    """Format its schedules: «Weekdays at 08:30, Europe/Berlin»; "" if it has none."""
    return capitalize_first(
        "; ".join(format_schedule(one, texts) for one in digest.schedules)
    )


def capitalize_first(words: str) -> str:
    """Begin the words with a capital letter."""
    return words[:1].upper() + words[1:]


def format_typed_schedule(sentence: str, texts: Texts) -> str:
    """Quote the stored sentence if commands do not accept its described form."""
    try:
        rule = parse_schedule(sentence)
        if parse_schedule(describe_schedule(rule, texts)) == rule:
            return ""
    except UserError:
        pass
    return f"«{sentence}»"


def find_schedule_problems(digest: Digest) -> list[UserError]:
    """List what is wrong with the digest's schedules, such as an unknown zone."""
    return _parse_schedules(digest)[1]


def _parse_schedules(digest: Digest) -> tuple[list[Schedule], list[UserError]]:
    """Parse the digest's schedules; also list why others can no longer be read."""
    rules, problems = [], []
    for sentence in digest.schedules:
        try:
            rule = parse_schedule(sentence)
            check_zone(rule.zone)
            rules.append(rule)
        except UserError as problem:
            problems.append(
                UserError("«{schedule}»: {problem}", schedule=sentence, problem=problem)
            )
    return rules, problems


# ── why there is no edition ────────────────────────────────────────────────────


def describe_nothing_new(
    edition: Edition, last: Occurrence | None, now: datetime, zone: str
) -> Message:
    """Explain an edition without stories; `last` is the digest's last edition."""
    found = Counter(map(_classify_decision, edition.decisions))
    counts = tuple(Message(code, n=found[code]) for code in _COUNTED if found[code])
    if not counts:
        return NO_ARTICLES
    if last is None:
        return Message("skip.nothing_new", counts=counts)
    at = last.due_at.astimezone(ZoneInfo(zone))
    today = at.date() == now.astimezone(at.tzinfo).date()
    since = at.time().replace(second=0, microsecond=0) if today else at.date()
    return Message("skip.nothing_new_since", since=since, counts=counts)


def _classify_decision(decision: ArticleDecision) -> str:
    """Return under which count of `_COUNTED` the article falls; "" = none of them."""
    if decision.stage == "told":
        chosen = decision.reason.code != "decision.passed_over"
        return "skip.already_posted" if chosen else "skip.not_chosen"
    # An article that is replaced by a newer version is counted as that.
    others = {"filter": "skip.filtered", "fresh": ""}
    return others.get(decision.stage, "skip.not_shown")
