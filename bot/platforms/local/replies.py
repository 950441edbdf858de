"""Build what the templates show of messages and replies. Pure.

The templates escape every text.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from bot.i18n.safe_text import is_blank
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    ListItem,
    LocalMessage,
    PictureBlock,
    PictureRef,
    QuoteBlock,
    RenderedEdition,
    Reply,
)
from bot.platforms.common.reply_html import (
    TemplateData,
    build_block_views,
    find_line_links,
)
from bot.platforms.common.text import select_menus, split_at_marks
from bot.platforms.local import limits
from bot.platforms.local.render import build_card_view, build_picture_view


def build_message_view(
    message: LocalMessage, texts: Texts, zone: str, now: datetime
) -> TemplateData:
    """Build what the template `message` shows of a message, at the instant `now`."""
    edited = message.edited_at
    return {
        "id": message.id,
        "version": edited.isoformat() if edited else "0",
        "at": message.posted_at.isoformat(timespec="seconds"),
        "time": texts.moment(message.posted_at, zone, now),
        "edited": texts.moment(edited, zone, now) if edited else "",
        "summary": summarize_message(message, texts),
        "body": _build_payload(message.payload, message.fallback_text),
    }


def summarize_message(message: LocalMessage, texts: Texts) -> str:
    """Summarize a message in one line, for the live region."""
    payload = message.payload
    if payload.get("kind") == "edition":
        return texts.say(
            "New edition: {title}, {counts}",
            title=payload["title"],
            counts=payload["counts"],
        )
    return texts.say("New message: {text}", text=message.fallback_text[:160])


def build_reply_view(reply: Reply, texts: Texts, zone: str) -> TemplateData:
    """Build what the template `reply` shows."""
    shown = (b for b in reply.blocks if not _is_blank_quote(b))
    blocks = build_block_views(
        shown,
        build_line=partial(_build_line, texts=texts),
        build_other=partial(_build_block, texts=texts, zone=zone),
    )
    if reply.left_out:
        more = texts.say("… and {n} more", n=texts.number(reply.left_out))
        blocks.append({"kind": "small", "text": more})
    return {
        "title": reply.title,
        "blocks": blocks,
        "menus": select_menus(reply.menus, limits.CONTROL_ID, limits.MENUS),
        "controls": reply.controls[: limits.CONTROLS],
        "in_place": reply.in_place,
        "problem": reply.problem,
    }


def _is_blank_quote(block: Block) -> bool:
    return isinstance(block, QuoteBlock) and is_blank(block.card.text)


def _build_payload(payload: Mapping[str, Any], fallback: str) -> TemplateData:
    if payload.get("kind") == "edition" and payload.get("version") == 1:
        # What stands within an edition is in its language, not in the visitor's.
        texts = Texts.of(payload["lang"])
        return {"kind": "edition", "edition": payload, "texts": texts}
    return {"kind": "text", "lines": [line for line in fallback.split("\n") if line]}


def _build_block(block: Block, texts: Texts, zone: str) -> TemplateData:
    match block:
        case QuoteBlock(card=card):
            return {"kind": "quote", "card": build_card_view(card, texts, zone)}
        case PictureBlock(picture=picture, alt=alt):
            ref = PictureRef(
                hash=picture.hash, width=picture.width, height=picture.height, alt=alt
            )
            return {"kind": "picture", "picture": build_picture_view(ref)}
        case RenderedEdition(parts=parts):
            shown = [_build_payload(one.payload, one.fallback_text) for one in parts]
            return {"kind": "shown", "parts": shown}
    raise TypeError(f"no view of {type(block).__name__}")


def _build_line(line: ListItem, texts: Texts) -> TemplateData:
    links = find_line_links(line)
    outside, ours = links.outside, links.stored
    return {
        "title": line.title,
        "text": line.text,
        "pieces": list(split_at_marks(line)),
        "note": line.note,
        "control": line.control,
        "href": outside.href if outside else ours,
        "host": outside.host if outside else "",
        # A link to the stored text, where the title does not lead there.
        "proof": ours if outside or links.at_place or not line.title else "",
        "proof_label": texts.say("open at the sentence")
        if links.at_place
        else texts.say("stored text"),
    }
