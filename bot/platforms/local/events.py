"""The stream of changes for one open channel, as server-sent events.

The page connects with the id of the last message it has (`after`, or the browser's
own `Last-Event-ID`). First comes what it missed, from the mailbox; then what happens,
from the hub, which was joined before the mailbox was read, so that nothing falls in
between. A page ignores what it has already. Events: `post`, `edit`, `present` (ids
that still exist), `delete`, `elsewhere` (another channel got a message), `reload`.
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from bot.platforms.local import limits
from bot.platforms.local.hub import Change, Hub, Reload
from bot.ports import Mailbox
from bot.types import Message

#: The message as the page shows it: {"id", "version", "html", "summary"}.
Show = Callable[[Message], dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One open page's place in the world."""

    workspace_id: int
    channel: str
    after: int
    show: Show
    heartbeat: float = limits.HEARTBEAT


async def stream(hub: Hub, mailbox: Mailbox, page: Stream) -> AsyncIterator[str]:
    """The text of the stream, until the page leaves or the server stops."""
    with hub.listening(page.workspace_id) as listener:
        yield "retry: 1000\n\n"
        async for text in _missed(mailbox, page):
            yield text
        async for news in listener.news(page.heartbeat):
            if news is None:
                yield ": still here\n\n"
            elif isinstance(news, Change):
                yield _change(news, page)
            elif isinstance(news, Reload):
                yield event("reload", {})


async def _missed(mailbox: Mailbox, page: Stream) -> AsyncIterator[str]:
    kept = await mailbox.newest(
        page.workspace_id, page.channel, count=limits.MESSAGES, after=0
    )
    if len(kept) == limits.MESSAGES and kept[0].id > page.after > 0:
        yield event("reload", {})
        return
    yield event("present", {"ids": [message.id for message in kept]})
    for message in kept:
        if message.id > page.after:
            yield event("post", page.show(message), message.id)
        elif message.edited_at is not None:
            yield event("edit", page.show(message))


def _change(change: Change, page: Stream) -> str:
    message = change.message
    if message.channel != page.channel:
        return event("elsewhere", {"channel": message.channel, "kind": change.kind})
    if change.kind == "delete":
        return event("delete", {"id": message.id})
    number = message.id if change.kind == "post" else None
    return event(change.kind, page.show(message), number)


def event(name: str, data: dict[str, Any], number: int | None = None) -> str:
    """One event of the stream; JSON keeps its data on one line."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n"
