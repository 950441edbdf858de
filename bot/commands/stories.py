"""/news story: one story with its sources, quotes and figures."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot import untold
from bot.commands import quoted
from bot.commands.controls import control_id
from bot.commands.desk import Desk
from bot.commands.wording import STORY, article_line, named, outlets, texts_of
from bot.due import zone_of
from bot.errors import UnknownName
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Control,
    Invocation,
    Line,
    Permission,
    Reply,
    Small,
)
from digests import timeline
from digests.types import Article, EditionStory, ToldFigure

#: Events shown of one story.
EVENTS = 6
#: Later articles shown of one story.
SINCE = 5


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        which = invocation.args["story"].strip()
        try:
            found = await desk.archive.story(invocation.place, which)
        except UnknownName:
            reply = await _untold(desk, invocation, which, texts)
            if reply is None:
                raise
            return reply
        zone = zone_of(await desk.archive.digest_of(found.issue))
        dated = await _timeline(desk, await desk.archive.articles_of(found), texts)
        stored = await desk.archive.in_story(found.issue.workspace_id, found.story.id)
        since = _since(found.story, stored, texts, zone)
        controls = _controls(desk, invocation, found.story.id, texts)
        told = await quoted.apart(desk, invocation, found.story.cards)
        quotes = quoted.as_told(told, texts, zone)
        return _reply(found.story, quotes, dated, texts, zone, since, controls)

    return Command(
        path="news story",
        description="One story: sources, quotes and figures",
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY,),
        examples=("/news story 2", "/news story harbour bridge"),
    )


async def _untold(
    desk: Desk, invocation: Invocation, which: str, texts: Texts
) -> Reply | None:
    """A story that no edition told, by its id."""
    if not which.startswith("s-"):
        return None
    workspace = invocation.place.workspace
    story = await untold.tell(
        desk.db, desk.editions.engine, workspace.id, which, desk.clock.now()
    )
    if story is None:
        return None
    articles = await desk.archive.in_story(workspace.id, story.id)
    dated = await _timeline(desk, articles, texts)
    note = Small(text=texts.say("No edition has told it in full."))
    controls = _controls(desk, invocation, story.id, texts)
    told = await quoted.apart(desk, invocation, story.cards)
    quotes = quoted.as_told(told, texts, workspace.zone)
    return _reply(story, quotes, dated, texts, workspace.zone, (note,), controls)


def _reply(
    story: EditionStory,
    quotes: Iterable[Block],
    dated: Iterable[Block],
    texts: Texts,
    zone: str,
    more: tuple[Block, ...],
    controls: tuple[Control, ...],
) -> Reply:
    blocks = (
        Small(text=outlets(story, texts)),
        *_told(story),
        *_matters(story, texts),
        *_figures(story),
        *_disputes(story, texts),
        *quotes,
        *dated,
        *_notes(story, texts, zone),
        *_sources(story, texts, zone),
        *more,
        Small(text=texts.say("Story id: {id}", id=story.id)),
    )
    return Reply(title=story.headline.text, blocks=blocks, controls=controls)


def _controls(
    desk: Desk, invocation: Invocation, story: str, texts: Texts
) -> tuple[Control, ...]:
    """What the reader may do with the story; what changes something is signed."""

    def signed(action: str) -> str:
        return desk.controls.signed(invocation.place.workspace.id, action, story)

    return (
        Control(id=control_id("why", story), label=texts.say("Why this?")),
        Control(id=signed("save"), label=texts.say("Save")),
        Control(id=signed("more"), label=texts.say("More like this")),
        Control(id=signed("less"), label=texts.say("Less like this")),
        Control(id=control_id("report", story), label=texts.say("Report an error")),
    )


def _since(
    story: EditionStory, stored: Sequence[Article], texts: Texts, zone: str
) -> tuple[Block, ...]:
    """What has come in on the story since the edition told it."""
    told = {ref.id for ref in story.articles}
    later = [article for article in stored if article.id not in told][-SINCE:]
    if not later:
        return ()
    lines = [article_line(article, texts, zone) for article in later]
    return (Small(text=texts.say("Also on this")), *lines)


def _told(story: EditionStory) -> tuple[Block, ...]:
    """Each sentence leads to the place that it was taken from."""
    lead = story.articles[0]
    return tuple(
        Line(
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


def _figures(story: EditionStory) -> tuple[Block, ...]:
    """Each with its sentence, where the summary does not have that already."""
    said = {sentence.text for sentence in story.summary}
    lead = story.articles[0].source
    lines = ((told, _figure(told, story)) for told in story.figures)
    return tuple(
        replace(
            line,
            text="" if line.text in said else line.text,
            # The outlet stands above everything that is told from it.
            note="" if told.source == lead else line.note,
        )
        for told, line in lines
    )


def _figure(told: ToldFigure, story: EditionStory) -> Line:
    """A figure that leads to its place in the version that was told from."""
    read = {ref.id: ref.revision for ref in story.articles}
    return Line(
        title=named(told.figure),
        text=told.sentence_text,
        note=told.source,
        article=told.article,
        revision=told.revision or read.get(told.article),
        start=told.figure.start,
        end=told.figure.end,
    )


def _matters(story: EditionStory, texts: Texts) -> tuple[Block, ...]:
    sentence = story.matters
    if sentence is None:
        return ()
    lead = story.articles[0]
    return (
        Line(
            title=texts.say("Why it matters"),
            text=sentence.text,
            url=lead.url,
            article=lead.id,
            revision=sentence.revision or lead.revision,
            start=sentence.spans[0].start,
            end=sentence.spans[-1].end,
        ),
    )


def _disputes(story: EditionStory, texts: Texts) -> tuple[Block, ...]:
    """Both sides with their sentences: who reads on decides."""
    blocks: list[Block] = []
    for dispute in story.disputes:
        blocks.append(Small(text=texts.say("Outlets differ:")))
        blocks += [_figure(told, story) for told in (dispute.ours, dispute.theirs)]
    return tuple(blocks)


async def _timeline(
    desk: Desk, articles: Sequence[Article], texts: Texts
) -> tuple[Block, ...]:
    """The story's dated events, the earliest first; one alone is no timeline."""
    events = await desk.editions.engine.run(timeline.of, articles)
    dated = [event for event in events if event.first is not None][:EVENTS]
    if len(dated) < 2:
        return ()
    read = {article.id: article.revision for article in articles}
    lines = [
        Line(
            title=texts.stretch(event.first, event.last) if event.first else "",
            text=event.text,
            article=event.article,
            revision=read[event.article],
            start=event.words.start,
            end=event.words.end,
        )
        for event in dated
    ]
    return (Small(text=texts.say("In order")), *lines)


def _notes(story: EditionStory, texts: Texts, zone: str) -> tuple[Block, ...]:
    """What was put right since it was told."""
    told = []
    for note in story.notes:
        time = texts.day_and_time(note.at, zone)
        what = note.said or " → ".join(filter(None, (note.before, note.after)))
        if note.said:
            said = texts.say(
                "Corrected {time} by an editor: {what}", time=time, what=what
            )
        else:
            said = texts.say("Corrected {time}: {what}", time=time, what=what)
        told.append(Small(text=said))
    return tuple(told)


def _sources(story: EditionStory, texts: Texts, zone: str) -> tuple[Block, ...]:
    lines = [article_line(ref, texts, zone) for ref in story.articles]
    return (Small(text=texts.say("Told from")), *lines)
