"""Rank stories, best first, and keep one source or topic from filling the edition.

A story weighs by its independent outlets, its recency, the topics that the digest
follows, the length of the treatment, and by what its reader wants more or less of; each
gives a reason in words. Then no source
and no topic gets more than its share (`balance`). A story that was told stays out
until an article brings something new (`news`), and is then told from that article.

The best story is taken again and again, as long as its source and its topics have not
had their share of the stories told in full. Where only such stories are left, the best
of them is taken all the same: a cap makes room for others, it leaves no place empty.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from digests.editing import novelty
from digests.stories import filters, terms
from digests.types import (
    Article,
    ArticleAnalysis,
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
_OUTLETS, _RECENCY, _FOLLOWED, _LENGTH = 1.0, 1.0, 0.5, 0.5
#: For each word of which the reader wants more, up to `_MOST_LIKED`; of less, the
#: weight is divided.
_LIKED, _MOST_LIKED, _UNLIKED = 0.6, 3, 3.0
_LONG_TEXT = 4000
_WORTH_SAYING = 0.3


def rank_stories(
    stories: Sequence[Story],
    *,
    now: datetime,
    ledger: PublishedLedger,
    style: EditionStyle,
    available: Iterable[Article] = (),
    analyses: Mapping[str, ArticleAnalysis] | None = None,
) -> tuple[RankedStory, ...]:
    """The stories worth telling, best first.

    Args:
        stories: With ids that are unique among them (`gather`).
        now: An article with a later date counts as published now.
        available: What the digest's readers were shown before.
        style: Its number of stories and its caps set the share that one source and
            one topic may take; its `include` says which topics it follows.
        ledger: Articles whose text may have been read before, older versions too.
        analyses: What was read out of the articles, where it was.
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
    ranked = [_weigh_story(entry, newest, now, style) for entry in kept]
    return _balance_stories(ranked, style)


def _build_update(story: Story, found: novelty.StoryNews) -> RankedStory:
    """The story told from the article that has the news."""
    others = tuple(a for a in story.articles if a.id != found.article.id)
    outlets = dict.fromkeys((found.article.source, *story.outlets))
    if found.article.source not in story.outlets:
        outlets.pop(found.article.source)
    refreshed = replace(
        story, articles=(found.article, *others), outlets=tuple(outlets)
    )
    return RankedStory(story=refreshed, update=True, news=found.spans)


def _find_last_report(story: Story, now: datetime) -> datetime | None:
    """When the story was last reported."""
    return max(
        (min(a.published, now) for a in story.articles if a.published), default=None
    )


def _weigh_story(
    entry: RankedStory, newest: datetime, now: datetime, style: EditionStyle
) -> RankedStory:
    story = entry.story
    outlets = max(1, len(story.outlets))
    late = newest - (_find_last_report(story, now) or newest - _UNDATED)
    followed = _match_followed_topics(story, style)
    length = len(story.articles[0].text)
    liked = filters.match_filters(story.articles[0], style.more)
    unliked = filters.match_filters(story.articles[0], style.less)
    parts = [
        (_OUTLETS * math.log2(outlets), f"{outlets} independent outlets"),
        (_RECENCY * 0.5 ** max(0.0, late / _HALF_LIFE), _format_age(late)),
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


def _match_followed_topics(story: Story, style: EditionStyle) -> tuple[str, ...]:
    """The topics of the digest that the story's first article is about."""
    return filters.match_filters(story.articles[0], style.include)


def _format_age(late: timedelta) -> str:
    if late <= timedelta(hours=1):
        return "among the newest"
    hours = round(late / timedelta(hours=1))
    return f"{hours} {'hour' if hours == 1 else 'hours'} older than the newest"


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
    )
    return tuple(
        replace(entry, reasons=(*entry.reasons, why), waited=why) if why else entry
        for entry, why in order
    )


def _find_topics(story: Story, style: EditionStyle) -> frozenset[str]:
    """The followed topics, or where none are named the rare words of the title."""
    if style.include:
        return frozenset(_match_followed_topics(story, style))
    return terms.find_rare_words(story.articles[0].title or "", story.articles[0].lang)


BalancedItem = TypeVar("BalancedItem")


def balance_items(
    items: Sequence[BalancedItem],
    *,
    places: int,
    caps: ShareCaps,
    source: Callable[[BalancedItem], str],
    topics: Callable[[BalancedItem], Collection[str]],
) -> list[tuple[BalancedItem, str]]:
    """Each item with why it had to wait, "" when it did not.

    Args:
        items: Best first.
        places: How many are told in full; only these are balanced.
        caps: The share of the places that one source and one topic may take.
        source: "" is nobody's and has no cap.
        topics: What an item is about.
    """
    waiting = list(items)
    taken: Counter[tuple[str, str]] = Counter()
    chosen: list[tuple[BalancedItem, str]] = []
    passed: dict[int, str] = {}
    of_source, of_topic = (
        _max_places(places, caps.source),
        _max_places(places, caps.topic),
    )
    while waiting and len(chosen) < places:
        place = None
        for n, item in enumerate(waiting):
            why = _explain_wait(source(item), topics(item), taken, of_source, of_topic)
            if not why:
                place = n
                break
            passed.setdefault(id(item), why)
        item = waiting.pop(place or 0)
        chosen.append((item, passed.get(id(item), "")))
        taken["source", source(item)] += 1
        taken.update(("topic", topic) for topic in topics(item))
    return chosen + [(item, passed.get(id(item), "")) for item in waiting]


def _max_places(places: int, share: float) -> int:
    return max(1, math.floor(places * share))


def _explain_wait(
    source: str,
    topics: Collection[str],
    taken: Counter[tuple[str, str]],
    of_source: int,
    of_topic: int,
) -> str:
    """Why the item has to wait, or ""."""
    if source and (n := taken["source", source]) >= of_source:
        return f"after {n} from {source}"
    for topic in sorted(topics):
        if (n := taken["topic", topic]) >= of_topic:
            return f"after {n} on «{topic}»"
    return ""
