"""Why an article is in an edition or not: one decision an article, in plain words.

It reads what the steps of `compose` did and must not influence them.
"""

from collections.abc import Mapping, Sequence

from digests.stories import Ranked
from digests.types import Article, Decision, Edition, Outcome, Stage, Story


def decide(
    admitted: Sequence[Article],
    told_from: Sequence[Story],
    ranked: Sequence[Ranked],
    edition: Edition,
) -> list[Decision]:
    """What became of every admitted article, with the stage that decided it."""
    story_of = {a.id: s for s in told_from for a in s.articles}
    reasons = {entry.story.id: entry.reasons for entry in ranked}
    full = {s.id: n for n, s in enumerate(edition.stories, 1)}
    brief = {b.story for b in edition.brief}
    decisions = []
    for article in admitted:
        story = story_of.get(article.id)
        if story is None:
            why = "A newer version of this article took its place."
            decisions.append(_decision(article, None, "fresh", "left out", why))
        elif story.id in full:
            decisions.append(_shown(article, story, full[story.id], reasons))
        elif story.id in brief:
            why = "Ranked below the stories told in full."
            decisions.append(_decision(article, story.id, "rank", "brief", why))
        elif story.id not in reasons:
            why = "This digest has told the story, and nothing in it is new."
            decisions.append(_decision(article, story.id, "told", "left out", why))
        else:
            why = "Ranked below what one edition holds."
            decisions.append(_decision(article, story.id, "rank", "left out", why))
    return decisions


def refused(article: Article, reason: str) -> Decision:
    """A filter kept the article out."""
    return _decision(article, None, "filter", "left out", reason)


def _shown(
    article: Article,
    story: Story,
    position: int,
    reasons: Mapping[str, tuple[str, ...]],
) -> Decision:
    if article.id == story.articles[0].id:
        why = f"Story {position} is told from it: {'; '.join(reasons[story.id])}."
        return _decision(article, story.id, "rank", "chosen", why)
    why = f"Reports the same event as story {position} and was merged into it."
    return _decision(article, story.id, "story", "merged", why)


def _decision(
    article: Article, story: str | None, stage: Stage, outcome: Outcome, reason: str
) -> Decision:
    return Decision(
        article=article.id,
        story=story,
        stage=stage,
        outcome=outcome,
        reason=reason,
    )
