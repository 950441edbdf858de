"""What goes back to a person: replies, their blocks, and forms.

`bot.types` hands them out with the others; nothing imports this module besides.
"""

from dataclasses import dataclass
from typing import Final

from bot.model.edition import MessagePart
from digests.types import QuoteCard


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedEdition:
    """A whole edition inside a reply (a preview, the newest one), already rendered."""

    parts: tuple[MessagePart, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Discussion:
    """A thread that the platform opens below a message, or finds there."""

    #: The platform's ids of the destination's channel and of the message.
    channel: str
    message: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Preformatted:
    """Lines of a file, to be copied as they stand; at most 1,500 characters."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A whole file: its lines where they fit, and where they do not, the file."""

    #: «standfirst.toml».
    name: str
    text: str

    def listings(self) -> tuple[Preformatted, ...]:
        """Its lines in pieces; each ends with a line, but for one that is too long."""
        parts = [""]
        for line in self.text.splitlines(keepends=True):
            for at in range(0, len(line), LISTING_LENGTH):
                some = line[at : at + LISTING_LENGTH]
                if parts[-1] and len(parts[-1]) + len(some) > LISTING_LENGTH:
                    parts.append("")
                parts[-1] += some
        return tuple(
            Preformatted(text=part.strip("\n")) for part in parts if part.strip()
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class FactTable:
    """Labels with their values, shown as a small table."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListItem:
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
class Paragraph:
    """A sentence or a few, in our own words."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteBlock:
    """A quote card inside a reply."""

    card: QuoteCard


@dataclass(frozen=True, kw_only=True, slots=True)
class SmallPrint:
    """Small print: sources, times, how it was made."""

    text: str


Block = (
    Paragraph
    | Preformatted
    | Document
    | SmallPrint
    | ListItem
    | QuoteBlock
    | FactTable
    | RenderedEdition
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """A button; `id` is «v1:<action>:<args>», at most 100 characters."""

    id: str
    label: str
    primary: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What goes back to the person who asked."""

    title: str = ""
    blocks: tuple[Block, ...] = ()
    controls: tuple[Control, ...] = ()
    #: «Only you can see this».
    private: bool = True
    #: The request could not be met; shown as such, not by colour alone.
    problem: bool = False
    #: A platform that can open threads tells the way to this one instead.
    discussion: Discussion | None = None
    #: The language that the person chose; None: the one that the platform says.
    locale: str | None = None


#: Characters of one listing of a document; longer text goes on in the next.
LISTING_LENGTH: Final = 1_400


@dataclass(frozen=True, kw_only=True, slots=True)
class FormField:
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
    fields: tuple[FormField, ...]
    #: The language that the person chose; None: the one that the platform says.
    locale: str | None = None
