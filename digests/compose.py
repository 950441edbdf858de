"""The main path: articles in, an edition out. Pure: no chat, database or clock.

The same articles, instant, ledger and style give the same edition, byte for byte.
`compose` reads as a list of steps; each step lives in the module named after its noun.
The last one is `grounding.gate`, which removes every word that its source does not
have.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from digests.analysis import AnalyseArticle, analyse_article
from digests.editing import decisions, presentation, quote_selection, ranking
from digests.grounding import gate
from digests.stories import assembly, assignment, filters
from digests.types import (
    Article,
    ArticleDecision,
    Edition,
    EditionStyle,
    InputCounts,
    PublishedLedger,
    StoryMembership,
)


def compose(
    articles: Sequence[Article],
    *,
    now: datetime,
    ledger: PublishedLedger | None = None,
    style: EditionStyle | None = None,
    read: AnalyseArticle | None = None,
    known: Sequence[StoryMembership] = (),
) -> Edition:
    """The edition that these articles make at this moment.

    Args:
        articles: Unique by id; the order does not matter to the result.
        now: Aware, UTC.
        ledger: What this digest has shown before; None = nothing.
        style: What the admin decided; None = the defaults.
        read: Analyses one article; for callers that keep earlier analyses.
        known: To which stories articles were said to belong; their ids are kept.

    Returns:
        An edition without stories when nothing is new.
    """
    ledger, style, read = (
        ledger or PublishedLedger(),
        style or EditionStyle(),
        read or analyse_article,
    )
    articles = sorted(articles, key=_article_age_key)
    admitted, refused = _filter_articles(articles, style)
    members = assignment.group_articles(admitted, known)
    gathered = assembly.gather_stories(admitted, members)
    analyses = {a.id: read(a, style) for a in admitted}
    ranked = ranking.rank_stories(
        gathered,
        now=now,
        ledger=ledger,
        style=style,
        available=articles,
        analyses=analyses,
    )
    full = [
        presentation.present_story(r, analyses, style) for r in ranked[: style.stories]
    ]
    rest = ranked[style.stories : style.stories + style.brief]
    draft = Edition(
        title=style.title,
        made_at=now,
        made_from=_count_made_from(articles),
        stories=tuple(full),
        brief=tuple(presentation.present_brief(r, analyses) for r in rest),
        hero=None,
        minutes=0,
        lang=style.lang,
        sections=style.sections,
    )
    edition = gate.drop_ungrounded(draft, {a.id: a for a in admitted})
    decided = decisions.explain_decisions(
        admitted, members, gathered, ranked, edition, ledger=ledger
    )
    return replace(
        edition,
        hero=quote_selection.choose_edition_quote(edition.stories),
        minutes=presentation.estimate_reading_minutes(edition),
        decisions=(*refused, *decided),
    )


def _article_age_key(article: Article) -> tuple[str, str]:
    return (article.published.isoformat() if article.published else "", article.id)


def _filter_articles(
    articles: Sequence[Article], style: EditionStyle
) -> tuple[list[Article], list[ArticleDecision]]:
    admitted, refused = [], []
    for article in articles:
        reason = filters.find_refusal_reason(article, style)
        if reason is None:
            admitted.append(article)
        else:
            refused.append(decisions.record_refusal(article, reason))
    return admitted, refused


def _count_made_from(articles: Sequence[Article]) -> InputCounts:
    return InputCounts(
        articles=len(articles), sources=len({a.source for a in articles})
    )
