"""Replies to people, the blocks that they consist of, and forms."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Self

from bot.model.edition import MessagePart, Picture
from digests.types import QuoteCard, frozen


@frozen
class RenderedEdition:
    """A whole rendered edition inside a reply (a preview, or the newest one)."""

    parts: tuple[MessagePart, ...]
    #: Those that its parts refer to and that could be loaded; a platform leaves out the
    #: others, whose words are in the parts as text.
    pictures: tuple[Picture, ...] = ()


@frozen
class Discussion:
    """A thread below a message, which the platform finds or opens."""

    #: The platform's ids of the destination's channel and of the message.
    channel: str
    message: str
    name: str


@frozen
class Preformatted:
    """Lines of a file, to be copied unchanged; at most 1,500 characters."""

    text: str


@frozen
class Document:
    """A whole file, shown as text if it fits and as an attachment otherwise."""

    #: File name, for example «standfirst.toml».
    name: str
    text: str

    def listings(self) -> Iterator[Preformatted]:
        """Split the text into listings, at line ends except within an overlong line.

        Each is made when it is asked for: a reply shows the first ones of a long file.
        """
        start = 0
        while start < len(self.text):
            end = start + LISTING_LENGTH
            if end < len(self.text):
                # After the last line end; without one, inside the line.
                end = self.text.rfind("\n", start, end) + 1 or end
            part = self.text[start:end]
            if part.strip():
                yield Preformatted(text=part.strip("\n"))
            start = end


@frozen
class FactTable:
    """Labels with their values, shown as a small table."""

    rows: tuple[tuple[str, str], ...]


@frozen
class Control:
    """A button; `id` is «v1:<action>:<args>», at most 100 characters."""

    id: str
    label: str
    primary: bool = False


@frozen
class MenuOption:
    """One choice of a menu; choosing it presses the control with this id."""

    id: str
    label: str
    #: What stands below the label, such as the present value; "" = nothing.
    note: str = ""


@frozen
class ControlMenu:
    """A menu of up to `MAX_MENU_OPTIONS` choices, each a control of its own."""

    #: Shown while nothing is chosen: «What it contains».
    label: str
    options: tuple[MenuOption, ...]


#: Choices of one menu, on the platform that takes the fewest.
MAX_MENU_OPTIONS: Final = 25


@frozen
class ListItem:
    """One item of a list: a title, optionally linked, with a text and a note."""

    title: str
    text: str = ""
    note: str = ""
    #: Link of the title, http(s) only.
    url: str | None = None
    #: Article, revision and span that support the item, if any.
    article: str | None = None
    revision: str | None = None
    start: int | None = None
    end: int | None = None
    #: Spans of `text` to highlight: pairs of start and end, ascending.
    marks: tuple[tuple[int, int], ...] = ()
    #: A button beside the item.
    control: Control | None = None


@frozen
class Paragraph:
    """A few sentences in the bot's own words."""

    text: str


@frozen
class QuoteBlock:
    """A quote card inside a reply."""

    card: QuoteCard


@frozen
class PictureBlock:
    """A picture inside a reply. What it says stands beside it as text."""

    picture: Picture
    #: What it says, for people who cannot see it.
    alt: str


@frozen
class SmallPrint:
    """Small print: sources, times, provenance."""

    text: str


Block = (
    Paragraph
    | Preformatted
    | Document
    | SmallPrint
    | ListItem
    | QuoteBlock
    | PictureBlock
    | FactTable
    | RenderedEdition
)


@frozen
class Reply:
    """The response to the person who asked, who alone sees it."""

    title: str = ""
    blocks: tuple[Block, ...] = ()
    controls: tuple[Control, ...] = ()
    #: Shown above the controls.
    menus: tuple[ControlMenu, ...] = ()
    #: It takes the place of the private message (or the page) whose control was
    #: pressed or whose form was submitted; after a typed command it is a new message.
    in_place: bool = False
    #: The request failed; shown as an error, and not by colour alone.
    problem: bool = False
    #: A platform that can open threads replies with a link to this one instead.
    discussion: Discussion | None = None
    #: The language that the person chose; None: the one that the platform says.
    locale: str | None = None
    #: Lines that were left out behind the blocks, because nobody reads so many.
    left_out: int = 0

    @classmethod
    def of_problem(
        cls, sentence: str, *more: str, locale: str | None = None
    ) -> "Reply":
        """Build the reply to a failed request, with small print below the sentence."""
        small = tuple(SmallPrint(text=text) for text in more)
        blocks: tuple[Block, ...] = (Paragraph(text=sentence), *small)
        return cls(blocks=blocks, problem=True, locale=locale)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures that its blocks show."""
        found: list[Picture] = []
        for block in self.blocks:
            match block:
                case PictureBlock(picture=picture):
                    found.append(picture)
                case RenderedEdition(pictures=pictures):
                    found += pictures
        return tuple(found)

    def without_pictures(self, *said: str) -> Self:
        """Return the reply without its pictures, whose words stay, and with `said`."""
        kept = (
            replace(block, pictures=()) if isinstance(block, RenderedEdition) else block
            for block in self.blocks
            if not isinstance(block, PictureBlock)
        )
        explained = (Paragraph(text=text) for text in said)
        return replace(self, blocks=(*explained, *kept))

    def limited(self) -> Self:
        """Return the reply with at most `MAX_LINES` lines; the others are counted.

        A line is a block or a row of a table. Renderers then do a limited amount of
        work on the event loop, whatever a workspace contains.
        """
        kept: list[Block] = []
        space = MAX_LINES
        for block in self.blocks:
            lines = _count_lines(block)
            if isinstance(block, FactTable) and lines > space:
                block = FactTable(rows=block.rows[:space])
            if space > 0:
                kept.append(block)
            space -= lines
        if space >= 0:
            return self
        return replace(self, blocks=tuple(kept), left_out=self.left_out - space)


def _count_lines(block: Block) -> int:
    return len(block.rows) if isinstance(block, FactTable) else 1


#: Maximum characters of one listing; longer text continues in the next.
LISTING_LENGTH: Final = 1_400
#: Lines of a reply: more than a chat platform shows of one.
MAX_LINES: Final = 300


@frozen
class FormField:
    """One input of a form."""

    name: str
    label: str
    description: str = ""
    required: bool = True
    value: str = ""
    choices: tuple[str, ...] = ()
    #: Why the last answer was rejected; "" = it was not.
    error: str = ""
    #: The answer has several lines.
    lines: bool = False
    #: The answer can be given as a file, too.
    attachable: bool = False


@frozen
class Form:
    """A form of up to five fields.

    Its answers are the arguments of the command `path`. A form with a `control` belongs
    to that control instead: submitting it presses the control, and the answers are in
    `Invocation.answers`.
    """

    path: str
    title: str
    fields: tuple[FormField, ...]
    #: Id of the control; "" = the answers go to the command.
    control: str = ""
    #: The language that the person chose; None: the one that the platform says.
    locale: str | None = None

    @property
    def target(self) -> str:
        """What a submitted form names: its control, or the path of its command."""
        return self.control or self.path
