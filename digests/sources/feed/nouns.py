"""What a feed is, before and after its entries have become articles."""

from dataclasses import dataclass
from typing import NamedTuple

from digests.types import Article


class Entry(NamedTuple):
    """One entry as a reading library gives it: markup and dates as written.

    A tuple, because there are hundreds in a feed and they live for milliseconds.
    """

    guid: str = ""
    link: str = ""
    #: May hold markup, as feeds do.
    title: str = ""
    body: str = ""
    #: Whether the body is the entry's content, not its description.
    content: bool = False
    #: Whether the body is plain text by the feed's own word.
    plain: bool = False
    author: str = ""
    published: str = ""
    lang: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A feed as a reading library gives it."""

    title: str = ""
    link: str = ""
    lang: str = ""
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A feed whose entries are articles, in the feed's order."""

    title: str
    #: The site that it belongs to, or None.
    link: str | None
    #: BCP 47, or None.
    lang: str | None
    #: At most 500; entries without title and text are left out.
    articles: tuple[Article, ...]
    #: How many entries were found (the first 500 are read).
    entries: int
