"""`/news quotes, figures`: who said what; numbers, compared between outlets.

`digests.editing.disputes` decides whether two figures measure the same thing
and agree. A figure that appears beside another one is not listed a second time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain, islice, zip_longest
from typing import Annotated, get_args

from bot.commands.arguments import SinceArgument, named_story, read_full_texts
from bot.commands.context import CommandContext, Option
from bot.commands.controls import STALE_CONTROL
from bot.commands.declaration import command
from bot.commands.presentation import (
    load_wordings,
    note_earlier_edition,
    offer_pictures,
    render_edition_origin,
    render_figure,
    render_quotes,
)
from bot.delivery.card_pictures import describe_picture
from bot.errors import UserError
from bot.lookup.archive import RESULT_LIMIT
from bot.lookup.name_resolution import parse_story_name
from bot.model import (
    PREVIEW_ID,
    Block,
    Control,
    DigestOptions,
    ListItem,
    Picture,
    PictureBlock,
    QuoteBlock,
    RenderContext,
    Reply,
    SmallPrint,
)
from bot.model.scope import MAX_KEY
from bot.publishing.planning import digest_zone
from bot.storage import digest_store, quote_store
from digests.cards import content
from digests.cards.wording import CardFormat
from digests.editing import disputes
from digests.language.normalization import normalize_text, parse_whole_number
from digests.messages import Message
from digests.stories.publishers import find_publisher
from digests.types import Article, Edition, Figure, QuoteCard, frozen


@frozen
class Topic:
    """What quotes and figures are about: the articles of a story, or words."""

    words: str | None
    article_ids: list[int] | None = None
    #: Which edition the story is from that a number names, if not the newest.
    origin: Sequence[SmallPrint] = ()


async def _find_topic(context: CommandContext, typed: str) -> Topic:
    """Find the story that is named by its number or id; otherwise take the words."""
    wanted = parse_story_name(typed)
    if wanted.is_text:
        return Topic(words=typed or None)
    found = await context.archive.story(context.place, typed)
    refs = found.story.articles
    await read_full_texts(context, [ref.id for ref in refs if ref.excerpt])
    origin: Sequence[SmallPrint] = ()
    if wanted.number and not wanted.edition:
        origin = await note_earlier_edition(context, found.stored_edition)
    return Topic(words=None, article_ids=[int(ref.id) for ref in refs], origin=origin)


def _explain_preview(context: CommandContext) -> Reply:
    """Answer a button below an edition that is not posted."""
    return context.answer(
        "This is a preview. Its buttons work below the edition once it is posted."
    )


@command(
    "news quotes",
    "Who said what, word for word",
    "{speaker}",
    "topic={topic} since=Monday",
)
async def show_quotes(
    context: CommandContext,
    speaker: Annotated[
        str, Option("A name or part of one", rest=True, completes="speaker")
    ] = "",
    topic: Annotated[str, named_story("A story number, or words it is about")] = "",
    since: SinceArgument = None,
) -> Reply:
    """Show quotes of a speaker, about a topic or of a story, newest first.

    Those in the language of the channel are first.
    """
    about = await _find_topic(context, topic)
    stored = await context.archive.quotes(
        context.scope,
        speaker=speaker or None,
        topic=about.words,
        article_ids=about.article_ids,
        since=since,
        languages={one.settings.language for one in await context.list_digests_here()},
    )
    if not stored:
        if since or (topic and not speaker):
            return context.answer("No stored quote matches.")
        return context.reply(await _explain_no_quotes(context, speaker))
    cards = [content.build_card(article, quote) for article, quote in stored]
    names = {card.speaker for card in cards if card.speaker} if speaker else ()
    return await _render_quotes(context, cards, about.origin, sorted(names))


async def _render_quotes(
    context: CommandContext,
    cards: Sequence[QuoteCard],
    origin: Sequence[Block],
    speakers: Sequence[str] = (),
    edition: str = "",
) -> Reply:
    quotes = await load_wordings(context, cards)
    title = context.count("{n} quote", "{n} quotes", len(quotes))
    if speakers:
        title = context.say("{title} of {who}", title=title, who=", ".join(speakers))
    checked = context.small_print("✓ Checked word for word against the stored text")
    controls, menus = offer_pictures(context, quotes, edition)
    return context.reply(
        *render_quotes(context, quotes),
        checked,
        *origin,
        title=title,
        controls=controls,
        menus=menus,
    )


@show_quotes.control("edition")
async def show_edition_quotes(context: CommandContext, public_id: str) -> Reply:
    """Show the quotes of the edition below which the button was pressed."""
    if public_id == PREVIEW_ID:
        return _explain_preview(context)
    edition = await context.archive.edition(context.place, public_id)
    found = await _load_edition_cards(context, edition.edition)
    if not found:
        return context.answer("This edition quotes nobody.")
    origin = await render_edition_origin(context, edition)
    return await _render_quotes(context, found, [origin], edition=edition.public_id)


# ── their pictures ─────────────────────────────────────────────────────────────

_FORMATS: Sequence[CardFormat] = get_args(CardFormat)


@frozen
class QuoteReference:
    """What a control names a quote by: its edition and story, its article and place."""

    #: Public id; "" = the quote was not shown as part of an edition.
    edition: str
    story: str
    article: int
    #: Where its words begin in the article's text.
    start: int
    #: None: the control stands below the quote, not below its picture.
    format: CardFormat | None

    @classmethod
    def parse(cls, args: str) -> "QuoteReference":
        """Parse the arguments of a control.

        Raises:
            UserError: They are not those that we write.
        """
        edition, story, article, start, chosen = (*args.split(":"), "")[:5]
        key, offset = (parse_whole_number(one, MAX_KEY) for one in (article, start))
        form = next((one for one in _FORMATS if one == chosen), None)
        if key is None or offset is None or (chosen and form is None):
            raise UserError(STALE_CONTROL)
        return cls(edition=edition, story=story, article=key, start=offset, format=form)


@show_quotes.control("picture")
async def show_quote_picture(context: CommandContext, args: str) -> Reply:
    """Show a quote as a picture to share, in one of two formats.

    It is the quote as the edition below which it was asked for has it.
    """
    asked = QuoteReference.parse(args)
    card, drawn_for, options = await _find_card(context, asked)
    form = asked.format or "wide"
    illustrator = context.publisher.illustrator
    picture: Picture | Message = Message("Pictures of quotes are switched off here.")
    if illustrator is not None:
        picture = await illustrator.cards.provide(
            context.scope, card, drawn_for, options, form
        )
    shown: Block | str = (
        context.message(picture)
        if isinstance(picture, Message)
        else (PictureBlock(picture=picture, alt=describe_picture(card, drawn_for)))
    )
    at = card.published
    when = context.texts.day_and_time(at, drawn_for.zone) if at else ""
    return context.reply(
        shown,
        QuoteBlock(card=card),
        *([SmallPrint(text=when)] if when else []),
        title=context.say("A quote as a picture"),
        controls=[]
        if isinstance(picture, Message)
        else [_offer_format(context, asked)],
        # The other format takes the place of the first.
        in_place=asked.format is not None,
    )


def _offer_format(context: CommandContext, asked: QuoteReference) -> Control:
    """Build the button that shows the picture in the other format."""
    quote = asked.edition, asked.story, str(asked.article), str(asked.start)
    if asked.format == "square":
        return context.button("Wide, 1200 × 630", "picture", *quote, "wide")
    return context.button("Square, 1080 × 1080", "picture", *quote, "square")


async def _find_card(
    context: CommandContext, asked: QuoteReference
) -> tuple[QuoteCard, RenderContext, DigestOptions]:
    """Find a quote, in which language and zone it is drawn, and how it looks.

    Raises:
        UserError: The edition was removed, or the article no longer has the words.
    """
    workspace, options = context.workspace, DigestOptions()
    drawn_for = RenderContext(
        edition_id=asked.edition or PREVIEW_ID,
        digest="",
        zone=workspace.zone,
        locale=workspace.locale,
        next_due=None,
    )
    card = None
    if asked.edition:
        edition = await context.archive.edition(context.place, asked.edition)
        find, key = digest_store.find_digest, edition.digest_id
        digest = await context.query(find, digest_id=key)
        if digest is not None:
            options, locale = digest.options, digest.options.language
            zone = digest_zone(digest)
            drawn_for = replace(drawn_for, zone=zone, locale=locale or workspace.locale)
        card = _find_edition_card(edition.edition, asked)
    if card is None:
        find_quote = quote_store.find_quote
        found = await context.query(
            find_quote, article_id=asked.article, start=asked.start
        )
        if found is None:
            raise UserError(
                "The article no longer has this quote, or it is no longer kept."
            )
        card = content.build_card(*found)
    return card, drawn_for, options


def _find_edition_card(edition: Edition, asked: QuoteReference) -> QuoteCard | None:
    """Find the quote among those that an edition shows."""
    stories = sorted(edition.stories, key=lambda story: story.id != asked.story)
    shown = (card for story in stories for card in story.cards)
    here = str(asked.article), asked.start
    return next((c for c in shown if (c.article, c.span.start) == here), None)


async def _explain_no_quotes(context: CommandContext, speaker: str) -> str:
    """Explain that there are no quotes of the speaker; list similar names."""
    if not speaker:
        return context.say("No quotes are stored yet.")
    # Imported only when needed, to start faster.
    from rapidfuzz import process

    known = await context.query(quote_store.list_speaker_names, prefix="", limit=500)
    near = [name for name, score, _ in process.extract(speaker, known) if score >= 75]
    who, names = speaker[:60], ", ".join(near[:3])
    if not near:
        return context.say("No quotes of «{who}» are stored.", who=who)
    return context.say(
        "No quotes of «{who}». Did you mean {names}?", who=who, names=names
    )


#: Stored figures that are compared for one answer.
MAX_COMPARED = 40


@command(
    "news figures",
    "Numbers, what they measure, and their sentence",
    "{story}",
    "{topic}",
)
async def show_figures(
    context: CommandContext,
    topic: Annotated[str, named_story("A story number, or words", rest=True)] = "",
    since: SinceArgument = None,
) -> Reply:
    """Show figures of a story or about a topic, beside those of other outlets."""
    about = await _find_topic(context, topic)
    found = await context.query(
        quote_store.list_figures,
        topic=about.words,
        article_ids=about.article_ids,
        since=since if about.article_ids is None else None,
        limit=MAX_COMPARED,
    )
    if not found and topic:
        said = topic[:60]
        return context.answer("No figures about «{topic}» are stored.", topic=said)
    if not found:
        return context.answer("No figures are stored yet.")
    return _render_figures(context, found, *about.origin)


def _render_figures(
    context: CommandContext, found: Sequence["ArticleFigure"], *more: Block
) -> Reply:
    compared = tuple(islice(compare_outlets(found), RESULT_LIMIT))
    title = context.count("{n} figure", "{n} figures", len(compared))
    blocks = (block for one in compared for block in _render_compared(context, one))
    return context.reply(*blocks, *more, title=title)


async def _load_edition_cards(
    context: CommandContext, edition: Edition
) -> tuple[QuoteCard, ...]:
    """Load the quotes of an edition, then others from the articles of its stories."""
    cards = [story.cards for story in edition.stories]
    # One of each story, in their order, before a second one of any.
    mixed = filter(None, chain.from_iterable(zip_longest(*cards)))
    ids = _list_article_ids(edition)
    stored = await context.archive.quotes(
        context.scope, speaker=None, topic=None, article_ids=ids
    )
    more = (content.build_card(article, quote) for article, quote in stored)
    distinct: dict[str, QuoteCard] = {}
    for card in chain(mixed, more):
        distinct.setdefault(normalize_text(card.text), card)
    return tuple(islice(distinct.values(), RESULT_LIMIT))


def _list_article_ids(edition: Edition) -> list[int]:
    return [int(ref.id) for story in edition.stories for ref in story.articles]


@show_figures.control("edition")
async def show_edition_figures(context: CommandContext, public_id: str) -> Reply:
    """Show the figures of the edition below which the button was pressed."""
    if public_id == PREVIEW_ID:
        return _explain_preview(context)
    edition = await context.archive.edition(context.place, public_id)
    found = await context.query(
        quote_store.list_figures,
        article_ids=_list_article_ids(edition.edition),
        limit=MAX_COMPARED,
    )
    if not found:
        return context.answer("This edition has no figures.")
    return _render_figures(
        context, found, await render_edition_origin(context, edition)
    )


ArticleFigure = tuple[Article, Figure]


@frozen
class ComparedFigure:
    """A figure with its counterparts in other outlets."""

    article: Article
    figure: Figure
    #: Other outlets that give the same figure.
    also: tuple[str, ...] = ()
    #: Differing figures of other outlets.
    others: tuple[ArticleFigure, ...] = ()


def _render_compared(context: CommandContext, one: ComparedFigure) -> Iterator[Block]:
    """Render the figure, the outlets that agree, and the figures that differ."""
    outlets = ", ".join(one.also)
    also = outlets and context.say("the same in {outlets}", outlets=outlets)
    yield _render_line(context, one.article, one.figure, also)
    for article, figure in one.others:
        yield context.small_print("Outlets differ:")
        yield _render_line(context, article, figure)


def _render_line(
    context: CommandContext, article: Article, figure: Figure, also: str = ""
) -> ListItem:
    """Render a figure with its sentence, linked to its position."""
    sentence = article.text[figure.sentence.start : figure.sentence.end]
    return replace(
        render_figure(context, figure, sentence, article.source, also),
        url=article.url,
        article=article.id,
        revision=article.revision,
        start=figure.start,
        end=figure.end,
    )


#: Later reports include what has happened since: that is not a disagreement.
_SAME_TIME = timedelta(hours=18)


def compare_outlets(found: Sequence[ArticleFigure]) -> Iterator[ComparedFigure]:
    """List each figure once, in order, with its counterparts in other outlets.

    Args:
        found: Articles, each with one of its figures, in the order of the answer.
    """
    by_article: dict[str, list[Figure]] = {}
    articles = {article.id: article for article, _ in found}
    for article, figure in found:
        by_article.setdefault(article.id, []).append(figure)
    publisher_of = {key: find_publisher(article) for key, article in articles.items()}
    shown: set[tuple[str, int]] = set()
    for article, figure in found:
        if (article.id, figure.start) in shown:
            continue
        also: dict[str, str] = {}
        others: list[ArticleFigure] = []
        for other, theirs in by_article.items():
            there = articles[other]
            if publisher_of[other] == publisher_of[article.id]:
                continue
            if not _is_same_time(article, there):
                continue
            left = [f for f in theirs if (other, f.start) not in shown]
            for pair in disputes.compare_figures(article, [figure], there, left):
                shown.add((other, pair.theirs.start))
                if pair.equal:
                    also.setdefault(publisher_of[other], there.source)
                else:
                    others.append((there, pair.theirs))
        shown.add((article.id, figure.start))
        yield ComparedFigure(
            article=article,
            figure=figure,
            also=tuple(also.values()),
            others=tuple(others),
        )


def _is_same_time(one: Article, other: Article) -> bool:
    if one.published is None or other.published is None:
        return True
    return abs(one.published - other.published) <= _SAME_TIME
