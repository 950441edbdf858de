"""Rank stories, best first, and keep one source or topic from filling the edition.

A story's score is made of what it reports (`newsworthiness`), its independent
publishers, its recency, the topics that the digest follows, its length, and what its
readers want more or less of; each gives a reason in words. What is no report (a review,
advice, results) keeps a part of its score only.

A published story is left out until an article brings news (`novelty`), and is then
presented from that article.

The best story is chosen repeatedly, as long as its source and its topics do not exceed
their share of the stories in full. If only such stories are left, the best of them is
chosen anyway: a cap moves stories and leaves no place empty.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from digests.editing import newsworthiness, novelty, publishers
from digests.messages import Message
from digests.stories import filters, terms
from digests.types import (
    Article,
    ArticleAnalysis,
    ArticleKind,
    EditionStyle,
    PublishedLedger,
    RankedStory,
    ShareCaps,
    Story,
)

#: A story loses half of its recency in this time.
_HALF_LIFE = timedelta(hours=18)
#: A story without a date counts as this much older than the newest.
_UNDATED = timedelta(days=1)
_OUTLETS, _RECENCY, _FOLLOWED, _LENGTH = 0.45, 0.5, 0.8, 0.3
#: More publishers than this add nothing.
_MOST_PUBLISHERS = 16
#: What a story reports counts up to here.
_MOST_REPORTED = 6.0
#: The weight of each wanted topic, up to `_MOST_LIKED` of them; the divisor for
#: unwanted ones.
_LIKED, _MOST_LIKED, _UNLIKED = 0.9, 3, 6.0
_LONG_TEXT = 4000
_WORTH_SAYING = 0.25


def rank_stories(
    stories: Sequence[Story],
    *,
    now: datetime,
    ledger: PublishedLedger,
    style: EditionStyle,
    available: Iterable[Article] = (),
    analyses: Mapping[str, ArticleAnalysis] | None = None,
) -> tuple[RankedStory, ...]:
    """The stories worth publishing, best first.

    Args:
        stories: Unique by id.
        now: An article with a later date counts as published now.
        ledger: What the digest's readers were shown before.
        style: Its number of stories and its caps limit the places of one source and
            one topic; its `include` are the followed topics.
        available: Articles whose text may have been used before, older versions too.
        analyses: Analyses of the articles, where there are any.
    """
    available = tuple(available)
    kept: list[RankedStory] = []
    for story in stories:
        if not novelty.was_published(story, ledger):
            kept.append(RankedStory(story=story))
            continue
        found = novelty.find_news(story, ledger, available=available, analyses=analyses)
        if found is not None:
            kept.append(_build_update(story, found))
    newest = max(
        (t for r in kept if (t := _find_last_report(r.story, now))), default=now
    )
    kinds = {name: found.kind for name, found in (analyses or {}).items()}
    ranked = [_weigh_story(entry, newest, now, style, kinds) for entry in kept]
    return _balance_stories(ranked, style)


def _build_update(story: Story, found: novelty.StoryNews) -> RankedStory:
    """The story with the article that has the news as its lead."""
    others = tuple(a for a in story.articles if a.id != found.article.id)
    outlets = dict.fromkeys((found.article.source, *story.outlets))
    if found.article.source not in story.outlets:
        outlets.pop(found.article.source)
    refreshed = replace(
        story, articles=(found.article, *others), outlets=tuple(outlets)
    )
    return RankedStory(story=refreshed, update=True, news=found.spans)


def _find_last_report(story: Story, now: datetime) -> datetime | None:
    """The date of a story's newest article."""
    return max(
        (min(a.published, now) for a in story.articles if a.published), default=None
    )


def _weigh_story(
    entry: RankedStory,
    newest: datetime,
    now: datetime,
    style: EditionStyle,
    kinds: Mapping[str, ArticleKind],
) -> RankedStory:
    story = entry.story
    lead = story.articles[0]
    kind = kinds.get(lead.id, "news")
    outlets = publishers.count_publishers(story.articles, story.outlets)
    light = newsworthiness.find_lightest(story.articles)
    late = newest - (_find_last_report(story, now) or newest - _UNDATED)
    followed = _match_followed_topics(story, style)
    length = len(story.articles[0].text)
    liked = filters.match_filters(story.articles[0], style.more)
    unliked = filters.match_filters(story.articles[0], style.less)
    parts = [
        (
            min(_MOST_REPORTED, newsworthiness.weigh_story(story.articles, kinds)),
            Message("rank.weight"),
        ),
        (
            _OUTLETS * light * math.log2(min(outlets, _MOST_PUBLISHERS)),
            Message("rank.outlets", n=outlets),
        ),
        (_RECENCY * 0.5 ** max(0.0, late / _HALF_LIFE), _describe_age(late)),
        (
            _FOLLOWED * len(followed),
            Message("rank.topics", topics=" and ".join(followed)),
        ),
        (_LENGTH * min(1.0, length / _LONG_TEXT), Message("rank.long")),
        (
            _LIKED * min(len(liked), _MOST_LIKED),
            Message("rank.more_of", topics=" and ".join(liked)),
        ),
    ]
    parts.sort(key=lambda part: -part[0])
    said = [reason for value, reason in parts if value >= _WORTH_SAYING]
    said = said or [parts[0][1]]
    if entry.update:
        said.insert(0, Message("rank.update"))
    score = sum(value for value, _ in parts)
    score *= newsworthiness.KIND_FACTORS.get(kind, 1.0)
    if unliked and not liked:
        score /= _UNLIKED
        said.append(Message("rank.less_of", topics=" and ".join(unliked)))
    return replace(entry, score=score, reasons=tuple(said))


def _match_followed_topics(story: Story, style: EditionStyle) -> tuple[str, ...]:
    """The followed topics of the story's lead article."""
    return filters.match_filters(story.articles[0], style.include)


def _describe_age(late: timedelta) -> Message:
    if late <= timedelta(hours=1):
        return Message("rank.newest")
    return Message("rank.age", n=round(late / timedelta(hours=1)))


def _balance_stories(
    ranked: Sequence[RankedStory], style: EditionStyle
) -> tuple[RankedStory, ...]:
    topics = {r.story.id: _find_topics(r.story, style) for r in ranked}
    order = balance_items(
        sorted(ranked, key=lambda r: (-r.score, r.story.id)),
        places=style.stories,
        caps=style.caps,
        source=lambda r: r.story.articles[0].source,
        topics=lambda r: topics[r.story.id],
        strength=lambda r: r.score,
    )
    return tuple(
        replace(entry, reasons=(*entry.reasons, why), waited=why) if why else entry
        for entry, why in order
    )


def _find_topics(story: Story, style: EditionStyle) -> frozenset[str]:
    """The followed topics, or the rare words of the title if there are none."""
    if style.include:
        return frozenset(_match_followed_topics(story, style))
    return terms.find_rare_words(story.articles[0].title or "", story.articles[0].lang)


#: Below this share of its worth nothing takes the place of a capped item.
_MUCH_WEAKER = 0.7
BalancedItem = TypeVar("BalancedItem")


def balance_items(
    items: Sequence[BalancedItem],
    *,
    places: int,
    caps: ShareCaps,
    source: Callable[[BalancedItem], str],
    topics: Callable[[BalancedItem], Collection[str]],
    strength: Callable[[BalancedItem], float] = lambda item: 1.0,
) -> list[tuple[BalancedItem, Message | None]]:
    """The items in order, each with why a cap moved it down, None if none did.

    Args:
        items: Best first.
        places: The number of stories in full; only these are balanced.
        caps: The share of the places that one source and one topic may take.
        source: The source of an item; "" has no cap.
        topics: The topics of an item.
        strength: The worth of an item: a much weaker one does not take the place of
            one that a cap would move.
    """
    waiting = list(items)
    taken: Counter[tuple[str, str]] = Counter()
    chosen: list[tuple[BalancedItem, Message | None]] = []
    passed: dict[int, Message] = {}
    of_source, of_topic = (
        _max_places(places, caps.source),
        _max_places(places, caps.topic),
    )
    while waiting and len(chosen) < places:
        place = None
        least = _MUCH_WEAKER * strength(waiting[0])
        for n, item in enumerate(waiting):
            if strength(item) < least:
                break
            why = _explain_wait(source(item), topics(item), taken, of_source, of_topic)
            if not why:
                place = n
                break
            passed.setdefault(id(item), why)
        item = waiting.pop(place or 0)
        chosen.append((item, passed.get(id(item))))
        taken["source", source(item)] += 1
        taken.update(("topic", topic) for topic in topics(item))
    return chosen + [(item, passed.get(id(item))) for item in waiting]


def _max_places(places: int, share: float) -> int:
    return max(1, math.floor(places * share))


def _explain_wait(
    source: str,
    topics: Collection[str],
    taken: Counter[tuple[str, str]],
    of_source: int,
    of_topic: int,
) -> Message | None:
    """Why a cap excludes an item for now, or None."""
    if source and (n := taken["source", source]) >= of_source:
        return Message("rank.after_source", n=n, source=source)
    for topic in sorted(topics):
        if (n := taken["topic", topic]) >= of_topic:
            return Message("rank.after_topic", n=n, topic=topic)
    return None
