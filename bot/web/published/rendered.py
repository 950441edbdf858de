"""Rendered answers, and a cache of them that is bounded by its bytes."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from digests.types import frozen

CACHE_BYTES: Final = 16_000_000


@frozen
class Rendered:
    """The body of an answer, its media type, and its entity tag."""

    body: bytes
    media_type: str
    etag: str

    @classmethod
    def of(cls, body: str | bytes, media_type: str) -> "Rendered":
        """Build it with the tag of its contents."""
        content = body.encode() if isinstance(body, str) else body
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        return cls(body=content, media_type=media_type, etag=etag)


#: Names what was rendered, with its version.
CacheKey = tuple[str, ...]
RenderAnswer = Callable[[], Awaitable[Rendered]]


@dataclass(kw_only=True, slots=True)
class RenderedCache:
    """Keeps the answers that were used last; renders one at a time, each once."""

    max_bytes: int = CACHE_BYTES
    _kept: OrderedDict[CacheKey, Rendered] = field(default_factory=OrderedDict)
    _size: int = 0
    _running: dict[CacheKey, asyncio.Task[Rendered]] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, key: CacheKey, render: RenderAnswer) -> Rendered:
        """Return the answer, rendered now if it is not kept."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._render(key, render))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        # A client that leaves does not stop it: others wait for the same.
        return await asyncio.shield(task)

    async def _render(self, key: CacheKey, render: RenderAnswer) -> Rendered:
        async with self._turn:
            rendered = await render()
        self._keep(key, rendered)
        return rendered

    def _keep(self, key: CacheKey, rendered: Rendered) -> None:
        if len(rendered.body) > self.max_bytes:
            return
        self._kept[key] = rendered
        self._size += len(rendered.body)
        while self._size > self.max_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body)
