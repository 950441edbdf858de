"""`/news story, why`: one story, its days, and why it was selected.

The buttons of a story carry the edition that it was chosen from; what they lead to
takes the place of the story, with a button back to it.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from bot.commands.arguments import (
    StoryReference,
    find_story,
    find_unpublished_story,
    read_full_texts,
)
from bot.commands.context import CommandContext
from bot.commands.declaration import command
from bot.commands.presentation import (
    format_outlets,
    has_thread,
    join_notes,
    load_wordings,
    mark_figures,
    note_earlier_edition,
    offer_pictures,
    render_article_line,
    render_figure,
    render_passage,
    render_quotes,
)
from bot.errors import UnknownName
from bot.ingest import source_health
from bot.lookup import explanations
from bot.lookup.archive import load_story_articles
from bot.lookup.explanations import Reason, StoryExplanation
from bot.model import (
    Block,
    Control,
    ListItem,
    QuoteBlock,
    Reply,
    SmallPrint,
    StoredEdition,
)
from bot.publishing.planning import digest_zone
from bot.storage import edition_store, page_reading_store, reader_store
from digests.analysis import MAX_ANALYSED, is_cut
from digests.cards import content
from digests.stories import timeline
from digests.types import (
    Article,
    ArticleRef,
    EditionFigure,
    EditionStory,
    frozen,
)

#: Events and later articles shown for one story.
MAX_STORY_EVENTS, MAX_LATER_ARTICLES = 6, 5
#: Blocks and characters of a page that takes the place of one message, and the
#: characters of a block's markup.
MAX_PAGE_BLOCKS, MAX_PAGE_LENGTH, BLOCK_OVERHEAD = 22, 3_000, 20


@frozen
class StoryPage:
    """A story as its edition has it, or as it would be shown if none has it."""

    story: EditionStory
    #: The texts that it was made from.
    articles: tuple[Article, ...]
    #: The zone of its times.
    zone: str
    #: None = no edition has shown it.
    edition: StoredEdition | None = None
    #: Which edition it is from, if that is not the newest one here.
    origin: tuple[Block, ...] = ()
    #: What is shown below it.
    more: tuple[Block, ...] = ()

    @property
    def reference(self) -> str:
        """What its controls name it by: the story in this edition, or the story."""
        if self.edition is None:
            return self.story.id
        return f"{self.edition.public_id}:{self.story.id}"


@command("news story", "One story: sources, quotes and figures", "{story}", "{topic}")
async def show_story(context: CommandContext, story: StoryReference) -> Reply:
    """Show the story as its edition had it, with later articles."""
    return await _show(context, story)


async def _show(context: CommandContext, which: str) -> Reply:
    return await render_story_page(context, await load_story_page(context, which))


async def load_story_page(context: CommandContext, which: str) -> StoryPage:
    """Load the story that a number, an id, words or a control name.

    Raises:
        UserError: There is none.
    """
    try:
        found = await context.archive.story(context.place, which)
    except UnknownName:
        unpublished = await find_unpublished_story(context, which)
        if unpublished is None:
            raise
        note = context.small_print("No edition has shown it in full.")
        return StoryPage(
            story=unpublished,
            articles=await context.query(load_story_articles, unpublished.id),
            zone=context.zone,
            more=(note,),
        )
    edition, story = found.stored_edition, found.story
    digest = await context.archive.digest(edition.scope, edition.digest_id)
    zone = digest_zone(digest)
    shown, lead = {ref.id: ref for ref in story.articles}, story.articles[0]
    await read_full_texts(context, [key for key, ref in shown.items() if ref.excerpt])
    stored = await context.query(load_story_articles, story.id)
    later = [article for article in stored if article.id not in shown]
    listed = _render_articles(context, later[-MAX_LATER_ARTICLES:], zone)
    page = StoryPage(
        story=story,
        articles=await context.archive.articles_of(found),
        zone=zone,
        edition=edition,
        origin=await note_earlier_edition(context, edition),
        more=context.section("Also on this", listed),
    )
    if lead.excerpt and any(a.id == lead.id and a.expands for a in stored):
        newest = await explanations.compose_unpublished(
            context.db, context.publisher.engine, context.scope, story.id
        )
        note = context.small_print("The edition had only the feed’s excerpt of it.")
        return replace(page, story=newest or story, more=(note, *page.more))
    return page


def _render_articles(
    context: CommandContext, articles: Iterable[Article | ArticleRef], zone: str
) -> list[ListItem]:
    return [render_article_line(context, article, zone) for article in articles]


async def render_story_page(
    context: CommandContext, page: StoryPage, *said: str
) -> Reply:
    """Render a story with its buttons, below what was `said` about a press."""
    story, zone, articles = page.story, page.zone, page.articles
    quotes = await load_wordings(context, story.cards)
    kind = context.message(content.name_kind(story.kind))
    excerpt = story.articles[0].excerpt
    origin = context.say("from the feed’s excerpt") if excerpt else ""
    events = await _list_events(context, articles)
    # A single event needs no order.
    events = events[:MAX_STORY_EVENTS] if len(events) > 1 else []
    edition = page.edition.public_id if page.edition else ""
    # A story with corrections has another button; a platform shows up to ten.
    most = 1 if story.notes else 2
    pictures, menus = offer_pictures(
        context, quotes, edition, story.id, most_buttons=most
    )
    controls = [*[one async for one in _list_buttons(context, page)], *pictures]
    blocks: list[Block] = [
        *page.origin,
        SmallPrint(text=join_notes(kind, format_outlets(context, story), origin)),
        *_render_summary(context, story),
        *_render_figures(context, story),
        *_render_disputes(context, story),
        *render_quotes(context, quotes, story_zone=zone),
        *context.section("In order", events),
        *_render_notes(context, story, zone),
        *context.section("Sources", _render_articles(context, story.articles, zone)),
        *_render_cut(context, articles),
        *page.more,
        context.small_print("Story id: {id}", id=story.id),
    ]
    if said:
        shown = _fit_message(blocks)
        if len(shown) < len(blocks):
            controls.append(back_to_story(context, page.reference))
        blocks = shown
    return context.reply(
        *said,
        *blocks,
        title=story.headline.text,
        controls=controls,
        menus=menus,
        in_place=bool(said),
    )


def _fit_message(blocks: Sequence[Block]) -> list[Block]:
    """Keep as many blocks as one message of each platform holds, at least one.

    A press is answered in the place of one message: what follows would be new ones.
    """
    kept: list[Block] = []
    space = MAX_PAGE_LENGTH
    for block in blocks[:MAX_PAGE_BLOCKS]:
        space -= _measure_block(block)
        if space < 0 and kept:
            break
        kept.append(block)
    return kept


def _measure_block(block: Block) -> int:
    parts: tuple[str, ...] = ()
    match block:
        case ListItem():
            parts = (block.title, block.text, block.note, block.url or "")
        case SmallPrint(text=text):
            parts = (text,)
        case QuoteBlock(card=card):
            parts = (card.text, card.speaker or "", card.role or "", card.url or "")
    return sum(map(len, parts)) + BLOCK_OVERHEAD


async def _list_buttons(
    context: CommandContext, page: StoryPage
) -> AsyncIterator[Control]:
    """List the buttons of a story; they show what the reader chose before."""
    own, reference = context.person_scope, page.reference
    marks = await context.db.read(
        reader_store.find_story_marks, own, story=page.story.id
    )
    if marks.saved:
        yield context.button("Saved ✓", "unsave", reference)
    else:
        yield context.button("Save", "save", reference)
    if marks.feedback == "more":
        yield context.button("More like this ✓", "unlike", reference)
    else:
        yield context.button("More like this", "more", reference)
    if marks.feedback == "less":
        yield context.button("Less like this ✓", "unlike", reference)
    else:
        yield context.button("Less like this", "less", reference)
    yield context.button("Why this?", "why", reference)
    yield context.button("Timeline", "timeline", reference)
    if page.story.notes:
        yield context.button("Corrections", "corrected", reference)
    yield context.button("Report an error", "report", reference)
    if page.edition is not None and has_thread(context):
        yield context.button("Discuss", "discuss", page.edition.public_id)


def back_to_story(context: CommandContext, reference: str) -> Control:
    """Build the button of a page about a story that leads back to it."""
    return context.button("Back to the story", "back", reference)


@show_story.control("back")
async def show_story_again(context: CommandContext, reference: str) -> Reply:
    """Show the story in the place of a page about it."""
    return replace(await _show(context, reference), in_place=True)


def _render_cut(
    context: CommandContext, articles: Iterable[Article]
) -> Iterator[SmallPrint]:
    """Say which articles are too long to be analysed to their end."""
    outlets = dict.fromkeys(one.source for one in articles if is_cut(one))
    if outlets:
        yield context.small_print(
            "Long article ({outlets}): summary, quotes and figures come from its first "
            "{n} characters.",
            outlets=", ".join(outlets),
            n=context.texts.number(MAX_ANALYSED),
        )


def _render_summary(context: CommandContext, story: EditionStory) -> Iterator[Block]:
    """Render the sentences, and why it matters, linked to their place in the source."""
    lead, sentences = story.articles[0], [*story.summary]
    figures = [shown.figure for shown in story.figures]
    if story.matters is not None:
        sentences.append(story.matters)
    for sentence in sentences:
        why = context.say("Why it matters") if sentence is story.matters else ""
        yield ListItem(
            title=why,
            text=sentence.text,
            url=lead.url,
            article=lead.id,
            revision=sentence.revision or lead.revision,
            start=sentence.spans[0].start,
            end=sentence.spans[-1].end,
            marks=mark_figures(sentence.text, figures),
        )


def _render_figures(context: CommandContext, story: EditionStory) -> Iterator[Block]:
    """Render the figures that the summary does not state in the same words."""
    said = [sentence.text for sentence in story.summary]
    lead = story.articles[0].source
    for shown in story.figures:
        # The lead outlet is already named above everything that comes from it.
        line = _render_figure(context, shown, story, shown.source != lead)
        if line.note or not any(line.text in sentence for sentence in said):
            yield line


def _render_figure(
    context: CommandContext, shown: EditionFigure, story: EditionStory, named: bool
) -> ListItem:
    """Render a figure that links to its position in the revision the edition used."""
    read = {ref.id: ref.revision for ref in story.articles}
    sentence = "" if shown.figure.label else shown.sentence_text
    source = shown.source if named else ""
    return replace(
        render_figure(
            context, shown.figure, sentence, content.describe_change(shown), source
        ),
        article=shown.article,
        revision=shown.revision or read.get(shown.article),
        start=shown.figure.start,
        end=shown.figure.end,
    )


def _render_disputes(context: CommandContext, story: EditionStory) -> Iterator[Block]:
    """Render both sides with their sentences; the reader decides."""
    for dispute in story.disputes:
        yield context.small_print("Outlets differ:")
        yield _render_figure(context, dispute.ours, story, named=True)
        yield _render_figure(context, dispute.theirs, story, named=True)


async def _list_events(
    context: CommandContext, articles: Sequence[Article]
) -> list[ListItem]:
    """Render the dated events of the articles below their days, earliest first."""
    engine = context.publisher.engine.of_workspace(context.workspace.id)
    events = await engine.run(timeline.order_events, articles)
    read = {article.id: article.revision for article in articles}
    return [
        ListItem(
            title=context.texts.stretch(event.first, event.last),
            text=event.text,
            article=event.article,
            revision=read[event.article],
            start=event.words.start,
            end=event.words.end,
        )
        for event in events
        if event.first is not None
    ]


def _render_notes(
    context: CommandContext, story: EditionStory, zone: str
) -> Iterator[Block]:
    """Render the corrections since the edition was posted."""
    for note in story.notes:
        time = context.texts.day_and_time(note.at, zone)
        if note.said:
            yield context.small_print(
                "Corrected {time} by an editor: {what}", time=time, what=note.said
            )
        else:
            change = " → ".join(filter(None, (note.before, note.after)))
            what = ": ".join(filter(None, (note.what, change)))
            yield context.small_print("Corrected {time}: {what}", time=time, what=what)


# ── over its days ──────────────────────────────────────────────────────────────

#: Events, articles and editions that are shown.
MAX_TIMELINE_EVENTS, MAX_TIMELINE_ARTICLES, MAX_TIMELINE_EDITIONS = 15, 6, 6


@show_story.control("timeline")
async def show_timeline(context: CommandContext, reference: str) -> Reply:
    """Show the story's dated events, who reported it, and the editions that had it."""
    story, zone = await find_story(context, reference), await context.get_own_zone()
    articles = await context.query(load_story_articles, story.id)
    published = await context.query(
        edition_store.list_story_publications,
        story=story.id,
        limit=MAX_TIMELINE_EDITIONS,
    )
    reporters = _render_articles(context, articles[-MAX_TIMELINE_ARTICLES:], zone)
    return context.reply(
        *await _render_days(context, articles),
        *context.section("Reported by", reporters),
        *context.section("Posted here", _render_publications(context, published, zone)),
        context.small_print("Story id: {id}", id=story.id),
        title=context.say("Timeline: {headline}", headline=story.headline.text),
        controls=[back_to_story(context, reference)],
        in_place=True,
    )


async def _render_days(
    context: CommandContext, articles: Sequence[Article]
) -> list[ListItem | str]:
    """Render the dated sentences, earliest day first; each day is named once."""
    recent = (await _list_events(context, articles))[-MAX_TIMELINE_EVENTS:]
    lines: list[ListItem | str] = []
    for _, (first, *others) in groupby(recent, key=attrgetter("title")):
        lines += [first, *(replace(event, title="") for event in others)]
    return lines or [context.say("Its articles give no dates.")]


def _render_publications(
    context: CommandContext, published: Sequence[tuple[datetime, str]], zone: str
) -> list[ListItem]:
    """Render «Tuesday 24 November: …», and what each later edition updated."""
    lines: list[ListItem] = []
    for at, headline in reversed(published):
        day = context.texts.weekday_date(at.astimezone(ZoneInfo(zone)).date())
        before = lines[-1].title if lines else ""
        note = before and context.say("update to the story of {day}", day=before)
        lines.append(ListItem(title=day, text=headline, note=note))
    return lines


# ── why it was selected ────────────────────────────────────────────────────────


@command(
    "news why",
    "Why a story is (or is not) in the edition",
    "{story}",
    "{topic}",
    "{sentence}",
    "{story_id}",
)
async def explain_selection(context: CommandContext, story: StoryReference) -> Reply:
    """Show what was decided about each article of the story, and why."""
    archive, place = context.archive, context.place
    why = await explanations.explain_story(archive, place, story, context.now)
    found, back = why.found, []
    earlier: Sequence[Block] = ()
    if found is not None:
        reference = f"{found.stored_edition.public_id}:{found.story.id}"
        back = [back_to_story(context, reference)]
        earlier = await note_earlier_edition(context, found.stored_edition)
    return context.reply(
        *earlier,
        *_render_origin(context, why),
        *[await _render_reason(context, why, reason) for reason in why.reasons],
        title=context.say("Why: {headline}", headline=why.title),
        controls=back,
        in_place=True,
    )


def _render_origin(
    context: CommandContext, why: StoryExplanation
) -> Iterator[Block | str]:
    """Render what the edition was made from, and the sentence with the words."""
    if why.found is None:
        yield context.say("It is not in the newest edition.")
    else:
        made = why.found.stored_edition.edition.made_from
        yield context.small_print(
            "Read for it: {articles} from {sources}.",
            articles=context.count("{n} article", "{n} articles", made.articles),
            sources=context.count("{n} source", "{n} sources", made.sources),
        )
    line = why.source_line
    if line is None:
        return
    if line.shown:
        yield context.small_print("The edition has this sentence:")
    else:
        yield context.small_print(
            "The words are in this sentence, which the edition does not show:"
        )
    yield render_passage(line.article, line.sentence, note=line.article.source)


async def _render_reason(
    context: CommandContext, why: StoryExplanation, reason: Reason
) -> ListItem:
    article = await context.archive.article(context.scope, int(reason.article))
    line, outlet = ListItem(title=context.say("An article"), article=reason.article), ""
    if article is not None:
        line, outlet = render_article_line(context, article), article.source
    digest, origin = reason.digest, ""
    zone = digest_zone(digest) if digest is not None else context.zone
    by = digest.name if digest is not None else ""
    if article is not None:
        origin = await _describe_text(context, why.find_text(article), zone)
    note = join_notes(outlet, by, context.format_moment(reason.at, zone), origin)
    return replace(line, text=context.message(reason.text), note=note)


async def _describe_text(
    context: CommandContext, text: Article | ArticleRef, zone: str
) -> str:
    """Say that a text was read from its page, or why the feed's excerpt is all.

    "" for a text that the source gives whole.
    """
    if text.origin == "source" and not text.excerpt:
        return ""
    find = page_reading_store.find_page_reading
    reading = await context.query(find, article_id=int(text.id))
    at = context.format_moment(reading.asked_at, zone) if reading is not None else ""
    verdict = (reading.verdict or "") if reading is not None else ""
    if text.origin == "page" and at:
        return context.say("read from the page {when}", when=at)
    if text.origin == "page":
        return context.say("read from the page")
    if verdict in source_health.PAGE_VERDICTS:
        return context.say(
            "from the feed’s excerpt; its page, asked {when}: {what}",
            when=at,
            what=source_health.PAGE_VERDICTS[verdict],
        )
    if verdict == "article":
        return context.say("from the feed’s excerpt; its page was read {when}", when=at)
    return context.say("from the feed’s excerpt; its page was not read")
