"""Choose the figures of a story that are shown.

A figure is shown as the clause that states it (`Figure.label`): without one it is left
out, and so is whatever the article denies, or states as open without the clause saying
so. The number that the title repeats comes first, then those of the first sentences.
Trivial numbers (durations, ages, small counts) are shown only if the title has them or
something happened to that many people. One clause is shown once, whatever it counts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digests.figures import clauses, units
from digests.language import numbers
from digests.language.normalization import normalize_text
from digests.types import (
    Article,
    ArticleAnalysis,
    EditionFigure,
    Figure,
    Story,
)

MAX_FIGURES = 3
#: A figure needs this score to be shown.
_LEAST_SCORE = 2.0
#: A bare count below this is seldom what a story is about.
_SMALL_COUNT = 10
#: From here on a count is the size of something.
_LARGE_COUNT = 100
#: Scores of the first, second, third sentence and so on; later ones get none.
_BY_PLACE = (4.0, 3.0, 2.0, 2.0, 1.5, 1.5, 1.0, 1.0)
_IN_TITLE = 6.0
_BY_SORT = {"money": 2.0, "share": 2.0, "count": 1.0, "measure": 1.0, "time": -3.0}
_BY_STATUS = {
    "reported": 0.0,
    "expected": 0.0,
    "past": -2.0,
    "disputed": -2.0,
    "hypothetical": -1.5,
}
_SMALL = -3.0
_HARM = re.compile(
    r"\b(?:kill\w*|dead|died|dies?|deaths?|injur\w+|wound\w+|hurt|missing|rescu\w+|"
    r"arrest\w*|detain\w*|evacuat\w*|homeless|displac\w*|drown\w*|shot|stabbed|"
    r"hospitali[sz]ed|jobs|sack\w*|laid off|votes?|voted|Tote[n]?|Todesopfer|getötet|"
    r"starben|Verletzte[n]?|verletzt|vermisst|festgenommen|Stimmen|evakuiert)\b",
    re.IGNORECASE,
)
#: A duration that is itself the news.
_TERM = re.compile(
    r"\b(?:sentenced|jailed|prison|imprison\w*|jail|banned|ban|suspended|suspension|"
    r"surviv\w+|Haft|verurteilt|gesperrt|Sperre)\b",
    re.IGNORECASE,
)
_AGE = re.compile(r"\bold\b|\baged?\b|\d-jährig|\bAlter\b", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:he|she|they|his|her|their|er|sie|seine?|ihre?)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Candidate:
    figure: Figure
    score: float


def select_figures(story: Story, lead: ArticleAnalysis) -> tuple[EditionFigure, ...]:
    """The newsworthy figures of the lead article, the number of the story first."""
    article = story.articles[0]
    return tuple(
        build_shown_figure(figure, article) for figure in choose_key_figures(lead)
    )


def build_shown_figure(figure: Figure, article: Article) -> EditionFigure:
    """A figure with the words of its sentence."""
    return EditionFigure(
        figure=figure,
        article=article.id,
        source=article.source,
        sentence_text=article.text[figure.sentence.start : figure.sentence.end],
    )


def choose_key_figures(analysis: ArticleAnalysis) -> tuple[Figure, ...]:
    """At most `MAX_FIGURES` figures, the number of the story first."""
    scored = _score_figures(analysis)
    scored.sort(key=lambda c: (-c.score, c.figure.start))
    chosen: list[Figure] = []
    for candidate in scored:
        if len(chosen) == MAX_FIGURES or candidate.score < _LEAST_SCORE:
            break
        if not any(_repeats(candidate.figure, other) for other in chosen):
            chosen.append(candidate.figure)
    return tuple(chosen)


def _repeats(figure: Figure, other: Figure) -> bool:
    """Whether a label is shown already, or its value of the same thing."""
    mine, theirs = normalize_text(figure.label), normalize_text(other.label)
    if mine in theirs or theirs in mine or figure.sentence == other.sentence:
        return True
    return (figure.value, figure.unit) == (other.value, other.unit)


def _score_figures(analysis: ArticleAnalysis) -> list[_Candidate]:
    article = analysis.article
    title = {n.value for n in numbers.find_numbers(article.title or "", article.lang)}
    news = {span.start for s in analysis.summary.sentences[:1] for span in s.spans}
    places: dict[int, int] = {}
    found = []
    for figure in analysis.figures:
        place = places.setdefault(figure.sentence.start, len(places))
        if _may_show(figure, analysis):
            named = abs(figure.value) in title
            score = _score(figure, named=named, place=place)
            score += 3 if any(_holds(figure, at) for at in news) else 0
            found.append(_Candidate(figure, score))
    return found


def _holds(figure: Figure, at: int) -> bool:
    return figure.sentence.start <= at < figure.sentence.end


def _may_show(figure: Figure, analysis: ArticleAnalysis) -> bool:
    if not figure.label or figure.status == "denied" or _AGE.search(figure.text):
        return False
    # A number inside a quote is a claim of the speaker, not a fact of the story.
    return not any(q.start <= figure.start < q.end for q in analysis.quotes)


def _score(figure: Figure, *, named: bool, place: int) -> float:
    sort = units.classify_unit(figure.unit)
    score = _BY_SORT[sort] + _BY_STATUS[figure.status]
    score += _BY_PLACE[place] if place < len(_BY_PLACE) else 0
    if sort == "count":
        score += _score_count(figure)
    if sort == "time" and _TERM.search(figure.label):
        score -= _BY_SORT[sort] - 1
    if named:
        score += _IN_TITLE
    if _PRONOUN.match(figure.label):
        score -= 1
    return score - (len(figure.label) > clauses.USUAL_LENGTH) / 2


def _score_count(figure: Figure) -> float:
    if _HARM.search(figure.label):
        return 2
    if abs(figure.value) < _SMALL_COUNT:
        return _SMALL
    return 1 if abs(figure.value) >= _LARGE_COUNT else 0
