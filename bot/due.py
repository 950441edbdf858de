"""When a digest is due and in which zone its readers live: pure, from its sentences."""

from datetime import datetime

from bot import schedules
from bot.types import Digest


def zone_of(digest: Digest) -> str:
    """The zone in which this digest's readers live: its first schedule's."""
    return next((schedules.parse(s).zone for s in digest.schedules), "UTC")


def next_due_of(digest: Digest, now: datetime) -> datetime | None:
    """When the digest is due next; None without a schedule or while paused."""
    if digest.paused:
        return None
    rules = [schedules.parse(sentence) for sentence in digest.schedules]
    found = [schedules.following(rule, now) for rule in rules]
    return min((due.at for due in found if due), default=None)
