"""Outlets on loopback: feeds that a test writes, and a newsroom that reads them."""

import random
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial
from html import escape
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult
from sqlalchemy import func, select

from bot.intake.outside import Outside
from bot.storage import schema, sources
from bot.types import Source
from digests.sources.fetch import Fetcher, Policy
from tests.bot.newsroom import Newsroom, newsroom
from tests.fakes import NOON, FakeClock
from tests.wire.server import Request, Script, Server, answer, head_of, serving

_THINGS = (
    "bridge council school clinic tram museum library orchard quarry lighthouse market "
    "ferry tunnel stadium archive garden reservoir airport mill forest theatre depot "
    "canal observatory vineyard cinema bakery chapel prison harbour"
).split()
_DONE = (
    "repaired sold flooded praised painted searched insured emptied robbed measured "
    "rebuilt lit heated mapped cleaned"
).split()


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of a feed."""

    title: str
    text: str
    guid: str | None = None
    link: str | None = None
    published: datetime | None = None


def an_item(number: int, **changes: object) -> Item:
    """The item of this number: another event, in other words, than every other one."""
    thing = _THINGS[number % len(_THINGS)]
    done = _DONE[(number // 2) % len(_DONE)]
    place, name = _name(3 * number), _name(3 * number + 1)
    return replace(
        Item(
            title=f"{place} {thing} {done} by {name}",
            text=(
                f"The {thing} of {place} was {done} on Tuesday. {name} and the "
                f"{_name(3 * number + 2)} society had waited {number + 2} years for it."
            ),
            guid=f"item-{number}",
            link=f"https://outlet.example/{place.lower()}/{number}",
            published=NOON - timedelta(minutes=10 * number + 10),
        ),
        **changes,  # type: ignore[arg-type]
    )


def _name(number: int) -> str:
    """A name that no other number has."""
    letters = random.Random(number)
    return "".join(
        letters.choice("bdfgklmnprstvz") + letters.choice("aeiou") for _ in range(4)
    ).capitalize()


def items(numbers: Iterable[int], **changes: object) -> list[Item]:
    return [an_item(number, **changes) for number in numbers]


def rss(entries: Sequence[Item], title: str = "Hallin Courier") -> bytes:
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel>'
        f"<title>{escape(title)}</title>{''.join(map(_entry, entries))}"
        "</channel></rss>"
    ).encode()


def _entry(item: Item) -> str:
    parts = [
        f"<title>{escape(item.title)}</title>",
        f"<description>{escape(item.text)}</description>",
    ]
    if item.guid:
        parts.append(f'<guid isPermaLink="false">{escape(item.guid)}</guid>')
    if item.link:
        parts.append(f"<link>{escape(item.link)}</link>")
    if item.published:
        parts.append(f"<pubDate>{format_datetime(item.published)}</pubDate>")
    return f"<item>{''.join(parts)}</item>"


def tagged(body: bytes, tag: str = '"one"') -> Script:
    """An answer with an ETag, that is 304 for whoever knows it."""
    whole, unchanged = answer(body, headers={"ETag": tag}), head_of(304, {"ETag": tag})

    async def run(request: Request, writer: object) -> None:
        if request.headers.get("if-none-match") == tag:
            writer.write(unchanged)  # type: ignore[attr-defined]
        else:
            await whole(request, writer)  # type: ignore[arg-type]

    return run


@dataclass(kw_only=True)
class Press:
    """A newsroom, and the server that its feeds are on."""

    desk: Newsroom
    server: Server
    #: What stands at each path; a test changes it as it likes.
    shelf: dict[str, Script]
    read_at: list[datetime] = field(default_factory=list)

    def publish(self, path: str, entries: Sequence[Item], title: str = "") -> None:
        self.shelf[path] = answer(rss(entries, title or "Hallin Courier"))

    def url(self, path: str, host: str = "courier.example") -> str:
        return self.server.url(path, host)

    async def subscribe(self, *paths: str, more: str = "") -> None:
        """A digest over the feeds at these paths."""
        await self.desk.apply(configuration([self.url(path) for path in paths], more))

    async def poll(self, **later: float) -> datetime | None:
        """Let time pass, and do what the background task does."""
        self.desk.clock.advance(**later)
        return await self.desk.intake.poll()

    async def asked(self, wait: Callable[[], object] | None = None, **later: float):
        """How many requests a poll makes after this time."""
        before = len(self.server.requests)
        await self.poll(**later)
        return len(self.server.requests) - before

    async def source(self, path: str = "/feed") -> Source:
        found = [s for s in await self.sources() if s.address.endswith(path)]
        return found[0]

    async def sources(self) -> tuple[Source, ...]:
        return await self.desk.db.read(_all_sources)

    async def articles(self) -> int:
        return await self.desk.db.read(_count, schema.articles)

    async def revisions(self) -> int:
        return await self.desk.db.read(_count, schema.revisions)

    def posted(self) -> list[str]:
        return [str(message.payload["text"]) for message in self.desk.platform.messages]


def _all_sources(conn) -> tuple[Source, ...]:
    rows = conn.execute(select(schema.sources).order_by(schema.sources.c.id))
    return tuple(map(sources.noun, rows))


def _count(conn, table) -> int:
    return conn.execute(select(func.count()).select_from(table)).scalar_one()


def configuration(addresses: Sequence[str], more: str = "") -> str:
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
    """Every name leads to loopback."""

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
async def press(url: str, home: Path) -> AsyncIterator[Press]:
    """A newsroom whose feeds may be on loopback, on the fake clock's time."""
    shelf: dict[str, Script] = {}
    clock = FakeClock()
    rules = Policy(everything=True, spacing=0, robots=False, deadline=5)
    seconds = lambda: clock.now().timestamp()  # noqa: E731
    fetcher = partial(Fetcher, rules, resolver=Resolver(), clock=seconds)
    async with (
        serving(shelf) as server,
        Outside(fetcher=fetcher) as outside,
        newsroom(url, home, outside=outside, clock=clock) as desk,
    ):
        yield Press(desk=desk, server=server, shelf=shelf)
