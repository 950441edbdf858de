"""Feeds for tests: items about different events, as RSS."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from tests.fakes import NOON

_THINGS = """
    bridge council school clinic tram museum library orchard quarry lighthouse
    market ferry tunnel stadium archive garden reservoir airport mill forest
    theatre depot canal observatory vineyard cinema bakery chapel prison harbour
""".split()  # noqa: SIM905 - a list of words is easier to read
_DONE = """
    repaired sold flooded praised painted searched insured emptied robbed
    measured rebuilt lit heated mapped cleaned
""".split()  # noqa: SIM905 - a list of words is easier to read


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of a feed."""

    title: str
    text: str
    guid: str | None = None
    link: str | None = None
    published: datetime | None = None


def an_item(number: int, **changes: object) -> Item:
    """The item of this number: another event, in other words, than all others."""
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


def in_full(entries: Iterable[Item]) -> list[Item]:
    """The items with texts as long as whole articles."""
    rest = " The council will decide in May whether it is paid for by the town." * 30
    return [replace(entry, text=f"{entry.text}{rest}") for entry in entries]


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
