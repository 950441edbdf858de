"""Block Kit elements and mrkdwn escaping; foreign text never becomes markup. Pure.

Slack's markup has no escape character: it only reads `&amp; &lt; &gt;` as those three
characters. So foreign text goes into `rich_text` and `plain_text`, which are never read
as markup. Escaped are the text of a message (sent with its markup off) and the one link
of a line. A link is labelled with the host that it leads to, so that it cannot mislead.
Elements that would be empty are left out: Slack refuses empty texts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from urllib.parse import quote

from bot.i18n.safe_text import is_blank
from bot.model import ControlMenu, PictureRef
from bot.platforms.common.text import count_utf16, normalize_newlines, shorten_line
from bot.platforms.slack import limits
from digests.cards.content import TextRun
from digests.language.links import Link

Json = dict[str, Any]
_BOLD: Final = {"bold": True}


def plain_text(text: str) -> Json:
    """Build a text that is not read as markup; {} if it is blank."""
    if is_blank(text):
        return {}
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn_text(text: str) -> Json:
    """Build a text in Slack's markup; names and addresses in it stay text."""
    return {"type": "mrkdwn", "text": text, "verbatim": True} if text else {}


def header_block(text: str) -> Json:
    """Build a heading; {} if it is blank."""
    title = plain_text(shorten_line(text, limits.HEADER))
    return {"type": "header", "text": title} if title else {}


def context_block(*elements: Json) -> Json:
    """Build a block of small print; {} if all elements are empty."""
    said = [element for element in elements if element]
    return {"type": "context", "elements": said} if said else {}


def rich_run(text: str, *, bold: bool = False) -> Json:
    """Build a run of rich text; {} if it is empty."""
    if not text:
        return {}
    return {"type": "text", "text": text, **({"style": _BOLD} if bold else {})}


def rich_runs(runs: Iterable[TextRun]) -> list[Json]:
    """Build the parts of a line; what stands out is bold."""
    return [
        rich_run("".join(text for text, _ in several), bold=stands_out)
        for stands_out, several in groupby(runs, itemgetter(1))
    ]


def rich_link(found: Link | None) -> Json:
    """Build a link in rich text, labelled with its host; {} if there is none."""
    href = encode_url(found)
    if found is None or not href:
        return {}
    return {"type": "link", "url": href, "text": found.host}


def add_rich_link(said: str, found: Link | None) -> Iterator[Json]:
    """Yield a run of rich text and the link behind it."""
    led = rich_link(found)
    yield rich_run(said)
    if led:
        yield rich_run(" · " if said else "")
        yield led


def rich_section(*pieces: Json) -> Json:
    """Build a section of rich text; {} if all pieces are blank."""
    said = [piece for piece in pieces if piece]
    if all(is_blank(piece.get("text", "")) for piece in said):
        return {}
    return {"type": "rich_text_section", "elements": said}


def text_block(text: str, *, bold: bool = False) -> Json:
    """Build a block of rich text with one run; {} if it is empty."""
    return rich_block(rich_section(rich_run(text, bold=bold)))


def small_block(*texts: str) -> Json:
    """Build a block of small print from plain texts."""
    return context_block(*map(plain_text, texts))


def picture_block(picture: PictureRef) -> Json:
    """Build a picture; its hash stands for the file until that is uploaded."""
    alt = shorten_line(picture.alt, limits.ALT_TEXT)
    return {"type": "image", "slack_file": {"id": picture.hash}, "alt_text": alt or "…"}


def picture_section(text: str, picture: PictureRef) -> Json:
    """Build a plain text with a small picture beside it, as in `picture_block`."""
    return section_block(text, picture_block(picture))


def divider_block() -> Json:
    """Build a line between blocks."""
    return {"type": "divider"}


def rich_quote(text: str, *, struck: bool = False) -> Json:
    """Build a block quote, struck through if it was withdrawn; {} if it is blank."""
    if is_blank(text):
        return {}
    words = rich_run(text)
    if struck:
        words |= {"style": {"strike": True}}
    return {"type": "rich_text_quote", "elements": [words]}


def rich_preformatted(said: str) -> Json:
    """Build a text that keeps its lines and spaces; {} if it is blank."""
    if is_blank(said):
        return {}
    return {"type": "rich_text_preformatted", "elements": [rich_run(said)]}


def rich_block(*parts: Json) -> Json:
    """Build a block of rich text; {} if all parts are empty."""
    said = [part for part in parts if part]
    return {"type": "rich_text", "elements": said} if said else {}


def section_block(text: str, accessory: Json) -> Json:
    """Build a plain text with a button or a picture beside it."""
    shown = plain_text(text) or plain_text("…")
    return {"type": "section", "text": shown, "accessory": accessory}


def option_element(value: str, label: str, note: str = "") -> Json:
    """Build an option of a select; `note` stands below its label."""
    shown = plain_text(shorten_line(label, limits.LABEL_OF_CONTROL))
    below = plain_text(shorten_line(note, limits.LABEL_OF_CONTROL))
    found = {"text": shown or plain_text("…"), "value": value}
    return {**found, "description": below} if below else found


def menu_element(number: int, menu: ControlMenu) -> Json:
    """Build a select; the value of an option is the control that it presses.

    Args:
        number: Makes the select's own id unique in its message.
        menu: Its options are valid. Their notes are left out where no message would
            hold the select.
    """
    label = plain_text(shorten_line(menu.label, limits.PLACEHOLDER))
    found: Json = {
        "type": "static_select",
        "action_id": f"v1:menu:{number}",
        **({"placeholder": label} if label else {}),
    }
    found["options"] = [option_element(o.id, o.label, o.note) for o in menu.options]
    if measure_blocks(found["options"]) > limits.MENU_SIZE:
        return remove_notes(found)
    return found


def remove_notes(select: Json) -> Json:
    """Copy a select without what stands below its options."""
    options = [{"text": o["text"], "value": o["value"]} for o in select["options"]]
    return {**select, "options": options}


def button_element(control: str, label: str, *, primary: bool = False) -> Json:
    """Build a button whose id is also its value."""
    found = {"type": "button", "action_id": control, **option_element(control, label)}
    return {**found, "style": "primary"} if primary else found


def actions_blocks(buttons: Sequence[Json]) -> list[Json]:
    """Build the row of buttons; no block if there are none."""
    return [{"type": "actions", "elements": list(buttons)}] if buttons else []


#: Characters of a URL that neither end a link nor begin its label.
_SAFE_IN_URL: Final = "/:?#[]@!$&'()*+,;=%~-._"


def escape_mrkdwn(text: str) -> str:
    """Escape the three characters that begin markup in Slack."""
    text = normalize_newlines(text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def encode_url(link: Link | None) -> str:
    """Encode a link's URL; "" if there is none or it is too long."""
    if link is None:
        return ""
    href = quote(link.href, safe=_SAFE_IN_URL)
    return href if len(href) + len(link.host) <= limits.LINK else ""


def format_link(link: Link | None) -> str:
    """Format a link in Slack's markup, labelled with its host."""
    href = encode_url(link)
    return f"<{href.replace('&', '&amp;')}|{link.host}>" if link and href else ""


def format_named_link(label: str, link: Link | None) -> str:
    """Format a link in Slack's markup under a label of ours; "" for no link."""
    href = encode_url(link)
    escaped = href.replace("&", "&amp;")
    return f"<{escaped}|{escape_mrkdwn(label)}>" if href else ""


def measure_blocks(blocks: Sequence[Mapping[str, Any]]) -> int:
    """Measure blocks: the UTF-16 units of their JSON."""
    return count_utf16(json.dumps(list(blocks), ensure_ascii=False))
