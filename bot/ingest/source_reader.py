"""Read a source: a local folder, or an address over the guarded fetcher.

The fetching libraries are heavy, and are imported when the first address is read.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bot.ingest import addresses
from bot.ingest.source_state import SourceReading
from bot.model.digest import Source, SourceKind
from bot.model.invocation import Attachment
from digests.errors import FetchRefused
from digests.sources import folder
from digests.types import Article

if TYPE_CHECKING:
    from digests.sources.article_page import PageJudgement
    from digests.sources.fetch.client import Fetcher
    from digests.sources.fetch.policy import AttachmentRules
    from digests.sources.opml import OpmlDocument
    from digests.sources.sandbox import Sandbox

#: Environment variable that permits sources in private networks.
ALLOW_PRIVATE_SETTING = "STANDFIRST_FETCH_ALLOW_PRIVATE"


class SourceReader:
    """Fetches and parses addresses; an async context manager of one event loop."""

    def __init__(
        self,
        allow_private: str = "",
        *,
        contact: str = "",
        fetcher: "Callable[[], Fetcher] | None" = None,
    ) -> None:
        """Build it for the setting `allow_private`, or with another `fetcher`.

        Servers are asked to write to `contact` about our requests.
        """
        self._contact = contact
        #: The setting `allow_private`.
        self.allow_private = allow_private
        self._fetcher = fetcher
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._opened: tuple[Fetcher, Sandbox] | None = None

    async def read_address(
        self,
        address: str,
        *,
        now: datetime,
        kind: SourceKind | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> SourceReading:
        """Read a feed, a page or a news sitemap.

        Args:
            address: The address to read.
            now: The present instant.
            kind: What it must be; None = any of them.
            etag: Validator of the last complete answer.
            last_modified: Another one.

        Raises:
            SourceError: It cannot be read; its class says who can fix that.
        """
        from digests.sources import remote
        from digests.sources.fetch.response import NotModified, Validators

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
        reading = SourceReading(
            kind=kind or "feed",
            unchanged=isinstance(visit, NotModified),
            read_at=visit.url,
            etag=visit.validators.etag,
            last_modified=visit.validators.last_modified,
            moved_to=visit.moved_to,
        )
        if isinstance(visit, NotModified):
            return reading
        return replace(
            reading,
            kind=visit.kind,
            articles=visit.articles,
            title=visit.title,
            feeds=tuple(link.address for link in visit.feeds),
        )

    async def read_article_page(
        self,
        announced: Article,
        source_address: str,
        *,
        now: datetime,
        known: tuple[str | None, str | None] = (None, None),
    ) -> "PageJudgement | None":
        """Read the page behind an entry of a feed; None: it has not changed.

        Args:
            announced: The article as its source gives it.
            source_address: The feed, which may cause requests to public hosts and to
                its own.
            now: The present instant.
            known: The validators of its last answer, ETag and Last-Modified.

        Raises:
            SourceError: It cannot be read now; its class says who can fix that.
        """
        from digests.sources import remote
        from digests.sources.fetch.response import NotModified, Validators

        fetcher, sandbox = await self._open()
        judged = await remote.read_article_page(
            announced,
            fetcher=fetcher,
            sandbox=sandbox,
            now=now,
            known=Validators(etag=known[0], last_modified=known[1]),
            may_read=partial(
                addresses.may_read_page,
                source_address,
                allow_private=self.allow_private,
            ),
        )
        return None if isinstance(judged, NotModified) else judged

    def may_read_picture(self, address: str, source_address: str) -> bool:
        """Whether the articles of a source may cause the reading of a picture.

        Of a folder, its own files; otherwise, what a feed may cause requests to.
        """
        if _is_file(address):
            return _is_file(source_address)
        return addresses.may_read_page(
            source_address, address, allow_private=self.allow_private
        )

    async def fetch_picture(
        self, address: str, source_address: str, *, most: int, seconds: float
    ) -> bytes:
        """Fetch the untrusted bytes of a picture that an article names.

        Args:
            address: As the article's source gives it.
            source_address: The source, which may cause requests to public hosts and to
                its own.
            most: Maximum size in bytes.
            seconds: The longest time, redirects included.

        Raises:
            SourceError: It cannot be fetched now; its class says who can fix that.
            UnreadableInput: It is no file of the source's folder, or too large.
            OSError: The file cannot be opened.
        """
        from digests.sources.fetch.policy import HopRules, PictureRules
        from digests.sources.fetch.response import FetchResponse

        if _is_file(address) and _is_file(source_address):
            paths = Path(source_address), Path(address)
            return await asyncio.to_thread(folder.read_picture, *paths, most=most)
        fetcher, _ = await self._open()
        may_read = partial(
            addresses.may_read_page, source_address, allow_private=self.allow_private
        )
        answer = await fetcher.fetch(
            address,
            hops=HopRules(allows=may_read),
            picture=PictureRules(most=most, deadline=seconds),
        )
        assert isinstance(answer, FetchResponse), "it has no validators"
        return answer.body

    async def fetch_file(
        self, address: str, attachment: "AttachmentRules | None" = None
    ) -> bytes:
        """Fetch untrusted bytes, unparsed; errors as in `read_address`."""
        from digests.sources.fetch.response import FetchResponse

        fetcher, _ = await self._open()
        try:
            answer = await fetcher.fetch(address, attachment=attachment)
        except FetchRefused as error:
            raise _name_setting(error) from None
        assert isinstance(answer, FetchResponse), "it has no validators"
        return answer.body

    async def fetch_attachment(self, file: Attachment, *, most: int) -> bytes:
        """Fetch the untrusted bytes of a file attached to a command.

        Args:
            file: Its address, and the only origin from which it may be fetched.
            most: Maximum size in bytes.

        Raises:
            SourceError: It cannot be fetched; its class says who can fix that.
        """
        from digests.sources.fetch.policy import AttachmentRules

        rules = AttachmentRules(origin=file.origin, most=most, bearer=file.bearer)
        return await self.fetch_file(file.address, rules)

    async def parse_opml(self, body: bytes) -> "OpmlDocument":
        """Parse an OPML file in the sandbox.

        Raises:
            SourceUnreadable: It is not an OPML file, or a harmful one.
        """
        from digests.sources import opml

        _, sandbox = await self._open()
        return await sandbox.run(opml.parse_opml, body)

    async def parse_toml(self, text: str, most_values: int) -> dict[str, Any]:
        """Parse a configuration file in the sandbox.

        Raises:
            SourceUnreadable: It is not TOML, a harmful one, or sets too many values.
        """
        from digests.sources import untrusted

        _, sandbox = await self._open()
        return await sandbox.run(untrusted.parse_toml, text, most_values)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Close connections and end the sandbox."""
        await self._stack.aclose()
        self._opened = None

    async def _open(self) -> "tuple[Fetcher, Sandbox]":
        from digests.sources.fetch.client import Fetcher
        from digests.sources.fetch.policy import parse_policy
        from digests.sources.sandbox import Sandbox

        async with self._opening:
            if self._opened is None:
                policy = parse_policy(self.allow_private, contact=self._contact)
                fetcher = self._fetcher() if self._fetcher else Fetcher(policy)
                self._opened = (
                    await self._stack.enter_async_context(fetcher),
                    await self._stack.enter_async_context(Sandbox()),
                )
            return self._opened


def _name_setting(error: FetchRefused) -> FetchRefused:
    """Name the bot's setting in place of the composer's option."""
    return FetchRefused(error.message.with_params(setting=ALLOW_PRIVATE_SETTING))


def _is_file(address: str) -> bool:
    return "://" not in address


def read_folder(source: Source) -> SourceReading:
    """Read the articles of a folder.

    Raises:
        DigestsError: It cannot be read; the message says what to do.
    """
    found = folder.read_articles(Path(source.address), source=source.name)
    return SourceReading(
        kind="folder", articles=found.articles, problems=found.problems
    )
