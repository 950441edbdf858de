"""Puts stories in order and leaves out what was told before; it writes nothing.

A story weighs by its independent outlets, its recency, the topics that the digest
follows, the length of the treatment, and by what its reader wants more or less of; each
gives a reason in words. Then no source
and no topic gets more than its share (`balance`). A story that was told stays out
until an article brings something new (`news`), and is then told from that article.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digests.stories import balance, filters, news, terms
from digests.types import Analysis, Article, Span, Story, Style, Told

#: A story loses half of its recency in this time.
_HALF_LIFE = timedelta(hours=18)
#: A story without a date counts as this much older than the newest.
_UNDATED = timedelta(days=1)
_OUTLETS, _RECENCY, _FOLLOWED, _LENGTH = 1.0, 1.0, 0.5, 0.5
#: For each word of which the reader wants more, up to `_MOST_LIKED`; of less, the
#: weight is divided.
_LIKED, _MOST_LIKED, _UNLIKED = 0.6, 3, 3.0
_LONG_TEXT = 4000
_WORTH_SAYING = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A story with the weight it was given and why."""

    story: Story
    #: Above 0, only to be compared within one ranking.
    score: float
    #: Plain phrases, the weightiest first.
    reasons: tuple[str, ...]
    #: What it had to wait behind (`balance`), "" when it did not.
    waited: str = ""
    #: Whether this digest told the story before and it has news.
    update: bool = False
    #: The new sentences of an update, in the text of the story's first article.
    news: tuple[Span, ...] = ()


def rank(
    stories: Sequence[Story],
    *,
    now: datetime,
    told: Told,
    style: Style,
    at_hand: Iterable[Article] = (),
    analyses: Mapping[str, Analysis] | None = None,
) -> tuple[Ranked, ...]:
    """The stories worth telling, best first.

    Args:
        stories: With ids that are unique among them (`gather`).
        now: An article with a later date counts as published now.
        told: What the digest's readers were shown before.
        style: Its number of stories and its caps set the share that one source and
            one topic may take; its `include` says which topics it follows.
        at_hand: Articles whose text may have been read before, older versions too.
        analyses: What was read out of the articles, where it was.
    """
    at_hand = tuple(at_hand)
    kept: list[Ranked] = []
    for story in stories:
        if not news.was_told(story, told):
            kept.append(Ranked(story=story, score=0.0, reasons=()))
            continue
        found = news.of(story, told, at_hand=at_hand, analyses=analyses)
        if found is not None:
            kept.append(_update(story, found))
    newest = max((t for r in kept if (t := _time(r.story, now))), default=now)
    ranked = [_weigh(entry, newest, now, style) for entry in kept]
    return _balance(ranked, style)


def _update(story: Story, found: news.News) -> Ranked:
    """The story told from the article that has the news."""
    others = tuple(a for a in story.articles if a.id != found.article.id)
    outlets = dict.fromkeys((found.article.source, *story.outlets))
    if found.article.source not in story.outlets:
        outlets.pop(found.article.source)
    told = replace(story, articles=(found.article, *others), outlets=tuple(outlets))
    return Ranked(story=told, score=0.0, reasons=(), update=True, news=found.spans)


def _time(story: Story, now: datetime) -> datetime | None:
    """When the story was last reported."""
    return max(
        (min(a.published, now) for a in story.articles if a.published), default=None
    )


def _weigh(entry: Ranked, newest: datetime, now: datetime, style: Style) -> Ranked:
    story = entry.story
    outlets = max(1, len(story.outlets))
    late = newest - (_time(story, now) or newest - _UNDATED)
    followed = _followed(story, style)
    length = len(story.articles[0].text)
    liked = filters.matching(story.articles[0], style.more)
    unliked = filters.matching(story.articles[0], style.less)
    parts = [
        (_OUTLETS * math.log2(outlets), f"{outlets} independent outlets"),
        (_RECENCY * 0.5 ** max(0.0, late / _HALF_LIFE), _when(late)),
        (_FOLLOWED * len(followed), f"about {' and '.join(followed)}"),
        (_LENGTH * min(1.0, length / _LONG_TEXT), "reported at length"),
        (_LIKED * min(len(liked), _MOST_LIKED), f"more of {' and '.join(liked)}"),
    ]
    parts.sort(key=lambda part: -part[0])
    said = [reason for value, reason in parts if value >= _WORTH_SAYING]
    said = said or [parts[0][1]]
    if entry.update:
        said.insert(0, "news on a story told before")
    score = sum(value for value, _ in parts)
    if unliked and not liked:
        score /= _UNLIKED
        said.append(f"less of {' and '.join(unliked)}")
    return replace(entry, score=score, reasons=tuple(said))


def _followed(story: Story, style: Style) -> tuple[str, ...]:
    """The topics of the digest that the story's first article is about."""
    return filters.matching(story.articles[0], style.include)


def _when(late: timedelta) -> str:
    if late <= timedelta(hours=1):
        return "among the newest"
    hours = round(late / timedelta(hours=1))
    return f"{hours} {'hour' if hours == 1 else 'hours'} older than the newest"


def _balance(ranked: Sequence[Ranked], style: Style) -> tuple[Ranked, ...]:
    topics = {r.story.id: _topics(r.story, style) for r in ranked}
    order = balance.balanced(
        sorted(ranked, key=lambda r: (-r.score, r.story.id)),
        places=style.stories,
        caps=style.caps,
        source=lambda r: r.story.articles[0].source,
        topics=lambda r: topics[r.story.id],
    )
    return tuple(
        replace(entry, reasons=(*entry.reasons, why), waited=why) if why else entry
        for entry, why in order
    )


def _topics(story: Story, style: Style) -> frozenset[str]:
    """The followed topics, or where none are named the rare words of the title."""
    if style.include:
        return frozenset(_followed(story, style))
    return terms.rare(story.articles[0].title or "", story.articles[0].lang)
