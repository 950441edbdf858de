"""/news timeline: a story over its days, and when the editions here told it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.commands.desk import Desk
from bot.commands.finding import story_of
from bot.commands.wording import STORY, article_line, texts_of
from bot.storage import editions
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Invocation,
    Line,
    Paragraph,
    Permission,
    Reply,
    Small,
)
from digests import timeline
from digests.types import Article, Event

#: Events, articles and editions that are shown.
EVENTS, ARTICLES, EDITIONS = 15, 6, 6


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        story = await story_of(desk, invocation, invocation.args["story"])
        workspace_id = invocation.place.workspace.id
        zone = await desk.zone_of(invocation)
        articles = await desk.archive.in_story(workspace_id, story.id)
        events = await desk.editions.engine.run(timeline.of, articles)
        told = await desk.db.read(
            editions.tellings,
            workspace_id=workspace_id,
            story=story.id,
            limit=EDITIONS,
        )
        blocks = (
            *_days(events, articles, texts),
            *_arrived(articles, texts, zone),
            *_told(told, texts, zone),
            Small(text=texts.say("Story id: {id}", id=story.id)),
        )
        title = texts.say("Timeline: {headline}", headline=story.headline.text)
        return Reply(title=title, blocks=blocks)

    return Command(
        path="news timeline",
        description="A story over its days, in order",
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY,),
        examples=("/news timeline 1", "/news timeline harbour bridge"),
    )


def _days(
    events: Sequence[Event], articles: Sequence[Article], texts: Texts
) -> Iterable[Block]:
    """The dated sentences, the earliest day first; a day is named once."""
    dated = [event for event in events if event.first is not None][-EVENTS:]
    if not dated:
        said = texts.say("Its articles date no event.")
        yield Paragraph(text=said)
    read = {article.id: article.revision for article in articles}
    for (first, last), told in groupby(dated, key=lambda e: (e.first, e.last)):
        days = texts.stretch(first, last) if first else ""
        for number, event in enumerate(told):
            yield Line(
                title="" if number else days,
                text=event.text,
                article=event.article,
                revision=read[event.article],
                start=event.words.start,
                end=event.words.end,
            )


def _arrived(articles: Sequence[Article], texts: Texts, zone: str) -> Iterable[Block]:
    if articles:
        yield Small(text=texts.say("Reported by"))
    for article in articles[-ARTICLES:]:
        yield article_line(article, texts, zone)


def _told(
    told: Sequence[tuple[datetime, str]], texts: Texts, zone: str
) -> Iterable[Block]:
    """«Tuesday 24 November: …», and what each later edition updated."""
    before = ""
    for at, headline in reversed(told):
        day = texts.weekday_date(at.astimezone(ZoneInfo(zone)).date())
        note = texts.say("update to the story of {day}", day=before) if before else ""
        if not before:
            yield Small(text=texts.say("Told here"))
        yield Line(title=day, text=headline, note=note)
        before = day
