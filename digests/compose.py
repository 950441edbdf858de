"""The main path: articles in, an edition out. Pure: no chat, database or clock.

The same articles, instant, ledger and style give the same edition, byte for byte.
`compose` reads as a list of steps; each step is in the module of its subject. The last
one is `grounding.gate`, which removes every word that its source does not have.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from digests.analysis import AnalyseArticle, analyse_article
from digests.editing import (
    decisions,
    disputes,
    presentation,
    quote_selection,
    ranking,
)
from digests.grounding import alternatives, gate
from digests.messages import Message
from digests.stories import assembly, assignment, filters, joining
from digests.stories.publishers import find_publisher
from digests.types import (
    Article,
    ArticleAnalysis,
    ArticleDecision,
    ArticleKind,
    Edition,
    EditionStory,
    EditionStyle,
    InputCounts,
    PublishedLedger,
    RankedStory,
    Story,
    StoryAlternatives,
    StoryMembership,
    frozen,
)


@frozen
class GroupedArticles:
    """To which story each article belongs, and the stories."""

    members: tuple[StoryMembership, ...]
    stories: tuple[Story, ...]


#: (articles in order of time, known stories, kinds, ids that readers know) → stories.
GroupEvents = Callable[
    [
        Sequence[Article],
        Sequence[StoryMembership],
        Mapping[str, ArticleKind],
        frozenset[str],
    ],
    GroupedArticles,
]


def group_events(
    articles: Sequence[Article],
    known: Sequence[StoryMembership],
    kinds: Mapping[str, ArticleKind],
    kept: frozenset[str],
) -> GroupedArticles:
    """Group articles into stories, one for each event (`GroupEvents`)."""
    members = joining.join_events(
        articles, assignment.group_articles(articles, known), kinds, kept
    )
    stories = assembly.gather_stories(articles, members, kinds)
    return GroupedArticles(members=members, stories=stories)


def compose(
    articles: Sequence[Article],
    *,
    now: datetime,
    ledger: PublishedLedger | None = None,
    style: EditionStyle | None = None,
    read: AnalyseArticle | None = None,
    known: Sequence[StoryMembership] = (),
    earlier: Sequence[Article] = (),
    group: GroupEvents = group_events,
) -> Edition:
    """The edition that these articles make at this moment.

    Args:
        articles: Unique by id; their order does not change the result.
        now: Aware, UTC.
        ledger: What this digest has published before; None = nothing.
        style: Settings of the edition; None = the defaults.
        read: Analyses one article; for callers that cache analyses.
        known: Stories that articles were assigned to before; their ids are kept.
        earlier: The versions that were published of articles that changed since.
        group: For callers that keep what was grouped: most settings do not change it.

    Returns:
        An edition without stories when nothing is new.
    """
    given = _Given(
        articles=articles,
        now=now,
        ledger=ledger or PublishedLedger(),
        style=style or EditionStyle(),
        read=read or analyse_article,
        known=known,
        earlier=earlier,
        group=group,
    )
    return _compose(given).edition


def compose_with_alternatives(
    articles: Sequence[Article],
    *,
    now: datetime,
    ledger: PublishedLedger,
    style: EditionStyle,
    read: AnalyseArticle,
    known: Sequence[StoryMembership] = (),
    earlier: Sequence[Article] = (),
) -> tuple[Edition, tuple[StoryAlternatives, ...]]:
    """The edition as `compose` makes it, and what an editor may choose from.

    Each story of the edition has alternatives, those in full first.
    """
    given = _Given(
        articles=articles,
        now=now,
        ledger=ledger,
        style=style,
        read=read,
        known=known,
        earlier=earlier,
    )
    made = _compose(given)
    shown = [story.id for story in made.edition.stories]
    shown += [line.story for line in made.edition.brief]
    by_story = {entry.story.id: entry for entry in (*made.full, *made.lines)}
    texts = {article.id: article for article in articles}
    return made.edition, tuple(
        alternatives.list_alternatives(
            by_story[story], made.analyses, style, ledger, texts
        )
        for story in shown
    )


@frozen
class _Given:
    """What an edition is composed from."""

    articles: Sequence[Article]
    now: datetime
    ledger: PublishedLedger
    style: EditionStyle
    read: AnalyseArticle
    known: Sequence[StoryMembership]
    earlier: Sequence[Article]
    group: GroupEvents = group_events


@frozen
class _Composed:
    """An edition, and the ranked stories that it shows in full and as lines."""

    edition: Edition
    full: Sequence[RankedStory]
    lines: Sequence[RankedStory]
    analyses: Mapping[str, ArticleAnalysis]


def _compose(given: _Given) -> _Composed:
    ledger, style, now = given.ledger, given.style, given.now
    articles = sorted(given.articles, key=_article_age_key)
    wanted, refused = _refuse_articles(articles, style, now)
    analyses = disputes.take_back({a.id: given.read(a, style) for a in wanted}, ledger)
    admitted, unfit = _leave_out_kinds(wanted, analyses)
    kinds = {a.id: analyses[a.id].kind for a in admitted}
    grouped = given.group(admitted, given.known, kinds, ledger.stories)
    ranked = ranking.rank_stories(
        grouped.stories,
        now=now,
        ledger=ledger,
        style=style,
        available=articles,
        earlier=given.earlier,
        analyses=analyses,
    )
    full, lines, ranked = presentation.choose_places(ranked, analyses, style)
    draft = Edition(
        title=style.title,
        made_at=now,
        made_from=_count_inputs(articles),
        stories=tuple(
            presentation.present_story(r, analyses, style, ledger) for r in full
        ),
        brief=tuple(presentation.present_brief(r, analyses) for r in lines),
        hero=None,
        minutes=0,
        lang=style.lang,
        sections=style.sections,
    )
    edition = gate.drop_ungrounded(draft, {a.id: a for a in admitted})
    decided = decisions.explain_decisions(
        admitted, grouped.members, grouped.stories, ranked, edition, ledger=ledger
    )
    edition = replace(
        edition,
        hero=quote_selection.choose_edition_quote(edition.stories),
        minutes=presentation.estimate_reading_minutes(edition),
        decisions=(*refused, *unfit, *decided),
    )
    return _Composed(edition=edition, full=full, lines=lines, analyses=analyses)


def _count_inputs(articles: Sequence[Article]) -> InputCounts:
    publishers = {find_publisher(article) for article in articles}
    return InputCounts(articles=len(articles), sources=len(publishers))


def compose_story(
    articles: Sequence[Article],
    memberships: Sequence[StoryMembership],
    style: EditionStyle | None = None,
) -> EditionStory | None:
    """One story as an edition would show it, gated like an edition.

    Args:
        articles: Unique by id.
        memberships: One for each of them; of several stories the first is composed.
        style: None = the defaults.

    Returns:
        None where no article belongs to a story or nothing of it is grounded.
    """
    style = style or EditionStyle()
    analyses = {a.id: analyse_article(a, style) for a in articles}
    kinds = {
        a.id: found.kind for a, found in zip(articles, analyses.values(), strict=True)
    }
    gathered = assembly.gather_stories(articles, memberships, kinds)
    if not gathered:
        return None
    story = gathered[0]
    draft = presentation.present_story(RankedStory(story=story), analyses, style)
    return gate.gate_story(draft, {a.id: a for a in articles})


def _article_age_key(article: Article) -> tuple[str, str]:
    return (article.published.isoformat() if article.published else "", article.id)


def _refuse_old(article: Article, style: EditionStyle, now: datetime) -> Message | None:
    """Why the article is too old; None if it is not, or has no date."""
    if style.max_age is None or article.published is None:
        return None
    if now - article.published <= timedelta(hours=style.max_age):
        return None
    return Message("decision.too_old", n=style.max_age)


def list_wanted(
    articles: Sequence[Article], style: EditionStyle, now: datetime
) -> list[Article]:
    """List the articles that composing at this moment analyses."""
    return _refuse_articles(articles, style, now)[0]


def _refuse_articles(
    articles: Sequence[Article], style: EditionStyle, now: datetime
) -> tuple[list[Article], list[ArticleDecision]]:
    return _split_articles(
        articles,
        lambda a: filters.find_refusal_reason(a, style) or _refuse_old(a, style, now),
    )


def _split_articles(
    articles: Sequence[Article], find_reason: Callable[[Article], Message | None]
) -> tuple[list[Article], list[ArticleDecision]]:
    """The articles without a reason to leave them out, and the decisions on others."""
    reasons = {article.id: find_reason(article) for article in articles}
    refused = [
        decisions.record_refusal(article, reason)
        for article in articles
        if (reason := reasons[article.id])
    ]
    return [a for a in articles if reasons[a.id] is None], refused


def _leave_out_kinds(
    articles: Sequence[Article], analyses: Mapping[str, ArticleAnalysis]
) -> tuple[list[Article], list[ArticleDecision]]:
    """Leave out what is not news; letters only if there is anything else."""
    reasons = {
        "junk": Message("decision.advertisement"),
        "letter": Message("decision.letters"),
    }
    if all(analyses[article.id].kind in reasons for article in articles):
        del reasons["letter"]
    return _split_articles(articles, lambda a: reasons.get(analyses[a.id].kind))
