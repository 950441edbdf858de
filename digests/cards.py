"""Makes a quotation ready to show; the words stay what the article has, sign for sign.

The card carries where the words stand, the sentence that gives them sense, and a
sentence for people who cannot see it. How a platform shows it is the renderer's part.
"""

from digests.types import Article, Card, Quote, Span


def make(article: Article, quote: Quote) -> Card:
    """Make the card of a quotation that was found in `article.text`."""
    text = article.text[quote.start : quote.end]
    context = article.text[quote.context.start : quote.context.end]
    return Card(
        text=text,
        speaker=quote.speaker,
        role=quote.role,
        source=article.source,
        article=article.id,
        url=article.url,
        published=article.published,
        span=_span(quote),
        context=quote.context,
        context_text=context,
        alt=_alt(article, quote, text),
        lang=article.lang or "en",
    )


def _span(quote: Quote) -> Span:
    return Span(start=quote.start, end=quote.end)


def _alt(article: Article, quote: Quote, text: str) -> str:
    """Say in one sentence who said what, where and when."""
    parts = [f"Quote from {_voice(quote)}: “{text}”"]
    if article.source:
        parts.append(article.source)
    if article.published is not None:
        parts.append(article.published.date().isoformat())
    sentence = ", ".join(parts)
    return f"{sentence}."


def _voice(quote: Quote) -> str:
    if quote.speaker is None:
        return "somebody the article does not name"
    return f"{quote.speaker}, {quote.role}" if quote.role else quote.speaker
