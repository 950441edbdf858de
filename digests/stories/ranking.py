"""Puts stories in order and leaves out what was told before; it writes nothing.

A story weighs by its independent outlets, its recency and the length of the treatment;
each gives a reason in words. Then the best is taken again and again, each further story
of a source that has had its share weighing less. A story that was told stays out until
an article brings something new: a sentence with a number or mostly with words that
were not there before.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digests.language import sentences, words
from digests.language.fold import fold
from digests.types import Article, Story, Style, Told

#: A story loses half of its recency in this time.
_HALF_LIFE = timedelta(hours=18)
#: A story without a date counts as this much older than the newest.
_UNDATED = timedelta(days=1)
_OUTLETS, _RECENCY, _LENGTH = 1.0, 1.0, 0.5
_LONG_TEXT = 4000
_WORTH_SAYING = 0.3
#: What each story beyond a source's share keeps of its score.
_OVER_SHARE = 0.6
#: Part of an edition that one source may fill without losing weight.
_SHARE = 0.4
#: Part of a sentence's content words that must be new.
_NEW_WORDS = 0.5
_SHORTEST = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A story with the weight it was given and why."""

    story: Story
    #: Above 0, only to be compared within one ranking.
    score: float
    #: Plain phrases, the weightiest first.
    reasons: tuple[str, ...]
    #: Whether this digest told the story before and it has news.
    update: bool = False


def rank(
    stories: Sequence[Story], *, now: datetime, told: Told, style: Style
) -> tuple[Ranked, ...]:
    """The stories worth telling, best first.

    Args:
        stories: With ids that are unique among them (`gather`).
        now: An article with a later date counts as published now.
        told: What the digest's readers were shown before.
        style: Its number of stories sets the share that one source may take.
    """
    fresh = [(story, _was_told(story, told)) for story in stories]
    kept = [(s, before) for s, before in fresh if not before or _has_news(s, told)]
    newest = max((t for story, _ in kept if (t := _time(story, now))), default=now)
    ranked = [_weigh(story, newest, now, update=before) for story, before in kept]
    return _balance(ranked, style)


def _was_told(story: Story, told: Told) -> bool:
    if story.id in told.stories:
        return True
    read = {key.rpartition("@")[0] for key in told.revisions}
    return any(a.id in read or a.revises in read for a in story.articles)


def _has_news(story: Story, told: Told) -> bool:
    """Whether an article that was not read before says something not yet said."""
    unread = [a for a in story.articles if _key(a) not in told.revisions]
    read = [a.text for a in story.articles if _key(a) in told.revisions]
    said = set(told.sentences) | {s for text in read for s in _sentences(text)}
    known = {word for sentence in said for word in words.content(sentence)}
    return any(
        sentence not in said and _is_new(sentence, known)
        for article in unread
        for sentence in _sentences(article.text)
    )


def _key(article: Article) -> str:
    return f"{article.id}@{article.revision}"


def _sentences(text: str) -> list[str]:
    return [fold(text[s.start : s.end]) for s in sentences.split(text)]


def _is_new(sentence: str, known: set[str]) -> bool:
    content = words.content(sentence)
    if len(content) < _SHORTEST:
        return False
    unknown = [word for word in content if word not in known]
    numbers = any(word.isdigit() for word in unknown)
    return numbers or len(unknown) >= _NEW_WORDS * len(content)


def _time(story: Story, now: datetime) -> datetime | None:
    """When the story was last reported."""
    return max(
        (min(a.published, now) for a in story.articles if a.published), default=None
    )


def _weigh(story: Story, newest: datetime, now: datetime, *, update: bool) -> Ranked:
    outlets = max(1, len(story.outlets))
    late = newest - (_time(story, now) or newest - _UNDATED)
    length = len(story.articles[0].text)
    parts = [
        (_OUTLETS * math.log2(outlets), f"{outlets} independent outlets"),
        (_RECENCY * 0.5 ** max(0.0, late / _HALF_LIFE), _when(late)),
        (_LENGTH * min(1.0, length / _LONG_TEXT), "reported at length"),
    ]
    parts.sort(key=lambda part: -part[0])
    said = [reason for value, reason in parts if value >= _WORTH_SAYING]
    said = said or [parts[0][1]]
    if update:
        said.insert(0, "news on a story told before")
    score = sum(value for value, _ in parts)
    return Ranked(story=story, score=score, reasons=tuple(said), update=update)


def _when(late: timedelta) -> str:
    if late <= timedelta(hours=1):
        return "among the newest"
    hours = round(late / timedelta(hours=1))
    return f"{hours} {'hour' if hours == 1 else 'hours'} older than the newest"


def _balance(ranked: Sequence[Ranked], style: Style) -> tuple[Ranked, ...]:
    """Take the best again and again; what exceeds a source's share counts for less."""
    share = max(1, math.ceil(style.stories * _SHARE))
    waiting: dict[str, list[Ranked]] = {}
    for item in sorted(ranked, key=lambda r: (-r.score, r.story.id)):
        waiting.setdefault(item.story.articles[0].source, []).append(item)
    taken: Counter[str] = Counter()
    chosen: list[Ranked] = []
    while waiting:
        heads = [_held_back(found[0], taken[s], share) for s, found in waiting.items()]
        best = min(heads, key=lambda r: (-r.score, r.story.id))
        chosen.append(best)
        source = best.story.articles[0].source
        taken[source] += 1
        waiting[source].pop(0)
        if not waiting[source]:
            del waiting[source]
    return tuple(chosen)


def _held_back(item: Ranked, taken: int, share: int) -> Ranked:
    source = item.story.articles[0].source
    if taken < share or not source:
        return item
    score = item.score * _OVER_SHARE ** (taken - share + 1)
    reasons = (*item.reasons, f"after {taken} others from {source}")
    return Ranked(story=item.story, score=score, reasons=reasons, update=item.update)
