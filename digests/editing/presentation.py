"""Present the chosen stories of an edition: in full or as one line.

A full story takes headline, summary and figures from its lead article, and quotes from
all articles: those of the lead first, then additional ones. A brief line is a headline
with its outlets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta

from digests.editing.disputes import add_replaced, find_disputes
from digests.editing.figure_selection import select_figures
from digests.editing.quote_selection import build_story_cards
from digests.language.normalization import normalize_text
from digests.language.spans import overlaps_any
from digests.stories import freshness
from digests.stories.joining import REPORTING_KINDS
from digests.summaries import context, fitting
from digests.types import (
    Article,
    ArticleAnalysis,
    ArticleKind,
    ArticleRef,
    BriefStory,
    Edition,
    EditionFigure,
    EditionStory,
    EditionStyle,
    PublishedLedger,
    QuoteCard,
    RankedStory,
    Section,
    Sentence,
    Span,
    Story,
    arrange_sections,
)

#: What was said of an event so much earlier may no longer hold.
_SAME_DAY, _SAME_HOUR = timedelta(hours=12), timedelta(hours=1)
#: The fewest words of a line's headline, if it is the article's title and if not.
_FEWEST_GIVEN, _FEWEST_WRITTEN = 2, 4
#: Kinds that are lists, of what has lines of its own or of what to do and buy.
_LISTS: frozenset[ArticleKind] = frozenset(("roundup", "results", "advice"))
#: Words a minute of a silent reader of non-fiction (Brysbaert 2019, J. Mem. Lang. 109).
READING_SPEED = 238
#: The sections that count for the reading time if a digest has chosen none.
DEFAULT_READ_SECTIONS: tuple[Section, ...] = ("summary", "quotes")


def present_story(
    entry: RankedStory,
    analyses: Mapping[str, ArticleAnalysis],
    style: EditionStyle,
    ledger: PublishedLedger | None = None,
) -> EditionStory:
    """The story with summary, quote cards and figures.

    Args:
        entry: The story; an update repeats nothing that its readers were shown.
        analyses: Of its articles.
        style: Settings of the edition.
        ledger: What the digest has published before.
    """
    story = entry.story
    lead = analyses[story.articles[0].id]
    published = (ledger if entry.update else None) or PublishedLedger()
    summary = lead.summary.sentences
    if entry.news:
        summary = fitting.summarise_update(
            lead.article, lead.summary, entry.news, style.summary_chars
        )
    cards = _choose_cards(story, analyses, style, summary, published)
    if style.quotes and not cards:
        # What is worth a card stands there, and not among the summary's sentences.
        direct = [quote.context for quote in lead.quotes if quote.kind == "direct"]
        reported = _leave_out(summary, direct)
        cards = _choose_cards(story, analyses, style, reported, published)
        own = [card.span for card in cards if card.article == lead.article.id]
        summary = _leave_out(summary, own)
    shown = [span for sentence in summary for span in sentence.spans]
    matters = None
    if lead.kind == "news":
        matters = context.find_why_it_matters(lead.article, shown)
    return EditionStory(
        id=story.id,
        headline=lead.summary.headline,
        summary=summary,
        cards=cards,
        figures=tuple(
            f
            for f in (
                _choose_figures(entry, analyses, published) if style.figures else ()
            )
            if not matters or not overlaps_any(f.figure.sentence, matters.spans)
        ),
        articles=tuple(build_article_ref(a) for a in story.articles),
        outlets=story.outlets,
        update=entry.update,
        reasons=entry.reasons,
        matters=matters,
        disputes=find_disputes(story, analyses) if style.figures else (),
        kind=lead.kind,
    )


def choose_places(
    ranked: Sequence[RankedStory],
    analyses: Mapping[str, ArticleAnalysis],
    style: EditionStyle,
) -> tuple[Sequence[RankedStory], Sequence[RankedStory], tuple[RankedStory, ...]]:
    """The stories in full, those in one line, and all with what is no line last.

    What is no report (opinion, a review, results) takes the place of none, and an
    edition with few reports is short; it has a line, if the edition has lines. A list
    has none, and where there are only stories in full it comes last.
    """
    reports = [r for r in ranked if _is_report(r, analyses)] if style.brief else []
    others = sorted(ranked, key=lambda r: _read_kind(r, analyses) in _LISTS)
    full = (reports or others)[: style.stories]
    chosen = {entry.story.id for entry in full}
    rest = [entry for entry in ranked if entry.story.id not in chosen]
    ordered = sorted(rest, key=lambda entry: _is_stub(entry, analyses))
    lines = [entry for entry in ordered[: style.brief] if not _is_stub(entry, analyses)]
    return full, lines, (*full, *ordered)


def _is_report(entry: RankedStory, analyses: Mapping[str, ArticleAnalysis]) -> bool:
    lead = analyses[entry.story.articles[0].id]
    return lead.kind in REPORTING_KINDS and lead.summary.reports


def _read_kind(
    entry: RankedStory, analyses: Mapping[str, ArticleAnalysis]
) -> ArticleKind:
    return analyses[entry.story.articles[0].id].kind


def _is_stub(entry: RankedStory, analyses: Mapping[str, ArticleAnalysis]) -> bool:
    """Whether a story's headline says too little to stand in one line.

    One word says nothing, nor does the name of a list. A headline that was
    written for a text without a title needs a report: the first words of a review or a
    letter are no news.
    """
    lead = analyses[entry.story.articles[0].id]
    headline = lead.summary.headline
    untitled, length = bool(headline.spans), len(headline.text.split())
    if lead.kind in _LISTS or (untitled and not _is_report(entry, analyses)):
        return True
    return length < (_FEWEST_WRITTEN if untitled else _FEWEST_GIVEN)


def present_brief(
    entry: RankedStory, analyses: Mapping[str, ArticleAnalysis]
) -> BriefStory:
    """The story as one line."""
    story = entry.story
    lead = analyses[story.articles[0].id]
    return BriefStory(
        story=story.id,
        headline=lead.summary.headline,
        article=build_article_ref(story.articles[0]),
        outlets=story.outlets,
        articles=tuple(build_article_ref(a) for a in story.articles),
        kind=lead.kind,
    )


def estimate_reading_minutes(edition: Edition) -> int:
    """The reading time of what an edition shows, at least one minute."""
    laid_out = arrange_sections(edition.sections, DEFAULT_READ_SECTIONS)
    brief = () if laid_out.also == "nowhere" else edition.brief
    shown = [line.headline.text for line in brief]
    for story in edition.stories:
        shown.append(story.headline.text)
        texts = _list_texts(story)
        for section in laid_out.story:
            shown += texts.get(section, ())
    words = sum(len(text.split()) for text in shown)
    return max(1, round(words / READING_SPEED))


def _list_texts(story: EditionStory) -> Mapping[Section, list[str]]:
    """The texts that are read in each section of a story."""
    return {
        "summary": [sentence.text for sentence in story.summary],
        "matters": [story.matters.text] if story.matters else [],
        "quotes": [card.text for card in story.cards],
        "figures": [
            entry.figure.label or f"{entry.figure.text} {entry.figure.what}"
            for entry in story.figures
        ],
    }


def build_article_ref(article: Article) -> ArticleRef:
    """The reference to an article's stored text, which has fields of the article."""
    return ArticleRef(**{f.name: getattr(article, f.name) for f in fields(ArticleRef)})


def _choose_cards(
    story: Story,
    analyses: Mapping[str, ArticleAnalysis],
    style: EditionStyle,
    summary: Sequence[Sentence],
    published: PublishedLedger,
) -> tuple[QuoteCard, ...]:
    """The quotes to show, none that was said of an older state.

    Those of an update are from reports not shown before.
    """
    lead, *others = _list_current(story)
    unread = [
        a
        for a in others
        if f"{a.id}@{a.revision}" not in published.revisions
        # Of an update, what was said before its news may no longer hold.
        and not (published.revisions and _is_older(a, lead, _SAME_HOUR))
    ]
    # Quotes that were shown before take no place, so all are asked for.
    most = style.quotes + len(published.quotes) if style.quotes else 0
    cards = build_story_cards(
        replace(story, articles=(lead, *unread)), analyses, most, summary
    )
    fresh = [
        card for card in cards if normalize_text(card.text) not in published.quotes
    ]
    return tuple(fresh[: style.quotes])


def _leave_out(
    summary: Sequence[Sentence], shown: Sequence[Span]
) -> tuple[Sentence, ...]:
    """The sentences that hold nothing of these spans, and the first in any case."""
    return tuple(
        sentence
        for number, sentence in enumerate(summary)
        if not number or not any(overlaps_any(span, sentence.spans) for span in shown)
    )


def _list_current(story: Story) -> list[Article]:
    """The lead, and the reports that are neither behind it nor much older."""
    lead, *others = story.articles
    near = [article for article in others if not _is_older(article, lead, _SAME_DAY)]
    if not near:
        return [lead]
    state = freshness.read_state(lead)
    return [
        lead,
        *(a for a in near if not freshness.is_behind(freshness.read_state(a), state)),
    ]


def _is_older(article: Article, lead: Article, least: timedelta) -> bool:
    if article.published is None or lead.published is None:
        return False
    return lead.published - article.published > least


def _choose_figures(
    entry: RankedStory,
    analyses: Mapping[str, ArticleAnalysis],
    published: PublishedLedger,
) -> tuple[EditionFigure, ...]:
    """The figures to show; of an update those that were not shown before.

    A number that was shown before may be another one now, if its sentence is new.
    """
    story = entry.story
    chosen = [
        shown
        for shown in select_figures(story, analyses[story.articles[0].id])
        if normalize_text(shown.figure.text) not in published.figures
        or overlaps_any(shown.figure.sentence, entry.news)
    ]
    return add_replaced(chosen, story, analyses)
