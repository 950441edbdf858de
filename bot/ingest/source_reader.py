"""Read a source: a folder here, or an address over the guarded fetcher.

The libraries behind it are heavy: who reads folders only never loads them.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.model import Attachment, Source, SourceKind
from digests.errors import FetchRefused
from digests.sources import folder
from digests.sources.folder import ReadProblem
from digests.types import Article

if TYPE_CHECKING:
    from digests.sources.fetch import Fetcher
    from digests.sources.opml import OpmlDocument
    from digests.sources.sandbox import Sandbox

#: What lets sources of private networks be read.
ALLOW_PRIVATE_SETTING = "STANDFIRST_FETCH_ALLOW_PRIVATE"


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceReading:
    """A whole answer, or the news that nothing has changed."""

    kind: SourceKind
    articles: tuple[Article, ...] = ()
    #: The source's own title, or "".
    title: str = ""
    #: Addresses of feeds that a page names.
    feeds: tuple[str, ...] = ()
    #: What could not be read; the rest was.
    problems: tuple[ReadProblem, ...] = ()
    #: The source says that it is as it was; there are no articles then.
    unchanged: bool = False
    #: What to ask with next time.
    etag: str | None = None
    last_modified: str | None = None
    #: Where it stood in the end, after redirects.
    read_at: str | None = None
    #: Where the address has moved for good.
    moved_to: str | None = None


class SourceReader:
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
        self._ways: tuple[Fetcher, Sandbox] | None = None

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
    ) -> SourceReading:
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
        from digests.sources import remote
        from digests.sources.fetch import NotModified, Validators

        fetcher, sandbox = await self._open()
        try:
            visit = await remote.read_address(
                address,
                fetcher=fetcher,
                sandbox=sandbox,
                now=now,
                known=Validators(etag=etag, last_modified=last_modified),
                kind=kind if kind in ("feed", "page", "sitemap") else None,
            )
        except FetchRefused as error:
            raise _name_setting(error) from None
        if isinstance(visit, NotModified):
            return SourceReading(
                kind=kind or "feed",
                unchanged=True,
                read_at=visit.url,
                etag=visit.validators.etag,
                last_modified=visit.validators.last_modified,
                moved_to=visit.moved_to,
            )
        return SourceReading(
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
        from digests.sources.fetch import FetchResponse

        fetcher, _ = await self._open()
        try:
            answer = await fetcher.fetch(address)
        except FetchRefused as error:
            raise _name_setting(error) from None
        assert isinstance(answer, FetchResponse), "nothing was known of it before"
        return answer.body

    async def handed(self, file: Attachment, *, most: int) -> bytes:
        """A file that somebody gave with a command; a stranger's bytes.

        Args:
            file: Where it lies, and where alone it may be asked for.
            most: Bytes that it may have.

        Raises:
            SourceError: Whose turn it is, is in its kind.
        """
        from digests.sources.fetch import AttachmentRules, FetchResponse

        fetcher, _ = await self._open()
        held = AttachmentRules(origin=file.origin, most=most, bearer=file.bearer)
        answer = await fetcher.fetch(file.address, attachment=held)
        assert isinstance(answer, FetchResponse), "nothing was known of it before"
        return answer.body

    async def feeds_in(self, body: bytes) -> "OpmlDocument":
        """The feeds that an OPML file lists, read in the cage.

        Raises:
            Unreadable: It is none, or built to do harm.
        """
        from digests.sources import opml

        _, sandbox = await self._open()
        return await sandbox.run(opml.parse_opml, body)

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

    async def _open(self) -> "tuple[Fetcher, Sandbox]":
        from digests.sources.fetch import Fetcher, parse_policy
        from digests.sources.sandbox import Sandbox

        async with self._opening:
            if self._ways is None:
                made = self._fetcher or partial(
                    Fetcher, parse_policy(self._allow_private)
                )
                self._ways = (
                    await self._stack.enter_async_context(made()),
                    await self._stack.enter_async_context(Sandbox()),
                )
            return self._ways


def _name_setting(error: FetchRefused) -> FetchRefused:
    """Name the bot's setting in place of the composer's option."""
    return FetchRefused(error.message.with_params(setting=ALLOW_PRIVATE_SETTING))


def read_folder(source: Source) -> SourceReading:
    """What the folder holds at present.

    Raises:
        DigestsError: It cannot be read; the message says what to do.
    """
    found = folder.read_articles(Path(source.address), source=source.name)
    return SourceReading(
        kind="folder", articles=found.articles, problems=found.problems
    )
