"""Turns a quote card into the structure that the page shows; it never alters a quote.

The words between the outer marks are the stored ones. The marks themselves are those
of the quote's own language.
"""

from typing import Any, Final
from urllib.parse import quote, urlencode

from bot.platforms import wording
from bot.platforms.inert import clip, link
from bot.platforms.local import limits
from bot.platforms.quotation import marks
from bot.texts import Texts
from digests.types import Card, Span

#: Stands for the stored revision that is read at present.
NEWEST: Final = "newest"


def article_href(article: str, revision: str | None, *spans: Span) -> str:
    """The address of our own page with an article's stored text.

    Args:
        article: The article's id.
        revision: The stored version that `spans` point into; None for the newest.
        spans: The words to mark there.
    """
    path = f"/articles/{quote(article, safe='')}/{quote(revision or NEWEST, safe='')}"
    if not spans:
        return path
    places = [pair for s in spans for pair in (("from", s.start), ("to", s.end))]
    return f"{path}?{urlencode(places)}#here"


def card_view(card: Card, texts: Texts, zone: str) -> dict[str, Any]:
    """A card as JSON structure: what the template `card` shows."""
    opening, closing = marks(card.lang)
    unnamed = texts.say("speaker not named in the text")
    speaker = clip(card.speaker or unnamed, limits.LABEL)
    role = clip(card.role or "", limits.LABEL)
    if role and role.casefold() in speaker.casefold():
        role = ""
    at = card.published
    outside = link(card.url)
    return {
        "text": card.text,
        "opening": opening,
        "closing": closing,
        "lang": card.lang,
        "speaker": speaker,
        "named": card.speaker is not None,
        "role": role,
        "outlet": clip(card.source, limits.LABEL),
        "date": texts.weekday_date(wording.local_date(at, zone)) if at else "",
        "href": article_href(card.article, card.revision, card.span),
        "outside": outside.href if outside else "",
        "host": outside.host if outside else "",
        "alt": card.alt,
        "withdrawn": texts.say("withdrawn") if card.withdrawn else "",
    }
