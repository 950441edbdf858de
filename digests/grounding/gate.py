"""The last door: drops from an edition whatever does not stand in its source.

It never softens, repairs or rewords. A sentence, card, figure, brief line or headline
whose words are not in the article it names goes; a headline is replaced by the
article's title or by the story's first sentence where one of these passes, else the
story goes with it. What comes out passes again unchanged. Our own words (reasons,
the digest's title, a card's description) are not judged here.
"""

from collections.abc import Mapping
from dataclasses import replace

from digests.grounding import spans
from digests.language import numbers
from digests.types import (
    Article,
    ArticleRef,
    Brief,
    Card,
    Dispute,
    Edition,
    EditionStory,
    Headline,
    Sentence,
    ToldFigure,
)

Articles = Mapping[str, Article]


def gate(edition: Edition, articles: Articles) -> Edition:
    """An edition without anything that is not in its sources.

    Args:
        edition: As composed; it is not changed.
        articles: The articles it was made from, by id, in the version the spans
            point into. What names an article that is not here goes.
    """
    stories = tuple(
        kept for story in edition.stories if (kept := _story(story, articles))
    )
    brief = tuple(
        passed for line in edition.brief if (passed := _brief(line, articles))
    )
    shown = [card for story in stories for card in story.cards]
    hero = edition.hero if edition.hero in shown else None
    return replace(edition, stories=stories, brief=brief, hero=hero)


def _story(story: EditionStory, articles: Articles) -> EditionStory | None:
    told = _told(story, articles)
    if told is None:
        return None
    summary = tuple(s for s in story.summary if _sentence_stands(s, told))
    headline = _headline(story.headline, told, summary[:1])
    if headline is None:
        return None
    return replace(
        story,
        headline=headline,
        summary=summary,
        cards=tuple(c for c in story.cards if _card_stands(c, articles)),
        figures=tuple(f for f in story.figures if _figure_stands(f, articles)),
        articles=tuple(ref for ref in story.articles if _ref_stands(ref, articles)),
        matters=_kept(story.matters, told),
        disputes=tuple(d for d in story.disputes if _dispute_stands(d, articles)),
    )


def _kept(sentence: Sentence | None, article: Article) -> Sentence | None:
    stands = sentence is not None and _sentence_stands(sentence, article)
    return sentence if stands else None


def _dispute_stands(dispute: Dispute, articles: Articles) -> bool:
    return all(_figure_stands(f, articles) for f in (dispute.ours, dispute.theirs))


def _told(story: EditionStory, articles: Articles) -> Article | None:
    """The article that a story is told from, if it is the one it says it is."""
    if not story.articles or not _ref_stands(story.articles[0], articles):
        return None
    return articles[story.articles[0].id]


def _brief(line: Brief, articles: Articles) -> Brief | None:
    if not _ref_stands(line.article, articles):
        return None
    headline = _headline(line.headline, articles[line.article.id])
    return replace(line, headline=headline) if headline else None


def _ref_stands(ref: ArticleRef, articles: Articles) -> bool:
    """Whether a reference names an article that is here, by its own title."""
    article = articles.get(ref.id)
    return article is not None and ref.title in (None, article.title)


def _sentence_stands(sentence: Sentence, article: Article) -> bool:
    return spans.follows(sentence.text, sentence.spans, article.text)


def _headline(
    headline: Headline, article: Article, first: tuple[Sentence, ...] = ()
) -> Headline | None:
    """The headline, or what may stand in its place, or None where nothing does."""
    title = Headline(text=" ".join((article.title or "").split()))
    told = [Headline(text=s.text, spans=s.spans) for s in first]
    return next((h for h in (headline, title, *told) if _is_headed(h, article)), None)


def _is_headed(headline: Headline, article: Article) -> bool:
    if headline.spans:
        return spans.follows(headline.text, headline.spans, article.text)
    return spans.same(headline.text, article.title or "")


def _card_stands(card: Card, articles: Articles) -> bool:
    """Whether quote and context are the article's, and the speaker's name is in it."""
    article = articles.get(card.article)
    if article is None or not spans.verbatim(card.text, card.span, article.text):
        return False
    if (card.source, card.url) != (article.source, article.url):
        return False
    if not spans.follows(card.context_text, (card.context,), article.text):
        return False
    words = spans.vocabulary(article.text, article.title)
    return spans.known(card.speaker or "", words) and spans.known(
        card.role or "", words
    )


def _figure_stands(told: ToldFigure, articles: Articles) -> bool:
    """Whether number, sentence and what is measured are the article's."""
    article = articles.get(told.article)
    if article is None:
        return False
    figure = told.figure
    if article.text[figure.start : figure.end] != figure.text or not figure.text:
        return False
    if not spans.follows(told.sentence_text, (figure.sentence,), article.text):
        return False
    if not figure.sentence.start <= figure.start < figure.end <= figure.sentence.end:
        return False
    words = spans.vocabulary(article.text)
    return spans.known(figure.what, words) and _says(figure.text, figure.value, article)


def _says(text: str, value: float, article: Article) -> bool:
    """Whether a figure's words give its value; «2 to 3 million» lends its scale."""
    found = numbers.find(text, article.lang)
    return any(
        abs(number.value * scale - value) <= _ROUNDING * max(1.0, abs(value))
        for number in found
        for scale in _SCALES
    )


_ROUNDING = 1e-9
_SCALES = (1.0, 12.0, 1e2, 1e3, 1e6, 1e9, 1e12)
