"""What HTML templates show of a reply's blocks; shared by the local page and console.

The templates escape every text. What a surface shows in its own way (quotes, pictures,
whole editions, the look of a line) it builds itself.
"""

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from bot.i18n.safe_text import build_article_href
from bot.model import (
    Block,
    Document,
    FactTable,
    ListItem,
    Paragraph,
    Preformatted,
    SmallPrint,
)
from digests.language.links import Link, make_link
from digests.types import Span, frozen

TemplateData = dict[str, Any]


@frozen
class LineLinks:
    """Where a line of a list leads."""

    #: Its own address, if that may be linked.
    outside: Link | None
    #: The stored text of its article, at the place if one is known; "" = none.
    stored: str
    #: Whether a place is known.
    at_place: bool


def find_line_links(line: ListItem) -> LineLinks:
    """Find where a line leads."""
    spans: tuple[Span, ...] = ()
    if line.start is not None and line.end is not None:
        spans = (Span(start=line.start, end=line.end),)
    stored = ""
    if line.article:
        stored = build_article_href(line.article, line.revision, *spans)
    return LineLinks(outside=make_link(line.url), stored=stored, at_place=bool(spans))


def build_block_views(
    blocks: Iterable[Block],
    build_line: Callable[[ListItem], TemplateData],
    build_other: Callable[[Block], TemplateData],
) -> list[TemplateData]:
    """Build what a template shows of blocks; neighbouring lines become one list."""
    views = (_build_view(block, build_line, build_other) for block in blocks)
    found: list[TemplateData] = []
    for kind, group in groupby(views, itemgetter("kind")):
        if kind == "lines":
            lines = [line for block in group for line in block["lines"]]
            found.append({"kind": kind, "lines": lines})
        else:
            found += group
    return found


def _build_view(
    block: Block,
    build_line: Callable[[ListItem], TemplateData],
    build_other: Callable[[Block], TemplateData],
) -> TemplateData:
    match block:
        case Paragraph(text=text):
            return {"kind": "paragraph", "text": text}
        case Preformatted(text=text) | Document(text=text):
            return {"kind": "listing", "text": text}
        case SmallPrint(text=text):
            return {"kind": "small", "text": text}
        case FactTable(rows=rows):
            return {"kind": "facts", "rows": rows}
        case ListItem():
            return {"kind": "lines", "lines": [build_line(block)]}
    return build_other(block)
