"""What replies and forms are made of: frozen nouns.

`bot.types` hands them out with the others; nothing imports this module besides.
"""

from dataclasses import dataclass
from typing import Final

from digests.types import Card

#: Characters of one listing of a document; longer text goes on in the next.
PIECE: Final = 1_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """A sentence or a few, in our own words."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """Lines of a file, to be copied as they stand; at most 1,500 characters."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A whole file: its lines where they fit, and where they do not, the file."""

    #: «standfirst.toml».
    name: str
    text: str

    def listings(self) -> tuple[Listing, ...]:
        """Its lines in pieces; each ends with a line, but for one that is too long."""
        parts = [""]
        for line in self.text.splitlines(keepends=True):
            for at in range(0, len(line), PIECE):
                some = line[at : at + PIECE]
                if parts[-1] and len(parts[-1]) + len(some) > PIECE:
                    parts.append("")
                parts[-1] += some
        return tuple(Listing(text=part.strip("\n")) for part in parts if part.strip())


@dataclass(frozen=True, kw_only=True, slots=True)
class Small:
    """Small print: sources, times, how it was made."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One item of a list: a title that may lead somewhere, and what is said of it."""

    title: str
    text: str = ""
    note: str = ""
    #: Only http(s), or None.
    url: str | None = None
    #: Article (id, version) and the words in it that the line stands on, if any.
    article: str | None = None
    revision: str | None = None
    start: int | None = None
    end: int | None = None
    #: Places in `text` to be set apart: pairs of start and end, in order.
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Quoted:
    """A quote card inside a reply."""

    card: Card


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Labels with their values, shown as a small table."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """A button; `id` is «v1:<action>:<args>», at most 100 characters."""

    id: str
    label: str
    primary: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One question of a form."""

    name: str
    label: str
    description: str = ""
    required: bool = True
    value: str = ""
    choices: tuple[str, ...] = ()
    #: What was wrong with the last answer, in words.
    error: str = ""
    #: The answer has several lines.
    lines: bool = False
    #: The answer can be given as a file, too.
    attachable: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """Up to five questions; the answers come back as an invocation of `path`."""

    path: str
    title: str
    fields: tuple[Field, ...]
    #: The language that the person chose; None: the one that the platform says.
    locale: str | None = None
