"""Write and read the Markdown of the documentation."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
#: Where the files of the repository that are no page of the site are linked to.
REPOSITORY = "https://github.com/standfirst/standfirst/blob/main/"
_PARSER = MarkdownIt("commonmark").enable("table")


def list_documents() -> list[Path]:
    """List the documents for people: of the root, of docs/, and beside the code."""
    places = (ROOT, ROOT / "tests", ROOT / "deploy", ROOT / "seeds", ROOT / "bot")
    top = [path for place in places[:1] for path in place.glob("*.md")]
    below = [path for place in (*places[1:], ROOT / "digests", ROOT / "docs")
             for path in place.rglob("*.md") if "data" not in path.parts]  # fmt: skip
    return sorted({*top, *below})


class Link(NamedTuple):
    """A link or a picture: where it leads, and its words."""

    target: str
    text: str
    is_picture: bool


class Block(NamedTuple):
    """A block of code with its language."""

    language: str
    content: str


def parse_blocks(text: str) -> list[Block]:
    """List the blocks of code, those of lists too."""
    found = _PARSER.parse(text)
    return [Block(one.info, one.content) for one in found if one.type == "fence"]


def parse_inline_code(text: str) -> list[str]:
    """List what stands between backquotes."""
    return [one.content for one in _walk(text) if one.type == "code_inline"]


def parse_links(text: str) -> list[Link]:
    """List the links and pictures of a document."""
    found: list[Link] = []
    for one in _walk(text):
        if one.type == "image":
            found.append(Link(str(one.attrs["src"]), one.content, is_picture=True))
        elif one.type == "link_open":
            found.append(Link(str(one.attrs["href"]), "", is_picture=False))
    return found


def list_anchors(text: str) -> set[str]:
    """List the anchors of the headings, as forges and the site make them."""
    tokens = _PARSER.parse(text)
    titles = [tokens[n + 1].content for n, one in enumerate(tokens)
              if one.type == "heading_open"]  # fmt: skip
    found: list[str] = []
    for title in titles:
        name = make_anchor(title)
        again = sum(one == name for one in found)
        found.append(name)
        if again:
            found.append(f"{name}-{again}")
    return set(found)


def make_anchor(title: str) -> str:
    """Return the anchor of a heading of plain words."""
    plain = unicodedata.normalize("NFKC", title).lower()
    return re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")


def _walk(text: str) -> Iterator[Token]:
    for token in _PARSER.parse(text):
        yield from token.children or ()


def format_table(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Format a table."""
    head = [_format_row(titles), "|" + "---|" * len(titles) + "\n"]
    return "".join([*head, *map(_format_row, lines)])


def _format_row(cells: Sequence[str]) -> str:
    escaped = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return "| " + " | ".join(escaped) + " |\n"
