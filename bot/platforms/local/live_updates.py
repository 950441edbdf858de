"""Push changes of a channel to open pages as server-sent events.

Each open page has a bounded queue. A page that reads too slowly gets `Reload` as its
last event and loads itself again; it misses nothing, because the mailbox has all
messages. Everything runs on one event loop.

The page connects with the id of the last message it has (`after`, or the browser's own
`Last-Event-ID`). It first gets the messages that it missed, from the mailbox, then
changes from the hub. It joins the hub before the mailbox is read, so that there is no
gap; a page ignores messages that it has. Events: `post`, `edit`, `present` (ids that
still exist), `delete`, `elsewhere` (another channel got a message), `reload`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from bot.model import LocalMessage
from bot.platforms.local import limits
from bot.ports import Mailbox


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageChange:
    """A message was posted, edited or deleted."""

    kind: Literal["post", "edit", "delete"]
    #: For a deletion: as it was before.
    message: LocalMessage


@dataclass(frozen=True, slots=True)
class Reload:
    """The page missed an update and has to be loaded again."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The stream ends; the page may connect again later."""


LiveUpdate = MessageChange | Reload | Closed


class PageListener:
    """One open page: a queue of at most `limits.WAITING` updates."""

    def __init__(self, workspace_id: int, waiting: int = limits.WAITING) -> None:
        self.workspace_id = workspace_id
        self._queue: asyncio.Queue[LiveUpdate] = asyncio.Queue(waiting + 1)
        self._waiting = waiting
        self.ended = False

    def publish(self, news: LiveUpdate) -> None:
        """Queue an update; a full queue ends with `Reload`."""
        if self.ended:
            return
        if isinstance(news, Closed) or self._queue.qsize() >= self._waiting:
            self.ended = True
            news = news if isinstance(news, Closed) else Reload()
            while not self._queue.empty():
                self._queue.get_nowait()
        self._queue.put_nowait(news)

    async def news(self, heartbeat: float) -> AsyncIterator[LiveUpdate | None]:
        """Yield updates until the end; None after `heartbeat` seconds of silence."""
        while True:
            try:
                news = await asyncio.wait_for(self._queue.get(), heartbeat)
            except TimeoutError:
                yield None
                continue
            yield news
            if not isinstance(news, MessageChange):
                return


class Hub:
    """The open pages of this process."""

    def __init__(self) -> None:
        self._listeners: set[PageListener] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._listeners)

    @contextmanager
    def listening(self, workspace_id: int) -> Iterator[PageListener]:
        """Register a listener for the duration of the block."""
        listener = PageListener(workspace_id)
        self._listeners.add(listener)
        if self._closed:
            listener.publish(Closed())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def publish(self, change: MessageChange) -> None:
        """Queue a change for every open page of its workspace."""
        for listener in tuple(self._listeners):
            if listener.workspace_id == change.message.workspace_id:
                listener.publish(change)

    def close(self) -> None:
        """End every stream; one that is opened later ends immediately."""
        self._closed = True
        for listener in tuple(self._listeners):
            listener.publish(Closed())


#: The message as the page shows it: {"id", "version", "html", "summary"}.
ShowMessage = Callable[[LocalMessage], dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveStream:
    """The subscription of one open page."""

    workspace_id: int
    channel: str
    after: int
    show: ShowMessage
    heartbeat: float = limits.HEARTBEAT


async def stream_updates(
    hub: Hub, mailbox: Mailbox, page: LiveStream
) -> AsyncIterator[str]:
    """Yield the text of the stream until the page disconnects or the server stops."""
    with hub.listening(page.workspace_id) as listener:
        yield "retry: 1000\n\n"
        async for text in _stream_missed(mailbox, page):
            yield text
        async for news in listener.news(page.heartbeat):
            if news is None:
                yield ": still here\n\n"
            elif isinstance(news, MessageChange):
                yield _format_change(news, page)
            elif isinstance(news, Reload):
                yield format_event("reload", {})


async def _stream_missed(mailbox: Mailbox, page: LiveStream) -> AsyncIterator[str]:
    kept = await mailbox.newest(
        page.workspace_id, page.channel, count=limits.MESSAGES, after=0
    )
    if len(kept) == limits.MESSAGES and kept[0].id > page.after > 0:
        yield format_event("reload", {})
        return
    yield format_event("present", {"ids": [message.id for message in kept]})
    for message in kept:
        if message.id > page.after:
            yield format_event("post", page.show(message), message.id)
        elif message.edited_at is not None:
            yield format_event("edit", page.show(message))


def _format_change(change: MessageChange, page: LiveStream) -> str:
    message = change.message
    if message.channel != page.channel:
        return format_event(
            "elsewhere", {"channel": message.channel, "kind": change.kind}
        )
    if change.kind == "delete":
        return format_event("delete", {"id": message.id})
    number = message.id if change.kind == "post" else None
    return format_event(change.kind, page.show(message), number)


def format_event(name: str, data: dict[str, Any], number: int | None = None) -> str:
    """Format one event; JSON keeps its data on one line."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n"
