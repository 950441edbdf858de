"""`/news story, timeline, why`: one story, its days, and why it was selected."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.commands.arguments import (
    StoryArgument,
    StoryReference,
    compose_unpublished_story,
)
from bot.commands.context import CommandContext
from bot.commands.declaration import command
from bot.commands.presentation import (
    format_article_title,
    format_figure_title,
    format_outlets,
    join_notes,
    load_wordings,
    render_article_line,
    render_passage,
    render_quotes,
)
from bot.errors import UnknownName
from bot.lookup import explanations
from bot.lookup.archive import load_story_articles
from bot.lookup.explanations import Reason, StoryExplanation
from bot.model import Block, Control, ListItem, Paragraph, Reply, SmallPrint
from bot.publishing.planning import digest_zone
from bot.storage import edition_store
from digests.stories import timeline
from digests.types import Article, EditionFigure, EditionStory, Sentence, TimelineEvent

#: Events and later articles shown for one story.
MAX_STORY_EVENTS, MAX_LATER_ARTICLES = 6, 5


@command(
    "news story",
    "One story: sources, quotes and figures",
    "/news story 2",
    "/news story harbour bridge",
)
async def show_story(context: CommandContext, story: StoryReference) -> Reply:
    """Show the story as its edition had it, with later articles."""
    try:
        found = await context.archive.story(context.place, story)
    except UnknownName:
        unpublished = await compose_unpublished_story(context, story)
        if unpublished is None:
            raise
        note = SmallPrint(text=context.say("No edition has shown it in full."))
        articles = await _load_articles(context, unpublished)
        return await _render_story(
            context, unpublished, articles, (note,), context.zone
        )
    edition = found.stored_edition
    digest = await context.archive.digest(edition.scope, edition.digest_id)
    zone = digest_zone(digest)
    later = _render_later_articles(
        context, found.story, await _load_articles(context, found.story), zone
    )
    articles = await context.archive.articles_of(found)
    return await _render_story(context, found.story, articles, tuple(later), zone)


async def _load_articles(
    context: CommandContext, story: EditionStory
) -> tuple[Article, ...]:
    """Load the newest texts of the story, earliest first."""
    return await context.db.read(load_story_articles, context.scope, story.id)


async def _render_story(
    context: CommandContext,
    story: EditionStory,
    articles: Sequence[Article],
    more: tuple[Block, ...],
    zone: str,
) -> Reply:
    quotes = await load_wordings(context, story.cards)
    return context.reply(
        SmallPrint(text=format_outlets(context, story)),
        *(_render_sentence(story, sentence) for sentence in story.summary),
        *_render_context(context, story),
        *_render_figures(story),
        *_render_disputes(context, story),
        *render_quotes(context, quotes, story_zone=zone),
        *await _render_events(context, articles),
        *_render_corrections(context, story, zone),
        SmallPrint(text=context.say("Sources")),
        *(render_article_line(context, ref, zone) for ref in story.articles),
        *more,
        SmallPrint(text=context.say("Story id: {id}", id=story.id)),
        title=story.headline.text,
        controls=_build_controls(context, story.id),
    )


def _build_controls(context: CommandContext, story: str) -> tuple[Control, ...]:
    """Build the reader's controls; those that change something are signed."""
    return (
        context.button(context.say("Why this?"), "why", story),
        context.signed_button(context.say("Save"), "save", story),
        context.signed_button(context.say("More like this"), "more", story),
        context.signed_button(context.say("Less like this"), "less", story),
        context.button(context.say("Report an error"), "report", story),
    )


def _render_later_articles(
    context: CommandContext, story: EditionStory, stored: Sequence[Article], zone: str
) -> Iterator[Block]:
    """Render articles about the story that arrived after its edition."""
    shown = {ref.id for ref in story.articles}
    later = [article for article in stored if article.id not in shown]
    if later:
        yield SmallPrint(text=context.say("Also on this"))
    for article in later[-MAX_LATER_ARTICLES:]:
        yield render_article_line(context, article, zone)


def _render_sentence(
    story: EditionStory, sentence: Sentence, title: str = ""
) -> ListItem:
    """Render a sentence that links to its position in the source."""
    lead = story.articles[0]
    return ListItem(
        title=title,
        text=sentence.text,
        url=lead.url,
        article=lead.id,
        revision=sentence.revision or lead.revision,
        start=sentence.spans[0].start,
        end=sentence.spans[-1].end,
    )


def _render_context(context: CommandContext, story: EditionStory) -> Iterator[Block]:
    if story.matters is not None:
        yield _render_sentence(story, story.matters, context.say("Why it matters"))


def _render_figures(story: EditionStory) -> Iterator[Block]:
    """Render each figure with its sentence, unless the summary contains it already."""
    said = {sentence.text for sentence in story.summary}
    lead = story.articles[0].source
    for shown in story.figures:
        line = _render_figure(shown, story)
        yield replace(
            line,
            text="" if line.text in said else line.text,
            # The lead outlet is already named above everything that comes from it.
            note="" if shown.source == lead else line.note,
        )


def _render_figure(shown: EditionFigure, story: EditionStory) -> ListItem:
    """Render a figure that links to its position in the revision the edition used."""
    read = {ref.id: ref.revision for ref in story.articles}
    return ListItem(
        title=format_figure_title(shown.figure),
        text=shown.sentence_text,
        note=shown.source,
        article=shown.article,
        revision=shown.revision or read.get(shown.article),
        start=shown.figure.start,
        end=shown.figure.end,
    )


def _render_disputes(context: CommandContext, story: EditionStory) -> Iterator[Block]:
    """Render both sides with their sentences; the reader decides."""
    for dispute in story.disputes:
        yield SmallPrint(text=context.say("Outlets differ:"))
        yield _render_figure(dispute.ours, story)
        yield _render_figure(dispute.theirs, story)


async def _render_events(
    context: CommandContext, articles: Sequence[Article]
) -> tuple[Block, ...]:
    """Render the story's dated events, earliest first; a single one is omitted."""
    events = await context.publisher.engine.run(timeline.order_events, articles)
    dated = [event for event in events if event.first is not None][:MAX_STORY_EVENTS]
    if len(dated) < 2:
        return ()
    read = {article.id: article.revision for article in articles}
    lines = (
        _render_event(event, read, _format_days(context, event)) for event in dated
    )
    return (SmallPrint(text=context.say("In order")), *lines)


def _format_days(context: CommandContext, event: TimelineEvent) -> str:
    return context.texts.stretch(event.first, event.last) if event.first else ""


def _render_event(event: TimelineEvent, read: dict[str, str], title: str) -> ListItem:
    return ListItem(
        title=title,
        text=event.text,
        article=event.article,
        revision=read[event.article],
        start=event.words.start,
        end=event.words.end,
    )


def _render_corrections(
    context: CommandContext, story: EditionStory, zone: str
) -> Iterator[Block]:
    """Render the corrections since the edition was posted."""
    for note in story.notes:
        time = context.texts.day_and_time(note.at, zone)
        what = note.said or " → ".join(filter(None, (note.before, note.after)))
        if note.said:
            said = context.say(
                "Corrected {time} by an editor: {what}", time=time, what=what
            )
        else:
            said = context.say("Corrected {time}: {what}", time=time, what=what)
        yield SmallPrint(text=said)


# ── over its days ──────────────────────────────────────────────────────────────

#: Events, articles and editions that are shown.
MAX_TIMELINE_EVENTS, MAX_TIMELINE_ARTICLES, MAX_TIMELINE_EDITIONS = 15, 6, 6


@command(
    "news timeline",
    "A story over its days, in order",
    "/news timeline 1",
    "/news timeline harbour bridge",
)
async def show_timeline(context: CommandContext, story: StoryArgument) -> Reply:
    """Show the story's dated events, who reported it, and the editions that had it."""
    zone = await context.get_own_zone()
    articles = await _load_articles(context, story)
    events = await context.publisher.engine.run(timeline.order_events, articles)
    published = await context.db.read(
        edition_store.list_story_publications,
        context.scope,
        story=story.id,
        limit=MAX_TIMELINE_EDITIONS,
    )
    return context.reply(
        *_render_days(context, events, articles),
        *_render_reporters(context, articles, zone),
        *_render_publications(context, published, zone),
        SmallPrint(text=context.say("Story id: {id}", id=story.id)),
        title=context.say("Timeline: {headline}", headline=story.headline.text),
    )


def _render_days(
    context: CommandContext,
    events: Sequence[TimelineEvent],
    articles: Sequence[Article],
) -> Iterator[Block]:
    """Render the dated sentences, earliest day first; each day is named once."""
    dated = [event for event in events if event.first is not None]
    if not dated:
        yield Paragraph(text=context.say("Its articles date no event."))
    read = {article.id: article.revision for article in articles}
    recent = dated[-MAX_TIMELINE_EVENTS:]
    for _, of_day in groupby(recent, key=lambda e: (e.first, e.last)):
        for number, event in enumerate(of_day):
            days = "" if number else _format_days(context, event)
            yield _render_event(event, read, days)


def _render_reporters(
    context: CommandContext, articles: Sequence[Article], zone: str
) -> Iterator[Block]:
    if articles:
        yield SmallPrint(text=context.say("Reported by"))
    for article in articles[-MAX_TIMELINE_ARTICLES:]:
        yield render_article_line(context, article, zone)


def _render_publications(
    context: CommandContext, published: Sequence[tuple[datetime, str]], zone: str
) -> Iterator[Block]:
    """Render «Tuesday 24 November: …», and what each later edition updated."""
    if published:
        yield SmallPrint(text=context.say("Posted here"))
    before = ""
    for at, headline in reversed(published):
        day = context.texts.weekday_date(at.astimezone(ZoneInfo(zone)).date())
        note = context.say("update to the story of {day}", day=before) if before else ""
        yield ListItem(title=day, text=headline, note=note)
        before = day


# ── why it was selected ────────────────────────────────────────────────────────


@command(
    "news why",
    "Why a story is (or is not) in the edition",
    "/news why 1",
    "/news why pool",
    "/news why About 31,000 vehicles cross the bridge",
    "/news why s-7k3m9q",
)
async def explain_selection(context: CommandContext, story: StoryReference) -> Reply:
    """Show what was decided about each article of the story, and why."""
    why = await explanations.explain_story(
        context.archive, context.place, story, context.now
    )
    return context.reply(
        _render_totals(context, why),
        *_render_source_sentence(context, why),
        *[await _render_reason(context, reason) for reason in why.reasons],
        title=context.say("Why: {headline}", headline=why.title),
    )


def _render_totals(context: CommandContext, why: StoryExplanation) -> Block:
    if why.found is None:
        return Paragraph(text=context.say("It is not in the newest edition."))
    made = why.found.stored_edition.edition.made_from
    read = context.say(
        "{articles} articles from {sources} sources were read.",
        articles=made.articles,
        sources=made.sources,
    )
    return SmallPrint(text=read)


def _render_source_sentence(
    context: CommandContext, why: StoryExplanation
) -> Iterator[Block]:
    """Render the sentence with the words, and whether the edition shows it."""
    if why.source_line is None:
        return
    if why.source_line.shown:
        label = context.say("The edition has this sentence:")
    else:
        label = context.say(
            "The words are in this sentence, which the edition does not show:"
        )
    yield SmallPrint(text=label)
    article, place = why.source_line.article, why.source_line.sentence
    yield render_passage(article, place.start, place.end, note=article.source)


async def _render_reason(context: CommandContext, reason: Reason) -> ListItem:
    article = await context.archive.article(context.scope, int(reason.article))
    return ListItem(
        title=(format_article_title(article) if article else context.say("An article")),
        text=context.texts.message(reason.text),
        note=join_notes(
            article.source if article else "",
            reason.digest,
            context.format_moment(reason.at),
        ),
        url=article.url if article else None,
        article=reason.article,
        revision=article.revision if article else None,
    )
