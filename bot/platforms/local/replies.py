"""Build what the templates show of messages and replies. Pure.

The templates escape every text; here links are checked and neighbouring lines grouped.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from bot.i18n.safe_text import build_article_href, is_blank
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Document,
    FactTable,
    ListItem,
    LocalMessage,
    Paragraph,
    PictureBlock,
    PictureRef,
    Preformatted,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from bot.platforms.common.text import select_menus, split_at_marks
from bot.platforms.local import limits
from bot.platforms.local.render import build_card_view, build_picture_view
from digests.language.links import make_link
from digests.types import Span

TemplateData = dict[str, Any]


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
    blocks = [_build_block(block, texts, zone) for block in shown]
    if reply.left_out:
        more = texts.say("… and {n} more", n=texts.number(reply.left_out))
        blocks.append({"kind": "small", "text": more})
    return {
        "title": reply.title,
        "blocks": list(_group_lines(blocks)),
        "menus": select_menus(reply.menus, limits.CONTROL_ID, limits.MENUS),
        "controls": reply.controls[: limits.CONTROLS],
        "in_place": reply.in_place,
        "problem": reply.problem,
    }


def _is_blank_quote(block: Block) -> bool:
    return isinstance(block, QuoteBlock) and is_blank(block.card.text)


def _build_payload(payload: Mapping[str, Any], fallback: str) -> TemplateData:
    if payload.get("kind") == "edition" and payload.get("version") == 1:
        return {"kind": "edition", "edition": payload}
    return {"kind": "text", "lines": [line for line in fallback.split("\n") if line]}


def _build_block(block: Block, texts: Texts, zone: str) -> TemplateData:
    match block:
        case Paragraph(text=text):
            return {"kind": "paragraph", "text": text}
        case Preformatted(text=text) | Document(text=text):
            return {"kind": "listing", "text": text}
        case SmallPrint(text=text):
            return {"kind": "small", "text": text}
        case ListItem():
            return {"kind": "lines", "lines": [_build_line(block, texts)]}
        case QuoteBlock(card=card):
            return {"kind": "quote", "card": build_card_view(card, texts, zone)}
        case FactTable(rows=rows):
            return {"kind": "facts", "rows": rows}
        case PictureBlock(picture=picture, alt=alt):
            ref = PictureRef(
                hash=picture.hash, width=picture.width, height=picture.height, alt=alt
            )
            return {"kind": "picture", "picture": build_picture_view(ref)}
        case RenderedEdition(parts=parts):
            shown = [_build_payload(one.payload, one.fallback_text) for one in parts]
            return {"kind": "shown", "parts": shown}


def _build_line(line: ListItem, texts: Texts) -> TemplateData:
    outside = make_link(line.url)
    spans: tuple[Span, ...] = ()
    if line.start is not None and line.end is not None:
        spans = (Span(start=line.start, end=line.end),)
    ours = (
        build_article_href(line.article, line.revision, *spans) if line.article else ""
    )
    return {
        "title": line.title,
        "text": line.text,
        "pieces": list(split_at_marks(line)),
        "note": line.note,
        "control": line.control,
        "href": outside.href if outside else ours,
        "host": outside.host if outside else "",
        # A link to the stored text, where the title does not lead there.
        "proof": ours if outside or spans or not line.title else "",
        "proof_label": texts.say("open at the sentence")
        if spans
        else texts.say("stored text"),
    }


def _group_lines(blocks: Iterable[TemplateData]) -> Iterable[TemplateData]:
    """Join neighbouring lines into one list."""
    for kind, group in groupby(blocks, itemgetter("kind")):
        if kind == "lines":
            lines = [line for block in group for line in block["lines"]]
            yield {"kind": kind, "lines": lines}
        else:
            yield from group
