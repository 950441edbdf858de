"""`/news story, timeline, why`: one story, its days, and why it was selected."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.commands import presentation
from bot.commands.context import CommandContext, texts_for
from bot.commands.controls import build_control_id
from bot.commands.forms import find_story
from bot.commands.presentation import (
    STORY_OPTION,
    format_article_title,
    format_figure_title,
    format_outlets,
    render_article_line,
)
from bot.errors import UnknownName
from bot.i18n.translation import Texts
from bot.lookup import explanations
from bot.lookup.explanations import Reason, SourceLine, StoryExplanation
from bot.model import (
    Block,
    Command,
    Control,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Reply,
    SmallPrint,
)
from bot.publishing.planning import digest_zone
from bot.storage import edition_store
from digests.stories import timeline
from digests.types import Article, EditionFigure, EditionStory, TimelineEvent

#: Events shown of one story.
MAX_STORY_EVENTS = 6
#: Later articles shown of one story.
MAX_LATER_ARTICLES = 5


def build_story(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        which = invocation.args["story"].strip()
        try:
            found = await context.archive.story(invocation.place, which)
        except UnknownName:
            reply = await _render_unpublished(context, invocation, which, texts)
            if reply is None:
                raise
            return reply
        zone = digest_zone(await context.archive.digest_of(found.stored_edition))
        dated = await _render_events(
            context, await context.archive.articles_of(found), texts
        )
        stored = await context.archive.in_story(
            found.stored_edition.workspace_id, found.story.id
        )
        since = _render_later_articles(found.story, stored, texts, zone)
        controls = _build_controls(context, invocation, found.story.id, texts)
        cards = await presentation.load_wordings(context, invocation, found.story.cards)
        quotes = presentation.render_story_quotes(cards, texts, zone)
        return _render_story(found.story, quotes, dated, texts, zone, since, controls)

    return Command(
        path="news story",
        description="One story: sources, quotes and figures",
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY_OPTION,),
        examples=("/news story 2", "/news story harbour bridge"),
    )


async def _render_unpublished(
    context: CommandContext, invocation: Invocation, which: str, texts: Texts
) -> Reply | None:
    """A story that no edition told, by its id."""
    if not which.startswith("s-"):
        return None
    workspace = invocation.place.workspace
    story = await explanations.compose_unpublished(
        context.db, context.publisher.engine, workspace.id, which
    )
    if story is None:
        return None
    articles = await context.archive.in_story(workspace.id, story.id)
    dated = await _render_events(context, articles, texts)
    note = SmallPrint(text=texts.say("No edition has had it in full."))
    controls = _build_controls(context, invocation, story.id, texts)
    cards = await presentation.load_wordings(context, invocation, story.cards)
    quotes = presentation.render_story_quotes(cards, texts, workspace.zone)
    return _render_story(story, quotes, dated, texts, workspace.zone, (note,), controls)


def _render_story(
    story: EditionStory,
    quotes: Iterable[Block],
    dated: Iterable[Block],
    texts: Texts,
    zone: str,
    more: tuple[Block, ...],
    controls: tuple[Control, ...],
) -> Reply:
    blocks = (
        SmallPrint(text=format_outlets(story, texts)),
        *_render_summary(story),
        *_render_context(story, texts),
        *_render_figures(story),
        *_render_disputes(story, texts),
        *quotes,
        *dated,
        *_render_corrections(story, texts, zone),
        *_render_sources(story, texts, zone),
        *more,
        SmallPrint(text=texts.say("Story id: {id}", id=story.id)),
    )
    return Reply(title=story.headline.text, blocks=blocks, controls=controls)


def _build_controls(
    context: CommandContext, invocation: Invocation, story: str, texts: Texts
) -> tuple[Control, ...]:
    """What the reader may do with the story; what changes something is signed."""

    def signed(action: str) -> str:
        return context.controls.signed(invocation.place.workspace.id, action, story)

    return (
        Control(id=build_control_id("why", story), label=texts.say("Why this?")),
        Control(id=signed("save"), label=texts.say("Save")),
        Control(id=signed("more"), label=texts.say("More like this")),
        Control(id=signed("less"), label=texts.say("Less like this")),
        Control(
            id=build_control_id("report", story), label=texts.say("Report an error")
        ),
    )


def _render_later_articles(
    story: EditionStory, stored: Sequence[Article], texts: Texts, zone: str
) -> tuple[Block, ...]:
    """What has come in on the story since the edition told it."""
    shown = {ref.id for ref in story.articles}
    later = [article for article in stored if article.id not in shown][
        -MAX_LATER_ARTICLES:
    ]
    if not later:
        return ()
    lines = [render_article_line(article, texts, zone) for article in later]
    return (SmallPrint(text=texts.say("Also on this")), *lines)


def _render_summary(story: EditionStory) -> tuple[Block, ...]:
    """Each sentence leads to the place that it was taken from."""
    lead = story.articles[0]
    return tuple(
        ListItem(
            title="",
            text=sentence.text,
            url=lead.url,
            article=lead.id,
            revision=sentence.revision or lead.revision,
            start=sentence.spans[0].start,
            end=sentence.spans[-1].end,
        )
        for sentence in story.summary
    )


def _render_figures(story: EditionStory) -> tuple[Block, ...]:
    """Each with its sentence, where the summary does not have that already."""
    said = {sentence.text for sentence in story.summary}
    lead = story.articles[0].source
    lines = ((shown, _render_figure(shown, story)) for shown in story.figures)
    return tuple(
        replace(
            line,
            text="" if line.text in said else line.text,
            # The outlet stands above everything that is told from it.
            note="" if shown.source == lead else line.note,
        )
        for shown, line in lines
    )


def _render_figure(shown: EditionFigure, story: EditionStory) -> ListItem:
    """A figure that leads to its place in the version that was told from."""
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


def _render_context(story: EditionStory, texts: Texts) -> tuple[Block, ...]:
    sentence = story.matters
    if sentence is None:
        return ()
    lead = story.articles[0]
    return (
        ListItem(
            title=texts.say("Why it matters"),
            text=sentence.text,
            url=lead.url,
            article=lead.id,
            revision=sentence.revision or lead.revision,
            start=sentence.spans[0].start,
            end=sentence.spans[-1].end,
        ),
    )


def _render_disputes(story: EditionStory, texts: Texts) -> tuple[Block, ...]:
    """Both sides with their sentences: who reads on decides."""
    blocks: list[Block] = []
    for dispute in story.disputes:
        blocks.append(SmallPrint(text=texts.say("Outlets differ:")))
        blocks += [
            _render_figure(shown, story) for shown in (dispute.ours, dispute.theirs)
        ]
    return tuple(blocks)


async def _render_events(
    context: CommandContext, articles: Sequence[Article], texts: Texts
) -> tuple[Block, ...]:
    """The story's dated events, the earliest first; one alone is no timeline."""
    events = await context.publisher.engine.run(timeline.order_events, articles)
    dated = [event for event in events if event.first is not None][:MAX_STORY_EVENTS]
    if len(dated) < 2:
        return ()
    read = {article.id: article.revision for article in articles}
    lines = [
        ListItem(
            title=texts.stretch(event.first, event.last) if event.first else "",
            text=event.text,
            article=event.article,
            revision=read[event.article],
            start=event.words.start,
            end=event.words.end,
        )
        for event in dated
    ]
    return (SmallPrint(text=texts.say("In order")), *lines)


def _render_corrections(
    story: EditionStory, texts: Texts, zone: str
) -> tuple[Block, ...]:
    """What was put right since it was told."""
    lines = []
    for note in story.notes:
        time = texts.day_and_time(note.at, zone)
        what = note.said or " → ".join(filter(None, (note.before, note.after)))
        if note.said:
            said = texts.say(
                "Corrected {time} by an editor: {what}", time=time, what=what
            )
        else:
            said = texts.say("Corrected {time}: {what}", time=time, what=what)
        lines.append(SmallPrint(text=said))
    return tuple(lines)


def _render_sources(story: EditionStory, texts: Texts, zone: str) -> tuple[Block, ...]:
    lines = [render_article_line(ref, texts, zone) for ref in story.articles]
    return (SmallPrint(text=texts.say("Told from")), *lines)


#: Events, articles and editions that are shown.
MAX_TIMELINE_EVENTS, MAX_TIMELINE_ARTICLES, MAX_TIMELINE_EDITIONS = 15, 6, 6


def build_timeline(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        story = await find_story(context, invocation, invocation.args["story"])
        workspace_id = invocation.place.workspace.id
        zone = await context.zone_of(invocation)
        articles = await context.archive.in_story(workspace_id, story.id)
        events = await context.publisher.engine.run(timeline.order_events, articles)
        published = await context.db.read(
            edition_store.list_story_publications,
            workspace_id=workspace_id,
            story=story.id,
            limit=MAX_TIMELINE_EDITIONS,
        )
        blocks = (
            *_render_days(events, articles, texts),
            *_render_reports(articles, texts, zone),
            *_render_publications(published, texts, zone),
            SmallPrint(text=texts.say("Story id: {id}", id=story.id)),
        )
        title = texts.say("Timeline: {headline}", headline=story.headline.text)
        return Reply(title=title, blocks=blocks)

    return Command(
        path="news timeline",
        description="A story over its days, in order",
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY_OPTION,),
        examples=("/news timeline 1", "/news timeline harbour bridge"),
    )


def _render_days(
    events: Sequence[TimelineEvent], articles: Sequence[Article], texts: Texts
) -> Iterable[Block]:
    """The dated sentences, the earliest day first; a day is named once."""
    dated = [event for event in events if event.first is not None][
        -MAX_TIMELINE_EVENTS:
    ]
    if not dated:
        said = texts.say("Its articles date no event.")
        yield Paragraph(text=said)
    read = {article.id: article.revision for article in articles}
    for (first, last), of_day in groupby(dated, key=lambda e: (e.first, e.last)):
        days = texts.stretch(first, last) if first else ""
        for number, event in enumerate(of_day):
            yield ListItem(
                title="" if number else days,
                text=event.text,
                article=event.article,
                revision=read[event.article],
                start=event.words.start,
                end=event.words.end,
            )


def _render_reports(
    articles: Sequence[Article], texts: Texts, zone: str
) -> Iterable[Block]:
    if articles:
        yield SmallPrint(text=texts.say("Reported by"))
    for article in articles[-MAX_TIMELINE_ARTICLES:]:
        yield render_article_line(article, texts, zone)


def _render_publications(
    published: Sequence[tuple[datetime, str]], texts: Texts, zone: str
) -> Iterable[Block]:
    """«Tuesday 24 November: …», and what each later edition updated."""
    before = ""
    for at, headline in reversed(published):
        day = texts.weekday_date(at.astimezone(ZoneInfo(zone)).date())
        note = texts.say("update to the story of {day}", day=before) if before else ""
        if not before:
            yield SmallPrint(text=texts.say("Told here"))
        yield ListItem(title=day, text=headline, note=note)
        before = day


def build_why(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        why = await explanations.explain_story(
            context.archive,
            invocation.place,
            invocation.args["story"],
            context.clock.now(),
        )
        lines = [
            await _render_reason(context, invocation, r, texts) for r in why.reasons
        ]
        title = texts.say("Why: {headline}", headline=why.title)
        head = (
            *_render_totals(why, texts),
            *_render_source_sentence(why.stands, texts),
        )
        return Reply(title=title, blocks=(*head, *lines))

    return Command(
        path="news why",
        description="Why a story is (or is not) in the edition",
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY_OPTION,),
        examples=(
            "/news why 1",
            "/news why pool",
            "/news why About 31,000 vehicles cross the bridge",
            "/news why s-7k3m9q",
        ),
    )


def _render_totals(why: StoryExplanation, texts: Texts) -> tuple[Block, ...]:
    if why.found is None:
        return (Paragraph(text=texts.say("It was not in the newest edition.")),)
    made = why.found.stored_edition.edition.made_from
    read = texts.say(
        "{articles} articles from {sources} sources were read.",
        articles=made.articles,
        sources=made.sources,
    )
    return (SmallPrint(text=read),)


def _render_source_sentence(
    stands: SourceLine | None, texts: Texts
) -> tuple[Block, ...]:
    """The sentence that words come from, and whether the edition shows it."""
    if stands is None:
        return ()
    article, place = stands.article, stands.sentence
    label = (
        texts.say("The edition has this sentence:")
        if stands.shown
        else texts.say("The words are in this sentence, which the edition leaves out:")
    )
    line = ListItem(
        title="",
        text=article.text[place.start : place.end],
        note=article.source,
        url=article.url,
        article=article.id,
        revision=article.revision,
        start=place.start,
        end=place.end,
    )
    return (SmallPrint(text=label), line)


async def _render_reason(
    context: CommandContext, invocation: Invocation, reason: Reason, texts: Texts
) -> ListItem:
    workspace = invocation.place.workspace
    article = await context.archive.article(workspace.id, int(reason.article))
    title = format_article_title(article) if article else texts.say("An article")
    when = ""
    if reason.at is not None:
        when = texts.moment(reason.at, workspace.zone, context.clock.now())
    parts = (article.source if article else "", reason.digest or "", when)
    return ListItem(
        title=title,
        text=texts.message(reason.text),
        note=" · ".join(part for part in parts if part),
        url=article.url if article else None,
        article=reason.article,
        revision=article.revision if article else None,
    )
