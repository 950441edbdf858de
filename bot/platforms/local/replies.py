"""What the templates are given: messages, replies and forms as plain structure.

It knows nothing of requests and renders nothing. Every text passes through the
templates' escaping; here only links are judged and neighbours grouped.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.platforms.inert import link
from bot.platforms.local import limits
from bot.platforms.local.cards import article_href, card_view
from bot.texts import Texts
from bot.types import (
    Block,
    Document,
    Facts,
    Line,
    Listing,
    Message,
    Paragraph,
    Part,
    Quoted,
    Reply,
    Shown,
    Small,
)
from digests.types import Span

View = dict[str, Any]


def message_view(message: Message, texts: Texts, zone: str, now: datetime) -> View:
    """A message of a channel, seen `now`: what the template `message` shows."""
    edited = message.edited_at
    return {
        "id": message.id,
        "version": edited.isoformat() if edited else "0",
        "at": message.posted_at.isoformat(timespec="seconds"),
        "time": texts.moment(message.posted_at, zone, now),
        "edited": texts.moment(edited, zone, now) if edited else "",
        "summary": summary_of(message, texts),
        "body": _payload(message.payload, message.fallback_text),
    }


def summary_of(message: Message, texts: Texts) -> str:
    """One line for the live region: what came, not all of it."""
    payload = message.payload
    if payload.get("kind") == "edition":
        return texts.say(
            "New edition: {title}, {counts}",
            title=payload["title"],
            counts=payload["counts"],
        )
    return texts.say("New message: {text}", text=message.fallback_text[:160])


def reply_view(reply: Reply, texts: Texts, zone: str) -> View:
    """A reply: what the template `reply` shows."""
    return {
        "title": reply.title,
        "blocks": list(_grouped(_block(block, texts, zone) for block in reply.blocks)),
        "controls": reply.controls[: limits.CONTROLS],
        "private": reply.private,
        "problem": reply.problem,
    }


def _payload(payload: Mapping[str, Any], fallback: str) -> View:
    if payload.get("kind") == "edition" and payload.get("version") == 1:
        return {"kind": "edition", "edition": payload}
    return {"kind": "text", "lines": [line for line in fallback.split("\n") if line]}


def _block(block: Block, texts: Texts, zone: str) -> View:
    match block:
        case Paragraph(text=text):
            return {"kind": "paragraph", "text": text}
        case Listing(text=text) | Document(text=text):
            return {"kind": "listing", "text": text}
        case Small(text=text):
            return {"kind": "small", "text": text}
        case Line():
            return {"kind": "lines", "lines": [_line(block, texts)]}
        case Quoted(card=card):
            return {"kind": "quote", "card": card_view(card, texts, zone)}
        case Facts(rows=rows):
            return {"kind": "facts", "rows": rows}
        case Shown(parts=parts):
            return {"kind": "shown", "parts": [_part(part) for part in parts]}


def _part(part: Part) -> View:
    return _payload(part.payload, part.fallback_text)


def _line(line: Line, texts: Texts) -> View:
    outside = link(line.url)
    spans: tuple[Span, ...] = ()
    if line.start is not None and line.end is not None:
        spans = (Span(start=line.start, end=line.end),)
    ours = article_href(line.article, line.revision, *spans) if line.article else ""
    return {
        "title": line.title,
        "text": line.text,
        "pieces": list(_pieces(line)),
        "note": line.note,
        "href": outside.href if outside else ours,
        "host": outside.host if outside else "",
        # The stored text is one step away wherever the title does not lead there.
        "proof": ours if outside or spans or not line.title else "",
        "proof_label": texts.say("open at the sentence")
        if spans
        else texts.say("stored text"),
    }


def _pieces(line: Line) -> Iterable[tuple[str, bool]]:
    """The line's text in pieces, and of each whether it is set apart."""
    at = 0
    for start, end in line.marks:
        yield line.text[at:start], False
        yield line.text[start:end], True
        at = end
    yield line.text[at:], False


def _grouped(blocks: Iterable[View]) -> Iterable[View]:
    """Neighbouring lines become one list."""
    last: View | None = None
    for block in blocks:
        if last is not None and block["kind"] == last["kind"] == "lines":
            last["lines"].extend(block["lines"])
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last
