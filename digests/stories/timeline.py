"""Order the dated events of a story.

An event is a sentence with a calendar date, a weekday or a relative date, which is
resolved against the day its article was published. Events that cannot be resolved
(«hours before his arrival») come last. Quoted words do not date an event, and what two
articles report of one day in the same words is listed once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date
from operator import attrgetter

from digests.language import dates, quotation_marks, sentences, words
from digests.types import Article, Span, TimelineEvent

#: The share of common content words from which on sentences are one event.
_SAME_WORDS = 0.5
_START = attrgetter("start")


def order_events(articles: Sequence[Article]) -> tuple[TimelineEvent, ...]:
    """The dated events of the articles of one story, the earliest first.

    Returns:
        At most one event per sentence; undated ones last, in text order.
    """
    listed = [event for article in articles for event in _list_events(article)]
    dated = [e for e in listed if e.first is not None]
    dated.sort(key=lambda e: (e.first or date.max, e.last or date.max))
    return tuple(_deduplicate_events([*dated, *(e for e in listed if e.first is None)]))


def _list_events(article: Article) -> Iterator[TimelineEvent]:
    """The events of one article, in text order."""
    text = article.text
    published = article.published
    day = published.astimezone(UTC).date() if published else None
    found = dates.find_dated_days(text, day, article.lang)
    quoted = quotation_marks.find_quoted(text)
    unquoted = (d for d in found if not _is_quoted(d, quoted))
    named = sorted(unquoted, key=lambda d: (d.start, -d.end))
    at = 0
    for sentence in sentences.split_sentences(text, article.lang):
        first, at = at, bisect_left(named, sentence.end, at, key=_START)
        plain = named[first:at]
        if plain:
            yield _build_event(article, sentence, plain)


def _is_quoted(
    day: dates.DayMention, quoted: Sequence[quotation_marks.QuotedSpan]
) -> bool:
    before = bisect_right(quoted, day.start, key=_START)
    return before > 0 and day.start < quoted[before - 1].end


def _build_event(
    article: Article, sentence: Span, named: Sequence[dates.DayMention]
) -> TimelineEvent:
    """The event of a sentence, at the shortest of its periods."""
    chosen = min(named, key=_measure_width)
    return TimelineEvent(
        article=article.id,
        text=article.text[sentence.start : sentence.end],
        sentence=sentence,
        words=Span(start=chosen.start, end=chosen.end),
        first=chosen.first,
        last=chosen.last,
    )


def _measure_width(day: dates.DayMention) -> int:
    return (day.last - day.first).days if day.first and day.last else 1 << 30


def _deduplicate_events(events: Sequence[TimelineEvent]) -> Iterator[TimelineEvent]:
    kept: dict[tuple[date | None, date | None], list[frozenset[str]]] = {}
    for event in events:
        content = frozenset(words.extract_stems(event.text))
        before = kept.setdefault((event.first, event.last), [])
        if all(words.measure_jaccard(content, b) < _SAME_WORDS for b in before):
            before.append(content)
            yield event
