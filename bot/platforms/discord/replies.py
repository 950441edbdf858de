"""Render a reply as Components V2 messages. Pure.

Nothing in a reply can mention anybody, and a problem is marked in words, not by colour
alone. `packing` distributes the pieces over messages.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from bot.i18n.safe_text import is_blank
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Document,
    FactTable,
    ListItem,
    MessagePart,
    Paragraph,
    PictureBlock,
    PictureRef,
    Preformatted,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from bot.platforms.common.text import (
    count_utf16,
    group_lines,
    number_items,
    pack_reply,
    select_controls,
    select_menus,
    shorten_line,
    shorten_runs,
    split_at_marks,
    split_lines,
)
from bot.platforms.discord import components, limits, markdown
from bot.platforms.discord.components import ATTACHMENT_SCHEME, Component, MessageBody
from digests.language.links import make_link
from digests.types import QuoteCard, frozen_positional

#: Ends a code block: a text that contains it cannot be shown in one.
FENCE: Final = "```"
#: The colour beside a problem; the words above it say the same.
_AMBER: Final = 0xB26A00
#: Space that every message keeps for «… and 12 more».
_NOTE_SIZE: Final = 150
#: Characters of a text that are processed: as many as all messages of a reply hold.
_TEXT_SIZE: Final = limits.LIST_MESSAGES * limits.TEXT


@frozen_positional
class MarkdownPiece:
    """Content that is never split: markdown, or components shown as they are."""

    markdown: str = ""
    #: Stands beside the markdown.
    button: Component | None = None
    shown: tuple[Component, ...] = ()

    @property
    def components(self) -> Sequence[Component]:
        if self.button is not None:
            return (components.build_section(self.markdown, self.button),)
        return self.shown or (components.build_text(self.markdown),)


def render_reply(
    reply: Reply, texts: Texts, event: str = ""
) -> tuple[MessageBody, ...]:
    """Render the bodies of the reply's messages, in order; at least one.

    Args:
        reply: The core's.
        texts: Its language.
        event: Id of the interaction that it answers, for the names of its menus.
    """
    pieces = [
        p for p in _iter_pieces(reply, texts) if p.shown or not is_blank(p.markdown)
    ]
    shows_components = any(piece.shown for piece in pieces)
    messages = pack_reply(
        pieces or [_write(texts.say("Done."))],
        most=limits.MESSAGES if shows_components else limits.LIST_MESSAGES,
        fits=_fits_message,
        build_note=_write_small,
        texts=texts,
        unseen=reply.left_out,
    )
    rendered = [_build_components(m, problem=reply.problem) for m in messages]
    bodies = _append_controls(rendered, reply, event)
    return tuple(map(components.build_message_body, bodies))


def collect_files(reply: Reply) -> dict[str, bytes]:
    """Return the contents of the files that bodies of the reply may show, by name."""
    files = (block for block in reply.blocks if isinstance(block, Document))
    pictures = {
        components.name_picture(one.hash): one.content for one in reply.pictures
    }
    return {**pictures, **{file.name: file.text.encode() for file in files}}


# ── pieces ─────────────────────────────────────────────────────────────────────


def _iter_pieces(reply: Reply, texts: Texts) -> Iterator[MarkdownPiece]:
    if reply.problem:
        warning = markdown.escape_line(texts.say("That did not work"))
        yield MarkdownPiece(f"**⚠ {warning}**")
    title = _escape_shortened(reply.title, limits.HEADLINE)
    if title:
        yield MarkdownPiece(f"### {title}")
    for block in number_items(reply.blocks, limits.CUSTOM_ID):
        yield from _render_block(block, texts)


def _render_block(block: Block, texts: Texts) -> Iterable[MarkdownPiece]:
    match block:
        case Paragraph(text=text):
            return _group_lines(_escape_lines(text))
        case Preformatted(text=text):
            return (MarkdownPiece(markdown.format_code_block(text)),)
        case Document():
            return _render_document(block)
        case SmallPrint(text=text):
            return _group_lines(map(markdown.format_small_print, _escape_lines(text)))
        case ListItem():
            return (_render_item(block),)
        case QuoteBlock(card=card):
            return (MarkdownPiece(_render_quote(card, texts)),)
        case FactTable(rows=rows):
            return _group_lines(_render_row(label, value) for label, value in rows)
        case PictureBlock():
            return (_render_picture(block),)
        case RenderedEdition(parts=parts):
            names = {components.name_picture(one.hash) for one in block.pictures}
            return (_render_part(part, names) for part in parts)


def _write(text: str) -> MarkdownPiece:
    return MarkdownPiece(markdown.escape_line(text))


def _write_small(text: str) -> MarkdownPiece:
    return MarkdownPiece(markdown.format_small_print(markdown.escape_line(text)))


def _render_document(file: Document) -> Iterable[MarkdownPiece]:
    """Render the lines of a file, or the file itself if no message holds them."""
    if count_utf16(file.text) > limits.DOCUMENT or FENCE in file.text:
        where = {"url": f"{ATTACHMENT_SCHEME}{file.name}"}
        return (MarkdownPiece(shown=({"type": components.FILE, "file": where},)),)
    return (
        MarkdownPiece(markdown.format_code_block(part.text)) for part in file.listings()
    )


def _escape_lines(text: str) -> Iterator[str]:
    return map(markdown.escape_line, split_lines(text, _TEXT_SIZE, limits.PARAGRAPH))


def _escape_shortened(text: str, limit: int) -> str:
    """Shorten foreign text to one line and escape it."""
    return markdown.escape_line(shorten_line(text, limit))


def _group_lines(lines: Iterable[str]) -> Iterator[MarkdownPiece]:
    for group in group_lines(lines, limits.PARAGRAPH):
        yield MarkdownPiece("\n".join(group))


def _render_item(item: ListItem) -> MarkdownPiece:
    title = _escape_shortened(item.title, limits.HEADLINE)
    text = markdown.format_runs(shorten_runs(split_at_marks(item), limits.ITEM))
    note = _escape_shortened(item.note, limits.HEADLINE)
    link = markdown.format_link(make_link(item.url))
    if not title:
        # The link of a sentence without a title follows on the same line.
        text, link = " ".join(filter(None, (text, link))), ""
    under = " · ".join(filter(None, (note, link)))
    heading = f"**{title}**" if title else ""
    small = markdown.format_small_print(under) if under else ""
    written = "\n".join(filter(None, (heading, text, small)))
    beside = item.control
    if beside is None:
        return MarkdownPiece(written)
    button = components.build_button(beside.id, beside.label, primary=beside.primary)
    # A button stands beside a text only.
    return MarkdownPiece("…" if is_blank(written) else written, button)


def _render_row(label: str, value: str) -> str:
    named = _escape_shortened(label, limits.CELL)
    rendered = _escape_shortened(value, limits.CELL)
    return " ".join(filter(None, (f"**{named}**" if named else "", rendered)))


def _render_quote(card: QuoteCard, texts: Texts) -> str:
    """Render the whole quote; if it is too long, a sentence that says so."""
    if is_blank(card.text):
        return ""
    link = markdown.format_link(make_link(card.url))
    written = " · ".join(filter(None, (markdown.render_quote(card, texts), link)))
    if count_utf16(written) <= limits.QUOTE_IN_REPLY:
        return written
    too_long = texts.say(
        "A quote of {speaker} is too long to be shown here; it is never cut.",
        speaker=shorten_line(card.speaker or card.source, limits.LABEL),
    )
    return " ".join(filter(None, (_write_small(too_long).markdown, link)))


def _render_picture(block: PictureBlock) -> MarkdownPiece:
    picture = block.picture
    shown = PictureRef(
        hash=picture.hash, width=picture.width, height=picture.height, alt=block.alt
    )
    return MarkdownPiece(shown=(components.build_picture(shown),))


def _render_part(part: MessagePart, files: Collection[str]) -> MarkdownPiece:
    """Render a message of an edition without the pictures that are not in `files`."""
    shown = part.payload.get("components")
    if shown:
        return MarkdownPiece(shown=tuple(components.keep_pictures(shown, files)))
    return MarkdownPiece(markdown.format_plain_message(part.fallback_text))


# ── messages ───────────────────────────────────────────────────────────────────


def _fits_message(pieces: Sequence[MarkdownPiece], reserve: bool) -> bool:
    """Check whether a message holds the pieces and, with `reserve`, a note."""
    rendered = [c for piece in pieces for c in piece.components]
    shown = sum(bool(piece.shown) for piece in pieces)
    ids = components.list_custom_ids(rendered)
    space = limits.TEXT - (_NOTE_SIZE if reserve else 0) if shown else limits.TEXT_USED
    return (
        components.measure_components(rendered) <= space
        # Each run of text is in a container of its own, and one more may follow.
        and components.count_components(rendered) + 1 + 2 * shown < limits.COMPONENTS
        and len(pieces) - shown <= limits.DISPLAYS
        and len(set(ids)) == len(ids)
    )


def _build_components(
    pieces: Sequence[MarkdownPiece], *, problem: bool
) -> list[Component]:
    """Put text into containers; leave the messages of an edition as they are."""
    colour = {"accent_color": _AMBER} if problem else {}
    top: list[Component] = []
    for shown, run in groupby(pieces, key=lambda piece: bool(piece.shown)):
        inside = [component for piece in run for component in piece.components]
        box = {"type": components.CONTAINER, "components": inside, **colour}
        top += inside if shown else [box]
    return top


def _append_controls(
    rendered: list[list[Component]], reply: Reply, event: str
) -> list[list[Component]]:
    """Add the menus and buttons below the last message, or as one more message."""
    *before, last = rendered
    ids = components.list_custom_ids(last)
    menus = select_menus(reply.menus, limits.CUSTOM_ID, limits.MENUS)
    new = select_controls(reply.controls, ids, limits.CUSTOM_ID, limits.CONTROLS)
    buttons = [components.build_button(c.id, c.label, primary=c.primary) for c in new]
    below = [
        *(components.build_menu(f"{n}:{event}", menu) for n, menu in enumerate(menus)),
        *components.arrange_buttons(buttons),
    ]
    if components.count_components([*last, *below]) <= limits.COMPONENTS:
        return [*before, [*last, *below]]
    return [*rendered, below]
