"""Rank stories, best first, and keep one source or topic from filling the edition.

A story's score is made of what it reports (`newsworthiness`), its independent
publishers, its recency, the topics that the digest follows, its length, and what its
readers want more or less of; each gives a reason in words.

A published story is left out until an article brings news (`novelty`), and is then
presented from that article.

The best story is chosen repeatedly, as long as its source and its topics do not exceed
their share of the stories in full. If only such stories are left, the best of them is
chosen anyway: a cap moves stories and leaves no place empty.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digests.editing import newsworthiness, novelty
from digests.language.spans import span_text
from digests.messages import Message
from digests.stories import filters, freshness, publishers, terms
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
_RECENCY, _FOLLOWED, _LENGTH = 0.5, 0.8, 0.3
#: Each doubling of the publishers adds this share of what the story reports.
_CONFIRMED = 0.25
#: More publishers than this add nothing.
_MOST_PUBLISHERS = 16
#: The weight of each wanted topic, up to `_MOST_LIKED` of them; the divisor for
#: unwanted ones.
_LIKED, _MOST_LIKED, _UNLIKED = 0.9, 3, 6.0
#: What a headline tells of the event that readers know.
_BACKGROUND = re.compile(r"\s(?:after|following|since|nach|seit)\s.*", re.IGNORECASE)
_LONG_TEXT = 4000
_LINE_END = re.compile(r"[.!?;]?\s*\n")
_WORTH_SAYING = 0.2
#: A word of so few titles is a topic, even of few stories.
_FEW_STORIES = 5


def rank_stories(
    stories: Sequence[Story],
    *,
    now: datetime,
    ledger: PublishedLedger,
    style: EditionStyle,
    available: Iterable[Article] = (),
    earlier: Sequence[Article] = (),
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
        earlier: Older versions of articles that changed.
        analyses: Analyses of the articles, where there are any.
    """
    available = tuple(available)
    kept: list[RankedStory] = []
    for story in stories:
        if not novelty.was_published(story, ledger):
            kept.append(RankedStory(story=story))
            continue
        found = novelty.find_news(
            story, ledger, available=available, earlier=earlier, analyses=analyses
        )
        if found is not None:
            kept.append(_build_update(story, found))
    newest = max(
        (t for r in kept if (t := _find_last_report(r.story, now))), default=now
    )
    known = analyses or {}
    ranked = [_weigh_story(entry, newest, now, style, known) for entry in kept]
    ranked.sort(key=lambda entry: (-entry.score, entry.story.id))
    topics = _find_topics(ranked, style, known)
    return balance_stories(ranked, topics, places=style.stories, caps=style.caps)


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
    analyses: Mapping[str, ArticleAnalysis],
) -> RankedStory:
    story = entry.story
    lead = story.articles[0]
    outlets = publishers.count_publishers(story.articles, story.outlets)
    news = tuple(_give_title(article, analyses) for article in story.articles)
    if entry.update and (new := _read_news(entry)):
        # Those who reported the event before do not confirm what is new.
        headline = _BACKGROUND.sub("", lead.title or new[0])
        news = (replace(lead, title=headline, text=" ".join(new)),)
    kinds = {name: found.kind for name, found in analyses.items()}
    reported = newsworthiness.weigh_story(news, kinds)
    late = newest - (_find_last_report(story, now) or newest - _UNDATED)
    followed = _match_followed_topics(story, style)
    length = len(story.articles[0].text)
    liked = filters.match_filters(story.articles[0], style.more)
    unliked = filters.match_filters(story.articles[0], style.less)
    parts = [
        (reported, Message("rank.weight")),
        (
            _CONFIRMED * reported * math.log2(min(outlets, _MOST_PUBLISHERS)),
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
    if unliked and not liked:
        score /= _UNLIKED
        said.append(Message("rank.less_of", topics=" and ".join(unliked)))
    return replace(entry, score=score, reasons=tuple(said))


def _give_title(article: Article, analyses: Mapping[str, ArticleAnalysis]) -> Article:
    """The article with the headline that is shown, if it has no title of its own.

    A line above the text, which is that headline, is not read again.
    """
    found = analyses.get(article.id)
    if article.title or found is None:
        return article
    headline = found.summary.headline
    end = max((span.end for span in headline.spans), default=0)
    line = _LINE_END.match(article.text, end)
    text = article.text[line.end() :] if line else article.text
    return replace(article, title=headline.text, text=text)


def _read_news(entry: RankedStory) -> list[str]:
    """The new sentences, whose weight an update has; none where they count the dead.

    A later death is news as large as the event; a reaction or another figure is not.
    """
    lead = entry.story.articles[0]
    said = [span_text(lead.text, span) for span in entry.news]
    return [] if freshness.count_dead(" ".join(said), lead.lang) else said


def _match_followed_topics(story: Story, style: EditionStyle) -> tuple[str, ...]:
    """The followed topics of the story's lead article."""
    return filters.match_filters(story.articles[0], style.include)


def _describe_age(late: timedelta) -> Message:
    if late <= timedelta(hours=1):
        return Message("rank.newest")
    return Message("rank.age", n=round(late / timedelta(hours=1)))


def _find_topics(
    ranked: Sequence[RankedStory],
    style: EditionStyle,
    analyses: Mapping[str, ArticleAnalysis],
) -> Mapping[str, frozenset[str]]:
    """From story to its topics: the followed ones, or beat and words of its title.

    What most titles have is no topic: the town of a local outlet.
    """
    if style.include:
        return {
            r.story.id: frozenset(_match_followed_topics(r.story, style))
            for r in ranked
        }
    found = {
        r.story.id: _read_topics(_give_title(r.story.articles[0], analyses))
        for r in ranked
    }
    spread = Counter(topic for topics in found.values() for topic in topics)
    most = max(_FEW_STORIES, len(ranked) // 2)
    return {
        name: frozenset(t for t in topics if spread[t] <= most)
        for name, topics in found.items()
    }


def _read_topics(lead: Article) -> frozenset[str]:
    title = lead.title or ""
    return newsworthiness.find_beats(title, lead.lang) | terms.find_topic_words(
        title, lead.lang
    )


#: Nothing much weaker takes the place of a story that a cap would move: its score is at
#: least this share of that story's.
_LEAST_SHARE = 0.6


def balance_stories(
    ranked: Sequence[RankedStory],
    topics: Mapping[str, Collection[str]],
    *,
    places: int,
    caps: ShareCaps,
) -> tuple[RankedStory, ...]:
    """The stories in order, each with the reason if a cap moved it down.

    Args:
        ranked: Best first.
        topics: From story to its topics.
        places: The number of stories in full; only these are balanced.
        caps: The share of the places that one source and one topic may take.
    """
    waiting, chosen = list(ranked), list[RankedStory]()
    shares = _TakenPlaces(
        of_source=max(1, math.floor(places * caps.source)),
        of_topic=max(1, math.floor(places * caps.topic)),
    )
    passed: dict[str, Message] = {}
    while waiting and len(chosen) < places:
        chosen.append(waiting.pop(_find_next(waiting, topics, shares, passed)))
        shares.add(chosen[-1], topics[chosen[-1].story.id])
    return tuple(
        replace(entry, reasons=(*entry.reasons, why), waited=why)
        if (why := passed.get(entry.story.id))
        else entry
        for entry in (*chosen, *waiting)
    )


@dataclass(kw_only=True, slots=True)
class _TakenPlaces:
    """The places that each source and topic has, and how many it may have."""

    of_source: int
    of_topic: int
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, entry: RankedStory, topics: Collection[str]) -> None:
        self.taken["source", entry.story.articles[0].source] += 1
        self.taken.update(("topic", topic) for topic in topics)

    def explain_wait(
        self, entry: RankedStory, topics: Collection[str]
    ) -> Message | None:
        """Why a cap excludes a story for now, or None."""
        story = entry.story
        source = story.articles[0].source
        # What others report too is not this source's own.
        own = publishers.count_publishers(story.articles, story.outlets) == 1
        if source and own and (n := self.taken["source", source]) >= self.of_source:
            return Message("rank.after_source", n=n, source=source)
        for topic in sorted(topics):
            if (n := self.taken["topic", topic]) >= self.of_topic:
                return Message("rank.after_topic", n=n, topic=topic)
        return None


def _find_next(
    waiting: Sequence[RankedStory],
    topics: Mapping[str, Collection[str]],
    shares: _TakenPlaces,
    passed: dict[str, Message],
) -> int:
    """The index of the next story: the best one that no cap excludes, if any is.

    Those before it are added to `passed`, with the reason.
    """
    least = 0.0
    for place, entry in enumerate(waiting):
        if entry.score < least:
            break
        why = shares.explain_wait(entry, topics[entry.story.id])
        if why is None:
            return place
        passed.setdefault(entry.story.id, why)
        least = max(least, _LEAST_SHARE * waiting[0].score)
    return 0
