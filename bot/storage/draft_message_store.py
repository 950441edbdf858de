"""Messages that show drafts to editors: how each should look, and how it looks.

    ready, retry ─ claim ─► sending ─► sent | ready (it should look different by now)
    sending ─ no clear answer ─► uncertain ─ read back ─► sent | ready | retry

A row is one message for all of its life: it is posted once, edited whenever the draft
changes, and deleted if the draft needs fewer messages. Only the newest look is sent,
so that an editor who does ten things causes few edits. The life cycle is that of
deliveries (`send_leases`).
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, case, func, select

from bot.model.digest import Destination
from bot.model.drafts import Draft
from bot.model.edition import MessagePart, Payload
from bot.model.jobs import DeliveryShares, JobRequest
from bot.model.scope import PlatformName, Scoped
from bot.storage import destination_store
from bot.storage.columns import encode_json
from bot.storage.job_requests import request_job
from bot.storage.schema import draft_messages, workspaces
from bot.storage.send_leases import (
    OPEN_STATES,
    WAITING_STATES,
    claim_rows,
    expire_leases,
    record_outcome,
)
from bot.storage.statements import (
    filter_shares,
    first_scalar,
    from_row,
    has_row,
    in_scope,
    insert_row,
    is_due,
    list_all,
    list_scalars,
    make_message_key,
    update_rows,
)
from digests.messages import Message
from digests.types import frozen

_MESSAGE, _WORKSPACE = draft_messages.c, workspaces.c
#: The hash of a message that should not exist.
_NOTHING = ""
#: States after which a message may not look as it was claimed.
UnshownState = Literal["retry", "uncertain", "failed"]


@frozen
class DraftMessage(Scoped):
    """One message of a draft in a channel of its editors."""

    id: int
    workspace_id: int
    workspace_external_id: str
    platform: PlatformName
    draft_id: int
    destination_id: int
    channel: str
    part: int
    key: str
    #: None: it is to be deleted.
    payload: Payload | None
    payload_hash: str
    fallback_text: str
    #: Hashes of those that the payload refers to.
    pictures: tuple[str, ...]
    state: str
    attempt: int
    fence: int
    claimed_hash: str | None
    claimed_at: datetime | None
    #: The platform's id, once it was posted.
    message_id: str | None
    reason: Message | None


def show_draft(
    conn: Connection,
    draft: Draft,
    place: Destination | None,
    parts: Sequence[MessagePart],
    now: datetime,
) -> None:
    """Store how the messages of a draft should look from now on.

    Args:
        conn: Inside a transaction.
        draft: The draft.
        place: Where its editors see it; None = nowhere. Messages elsewhere are deleted.
        parts: Its messages.
        now: The present instant.
    """
    mine = in_scope(draft_messages, draft.scope, draft_id=draft.id)
    rows = conn.execute(select(draft_messages).where(mine)).all()
    wanted = {int(part.key): part for part in parts} if place is not None else {}
    known = set()
    for row in rows:
        here = place is not None and row.destination_id == place.id
        part = wanted.get(row.part) if here else None
        if part is not None:
            known.add(row.part)
        _set_look(conn, draft, row.id, part, now)
    for number, part in wanted.items():
        if number not in known and place is not None:
            _add_message(conn, draft, place, number, part, now)
    request_job(conn, JobRequest(task="deliver", workspace_id=draft.workspace_id))


def _set_look(
    conn: Connection, draft: Draft, key: int, part: MessagePart | None, now: datetime
) -> None:
    look = _describe(part)
    mine = in_scope(draft_messages, draft.scope, id=key)
    idle = _MESSAGE.state.in_(("sent", "failed"))
    values = {
        "state": case((idle, "ready"), else_=_MESSAGE.state),
        "attempt": case((idle, 0), else_=_MESSAGE.attempt),
    }
    differs = _MESSAGE.payload_hash != look["payload_hash"]
    update_rows(conn, draft_messages, mine, differs, **look, **values, updated_at=now)


def _add_message(
    conn: Connection,
    draft: Draft,
    place: Destination,
    number: int,
    part: MessagePart,
    now: datetime,
) -> None:
    insert_row(
        conn,
        draft_messages,
        **asdict(draft.scope),
        draft_id=draft.id,
        destination_id=place.id,
        channel=place.channel,
        part=number,
        key=make_message_key(f"{draft.public_id}/{place.id}/{number}"),
        **_describe(part),
        state="ready",
        attempt=0,
        fence=0,
        updated_at=now,
    )


def _describe(part: MessagePart | None) -> dict[str, Any]:
    if part is None:
        return {
            "payload": None,
            "payload_hash": _NOTHING,
            "fallback_text": "",
            "pictures": None,
        }
    payload = dict(part.payload)
    digest = hashlib.sha256(encode_json(payload).encode()).hexdigest()
    return {
        "payload": payload,
        "payload_hash": digest,
        "fallback_text": part.fallback_text,
        "pictures": list(part.pictures) or None,
    }


def claim_messages(
    conn: Connection,
    now: datetime,
    lease: timedelta,
    shares: DeliveryShares,
    limit: int,
) -> tuple[DraftMessage, ...]:
    """Claim messages that can be sent now, of each draft the first part."""
    first = select(func.min(_MESSAGE.id)).group_by(_MESSAGE.draft_id)
    due = _of_shares(first, shares, WAITING_STATES).where(
        is_due(_MESSAGE.not_before, now)
    )
    keys = list_scalars(conn, due.limit(limit))
    hashes = {"claimed_hash": _MESSAGE.payload_hash}
    which = _MESSAGE.id.in_(keys)
    taken = claim_rows(conn, draft_messages, which, now=now, lease=lease, **hashes)
    return _load(conn, taken)


def expire_claims(conn: Connection, now: datetime, wait: timedelta) -> None:
    """Mark as uncertain what a lost process was sending."""
    expire_leases(conn, draft_messages, now=now, not_before=now + wait)


def list_uncertain(
    conn: Connection, now: datetime, shares: DeliveryShares, limit: int
) -> tuple[DraftMessage, ...]:
    """List the uncertain messages that are due to be read back."""
    query = _of_shares(select(_MESSAGE.id), shares, ("uncertain",))
    due = query.where(is_due(_MESSAGE.not_before, now)).order_by(_MESSAGE.id)
    return _load(conn, list_scalars(conn, due.limit(limit)))


def record_shown(
    conn: Connection, message: DraftMessage, message_id: str | None, now: datetime
) -> bool:
    """Record that the message looks as it was claimed; None: that it is deleted.

    If it should look different by now, it is sent again.
    """
    current = _MESSAGE.payload_hash == message.claimed_hash
    values: dict[str, Any] = {
        "state": case((current, "sent"), else_="ready"),
        "message_id": message_id,
    }
    if message_id is None:
        # Posted again under its key, it could be taken for the deleted one.
        again = f"{message.key}/{message.fence}"
        values["key"] = make_message_key(again)
    return record_outcome(conn, draft_messages, message, now=now, **values)


def record_unshown(
    conn: Connection,
    message: DraftMessage,
    state: UnshownState,
    reason: Message,
    now: datetime,
    not_before: datetime | None = None,
    gone: bool = False,
) -> bool:
    """Record that the message may not look as it was claimed.

    `gone`: somebody deleted it, so that it is posted again.
    """
    values: dict[str, Any] = {"state": state, "reason": reason}
    if gone:
        key = make_message_key(f"{message.key}/{message.fence}")
        values |= {"message_id": None, "key": key}
    values["not_before"] = not_before
    return record_outcome(conn, draft_messages, message, now=now, **values)


def list_workspaces(
    conn: Connection, now: datetime, shares: DeliveryShares
) -> tuple[int, ...]:
    """List the workspaces (keys) whose drafts have messages that need work now."""
    query = _of_shares(select(_MESSAGE.workspace_id), shares, OPEN_STATES).distinct()
    return tuple(list_scalars(conn, query.where(_needs_work_at() <= now)))


def find_next_at(conn: Connection, shares: DeliveryShares) -> datetime | None:
    """Return the instant at which the next message needs work."""
    query = _of_shares(select(func.min(_needs_work_at())), shares, OPEN_STATES)
    return first_scalar(conn, query)


def is_shown(conn: Connection, draft: Draft) -> bool:
    """Whether any channel shows the draft, or did."""
    mine = in_scope(draft_messages, draft.scope, draft_id=draft.id)
    return has_row(conn, select(_MESSAGE.id).where(mine))


def find_place(conn: Connection, draft: Draft) -> Destination | None:
    """Find the destination that shows the draft."""
    mine = in_scope(draft_messages, draft.scope, draft_id=draft.id)
    query = select(_MESSAGE.destination_id).where(mine, _MESSAGE.payload.is_not(None))
    found = first_scalar(conn, query.limit(1))
    if found is None:
        return None
    return destination_store.find_destination(conn, draft.scope, found)


def list_failures(conn: Connection, draft: Draft) -> tuple[Message, ...]:
    """List why messages of the draft cannot be shown, each reason once."""
    mine = in_scope(draft_messages, draft.scope, draft_id=draft.id, state="failed")
    reasons = list_scalars(conn, select(_MESSAGE.reason).where(mine))
    return tuple(dict.fromkeys(reason for reason in reasons if reason))


def fail_open_messages(conn: Connection, reason: Message, now: datetime) -> None:
    """Send no message that waits, after a restore."""
    waiting = _MESSAGE.state.in_(OPEN_STATES)
    values = {"state": "failed", "reason": reason, "lease_until": None}
    update_rows(conn, draft_messages, waiting, **values, updated_at=now)


def _needs_work_at() -> Any:
    return func.coalesce(_MESSAGE.not_before, _MESSAGE.lease_until, _MESSAGE.updated_at)


def _of_shares(
    query: Select[Any], shares: DeliveryShares, states: Collection[str]
) -> Select[Any]:
    return (
        query.select_from(draft_messages)
        .join(workspaces, _WORKSPACE.id == _MESSAGE.workspace_id)
        .where(
            _MESSAGE.state.in_(states),
            _WORKSPACE.left_at.is_(None),
            filter_shares(shares),
        )
    )


def _load(conn: Connection, keys: Sequence[int]) -> tuple[DraftMessage, ...]:
    names = _WORKSPACE.platform, _WORKSPACE.external_id.label("workspace_external_id")
    query = (
        select(draft_messages, *names)
        .join(workspaces, _WORKSPACE.id == _MESSAGE.workspace_id)
        .where(_MESSAGE.id.in_(keys))
        .order_by(_MESSAGE.id)
    )
    return list_all(conn, query, _message_from_row)


def _message_from_row(row: Row[Any]) -> DraftMessage:
    return from_row(DraftMessage, row, pictures=tuple(row.pictures or ()))
