"""Build the card of a quotation: text, speaker line, context, alt text.

The card has the span of the words, the sentence around them, and an alternative text.
Renderers decide how it looks.
"""

from digests.language import quotation_marks, sentences, words
from digests.language.quotation_marks import DOUBLE, SINGLE
from digests.language.spans import overlaps_any
from digests.types import Article, Quote, QuoteCard, Span

#: What is shown in place of a speaker whom the article does not name.
UNNAMED_SPEAKER = "speaker not named in text"
JOINING_MARKS = ",;: "
#: Characters between a reporter's words and quoted ones; those that introduce speech.
_OPENING, _INTRODUCING = f" {DOUBLE}{SINGLE}", ":,"
#: The least content words besides quote and speaker that make a sentence a context.
_FEWEST_WORDS = 3


def build_card(article: Article, quote: Quote) -> QuoteCard:
    """Build the card of a quotation of `article.text`."""
    span = _cut_joining_mark(quote)
    text = article.text[span.start : span.end]
    context = article.text[quote.context.start : quote.context.end]
    return QuoteCard(
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
        alt=_format_alt_text(article, quote, text),
        lang=article.lang or "en",
        revision=article.revision,
    )


def find_card_context(article: Article, card: QuoteCard) -> Span:
    """Find the sentence that says what the quoted words are about.

    It is their own, or, if that only says who speaks, the nearest one before it without
    a quotation.

    Args:
        article: The version that the card's spans point into.
        card: A card of it.
    """
    text, own = article.text, card.context
    before = text[own.start : card.span.start].rstrip(_OPENING)
    if before and before[-1] not in _INTRODUCING:
        # Part of the reporter's sentence, which says what it is about.
        return own
    around = f"{text[own.start : card.span.start]} {text[card.span.end : own.end]}"
    voice = set(
        words.extract_stems(f"{card.speaker or ''} {card.role or ''}", card.lang)
    )
    content_words = [
        word for word in words.extract_stems(around, card.lang) if word not in voice
    ]
    if len(content_words) >= _FEWEST_WORDS:
        return own
    quoted = quotation_marks.find_quoted(text)
    for earlier in reversed(sentences.split_sentences(text[: own.start], article.lang)):
        if not overlaps_any(earlier, quoted):
            return earlier
    return own


def _cut_joining_mark(quote: Quote) -> Span:
    """The quote without a final comma, which belongs to the reporter's sentence."""
    return Span(
        start=quote.start, end=quote.start + len(quote.text.rstrip(JOINING_MARKS))
    )


def _format_alt_text(article: Article, quote: Quote, text: str) -> str:
    """A sentence that says who said what, where and when."""
    published = article.published
    where = [article.source] if article.source else []
    when = [published.date().isoformat()] if published is not None else []
    origin = ", ".join(where + when)
    sentence = f"{_format_voice(quote)}: “{text}”"
    return f"{sentence} ({origin})." if origin else sentence


def _format_voice(quote: Quote) -> str:
    if quote.speaker is None:
        return "Somebody the article does not name"
    return f"{quote.speaker}, {quote.role}" if quote.role else quote.speaker
