"""A newsroom whose feeds are on loopback, on the fake clock's time."""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult
from sqlalchemy import func, select

from bot.ingest.source_reader import SourceReader
from bot.model import Source
from bot.storage import schema
from bot.storage.statements import list_all
from digests.sources.fetch import Fetcher, FetchPolicy
from tests.bot.harness import BotHarness, open_harness
from tests.fakes import FakeClock
from tests.feeds import Item, rss
from tests.wire.server import Request, Script, Server, answer, head_of, serving


def answer_with_etag(body: bytes, tag: str = '"one"') -> Script:
    """Answer with an ETag, and with 304 to a request that carries it."""
    whole, unchanged = answer(body, headers={"ETag": tag}), head_of(304, {"ETag": tag})

    async def run(request: Request, writer: object) -> None:
        if request.headers.get("if-none-match") == tag:
            writer.write(unchanged)  # type: ignore[attr-defined]
        else:
            await whole(request, writer)  # type: ignore[arg-type]

    return run


@dataclass(kw_only=True, repr=False)
class Newswire:
    """A newsroom, and the server of its feeds."""

    harness: BotHarness
    server: Server
    #: The answer at each path; a test changes it at will.
    shelf: dict[str, Script]

    def publish(self, path: str, entries: Sequence[Item], title: str = "") -> None:
        self.shelf[path] = answer(rss(entries, title or "Hallin Courier"))

    def url(self, path: str, host: str = "courier.example") -> str:
        return self.server.url(path, host)

    async def subscribe(self, *paths: str, more: str = "") -> None:
        """Set up a digest over the feeds at these paths."""
        await self.harness.apply(
            feed_configuration([self.url(path) for path in paths], more)
        )

    async def poll(self, **later: float) -> datetime | None:
        """Advance the clock, and do what the background task does."""
        self.harness.clock.advance(timedelta(**later))
        return await self.harness.ingestor.poll()

    async def asked(self, **later: float) -> int:
        """The number of requests of a poll after this time."""
        before = len(self.server.requests)
        await self.poll(**later)
        return len(self.server.requests) - before

    async def source(self, path: str = "/feed") -> Source:
        found = [s for s in await self.sources() if s.address.endswith(path)]
        return found[0]

    async def sources(self) -> tuple[Source, ...]:
        return await self.harness.db.read(_all_sources)

    async def articles(self) -> int:
        return await self.harness.db.read(_count, schema.articles)

    async def revisions(self) -> int:
        return await self.harness.db.read(_count, schema.revisions)

    def posted(self) -> list[str]:
        return [
            str(message.payload["text"]) for message in self.harness.platform.messages
        ]


def _all_sources(conn) -> tuple[Source, ...]:
    return list_all(conn, select(schema.sources).order_by(schema.sources.c.id), Source)


def _count(conn, table) -> int:
    return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def feed_configuration(addresses: Sequence[str], more: str = "") -> str:
    listed = ", ".join(f'"{address}"' for address in addresses)
    return f"""
[[workspace]]
platform = "local"
id = "newsroom"

[[workspace.destination]]
name = "morning"
channel = "c-morning"

[[workspace.digest]]
name = "Morning brief"
sources = [{listed}]
destinations = ["morning"]
{more}
"""


class Resolver(AbstractResolver):
    """A resolver that maps every name to loopback."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def open_newswire(url: str, home: Path) -> AsyncIterator[Newswire]:
    """Open a newsroom whose feeds may be on loopback, on the fake clock's time."""
    shelf: dict[str, Script] = {}
    clock = FakeClock()
    rules = FetchPolicy(everything=True, spacing=0, robots=False, deadline=5)
    seconds = lambda: clock.now().timestamp()  # noqa: E731
    fetcher = partial(Fetcher, rules, resolver=Resolver(), clock=seconds)
    async with (
        serving(shelf) as server,
        SourceReader(fetcher=fetcher) as source_reader,
        open_harness(url, home, source_reader=source_reader, clock=clock) as harness,
    ):
        yield Newswire(harness=harness, server=server, shelf=shelf)
