"""The main path: articles in, an edition out; it must know no chat, database or clock.

`compose` is pure: the same articles, instant, ledger and style give the same
edition, byte for byte. It reads as a table of contents; each step lives in the
module that is named after its noun. `grounding.gate` is the last door: nothing
leaves with words that its source does not have.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from digests import decisions, figures, grounding, quotes, stories, summaries, telling
from digests.language.fold import fold
from digests.types import (
    Analysis,
    Article,
    Decision,
    Edition,
    MadeFrom,
    Membership,
    Style,
    Told,
)

Read = Callable[[Article, Style], Analysis]


def compose(
    articles: Sequence[Article],
    *,
    now: datetime,
    told: Told | None = None,
    style: Style | None = None,
    read: Read | None = None,
    known: Sequence[Membership] = (),
) -> Edition:
    """The edition that these articles make at this moment.

    Args:
        articles: Unique by id; the order does not matter to the result.
        now: Aware, UTC.
        told: What this digest has shown before; None = nothing.
        style: What the admin decided; None = the defaults.
        read: Analyses one article; for callers that keep earlier analyses.
        known: To which stories articles were said to belong; their ids are kept.

    Returns:
        An edition without stories when nothing is new.
    """
    told, style, read = told or Told(), style or Style(), read or analyse
    articles = sorted(articles, key=_age)
    admitted, refused = _filter(articles, style)
    members = stories.group(admitted, known)
    gathered = stories.gather(admitted, members)
    analyses = {a.id: read(a, style) for a in admitted}
    ranked = stories.rank(
        gathered, now=now, told=told, style=style, at_hand=articles, analyses=analyses
    )
    full = [telling.in_full(r, analyses, style) for r in ranked[: style.stories]]
    rest = ranked[style.stories : style.stories + style.brief]
    draft = Edition(
        title=style.title,
        made_at=now,
        made_from=_made_from(articles),
        stories=tuple(full),
        brief=tuple(telling.in_brief(r, analyses) for r in rest),
        hero=None,
        minutes=0,
        lang=style.lang,
        sections=style.sections,
    )
    edition = grounding.gate(draft, {a.id: a for a in admitted})
    decided = decisions.decide(admitted, members, gathered, ranked, edition, told=told)
    return replace(
        edition,
        hero=telling.hero(edition.stories),
        minutes=telling.minutes(edition),
        decisions=(*refused, *decided),
    )


def analyse(article: Article, style: Style | None = None) -> Analysis:
    """Everything that can be read out of one article, ready to be told from."""
    style = style or Style()
    return Analysis(
        article=article,
        summary=summaries.SUMMARISERS["extractive"].summarise(
            article, style.summary_chars
        ),
        quotes=quotes.find(article.text, title=article.title, lang=article.lang),
        figures=figures.find(article.text, lang=article.lang),
    )


def told_by(edition: Edition) -> Told:
    """What the readers of this edition have been shown: additions to the ledger."""
    refs = [ref for story in edition.stories for ref in story.articles]
    refs += [ref for line in edition.brief for ref in line.articles]
    shown = [story.id for story in edition.stories] + [b.story for b in edition.brief]
    return Told(
        stories=frozenset(shown),
        revisions=frozenset(f"{ref.id}@{ref.revision}" for ref in refs),
        sentences=frozenset(
            fold(s.text) for story in edition.stories for s in story.summary
        ),
        figures=frozenset(
            fold(f.figure.text) for story in edition.stories for f in story.figures
        ),
        quotes=frozenset(
            fold(c.text) for story in edition.stories for c in story.cards
        ),
    )


def _age(article: Article) -> tuple[str, str]:
    return (article.published.isoformat() if article.published else "", article.id)


def _filter(
    articles: Sequence[Article], style: Style
) -> tuple[list[Article], list[Decision]]:
    admitted, refused = [], []
    for article in articles:
        reason = stories.admits(article, style)
        if reason is None:
            admitted.append(article)
        else:
            refused.append(decisions.refused(article, reason))
    return admitted, refused


def _made_from(articles: Sequence[Article]) -> MadeFrom:
    return MadeFrom(articles=len(articles), sources=len({a.source for a in articles}))
