"""A reply as Discord messages (Components V2): pure, and the same every time.

A reply is written as pieces, each of which stays together, and packed into as few
messages as hold them. What does not fit into the most messages that an answer may have
is counted, never dropped in silence. Nothing a reply says can mention anybody, and a
problem is marked in words, not by colour alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.platforms.discord import limits
from bot.platforms.discord.markdown import line, listing, masked, short, size, small
from bot.platforms.discord.messages import NO_MENTIONS, plain
from bot.platforms.discord.render import (
    BUTTON,
    CONTAINER,
    ROW,
    TEXT,
    quote_block,
)
from bot.platforms.inert import clip, inert, link
from bot.texts import Texts
from bot.types import (
    Block,
    Control,
    Document,
    Facts,
    Line,
    Listing,
    Paragraph,
    Part,
    Quoted,
    Reply,
    Shown,
    Small,
)
from digests.types import Card

Component = dict[str, Any]
Body = dict[str, Any]
_BLUE, _GREY = 1, 2
#: docs.discord.com, components/reference: a file, and one that comes beside the body.
FILE: Final = 13
_BESIDE: Final = "attachment://"
#: Ends lines that are shown as they stand: what holds it cannot be.
FENCE: Final = "```"
#: The colour beside a problem; the words above it say the same.
_AMBER: Final = 0xB26A00
#: Room that every message keeps for «… and 12 more».
_NOTE: Final = 150


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """What stays together: some markdown, or a message of an edition as it is."""

    markdown: str = ""
    shown: tuple[Component, ...] = ()


def messages(reply: Reply, texts: Texts) -> tuple[Body, ...]:
    """The bodies of the reply's messages, in order; at least one."""
    packed = _packed(_pieces(reply, texts))
    kept, left_out = _kept(packed)
    if left_out:
        kept = _noted(kept, left_out, texts)
    told = [_components(m.pieces, problem=reply.problem) for m in kept]
    return tuple(body(components) for components in _controlled(told, reply.controls))


def files_of(reply: Reply) -> dict[str, bytes]:
    """What stands in the files that bodies of the reply may name."""
    files = (block for block in reply.blocks if isinstance(block, Document))
    return {file.name: file.text.encode() for file in files}


def body(components: Sequence[Component]) -> Body:
    """A message of these components that mentions nobody and previews nothing.

    A file that one of them shows is named; its contents go beside the body.
    """
    urls = [c["file"]["url"] for c in _every(components) if c["type"] == FILE]
    names = [url.removeprefix(_BESIDE) for url in urls]
    listed = [{"id": str(n), "filename": name} for n, name in enumerate(names)]
    return {
        **({"attachments": listed} if listed else {}),
        "components": list(components),
        "flags": limits.COMPONENTS_V2 | limits.SUPPRESS_EMBEDS,
        "allowed_mentions": dict(NO_MENTIONS),
    }


def button(custom_id: str, label: str, *, primary: bool = False) -> Component:
    """A button; what its label holds is plain text for Discord."""
    return {
        "type": BUTTON,
        "style": _BLUE if primary else _GREY,
        "custom_id": custom_id,
        "label": short(label, limits.BUTTON_LABEL) or "…",
    }


def rows(buttons: Sequence[Component]) -> list[Component]:
    """Buttons, five in a row."""
    return [
        {"type": ROW, "components": list(buttons[at : at + limits.ROW])}
        for at in range(0, len(buttons), limits.ROW)
    ]


# ── pieces ─────────────────────────────────────────────────────────────────────


def _pieces(reply: Reply, texts: Texts) -> list[Piece]:
    written = [piece for piece in _written(reply, texts) if _says(piece)]
    return written or [Piece(markdown=line(texts.say("Done.")))]


def _says(piece: Piece) -> bool:
    return bool(piece.shown or piece.markdown.strip())


def _written(reply: Reply, texts: Texts) -> Iterator[Piece]:
    if reply.problem:
        yield Piece(markdown=f"**⚠ {line(texts.say('That did not work'))}**")
    title = line(clip(inert(reply.title), limits.HEADLINE))
    if title:
        yield Piece(markdown=f"### {title}")
    for block in reply.blocks:
        yield from _of(block, texts)


def _of(block: Block, texts: Texts) -> Iterable[Piece]:
    match block:
        case Paragraph(text=text):
            return _grouped(_lines_of(text))
        case Listing(text=text):
            return (Piece(markdown=listing(text)),)
        case Document():
            return _document(block)
        case Small(text=text):
            return _grouped(small(written) for written in _lines_of(text))
        case Line():
            return (Piece(markdown=_line(block)),)
        case Quoted(card=card):
            return (Piece(markdown=_quoted(card, texts)),)
        case Facts(rows=facts):
            return _grouped(_row(label, value) for label, value in facts)
        case Shown(parts=parts):
            return (_shown(part) for part in parts)


def _document(file: Document) -> Iterable[Piece]:
    """Its lines where one message holds them; the file where none does."""
    if size(file.text) > limits.DOCUMENT or FENCE in file.text:
        where = {"url": f"{_BESIDE}{file.name}"}
        return (Piece(shown=({"type": FILE, "file": where},)),)
    return (Piece(markdown=listing(some.text)) for some in file.listings())


def _lines_of(text: str) -> Iterator[str]:
    """Its lines, escaped; a long one is shortened."""
    # What is longer than all messages of an answer cannot be shown anyway.
    shown = inert(text[: limits.LIST_MESSAGES * limits.TEXT])
    for part in shown.replace("\r", "\n").split("\n"):
        written = _written_line(part, limits.PARAGRAPH)
        if written:
            yield written


def _written_line(text: str, most: int) -> str:
    """One line of foreign text: escaped, on one line, at most about `most` long."""
    return line(clip(inert(text), most))


def _grouped(lines: Iterable[str]) -> Iterator[Piece]:
    """Neighbouring lines in one piece, as long as it stays easy to pack."""
    group: list[str] = []
    used = 0
    for written in lines:
        if group and used + size(written) > limits.PARAGRAPH:
            yield Piece(markdown="\n".join(group))
            group, used = [], 0
        group.append(written)
        used += size(written) + 1
    if group:
        yield Piece(markdown="\n".join(group))


def _line(item: Line) -> str:
    title = _written_line(item.title, limits.HEADLINE)
    text = _written_line(item.text, limits.ITEM)
    note = _written_line(item.note, limits.HEADLINE)
    led = masked(link(item.url))
    if not title:
        # A sentence: its source stands right behind it.
        text, led = " ".join(filter(None, (text, led))), ""
    under = " · ".join(filter(None, (note, led)))
    heading = f"**{title}**" if title else ""
    return "\n".join(filter(None, (heading, text, small(under) if under else "")))


def _row(label: str, value: str) -> str:
    named = _written_line(label, limits.CELL)
    told = _written_line(value, limits.CELL)
    return " ".join(filter(None, (f"**{named}**" if named else "", told)))


def _quoted(card: Card, texts: Texts) -> str:
    """The quote, whole; or, where it is too long for that, that there is one."""
    if not inert(card.text).strip():
        return ""
    led = masked(link(card.url))
    written = " · ".join(filter(None, (quote_block(card, texts), led)))
    if size(written) <= limits.QUOTE_ASKED:
        return written
    too_long = texts.say(
        "A quote of {speaker} is too long to be shown here; it is never cut.",
        speaker=clip(inert(card.speaker or card.source), limits.LABEL),
    )
    return " ".join(filter(None, (small(line(too_long)), led)))


def _shown(part: Part) -> Piece:
    components = part.payload.get("components")
    if components:
        return Piece(shown=tuple(components))
    return Piece(markdown=plain(part.fallback_text))


# ── messages ───────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Message:
    """Pieces that go out together, and what they take of its room."""

    pieces: list[Piece] = field(default_factory=list)
    text: int = 0
    components: int = 0
    displays: int = 0
    ids: set[str] = field(default_factory=set)

    def takes(self, piece: Piece, *, note: int = _NOTE) -> bool:
        """Whether it holds the piece too, with what may have to be said below it."""
        # Each run of text is in a box of its own, and one more may follow.
        boxes = 1 + 2 * sum(bool(p.shown) for p in (*self.pieces, piece))
        text = self.text + _text(_bare(piece))
        whole = any(p.shown for p in (*self.pieces, piece))
        return (
            text <= (limits.TEXT - note if whole else limits.TEXT_USED)
            and self.components + _count(_bare(piece)) + boxes < limits.COMPONENTS
            and self.displays + (not piece.shown) <= limits.DISPLAYS
            and self.ids.isdisjoint(_ids(piece.shown))
        )

    def add(self, piece: Piece) -> None:
        bare = _bare(piece)
        self.pieces.append(piece)
        self.text += _text(bare)
        self.components += _count(bare)
        self.displays += not piece.shown
        self.ids.update(_ids(piece.shown))


def _packed(pieces: Iterable[Piece]) -> list[_Message]:
    packed = [_Message()]
    for piece in pieces:
        if packed[-1].pieces and not packed[-1].takes(piece):
            packed.append(_Message())
        packed[-1].add(piece)
    return packed


def _bare(piece: Piece) -> Sequence[Component]:
    return piece.shown or ({"type": TEXT, "content": piece.markdown},)


def _kept(packed: Sequence[_Message]) -> tuple[list[_Message], int]:
    """The messages that are sent, and how many pieces are left out behind them."""
    most = limits.MESSAGES
    if not any(piece.shown for message in packed for piece in message.pieces):
        most = limits.LIST_MESSAGES
    left_out = sum(len(message.pieces) for message in packed[most:])
    return list(packed[:most]), left_out


def _noted(kept: list[_Message], left_out: int, texts: Texts) -> list[_Message]:
    """The same with «… and 12 more» at the end."""
    *before, last = kept
    ended = _Message()
    for piece in last.pieces:
        ended.add(piece)
    note = _note(left_out, texts)
    while ended.pieces and not ended.takes(note, note=0):
        # No room for it below the last piece, which is left out as well then.
        left_out += 1
        shorter = _Message()
        for piece in ended.pieces[:-1]:
            shorter.add(piece)
        ended, note = shorter, _note(left_out, texts)
    ended.add(note)
    return [*before, ended]


def _note(left_out: int, texts: Texts) -> Piece:
    said = texts.say("… and {n} more", n=texts.number(left_out))
    return Piece(markdown=small(line(said)))


def _components(pieces: Sequence[Piece], *, problem: bool) -> list[Component]:
    """Text in a box, messages of an edition as they are."""
    top: list[Component] = []
    box: list[Component] = []
    for piece in pieces:
        if piece.shown:
            top += [*_boxed(box, problem), *piece.shown]
            box = []
        else:
            box.append({"type": TEXT, "content": piece.markdown})
    return [*top, *_boxed(box, problem)]


def _boxed(box: list[Component], problem: bool) -> list[Component]:
    if not box:
        return []
    colour = {"accent_color": _AMBER} if problem else {}
    return [{"type": CONTAINER, "components": box, **colour}]


def _controlled(
    told: list[list[Component]], controls: Sequence[Control]
) -> list[list[Component]]:
    """The same with the reply's buttons below the last message, or in one more."""
    fitting = {c.id: c for c in controls if 0 < len(c.id) <= limits.CUSTOM_ID}
    last = told[-1]
    new = [c for c in fitting.values() if c.id not in _ids(last)]
    buttons = [button(c.id, c.label, primary=c.primary) for c in new]
    below = rows(buttons[: limits.CONTROLS])
    if _count([*last, *below]) <= limits.COMPONENTS:
        return [*told[:-1], [*last, *below]]
    return [*told, below]


# ── measuring ──────────────────────────────────────────────────────────────────


def _every(components: Iterable[Component]) -> Iterator[Component]:
    for component in components:
        yield component
        yield from _every(component.get("components") or ())
        if component.get("accessory"):
            yield component["accessory"]


def _count(components: Iterable[Component]) -> int:
    return sum(1 for _ in _every(components))


def _text(components: Iterable[Component]) -> int:
    return sum(size(str(c.get("content", ""))) for c in _every(components))


def _ids(components: Iterable[Component]) -> list[str]:
    return [str(c["custom_id"]) for c in _every(components) if c.get("custom_id")]
