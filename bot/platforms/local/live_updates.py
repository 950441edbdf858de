"""Tells open pages what changed; it stores nothing and never waits for a reader.

Each open page has a bounded queue. A page that reads too slowly is dropped: it gets
`Reload` as its last word, loads itself again and misses nothing, because the truth is
in the mailbox. Everything happens on one event loop.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from bot.platforms.local import limits
from bot.types import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A message came, was edited, or went."""

    kind: Literal["post", "edit", "delete"]
    #: For a delete: as it was before.
    message: Message


@dataclass(frozen=True, slots=True)
class Reload:
    """The reader missed something and must load the page again."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The stream ends; the reader may come back later."""


News = Change | Reload | Closed


class Listener:
    """One open page: a queue that never holds more than `limits.WAITING`."""

    def __init__(self, workspace_id: int, waiting: int = limits.WAITING) -> None:
        self.workspace_id = workspace_id
        self._queue: asyncio.Queue[News] = asyncio.Queue(waiting + 1)
        self._waiting = waiting
        self.ended = False

    def tell(self, news: News) -> None:
        """Queue `news`; a full queue ends with `Reload` and takes nothing more."""
        if self.ended:
            return
        if isinstance(news, Closed) or self._queue.qsize() >= self._waiting:
            self.ended = True
            news = news if isinstance(news, Closed) else Reload()
            while not self._queue.empty():
                self._queue.get_nowait()
        self._queue.put_nowait(news)

    async def news(self, heartbeat: float) -> AsyncIterator[News | None]:
        """What comes, until the end; None after `heartbeat` seconds of silence."""
        while True:
            try:
                news = await asyncio.wait_for(self._queue.get(), heartbeat)
            except TimeoutError:
                yield None
                continue
            yield news
            if not isinstance(news, Change):
                return


class Hub:
    """The open pages of this process."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._listeners)

    @contextmanager
    def listening(self, workspace_id: int) -> Iterator[Listener]:
        """A listener for as long as the block lasts."""
        listener = Listener(workspace_id)
        self._listeners.add(listener)
        if self._closed:
            listener.tell(Closed())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def tell(self, change: Change) -> None:
        """Tell every open page of the change's workspace."""
        for listener in tuple(self._listeners):
            if listener.workspace_id == change.message.workspace_id:
                listener.tell(change)

    def close(self) -> None:
        """End every stream now, and each that is opened later at once."""
        self._closed = True
        for listener in tuple(self._listeners):
            listener.tell(Closed())
