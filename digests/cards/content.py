"""Build what is shown of a quotation, a figure and a story's kind.

The card of a quotation has the span of its words, the sentence around them, and an
alternative text. A figure is shown as the clause that states it. Renderers decide how
they look.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from digests.language import numbers, quotation_marks, sentences, words
from digests.language.quotation_marks import DOUBLE, SINGLE
from digests.language.spans import overlaps_any
from digests.language.words import primary_language
from digests.messages import Message
from digests.types import (
    Article,
    ArticleKind,
    Dispute,
    EditionFigure,
    EditionStory,
    Figure,
    FigureStatus,
    Quote,
    QuoteCard,
    Section,
    Span,
)

#: A part of a line, and whether it stands out.
TextRun: TypeAlias = tuple[str, bool]
#: What is shown in place of a speaker whom the article does not name.
UNNAMED_SPEAKER = "speaker not named in text"
JOINING_MARKS = ",;: "
#: Characters between a reporter's words and quoted ones; those that introduce speech.
_OPENING, _INTRODUCING = f" {DOUBLE}{SINGLE}", ":,"
#: Outer quotation marks by primary language; English ones for all others.
_QUOTATION_MARKS: Mapping[str, tuple[str, str]] = {
    "bg": ("„", "“"),
    "cs": ("„", "“"),
    "da": ("“", "”"),
    "de": ("„", "“"),
    "el": ("«", "»"),
    "es": ("«", "»"),
    "et": ("„", "“"),
    "fa": ("«", "»"),
    "fi": ("”", "”"),
    "fr": ("« ", " »"),
    "hr": ("„", "“"),
    "hu": ("„", "”"),
    "hy": ("«", "»"),
    "it": ("«", "»"),
    "ja": ("「", "」"),
    "ka": ("„", "“"),
    "lt": ("„", "“"),
    "no": ("«", "»"),
    "pl": ("„", "”"),
    "pt": ("“", "”"),
    "ro": ("„", "”"),
    "ru": ("«", "»"),
    "sk": ("„", "“"),
    "sl": ("„", "“"),
    "sr": ("„", "“"),
    "sv": ("”", "”"),
    "uk": ("«", "»"),
    "zh": ("“", "”"),
}
_ENGLISH_MARKS = ("“", "”")
#: «,” she said. “», between two parts of one utterance.
_BETWEEN_PARTS = re.compile(
    rf"(?:,\s?[{DOUBLE}]|(?<=[.!?…])\s?[{DOUBLE}]|[{DOUBLE}],)"
    rf"\s[^{DOUBLE}\n]{{1,60}}\s[{DOUBLE}]\s?(?=\S)"
)
#: The least content words besides quote and speaker that make a sentence a context.
_FEWEST_WORDS = 3
#: A longer clause is not shown where outlets differ.
_LONGEST_SIDE = 100
#: The label of a kind of text; plain news has none.
_KIND_NAMES: Mapping[ArticleKind, Message] = {
    "opinion": Message("kind.opinion"),
    "letter": Message("kind.letter"),
    "interview": Message("kind.interview"),
    "live": Message("kind.live"),
    "roundup": Message("kind.roundup"),
    "obituary": Message("kind.obituary"),
    "review": Message("kind.review"),
    "advice": Message("kind.advice"),
    "results": Message("kind.results"),
    "transcript": Message("kind.transcript"),
}
_STATUS_NAMES: Mapping[FigureStatus, Message] = {
    "expected": Message("figure.expected"),
    "denied": Message("figure.denied"),
    "disputed": Message("figure.disputed"),
    "past": Message("figure.past"),
    "hypothetical": Message("figure.hypothetical"),
}
#: Kinds that are their author's view, and are shown with the author's name.
_AUTHORED_KINDS: frozenset[ArticleKind] = frozenset(("opinion", "letter", "review"))


def build_card(article: Article, quote: Quote, rest: Quote | None = None) -> QuoteCard:
    """Build the card of a quotation of `article.text`.

    Args:
        article: The article.
        quote: The quotation, or its first part.
        rest: Its other part, behind «she said»: the card has both and what is between.
    """
    text = article.text[quote.start : rest.end if rest else quote.end]
    # A final comma belongs to the reporter's sentence.
    text = text.rstrip(JOINING_MARKS)
    span = Span(start=quote.start, end=quote.start + len(text))
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


def get_quotation_marks(lang: str | None) -> tuple[str, str]:
    """The opening and the closing quotation mark of a language (BCP 47)."""
    return _QUOTATION_MARKS.get(primary_language(lang), _ENGLISH_MARKS)


def get_card_key(card: QuoteCard) -> str:
    """What tells a card from all others, such as one of the same words, withdrawn."""
    span = f"{card.span.start}-{card.span.end}"
    state = "withdrawn" if card.withdrawn else "shown"
    return f"{card.article}/{card.revision}/{span}/{state}"


def set_in_marks(card: QuoteCard) -> tuple[str, str, str]:
    """The opening mark of the card's language, its words, and the closing mark.

    Two parts of an utterance have marks of their own and not the «she said» between
    them: the speaker is named below.
    """
    opening, closing = get_quotation_marks(card.lang)
    words_shown = _BETWEEN_PARTS.sub(f"{closing} … {opening}", card.text)
    return opening, words_shown, closing


def leaves_out_between(text: str, end: int, start: int) -> bool:
    """Check whether a card of both parts is shown without what stands between them.

    Args:
        text: The article's.
        end: End of the first part.
        start: Start of the second.
    """
    return _BETWEEN_PARTS.search(text, max(0, end - 1), start + 1) is not None


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


def list_further_figures(
    story: EditionStory, sections: Collection[Section]
) -> tuple[EditionFigure, ...]:
    """The figures that readers do not see in the summary already.

    One that replaces an older count stays: the change is not in the summary.

    Args:
        story: A story of an edition.
        sections: Those that are shown; without the summary no figure is repeated.
    """
    if "summary" not in sections:
        return story.figures
    return tuple(
        entry
        for entry in story.figures
        if entry.replaces or not _is_in_summary(entry, story)
    )


def _is_in_summary(entry: EditionFigure, story: EditionStory) -> bool:
    return entry.article == story.articles[0].id and any(
        sentence.revision == entry.revision
        and overlaps_any(entry.figure, sentence.spans)
        for sentence in story.summary
    )


def describe_figure(figure: Figure) -> tuple[TextRun, TextRun, TextRun]:
    """The words that show a figure: those before its number, it, and those after it.

    They are the clause that states it; without one the number and what it counts or
    measures: «31,000 vehicles», «about $273 billion (bilateral trade)».
    """
    found = numbers.find_written(figure.text, figure.label)
    if found is None:
        return _describe_number(figure)
    return (
        (figure.label[: found.start], False),
        (figure.label[found.start : found.end], True),
        (figure.label[found.end :], False),
    )


def _describe_number(figure: Figure) -> tuple[TextRun, TextRun, TextRun]:
    measured = figure.what.strip()
    after = f" ({measured})" if measured else ""
    if measured and figure.unit in ("", measured):
        after = f" {measured}"
    return ("", False), (figure.text, True), (after, False)


def describe_change(shown: EditionFigure) -> str:
    """«14, Lagos Ledger → 31»: the number of an older report before it; "" if none."""
    older = shown.replaces
    if older is None:
        return ""
    source = older.source if older.source != shown.source else ""
    before = ", ".join(filter(None, (older.figure.text, source)))
    return f"{before} → {shown.figure.text}"


def describe_dispute(dispute: Dispute) -> tuple[TextRun, ...]:
    """«12 people died in the fire (Hallin Courier), 15 (Strand Radio)»."""
    ours, theirs = dispute.ours.figure, dispute.theirs
    short = 0 < len(ours.label) <= _LONGEST_SIDE
    counted = describe_figure(ours) if short else _describe_number(ours)
    return (
        *counted,
        (f"{_name_source(dispute.ours)}, ", False),
        (theirs.figure.text, True),
        (_name_source(theirs), False),
    )


def _name_source(shown: EditionFigure) -> str:
    return f" ({shown.source})" if shown.source else ""


def name_status(figure: Figure) -> Message | None:
    """Name how a number is stated, where the shown words do not say it themselves.

    A clause says with its own verb that something was expected, or was so before; that
    others deny or dispute it is said elsewhere in the text.
    """
    if figure.label and figure.status not in ("denied", "disputed"):
        return None
    return _STATUS_NAMES.get(figure.status)


def name_kind(kind: ArticleKind) -> Message | None:
    """Name the kind of a text, «Opinion»; None for plain news."""
    return _KIND_NAMES.get(kind)


def find_author(author: str | None, kind: ArticleKind, source: str) -> str:
    """Return the author of a text that is somebody's view; "" if it names nobody.

    Feeds also give the outlet's own name or an address.
    """
    name = (author or "").strip()
    named = kind in _AUTHORED_KINDS and "@" not in name
    return name if named and name.casefold() != source.casefold() else ""


def _format_alt_text(article: Article, quote: Quote, text: str) -> str:
    """A sentence that says who said what, where and when."""
    published = article.published
    where = [article.source] if article.source else []
    when = [published.date().isoformat()] if published is not None else []
    shown = _BETWEEN_PARTS.sub("” … “", text)
    return join_alt_text(_format_voice(quote), f"“{shown}”", where + when)


def join_alt_text(voice: str, said: str, origin: Sequence[str]) -> str:
    """A sentence of who said what, in its marks, and of where and when."""
    sentence = f"{voice}: {said}"
    return f"{sentence} ({', '.join(origin)})." if origin else sentence


def _format_voice(quote: Quote) -> str:
    if quote.speaker is None:
        return "Somebody the article does not name"
    return f"{quote.speaker}, {quote.role}" if quote.role else quote.speaker
