"""The main path: articles in, an edition out; pure: no chat, database or clock.

Digests that are due at one moment often read the same sources, and most of the work of
composing is reading (`compose.analyse`). It must not know a digest, nor decide: an
edition is the same with it and without it.

    readings = Readings()
    for digest in due:
        compose(articles, now=now, style=style, read=readings.read)

What is read out of an article follows from its words alone, not from who tells it or
when: those are what a reading is found by, so that no two texts can be taken for one
another. Whoever makes one drops it after the last edition; it is for one thread.

`compose` is pure: the same articles, instant, ledger and style give the same
edition, byte for byte. It reads as a table of contents; each step lives in the
module that is named after its noun. `grounding.gate` is the last door: nothing
leaves with words that its source does not have.
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
    EditionStyle,
    InputCounts,
    PublishedLedger,
    StoryMembership,
)

#: Characters of texts whose readings are kept: about 600 long articles, 12 MB.
MAX_CACHED_CHARACTERS: Final = 2_000_000
#: The words, as which language they are read, and how long a summary may be.
AnalysisKey = tuple[str, str | None, str | None, int]


class AnalysisCache:
    """Analyses by the words that they are of; those used longest ago go first."""

    def __init__(self, room: int = MAX_CACHED_CHARACTERS) -> None:
        """Keep readings of so many characters of text; 0 keeps none."""
        self._room = room
        self._held = 0
        self._kept: OrderedDict[AnalysisKey, ArticleAnalysis] = OrderedDict()

    def read(self, article: Article, style: EditionStyle) -> ArticleAnalysis:
        """Read the article, or remember what was read (`compose.Read`)."""
        key = (article.text, article.title, article.lang, style.summary_chars)
        found = self._kept.get(key)
        if found is None:
            found = analyse_article(article, style)
            self._keep(key, found)
        else:
            self._kept.move_to_end(key)
        return found if found.article == article else replace(found, article=article)

    def _keep(self, key: AnalysisKey, found: ArticleAnalysis) -> None:
        self._kept[key] = found
        self._held += len(key[0])
        while self._held > self._room:
            gone, _ = self._kept.popitem(last=False)
            self._held -= len(gone[0])


AnalyseArticle = Callable[[Article, EditionStyle], ArticleAnalysis]


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


def analyse_article(
    article: Article, style: EditionStyle | None = None
) -> ArticleAnalysis:
    """Everything that can be read out of one article, ready to be told from."""
    style = style or EditionStyle()
    return ArticleAnalysis(
        article=article,
        summary=registry.SUMMARISERS["extractive"].summarise(
            article, style.summary_chars
        ),
        quotes=attribution.find_quotes(
            article.text, title=article.title, lang=article.lang
        ),
        figures=recognition.find_figures(article.text, lang=article.lang),
    )


def collect_published(edition: Edition) -> PublishedLedger:
    """What the readers of this edition have been shown: additions to the ledger."""
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
