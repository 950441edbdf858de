"""Make foreign text safe to show: sanitize and shorten. Pure.

A renderer may drop invisible characters that change how text is displayed (direction
controls, tag characters, NUL look-alikes) and more than four combining marks on one
letter. Escaping is left to the renderers.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from bot.i18n.safe_text import sanitize_text
from bot.i18n.translation import Texts
from bot.model import MAX_MENU_OPTIONS, Block, Control, ControlMenu, ListItem
from digests.cards.content import TextRun


def shorten_text(text: str, limit: int) -> str:
    """Shorten to `limit` characters, at a word where possible, with an ellipsis.

    White space becomes single spaces: the result is one line.
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    head, _, _ = kept.rpartition(" ")
    kept = head if len(head) > limit // 2 else kept
    while kept and unicodedata.combining(text[len(kept)]):
        kept = kept[:-1]
    return kept.rstrip(" ,;:–-") + "…"


def count_utf16(text: str) -> int:
    """Count the UTF-16 units of `text`, as chat platforms do."""
    return len(text.encode("utf-16-le")) // 2


def cut_utf16(text: str, limit: int) -> str:
    """Cut to `limit` UTF-16 units; everything before the cut stays as it is."""
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def shorten_utf16(text: str, limit: int) -> str:
    """Shorten as `shorten_text` does, to `limit` UTF-16 units."""
    budget = limit
    kept = shorten_text(text, budget)
    while count_utf16(kept) > limit and budget > 1:
        budget -= max(1, (count_utf16(kept) - limit) // 2)
        kept = shorten_text(text, budget)
    return kept


def shorten_line(text: str, limit: int) -> str:
    """Sanitize foreign text and shorten it to one line of `limit` UTF-16 units."""
    return shorten_utf16(sanitize_text(text), limit)


def shorten_runs(runs: Iterable[TextRun], limit: int) -> list[TextRun]:
    """Shorten the parts of one line together, as `shorten_line` does."""
    several = list(runs)
    line = shorten_line("".join(text for text, _ in several), limit)
    kept: list[TextRun] = []
    before, start = "", 0
    for text, stands_out in several:
        before += text
        end = len(" ".join(sanitize_text(before).split()))
        # The space between two parts ends the first one.
        end += before[-1:].isspace() and line[end : end + 1] == " "
        kept.append((line[start:end], stands_out))
        start = min(end, len(line))
    return [run for run in kept if run[0]]


def split_at_marks(item: ListItem) -> Iterator[TextRun]:
    """Split an item's text at its marks, which stand out."""
    at = 0
    for start, end in item.marks:
        yield item.text[at:start], False
        yield item.text[start:end], True
        at = end
    yield item.text[at:], False


def normalize_newlines(text: str) -> str:
    """Sanitize foreign text and write its line ends as line feeds."""
    return sanitize_text(text).replace("\r\n", "\n").replace("\r", "\n")


# ── parts ───────────────────────────────────────────────────────────────────────
#
# Pack pieces of an edition or a reply into chat messages. Pure.
#
# A piece is never split, and as few messages as possible are used. Pieces beyond the
# maximum number of messages of a reply are counted in a note, never dropped silently.

P = TypeVar("P")


def pack_pieces(
    pieces: Iterable[P],
    fits: Callable[[Sequence[P], bool], bool],
    most: int | None = None,
) -> list[list[P]]:
    """Pack pieces, in order, into as few messages as hold them; at least one.

    Args:
        pieces: A piece that is too long for any message gets one of its own.
        fits: (pieces, whether the message is the first one) → it holds them.
        most: Messages; the pieces behind them are left out. None = any number.
    """
    messages: list[list[P]] = [[]]
    for piece in pieces:
        longer = [*messages[-1], piece]
        if not messages[-1] or fits(longer, len(messages) == 1):
            messages[-1] = longer
        elif len(messages) == most:
            break
        else:
            messages.append([piece])
    return messages


def pack_reply(
    pieces: Sequence[P],
    *,
    most: int,
    fits: Callable[[Sequence[P], bool], bool],
    build_note: Callable[[str], P],
    texts: Texts,
    unseen: int = 0,
) -> list[list[P]]:
    """Pack a reply into at most `most` messages, with «… and 12 more» at the end.

    Args:
        pieces: The reply's, in order.
        most: Messages that are sent.
        unseen: Pieces behind these that were not rendered.
        fits: (pieces, whether to keep space for a note) → one message holds them.
        build_note: Formats the note.
        texts: The reply's language.
    """
    kept = pack_pieces(pieces, lambda several, _: fits(several, True), most)
    left_out = len(pieces) - sum(map(len, kept)) + unseen
    if not left_out:
        return kept
    *before, last = kept
    while True:
        more = texts.say("… and {n} more", n=texts.number(left_out))
        noted = [*last, build_note(more)]
        if not last or fits(noted, False):
            return [*before, noted]
        # The note has no space below the last piece, which is then left out as well.
        last = last[:-1]
        left_out += 1


def split_lines(text: str, most: int, limit: int) -> Iterator[str]:
    """Split foreign text into sanitized lines that are not empty.

    Args:
        text: Of any length.
        most: Characters that are processed: no reply shows more.
        limit: UTF-16 units of a line; a longer one is shortened.
    """
    for line in sanitize_text(text[:most]).replace("\r", "\n").split("\n"):
        shortened = shorten_utf16(line, limit)
        if shortened:
            yield shortened


def group_lines(lines: Iterable[str], limit: int) -> Iterator[list[str]]:
    """Group neighbouring lines into pieces of about `limit` UTF-16 units."""
    group: list[str] = []
    used = 0
    for line in lines:
        if group and used + count_utf16(line) > limit:
            yield group
            group, used = [], 0
        group.append(line)
        used += count_utf16(line) + 1
    if group:
        yield group


def select_controls(
    controls: Iterable[Control], taken: Collection[str], id_limit: int, most: int
) -> list[Control]:
    """Select the buttons of a reply: valid ids that its message does not have yet."""
    fitting = {c.id: c for c in controls if _is_valid_id(c.id, id_limit)}
    return [c for c in fitting.values() if c.id not in taken][:most]


def select_menus(
    menus: Iterable[ControlMenu], id_limit: int, most: int
) -> list[ControlMenu]:
    """Select the menus of a reply with their valid options; none is empty."""
    kept = []
    for menu in menus:
        valid = {o.id: o for o in menu.options if _is_valid_id(o.id, id_limit)}
        options = tuple(valid.values())[:MAX_MENU_OPTIONS]
        if options:
            kept.append(replace(menu, options=options))
    return kept[:most]


def number_items(blocks: Iterable[Block], id_limit: int) -> Iterator[Block]:
    """Number the buttons beside items, where several of a reply have one id.

    A platform accepts an id once in a message. `strip_number` removes the number; a
    button whose id is not valid is left out.
    """
    seen: Counter[str] = Counter()
    for block in blocks:
        if isinstance(block, ListItem) and block.control is not None:
            control = block.control
            seen[control.id] += 1
            count = seen[control.id]
            numbered = f"{control.id}{_NUMBER}{count}" if count > 1 else control.id
            valid = _is_valid_id(control.id, id_limit) and len(numbered) <= id_limit
            kept = replace(control, id=numbered) if valid else None
            block = replace(block, control=kept)
        yield block


def strip_number(control: str) -> str:
    """Remove the number that `number_items` added to a control's id."""
    return _NUMBERED.sub("", control)


def _is_valid_id(control: str, limit: int) -> bool:
    return 0 < count_utf16(control) <= limit


_NUMBER: Final = "#n"
_NUMBERED: Final = re.compile(r"#n\d{1,3}\Z", re.ASCII)
