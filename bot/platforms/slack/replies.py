"""A reply as Slack messages (Block Kit): pure, and the same every time.

A reply is written as pieces, each of which stays together, and packed into as few
messages as hold them. What does not fit into the most messages that an answer may have
is counted, never dropped in silence. Foreign words stand where Slack reads no markup,
so nothing that a reply says can mention anybody; a problem is marked in words.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.platforms import wording
from bot.platforms.inert import fitted, inert, link, units
from bot.platforms.slack import elements, limits
from bot.platforms.slack.elements import Json
from bot.platforms.slack.messages import plain
from bot.platforms.slack.mrkdwn import size
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

#: Room and blocks that every message keeps for «… and 12 more» and for buttons.
_NOTE: Final = 300
_BELOW: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """What stays together: blocks, and the same in plain words."""

    blocks: tuple[Json, ...]
    plain: str


def messages(reply: Reply, texts: Texts) -> tuple[Json, ...]:
    """The reply's messages in order, as `text` and `blocks`; at least one."""
    kept, left_out = _kept(_packed(_pieces(reply, texts)))
    if left_out:
        kept = _noted(kept, left_out, texts)
    return tuple(
        {"text": plain(said).strip() or "…", "blocks": blocks}
        for said, blocks in _controlled(kept, reply.controls)
    )


# ── pieces ─────────────────────────────────────────────────────────────────────


def _pieces(reply: Reply, texts: Texts) -> list[Piece]:
    written = [piece for piece in _written(reply, texts) if piece.blocks]
    return written or [_paragraph([texts.say("Done.")])]


def _written(reply: Reply, texts: Texts) -> Iterator[Piece]:
    if reply.problem:
        said = f"⚠ {texts.say('That did not work')}"
        told = elements.rich(elements.section(elements.text(said, bold=True)))
        yield Piece(blocks=(told,), plain=said)
    title = _line(reply.title, limits.HEADER)
    if title:
        yield Piece(blocks=(elements.header(title),), plain=title)
    for block in reply.blocks:
        yield from _of(block, texts)


def _of(block: Block, texts: Texts) -> Iterable[Piece]:
    match block:
        case Paragraph(text=text):
            return (_paragraph(lines) for lines in _grouped(_lines(text)))
        case Listing(text=text):
            return (_listing(text),)
        case Document():
            return (_listing(some.text) for some in block.listings())
        case Small(text=text):
            return (_small("\n".join(lines)) for lines in _grouped(_lines(text)))
        case Line():
            return (_item(block),)
        case Quoted(card=card):
            return (_quote(card, texts),)
        case Facts(rows=rows):
            return _facts(rows)
        case Shown(parts=parts):
            return (piece for part in parts for piece in _shown(part))


def _line(text: str, most: int) -> str:
    """One line of foreign text, at most so long."""
    return fitted(inert(text), most)


def _lines(text: str) -> Iterator[str]:
    # What is longer than all messages of an answer cannot be shown anyway.
    room = limits.LIST_MESSAGES * limits.BLOCKS_SIZE
    for part in inert(text[:room]).replace("\r", "\n").split("\n"):
        written = fitted(part, limits.PARAGRAPH)
        if written:
            yield written


def _grouped(lines: Iterable[str]) -> Iterator[list[str]]:
    """Neighbouring lines together, as long as it stays easy to pack."""
    group: list[str] = []
    used = 0
    for line in lines:
        if group and used + units(line) > limits.PARAGRAPH:
            yield group
            group, used = [], 0
        group.append(line)
        used += units(line) + 1
    if group:
        yield group


def _paragraph(lines: Sequence[str]) -> Piece:
    said = "\n".join(lines)
    return _piece(elements.rich(elements.section(elements.text(said))), plain=said)


def _listing(text: str) -> Piece:
    """A text whose lines and spaces count."""
    told = inert(text).replace("\r\n", "\n").replace("\r", "\n")
    return _piece(elements.rich(elements.preformatted(told)), plain=told)


def _small(said: str) -> Piece:
    return _piece(elements.context(elements.plain(said)), plain=said)


def _item(item: Line) -> Piece:
    title = _line(item.title, limits.HEADLINE)
    said = _line(item.text, limits.ITEM)
    note = _line(item.note, limits.HEADLINE)
    led = elements.linked(link(item.url))
    below = f"\n{said}" if title and said else said
    # The source of a bare sentence stands right behind it.
    gap = "\n" if title or note else " "
    told = [
        elements.text(title, bold=True),
        elements.text(below),
        elements.text(_apart(title or said, "\n", note)),
        elements.text((" · " if note else gap) if led and (title or said) else ""),
        led,
    ]
    spoken = " · ".join(filter(None, (title, said, note)))
    return _piece(elements.rich(elements.section(*told)), plain=spoken)


def _apart(before: str, gap: str, text: str) -> str:
    return f"{gap}{text}" if before and text else text


def _quote(card: Card, texts: Texts) -> Piece:
    """The quote, whole; or, where it is too long for that, that there is one."""
    if not inert(card.text).strip():
        return Piece(blocks=(), plain="")
    found = link(card.url)
    if units(card.text) > limits.QUOTE_ASKED:
        said = texts.say(
            "A quote of {speaker} is too long to be shown here; it is never cut.",
            speaker=_line(card.speaker or card.source, limits.NAME),
        )
        told = elements.section(*elements.with_link(said, found))
        return _piece(elements.rich(told), plain=said)
    said_by = f"— {wording.said_by(card, texts)}"
    told = elements.section(*elements.with_link(said_by, found))
    words = elements.rich(elements.quoted(card), told)
    return _piece(words, plain=wording.spoken(card, texts))


def _facts(rows: Iterable[tuple[str, str]]) -> Iterator[Piece]:
    cells = [
        (_line(label, limits.CELL), _line(value, limits.CELL)) for label, value in rows
    ]
    for at in range(0, len(cells), limits.ROWS):
        few = [row for row in cells[at : at + limits.ROWS] if any(row)]
        told: list[Json] = []
        for number, (label, value) in enumerate(few):
            told += [
                elements.text("\n" if number else ""),
                elements.text(label, bold=True),
                elements.text(_apart(label, " ", value)),
            ]
        spoken = "\n".join(" ".join(filter(None, row)) for row in few)
        yield _piece(elements.rich(elements.section(*told)), plain=spoken)


def _shown(part: Part) -> Iterator[Piece]:
    blocks = part.payload.get("blocks")
    if blocks:
        yield Piece(blocks=tuple(blocks), plain=inert(part.fallback_text))
    else:
        yield from map(_paragraph, _grouped(_lines(part.fallback_text)))


def _piece(block: Json, *, plain: str) -> Piece:
    return Piece(blocks=(block,) if block else (), plain=plain)


# ── messages ───────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Message:
    """Pieces that go out together."""

    pieces: list[Piece] = field(default_factory=list)

    @property
    def blocks(self) -> list[Json]:
        return [block for piece in self.pieces for block in piece.blocks]

    def takes(self, piece: Piece) -> bool:
        """Whether it holds the piece too, with what may have to be said below it."""
        blocks = [*self.blocks, *piece.blocks]
        return (
            len(blocks) <= limits.BLOCKS - _BELOW
            and size(blocks) <= limits.BLOCKS_SIZE_USED
            and _ids(self.blocks).isdisjoint(_ids(piece.blocks))
        )


def _packed(pieces: Iterable[Piece]) -> list[_Message]:
    packed = [_Message()]
    for piece in pieces:
        if packed[-1].pieces and not packed[-1].takes(piece):
            packed.append(_Message())
        packed[-1].pieces.append(piece)
    return packed


def _kept(packed: Sequence[_Message]) -> tuple[list[_Message], int]:
    """The messages that are sent, and how many pieces are left out behind them."""
    most = limits.LIST_MESSAGES
    if any(_ids(message.blocks) for message in packed):
        most = limits.MESSAGES
    left_out = sum(len(message.pieces) for message in packed[most:])
    return list(packed[:most]), left_out


def _noted(kept: list[_Message], left_out: int, texts: Texts) -> list[_Message]:
    """The same with «… and 12 more» at the end; each message has room for that."""
    note = _small(texts.say("… and {n} more", n=texts.number(left_out)))
    *before, last = kept
    return [*before, _Message(pieces=[*last.pieces, note])]


def _controlled(
    kept: Sequence[_Message], controls: Sequence[Control]
) -> list[tuple[str, list[Json]]]:
    """Each message's words and blocks, the reply's buttons below the last one."""
    told = [("\n".join(p.plain for p in m.pieces), m.blocks) for m in kept]
    said, blocks = told[-1]
    fitting = {c.id: c for c in controls if 0 < len(c.id) <= limits.CONTROL_ID}
    new = [c for c in fitting.values() if c.id not in _ids(blocks)]
    below = elements.actions(
        [
            elements.button(c.id, c.label, primary=c.primary)
            for c in new[: limits.CONTROLS]
        ]
    )
    if size([*blocks, *below]) <= limits.BLOCKS_SIZE - _NOTE:
        return [*told[:-1], (said, [*blocks, *below])]
    return [*told, (" · ".join(c.label for c in new[: limits.CONTROLS]), below)]


def _ids(blocks: Iterable[Json]) -> set[Any]:
    return {
        element["action_id"]
        for block in blocks
        if block.get("type") == "actions"
        for element in block.get("elements") or ()
    }
