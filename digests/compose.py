"""The main path: articles in, an edition out. Pure: no chat, database or clock.

The same articles, instant, ledger and style give the same edition, byte for byte. Each
step is in the module of its subject, and the last one is `grounding.gate`: nothing
leaves with words that its source does not have.

Digests that are due at one moment often read the same sources, and analysing the
articles is most of the work. An `AnalysisCache` shares it between their editions, which
are the same as without it:

    cache = AnalysisCache()
    for digest in due:
        compose(articles, now=now, style=style, read=cache.read)
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from digests.editing import decisions, presentation, quote_selection, ranking
from digests.figures import recognition
from digests.grounding import gate
from digests.language.normalization import normalize_text
from digests.quotes import attribution
from digests.stories import assembly, assignment, filters
from digests.summaries import registry
from digests.types import (
    Article,
    ArticleAnalysis,
    ArticleDecision,
    Edition,
    EditionStory,
    EditionStyle,
    InputCounts,
    PublishedLedger,
    RankedStory,
    StoryMembership,
)

#: Characters of text whose analyses are cached: about 600 long articles, 12 MB.
MAX_CACHED_CHARACTERS: Final = 2_000_000
#: What an analysis depends on: the words, their language, the summary's form.
AnalysisKey = tuple[str, str | None, str | None, int, str]
AnalyseArticle = Callable[[Article, EditionStyle], ArticleAnalysis]


class AnalysisCache:
    """Analyses by what they depend on; the least recently used are dropped first.

    The source and the date of an article are not part of the key, so that one text from
    two sources is analysed once. For one thread.
    """

    def __init__(self, room: int = MAX_CACHED_CHARACTERS) -> None:
        """Cache analyses of up to `room` characters of text; 0 caches none."""
        self._room = room
        self._size = 0
        self._cached: OrderedDict[AnalysisKey, ArticleAnalysis] = OrderedDict()

    def read(self, article: Article, style: EditionStyle) -> ArticleAnalysis:
        """The analysis of the article, from the cache where it is there."""
        chars, summariser = style.summary_chars, style.summariser
        key = (article.text, article.title, article.lang, chars, summariser)
        found = self._cached.get(key)
        if found is None:
            found = analyse_article(article, style)
            self._insert(key, found)
        else:
            self._cached.move_to_end(key)
        return found if found.article == article else replace(found, article=article)

    def _insert(self, key: AnalysisKey, analysis: ArticleAnalysis) -> None:
        self._cached[key] = analysis
        self._size += len(key[0])
        while self._size > self._room:
            dropped, _ = self._cached.popitem(last=False)
            self._size -= len(dropped[0])


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
        articles: Unique by id; their order does not change the result.
        now: Aware, UTC.
        ledger: What this digest has published before; None = nothing.
        style: What the admin decided; None = the defaults.
        read: Analyses one article; for callers that cache analyses.
        known: Stories that articles were assigned to before; their ids are kept.

    Returns:
        An edition without stories when nothing is new.
    """
    ledger, style = ledger or PublishedLedger(), style or EditionStyle()
    read = read or analyse_article
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
    full, rest = ranked[: style.stories], ranked[style.stories :][: style.brief]
    draft = Edition(
        title=style.title,
        made_at=now,
        made_from=_count_made_from(articles),
        stories=tuple(presentation.present_story(r, analyses, style) for r in full),
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
    gathered = assembly.gather_stories(articles, memberships)
    if not gathered:
        return None
    story = gathered[0]
    analyses = {a.id: analyse_article(a, style) for a in story.articles}
    draft = presentation.present_story(RankedStory(story=story), analyses, style)
    return gate.gate_story(draft, {a.id: a for a in articles})


def analyse_article(
    article: Article, style: EditionStyle | None = None
) -> ArticleAnalysis:
    """Summary, quotes and figures of one article."""
    style = style or EditionStyle()
    return ArticleAnalysis(
        article=article,
        summary=registry.summarise_article(
            article, style.summary_chars, style.summariser
        ),
        quotes=attribution.find_quotes(
            article.text, title=article.title, lang=article.lang
        ),
        figures=recognition.find_figures(article.text, lang=article.lang),
    )


def collect_published(edition: Edition) -> PublishedLedger:
    """What an edition adds to the published ledger of its digest."""
    refs = [ref for story in edition.stories for ref in story.articles]
    refs += [ref for line in edition.brief for ref in line.articles]
    shown = [story.id for story in edition.stories] + [b.story for b in edition.brief]
    return PublishedLedger(
        stories=frozenset(shown),
        revisions=frozenset(f"{ref.id}@{ref.revision}" for ref in refs),
        sentences=frozenset(
            normalize_text(s.text) for story in edition.stories for s in story.summary
        ),
        figures=frozenset(
            normalize_text(f.figure.text)
            for story in edition.stories
            for f in story.figures
        ),
        quotes=frozenset(
            normalize_text(c.text) for story in edition.stories for c in story.cards
        ),
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
