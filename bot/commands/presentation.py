"""Render what several commands show: articles, figures, quotes, lists and signs.

Each block is the text of a stored revision, or links to the span it comes from. A quote
that is another wording of one already shown appears only with that one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from bot.commands.context import CommandContext
from bot.configuration.diff import hide_folders, shorten_line
from bot.configuration.quota_checks import describe_use
from bot.i18n.translation import Texts
from bot.model import (
    MAX_MENU_OPTIONS,
    Block,
    Control,
    ControlMenu,
    Destination,
    Digest,
    Finding,
    ListItem,
    MenuOption,
    Occurrence,
    QuoteBlock,
    SmallPrint,
    Source,
    StoredEdition,
)
from bot.publishing.planning import digest_zone
from bot.storage import delivery_store, digest_store, quota_store, quote_wording_store
from bot.storage.delivery_store import PostCounts
from bot.storage.quote_wording_store import ChangedWording, QuoteWordings
from bot.storage.reader_store import Feedback
from digests.cards import content
from digests.cards.wording import LONGEST_QUOTE, clean_line, measure_length
from digests.language.normalization import parse_whole_number
from digests.types import (
    Article,
    ArticleRef,
    EditionStory,
    Figure,
    QuoteCard,
    Span,
    frozen_positional,
)

T = TypeVar("T")
#: More pages than any list has.
MAX_PAGE = 999_999
#: How the state of a finding or source is shown, the most urgent first.
STATE_SIGNS = {"problem": "✗", "warning": "!", "ok": "✓"}


@frozen_positional
class Page(Generic[T]):
    """A page of a list that is too long for one answer."""

    items: tuple[T, ...]
    #: Counted from 1.
    number: int
    pages: int
    #: Position of its first item in the whole list, counted from 1.
    first: int

    @classmethod
    def of(cls, items: Sequence[T], wanted: str, size: int) -> "Page[T]":
        """Return the page with this number; the last one if the list became shorter."""
        pages = max(1, -(-len(items) // size))
        number = max(1, min(parse_whole_number(wanted, MAX_PAGE) or 1, pages))
        start = (number - 1) * size
        shown = tuple(items[start : start + size])
        return cls(items=shown, number=number, pages=pages, first=start + 1)

    def format_position(self, context: CommandContext) -> str:
        """Format «Page 2 of 3»; "" for the only page."""
        if self.pages == 1:
            return ""
        return context.say("Page {page} of {pages}", page=self.number, pages=self.pages)

    def build_turns(self, context: CommandContext, *action: str) -> Iterator[Control]:
        """Build the buttons to the pages beside this one, which `action` leads to."""
        if self.number > 1:
            yield context.button("Previous page", *action, str(self.number - 1))
        if self.number < self.pages:
            yield context.button("Next page", *action, str(self.number + 1))


def join_notes(*parts: str | None) -> str:
    """Join the parts that are not empty into one line of small print."""
    return " · ".join(part for part in parts if part)


def format_channels(destinations: Sequence[Destination]) -> str:
    """Format «#news, #breaking»."""
    return ", ".join(f"#{place.name}" for place in destinations)


def format_outlets(context: CommandContext, story: EditionStory) -> str:
    """Format «Hallin Courier and 2 more» for a story's source line."""
    first, *others = story.outlets or ("",)
    if not others:
        return first
    return context.count(
        "{first} and {n} more", "{first} and {n} more", len(others), first=first
    )


def render_article_line(
    context: CommandContext, ref: Article | ArticleRef, zone: str = ""
) -> ListItem:
    """Render an article as a line that links to its text, in the workspace's zone."""
    at = ref.published
    when = context.texts.day_and_time(at, zone or context.zone) if at else ""
    line = ListItem(title=format_article_title(ref), note=join_notes(ref.source, when))
    return replace(line, url=ref.url, article=ref.id, revision=ref.revision)


def format_article_title(ref: Article | ArticleRef) -> str:
    """Format the article's title, or its first words if it has none."""
    if ref.title:
        return ref.title
    text = ref.text if isinstance(ref, Article) else ""
    head = text[:90].split("\n")[0]
    return f"{head.rsplit(' ', 1)[0]} …" if head else ref.source


def render_finding(
    context: CommandContext, one: Finding, folders: Sequence[Source] = ()
) -> ListItem:
    """Render a finding with its fix; paths of the folders are hidden.

    A platform words its findings itself, in English.
    """
    return ListItem(
        title=f"{STATE_SIGNS[one.state]} {one.subject}",
        text=hide_folders(context.message(one.text), folders),
        note=hide_folders(context.message(one.fix), folders),
    )


async def render_quotas(context: CommandContext, share: float) -> list[SmallPrint]:
    """Render the quotas of which the workspace uses at least this share."""
    uses = await context.query(quota_store.list_uses, quotas=context.services.quotas)
    return [
        SmallPrint(text=context.message(describe_use(use)))
        for use in uses
        if use.share >= share
    ]


async def render_edition_origin(
    context: CommandContext, edition: StoredEdition
) -> SmallPrint:
    """Render which edition an answer is about: «Morning brief, Monday 08:30»."""
    find, key = digest_store.find_digest, edition.digest_id
    digest = await context.query(find, digest_id=key)
    zone = digest_zone(digest) if digest is not None else context.zone
    return context.small_print(
        "From the edition «{title}», {when} ({id})",
        title=edition.edition.title,
        when=context.format_moment(edition.edition.made_at, zone),
        id=edition.public_id,
    )


async def note_earlier_edition(
    context: CommandContext, edition: StoredEdition
) -> tuple[SmallPrint, ...]:
    """Say which edition an answer is from; () if it is the newest one of the place."""
    newest = await context.archive.newest(context.place)
    if newest is not None and newest.id == edition.id:
        return ()
    return (await render_edition_origin(context, edition),)


def has_thread(context: CommandContext) -> bool:
    """Check whether editions of this place have a thread for discussion."""
    plugin = context.services.plugins.get(context.workspace.platform)
    can_open = plugin is not None and "thread" in plugin.post_options
    return can_open and context.place.of_person is None


def render_excerpt_sources(context: CommandContext, n: int) -> Iterator[SmallPrint]:
    """Say that so many of the new sources give excerpts, and what is done about it."""
    if n:
        said = context.count(
            "{n} source gives excerpts: the pages behind them are read before an "
            "edition.",
            "{n} sources give excerpts: the pages behind them are read before an "
            "edition.",
            n,
        )
        yield SmallPrint(text=said)


def render_passage(
    article: Article, words: Span, *, title: str = "", note: str = ""
) -> ListItem:
    """Render words of a stored article as a line that links to their position."""
    return ListItem(
        title=title,
        text=article.text[words.start : words.end],
        note=note,
        url=article.url,
        article=article.id,
        revision=article.revision,
        start=words.start,
        end=words.end,
    )


def render_figure(
    context: CommandContext, figure: Figure, sentence: str, *notes: str
) -> ListItem:
    """Render the clause that states a figure, and its sentence if that says more.

    Args:
        context: The command's.
        figure: Its number is marked; without a clause it has what it measures.
        sentence: The text of its sentence, "" to show the clause alone.
        notes: Parts of the line below.
    """
    note = join_notes(context.message(content.name_status(figure)), *notes)
    words = "".join(text for text, _ in content.describe_figure(figure))
    if not sentence:
        marks = mark_figures(words, [figure])
        return ListItem(title="", text=words, note=note, marks=marks)
    title = "" if sentence.rstrip(" .!") == words else words
    start = figure.start - figure.sentence.start
    marks = ((start, start + len(figure.text)),)
    return ListItem(title=title, text=sentence, note=note, marks=marks)


def mark_figures(text: str, figures: Iterable[Figure]) -> tuple[tuple[int, int], ...]:
    """Find the numbers of those figures whose words a text contains, in its order."""
    marks = []
    for figure in figures:
        (before, _), (number, _), (after, _) = content.describe_figure(figure)
        at = text.find(f"{before}{number}{after}")
        if at >= 0:
            start = at + len(before)
            marks.append((start, start + len(number)))
    return tuple(sorted(marks))


#: Quote cards with the outlets that carry each.
WordedQuotes = Sequence[tuple[QuoteCard, QuoteWordings]]


async def load_wordings(
    context: CommandContext, cards: Sequence[QuoteCard]
) -> WordedQuotes:
    """Pair each card with the outlets that carry it; each utterance appears once."""
    found = await context.query(quote_wording_store.find_card_wordings, cards=cards)
    shown: set[tuple[str, int]] = set()
    kept = []
    for card, carried in zip(cards, found, strict=True):
        if (card.article, card.span.start) in shown:
            continue
        shown |= {(one.article.id, one.span.start) for one in carried.changed}
        kept.append((card, carried))
    return tuple(kept)


def render_quotes(
    context: CommandContext,
    quotes: WordedQuotes,
    *,
    story_zone: str = "",
) -> Iterator[Block]:
    """Render each quote with its time and the outlets that carry it.

    Beside its story (`story_zone` is the zone of that edition) a quote needs neither
    the sentence around it nor a time of its own.
    """
    for card, carried in quotes:
        yield QuoteBlock(card=card)
        if not story_zone and carried.article is not None:
            place = content.find_card_context(carried.article, card)
            sentence = carried.article.text[place.start : place.end]
            yield context.small_print("In the text: {sentence}", sentence=sentence)
        carriers = _format_carriers(context, card, carried, story_zone or context.zone)
        if carriers and (not story_zone or carried.also or carried.in_part):
            yield SmallPrint(text=carriers)
        if carried.changed:
            yield context.small_print("Outlets give these words differently:")
        yield from map(_render_changed_wording, carried.changed)


def offer_pictures(
    context: CommandContext,
    quotes: WordedQuotes,
    edition: str = "",
    story: str = "",
    *,
    most_buttons: int = 2,
) -> tuple[list[Control], list[ControlMenu]]:
    """Build what gives the picture of a quote: buttons, or a menu for several quotes.

    Quotes that are too long for a picture are left out.

    Args:
        context: The command's.
        quotes: Those that the answer shows.
        edition: Public id of the edition that they are from; "" = of none.
        story: Id of their story; "" = of several.
        most_buttons: Of more quotes than this, they are offered in a menu.
    """
    fitting = [card for card, _ in quotes if _fits_picture(card)]
    cards = fitting[:MAX_MENU_OPTIONS]
    control_ids = [
        context.control_id(
            "picture", edition, story, card.article, str(card.span.start)
        )
        for card in cards
    ]
    names = [shorten_line(card.speaker or card.source) for card in cards]
    if len(cards) <= most_buttons and len(set(names)) == len(names):
        labels = [context.say("Picture: {who}", who=name) for name in names]
        if len(cards) == 1:
            labels = [context.say("Picture of the quote")]
        pairs = zip(control_ids, labels, strict=True)
        return [Control(id=one, label=label) for one, label in pairs], []
    options = tuple(
        MenuOption(id=one, label=f"{name}: {shorten_line(card.text)}")
        for one, name, card in zip(control_ids, names, cards, strict=True)
    )
    menu = ControlMenu(label=context.say("Picture of a quote…"), options=options)
    return [], [menu]


def _fits_picture(card: QuoteCard) -> bool:
    _, words, _ = content.set_in_marks(card)
    return measure_length(clean_line(words)) <= LONGEST_QUOTE


def _get_place(card: QuoteCard) -> tuple[str, str]:
    """Where the words of a card are: the article, and the offset in its text."""
    return card.article, str(card.span.start)


def _format_carriers(
    context: CommandContext, card: QuoteCard, carried: QuoteWordings, zone: str
) -> str:
    also, in_part = ", ".join(carried.also), ", ".join(carried.in_part)
    return join_notes(
        context.texts.day_and_time(card.published, zone) if card.published else "",
        also and context.say("word for word in {outlets} too", outlets=also),
        in_part and context.say("in part in {outlets} too", outlets=in_part),
    )


def _render_changed_wording(one: ChangedWording) -> ListItem:
    """Render the other outlet's sentence, with the quoted words marked in it."""
    line = render_passage(one.article, one.context, title=one.article.source)
    start, words = one.context.start, one.span
    marks = ((words.start - start, words.end - start),)
    return replace(line, start=words.start, end=words.end, marks=marks)


async def format_occurrence(
    context: CommandContext, digest: Digest, occurrence: Occurrence
) -> str:
    """Format «yesterday 08:30: posted», or why nothing was posted."""
    posts = await context.query(delivery_store.count_posts, occurrence_id=occurrence.id)
    return format_outcome(context, digest, occurrence, posts)


def format_outcome(
    context: CommandContext, digest: Digest, occurrence: Occurrence, posts: PostCounts
) -> str:
    """Format the outcome of an occurrence whose posts are known."""
    outcome = context.message(occurrence.reason)
    if not outcome and occurrence.state == "composed":
        outcome = format_posts(context.texts, posts)
    when = context.format_moment(occurrence.due_at, digest_zone(digest))
    return f"{when}: {outcome or context.texts.word(occurrence.state)}"


def format_posts(texts: Texts, posts: PostCounts) -> str:
    """Format what became of the messages of an edition, what is wrong first."""
    if posts.undone:
        return texts.say("taken back")
    if posts.held:
        return texts.count("{n} message is held", "{n} messages are held", posts.held)
    if posts.failed:
        return texts.count(
            "{n} message was not posted", "{n} messages were not posted", posts.failed
        )
    if posts.waiting:
        return texts.say("being posted")
    return texts.say("posted") if posts.sent else texts.say("edition made")


def format_feedback(context: CommandContext, given: Feedback) -> str:
    """Format «More like this: what mentions Harbour, Ada Brandt.»."""
    terms = ", ".join(given.terms)
    if given.direction == "more":
        return context.say("More like this: what mentions {terms}.", terms=terms)
    return context.say("Less like this: what mentions {terms}.", terms=terms)
