"""The way to sources beyond this machine, opened when first needed; it stores nothing.

The libraries behind it are heavy: who reads folders only never loads them.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.intake.readings import Reading
from bot.types import Attached, SourceKind
from digests.errors import Refused

#: What lets sources of private networks be read.
SETTING = "STANDFIRST_FETCH_ALLOW_PRIVATE"
_SHORT = "FETCH_ALLOW_PRIVATE"

if TYPE_CHECKING:
    from digests.sources.cage import Cage
    from digests.sources.fetch import Fetcher
    from digests.sources.opml import Outline


class Outside:
    """Fetches and reads addresses; an async context manager of one event loop."""

    def __init__(
        self,
        allow_private: str = "",
        *,
        fetcher: "Callable[[], Fetcher] | None" = None,
    ) -> None:
        """Allow private places as the setting says; or go out by another `fetcher`."""
        self._allow_private, self._fetcher = allow_private, fetcher
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._ways: tuple[Fetcher, Cage] | None = None

    @property
    def allow_private(self) -> str:
        """The setting of that name."""
        return self._allow_private

    async def look(
        self,
        address: str,
        *,
        now: datetime,
        kind: SourceKind | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Reading:
        """What stands at the address.

        Args:
            address: Of a feed, a page or a news sitemap.
            now: The time.
            kind: What it must be; None = whatever it is.
            etag: What the last whole answer gave, with `last_modified`.
            last_modified: The same.

        Raises:
            SourceError: Whose turn it is, is in its kind.
        """
        from digests.sources import reading
        from digests.sources.fetch import NotModified, Validators

        fetcher, cage = await self._open()
        try:
            visit = await reading.read(
                address,
                fetcher=fetcher,
                cage=cage,
                now=now,
                known=Validators(etag=etag, last_modified=last_modified),
                kind=kind if kind in ("feed", "page", "sitemap") else None,
            )
        except Refused as error:
            # The composer does not know what the setting is called in full.
            raise Refused(str(error).replace(f" {_SHORT}", f" {SETTING}")) from None
        if isinstance(visit, NotModified):
            return Reading(
                kind=kind or "feed",
                unchanged=True,
                read_at=visit.url,
                etag=visit.validators.etag,
                last_modified=visit.validators.last_modified,
                moved_to=visit.moved_to,
            )
        return Reading(
            kind=visit.kind,
            read_at=visit.url,
            articles=visit.articles,
            title=visit.title,
            feeds=tuple(link.address for link in visit.feeds),
            etag=visit.validators.etag,
            last_modified=visit.validators.last_modified,
            moved_to=visit.moved_to,
        )

    async def file(self, address: str) -> bytes:
        """What stands at the address, unread; a stranger's bytes.

        Raises:
            SourceError: Whose turn it is, is in its kind.
        """
        from digests.sources.fetch import Fetched

        fetcher, _ = await self._open()
        try:
            answer = await fetcher.fetch(address)
        except Refused as error:
            raise Refused(str(error).replace(f" {_SHORT}", f" {SETTING}")) from None
        assert isinstance(answer, Fetched), "nothing was known of it before"
        return answer.body

    async def handed(self, file: Attached, *, most: int) -> bytes:
        """A file that somebody gave with a command; a stranger's bytes.

        Args:
            file: Where it lies, and where alone it may be asked for.
            most: Bytes that it may have.

        Raises:
            SourceError: Whose turn it is, is in its kind.
        """
        from digests.sources.fetch import Fetched, Handed

        fetcher, _ = await self._open()
        held = Handed(origin=file.origin, most=most, bearer=file.bearer)
        answer = await fetcher.fetch(file.address, handed=held)
        assert isinstance(answer, Fetched), "nothing was known of it before"
        return answer.body

    async def feeds_in(self, body: bytes) -> "Outline":
        """The feeds that an OPML file lists, read in the cage.

        Raises:
            Unreadable: It is none, or built to do harm.
        """
        from digests.sources import opml

        _, cage = await self._open()
        return await cage.run(opml.read, body)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End connections and the cage."""
        await self._stack.aclose()
        self._ways = None

    async def _open(self) -> "tuple[Fetcher, Cage]":
        from digests.sources.cage import Cage
        from digests.sources.fetch import Fetcher, policy

        async with self._opening:
            if self._ways is None:
                made = self._fetcher or partial(Fetcher, policy(self._allow_private))
                self._ways = (
                    await self._stack.enter_async_context(made()),
                    await self._stack.enter_async_context(Cage()),
                )
            return self._ways
