"""What a failed send means for its delivery: a pure table; it records nothing.

limited, unreached      the same again, later
refused, the message    a post: the same words more plainly, then as links, then it
                        fails alone; an edit at once: the message stays as it was
refused, the place      the place stops, and the delivery waits for it
refused, the workspace  all of it stops, and its deliveries wait
everything else         uncertain: looked for before anything else
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from bot.errors import Gone, Limited, Refused, Unreached
from bot.types import Delivery

#: Retries of what certainly did not arrive: up to 2 s, 4 s, 8 s … five minutes, and at
#: least half of that (`spread`).
BACKOFF_FIRST = timedelta(seconds=2)
BACKOFF_MOST = timedelta(minutes=5)
#: A platform may ask for an absurd wait; after this we look again.
WAIT_MOST = timedelta(hours=1)
#: How a message is told that the platform does not take as it was rendered.
PLAINLY, AS_LINKS = 1, 2
#: Most of a day of trying.
ATTEMPTS_MOST = 300
#: Of a hash: enough for a millionth of a wait.
_BYTES: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What becomes of a delivery that was not (clearly) sent."""

    state: Literal["retry", "uncertain", "failed", "held"]
    reason: str
    not_before: datetime | None = None
    #: How plainly it is told from now on; None = as before.
    rung: int | None = None
    #: It fails without the parts behind it.
    alone: bool = False
    #: What takes nothing any more.
    stops: Literal["destination", "workspace"] | None = None
    #: It may work again by itself: one message tries now and then.
    may_return: bool = False


def verdict(error: Exception, delivery: Delivery, now: datetime) -> Verdict:
    """The retry decision: pure, so that a table can test it."""
    reason = str(error) or type(error).__name__
    match error:
        case Refused(message_only=True):
            return _of_message(error, delivery, reason)
        case Refused(whole_workspace=True):
            return Verdict(
                state="retry", reason=reason, stops="workspace", may_return=True
            )
        case Refused(may_return=may_return):
            return Verdict(
                state="retry",
                reason=reason,
                stops="destination",
                may_return=may_return,
            )
        case Limited(retry_after=seconds):
            wait = min(timedelta(seconds=max(0.0, seconds)), WAIT_MOST)
            return Verdict(state="retry", reason=reason, not_before=now + wait)
        case Unreached() if delivery.attempt >= ATTEMPTS_MOST:
            return Verdict(state="failed", reason=f"{reason} ({ATTEMPTS_MOST} tries)")
        case Unreached():
            wait = min(BACKOFF_FIRST * 2 ** min(delivery.attempt - 1, 20), BACKOFF_MOST)
            later = now + spread(wait, delivery)
            return Verdict(state="retry", reason=reason, not_before=later)
        case _:
            return Verdict(state="uncertain", reason=reason)


def spread(wait: timedelta, delivery: Delivery) -> timedelta:
    """Between half of `wait` and all of it.

    What one outage threw back would otherwise knock again in one instant. Which part
    of the wait it is follows from the delivery's key and attempt, and not from chance:
    the same again gives the same, and no two attempts of a delivery are alike.
    """
    seed = f"{delivery.key}/{delivery.attempt}".encode()
    part = int.from_bytes(hashlib.sha256(seed).digest()[:_BYTES]) / 256**_BYTES
    return wait * (1 + part) / 2


def _of_message(error: Refused, delivery: Delivery, reason: str) -> Verdict:
    """One rung down the ladder, or the end of it: this message fails alone."""
    plainer = None if isinstance(error, Gone) else _plainer(delivery)
    if plainer is None:
        return Verdict(state="failed", reason=reason, alone=True)
    return Verdict(state="retry", reason=reason, rung=plainer)


def _plainer(delivery: Delivery) -> int | None:
    if delivery.operation != "post" or delivery.rung >= AS_LINKS:
        # What an edit would have corrected stays better than it would be as links.
        return None
    if delivery.rung < PLAINLY and delivery.payload and delivery.fallback_text.strip():
        return PLAINLY
    return AS_LINKS
