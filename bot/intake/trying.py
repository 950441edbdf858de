"""Tries an address out as a source, in the way polling would read it; keeps nothing."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.intake import addresses, states
from bot.intake.local import read_folder
from bot.intake.outside import Outside
from bot.intake.readings import Reading
from bot.types import Source
from digests.errors import DigestsError
from digests.types import Article

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What was found, or why nothing was."""

    #: The address without its secret.
    shown: str
    #: Where it was read in the end: there, or at the feed that it names.
    read_at: str
    reading: Reading | None = None
    #: The newest first; those without a date last.
    newest: tuple[Article, ...] = ()
    #: Addresses of feeds that the page names.
    feeds: tuple[str, ...] = ()
    #: Why nothing was found, in words.
    problem: str | None = None


async def try_out(address: str, *, outside: Outside, now: datetime) -> Tried:
    """What a source at this address would give.

    Args:
        address: Of a folder, feed, page or site.
        outside: The way to what is not on this machine.
        now: The time.
    """
    source = _source(address)
    shown = addresses.shown(address)
    feeds: tuple[str, ...] = ()
    try:
        reading = await _look(source, outside, now)
        feeds = reading.feeds
        feed = states.own_feed(source, reading)
        if feed is not None:
            source = states.at_its_feed(source, feed, now)
            reading = await _look(source, outside, now)
    except DigestsError as error:
        return Tried(shown=shown, read_at=shown, feeds=feeds, problem=str(error))
    newest = sorted(reading.articles, key=_dated, reverse=True)
    return Tried(
        shown=shown,
        read_at=addresses.shown(states.address_of(source)),
        reading=reading,
        newest=tuple(newest),
        feeds=feeds,
        problem=None if reading.articles else "It holds no articles at present.",
    )


def _source(address: str) -> Source:
    is_folder = "://" not in address
    return Source(
        id=0,
        workspace_id=None,
        kind="folder" if is_folder else "feed",
        address=str(Path(address).expanduser()) if is_folder else address.strip(),
        name=Path(address).name if is_folder else address,
    )


async def _look(source: Source, outside: Outside, now: datetime) -> Reading:
    if source.kind == "folder":
        return await asyncio.to_thread(read_folder, source)
    address = states.address_of(source)
    return await outside.look(address, now=now, kind=states.kind_of(source))


def _dated(article: Article) -> datetime:
    return article.published or _LONG_AGO
