"""Makes a quotation ready to show; the words stay what the article has, sign for sign.

The card carries where the words stand, the sentence that gives them sense, and a
sentence for people who cannot see it. How a platform shows it is the renderer's part.
"""

from digests.language import marks, sentences, words
from digests.language.mark_tables import DOUBLE, SINGLE
from digests.types import Article, Card, Quote, Span

JOINING = ",;: "
#: What stands between a reporter's words and quoted ones, and introduces those.
_OPENING, _INTRODUCING = f" {DOUBLE}{SINGLE}", ":,"
#: A sentence with fewer words besides the quote and its speaker tells nothing of it.
_TELLING = 3


def make(article: Article, quote: Quote) -> Card:
    """Make the card of a quotation that was found in `article.text`."""
    span = _span(quote)
    text = article.text[span.start : span.end]
    context = article.text[quote.context.start : quote.context.end]
    return Card(
        text=text,
        speaker=quote.speaker,
        role=quote.role,
        source=article.source,
        article=article.id,
        url=article.url,
        published=article.published,
        span=span,
        context=quote.context,
        context_text=context,
        alt=_alt(article, quote, text),
        lang=article.lang or "en",
        revision=article.revision,
    )


def setting(article: Article, card: Card) -> Span:
    """Find the sentence in which a reader learns what the quoted words are about.

    Their own, or, where that only says who speaks, the nearest one before it that
    quotes nobody.

    Args:
        article: The version that the card's places point into.
        card: Made from it.
    """
    text, own = article.text, card.context
    before = text[own.start : card.span.start].rstrip(_OPENING)
    if before and before[-1] not in _INTRODUCING:
        # Worked into the reporter's sentence, which says what it is about.
        return own
    around = f"{text[own.start : card.span.start]} {text[card.span.end : own.end]}"
    voice = set(words.content(f"{card.speaker or ''} {card.role or ''}", card.lang))
    told = [word for word in words.content(around, card.lang) if word not in voice]
    if len(told) >= _TELLING:
        return own
    quoted = marks.quoted(text, article.lang)
    for earlier in reversed(sentences.split(text[: own.start], article.lang)):
        if not any(q.start < earlier.end and earlier.start < q.end for q in quoted):
            return earlier
    return own


def _span(quote: Quote) -> Span:
    """The quote without the comma that only joins it to the reporter's sentence."""
    return Span(start=quote.start, end=quote.start + len(quote.text.rstrip(JOINING)))


def _alt(article: Article, quote: Quote, text: str) -> str:
    """Say in one sentence who said what, where and when."""
    published = article.published
    where = [article.source] if article.source else []
    when = [published.date().isoformat()] if published is not None else []
    origin = ", ".join(where + when)
    sentence = f"{_voice(quote)}: “{text}”"
    return f"{sentence} ({origin})." if origin else sentence


def _voice(quote: Quote) -> str:
    if quote.speaker is None:
        return "Somebody the article does not name"
    return f"{quote.speaker}, {quote.role}" if quote.role else quote.speaker
