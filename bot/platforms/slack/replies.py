"""Render a reply as Slack messages; the home tab and the welcome message. Pure.

A reply is written as pieces, each of which stays together, and packed into as few
messages as hold them. What does not fit into the most messages that an answer may have
is counted, never dropped in silence. Foreign words stand where Slack reads no markup,
so nothing that a reply says can mention anybody; a problem is marked in words.

It says what the app is and what comes next; what the digests are and when they come is
a reply of the core's, shown as any other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

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
from bot.platforms.common import edition_text
from bot.platforms.common.text import (
    count_utf16,
    make_link,
    sanitize_text,
    shorten_utf16,
)
from bot.platforms.slack import block_kit, limits
from bot.platforms.slack.block_kit import Json, measure_blocks
from bot.platforms.slack.messages import format_fallback
from digests.types import QuoteCard

#: Room and blocks that every message keeps for «… and 12 more» and for buttons.
_NOTE_SIZE: Final = 300
_EXTRA_BLOCKS: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackReplyPiece:
    """What stays together: blocks, and the same in plain words."""

    blocks: tuple[Json, ...]
    plain: str


def render_reply(reply: Reply, texts: Texts) -> tuple[Json, ...]:
    """The reply's messages in order, as `text` and `blocks`; at least one."""
    kept, left_out = _limit_messages(_pack_pieces(_list_pieces(reply, texts)))
    if left_out:
        kept = _append_note(kept, left_out, texts)
    return tuple(
        {"text": format_fallback(said).strip() or "…", "blocks": blocks}
        for said, blocks in _append_controls(kept, reply.controls)
    )


# ── pieces ─────────────────────────────────────────────────────────────────────


def _list_pieces(reply: Reply, texts: Texts) -> list[SlackReplyPiece]:
    written = [piece for piece in _iter_pieces(reply, texts) if piece.blocks]
    return written or [_render_paragraph([texts.say("Done.")])]


def _iter_pieces(reply: Reply, texts: Texts) -> Iterator[SlackReplyPiece]:
    if reply.problem:
        said = f"⚠ {texts.say('That did not work')}"
        rendered = block_kit.rich_block(
            block_kit.rich_section(block_kit.rich_run(said, bold=True))
        )
        yield SlackReplyPiece(blocks=(rendered,), plain=said)
    title = _shorten_line(reply.title, limits.HEADER)
    if title:
        yield SlackReplyPiece(blocks=(block_kit.header_block(title),), plain=title)
    for block in reply.blocks:
        yield from _render_block(block, texts)


def _render_block(block: Block, texts: Texts) -> Iterable[SlackReplyPiece]:
    match block:
        case Paragraph(text=text):
            return (
                _render_paragraph(lines) for lines in _group_lines(_split_lines(text))
            )
        case Preformatted(text=text):
            return (_render_listing(text),)
        case Document():
            return (_render_listing(some.text) for some in block.listings())
        case SmallPrint(text=text):
            return (
                _render_small("\n".join(lines))
                for lines in _group_lines(_split_lines(text))
            )
        case ListItem():
            return (_render_line(block),)
        case QuoteBlock(card=card):
            return (_render_quote(card, texts),)
        case FactTable(rows=rows):
            return _render_facts(rows)
        case RenderedEdition(parts=parts):
            return (piece for part in parts for piece in _render_part(part))


def _shorten_line(text: str, most: int) -> str:
    """One line of foreign text, at most so long."""
    return shorten_utf16(sanitize_text(text), most)


def _split_lines(text: str) -> Iterator[str]:
    # What is longer than all messages of an answer cannot be shown anyway.
    budget = limits.LIST_MESSAGES * limits.BLOCKS_SIZE
    for part in sanitize_text(text[:budget]).replace("\r", "\n").split("\n"):
        written = shorten_utf16(part, limits.PARAGRAPH)
        if written:
            yield written


def _group_lines(lines: Iterable[str]) -> Iterator[list[str]]:
    """Neighbouring lines together, as long as it stays easy to pack."""
    group: list[str] = []
    used = 0
    for line in lines:
        if group and used + count_utf16(line) > limits.PARAGRAPH:
            yield group
            group, used = [], 0
        group.append(line)
        used += count_utf16(line) + 1
    if group:
        yield group


def _render_paragraph(lines: Sequence[str]) -> SlackReplyPiece:
    said = "\n".join(lines)
    return _make_piece(
        block_kit.rich_block(block_kit.rich_section(block_kit.rich_run(said))),
        plain=said,
    )


def _render_listing(text: str) -> SlackReplyPiece:
    """A text whose lines and spaces count."""
    rendered = sanitize_text(text).replace("\r\n", "\n").replace("\r", "\n")
    return _make_piece(
        block_kit.rich_block(block_kit.rich_preformatted(rendered)), plain=rendered
    )


def _render_small(said: str) -> SlackReplyPiece:
    return _make_piece(block_kit.context_block(block_kit.plain_text(said)), plain=said)


def _render_line(item: ListItem) -> SlackReplyPiece:
    title = _shorten_line(item.title, limits.HEADLINE)
    said = _shorten_line(item.text, limits.ITEM)
    note = _shorten_line(item.note, limits.HEADLINE)
    led = block_kit.rich_link(make_link(item.url))
    below = f"\n{said}" if title and said else said
    # The source of a bare sentence stands right behind it.
    gap = "\n" if title or note else " "
    rendered = [
        block_kit.rich_run(title, bold=True),
        block_kit.rich_run(below),
        block_kit.rich_run(_prefix_gap(title or said, "\n", note)),
        block_kit.rich_run((" · " if note else gap) if led and (title or said) else ""),
        led,
    ]
    spoken = " · ".join(filter(None, (title, said, note)))
    return _make_piece(
        block_kit.rich_block(block_kit.rich_section(*rendered)), plain=spoken
    )


def _prefix_gap(before: str, gap: str, text: str) -> str:
    return f"{gap}{text}" if before and text else text


def _render_quote(card: QuoteCard, texts: Texts) -> SlackReplyPiece:
    """The quote, whole; or, where it is too long for that, that there is one."""
    if not sanitize_text(card.text).strip():
        return SlackReplyPiece(blocks=(), plain="")
    found = make_link(card.url)
    if count_utf16(card.text) > limits.QUOTE_IN_REPLY:
        said = texts.say(
            "A quote of {speaker} is too long to be shown here; it is never cut.",
            speaker=_shorten_line(card.speaker or card.source, limits.NAME),
        )
        rendered = block_kit.rich_section(*block_kit.add_rich_link(said, found))
        return _make_piece(block_kit.rich_block(rendered), plain=said)
    said_by = f"— {edition_text.format_attribution(card, texts)}"
    rendered = block_kit.rich_section(*block_kit.add_rich_link(said_by, found))
    words = block_kit.rich_block(block_kit.rich_quote(card), rendered)
    return _make_piece(words, plain=edition_text.format_plain_quote(card, texts))


def _render_facts(rows: Iterable[tuple[str, str]]) -> Iterator[SlackReplyPiece]:
    cells = [
        (_shorten_line(label, limits.CELL), _shorten_line(value, limits.CELL))
        for label, value in rows
    ]
    for at in range(0, len(cells), limits.ROWS):
        few = [row for row in cells[at : at + limits.ROWS] if any(row)]
        rendered: list[Json] = []
        for number, (label, value) in enumerate(few):
            rendered += [
                block_kit.rich_run("\n" if number else ""),
                block_kit.rich_run(label, bold=True),
                block_kit.rich_run(_prefix_gap(label, " ", value)),
            ]
        spoken = "\n".join(" ".join(filter(None, row)) for row in few)
        yield _make_piece(
            block_kit.rich_block(block_kit.rich_section(*rendered)), plain=spoken
        )


def _render_part(part: MessagePart) -> Iterator[SlackReplyPiece]:
    blocks = part.payload.get("blocks")
    if blocks:
        yield SlackReplyPiece(
            blocks=tuple(blocks), plain=sanitize_text(part.fallback_text)
        )
    else:
        yield from map(
            _render_paragraph, _group_lines(_split_lines(part.fallback_text))
        )


def _make_piece(block: Json, *, plain: str) -> SlackReplyPiece:
    return SlackReplyPiece(blocks=(block,) if block else (), plain=plain)


# ── messages ───────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _SlackMessage:
    """Pieces that go out together."""

    pieces: list[SlackReplyPiece] = field(default_factory=list)

    @property
    def blocks(self) -> list[Json]:
        return [block for piece in self.pieces for block in piece.blocks]

    def takes(self, piece: SlackReplyPiece) -> bool:
        """Whether it holds the piece too, with what may have to be said below it."""
        blocks = [*self.blocks, *piece.blocks]
        return (
            len(blocks) <= limits.BLOCKS - _EXTRA_BLOCKS
            and measure_blocks(blocks) <= limits.BLOCKS_SIZE_USED
            and _collect_ids(self.blocks).isdisjoint(_collect_ids(piece.blocks))
        )


def _pack_pieces(pieces: Iterable[SlackReplyPiece]) -> list[_SlackMessage]:
    packed = [_SlackMessage()]
    for piece in pieces:
        if packed[-1].pieces and not packed[-1].takes(piece):
            packed.append(_SlackMessage())
        packed[-1].pieces.append(piece)
    return packed


def _limit_messages(packed: Sequence[_SlackMessage]) -> tuple[list[_SlackMessage], int]:
    """The messages that are sent, and how many pieces are left out behind them."""
    most = limits.LIST_MESSAGES
    if any(_collect_ids(message.blocks) for message in packed):
        most = limits.MESSAGES
    left_out = sum(len(message.pieces) for message in packed[most:])
    return list(packed[:most]), left_out


def _append_note(
    kept: list[_SlackMessage], left_out: int, texts: Texts
) -> list[_SlackMessage]:
    """The same with «… and 12 more» at the end; each message has room for that."""
    note = _render_small(texts.say("… and {n} more", n=texts.number(left_out)))
    *before, last = kept
    return [*before, _SlackMessage(pieces=[*last.pieces, note])]


def _append_controls(
    kept: Sequence[_SlackMessage], controls: Sequence[Control]
) -> list[tuple[str, list[Json]]]:
    """Each message's words and blocks, the reply's buttons below the last one."""
    rendered = [("\n".join(p.plain for p in m.pieces), m.blocks) for m in kept]
    said, blocks = rendered[-1]
    fitting = {c.id: c for c in controls if 0 < len(c.id) <= limits.CONTROL_ID}
    new = [c for c in fitting.values() if c.id not in _collect_ids(blocks)]
    below = block_kit.actions_blocks(
        [
            block_kit.button_element(c.id, c.label, primary=c.primary)
            for c in new[: limits.CONTROLS]
        ]
    )
    if measure_blocks([*blocks, *below]) <= limits.BLOCKS_SIZE - _NOTE_SIZE:
        return [*rendered[:-1], (said, [*blocks, *below])]
    return [*rendered, (" · ".join(c.label for c in new[: limits.CONTROLS]), below)]


def _collect_ids(blocks: Iterable[Json]) -> set[Any]:
    return {
        element["action_id"]
        for block in blocks
        if block.get("type") == "actions"
        for element in block.get("elements") or ()
    }


def render_home(status: Reply, *, editor: bool, texts: Texts) -> Json:
    """The home of one person.

    Args:
        status: What the core says about the workspace's digests to this person.
        editor: Whether they may set things up.
        texts: Their language.
    """
    rendered = [*_render_introduction(texts)]
    rendered += _render_checklist(texts) if editor else []
    rendered += _render_status(status, texts)
    return {"type": "home", "blocks": rendered[: limits.VIEW_BLOCKS]}


def _render_introduction(texts: Texts) -> Iterator[Json]:
    yield block_kit.header_block("Standfirst")
    yield _home_paragraph(
        texts.say(
            "Standfirst posts short news digests. Every word in them can be traced to "
            "its source: quotes are checked word for word."
        )
    )
    yield _home_paragraph(
        texts.say(
            "In a channel, /news latest shows its newest edition, and /news help what "
            "else can be asked. Answers are seen only by whoever asked."
        )
    )
    yield {"type": "divider"}


def _render_checklist(texts: Texts) -> Iterator[Json]:
    yield block_kit.header_block(texts.say("What comes next"))
    steps = (
        texts.say("1. Invite the app into a channel: /invite @Standfirst"),
        texts.say("2. See in that channel what is set up: /newsdesk status"),
        texts.say("3. Post an edition, after a look at it: /newsdesk post"),
    )
    yield _home_paragraph("\n".join(steps))
    yield {"type": "divider"}


def _render_status(status: Reply, texts: Texts) -> Iterator[Json]:
    """The first message of the reply; what is more is counted there."""
    first, *rest = render_reply(status, texts)
    yield from first["blocks"]
    if rest:
        more = texts.say("The answer to the command explains the rest.")
        yield block_kit.context_block(block_kit.plain_text(more))


def _home_paragraph(text: str) -> Json:
    return block_kit.rich_block(block_kit.rich_section(block_kit.rich_run(text)))


def build_welcome(texts: Texts) -> Reply:
    """A short hello, in private: what it is, and the one command that begins it."""
    return Reply(
        title=texts.say("Thank you for installing Standfirst"),
        blocks=(
            Paragraph(
                text=texts.say(
                    "I post short news digests to your channels. Every word in them "
                    "can be traced to its source: quotes are checked word for word."
                )
            ),
            Paragraph(
                text=texts.say(
                    "To start, go to the channel for the news, invite me, and set "
                    "up the first digest. You see it before anything is posted."
                )
            ),
            Preformatted(text="/invite @Standfirst\n/newsdesk setup"),
        ),
    )
