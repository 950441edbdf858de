"""Send a message, or read one back, within a time limit; every outcome is a value.

The outbox and the private notices share this step of the protocol, and decide what an
outcome means for their stored rows. After a failed send:

    rate limited, not received   the same message again, later
    the message is refused       a post: as plain text, then as links, then it fails
                                 alone; an edit fails at once, and the message stays
    the destination is refused   it is paused, and the delivery waits
    the workspace is refused     it is stopped, and its deliveries wait
    anything else                uncertain: it is read back first

A list of links contains none of the articles' words: they may be what was refused.

A message that cannot be read back is held: sending it again may show it twice, not
sending it may lose it. An editor who can look into the channel decides once.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal

from bot.errors import (
    BotError,
    MessageGone,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
    UserError,
)
from bot.model import Delivery, StoredEdition
from bot.model.scope import Scope
from bot.ports import Clock, Platform
from bot.storage import Connection, delivery_store
from digests.messages import Message
from digests.types import frozen

#: Waits before retries: up to 2 s, 4 s, 8 s … five minutes, and at least half of that
#: (`spread_wait`).
FIRST_BACKOFF = timedelta(seconds=2)
MAX_BACKOFF = timedelta(minutes=5)
#: A platform may ask for an absurd wait; it is cut to this.
MAX_WAIT = timedelta(hours=1)
#: Simpler forms of a message that the platform refuses as it was rendered.
PLAIN_TEXT_LEVEL, LINKS_ONLY_LEVEL = 1, 2
#: Attempts over most of a day.
MAX_SEND_ATTEMPTS = 300


@frozen
class RetryDecision:
    """How to continue with a delivery that is not known to be sent."""

    state: Literal["retry", "uncertain", "failed", "held"]
    reason: Message
    not_before: datetime | None = None
    #: The form in which it is sent from now on; None = as before.
    fallback_level: int | None = None
    #: Whether the later parts of its edition are sent without it.
    alone: bool = False
    #: What no longer accepts messages.
    stops: Literal["destination", "workspace"] | None = None
    #: Whether it may recover unaided: one message is then tried from time to time.
    may_return: bool = False


def decide_retry(error: Exception, delivery: Delivery, now: datetime) -> RetryDecision:
    """Decide how to continue with the delivery after an error. Pure."""
    reason = explain_error(error)
    retry = partial(RetryDecision, state="retry", reason=reason)
    match error:
        case SendRefused(message_only=True):
            return _decide_refused_message(error, delivery, reason)
        case SendRefused(whole_workspace=True):
            return retry(stops="workspace", may_return=True)
        case SendRefused(may_return=may_return):
            return retry(stops="destination", may_return=may_return)
        case SendRateLimited(retry_after=seconds):
            wait = min(timedelta(seconds=max(0.0, seconds)), MAX_WAIT)
            return retry(not_before=now + wait)
        case SendNotReceived() if delivery.attempt >= MAX_SEND_ATTEMPTS:
            tries = Message("delivery.tries", reason=reason, n=MAX_SEND_ATTEMPTS)
            return RetryDecision(state="failed", reason=tries)
        case SendNotReceived():
            wait = min(FIRST_BACKOFF * 2 ** min(delivery.attempt - 1, 20), MAX_BACKOFF)
            return retry(not_before=now + spread_wait(wait, delivery))
    return RetryDecision(state="uncertain", reason=reason)


def explain_error(error: Exception) -> Message:
    """Return the error's message; for a foreign exception, its text or type."""
    if isinstance(error, BotError):
        return error.message
    return Message(str(error) or type(error).__name__)


def spread_wait(wait: timedelta, delivery: Delivery) -> timedelta:
    """Return a wait between half of `wait` and all of it.

    Otherwise, everything that one outage delayed would be sent at the same instant. The
    part is derived from the key and the attempt of the delivery, not random: the result
    is reproducible, and differs between attempts.
    """
    seed = f"{delivery.key}/{delivery.attempt}".encode()
    part = int.from_bytes(hashlib.sha256(seed).digest()[:4]) / 2**32
    return wait * (1 + part) / 2


def _decide_refused_message(
    error: SendRefused, delivery: Delivery, reason: Message
) -> RetryDecision:
    """Retry in the next simpler form; without one, this message alone fails."""
    plainer = None if isinstance(error, MessageGone) else _next_level(delivery)
    if plainer is None:
        return RetryDecision(state="failed", reason=reason, alone=True)
    return RetryDecision(state="retry", reason=reason, fallback_level=plainer)


def _next_level(delivery: Delivery) -> int | None:
    if delivery.operation != "post" or delivery.fallback_level >= LINKS_ONLY_LEVEL:
        # An uncorrected message is better than a list of links.
        return None
    has_text = bool(delivery.payload and delivery.fallback_text.strip())
    as_rendered = delivery.fallback_level < PLAIN_TEXT_LEVEL
    return PLAIN_TEXT_LEVEL if as_rendered and has_text else LINKS_ONLY_LEVEL


#: As many as the plain message of every platform can hold.
MAX_LINKS = 15
NO_LINKS = "This part of the edition cannot be shown here."


def render_as_links(
    delivery: Delivery, stored_edition: StoredEdition | None
) -> Delivery:
    """Render the delivery as a list of links, in the payload `links` and as plain text.

    A platform without a form for links sends the text.
    """
    found = _list_addresses(stored_edition)
    text = "\n".join(found) or NO_LINKS
    return replace(delivery, payload={"links": found}, fallback_text=text)


def _list_addresses(stored_edition: StoredEdition | None) -> list[str]:
    """List the address of each story."""
    if stored_edition is None:
        return []
    edition = stored_edition.edition
    refs = [story.articles[0] for story in edition.stories if story.articles]
    refs += [line.article for line in edition.brief]
    return list(dict.fromkeys(ref.url for ref in refs if ref.url))[:MAX_LINKS]


HeldDecision = Literal["again", "leave"]
#: Characters of a key that people type.
SHORT_KEY_LENGTH: Final = 8
#: Characters of the person's name that are stored.
_PERSON_LENGTH: Final = 80
NOT_HELD_ANY_MORE: Final = (
    "This message is no longer held: somebody decided, or it was "
    "found. /newsdesk status shows its state."
)


def decide_held(
    conn: Connection,
    scope: Scope,
    *,
    key: str,
    decision: HeldDecision,
    by: str,
    now: datetime,
) -> Delivery:
    """Send the held message of this key again, or leave it as it is.

    A message that is left counts as done, and later ones are sent.

    Raises:
        UserError: No such message is held in this workspace.
    """
    every = delivery_store.list_held_deliveries(conn, scope)
    held = next((one for one in every if one.key == key), None)
    if held is None:
        raise UserError(NOT_HELD_ANY_MORE)
    left = Message("delivery.left", by=by[:_PERSON_LENGTH], reason=held.reason or "")
    if not delivery_store.finish_held_delivery(
        conn,
        scope,
        delivery_id=held.id,
        state="ready" if decision == "again" else "failed",
        reason=None if decision == "again" else left,
        now=now,
    ):
        raise UserError(NOT_HELD_ANY_MORE)
    return held


def find_held(held: Sequence[Delivery], typed: str) -> Delivery:
    """Find the held message whose key begins with `typed`.

    Raises:
        UserError: There is none, or more than one.
    """
    found = [one for one in held if typed and one.key.startswith(typed.lower())]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.key[:SHORT_KEY_LENGTH] for one in held) or Message("none")
    raise UserError(
        "No single held message begins with «{typed}». Held: {names}.",
        typed=typed,
        names=names,
    )


#: The platform's id of the message, or how to continue without one.
Outcome = str | RetryDecision
#: Decides what to do with a message if reading it back is not permitted.
DecideRefused = Callable[[SendRefused, datetime], RetryDecision]


@dataclass(kw_only=True)
class MessageSender:
    """Sends messages and reads them back, on the connected platforms."""

    clock: Clock
    platforms: Mapping[str, Platform]
    send_timeout: timedelta
    #: Time after which a request whose response was lost must have arrived.
    uncertain_wait: timedelta

    @property
    def lease(self) -> timedelta:
        """How long a claim is valid."""
        return self.send_timeout + self.uncertain_wait

    async def send(
        self, delivery: Delivery, prepare: Callable[[Delivery], Awaitable[Delivery]]
    ) -> Outcome:
        """Send the delivery as `prepare` returns it; the time limit covers both."""
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                prepared = await prepare(delivery)
                return await self.platforms[delivery.platform].send(prepared)
        except Exception as error:
            return decide_retry(error, delivery, self.clock.now())

    async def read_back(
        self, delivery: Delivery, decide_refused: DecideRefused, resent: Message
    ) -> Outcome:
        """Find the message; `resent` is the reason if it has to be sent again."""
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                found = await self.platforms[delivery.platform].read_back(delivery)
        except SendRefused as error:
            return decide_refused(error, self.clock.now())
        except Exception as error:
            reason = Message("delivery.not_read_back", error=explain_error(error))
            later = self.clock.now() + self.uncertain_wait
            return RetryDecision(state="uncertain", reason=reason, not_before=later)
        if found is None:
            return RetryDecision(state="retry", reason=resent)
        return found
