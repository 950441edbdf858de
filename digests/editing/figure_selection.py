"""Choose the figures of a story that are shown."""

from collections.abc import Sequence
from dataclasses import replace

from digests.figures import units
from digests.types import Article, ArticleAnalysis, EditionFigure, Figure, Story

MAX_FIGURES = 4
#: A bare count below this is seldom what a story is about.
MIN_NOTABLE_COUNT = 10
#: From here on a count is the size of something.
LARGE_COUNT = 100
_RANGE_JOINERS = frozenset((" to ", " or ", " and ", "-", "–", " - ", " – ", " bis "))


def select_figures(story: Story, lead: ArticleAnalysis) -> tuple[EditionFigure, ...]:
    """The newsworthy figures of the lead article, in text order."""
    article = story.articles[0]
    worth = [
        f for f in _join_ranges(lead.figures, article.text) if _is_newsworthy(f, lead)
    ]
    once = {(f.value, f.unit, f.what): f for f in reversed(worth)}
    most = sorted(once.values(), key=lambda f: (_rank_figure(f), f.start))[:MAX_FIGURES]
    return tuple(
        build_shown_figure(f, article) for f in sorted(most, key=lambda f: f.start)
    )


def build_shown_figure(figure: Figure, article: Article) -> EditionFigure:
    """The figure with the words around it."""
    return EditionFigure(
        figure=figure,
        article=article.id,
        source=article.source,
        sentence_text=article.text[figure.sentence.start : figure.sentence.end],
    )


def _join_ranges(found: Sequence[Figure], text: str) -> list[Figure]:
    """Join «35 to 50 minutes» to one figure with the value of its upper end."""
    joined: list[Figure] = []
    for figure in found:
        low = joined[-1] if joined else None
        if low and (low.unit, low.what) == (figure.unit, figure.what):
            between = text[low.end : figure.start]
            if between in _RANGE_JOINERS and low.value < figure.value:
                joined.pop()
                shown = text[low.start : figure.end]
                figure = replace(figure, start=low.start, text=shown)
        joined.append(figure)
    return joined


def _rank_figure(figure: Figure) -> int:
    """The rank of a figure: money and shares, large counts, measures, durations."""
    sort = units.classify_unit(figure.unit)
    if sort == "count":
        return 1 if figure.unit == "people" or figure.value >= LARGE_COUNT else 3
    return {"money": 0, "share": 0, "measure": 2, "time": 4}[sort]


def _is_newsworthy(figure: Figure, analysis: ArticleAnalysis) -> bool:
    """Whether it has a label and is more than a small count or an age.

    A number inside a quote is a claim of the speaker, not a fact of the story.
    """
    quoted = any(q.start <= figure.start < q.end for q in analysis.quotes)
    sort = units.classify_unit(figure.unit)
    measured = sort != "count" or abs(figure.value) >= MIN_NOTABLE_COUNT
    measured = measured or figure.unit == "people"
    return bool(figure.what) and measured and not quoted and not _is_age(figure)


def _is_age(figure: Figure) -> bool:
    return units.classify_unit(figure.unit) == "time" and "old" in figure.text
