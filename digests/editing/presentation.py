"""How one edition tells its stories; it must not choose which ones.

A full story takes headline, summary and figures from one article, the one it is
told from, and quotes from all of them: those of the told article first, then what
the others alone have. A brief line is a headline with its outlets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from digests import cards, figures, quotes, summaries
from digests.language.fold import fold
from digests.sections import Section, layout
from digests.stories import Ranked
from digests.summaries import updates
from digests.types import (
    Analysis,
    Article,
    ArticleRef,
    Brief,
    Card,
    Dispute,
    Edition,
    EditionStory,
    Figure,
    Sentence,
    Span,
    Story,
    Style,
    Summary,
    ToldFigure,
)

FIGURES_SHOWN = 4
#: A bare count below this is seldom what a story is about.
COUNT_OF_NOTE = 10
#: A count from here on tells the size of something.
MANY = 100
_RANGE = frozenset((" to ", " or ", " and ", "-", "–", " - ", " – ", " bis "))
#: A longer «why it matters» is no aside any more.
MATTERS_LENGTH = 200
HERO_LENGTH = range(40, 241)
#: Words a minute of a silent reader of non-fiction (Brysbaert 2019, J. Mem. Lang. 109).
READING_SPEED = 238
#: What is read of a story where no sections were chosen.
READ: tuple[Section, ...] = ("summary", "quotes")


def in_full(
    entry: Ranked, analyses: Mapping[str, Analysis], style: Style
) -> EditionStory:
    """The story with summary, quote cards and figures."""
    story = entry.story
    lead = analyses[story.articles[0].id]
    return EditionStory(
        id=story.id,
        headline=lead.summary.headline,
        summary=_summary(entry, lead, style),
        cards=_cards(story, analyses, style.quotes),
        figures=_figures(story, lead) if style.figures else (),
        articles=tuple(reference(a) for a in story.articles),
        outlets=story.outlets,
        update=entry.update,
        reasons=entry.reasons,
        matters=_matters(lead),
        disputes=_disputes(story, analyses) if style.figures else (),
    )


def in_brief(entry: Ranked, analyses: Mapping[str, Analysis]) -> Brief:
    """The story as one line."""
    story = entry.story
    return Brief(
        story=story.id,
        headline=analyses[story.articles[0].id].summary.headline,
        article=reference(story.articles[0]),
        outlets=story.outlets,
        articles=tuple(reference(a) for a in story.articles),
    )


def hero(told: Sequence[EditionStory]) -> Card | None:
    """The first named, whole thought of the edition that fits a card."""
    shown = [card for story in told for card in story.cards]
    fitting = [c for c in shown if c.speaker and len(c.text) in HERO_LENGTH]
    return next(iter(fitting), None)


def minutes(edition: Edition) -> int:
    """How long it takes to read what is shown of the edition, at least one."""
    laid_out = layout(edition.sections, READ)
    shown = [line.headline.text for line in edition.brief]
    if laid_out.also == "nowhere":
        shown = []
    for story in edition.stories:
        shown.append(story.headline.text)
        shown += (text for part in laid_out.story for text in _words(story, part))
    words = sum(len(text.split()) for text in shown)
    return max(1, round(words / READING_SPEED))


def _words(story: EditionStory, section: Section) -> list[str]:
    match section:
        case "summary":
            return [sentence.text for sentence in story.summary]
        case "matters":
            return [story.matters.text] if story.matters else []
        case "quotes":
            return [card.text for card in story.cards]
        case "figures":
            return [f"{told.figure.text} {told.figure.what}" for told in story.figures]
        case _:
            return []


def reference(article: Article) -> ArticleRef:
    """Which stored text this is."""
    return ArticleRef(
        id=article.id,
        revision=article.revision,
        source=article.source,
        title=article.title,
        url=article.url,
        published=article.published,
        lang=article.lang,
    )


def _summary(entry: Ranked, lead: Analysis, style: Style) -> tuple[Sentence, ...]:
    """An update tells what is new first."""
    if not entry.news:
        return lead.summary.sentences
    return updates.tell(lead.article, lead.summary, entry.news, style.summary_chars)


def _cards(
    story: Story, analyses: Mapping[str, Analysis], most: int
) -> tuple[Card, ...]:
    """Quotes of the told article first; the others add what they alone have."""
    chosen: list[Card] = []
    seen: list[str] = []
    for article in story.articles:
        found = analyses[article.id].quotes
        for quote in quotes.deserving(found, article.text):
            words = fold(quote.text).strip(" .,;:!?")
            if len(chosen) == most:
                return tuple(chosen)
            if not any(words in other or other in words for other in seen):
                seen.append(words)
                chosen.append(cards.make(article, quote))
    return tuple(chosen)


def _figures(story: Story, lead: Analysis) -> tuple[ToldFigure, ...]:
    """The figures of the told article that are news, in text order."""
    article = story.articles[0]
    worth = [f for f in _ranges_joined(lead.figures, article.text) if _is_news(f, lead)]
    once = {(f.value, f.unit, f.what): f for f in reversed(worth)}
    most = sorted(once.values(), key=lambda f: (_rank(f), f.start))[:FIGURES_SHOWN]
    return tuple(_told(f, article) for f in sorted(most, key=lambda f: f.start))


def _told(figure: Figure, article: Article) -> ToldFigure:
    return ToldFigure(
        figure=figure,
        article=article.id,
        source=article.source,
        sentence_text=article.text[figure.sentence.start : figure.sentence.end],
    )


def _matters(lead: Analysis) -> Sentence | None:
    """Why it matters, if a sentence says so that the summary does not hold already."""
    found = summaries.why_it_matters(lead.article)
    if found is None or found.spans[0] in _spans(lead.summary):
        return None
    return found if len(found.text) <= MATTERS_LENGTH else None


def _spans(summary: Summary) -> set[Span]:
    return {span for sentence in summary.sentences for span in sentence.spans}


def _disputes(story: Story, analyses: Mapping[str, Analysis]) -> tuple[Dispute, ...]:
    """What the other outlets count differently from the told one, each thing once."""
    ours, *others = story.articles
    found: dict[tuple[int, int], Dispute] = {}
    for theirs in others:
        for pair in figures.compare(
            analyses[ours.id].figures,
            ours.text,
            analyses[theirs.id].figures,
            theirs.text,
        ):
            place = (pair.ours.start, pair.ours.end)
            if not pair.equal and theirs.source != ours.source:
                found.setdefault(
                    place,
                    Dispute(
                        ours=_told(pair.ours, ours), theirs=_told(pair.theirs, theirs)
                    ),
                )
    return tuple(found.values())


def _ranges_joined(found: Sequence[Figure], text: str) -> list[Figure]:
    """«35 to 50 minutes» as one figure: its upper end, shown from the lower one on."""
    joined: list[Figure] = []
    for figure in found:
        low = joined[-1] if joined else None
        if low and (low.unit, low.what) == (figure.unit, figure.what):
            between = text[low.end : figure.start]
            if between in _RANGE and low.value < figure.value:
                joined.pop()
                shown = text[low.start : figure.end]
                figure = replace(figure, start=low.start, text=shown)
        joined.append(figure)
    return joined


def _rank(figure: Figure) -> int:
    """How far from the news: money and shares first, then many, then how long."""
    sort = figures.sort_of(figure.unit)
    if sort == "count":
        return 1 if figure.unit == "people" or figure.value >= MANY else 3
    return {"money": 0, "share": 0, "measure": 2, "time": 4}[sort]


def _is_news(figure: Figure, analysis: Analysis) -> bool:
    """Whether it says what it measures, and more than «two leaders» or an age.

    A number inside a quote is a claim of the speaker's, not a fact of the story.
    """
    quoted = any(q.start <= figure.start < q.end for q in analysis.quotes)
    sort = figures.sort_of(figure.unit)
    measured = sort != "count" or abs(figure.value) >= COUNT_OF_NOTE
    measured = measured or figure.unit == "people"
    return bool(figure.what) and measured and not quoted and not _is_age(figure)


def _is_age(figure: Figure) -> bool:
    return figures.sort_of(figure.unit) == "time" and "old" in figure.text
