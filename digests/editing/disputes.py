"""Compare the numbers of reports: what outlets state differently, what is replaced.

Numbers disagree if they answer one question (`stated_figures`) differently, both as
facts, from two publishers, at nearly the same time: rounding is not another number, and
a later count of what can still grow replaces an earlier one («14 → 31»). In doubt there
is no line.
"""

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from digests.editing.figure_selection import build_shown_figure
from digests.editing.stated_figures import (
    GROWING_FATES,
    StatedFigure,
    are_elsewhere,
    disagree,
    is_same_count,
    is_same_scope,
    is_same_thing,
    is_same_value,
    read_statements,
)
from digests.figures import recognition
from digests.language import numbers, sentences, words
from digests.language.dates import DAY_AND_MONTH_NAMES
from digests.language.normalization import normalize_text
from digests.language.numbers import Number
from digests.language.spans import format_version, overlaps_any, span_text
from digests.stories import freshness
from digests.stories.assembly import article_sort_key
from digests.stories.profiles import CORRECTION_LABEL
from digests.stories.publishers import find_publisher
from digests.summaries.passages import leans_back
from digests.types import (
    Article,
    ArticleAnalysis,
    Dispute,
    EditionFigure,
    Figure,
    FigureComparison,
    Headline,
    PublishedLedger,
    Sentence,
    Span,
    Story,
)

#: Of a story so many reports are compared with the lead.
_COMPARED = 8
#: A count that can still grow is replaced after this time, another number later.
_COUNT_GROWS, _LATEST = timedelta(minutes=90), timedelta(hours=12)
_OF_OTHERS = re.compile(
    r"\b[\w,.-]{1,30}(?=\s(?:of\s(?:the|them|those|these|whom)|von\s(?:ihnen|denen)"
    r"|der\s[A-ZÄÖÜ]\w+)\b)"
)


#: «It was $3.3 billion, not $3.8 billion»: before the number that was wrong.
_NOT = re.compile(
    r"\b(?:not|nicht|instead of|rather than|statt)\s(?=[$£€₹₦]?\d|[a-zäöü]+\b)", re.I
)


#: «The correct figure is 421 pence», «richtig ist 3,1»: before the right number.
_RIGHT = re.compile(
    r"""\b(?:(?:correct|right|actual|true)\s(?:\w+\s){1,2}?(?:is|are|was|were)
    |in\sfact,?\s(?:it|they|the)\b|actually\b
    |should\s(?:have\s(?:been|read|said)|be|read|say)
    |(?:richtig|korrekt)\s(?:\w+\s)?(?:ist|sind|war|waren|wäre|wären|muss)
    |(?:richtige|korrekte|tatsächliche)\s\w+\s(?:ist|lautet|war|beträgt|betrug)
    |tatsächlich\s(?:ist|sind|war|waren))\b""",
    re.VERBOSE | re.IGNORECASE,
)
#: A number is corrected within so many characters, by one of the same size.
_NEAR_RIGHT, _SAME_SIZE = 80, 10.0
#: Characters of a notice that are read.
_READ_NOTICE = 3_000
_MEASURE = re.compile(r"\s?(%|[^\W\d_]+)")


def take_back(
    analyses: Mapping[str, ArticleAnalysis], ledger: PublishedLedger
) -> Mapping[str, ArticleAnalysis]:
    """The analyses without the numbers that a notice of the same outlet takes back.

    A notice of corrections reports nothing by itself, and is left out. It is news only
    to readers who were shown the wrong number.
    """
    kept = dict(analyses)
    for notice in analyses.values():
        wrong = _read_wrong_numbers(notice)
        for found in tuple(kept.values()) if wrong else ():
            spans = _find_wrong_sentences(found, notice.article, wrong)
            if spans:
                kept[found.article.id] = _leave_out(found, spans)
                if _was_shown(found, spans, ledger):
                    right = tuple(f for f in notice.figures if f.value not in wrong)
                    kept[notice.article.id] = replace(
                        notice, kind="news", figures=right
                    )
    alone = len(kept) == 1 and not ledger.revisions
    return {
        key: _present_notice(found)
        if alone or _opens_as_notice(found.article)
        else found
        for key, found in kept.items()
    }


#: The first words of a text without a title that corrects another one.
_NOTICE = re.compile(
    r"An?\s(?:earlier|previous)\sversion\sof\s(?:this|our|the)\s|In\seiner\sfrüheren\s(?:Version|Fassung)\s"
    r"|(?:Correction|Korrektur|Berichtigung|Richtigstellung):\s"
)
#: A longer text reports something as well.
_LONGEST_NOTICE = 600


def _opens_as_notice(article: Article) -> bool:
    short = len(article.text) < _LONGEST_NOTICE
    return short and not article.title and bool(_NOTICE.match(article.text))


def _present_notice(notice: ArticleAnalysis) -> ArticleAnalysis:
    """The notice as a report of what is right, with what it takes back beside it.

    There is no other report that could say so.
    """
    article, wrong = notice.article, _read_wrong_numbers(notice)
    right = next((f for f in notice.figures if f.value not in wrong), None)
    if not wrong or right is None or notice.kind not in {"junk", "news"}:
        return notice
    taken = next((f for f in notice.figures if f.value in wrong), right)
    spans = tuple(sorted({taken.sentence, right.sentence}, key=lambda s: s.start))
    if leans_back(span_text(article.text, spans[0])):
        # «It was $830 million» needs the sentence before, which says what.
        before = sentences.split_sentences(article.text[: spans[0].start], article.lang)
        spans = (*before[-1:], *spans)
    label = _NOTICE.match(article.text, spans[0].start)
    if label and label[0].endswith(": "):
        spans = (Span(start=label.end(), end=spans[0].end), *spans[1:])
    headline = Headline(
        text=format_version(article.text, spans).rstrip("."), spans=spans
    )
    stated = tuple(
        Sentence(text=format_version(article.text, (span,)), spans=(span,))
        for span in spans
    )
    summary = replace(notice.summary, headline=headline, sentences=stated)
    return replace(notice, kind="news", figures=(right,), quotes=(), summary=summary)


def _find_taken_back(notice: ArticleAnalysis) -> Figure | None:
    """The number that a notice, presented as a report, takes back."""
    if not notice.summary.headline.spans:
        return None
    wrong = _read_wrong_numbers(replace(notice, kind="junk"))
    read = notice.article
    found = recognition.find_figures(read.text, lang=read.lang) if wrong else ()
    return next((f for f in found if f.value in wrong), None)


def _was_shown(
    found: ArticleAnalysis, spans: Sequence[Span], ledger: PublishedLedger
) -> bool:
    """Whether readers were shown a number of these sentences of the article."""
    if not any(key.startswith(f"{found.article.id}@") for key in ledger.revisions):
        return False
    wrong = [f for f in found.figures if overlaps_any(f.sentence, spans)]
    texts = {normalize_text(f.text) for f in wrong}
    return bool(texts & ledger.figures) or any(
        text in sentence for text in texts for sentence in ledger.sentences
    )


def _read_wrong_numbers(analysis: ArticleAnalysis) -> frozenset[float]:
    """The numbers that a notice says were wrong."""
    notice = analysis.article
    untitled = _opens_as_notice(notice)
    if not (untitled or CORRECTION_LABEL.match(notice.title or "")):
        return frozenset()
    text = notice.text[:_READ_NOTICE]
    found = numbers.find_numbers(text, notice.lang)
    ends = [m.end() for m in _NOT.finditer(text)]
    denied = frozenset(
        n.value for n in found if any(0 <= n.start - e < 2 for e in ends)
    )
    # In a report «should be» asks for something.
    if denied or not (untitled or analysis.kind == "junk"):
        return denied
    return frozenset(_iter_replaced_numbers(text, found, notice.lang))


def _iter_replaced_numbers(
    text: str, found: Sequence[Number], lang: str | None
) -> Iterator[float]:
    """The number before each one that is called right, if it is clear which one it is.

    It stands in the same sentence or the one before, and measures the same.
    """
    counted = [n for n in found if _read_measure(text, n) not in DAY_AND_MONTH_NAMES]
    starts = [span.start for span in sentences.split_sentences(text, lang)]
    for m in _RIGHT.finditer(text):
        right = next((n for n in counted if 0 <= n.start - m.end() < _NEAR_RIGHT), None)
        if right is None:
            continue
        begun = bisect_right(starts, m.start())
        first = starts[max(0, begun - 2)]
        before = [n for n in counted if first <= n.start < m.start()]
        alike = [n for n in before if _is_same_measure(text, n, right)] or before
        values = {n.value for n in alike} - {right.value}
        for value in values if len(values) == 1 else ():
            if 1 / _SAME_SIZE < abs(value / (right.value or 1)) < _SAME_SIZE:
                yield value


def _is_same_measure(text: str, one: Number, other: Number) -> bool:
    return _read_measure(text, one) == _read_measure(text, other)


def _read_measure(text: str, number: Number) -> str:
    """The word or sign after a number."""
    found = _MEASURE.match(text, number.end)
    return found[1].casefold() if found else ""


def _find_wrong_sentences(
    found: ArticleAnalysis, notice: Article, wrong: Container[float]
) -> list[Span]:
    """The sentences with a wrong number that share a word with the notice."""
    article = found.article
    if article.id == notice.id or find_publisher(article) != find_publisher(notice):
        return []
    named = frozenset(words.extract_stems(notice.text, notice.lang))
    stated = [f.sentence for f in found.figures if f.value in wrong]
    return [
        span
        for span in stated
        if named.intersection(
            words.extract_stems(span_text(article.text, span), article.lang)
        )
    ]


def _leave_out(found: ArticleAnalysis, spans: Sequence[Span]) -> ArticleAnalysis:
    kept = tuple(
        sentence
        for sentence in found.summary.sentences
        if not any(overlaps_any(span, spans) for span in sentence.spans)
    )
    return replace(
        found,
        summary=replace(found.summary, sentences=kept),
        figures=tuple(f for f in found.figures if not overlaps_any(f, spans)),
    )


def find_disputes(
    story: Story, analyses: Mapping[str, ArticleAnalysis]
) -> tuple[Dispute, ...]:
    """What other outlets state differently from the lead, each thing once."""
    ours, *others = story.articles
    if not others:
        return ()
    mine = _read_analysis(analyses[ours.id])
    publisher = find_publisher(ours)
    corrects = freshness.read_state(ours).corrects
    parts = _find_parts(story.articles)
    found: dict[tuple[int, int], Dispute] = {}
    for theirs in others[:_COMPARED]:
        if find_publisher(theirs) == publisher:
            continue
        # What corrects another report replaces its numbers.
        if corrects or freshness.read_state(theirs).corrects:
            continue
        for one, other in _pair_statements(mine, _read_analysis(analyses[theirs.id])):
            if _is_replaced(one, other):
                continue
            if min(one.figure.value, other.figure.value) in parts:
                continue
            found.setdefault(
                (one.figure.start, one.figure.end),
                Dispute(
                    ours=build_shown_figure(one.figure, ours),
                    theirs=build_shown_figure(other.figure, theirs),
                ),
            )
    return tuple(found.values())


def add_replaced(
    shown: Sequence[EditionFigure],
    story: Story,
    analyses: Mapping[str, ArticleAnalysis],
) -> tuple[EditionFigure, ...]:
    """The figures of a story's lead with those of older reports that they replace."""
    lead, *others = story.articles
    if shown and not others:
        taken = _find_taken_back(analyses[lead.id])
        old = build_shown_figure(taken, lead) if taken else None
        return tuple(replace(one, replaces=old) for one in shown)
    if not shown:
        return ()
    state = freshness.read_state(lead)
    latest = sorted(others, key=article_sort_key, reverse=True)[:_COMPARED]
    older = [a for a in latest if _is_older_state(freshness.read_state(a), state)]
    now, *before = (_read_analysis(analyses[a.id], bounds=True) for a in (lead, *older))
    return tuple(
        replace(one, replaces=_find_replaced(one.figure, now, before)) for one in shown
    )


def _is_older_state(one: freshness.ReportState, newest: freshness.ReportState) -> bool:
    """Whether a report tells an older state, by what it says or by its time."""
    published, latest = one.article.published, newest.article.published
    if published is None or latest is None or published >= latest:
        return False
    if freshness.is_behind(newest, one):
        return False
    return latest - published > _COUNT_GROWS or one.corrects or newest.corrects


def _find_replaced(
    figure: Figure,
    now: Sequence[StatedFigure],
    before: Sequence[Sequence[StatedFigure]],
) -> EditionFigure | None:
    """The latest other count of those to whom the same happened, or None.

    A report that gives several such counts is not compared: they are of several places.
    """
    one = next((s for s in now if s.figure == figure), None)
    if one is None or one.fate not in GROWING_FATES:
        return None
    if any(is_same_count(one, s) and s.figure.value != figure.value for s in now):
        return None
    for statements in before:
        alike = [s for s in statements if is_same_count(one, s)]
        if len({s.figure.value for s in alike}) == 1:
            other = alike[0]
            said = other.figure.text.casefold() in figure.label.casefold()
            if said or other.figure.value == figure.value:
                return None
            if not are_elsewhere(one, other):
                return build_shown_figure(other.figure, other.article)
    return None


def _find_parts(articles: Iterable[Article]) -> frozenset[float]:
    """The numbers of which a report says «nine of the dead»: a part of another."""
    return frozenset(
        number.value
        for article in articles
        for m in _OF_OTHERS.finditer(article.text)
        for number in numbers.find_numbers(m[0], article.lang)[-1:]
    )


def compare_figures(
    ours: Article,
    our_figures: Sequence[Figure],
    theirs: Article,
    figures: Sequence[Figure],
) -> Iterator[FigureComparison]:
    """The figures that two articles both give, equal or different, in our order.

    An equal one takes precedence over a different one.
    """
    mine = list(read_statements(ours, our_figures))
    others = list(read_statements(theirs, figures))
    for one in mine:
        equal = next((o for o in others if is_same_value(one, o)), None)
        other = equal or next((o for _, o in _pair_statements([one], others)), None)
        if other:
            yield FigureComparison(
                ours=one.figure, theirs=other.figure, equal=equal is not None
            )


def _is_replaced(one: StatedFigure, other: StatedFigure) -> bool:
    """Whether the later number replaces the earlier one."""
    first, second = one.article.published, other.article.published
    if first is None or second is None:
        return False
    return abs(first - second) > (
        _COUNT_GROWS if one.fate in GROWING_FATES else _LATEST
    )


def _pair_statements(
    mine: Sequence[StatedFigure], theirs: Sequence[StatedFigure]
) -> Iterator[tuple[StatedFigure, StatedFigure]]:
    """The statements of two articles that answer one question with two numbers."""
    for one in mine:
        alike = [other for other in theirs if is_same_thing(one, other)]
        own = [other for other in mine if is_same_thing(one, other)]
        if len({s.figure.value for s in alike}) != 1:
            continue
        if len({s.figure.value for s in own}) != 1:
            continue
        if disagree(one, alike[0]) and is_same_scope(one, alike[0]):
            yield one, alike[0]


def _read_analysis(
    analysis: ArticleAnalysis, *, bounds: bool = False
) -> list[StatedFigure]:
    found = read_statements(
        analysis.article, analysis.figures, analysis.quotes, bounds=bounds
    )
    return list(found)
