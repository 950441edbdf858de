"""Render a reply as Slack messages; the home tab and the welcome message. Pure.

Foreign text goes where Slack reads no markup, so nothing in a reply can mention
anybody; a problem is marked in words. `packing` distributes the pieces over messages.

The home tab is a page of the core, rendered like any other reply, with a few words on
what the app is and how a channel gets a digest.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from bot.i18n.safe_text import is_blank, sanitize_text
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Control,
    Document,
    FactTable,
    ListItem,
    MessagePart,
    Paragraph,
    PictureBlock,
    Preformatted,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from bot.platforms.common.edition_text import format_attribution, format_plain_quote
from bot.platforms.common.text import (
    count_utf16,
    group_lines,
    normalize_newlines,
    number_items,
    pack_pieces,
    pack_reply,
    select_controls,
    select_menus,
    shorten_line,
    shorten_runs,
    split_at_marks,
    split_lines,
)
from bot.platforms.slack import limits
from bot.platforms.slack.block_kit import (
    Json,
    actions_blocks,
    add_rich_link,
    button_element,
    divider_block,
    header_block,
    measure_blocks,
    menu_element,
    remove_notes,
    rich_block,
    rich_link,
    rich_preformatted,
    rich_run,
    rich_runs,
    rich_section,
    section_block,
    small_block,
    text_block,
)
from bot.platforms.slack.messages import build_message
from bot.platforms.slack.render import render_quote
from bot.platforms.slack.uploads import place_files
from digests.language.links import make_link
from digests.types import QuoteCard, frozen

#: Size and blocks that every message keeps for «… and 12 more» and for buttons.
_NOTE_SIZE: Final = 300
_EXTRA_BLOCKS: Final = 2
#: Characters of a text that are processed: as many as all messages of a reply hold.
_TEXT_SIZE: Final = limits.LIST_MESSAGES * limits.BLOCKS_SIZE


@frozen
class ReplyPiece:
    """Content that is never split: blocks, and the same as plain text."""

    blocks: tuple[Json, ...]
    plain: str


def render_reply(reply: Reply, texts: Texts) -> tuple[Json, ...]:
    """Render the reply's messages in order, as `text` and `blocks`; at least one."""
    pieces = _list_pieces(reply, texts)
    has_controls = any(_collect_ids(piece.blocks) for piece in pieces)
    messages = pack_reply(
        pieces,
        most=limits.MESSAGES if has_controls else limits.LIST_MESSAGES,
        fits=_fits_message,
        build_note=_render_small,
        texts=texts,
        unseen=reply.left_out,
    )
    return tuple(
        build_message(_join_texts(several), _join_blocks(several))
        for several in _append_controls(messages, reply)
    )


# ── pieces ─────────────────────────────────────────────────────────────────────


def _list_pieces(reply: Reply, texts: Texts) -> list[ReplyPiece]:
    """Render the reply without its menus and buttons; at least one piece."""
    pieces = [piece for piece in _iter_pieces(reply, texts) if piece.blocks]
    return pieces or [_render_paragraph(texts.say("Done."))]


def _iter_pieces(reply: Reply, texts: Texts) -> Iterator[ReplyPiece]:
    if reply.problem:
        warning = f"⚠ {texts.say('That did not work')}"
        yield _make_piece(text_block(warning, bold=True), warning)
    title = shorten_line(reply.title, limits.HEADER)
    if title:
        yield _make_piece(header_block(title), title)
    for block in number_items(reply.blocks, limits.CONTROL_ID):
        yield from _render_block(block, texts)


def _render_block(block: Block, texts: Texts) -> Iterable[ReplyPiece]:
    match block:
        case Paragraph(text=text):
            return map(_render_paragraph, _group_text(text))
        case Preformatted(text=text):
            return (_render_listing(text),)
        case Document():
            first = islice(block.listings(), limits.LISTINGS)
            return (_render_listing(some.text) for some in first)
        case SmallPrint(text=text):
            return map(_render_small, _group_text(text))
        case ListItem():
            return (_render_item(block),)
        case QuoteBlock(card=card):
            return (_render_quote(card, texts),)
        case FactTable(rows=rows):
            return _render_facts(rows)
        case PictureBlock():
            # Sent as a file, apart from the message.
            return ()
        case RenderedEdition(parts=parts):
            return _render_edition(parts, texts)


def _group_text(text: str) -> Iterable[str]:
    lines = split_lines(text, _TEXT_SIZE, limits.PARAGRAPH)
    return map("\n".join, group_lines(lines, limits.PARAGRAPH))


def _render_paragraph(text: str) -> ReplyPiece:
    return _make_piece(text_block(text), text)


def _render_listing(text: str) -> ReplyPiece:
    """Render a text that keeps its lines and spaces."""
    listing = normalize_newlines(text)
    return _make_piece(rich_block(rich_preformatted(listing)), listing)


def _render_small(text: str) -> ReplyPiece:
    return _make_piece(small_block(text), text)


def _render_item(item: ListItem) -> ReplyPiece:
    title = shorten_line(item.title, limits.HEADLINE)
    runs = shorten_runs(split_at_marks(item), limits.ITEM)
    text = "".join(text for text, _ in runs)
    note = shorten_line(item.note, limits.HEADLINE)
    link = rich_link(make_link(item.url))
    plain = " · ".join(filter(None, (title, text, note)))
    beside = item.control and build_button(item.control)
    if beside and not link and not item.marks:
        shown = "\n".join(filter(None, (title, text, note)))
        return _make_piece(section_block(shown, beside), plain)
    # The link of a sentence without a title follows on the same line.
    gap = "\n" if title else " "
    if note:
        gap = " · "
    section = rich_section(
        rich_run(title, bold=True),
        *rich_runs([("\n" if title and text else "", False), *runs]),
        rich_run(_join_gap(title or text, "\n", note)),
        rich_run(gap if link and (title or text) else ""),
        link,
    )
    # Rich text has no button beside it: it stands below.
    blocks = [rich_block(section), *actions_blocks([beside] if beside else [])]
    return ReplyPiece(blocks=tuple(filter(None, blocks)), plain=plain)


def build_button(control: Control) -> Json:
    """Build the button of a control."""
    return button_element(control.id, control.label, primary=control.primary)


def _join_gap(before: str, gap: str, text: str) -> str:
    return f"{gap}{text}" if before and text else text


def _render_quote(card: QuoteCard, texts: Texts) -> ReplyPiece:
    """Render the whole quote; if it is too long, a sentence that says so."""
    if is_blank(card.text):
        return ReplyPiece(blocks=(), plain="")
    link = make_link(card.url)
    if count_utf16(card.text) > limits.QUOTE_IN_REPLY:
        too_long = texts.say(
            "A quote of {speaker} is too long to be shown here; it is never cut.",
            speaker=shorten_line(card.speaker or card.source, limits.NAME),
        )
        linked = rich_section(*add_rich_link(too_long, link))
        return _make_piece(rich_block(linked), too_long)
    said_by = rich_section(*add_rich_link(f"— {format_attribution(card, texts)}", link))
    block = rich_block(render_quote(card), said_by)
    return _make_piece(block, format_plain_quote(card, texts))


def _render_facts(rows: Iterable[tuple[str, str]]) -> Iterator[ReplyPiece]:
    cells = [
        (shorten_line(label, limits.CELL), shorten_line(value, limits.CELL))
        for label, value in rows
    ]
    for at in range(0, len(cells), limits.ROWS):
        few = [row for row in cells[at : at + limits.ROWS] if any(row)]
        runs: list[Json] = []
        for number, (label, value) in enumerate(few):
            runs += [
                rich_run("\n" if number else ""),
                rich_run(label, bold=True),
                rich_run(_join_gap(label, " ", value)),
            ]
        plain = "\n".join(" ".join(filter(None, row)) for row in few)
        yield _make_piece(rich_block(rich_section(*runs)), plain)


def _render_edition(parts: Sequence[MessagePart], texts: Texts) -> Iterator[ReplyPiece]:
    """Render an edition without its pictures: nothing is uploaded for an answer."""
    for part in parts:
        yield from _render_part(part)
    blocks = [block for part in parts for block in part.payload.get("blocks", ())]
    # A picture of its own is that of a quote; those of stories stand beside texts.
    if any(block["type"] == "image" for block in blocks):
        yield _render_small(texts.say("The best quote is posted as a picture."))


def _render_part(part: MessagePart) -> Iterable[ReplyPiece]:
    blocks = place_files(part.payload.get("blocks") or (), {})
    if not blocks:
        return map(_render_paragraph, _group_text(part.fallback_text))
    plain = sanitize_text(part.fallback_text)
    return (ReplyPiece(blocks=tuple(blocks), plain=plain),)


def _make_piece(block: Json, plain: str) -> ReplyPiece:
    return ReplyPiece(blocks=(block,) if block else (), plain=plain)


# ── messages ───────────────────────────────────────────────────────────────────


def _fits_message(pieces: Sequence[ReplyPiece], reserve: bool) -> bool:
    """Check whether a message holds the pieces; there is always space for the note."""
    blocks = _join_blocks(pieces)
    ids = [control for piece in pieces for control in _collect_ids(piece.blocks)]
    return not reserve or (
        len(blocks) <= limits.BLOCKS - _EXTRA_BLOCKS
        and measure_blocks(blocks) <= limits.BLOCKS_SIZE_USED
        and len(set(ids)) == len(ids)
    )


def _append_controls(
    messages: list[list[ReplyPiece]], reply: Reply
) -> list[list[ReplyPiece]]:
    """Add the menus and buttons below the last message, or as more messages."""
    *before, last = messages
    taken = _collect_ids(_join_blocks(last))
    noted = _render_controls(reply, taken)
    # A page in one message is worth more than the notes of its menus.
    for below in (noted, [_remove_notes(piece) for piece in noted]):
        if _fits_controls([*last, *below], first=True):
            return [*before, [*last, *below]]
    return [*messages, *pack_pieces(noted, _fits_controls)]


def _render_controls(reply: Reply, taken: Collection[str]) -> list[ReplyPiece]:
    """Render the menus, one below the other, and the buttons."""
    menus = select_menus(reply.menus, limits.CONTROL_ID, limits.MENUS)
    new = select_controls(reply.controls, taken, limits.CONTROL_ID, limits.CONTROLS)
    rows = [[menu_element(number, menu)] for number, menu in enumerate(menus)]
    rows.append([build_button(control) for control in new])
    return [_make_row(row) for row in rows if row]


def _remove_notes(piece: ReplyPiece) -> ReplyPiece:
    [row] = piece.blocks
    elements = [remove_notes(e) if "options" in e else e for e in row["elements"]]
    return _make_row(elements)


def _make_row(elements: Sequence[Json]) -> ReplyPiece:
    """Make the piece of some buttons, or of a select; no text says them again."""
    return ReplyPiece(blocks=tuple(actions_blocks(elements)), plain="")


def _fits_controls(pieces: Sequence[ReplyPiece], first: bool) -> bool:
    """Check whether a message holds the pieces with menus and buttons among them."""
    blocks = _join_blocks(pieces)
    return (
        len(blocks) <= limits.BLOCKS
        and measure_blocks(blocks) <= limits.BLOCKS_SIZE - _NOTE_SIZE
    )


def _join_blocks(pieces: Iterable[ReplyPiece]) -> list[Json]:
    return [block for piece in pieces for block in piece.blocks]


def _join_texts(pieces: Iterable[ReplyPiece]) -> str:
    """Join the plain texts; buttons alone are named."""
    blocks = list(pieces)
    plain = "\n".join(filter(None, (piece.plain for piece in blocks)))
    if plain:
        return plain
    elements = _iter_elements(_join_blocks(blocks))
    named = (e.get("placeholder") or e.get("text") or {} for e in elements)
    return " · ".join(filter(None, (text.get("text") for text in named)))


def _collect_ids(blocks: Iterable[Json]) -> set[str]:
    return {element["action_id"] for element in _iter_elements(blocks)}


def _iter_elements(blocks: Iterable[Json]) -> Iterator[Json]:
    """Yield the buttons and selects."""
    for block in blocks:
        if block.get("type") == "actions":
            yield from block.get("elements") or ()
        if block.get("type") == "section" and block.get("accessory"):
            yield block["accessory"]


# ── home tab and welcome ───────────────────────────────────────────────────────


def render_home(reply: Reply, texts: Texts, *, editor: bool | None = None) -> Json:
    """Render the home tab of one person.

    Args:
        reply: The core's page: the control panel, or what readers can ask.
        texts: The person's language.
        editor: Whether the person is an editor, where the tab was just opened and
            explains itself; None for another page of it.
    """
    pieces, *_ = pack_reply(
        _list_pieces(reply, texts),
        most=1,
        fits=_fits_home,
        build_note=_render_small,
        texts=texts,
        unseen=reply.left_out,
    )
    page = _join_blocks(pieces)
    page += _join_blocks(_render_controls(reply, _collect_ids(page)))
    above = _introduce_app(texts) if editor is False else []
    below = _explain_channels(texts) if editor else []
    return {"type": "home", "blocks": [*above, *page, *below]}


def _fits_home(pieces: Sequence[ReplyPiece], reserve: bool) -> bool:
    blocks = _join_blocks(pieces)
    space = limits.VIEW_BLOCKS - (limits.VIEW_EXTRA_BLOCKS if reserve else 0)
    return len(blocks) <= space


def _introduce_app(texts: Texts) -> list[Json]:
    """Build what a reader sees above the page."""
    purpose = texts.say(
        "Standfirst posts short news digests. Every word in them can be traced to "
        "its source: quotes are checked word for word."
    )
    commands = texts.say(
        "In a channel, /news latest shows its newest edition, and /news help what "
        "else can be asked. Only the person who asked sees the answer."
    )
    return [
        header_block("Standfirst"),
        text_block(purpose),
        text_block(commands),
        divider_block(),
    ]


def _explain_channels(texts: Texts) -> list[Json]:
    """Build what an editor sees below the page: how a channel gets a digest."""
    steps = texts.say(
        "To set up another channel, invite the app there (/invite @Standfirst) and run "
        "/newsdesk setup."
    )
    return [divider_block(), small_block(steps)]


def build_welcome(texts: Texts) -> Reply:
    """Build the direct message to the person who installed the app."""
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
