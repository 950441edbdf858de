"""Why there is no edition: the platform is off, or nothing is new, with the counts."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.model import Occurrence
from digests.messages import Message
from digests.types import ArticleDecision, Edition

#: No edition while the platform is off: its news is published once it is on.
PLATFORM_NOT_CONNECTED = Message("skip.not_connected")
NO_ARTICLES = Message("skip.no_articles")
#: The counts of an edition without stories, in this order.
_COUNTED = ("skip.already_posted", "skip.not_chosen", "skip.not_shown", "skip.filtered")


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
