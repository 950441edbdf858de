"""When a digest is due and in which zone its readers live: pure, from its sentences."""

from datetime import datetime

from bot import schedules
from bot.errors import UserError
from bot.types import Digest


def zone_of(digest: Digest) -> str:
    """The zone in which this digest's readers live: its first schedule's."""
    return next((rule.zone for rule in _readable(digest)), "UTC")


def next_due_of(digest: Digest, now: datetime) -> datetime | None:
    """When the digest is due next; None without a schedule or while paused."""
    if digest.paused:
        return None
    if digest.next_due is not None and digest.next_due > now:
        return digest.next_due
    found = [schedules.following(rule, now) for rule in _readable(digest)]
    return min((due.at for due in found if due), default=None)


def troubles_of(digest: Digest) -> tuple[str, ...]:
    """What is wrong with the digest's schedules: a zone that is gone, say."""
    found = []
    for sentence in digest.schedules:
        try:
            _read(sentence)
        except UserError as problem:
            found.append(f"«{sentence}»: {problem}")
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
