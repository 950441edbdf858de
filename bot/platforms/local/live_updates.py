"""Push changes of a channel to open pages as server-sent events.

Each open page has a bounded queue. A page that reads too slowly gets `reload` as its
last event and loads itself again; it misses nothing, because the mailbox has all
messages. Everything runs on one event loop.

The page connects with the id of the last message it has (`after`, or the browser's own
`Last-Event-ID`). It first gets the messages that it missed, from the mailbox, then
changes from the hub. It joins the hub before the mailbox is read, so that there is no
gap; a page ignores messages that it has. Events: `post`, `edit`, `present` (ids that
still exist), `delete`, `elsewhere` (another channel got a message), `reload`.

sse-starlette encodes the events, keeps a silent stream open with comments, and cancels
the stream of a page that left. From the first page on, it looks twice a second for a
stop in uvicorn's signal handlers; our server installs none, and `Hub.close` ends the
streams.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from sse_starlette import JSONServerSentEvent, ServerSentEvent

from bot.model import LocalMessage, Operation
from bot.platforms.local import limits
from bot.ports import Mailbox
from digests.types import frozen

#: Milliseconds after which a page connects again.
RECONNECT_DELAY = 1_000


@frozen
class MessageChange:
    """A message was posted, edited or deleted."""

    kind: Operation
    #: For a deletion: as it was before.
    message: LocalMessage


class StreamEnd(Enum):
    """Why a stream ends."""

    #: The page missed an update and has to be loaded again.
    RELOAD = "reload"
    #: The server stops; the page may connect again later.
    CLOSED = "closed"


LiveUpdate = MessageChange | StreamEnd


class PageListener:
    """One open page: a queue of at most `limits.WAITING` updates."""

    def __init__(self, workspace_id: int) -> None:
        self.workspace_id = workspace_id
        self._queue: asyncio.Queue[LiveUpdate] = asyncio.Queue()
        self._ended = False

    def publish(self, update: LiveUpdate) -> None:
        """Queue an update; a full queue is replaced by `StreamEnd.RELOAD`."""
        if self._ended:
            return
        if self._queue.qsize() >= limits.WAITING and update is not StreamEnd.CLOSED:
            update = StreamEnd.RELOAD
        if isinstance(update, StreamEnd):
            self._ended = True
            while not self._queue.empty():
                self._queue.get_nowait()
        self._queue.put_nowait(update)

    async def iterate_updates(self) -> AsyncIterator[LiveUpdate]:
        """Yield updates; a `StreamEnd` is the last one."""
        update: LiveUpdate | None = None
        while not isinstance(update, StreamEnd):
            update = await self._queue.get()
            yield update


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
            listener.publish(StreamEnd.CLOSED)
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
            listener.publish(StreamEnd.CLOSED)


#: The message as the page shows it: {"id", "version", "html", "summary"}.
ShowMessage = Callable[[LocalMessage], dict[str, Any]]


@frozen
class LiveStream:
    """The subscription of one open page."""

    workspace_id: int
    channel: str
    after: int
    show: ShowMessage


async def stream_updates(
    hub: Hub, mailbox: Mailbox, page: LiveStream
) -> AsyncIterator[ServerSentEvent]:
    """Yield events until the page disconnects or the server stops."""
    with hub.listening(page.workspace_id) as listener:
        yield ServerSentEvent(retry=RECONNECT_DELAY)
        async for event in _stream_missed(mailbox, page):
            yield event
        async for update in listener.iterate_updates():
            if isinstance(update, MessageChange):
                yield _build_change_event(update, page)
            elif update is StreamEnd.RELOAD:
                yield _build_event("reload", {})


async def _stream_missed(
    mailbox: Mailbox, page: LiveStream
) -> AsyncIterator[ServerSentEvent]:
    kept = await mailbox.newest(
        page.workspace_id, page.channel, count=limits.MESSAGES, after=0
    )
    if len(kept) == limits.MESSAGES and kept[0].id > page.after > 0:
        yield _build_event("reload", {})
        return
    yield _build_event("present", {"ids": [message.id for message in kept]})
    for message in kept:
        if message.id > page.after:
            yield _build_event("post", page.show(message), message.id)
        elif message.edited_at is not None:
            yield _build_event("edit", page.show(message))


def _build_change_event(change: MessageChange, page: LiveStream) -> ServerSentEvent:
    kind, message = change.kind, change.message
    if message.channel != page.channel:
        return _build_event("elsewhere", {"channel": message.channel, "kind": kind})
    if kind == "delete":
        return _build_event("delete", {"id": message.id})
    number = message.id if kind == "post" else None
    return _build_event(kind, page.show(message), number)


def _build_event(
    name: str, data: dict[str, Any], number: int | None = None
) -> ServerSentEvent:
    """Build an event; `number` is the id that the browser sends back."""
    return JSONServerSentEvent(data, event=name, id=number and str(number))
