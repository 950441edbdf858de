"""How one edition tells its stories; it must not choose which ones.

A full story takes headline, summary and figures from one article, the one it is
told from, and quotes from all of them: those of the told article first, then what
the others alone have. A brief line is a headline with its outlets.
"""

from collections.abc import Mapping, Sequence

from digests import cards, quotes
from digests.language.fold import fold
from digests.stories import Ranked
from digests.summaries import updates
from digests.types import (
    Analysis,
    Article,
    ArticleRef,
    Brief,
    Card,
    EditionStory,
    Figure,
    Sentence,
    Story,
    Style,
    ToldFigure,
)

FIGURES_SHOWN = 4
#: A bare count below this is seldom what a story is about.
COUNT_OF_NOTE = 10
HERO_LENGTH = range(40, 241)


def in_full(
    entry: Ranked, analyses: Mapping[str, Analysis], style: Style
) -> EditionStory:
    """The story with summary, quote cards and figures."""
    story = entry.story
    lead = analyses[story.articles[0].id]
    return EditionStory(
        id=story.id,
        headline=lead.summary.headline,
        summary=_summary(entry, lead, style),
        cards=_cards(story, analyses, style.quotes),
        figures=_figures(story, lead),
        articles=tuple(reference(a) for a in story.articles),
        outlets=story.outlets,
        update=entry.update,
        reasons=entry.reasons,
    )


def in_brief(entry: Ranked, analyses: Mapping[str, Analysis]) -> Brief:
    """The story as one line."""
    story = entry.story
    return Brief(
        story=story.id,
        headline=analyses[story.articles[0].id].summary.headline,
        article=reference(story.articles[0]),
        outlets=story.outlets,
        articles=tuple(reference(a) for a in story.articles),
    )


def hero(told: Sequence[EditionStory]) -> Card | None:
    """The first named, whole thought of the edition that fits a card."""
    shown = [card for story in told for card in story.cards]
    fitting = [c for c in shown if c.speaker and len(c.text) in HERO_LENGTH]
    return next(iter(fitting), None)


def reference(article: Article) -> ArticleRef:
    """Which stored text this is."""
    return ArticleRef(
        id=article.id,
        revision=article.revision,
        source=article.source,
        title=article.title,
        url=article.url,
        published=article.published,
        lang=article.lang,
    )


def _summary(entry: Ranked, lead: Analysis, style: Style) -> tuple[Sentence, ...]:
    """An update tells what is new first."""
    if not entry.news:
        return lead.summary.sentences
    return updates.tell(lead.article, lead.summary, entry.news, style.summary_chars)


def _cards(
    story: Story, analyses: Mapping[str, Analysis], most: int
) -> tuple[Card, ...]:
    """Quotes of the told article first; the others add what they alone have."""
    chosen: list[Card] = []
    seen: list[str] = []
    for article in story.articles:
        found = analyses[article.id].quotes
        for quote in quotes.deserving(found, article.text):
            words = fold(quote.text).strip(" .,;:!?")
            if len(chosen) == most:
                return tuple(chosen)
            if not any(words in other or other in words for other in seen):
                seen.append(words)
                chosen.append(cards.make(article, quote))
    return tuple(chosen)


def _figures(story: Story, lead: Analysis) -> tuple[ToldFigure, ...]:
    """The figures of the told article that are news, in text order."""
    article = story.articles[0]
    worth = [f for f in lead.figures if _is_news(f, lead)]
    return tuple(
        ToldFigure(
            figure=figure,
            article=article.id,
            source=article.source,
            sentence_text=article.text[figure.sentence.start : figure.sentence.end],
        )
        for figure in worth[:FIGURES_SHOWN]
    )


def _is_news(figure: Figure, analysis: Analysis) -> bool:
    """Whether it says what it measures, and more than «two leaders».

    A number inside a quote is a claim of the speaker's, not a fact of the story.
    """
    quoted = any(q.start <= figure.start < q.end for q in analysis.quotes)
    measured = bool(figure.unit) or figure.value >= COUNT_OF_NOTE
    return bool(figure.what) and measured and not quoted
