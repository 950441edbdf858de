"""Record why each article is in an edition or not: one decision per article.

It reads the results of the steps of `compose` and does not influence them.
"""

from collections.abc import Mapping, Sequence

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
    frozen,
)

#: The stage and the outcome of each reason.
_RESULTS: Mapping[str, tuple[DecisionStage, DecisionOutcome]] = {
    "decision.newer_version": ("fresh", "left out"),
    "decision.duplicate": ("story", "duplicate"),
    "decision.merged": ("story", "merged"),
    "decision.passed_over": ("told", "left out"),
    "decision.published": ("told", "left out"),
    "decision.published_from": ("told", "left out"),
    "decision.chosen": ("rank", "chosen"),
    "decision.brief": ("rank", "brief"),
    "decision.ranked_low": ("rank", "left out"),
    "decision.ungrounded": ("edition", "left out"),
}


def explain_decisions(
    admitted: Sequence[Article],
    memberships: Sequence[StoryMembership],
    gathered: Sequence[Story],
    ranked: Sequence[RankedStory],
    edition: Edition,
    *,
    ledger: PublishedLedger | None = None,
) -> list[ArticleDecision]:
    """The decision about every admitted article, with the stage that made it.

    Args:
        admitted: The articles that passed the filters.
        memberships: One for each of them.
        gathered: The stories made of them.
        ranked: The stories that were worth publishing.
        edition: The edition, after the gate.
        ledger: What the digest had published before.
    """
    # The lead of a story with news is another article than when it was gathered.
    ranked_as = {entry.story.id: entry.story for entry in ranked}
    shown = {s.id for s in edition.stories} | {line.story for line in edition.brief}
    steps = _CompositionSteps(
        articles={a.id: a for a in admitted},
        copies={m.article: m.duplicate_of for m in memberships},
        newer={a.revises: a for a in admitted if a.revises},
        stories={a.id: ranked_as.get(s.id, s) for s in gathered for a in s.articles},
        ranked={entry.story.id: entry for entry in ranked},
        full={story.id: n for n, story in enumerate(edition.stories, 1)},
        brief=frozenset(line.story for line in edition.brief),
        last=max((n for n, r in enumerate(ranked) if r.story.id in shown), default=-1),
        ledger=(ledger or PublishedLedger()).stories,
    )
    return [steps.decide(article) for article in admitted]


def record_refusal(article: Article, reason: Message) -> ArticleDecision:
    """The decision about an article that the filters refused."""
    return ArticleDecision(
        article=article.id,
        story=None,
        stage="filter",
        outcome="left out",
        reason=reason,
    )


@frozen
class _CompositionSteps:
    """The results of the steps of a composition, by article and by story."""

    articles: Mapping[str, Article]
    copies: Mapping[str, str | None]
    #: From the id of an article to its newer version.
    newer: Mapping[str, Article]
    stories: Mapping[str, Story]
    ranked: Mapping[str, RankedStory]
    #: From a story in full to its position.
    full: Mapping[str, int]
    brief: frozenset[str]
    #: The rank of the last story that was shown.
    last: int
    #: Ids of the stories that were published before.
    ledger: frozenset[str]

    def decide(self, article: Article) -> ArticleDecision:
        """The decision about one article."""
        story = self.stories.get(article.id)
        if story is None:
            newer = _name_outlet(self.newer.get(article.id))
            reason = Message("decision.newer_version", outlet=newer)
        elif story.id not in self.ranked:
            reason = self._explain_published(article, story)
        elif article.id != story.articles[0].id:
            reason = self._explain_merged(article, story)
        else:
            reason = self._explain_lead(self.ranked[story.id])
        stage, outcome = _RESULTS[reason.code]
        entry = self.ranked.get(story.id) if story else None
        if entry and entry.waited and outcome != "chosen" and stage == "rank":
            stage = "balance"
        return ArticleDecision(
            article=article.id,
            story=story.id if story else None,
            stage=stage,
            outcome=outcome,
            reason=reason,
            duplicate_of=self.copies.get(article.id),
        )

    def _explain_merged(self, article: Article, story: Story) -> Message:
        """The article is not the lead of its story."""
        place = Message("decision.in_none")
        if story.id in self.full:
            place = Message("decision.in_full", n=self.full[story.id])
        elif story.id in self.brief:
            place = Message("decision.in_brief")
        original = self.articles.get(self.copies.get(article.id) or "")
        code = "decision.duplicate" if original else "decision.merged"
        outlet = _name_outlet(original or story.articles[0])
        return Message(code, outlet=outlet, place=place)

    def _explain_lead(self, entry: RankedStory) -> Message:
        """The article is the lead of a story that was worth publishing."""
        story, reasons = entry.story.id, entry.reasons
        if story in self.full:
            return Message("decision.chosen", n=self.full[story], reasons=reasons)
        if story in self.brief:
            return Message("decision.brief", reasons=reasons)
        if list(self.ranked).index(story) < self.last:
            return Message("decision.ungrounded")
        return Message("decision.ranked_low", reasons=reasons)

    def _explain_published(self, article: Article, story: Story) -> Message:
        """The story was published, or an earlier edition preferred others."""
        if story.id not in self.ledger:
            return Message("decision.passed_over")
        lead = story.articles[0]
        if article.id == lead.id:
            return Message("decision.published")
        return Message("decision.published_from", outlet=_name_outlet(lead))


def _name_outlet(article: Article | None) -> str | Message:
    return (article.source if article else "") or Message("decision.unnamed_outlet")
