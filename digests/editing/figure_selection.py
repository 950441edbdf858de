"""Choose the figures of a story that are shown.

A figure is shown as the clause that states it (`Figure.label`): without one it is left
out, and so is whatever the article denies, or states as open without the clause saying
so. The number that the title repeats comes first, then those of the first sentences.
Trivial numbers (durations, ages, small counts) are shown only if the title has them or
something happened to that many people. One clause is shown once, whatever it counts.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from digests.figures import clauses, units
from digests.language import numbers, quotation_marks
from digests.language.dates import ENGLISH_MONTHS, ENGLISH_WEEKDAYS
from digests.language.normalization import normalize_text
from digests.language.words import resolve_language
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
_BY_SORT = {"money": 2.5, "share": 2.5, "count": 1.0, "measure": 1.0, "time": -6.0}
_BY_STATUS = {
    "reported": 0.0,
    "expected": 0.0,
    "past": -1.5,
    "disputed": -2.0,
    "hypothetical": -1.5,
}
_SMALL = -9.0
#: Labels of one sentence that begin alike say the same once more.
_SAME_START = 16
_HARM = re.compile(
    r"\b(?:kill\w*|dead|died|dies?|deaths?|injur\w+|wound\w+|hurt|missing|rescu\w+|"
    r"arrest\w*|detain\w*|evacuat\w*|homeless|displac\w*|drown\w*|shot|stabbed|"
    r"hospitali[sz]ed|jobs|sack\w*|laid off|votes?|voted|Tote[n]?|Todesopfer|getötet|"
    r"starben|Verletzte[n]?|verletzt|vermisst|festgenommen|Stimmen|evakuiert)\b",
    re.IGNORECASE,
)
#: Right before the number: «killing at least 12».
_HARMING = re.compile(
    r"\b(?:kill(?:s|ed|ing)|injur(?:es|ed|ing)|wound(?:s|ed|ing)|rescu(?:es|ed|ing)|"
    r"arrest(?:s|ed|ing)|detain(?:s|ed|ing)|evacuat(?:es|ed|ing)|lives\sof|deaths?\sof|"
    r"(?:dead|deaths?|killed|toll|injured|missing|Toten?|Todesopfer|Verletzten)"
    r"(?:\s[\w'’-]+){0,10}\s(?:to|at|auf)|"
    r"cut|cuts|cutting|axe|shed|sack(?:s|ed|ing)|toll(?:\s\w+){0,3})\s"
    r"(?:(?:at\sleast|about|around|some|up\sto|another|all|nearly|almost)\s)?$",
    re.IGNORECASE,
)
#: A duration that is itself the news.
_TERM = re.compile(
    r"\b(?:sentenced|jailed|prison|imprison\w*|jail|banned|ban|suspended|suspension|"
    r"surviv\w+|Haft|verurteilt|gesperrt|Sperre)\b",
    re.IGNORECASE,
)
_NOTABLE = re.compile(
    r"\b(?:nominations?|awards?|medals?|golds?|titles?|goals?|tries|charges|counts|seats|"
    r"hostages|victims|planes|ships|mines|factories|plants|schools|hospitals|"
    r"branches|banks|firms|holidays|bans?|Medaillen|Tore|Sitze|Werke|Schulen|Kliniken)\b",
    re.I,
)
_AGE = re.compile(r"\bold\b|\baged?\b|\d-jährig|\bAlter\b", re.IGNORECASE)
#: «the 50 yard freestyle», «a 10km run»: the name of an event.
_EVENT = re.compile(
    r"(?:\sand\s\d+m)?\s(?:\w+\s){0,2}?(?:freestyle|medley|backstroke|breaststroke|butterfly|relay|dash|"
    r"hurdles|sprint|steeplechase|race|runs?|champions?|gold|silver|bronze|title|record|"
    r"finals?|heats?|event|legend|runner|sprinter|Lauf|Rennen|Meister\w*|Staffel)\b",
    re.I,
)
_TO_EVENT = re.compile(
    r"\b(?:won|win|wins|winning|swam|ran|in|of|over|for|both|and)\s(?:the\s|(?:wo)?men['’]s\s){0,2}$",
    re.I,
)
_DISTANCES = frozenset(("metres", "km", "yards", "miles"))
_SCORE = re.compile(r"\b\d{1,3}\s?[-–:]\s?\d{1,3}\b")
#: A word before a name that is no preposition, and the name.
_NAME_BEFORE = re.compile(
    r"\b(?!(?:in|on|at|by|from|near|for|to|of|and)\b)([\w'’]+)\s([A-Z][\w'’]*)\s$"
)
_WEEKDAYS = frozenset((*ENGLISH_WEEKDAYS, *ENGLISH_MONTHS))
_PICTURES = re.compile(r"\s(?:Photos|Slides|Images|Bilder)\b")
#: «one in five», «7 out of 10» is a share.
_RATE = re.compile(r"\w (?:in|out of) (?:every )?\w")
#: A bare age: «Lind, the oldest of them, is 74».
_BARE_AGE = re.compile(r"\b(?:is|was|turns|turned)\s\d{1,2}$")
_CORRECTION = re.compile(
    r"\W*(?:correction|clarification|korrektur|berichtigung)", re.I
)
#: In a correction: what was wrong.
_WRONG = re.compile(
    r"\b(?:(?:that|the)\s(?:statement|report|article|story|post)|original\w*|earlier|"
    r"incorrect\w*|wrong\w*|said that|ursprünglich|falsch\w*|fälschlich)\b",
    re.I,
)
_LEFT = re.compile(
    r"\b(?:up|down|cut|raised|lowered|rise|fall)\sfrom\s$"
    r"|\b(?:which|that)\s(?:had\s)?(?:stood|been|was)\sat\s$"
)
_PRONOUN = re.compile(r"(?:he|she|they|his|her|their|er|sie|seine?|ihre?)\b", re.I)


@dataclass(frozen=True, slots=True)
class _ScoredFigure:
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
    if mine in theirs or theirs in mine:
        return True
    if figure.sentence == other.sentence:
        return figure.text in other.label or mine[:_SAME_START] == theirs[:_SAME_START]
    return (figure.value, figure.unit) == (other.value, other.unit)


def _score_figures(analysis: ArticleAnalysis) -> list[_ScoredFigure]:
    article = analysis.article
    title = _read_title(article)
    news = {span.start for s in analysis.summary.sentences[:1] for span in s.spans}
    # A number inside marks is a claim of the speaker, not a fact of the story.
    quoted = quotation_marks.find_quoted(article.text)
    opened = [span.start for span in quoted]
    replaced = _find_replaced(analysis.figures)
    places: dict[int, int] = {}
    found = []
    for figure in analysis.figures:
        place = places.setdefault(figure.sentence.start, len(places))
        at = bisect_right(opened, figure.start) - 1
        inside = at >= 0 and figure.start < quoted[at].end
        if not inside and _may_show(figure, analysis):
            units_there = title.get(abs(figure.value), ())
            bare = units.classify_unit(figure.unit) == "count" and "" in units_there
            named = bare or (bool(figure.unit) and figure.unit in units_there)
            in_news = any(_holds(figure, at) for at in news)
            score = _score(figure, named=named, place=place) + 3 * in_news
            score -= _SMALL if in_news and _is_notable(figure) else 0
            if (figure.value, figure.unit) in replaced and not _is_up_or_down(figure):
                continue
            found.append(_ScoredFigure(figure, score))
    return found


def _read_title(article: Article) -> dict[float, set[str]]:
    """The numbers of the title with their units; "" is a number without one."""
    # As many spaces, so that the unit of a number is still beside it.
    title = _SCORE.sub(lambda m: " " * len(m[0]), article.title or "")
    found: dict[float, set[str]] = {}
    for number in numbers.find_numbers(title, article.lang):
        unit = units.find_unit(title, number.start, number.end)
        found.setdefault(number.value, set()).add(unit.name if unit else "")
    return found


def _find_replaced(figures: Sequence[Figure]) -> frozenset[tuple[float, str]]:
    """Values that a later count replaced: «800, down from 2,500»."""
    return frozenset(
        (f.value, f.unit) for f in figures if f.status == "past" and _is_left(f)
    )


def _is_up_or_down(figure: Figure) -> bool:
    """Whether the label also has the count that replaced it."""
    return _is_left(figure) and "which" not in figure.label


def _is_left(figure: Figure) -> bool:
    """Whether the figure stands behind «up from» or «down from»."""
    at = figure.label.find(figure.text)
    return at > 0 and _LEFT.search(figure.label[:at]) is not None


def _holds(figure: Figure, at: int) -> bool:
    return figure.sentence.start <= at < figure.sentence.end


def _may_show(figure: Figure, analysis: ArticleAnalysis) -> bool:
    if not figure.label or figure.status == "denied" or _AGE.search(figure.text):
        return False
    article = analysis.article
    named = resolve_language(article.lang) != "de" and _is_name(figure, article.text)
    if not figure.unit and (named or _BARE_AGE.search(figure.label)):
        return False
    if figure.unit in _DISTANCES and _names_event(figure, analysis.article.text):
        return False
    title = analysis.article.title or ""
    return not (_CORRECTION.match(title) and _WRONG.search(figure.label))


def _is_name(figure: Figure, text: str) -> bool:
    """Whether a count is part of a name («the Falcon 9 rocket») or of a picture's."""
    before = text[max(figure.sentence.start, figure.start - 40) : figure.start]
    named = _NAME_BEFORE.search(before)
    return bool(named and named[2] not in _WEEKDAYS) or bool(
        _PICTURES.match(text, figure.end)
    )


def _names_event(figure: Figure, text: str) -> bool:
    """Whether a distance names a race: «won the 800m», «the 100m champion»."""
    if _EVENT.match(text, figure.end):
        return True
    tied = figure.text.endswith("m") and " " not in figure.text
    return tied and bool(
        _TO_EVENT.search(text[max(0, figure.start - 24) : figure.start])
    )


def _score(figure: Figure, *, named: bool, place: int) -> float:
    rate = _RATE.search(figure.text)
    sort = "share" if rate else units.classify_unit(figure.unit)
    score = _BY_SORT[sort] + _BY_STATUS[figure.status]
    score += _BY_PLACE[place] if place < len(_BY_PLACE) else 0
    if sort == "count":
        score += _score_count(figure)
    if sort == "time" and (named or _TERM.search(figure.label)):
        score -= _BY_SORT[sort] - 1
    if _before_but(figure):
        score -= 3
    if named:
        score += _IN_TITLE
    if _PRONOUN.match(figure.label):
        score -= 1
    return score - (len(figure.label) > clauses.USUAL_LENGTH) / 2


def _is_notable(figure: Figure) -> bool:
    """Whether a small count is of things that are news by ones and twos."""
    sort = units.classify_unit(figure.unit)
    small = sort == "count" and abs(figure.value) < _SMALL_COUNT
    at = figure.label.find(figure.text)
    beside = re.split(r"[,;:]", figure.label[at:][:48])[0]
    return small and not _is_of_harm(figure) and bool(_NOTABLE.search(beside))


def _before_but(figure: Figure) -> bool:
    """Whether the same clause goes on to take it back: «fell 2%, but recovered»."""
    at = figure.label.find(figure.text)
    return ", but " in figure.label[at:]


def _score_count(figure: Figure) -> float:
    if _is_of_harm(figure):
        return 2
    if abs(figure.value) < _SMALL_COUNT:
        return _SMALL
    return 1 if abs(figure.value) >= _LARGE_COUNT else 0


def _is_of_harm(figure: Figure) -> bool:
    """Whether something happened to so many people, by the words beside the figure."""
    at = figure.label.find(figure.text)
    before, after = figure.label[max(0, at - 100) : at], figure.label[at:][:60]
    return bool(_HARMING.search(before) or _HARM.search(re.split(r"[,;:]", after)[0]))
