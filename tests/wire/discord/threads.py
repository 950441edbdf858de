"""Threads, forums and published messages of the local Discord, as strict as the rest.

Written from its documentation (resources/channel, topics/threads). `route` answers
requests that the server's own routes do not; None means that it does not apply.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.wire.discord import rules, uploads
from tests.wire.discord.ledger import (
    ATTACH,
    BOT,
    GUILD,
    HISTORY,
    SEND,
    Channel,
    Ledger,
)
from tests.wire.discord.rules import Body, Complaint

OPEN_THREADS, SEND_IN_THREADS = 1 << 35, 1 << 38
TEXT, NEWS, NEWS_THREAD, THREAD, FORUM, MEDIA = 0, 5, 10, 11, 15, 16
POSTS, IN_THREAD = {FORUM, MEDIA}, {NEWS_THREAD, THREAD}
CROSSPOSTED = 1 << 1
#: Messages of a channel that can be published in an hour.
PUBLISHED = 10
POST_KEYS = {
    "name", "message", "applied_tags", "auto_archive_duration", "rate_limit_per_user"
}  # fmt: skip
THREAD_KEYS = {"name", "auto_archive_duration", "rate_limit_per_user"}
#: Fields that a posted message may have, and a forum's first message may not.
NOT_IN_POSTS = {"nonce", "enforce_nonce", "tts", "message_reference"}
#: (complaints, name of the schema, body) → `Answered` when there are any.
Check = Callable[[list[Complaint], str, Any], None]
Refuse = Callable[[int, int, str], Exception]


def opening(body: Any) -> list[Complaint]:
    """Complaints about the body that opens a post in a forum."""
    found = _name(body, POST_KEYS)
    message = body.get("message")
    if not isinstance(message, Mapping):
        return [*found, ("message", "is required")]
    found += [
        (f"message.{key}", "a post takes none") for key in set(message) & NOT_IN_POSTS
    ]
    found += [(f"message.{path}", text) for path, text in rules.message(message)]
    return found


def _name(body: Body, keys: set[str]) -> list[Complaint]:
    found = [(key, "unknown field") for key in set(body) - keys]
    name = body.get("name")
    found += rules._length("name", name, 100, 1)
    if isinstance(name, str) and (not name.strip() or name != name.strip()):
        found.append(("name", "is blank, or has space around it"))
    return found


def may_post(ledger: Ledger, place: Channel, refuse: Refuse) -> None:
    """Raise Discord's error for a plain message there, if any."""
    if place.kind in POSTS:
        raise refuse(400, 50008, "Cannot send messages in a non-text channel")
    needed = SEND_IN_THREADS if place.kind in IN_THREAD else SEND
    if not ledger.rights(place) & needed:
        raise refuse(403, 50013, "Missing Permissions")
    if place.locked:
        raise refuse(400, 50083, "Thread is archived")
    place.archived_at = None


def may_attach(
    ledger: Ledger, place: Channel, files: uploads.Files, refuse: Refuse
) -> None:
    """Raise Discord's error for files there, if any."""
    if files and not ledger.rights(place) & ATTACH:
        raise refuse(403, 50013, "Missing Permissions")
    if uploads.is_too_large(files):
        raise refuse(413, 40005, "Request entity too large")


def open_post(
    ledger: Ledger,
    forum: Channel,
    body: Any,
    files: uploads.Files,
    check: Check,
    refuse: Refuse,
) -> dict[str, Any]:
    """Open a thread in a forum, with its first message."""
    if forum.kind not in POSTS:
        raise refuse(400, 50024, "Cannot execute action on this channel type")
    if not forum.permissions & SEND:
        raise refuse(403, 50013, "Missing Permissions")
    may_attach(ledger, forum, files, refuse)
    mismatches = list(uploads.wrong(body.get("message") or {}, files))
    check(opening(body) + mismatches, "CreateForumThreadRequest", body)
    if forum.wants_tag and not body.get("applied_tags"):
        raise refuse(400, 40067, "A tag is required to create a forum post")
    thread = _made(ledger, ledger.next_number(), forum, body["name"])
    message = ledger.post(thread.id, body["message"], number=thread.id, files=files)
    return {**reported(ledger, thread), "message": uploads.without_bytes(message)}


def open_below(
    ledger: Ledger,
    place: Channel,
    message: Mapping[str, Any],
    body: Any,
    check: Check,
    refuse: Refuse,
) -> dict[str, Any]:
    """Open a thread below a message."""
    if place.kind not in {TEXT, NEWS}:
        raise refuse(400, 50024, "Cannot execute action on this channel type")
    if not place.permissions & OPEN_THREADS:
        raise refuse(403, 50013, "Missing Permissions")
    check(_name(body, THREAD_KEYS), "CreateTextThreadWithMessageRequest", body)
    if message["id"] in ledger.channels:
        text = "A thread has already been created for this message"
        raise refuse(400, 160004, text)
    return reported(ledger, _made(ledger, message["id"], place, body["name"]))


def publish(
    ledger: Ledger, place: Channel, message: dict[str, Any], refuse: Refuse
) -> dict[str, Any]:
    """Publish a message to the channels that follow this one."""
    now = ledger.clock.now()
    if place.kind != NEWS:
        raise refuse(400, 50024, "Cannot execute action on this channel type")
    if message["flags"] & CROSSPOSTED:
        raise refuse(400, 40033, "This message has already been crossposted")
    place.published = [at for at in place.published if at > now - timedelta(hours=1)]
    assert len(place.published) < PUBLISHED, "published beyond the hour's limit"
    place.published.append(now)
    message["flags"] |= CROSSPOSTED
    return message


def _made(ledger: Ledger, number: str, parent: Channel, name: str) -> Channel:
    kind = NEWS_THREAD if parent.kind == NEWS else THREAD
    return ledger.channel(number, kind=kind, parent=parent.id, name=name, owner=BOT)


# ── lists ──────────────────────────────────────────────────────────────────────


def of_channel(ledger: Ledger, parent: str) -> list[Channel]:
    """The threads below a channel, in the order in which they were opened."""
    return [c for c in ledger.channels.values() if c.parent == parent and not c.deleted]


def active(ledger: Ledger) -> dict[str, Any]:
    """The server's threads that are not archived."""
    found = [
        reported(ledger, c)
        for c in ledger.channels.values()
        if c.parent and not c.deleted and c.archived_at is None
    ]
    return {"threads": found, "members": []}


def archived(
    ledger: Ledger, place: Channel, query: Mapping[str, str], refuse: Refuse
) -> dict[str, Any]:
    """A page of the archived threads, the last archived first."""
    if not place.permissions & HISTORY:
        raise refuse(403, 50013, "Missing Permissions")
    assert set(query) <= {"limit", "before"}, f"archived asked for with {dict(query)}"
    limit = int(query.get("limit", "50"))
    assert 2 <= limit <= 100, "a page has two to a hundred"
    found = [
        (c.archived_at, c)
        for c in of_channel(ledger, place.id)
        if c.archived_at is not None
    ]
    if "before" in query:
        bound = datetime.fromisoformat(query["before"])
        found = [(at, c) for at, c in found if at < bound]
    found.sort(key=lambda pair: pair[0], reverse=True)
    page = [reported(ledger, c) for _, c in found[:limit]]
    return {"threads": page, "members": [], "has_more": len(found) > limit}


def reported(ledger: Ledger, place: Channel) -> dict[str, Any]:
    """A channel or thread as Discord's API returns it."""
    about: dict[str, Any] = {
        "id": place.id,
        "type": place.kind,
        "guild_id": GUILD,
        "name": place.name or f"channel-{place.id}",
        "parent_id": place.parent,
    }
    if place.kind not in IN_THREAD:
        return about
    at = place.archived_at or ledger.clock.now()
    return about | {
        "owner_id": place.owner,
        "message_count": len(place.messages),
        "member_count": 1,
        "thread_metadata": {
            "archived": place.archived_at is not None,
            "archive_timestamp": at.isoformat(),
            "auto_archive_duration": 4320,
            "locked": place.locked,
        },
    }
