"""Show drafts to their editors: post, edit and delete the messages in review channels.

Each message has the protocol of the outbox: claimed and committed, sent under its key,
and read back if there is no clear answer. An edit is repeated instead, because doing it
twice changes nothing. A message that somebody deleted is posted again.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from bot.delivery.attempts import MessageSender, Outcome, RetryDecision
from bot.errors import ConfigurationError, SendRefused, UserError
from bot.model import Delivery
from bot.model.edition import Operation
from bot.model.jobs import DeliveryShares
from bot.storage import Database, draft_message_store, picture_store
from bot.storage.draft_message_store import DraftMessage
from digests.messages import Message
from digests.types import frozen

log = structlog.get_logger(__name__)

#: Messages that one pass sends, and passes of one run.
MESSAGES_PER_PASS: Final = 20
MAX_PASSES: Final = 50
#: Attempts before a message fails; the next change of its draft tries again.
MAX_ATTEMPTS: Final = 20


@frozen
class DraftMessageSender:
    """Sends the messages of drafts, over one database."""

    db: Database
    sender: MessageSender

    async def drain(self, shares: DeliveryShares) -> datetime | None:
        """Send the messages of these shares; return when one needs work next."""
        find_next, clock = draft_message_store.find_next_at, self.sender.clock
        for _ in range(MAX_PASSES):
            following = await self.db.read(find_next, shares)
            if following is None or following > clock.now():
                return following
            if not await self._send_some(shares):
                break
        return await self.db.read(find_next, shares)

    async def _send_some(self, shares: DeliveryShares) -> bool:
        """Send or read back a few messages; return whether there were any."""
        clock, sender = self.sender.clock, self.sender
        store, read, write = draft_message_store, self.db.read, self.db.write
        await write(store.expire_claims, clock.now(), sender.uncertain_wait)
        uncertain = await read(
            store.list_uncertain, clock.now(), shares, MESSAGES_PER_PASS
        )
        await asyncio.gather(*map(self._read_back, uncertain))
        claimed = await write(
            store.claim_messages, clock.now(), sender.lease, shares, MESSAGES_PER_PASS
        )
        await asyncio.gather(*map(self._send, claimed))
        return bool(uncertain or claimed)

    async def _send(self, message: DraftMessage) -> None:
        operation = _choose_operation(message)
        if operation is None:
            # It was never posted, and is not wanted any more.
            await self._record(message, "", None)
            return
        delivery = _as_delivery(message, operation)
        outcome = await self.sender.send(delivery, self._load_pictures)
        await self._record(message, outcome, operation)

    async def _load_pictures(self, delivery: Delivery) -> Delivery:
        if not delivery.pictures:
            return delivery
        load, hashes = picture_store.load_pictures, delivery.pictures
        loaded = await self.db.read(load, delivery.scope, hashes)
        return replace(delivery, loaded_pictures=loaded)

    async def _read_back(self, message: DraftMessage) -> None:
        operation = _choose_operation(message) or "post"
        if operation != "post":
            # Whether it was done or not, it can be done again.
            reason = Message("delivery.process_ended")
            retry: Outcome = RetryDecision(state="retry", reason=reason)
            await self._record(message, retry, operation)
            return
        found = await self.sender.read_back(
            _as_delivery(message, "post"), _hold, Message("delivery.resent")
        )
        await self._record(message, found, "post")

    async def _record(
        self, message: DraftMessage, outcome: Outcome, operation: Operation | None
    ) -> None:
        now, store = self.sender.clock.now(), draft_message_store
        try:
            if isinstance(outcome, str):
                shown = None if operation in ("delete", None) else outcome
                kept = shown if operation == "post" else shown and message.message_id
                await self.db.write(store.record_shown, message, kept, now)
                return
            state, not_before, gone = self._decide(message, outcome, now)
            log.info("draft not shown", state=state, reason=str(outcome.reason))
            await self.db.write(
                store.record_unshown,
                message,
                state=state,
                reason=outcome.reason,
                now=now,
                not_before=not_before,
                gone=gone,
            )
        except (ConfigurationError, UserError) as error:
            # Its lease will expire; then it is read back.
            log.error("outcome not recorded", draft=message.draft_id, reason=str(error))

    def _decide(
        self, message: DraftMessage, found: RetryDecision, now: datetime
    ) -> tuple[draft_message_store.UnshownState, datetime | None, bool]:
        """Decide the next state, when it is due, and whether the message is gone."""
        if found.state == "failed" and _choose_operation(message) == "edit":
            # Most likely somebody deleted it.
            return "retry", now, True
        if found.state == "uncertain":
            return "uncertain", now + self.sender.uncertain_wait, False
        refused = found.state != "retry" or found.fallback_level is not None
        if refused or found.stops or message.attempt >= MAX_ATTEMPTS:
            return "failed", None, False
        return "retry", found.not_before or now, False


def _hold(error: SendRefused, _now: datetime) -> RetryDecision:
    """Give up where nobody may look: a second draft would confuse its editors."""
    return RetryDecision(state="failed", reason=error.message)


def _choose_operation(message: DraftMessage) -> Operation | None:
    """Return what brings a message to its look; None: there is nothing to do."""
    if message.payload is None:
        return "delete" if message.message_id is not None else None
    return "post" if message.message_id is None else "edit"


def _as_delivery(message: DraftMessage, operation: Operation) -> Delivery:
    payload: Mapping[str, object] = message.payload or {}
    return Delivery(
        id=message.id,
        workspace_id=message.workspace_id,
        edition_id=0,
        destination_id=message.destination_id,
        platform=message.platform,
        workspace_external_id=message.workspace_external_id,
        channel=message.channel,
        part=message.part,
        operation=operation,
        key=message.key,
        payload=payload,
        fallback_text=message.fallback_text,
        state="sending",
        attempt=message.attempt,
        fence=message.fence,
        claimed_at=message.claimed_at,
        message_id=message.message_id,
        pictures=message.pictures,
    )
