"""Render what several commands show: articles, figures, quotes and times.

Each block is the text of a stored version, or says where it stands. A quote that is
another one's version is shown with that one, and not a second time.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.commands.context import CommandContext, texts_for
from bot.i18n.translation import Texts
from bot.model import Block, CommandOption, Invocation, ListItem, QuoteBlock, SmallPrint
from bot.storage import quote_wording_store
from bot.storage.quote_wording_store import ChangedWording, QuoteWordings
from bot.storage.reader_store import Feedback
from digests.cards import content
from digests.figures.units import classify_unit
from digests.types import Article, ArticleRef, EditionStory, Figure, QuoteCard

#: How every command takes a story.
STORY_OPTION = CommandOption(
    name="story",
    description="Its number, its id (s-…, or e-… 2), or words of it",
    required=True,
    rest=True,
    completes="story",
)

#: How every command takes a day from which on.
SINCE_OPTION = CommandOption(
    name="since", description="From this day on: yesterday, Monday, 2026-01-05, 7 days"
)


def format_outlets(story: EditionStory, texts: Texts) -> str:
    """«Hallin Courier and 2 more» for a story's source line."""
    first, *others = story.outlets or ("",)
    if not others:
        return first
    return texts.count(
        "{first} and {n} more", "{first} and {n} more", len(others), first=first
    )


def render_article_line(ref: Article | ArticleRef, texts: Texts, zone: str) -> ListItem:
    """An article as a line that leads to its text."""
    when = texts.day_and_time(ref.published, zone) if ref.published else ""
    return ListItem(
        title=format_article_title(ref),
        note=" · ".join(part for part in (ref.source, when) if part),
        url=ref.url,
        article=ref.id,
        revision=ref.revision,
    )


def format_article_title(ref: Article | ArticleRef) -> str:
    """The article's title, or its first words where it has none."""
    if ref.title:
        return ref.title
    text = ref.text if isinstance(ref, Article) else ""
    head = text[:90].split("\n")[0]
    return f"{head.rsplit(' ', 1)[0]} …" if head else ref.source


def format_figure_title(figure: Figure) -> str:
    """«31,000 vehicles», «$3.8 million: cost of repairs»."""
    if not figure.what:
        return figure.text
    between = " " if classify_unit(figure.unit) == "count" else ": "
    return f"{figure.text}{between}{figure.what}"


def render_figure_line(
    figure: Figure, article: Article, sentence: str, note: str
) -> ListItem:
    """A figure with what it measures and the sentence that says so."""
    return ListItem(
        title=format_figure_title(figure),
        text=sentence,
        note=note,
        url=article.url,
        article=article.id,
        revision=article.revision,
        start=figure.start,
        end=figure.end,
    )


def format_due_time(at: datetime | None, zone: str, now: datetime, texts: Texts) -> str:
    """«tomorrow 08:30» for a moment, or that there is none."""
    return texts.moment(at, zone, now) if at else texts.say("not scheduled")


async def load_wordings(
    context: CommandContext, invocation: Invocation, cards: Sequence[QuoteCard]
) -> tuple[tuple[QuoteCard, QuoteWordings], ...]:
    """The cards with how outlets carry them, each utterance once."""
    found = await context.db.read(
        quote_wording_store.find_card_wordings,
        workspace_id=invocation.place.workspace.id,
        cards=cards,
    )
    shown: set[tuple[str, int]] = set()
    kept = []
    for card, carried in zip(cards, found, strict=True):
        if (card.article, card.span.start) in shown:
            continue
        shown |= {(one.article.id, one.span.start) for one in carried.changed}
        kept.append((card, carried))
    return tuple(kept)


def render_quotes_in_context(
    invocation: Invocation, quotes: Sequence[tuple[QuoteCard, QuoteWordings]]
) -> Iterator[Block]:
    """Each quote with what it is about, its time and the outlets that carry it."""
    texts, zone = texts_for(invocation), invocation.place.workspace.zone
    for card, carried in quotes:
        yield QuoteBlock(card=card)
        about = _format_quote_context(card, carried, texts)
        if about:
            yield SmallPrint(text=about)
        carriers = _format_carriers(card, carried, texts, zone)
        if carriers:
            yield SmallPrint(text=carriers)
        yield from _render_changed_wordings(carried, texts)


def render_story_quotes(
    quotes: Sequence[tuple[QuoteCard, QuoteWordings]], texts: Texts, zone: str
) -> Iterator[Block]:
    """Each quote where its story stands beside it, with the outlets that carry it."""
    for card, carried in quotes:
        yield QuoteBlock(card=card)
        if carried.also or carried.in_part:
            yield SmallPrint(text=_format_carriers(card, carried, texts, zone))
        yield from _render_changed_wordings(carried, texts)


def _format_quote_context(card: QuoteCard, carried: QuoteWordings, texts: Texts) -> str:
    if carried.article is None:
        return ""
    place = content.find_card_context(carried.article, card)
    sentence = carried.article.text[place.start : place.end]
    return texts.say("In the text: {sentence}", sentence=sentence)


def _format_carriers(
    card: QuoteCard, carried: QuoteWordings, texts: Texts, zone: str
) -> str:
    parts = [texts.day_and_time(card.published, zone)] if card.published else []
    if carried.also:
        outlets = ", ".join(carried.also)
        parts.append(texts.say("word for word in {outlets} too", outlets=outlets))
    if carried.in_part:
        outlets = ", ".join(carried.in_part)
        parts.append(texts.say("in part in {outlets} too", outlets=outlets))
    return " · ".join(parts)


def _render_changed_wordings(carried: QuoteWordings, texts: Texts) -> Iterator[Block]:
    if not carried.changed:
        return
    yield SmallPrint(text=texts.say("Outlets give these words differently:"))
    yield from (_render_changed_line(one) for one in carried.changed)


def _render_changed_line(one: ChangedWording) -> ListItem:
    """The other outlet's sentence, with the quoted words set apart in it."""
    start, end = one.context.start, one.context.end
    return ListItem(
        title=one.article.source,
        text=one.article.text[start:end],
        url=one.article.url,
        article=one.article.id,
        revision=one.article.revision,
        start=one.span.start,
        end=one.span.end,
        marks=((one.span.start - start, one.span.end - start),),
    )


def format_feedback(given: Feedback, texts: Texts) -> str:
    """Say it as «More of: harbour, Ada Brandt»."""
    terms = ", ".join(given.terms)
    if given.direction == "more":
        return texts.say("More of: {terms}.", terms=terms)
    return texts.say("Less of: {terms}.", terms=terms)
