"""Present the chosen stories of an edition: in full or as one line.

A full story takes headline, summary and figures from its lead article, and quotes from
all articles: those of the lead first, then additional ones. A brief line is a headline
with its outlets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
    Summary,
    arrange_sections,
)

#: A longer sentence is not shown as «why it matters».
MAX_CONTEXT_LENGTH = 200
#: What was said of an event so much earlier may no longer hold.
_SAME_DAY = timedelta(hours=12)
#: The fewest words of a line's headline, if it is the article's title and if not.
_FEWEST_GIVEN, _FEWEST_WRITTEN = 2, 4
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
    summary = _choose_sentences(entry, lead, style)
    return EditionStory(
        id=story.id,
        headline=lead.summary.headline,
        summary=summary,
        cards=_choose_cards(entry, analyses, style, summary, published),
        figures=_choose_figures(entry, analyses, published) if style.figures else (),
        articles=tuple(build_article_ref(a) for a in story.articles),
        outlets=story.outlets,
        update=entry.update,
        reasons=entry.reasons,
        matters=_choose_context(lead),
        disputes=find_disputes(story, analyses) if style.figures else (),
        kind=lead.kind,
    )


def choose_places(
    ranked: Sequence[RankedStory],
    analyses: Mapping[str, ArticleAnalysis],
    style: EditionStyle,
) -> tuple[Sequence[RankedStory], Sequence[RankedStory], tuple[RankedStory, ...]]:
    """The stories in full, those in one line, and all with what is no line last."""
    full, rest = ranked[: style.stories], ranked[style.stories :]
    ordered = sorted(rest, key=lambda entry: _is_stub(entry, analyses))
    lines = [entry for entry in ordered[: style.brief] if not _is_stub(entry, analyses)]
    return full, lines, (*full, *ordered)


def _is_stub(entry: RankedStory, analyses: Mapping[str, ArticleAnalysis]) -> bool:
    """Whether a story's headline says too little to stand in one line.

    One word says nothing. A headline that was written for a text without a title needs
    a report: the first words of a review or a letter are no news.
    """
    lead = analyses[entry.story.articles[0].id]
    headline = lead.summary.headline
    untitled, length = bool(headline.spans), len(headline.text.split())
    if untitled and lead.kind not in REPORTING_KINDS:
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
    shown = [line.headline.text for line in edition.brief]
    if laid_out.also == "nowhere":
        shown = []
    for story in edition.stories:
        shown.append(story.headline.text)
        shown += (
            text for part in laid_out.story for text in _list_section_texts(story, part)
        )
    words = sum(len(text.split()) for text in shown)
    return max(1, round(words / READING_SPEED))


def _list_section_texts(story: EditionStory, section: Section) -> list[str]:
    match section:
        case "summary":
            return [sentence.text for sentence in story.summary]
        case "matters":
            return [story.matters.text] if story.matters else []
        case "quotes":
            return [card.text for card in story.cards]
        case "figures":
            return [
                entry.figure.label or f"{entry.figure.text} {entry.figure.what}"
                for entry in story.figures
            ]
        case _:
            return []


def build_article_ref(article: Article) -> ArticleRef:
    """The reference to an article's stored text."""
    return ArticleRef(
        id=article.id,
        revision=article.revision,
        source=article.source,
        title=article.title,
        url=article.url,
        published=article.published,
        lang=article.lang,
        author=article.author,
    )


def _choose_sentences(
    entry: RankedStory, lead: ArticleAnalysis, style: EditionStyle
) -> tuple[Sentence, ...]:
    """The sentences to show; those of an update begin with the news."""
    if not entry.news:
        return lead.summary.sentences
    return fitting.summarise_update(
        lead.article, lead.summary, entry.news, style.summary_chars
    )


def _choose_cards(
    entry: RankedStory,
    analyses: Mapping[str, ArticleAnalysis],
    style: EditionStyle,
    summary: Sequence[Sentence],
    published: PublishedLedger,
) -> tuple[QuoteCard, ...]:
    """The quotes to show, none that was said of an older state.

    Those of an update are from reports not shown before.
    """
    story = _leave_out_old_states(entry.story)
    if not entry.update:
        return build_story_cards(story, analyses, style.quotes, summary)
    unread = tuple(
        a
        for n, a in enumerate(story.articles)
        if n == 0 or f"{a.id}@{a.revision}" not in published.revisions
    )
    # Quotes that were shown before take no place, so all are asked for.
    most = style.quotes + len(published.quotes) if style.quotes else 0
    cards = build_story_cards(replace(story, articles=unread), analyses, most, summary)
    fresh = [
        card for card in cards if normalize_text(card.text) not in published.quotes
    ]
    return tuple(fresh[: style.quotes])


def _leave_out_old_states(story: Story) -> Story:
    """The story with those reports that are not behind its lead, or much older."""
    lead, *others = story.articles
    state = freshness.read_state(lead)
    kept = [lead]
    for article in others:
        old = freshness.is_behind(freshness.read_state(article), state)
        if not old and not _is_much_older(article, lead):
            kept.append(article)
    return replace(story, articles=tuple(kept))


def _is_much_older(article: Article, lead: Article) -> bool:
    if article.published is None or lead.published is None:
        return False
    return lead.published - article.published > _SAME_DAY


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
        if not entry.update
        or normalize_text(shown.figure.text) not in published.figures
        or overlaps_any(shown.figure.sentence, entry.news)
    ]
    return add_replaced(chosen, story, analyses)


def _choose_context(lead: ArticleAnalysis) -> Sentence | None:
    """A sentence that says why it matters and is not in the summary, or None."""
    if lead.kind != "news":
        return None
    found = context.find_why_it_matters(lead.article, _collect_spans(lead.summary))
    if found is None:
        return None
    return found if len(found.text) <= MAX_CONTEXT_LENGTH else None


def _collect_spans(summary: Summary) -> set[Span]:
    return {span for sentence in summary.sentences for span in sentence.spans}
