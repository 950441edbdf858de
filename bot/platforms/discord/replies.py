"""Render a reply as Components V2 messages. Pure.

A reply is written as pieces, each of which stays together, and packed into as few
messages as hold them. What does not fit into the most messages that an answer may have
is counted, never dropped in silence. Nothing a reply says can mention anybody, and a
problem is marked in words, not by colour alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

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
from bot.platforms.common.text import make_link, sanitize_text, shorten_text
from bot.platforms.discord import limits
from bot.platforms.discord.components import (
    ATTACHMENT_SCHEME,
    CONTAINER,
    FILE,
    TEXT,
    Component,
    MessageBody,
    arrange_buttons,
    build_button,
    build_message_body,
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
    measure_text,
)
from bot.platforms.discord.render import render_quote
from digests.types import QuoteCard

#: Ends lines that are shown as they stand: what holds it cannot be.
FENCE: Final = "```"
#: The colour beside a problem; the words above it say the same.
_AMBER: Final = 0xB26A00
#: Room that every message keeps for «… and 12 more».
_NOTE_SIZE: Final = 150


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkdownPiece:
    """What stays together: some markdown, or a message of an edition as it is."""

    markdown: str = ""
    shown: tuple[Component, ...] = ()


def render_reply(reply: Reply, texts: Texts) -> tuple[MessageBody, ...]:
    """The bodies of the reply's messages, in order; at least one."""
    packed = _pack_pieces(_list_pieces(reply, texts))
    kept, left_out = _limit_messages(packed)
    if left_out:
        kept = _append_note(kept, left_out, texts)
    rendered = [_build_components(m.pieces, problem=reply.problem) for m in kept]
    return tuple(
        build_message_body(components)
        for components in _append_controls(rendered, reply.controls)
    )


def collect_files(reply: Reply) -> dict[str, bytes]:
    """What stands in the files that bodies of the reply may name."""
    files = (block for block in reply.blocks if isinstance(block, Document))
    return {file.name: file.text.encode() for file in files}


# ── pieces ─────────────────────────────────────────────────────────────────────


def _list_pieces(reply: Reply, texts: Texts) -> list[MarkdownPiece]:
    written = [piece for piece in _iter_pieces(reply, texts) if _has_content(piece)]
    return written or [MarkdownPiece(markdown=escape_line(texts.say("Done.")))]


def _has_content(piece: MarkdownPiece) -> bool:
    return bool(piece.shown or piece.markdown.strip())


def _iter_pieces(reply: Reply, texts: Texts) -> Iterator[MarkdownPiece]:
    if reply.problem:
        yield MarkdownPiece(
            markdown=f"**⚠ {escape_line(texts.say('That did not work'))}**"
        )
    title = escape_line(shorten_text(sanitize_text(reply.title), limits.HEADLINE))
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
            return _group_lines(
                format_small_print(written) for written in _escape_lines(text)
            )
        case ListItem():
            return (MarkdownPiece(markdown=_render_line(block)),)
        case QuoteBlock(card=card):
            return (MarkdownPiece(markdown=_render_quoted(card, texts)),)
        case FactTable(rows=facts):
            return _group_lines(_render_row(label, value) for label, value in facts)
        case RenderedEdition(parts=parts):
            return (_render_part(part) for part in parts)


def _render_document(file: Document) -> Iterable[MarkdownPiece]:
    """Its lines where one message holds them; the file where none does."""
    if measure_text(file.text) > limits.DOCUMENT or FENCE in file.text:
        where = {"url": f"{ATTACHMENT_SCHEME}{file.name}"}
        return (MarkdownPiece(shown=({"type": FILE, "file": where},)),)
    return (
        MarkdownPiece(markdown=format_code_block(some.text)) for some in file.listings()
    )


def _escape_lines(text: str) -> Iterator[str]:
    """Its lines, escaped; a long one is shortened."""
    # What is longer than all messages of an answer cannot be shown anyway.
    shown = sanitize_text(text[: limits.LIST_MESSAGES * limits.TEXT])
    for part in shown.replace("\r", "\n").split("\n"):
        written = _escape_clipped(part, limits.PARAGRAPH)
        if written:
            yield written


def _escape_clipped(text: str, most: int) -> str:
    """One line of foreign text: escaped, on one line, at most about `most` long."""
    return escape_line(shorten_text(sanitize_text(text), most))


def _group_lines(lines: Iterable[str]) -> Iterator[MarkdownPiece]:
    """Neighbouring lines in one piece, as long as it stays easy to pack."""
    group: list[str] = []
    used = 0
    for written in lines:
        if group and used + measure_text(written) > limits.PARAGRAPH:
            yield MarkdownPiece(markdown="\n".join(group))
            group, used = [], 0
        group.append(written)
        used += measure_text(written) + 1
    if group:
        yield MarkdownPiece(markdown="\n".join(group))


def _render_line(item: ListItem) -> str:
    title = _escape_clipped(item.title, limits.HEADLINE)
    text = _escape_clipped(item.text, limits.ITEM)
    note = _escape_clipped(item.note, limits.HEADLINE)
    linked = format_link(make_link(item.url))
    if not title:
        # A sentence: its source stands right behind it.
        text, linked = " ".join(filter(None, (text, linked))), ""
    under = " · ".join(filter(None, (note, linked)))
    heading = f"**{title}**" if title else ""
    return "\n".join(
        filter(None, (heading, text, format_small_print(under) if under else ""))
    )


def _render_row(label: str, value: str) -> str:
    named = _escape_clipped(label, limits.CELL)
    rendered = _escape_clipped(value, limits.CELL)
    return " ".join(filter(None, (f"**{named}**" if named else "", rendered)))


def _render_quoted(card: QuoteCard, texts: Texts) -> str:
    """The quote, whole; or, where it is too long for that, that there is one."""
    if not sanitize_text(card.text).strip():
        return ""
    linked = format_link(make_link(card.url))
    written = " · ".join(filter(None, (render_quote(card, texts), linked)))
    if measure_text(written) <= limits.QUOTE_IN_REPLY:
        return written
    too_long = texts.say(
        "A quote of {speaker} is too long to be shown here; it is never cut.",
        speaker=shorten_text(sanitize_text(card.speaker or card.source), limits.LABEL),
    )
    return " ".join(filter(None, (format_small_print(escape_line(too_long)), linked)))


def _render_part(part: MessagePart) -> MarkdownPiece:
    components = part.payload.get("components")
    if components:
        return MarkdownPiece(shown=tuple(components))
    return MarkdownPiece(markdown=format_plain_message(part.fallback_text))


# ── messages ───────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _DiscordMessage:
    """Pieces that go out together, and what they take of its room."""

    pieces: list[MarkdownPiece] = field(default_factory=list)
    text: int = 0
    components: int = 0
    displays: int = 0
    ids: set[str] = field(default_factory=set)

    def takes(self, piece: MarkdownPiece, *, note: int = _NOTE_SIZE) -> bool:
        """Whether it holds the piece too, with what may have to be said below it."""
        # Each run of text is in a box of its own, and one more may follow.
        boxes = 1 + 2 * sum(bool(p.shown) for p in (*self.pieces, piece))
        text = self.text + measure_components(_list_components(piece))
        whole = any(p.shown for p in (*self.pieces, piece))
        return (
            text <= (limits.TEXT - note if whole else limits.TEXT_USED)
            and self.components + count_components(_list_components(piece)) + boxes
            < limits.COMPONENTS
            and self.displays + (not piece.shown) <= limits.DISPLAYS
            and self.ids.isdisjoint(list_custom_ids(piece.shown))
        )

    def add(self, piece: MarkdownPiece) -> None:
        bare = _list_components(piece)
        self.pieces.append(piece)
        self.text += measure_components(bare)
        self.components += count_components(bare)
        self.displays += not piece.shown
        self.ids.update(list_custom_ids(piece.shown))


def _pack_pieces(pieces: Iterable[MarkdownPiece]) -> list[_DiscordMessage]:
    packed = [_DiscordMessage()]
    for piece in pieces:
        if packed[-1].pieces and not packed[-1].takes(piece):
            packed.append(_DiscordMessage())
        packed[-1].add(piece)
    return packed


def _list_components(piece: MarkdownPiece) -> Sequence[Component]:
    return piece.shown or ({"type": TEXT, "content": piece.markdown},)


def _limit_messages(
    packed: Sequence[_DiscordMessage],
) -> tuple[list[_DiscordMessage], int]:
    """The messages that are sent, and how many pieces are left out behind them."""
    most = limits.MESSAGES
    if not any(piece.shown for message in packed for piece in message.pieces):
        most = limits.LIST_MESSAGES
    left_out = sum(len(message.pieces) for message in packed[most:])
    return list(packed[:most]), left_out


def _append_note(
    kept: list[_DiscordMessage], left_out: int, texts: Texts
) -> list[_DiscordMessage]:
    """The same with «… and 12 more» at the end."""
    *before, last = kept
    ended = _DiscordMessage()
    for piece in last.pieces:
        ended.add(piece)
    note = _build_note(left_out, texts)
    while ended.pieces and not ended.takes(note, note=0):
        # No room for it below the last piece, which is left out as well then.
        left_out += 1
        shorter = _DiscordMessage()
        for piece in ended.pieces[:-1]:
            shorter.add(piece)
        ended, note = shorter, _build_note(left_out, texts)
    ended.add(note)
    return [*before, ended]


def _build_note(left_out: int, texts: Texts) -> MarkdownPiece:
    phrase = texts.say("… and {n} more", n=texts.number(left_out))
    return MarkdownPiece(markdown=format_small_print(escape_line(phrase)))


def _build_components(
    pieces: Sequence[MarkdownPiece], *, problem: bool
) -> list[Component]:
    """Text in a box, messages of an edition as they are."""
    top: list[Component] = []
    box: list[Component] = []
    for piece in pieces:
        if piece.shown:
            top += [*_wrap_in_container(box, problem), *piece.shown]
            box = []
        else:
            box.append({"type": TEXT, "content": piece.markdown})
    return [*top, *_wrap_in_container(box, problem)]


def _wrap_in_container(box: list[Component], problem: bool) -> list[Component]:
    if not box:
        return []
    colour = {"accent_color": _AMBER} if problem else {}
    return [{"type": CONTAINER, "components": box, **colour}]


def _append_controls(
    rendered: list[list[Component]], controls: Sequence[Control]
) -> list[list[Component]]:
    """The same with the reply's buttons below the last message, or in one more."""
    fitting = {c.id: c for c in controls if 0 < len(c.id) <= limits.CUSTOM_ID}
    last = rendered[-1]
    new = [c for c in fitting.values() if c.id not in list_custom_ids(last)]
    buttons = [build_button(c.id, c.label, primary=c.primary) for c in new]
    below = arrange_buttons(buttons[: limits.CONTROLS])
    if count_components([*last, *below]) <= limits.COMPONENTS:
        return [*rendered[:-1], [*last, *below]]
    return [*rendered, below]
