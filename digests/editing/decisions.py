"""Record why each article is in an edition or not: one decision per article.

It reads what the steps of `compose` did and must not influence them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from digests.messages import Message
from digests.types import (
    Article,
    ArticleDecision,
    DecisionOutcome,
    DecisionStage,
    Edition,
    PublishedLedger,
    RankedStory,
    Story,
    StoryMembership,
)


def explain_decisions(
    admitted: Sequence[Article],
    memberships: Sequence[StoryMembership],
    gathered: Sequence[Story],
    ranked: Sequence[RankedStory],
    edition: Edition,
    *,
    ledger: PublishedLedger | None = None,
) -> list[ArticleDecision]:
    """What became of every admitted article, with the stage that decided it.

    Args:
        admitted: What the filters let in.
        memberships: One for each of them.
        gathered: The stories made of them.
        ranked: Those that were worth telling.
        edition: What is shown in the end.
        ledger: What the digest had shown before.
    """
    # A story that has news is told from another article than it was gathered with.
    ranked_as = {entry.story.id: entry.story for entry in ranked}
    steps = _CompositionSteps(
        articles={a.id: a for a in admitted},
        copies={m.article: m.duplicate_of for m in memberships},
        newer={a.revises: a for a in admitted if a.revises},
        stories={a.id: ranked_as.get(s.id, s) for s in gathered for a in s.articles},
        ranked={entry.story.id: entry for entry in ranked},
        full={story.id: n for n, story in enumerate(edition.stories, 1)},
        brief=frozenset(line.story for line in edition.brief),
        last=_find_last_shown(ranked, edition),
        ledger=(ledger or PublishedLedger()).stories,
    )
    decided = [_decide_article(article, steps) for article in admitted]
    return [replace(d, duplicate_of=steps.copies.get(d.article)) for d in decided]


def record_refusal(article: Article, reason: Message) -> ArticleDecision:
    """A filter kept the article out."""
    return _build_decision(article, None, "filter", "left out", reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class _CompositionSteps:
    """What was done, by article and by story."""

    articles: Mapping[str, Article]
    copies: Mapping[str, str | None]
    #: Id of an article to its newer version.
    newer: Mapping[str, Article]
    stories: Mapping[str, Story]
    ranked: Mapping[str, RankedStory]
    #: Story to its position among those told in full.
    full: Mapping[str, int]
    brief: frozenset[str]
    #: The place in the ranking behind which nothing was shown.
    last: int
    #: Ids of the stories that were shown before.
    ledger: frozenset[str]


def _find_last_shown(ranked: Sequence[RankedStory], edition: Edition) -> int:
    shown = {s.id for s in edition.stories} | {b.story for b in edition.brief}
    return max((n for n, r in enumerate(ranked) if r.story.id in shown), default=-1)


def _decide_article(article: Article, steps: _CompositionSteps) -> ArticleDecision:
    story = steps.stories.get(article.id)
    if story is None:
        newer = _name_outlet(steps.newer.get(article.id))
        why = Message("decision.newer_version", outlet=newer)
        return _build_decision(article, None, "fresh", "left out", why)
    lead = story.articles[0]
    if story.id in steps.ranked and article.id != lead.id:
        return _explain_merged(article, story, steps)
    if story.id in steps.full:
        reasons = steps.ranked[story.id].reasons
        why = Message("decision.chosen", n=steps.full[story.id], reasons=reasons)
        return _build_decision(article, story.id, "rank", "chosen", why)
    return _explain_not_in_full(article, story, steps)


def _explain_merged(
    article: Article, story: Story, steps: _CompositionSteps
) -> ArticleDecision:
    """It is not the one its story is told from."""
    lead = _name_outlet(story.articles[0])
    place = _explain_place(story, steps)
    original = steps.articles.get(steps.copies.get(article.id) or "")
    if original is not None:
        outlet = _name_outlet(original)
        why = Message("decision.duplicate", outlet=outlet, place=place)
        return _build_decision(article, story.id, "story", "duplicate", why)
    why = Message("decision.merged", outlet=lead, place=place)
    return _build_decision(article, story.id, "story", "merged", why)


def _explain_place(story: Story, steps: _CompositionSteps) -> Message:
    if story.id in steps.full:
        return Message("decision.in_full", n=steps.full[story.id])
    if story.id in steps.brief:
        return Message("decision.in_brief")
    return Message("decision.in_none")


def _explain_not_in_full(
    article: Article, story: Story, steps: _CompositionSteps
) -> ArticleDecision:
    entry = steps.ranked.get(story.id)
    reasons = entry.reasons if entry else ()
    stage: DecisionStage = "balance" if entry and entry.waited else "rank"
    if story.id in steps.brief:
        why = Message("decision.brief", reasons=reasons)
        return _build_decision(article, story.id, stage, "brief", why)
    if story.id not in steps.ranked:
        return _build_decision(
            article,
            story.id,
            "told",
            "left out",
            _explain_published(article, story, steps),
        )
    rank = list(steps.ranked).index(story.id)
    if rank < steps.last:
        why = Message("decision.ungrounded")
        return _build_decision(article, story.id, "edition", "left out", why)
    why = Message("decision.ranked_low", reasons=reasons)
    return _build_decision(article, story.id, stage, "left out", why)


def _explain_published(
    article: Article, story: Story, steps: _CompositionSteps
) -> Message:
    """Shown before; or it was there before, and other things were shown."""
    if story.id not in steps.ledger:
        return Message("decision.passed_over")
    if article.id == story.articles[0].id:
        return Message("decision.published")
    return Message("decision.published_from", outlet=_name_outlet(story.articles[0]))


def _name_outlet(article: Article | None) -> str | Message:
    return (article.source if article else "") or Message("decision.unnamed_outlet")


def _build_decision(
    article: Article,
    story: str | None,
    stage: DecisionStage,
    outcome: DecisionOutcome,
    reason: Message,
) -> ArticleDecision:
    return ArticleDecision(
        article=article.id, story=story, stage=stage, outcome=outcome, reason=reason
    )
