"""/news story: one story with its sources, quotes and figures."""

from collections.abc import Sequence

from bot.archive import Found
from bot.commands.controls import control_id
from bot.commands.desk import Desk
from bot.commands.wording import STORY, article_line, outlets, texts_of
from bot.due import zone_of
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Control,
    Facts,
    Invocation,
    Line,
    Permission,
    Quoted,
    Reply,
    Small,
)
from digests import timeline
from digests.types import Event

#: Events shown of one story.
EVENTS = 6


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        found = await desk.archive.story(invocation.place, invocation.args["story"])
        digest = await desk.archive.digest_of(found.issue)
        events = timeline.of(await desk.archive.articles_of(found))
        blocks = (
            Small(text=outlets(found.story, texts)),
            *_told(found),
            *_matters(found, texts),
            *_figures(found),
            *_disputes(found, texts),
            *(Quoted(card=card) for card in found.story.cards),
            *_timeline(events, texts),
            *_sources(found, texts, zone_of(digest)),
            Small(text=texts.say("Story id: {id}", id=found.story.id)),
        )
        why = Control(
            id=control_id("why", found.story.id), label=texts.say("Why this?")
        )
        return Reply(title=found.story.headline.text, blocks=blocks, controls=(why,))

    return Command(
        path="news story",
        description="One story: sources, quotes and figures",
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY,),
        examples=("/news story 2", "/news story harbour bridge"),
    )


def _told(found: Found) -> tuple[Block, ...]:
    """Each sentence leads to the place that it was taken from."""
    lead = found.story.articles[0]
    return tuple(
        Line(
            title="",
            text=sentence.text,
            url=lead.url,
            article=lead.id,
            revision=lead.revision,
            start=sentence.spans[0].start,
            end=sentence.spans[-1].end,
        )
        for sentence in found.story.summary
    )


def _figures(found: Found) -> tuple[Block, ...]:
    rows = tuple((told.figure.text, told.figure.what) for told in found.story.figures)
    return (Facts(rows=rows),) if rows else ()


def _matters(found: Found, texts: Texts) -> tuple[Block, ...]:
    sentence = found.story.matters
    if sentence is None:
        return ()
    lead = found.story.articles[0]
    return (
        Line(
            title=texts.say("Why it matters"),
            text=sentence.text,
            url=lead.url,
            article=lead.id,
            revision=lead.revision,
            start=sentence.spans[0].start,
            end=sentence.spans[-1].end,
        ),
    )


def _disputes(found: Found, texts: Texts) -> tuple[Block, ...]:
    """Both sides with their sentences: who reads on decides."""
    blocks: list[Block] = []
    for dispute in found.story.disputes:
        blocks.append(Small(text=texts.say("Outlets differ:")))
        blocks += [
            Line(
                title=f"{told.figure.text} {told.figure.what}",
                text=told.sentence_text,
                note=told.source,
                article=told.article,
                start=told.figure.start,
                end=told.figure.end,
            )
            for told in (dispute.ours, dispute.theirs)
        ]
    return tuple(blocks)


def _timeline(events: Sequence[Event], texts: Texts) -> tuple[Block, ...]:
    """The story's dated events, the earliest first; one alone is no timeline."""
    dated = [event for event in events if event.first is not None][:EVENTS]
    if len(dated) < 2:
        return ()
    lines = [
        Line(
            title=_days(event, texts),
            text=event.text,
            article=event.article,
            start=event.words.start,
            end=event.words.end,
        )
        for event in dated
    ]
    return (Small(text=texts.say("In order")), *lines)


def _days(event: Event, texts: Texts) -> str:
    days = [texts.date(day) for day in (event.first, event.last) if day is not None]
    return " – ".join(dict.fromkeys(days))


def _sources(found: Found, texts: Texts, zone: str) -> tuple[Block, ...]:
    lines = [article_line(ref, texts, zone) for ref in found.story.articles]
    return (Small(text=texts.say("Told from")), *lines)
