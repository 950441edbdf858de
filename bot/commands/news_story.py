"""/news story: one story with its sources, quotes and figures."""

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


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        found = await desk.archive.story(invocation.place, invocation.args["story"])
        digest = await desk.archive.digest_of(found.issue)
        blocks = (
            Small(text=outlets(found.story, texts)),
            *_told(found),
            *_figures(found),
            *(Quoted(card=card) for card in found.story.cards),
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


def _sources(found: Found, texts: Texts, zone: str) -> tuple[Block, ...]:
    lines = [article_line(ref, texts, zone) for ref in found.story.articles]
    return (Small(text=texts.say("Told from")), *lines)
