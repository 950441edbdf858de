"""When a digest is due, in which zone its readers live, and how that is said: pure."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from bot import schedules
from bot.errors import UserError
from bot.texts import Texts
from bot.types import Digest, Due


def zone_of(digest: Digest) -> str:
    """The zone in which this digest's readers live: its first schedule's."""
    return next((rule.zone for rule in _readable(digest)), "UTC")


def next_due_of(digest: Digest, now: datetime) -> datetime | None:
    """When the digest is due next; None without a schedule or while paused."""
    if digest.paused:
        return None
    silent = digest.paused_until is not None or digest.skips
    if not silent and digest.next_due is not None and digest.next_due > now:
        return digest.next_due
    found = [_next(rule, digest, now) for rule in _readable(digest)]
    return min((at for at in found if at), default=None)


def _next(rule: schedules.Schedule, digest: Digest, now: datetime) -> datetime | None:
    """The schedule's first moment on a date on which the digest is not silent."""
    first = schedules.following(rule, now)
    spoken = moments_from(rule, first, 1, until=digest.paused_until, skips=digest.skips)
    return next(iter(spoken), None)


def moments_from(
    rule: schedules.Schedule,
    first: Due | None,
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
            due = _from(rule, until, due.at)
        elif due.local_date in skips:
            due = _from(rule, due.local_date + timedelta(days=1), due.at)
        else:
            found.append(due.at)
            due = schedules.following(rule, due.at)
    return found


def _from(rule: schedules.Schedule, day: date, after: datetime) -> Due | None:
    """Its first moment of that local date or later, and later than `after`."""
    zone = schedules.zone_named(rule.zone)
    eve = datetime.combine(day, time(), zone).astimezone(UTC) - timedelta(minutes=1)
    return schedules.following(rule, max(after, eve))


def in_words(sentence: str, texts: Texts) -> str:
    """«weekdays at 08:30, Europe/Berlin» for a stored sentence, in this language.

    One that cannot be read any more stays as it is.
    """
    try:
        return schedules.say(schedules.parse(sentence), texts)
    except UserError:
        return sentence


def times_of(digest: Digest, texts: Texts) -> str:
    """All its schedules in words: «Weekdays at 08:30, Europe/Berlin»; "" = none."""
    return begun("; ".join(in_words(one, texts) for one in digest.schedules))


def begun(words: str) -> str:
    """The words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


def as_typed(sentence: str, texts: Texts) -> str:
    """The sentence between marks, where commands do not take it as it is said here."""
    try:
        rule = schedules.parse(sentence)
        if schedules.parse(schedules.say(rule, texts)) == rule:
            return ""
    except UserError:
        pass
    return f"«{sentence}»"


def troubles_of(digest: Digest) -> tuple[UserError, ...]:
    """What is wrong with the digest's schedules: a zone that is gone, say."""
    found = []
    for sentence in digest.schedules:
        try:
            _read(sentence)
        except UserError as problem:
            found.append(
                UserError("«{schedule}»: {problem}", schedule=sentence, problem=problem)
            )
    return tuple(found)


def _readable(digest: Digest) -> list[schedules.Schedule]:
    """Its schedules, without those that cannot be read any more."""
    found = []
    for sentence in digest.schedules:
        try:
            found.append(_read(sentence))
        except UserError:
            continue
    return found


def _read(sentence: str) -> schedules.Schedule:
    rule = schedules.parse(sentence)
    schedules.check_zone(rule.zone)
    return rule
