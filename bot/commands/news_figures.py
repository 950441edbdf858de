"""/news figures: numbers, what they measure, and the sentence that says so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from bot.answering import first_moment
from bot.archive import LIMIT
from bot.choosing import is_number
from bot.commands.counted import Counted, beside
from bot.commands.desk import Desk
from bot.commands.wording import SINCE, figure_line, named, texts_of
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
)
from digests.types import Article, Figure

#: Stored figures that are laid side by side for one answer.
LOOKED_AT = 40


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        topic = invocation.args.get("topic", "")
        since = first_moment(
            invocation.args.get("since"),
            now=desk.clock.now(),
            zone=invocation.place.workspace.zone,
        )
        found = await _figures(desk, invocation, topic, since)
        if not found:
            nothing = texts.say(
                "No figures about «{topic}» are stored.", topic=topic[:60]
            )
            if not topic:
                nothing = texts.say("No figures are stored yet.")
            return Reply(blocks=(Paragraph(text=nothing),))
        counted = tuple(islice(beside(found), LIMIT))
        title = texts.count("{n} figure", "{n} figures", len(counted))
        blocks = tuple(block for one in counted for block in _shown(one, texts))
        return Reply(title=title, blocks=blocks)

    return Command(
        path="news figures",
        description="Numbers, what they measure, and their sentence",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(
                name="topic",
                description="A story number, or words",
                rest=True,
                completes="story",
            ),
            SINCE,
        ),
        examples=("/news figures 1", "/news figures trade"),
    )


async def _figures(
    desk: Desk, invocation: Invocation, topic: str, since: datetime | None
) -> tuple[tuple[Article, Figure], ...]:
    workspace_id = invocation.place.workspace.id
    if topic.startswith("s-") or is_number(topic):
        found = await desk.archive.story(invocation.place, topic)
        ids = [ref.id for ref in found.story.articles]
        return await desk.archive.figures(
            workspace_id, topic=None, ids=ids, limit=LOOKED_AT
        )
    return await desk.archive.figures(
        workspace_id, topic=topic or None, since=since, limit=LOOKED_AT
    )


def _shown(one: Counted, texts: Texts) -> Iterator[Block]:
    """The figure, who has the same, and who another: who reads on decides."""
    also = ""
    if one.also:
        also = texts.say("the same in {outlets}", outlets=", ".join(one.also))
    yield _line(one.article, one.figure, also)
    for article, figure in one.others:
        other = texts.say("Outlets differ: {figure}", figure=named(figure))
        yield replace(_line(article, figure), title=other)


def _line(article: Article, figure: Figure, also: str = "") -> Line:
    sentence = article.text[figure.sentence.start : figure.sentence.end]
    note = " · ".join(filter(None, (article.source, also)))
    return figure_line(figure, article, sentence, note)
