"""Render a reply as Components V2 messages. Pure.

Nothing in a reply can mention anybody, and a problem is marked in words, not by colour
alone. `packing` distributes the pieces over messages.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.i18n.links import make_link
from bot.i18n.safe_text import sanitize_text
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Control,
    Document,
    FactTable,
    ListItem,
    MessagePart,
    Paragraph,
    Preformatted,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from bot.platforms.common.packing import (
    group_lines,
    pack_reply,
    select_controls,
    split_lines,
)
from bot.platforms.common.text import count_utf16, shorten_line
from bot.platforms.discord import limits
from bot.platforms.discord.components import (
    ATTACHMENT_SCHEME,
    CONTAINER,
    FILE,
    Component,
    MessageBody,
    arrange_buttons,
    build_button,
    build_message_body,
    build_text,
    count_components,
    list_custom_ids,
    measure_components,
)
from bot.platforms.discord.markdown import (
    escape_line,
    format_code_block,
    format_link,
    format_plain_message,
    format_small_print,
    render_quote,
)
from digests.types import QuoteCard

#: Ends a code block: a text that contains it cannot be shown in one.
FENCE: Final = "```"
#: The colour beside a problem; the words above it say the same.
_AMBER: Final = 0xB26A00
#: Space that every message keeps for «… and 12 more».
_NOTE_SIZE: Final = 150
#: Characters of a text that are processed: as many as all messages of a reply hold.
_TEXT_SIZE: Final = limits.LIST_MESSAGES * limits.TEXT


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkdownPiece:
    """Content that is never split: markdown, or components shown as they are."""

    markdown: str = ""
    shown: tuple[Component, ...] = ()

    @property
    def components(self) -> Sequence[Component]:
        return self.shown or (build_text(self.markdown),)


def render_reply(reply: Reply, texts: Texts) -> tuple[MessageBody, ...]:
    """Render the bodies of the reply's messages, in order; at least one."""
    pieces = [p for p in _iter_pieces(reply, texts) if p.shown or p.markdown.strip()]
    shows_components = any(piece.shown for piece in pieces)
    messages = pack_reply(
        pieces or [_write(texts.say("Done."))],
        most=limits.MESSAGES if shows_components else limits.LIST_MESSAGES,
        fits=_fits_message,
        build_note=_write_small,
        texts=texts,
    )
    rendered = [_build_components(m, problem=reply.problem) for m in messages]
    return tuple(map(build_message_body, _append_controls(rendered, reply.controls)))


def collect_files(reply: Reply) -> dict[str, bytes]:
    """Return the contents of the files that bodies of the reply may show, by name."""
    files = (block for block in reply.blocks if isinstance(block, Document))
    return {file.name: file.text.encode() for file in files}


# ── pieces ─────────────────────────────────────────────────────────────────────


def _iter_pieces(reply: Reply, texts: Texts) -> Iterator[MarkdownPiece]:
    if reply.problem:
        warning = escape_line(texts.say("That did not work"))
        yield MarkdownPiece(markdown=f"**⚠ {warning}**")
    title = _escape_shortened(reply.title, limits.HEADLINE)
    if title:
        yield MarkdownPiece(markdown=f"### {title}")
    for block in reply.blocks:
        yield from _render_block(block, texts)


def _render_block(block: Block, texts: Texts) -> Iterable[MarkdownPiece]:
    match block:
        case Paragraph(text=text):
            return _group_lines(_escape_lines(text))
        case Preformatted(text=text):
            return (MarkdownPiece(markdown=format_code_block(text)),)
        case Document():
            return _render_document(block)
        case SmallPrint(text=text):
            return _group_lines(map(format_small_print, _escape_lines(text)))
        case ListItem():
            return (MarkdownPiece(markdown=_render_item(block)),)
        case QuoteBlock(card=card):
            return (MarkdownPiece(markdown=_render_quote(card, texts)),)
        case FactTable(rows=rows):
            return _group_lines(_render_row(label, value) for label, value in rows)
        case RenderedEdition(parts=parts):
            return map(_render_part, parts)


def _write(text: str) -> MarkdownPiece:
    return MarkdownPiece(markdown=escape_line(text))


def _write_small(text: str) -> MarkdownPiece:
    return MarkdownPiece(markdown=format_small_print(escape_line(text)))


def _render_document(file: Document) -> Iterable[MarkdownPiece]:
    """Render the lines of a file, or the file itself if no message holds them."""
    if count_utf16(file.text) > limits.DOCUMENT or FENCE in file.text:
        where = {"url": f"{ATTACHMENT_SCHEME}{file.name}"}
        return (MarkdownPiece(shown=({"type": FILE, "file": where},)),)
    return (
        MarkdownPiece(markdown=format_code_block(some.text)) for some in file.listings()
    )


def _escape_lines(text: str) -> Iterator[str]:
    return map(escape_line, split_lines(text, _TEXT_SIZE, limits.PARAGRAPH))


def _escape_shortened(text: str, limit: int) -> str:
    """Shorten foreign text to one line and escape it."""
    return escape_line(shorten_line(text, limit))


def _group_lines(lines: Iterable[str]) -> Iterator[MarkdownPiece]:
    for group in group_lines(lines, limits.PARAGRAPH):
        yield MarkdownPiece(markdown="\n".join(group))


def _render_item(item: ListItem) -> str:
    title = _escape_shortened(item.title, limits.HEADLINE)
    text = _escape_shortened(item.text, limits.ITEM)
    note = _escape_shortened(item.note, limits.HEADLINE)
    link = format_link(make_link(item.url))
    if not title:
        # The link of a sentence without a title follows on the same line.
        text, link = " ".join(filter(None, (text, link))), ""
    under = " · ".join(filter(None, (note, link)))
    heading = f"**{title}**" if title else ""
    small = format_small_print(under) if under else ""
    return "\n".join(filter(None, (heading, text, small)))


def _render_row(label: str, value: str) -> str:
    named = _escape_shortened(label, limits.CELL)
    rendered = _escape_shortened(value, limits.CELL)
    return " ".join(filter(None, (f"**{named}**" if named else "", rendered)))


def _render_quote(card: QuoteCard, texts: Texts) -> str:
    """Render the whole quote; if it is too long, a sentence that says so."""
    if not sanitize_text(card.text).strip():
        return ""
    link = format_link(make_link(card.url))
    written = " · ".join(filter(None, (render_quote(card, texts), link)))
    if count_utf16(written) <= limits.QUOTE_IN_REPLY:
        return written
    too_long = texts.say(
        "A quote of {speaker} is too long to be shown here; it is never cut.",
        speaker=shorten_line(card.speaker or card.source, limits.LABEL),
    )
    return " ".join(filter(None, (_write_small(too_long).markdown, link)))


def _render_part(part: MessagePart) -> MarkdownPiece:
    components = part.payload.get("components")
    if components:
        return MarkdownPiece(shown=tuple(components))
    return MarkdownPiece(markdown=format_plain_message(part.fallback_text))


# ── messages ───────────────────────────────────────────────────────────────────


def _fits_message(pieces: Sequence[MarkdownPiece], reserve: bool) -> bool:
    """Check whether a message holds the pieces and, with `reserve`, a note."""
    components = [c for piece in pieces for c in piece.components]
    shown = sum(bool(piece.shown) for piece in pieces)
    ids = list_custom_ids(components)
    text = limits.TEXT_USED
    if shown:
        text = limits.TEXT - (_NOTE_SIZE if reserve else 0)
    return (
        measure_components(components) <= text
        # Each run of text is in a container of its own, and one more may follow.
        and count_components(components) + 1 + 2 * shown < limits.COMPONENTS
        and len(pieces) - shown <= limits.DISPLAYS
        and len(set(ids)) == len(ids)
    )


def _build_components(
    pieces: Sequence[MarkdownPiece], *, problem: bool
) -> list[Component]:
    """Put text into containers; leave the messages of an edition as they are."""
    top: list[Component] = []
    box: list[Component] = []
    for piece in pieces:
        if piece.shown:
            top += [*_wrap_in_container(box, problem), *piece.shown]
            box = []
        else:
            box += piece.components
    return [*top, *_wrap_in_container(box, problem)]


def _wrap_in_container(box: list[Component], problem: bool) -> list[Component]:
    if not box:
        return []
    colour = {"accent_color": _AMBER} if problem else {}
    return [{"type": CONTAINER, "components": box, **colour}]


def _append_controls(
    rendered: list[list[Component]], controls: Sequence[Control]
) -> list[list[Component]]:
    """Add the reply's buttons below the last message, or as one more message."""
    last = rendered[-1]
    new = select_controls(
        controls, list_custom_ids(last), limits.CUSTOM_ID, limits.CONTROLS
    )
    below = arrange_buttons(
        [build_button(c.id, c.label, primary=c.primary) for c in new]
    )
    if count_components([*last, *below]) <= limits.COMPONENTS:
        return [*rendered[:-1], [*last, *below]]
    return [*rendered, below]
