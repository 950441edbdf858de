"""Drop from an edition everything whose words are not in its source.

Nothing is softened, repaired or reworded. A sentence, card, figure or brief line whose
words are not in the article it names is dropped, and so is a figure that the article
denies; a label that is not its sentence's is dropped alone. A headline is replaced by
the article's title or the story's first sentence if one of these passes, else the story
is dropped. The gate is idempotent. Our own words (reasons, the digest's title, a card's
description) are not checked.

Case, white space and punctuation may differ. Every other character counts: letters
with their marks, digits, currency signs, symbols. Numbers must keep their inner
points, spans must be in order and end between words, and no negation may be in what was
left out between two of them.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from digests.figures import statements
from digests.language import numbers
from digests.language.grammar import NEGATION
from digests.language.spans import span_text
from digests.language.titles import read_title
from digests.types import (
    Article,
    ArticleRef,
    BriefStory,
    Edition,
    EditionFigure,
    EditionStory,
    Headline,
    QuoteCard,
    Sentence,
    Span,
)

ArticlesById = Mapping[str, Article]


def drop_ungrounded(edition: Edition, articles: ArticlesById) -> Edition:
    """The edition without anything that is not in its sources.

    Args:
        edition: As composed; not changed.
        articles: Its articles by id, in the versions that the spans point into. What
            names another article is dropped.
    """
    stories = tuple(
        kept for story in edition.stories if (kept := gate_story(story, articles))
    )
    brief = tuple(
        passed for line in edition.brief if (passed := gate_line(line, articles))
    )
    shown = [card for story in stories for card in story.cards]
    hero = edition.hero if edition.hero in shown else None
    return replace(edition, stories=stories, brief=brief, hero=hero)


def gate_story(story: EditionStory, articles: ArticlesById) -> EditionStory | None:
    """The story without what is not in its sources; None where its lead fails."""
    lead = _find_lead_article(story, articles)
    if lead is None:
        return None
    summary = tuple(s for s in story.summary if _sentence_stands(s, lead))
    headline = _choose_headline(story.headline, lead, summary[:1])
    if headline is None:
        return None
    return replace(
        story,
        headline=headline,
        summary=summary,
        cards=tuple(c for c in story.cards if _card_stands(c, articles)),
        figures=tuple(
            _gate_replaced(_gate_label(f), articles)
            for f in story.figures
            if _figure_stands(f, articles) and not _is_denied(f, articles)
        ),
        articles=tuple(ref for ref in story.articles if _ref_stands(ref, articles)),
        matters=story.matters
        if story.matters and _sentence_stands(story.matters, lead)
        else None,
        disputes=tuple(
            d
            for d in story.disputes
            if _figure_stands(d.ours, articles) and _figure_stands(d.theirs, articles)
        ),
    )


def gate_headlines(
    headlines: Sequence[Headline], article: Article
) -> tuple[Headline, ...]:
    """Those of the headlines whose words are in their article."""
    return tuple(h for h in headlines if _headline_stands(h, article))


def gate_cards(
    cards: Sequence[QuoteCard], articles: ArticlesById
) -> tuple[QuoteCard, ...]:
    """Those of the cards whose words are in their articles."""
    return tuple(card for card in cards if _card_stands(card, articles))


def _find_lead_article(story: EditionStory, articles: ArticlesById) -> Article | None:
    """The lead article of a story, if its reference is right."""
    if not story.articles or not _ref_stands(story.articles[0], articles):
        return None
    return articles[story.articles[0].id]


def gate_line(line: BriefStory, articles: ArticlesById) -> BriefStory | None:
    """The line with a headline that is in its source; None where there is none."""
    if not _ref_stands(line.article, articles):
        return None
    headline = _choose_headline(line.headline, articles[line.article.id])
    return replace(line, headline=headline) if headline else None


def _ref_stands(ref: ArticleRef, articles: ArticlesById) -> bool:
    """Whether a reference names one of the articles by its own title."""
    article = articles.get(ref.id)
    return article is not None and ref.title in (None, article.title)


def _sentence_stands(sentence: Sentence, article: Article) -> bool:
    return follows_spans(sentence.text, sentence.spans, article.text)


def _choose_headline(
    headline: Headline, article: Article, first: tuple[Sentence, ...] = ()
) -> Headline | None:
    """The headline or its first grounded replacement, or None."""
    title = Headline(text=read_title(article))
    sentences = [Headline(text=s.text, spans=s.spans) for s in first]
    return next(
        (h for h in (headline, title, *sentences) if _headline_stands(h, article)), None
    )


def _headline_stands(headline: Headline, article: Article) -> bool:
    if headline.spans:
        return follows_spans(headline.text, headline.spans, article.text)
    titles = read_title(article), article.title or ""
    return any(has_same_words(headline.text, title) for title in titles)


def _card_stands(card: QuoteCard, articles: ArticlesById) -> bool:
    """Whether quote and context are the article's, and the speaker's name is in it."""
    article = articles.get(card.article)
    if article is None or not is_verbatim(card.text, card.span, article.text):
        return False
    if (card.source, card.url) != (article.source, article.url):
        return False
    if not follows_spans(card.context_text, (card.context,), article.text):
        return False
    words = collect_vocabulary(article.text, article.title)
    return has_known_words(card.speaker or "", words) and has_known_words(
        card.role or "", words
    )


def _figure_stands(shown: EditionFigure, articles: ArticlesById) -> bool:
    """Whether number, sentence and what is measured are the article's."""
    article = articles.get(shown.article)
    if article is None:
        return False
    figure = shown.figure
    if span_text(article.text, figure) != figure.text or not figure.text:
        return False
    if not follows_spans(shown.sentence_text, (figure.sentence,), article.text):
        return False
    if not figure.sentence.start <= figure.start < figure.end <= figure.sentence.end:
        return False
    words = collect_vocabulary(article.text)
    return has_known_words(figure.what, words) and _states_value(
        figure.text, figure.value, article
    )


def _gate_label(shown: EditionFigure) -> EditionFigure:
    """The figure, without a label that is not made of its sentence's words in order."""
    figure = shown.figure
    if not figure.label or is_shortened(figure.label, figure.text, shown.sentence_text):
        return shown
    return replace(shown, figure=replace(figure, label=""))


def _gate_replaced(shown: EditionFigure, articles: ArticlesById) -> EditionFigure:
    """The figure, without an older one that is not its article's."""
    older = shown.replaces
    if older is None or (
        _figure_stands(older, articles) and not _is_denied(older, articles)
    ):
        return shown
    return replace(shown, replaces=None)


def _is_denied(shown: EditionFigure, articles: ArticlesById) -> bool:
    """Whether the article denies the figure, and its label does not say so."""
    figure = shown.figure
    sentence = (figure.sentence.start, figure.sentence.end)
    text = articles[shown.article].text
    status = statements.read_status(text, sentence, (figure.start, figure.end))
    return status == "denied" and not statements.says_denial(figure.label)


def is_shortened(label: str, number: str, sentence: str) -> bool:
    """Whether a label has the number, and is a sentence with only words left out.

    The words that are left out between its first and its last have no negation, unless
    what follows them is a statement of its own («denied it, and said that …»).
    """
    words, found = _split_words(label), list(_WORD.finditer(sentence))
    if f" {' '.join(_split_words(number))} " not in f" {' '.join(words)} ":
        return False
    # Where a word stands twice, either of its places may be the one that is meant.
    first = _place_words(words, found)
    last = _place_words(words[::-1], found[::-1])[::-1]
    return _omits_no_negation(first, sentence) or _omits_no_negation(last, sentence)


def _omits_no_negation(places: Sequence[re.Match[str]], sentence: str) -> bool:
    gaps = (
        sentence[one.end() : other.start()] for one, other in itertools.pairwise(places)
    )
    return bool(places) and not any(
        NEGATION.search(gap) and not _ENDS_CLAUSE.search(gap) for gap in gaps
    )


#: A gap up to the next statement of the same subject.
_ENDS_CLAUSE = re.compile(r",?\s(?:and|but)\s$")


def _place_words(
    words: Sequence[str], found: Sequence[re.Match[str]]
) -> list[re.Match[str]]:
    """The first place of each word behind that of the word before it; [] if none."""
    places: list[re.Match[str]] = []
    rest = iter(found)
    for word in words:
        place = next((m for m in rest if m.group().casefold() == word), None)
        if place is None:
            return []
        places.append(place)
    return places


def _states_value(text: str, value: float, article: Article) -> bool:
    """Whether a figure's words give its value, by any scale («2 to 3 million»)."""
    found = numbers.find_numbers(text, article.lang)
    return any(
        abs(number.value * scale - value) <= _ROUNDING * max(1.0, abs(value))
        for number in found
        for scale in _SCALES
    )


_ROUNDING = 1e-9
_SCALES = (1.0, 12.0, 1e2, 1e3, 1e5, 1e6, 1e7, 1e9, 1e12)

#: What may differ between a text and its source, besides white space and case.
_FREE = ".,;:!?…'\"‘’“”„‚‹›«»()[]{}<>‐‑–—―/\\_*·`-"
_WORD = re.compile(rf"[^\s{re.escape(_FREE)}]+")
_NUMBER = re.compile(r"(?:(?<![^\s(])[-−])?\d+(?:[.,:/-]\d+)*")


def follows_spans(text: str, spans: Sequence[Span], source: str) -> bool:
    """Whether the words of `text` are the words of the spans of `source`, in order.

    Args:
        text: The shown text.
        spans: Its claimed origin, in order.
        source: The text that the spans point into.
    """
    if not spans or not _in_order(spans, source):
        return False
    given = [span_text(source, s) for s in spans]
    if any(NEGATION.search(gap) for gap in _list_gaps(spans, source)):
        return False
    shown = _split_words(text)
    return (
        bool(shown)
        and shown == _split_words(" ".join(given))
        and _find_numbers(text) == _find_numbers(" ".join(given))
    )


def is_verbatim(text: str, span: Span, source: str) -> bool:
    """Whether `text` is exactly the characters of a span that is not empty."""
    return 0 <= span.start < span.end <= len(source) and (
        span_text(source, span) == text
    )


def has_known_words(text: str, vocabulary: frozenset[str]) -> bool:
    """Whether every word of `text` is one of `vocabulary`."""
    return all(word in vocabulary for word in _split_words(text))


def collect_vocabulary(*texts: str | None) -> frozenset[str]:
    """The words of some texts, for `has_known_words`."""
    return frozenset(word for text in texts if text for word in _split_words(text))


def has_same_words(one: str, other: str) -> bool:
    """Whether two texts have the same words in the same order, at least one."""
    words = _split_words(one)
    return (
        bool(words)
        and words == _split_words(other)
        and _find_numbers(one) == _find_numbers(other)
    )


def _split_words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _find_numbers(text: str) -> list[str]:
    return _NUMBER.findall(text)


def _in_order(spans: Sequence[Span], source: str) -> bool:
    before = 0
    for span in spans:
        if not before <= span.start < span.end <= len(source):
            return False
        if _inside_word(source, span.start) or _inside_word(source, span.end):
            return False
        before = span.end
    return True


def _inside_word(source: str, at: int) -> bool:
    return 0 < at < len(source) and source[at - 1].isalnum() and source[at].isalnum()


def _list_gaps(spans: Sequence[Span], source: str) -> list[str]:
    """What was left out between neighbouring spans of one sentence."""
    return [
        source[a.end : b.start]
        for a, b in itertools.pairwise(spans)
        if b.start - a.end <= _LONGEST_GAP
    ]


#: Spans further apart are separate sentences.
_LONGEST_GAP = 400
