"""/news figures: numbers, what they measure, and the sentence that says so."""

from datetime import datetime

from bot.answering import first_moment
from bot.commands.desk import Desk
from bot.commands.wording import SINCE, figure_line, texts_of
from bot.types import (
    Command,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
)
from digests.types import Article, Figure


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
        title = texts.count("{n} figure", "{n} figures", len(found))
        return Reply(title=title, blocks=tuple(_line(a, f) for a, f in found))

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
    if topic.startswith("s-") or topic.lstrip("#").isdecimal():
        found = await desk.archive.story(invocation.place, topic)
        ids = [ref.id for ref in found.story.articles]
        return await desk.archive.figures(workspace_id, topic=None, ids=ids)
    return await desk.archive.figures(workspace_id, topic=topic or None, since=since)


def _line(article: Article, figure: Figure) -> Line:
    sentence = article.text[figure.sentence.start : figure.sentence.end]
    return figure_line(figure, article, sentence, article.source)
