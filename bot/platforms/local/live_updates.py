"""Push changes of a channel to open pages as server-sent events.

Each open page has a bounded queue. A page that reads too slowly is dropped: it gets
`Reload` as its last word, loads itself again and misses nothing, because the truth is
in the mailbox. Everything happens on one event loop.

The page connects with the id of the last message it has (`after`, or the browser's
own `Last-Event-ID`). First comes what it missed, from the mailbox; then what happens,
from the hub, which was joined before the mailbox was read, so that nothing falls in
between. A page ignores what it has already. Events: `post`, `edit`, `present` (ids
that still exist), `delete`, `elsewhere` (another channel got a message), `reload`.
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
    """A message came, was edited, or went."""

    kind: Literal["post", "edit", "delete"]
    #: For a delete: as it was before.
    message: LocalMessage


@dataclass(frozen=True, slots=True)
class Reload:
    """The reader missed something and must load the page again."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The stream ends; the reader may come back later."""


LiveUpdate = MessageChange | Reload | Closed


class PageListener:
    """One open page: a queue that never holds more than `limits.WAITING`."""

    def __init__(self, workspace_id: int, waiting: int = limits.WAITING) -> None:
        self.workspace_id = workspace_id
        self._queue: asyncio.Queue[LiveUpdate] = asyncio.Queue(waiting + 1)
        self._waiting = waiting
        self.ended = False

    def publish(self, news: LiveUpdate) -> None:
        """Queue `news`; a full queue ends with `Reload` and takes nothing more."""
        if self.ended:
            return
        if isinstance(news, Closed) or self._queue.qsize() >= self._waiting:
            self.ended = True
            news = news if isinstance(news, Closed) else Reload()
            while not self._queue.empty():
                self._queue.get_nowait()
        self._queue.put_nowait(news)

    async def news(self, heartbeat: float) -> AsyncIterator[LiveUpdate | None]:
        """What comes, until the end; None after `heartbeat` seconds of silence."""
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
        """A listener for as long as the block lasts."""
        listener = PageListener(workspace_id)
        self._listeners.add(listener)
        if self._closed:
            listener.publish(Closed())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def publish(self, change: MessageChange) -> None:
        """Tell every open page of the change's workspace."""
        for listener in tuple(self._listeners):
            if listener.workspace_id == change.message.workspace_id:
                listener.publish(change)

    def close(self) -> None:
        """End every stream now, and each that is opened later at once."""
        self._closed = True
        for listener in tuple(self._listeners):
            listener.publish(Closed())


#: The message as the page shows it: {"id", "version", "html", "summary"}.
ShowMessage = Callable[[LocalMessage], dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveStream:
    """One open page's place in the world."""

    workspace_id: int
    channel: str
    after: int
    show: ShowMessage
    heartbeat: float = limits.HEARTBEAT


async def stream_updates(
    hub: Hub, mailbox: Mailbox, page: LiveStream
) -> AsyncIterator[str]:
    """The text of the stream, until the page leaves or the server stops."""
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
    """One event of the stream; JSON keeps its data on one line."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n"
