"""/news search: stored articles that hold the words."""

from bot.commands.desk import Desk
from bot.commands.wording import article_line, texts_of
from bot.types import (
    Command,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        words = invocation.args["words"]
        found = await desk.archive.search(invocation.place.workspace.id, words)
        if not found:
            nothing = texts.say(
                "No stored article has all of these words: {words}.", words=words[:60]
            )
            return Reply(blocks=(Paragraph(text=nothing),))
        zone = invocation.place.workspace.zone
        lines = tuple(article_line(article, texts, zone) for article in found)
        title = texts.count("{n} article", "{n} articles", len(found))
        return Reply(title=title, blocks=lines)

    return Command(
        path="news search",
        description="Stored articles that hold the words",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(
                name="words", description="All must occur", required=True, rest=True
            ),
        ),
        examples=("/news search bridge", "/news search national grid"),
    )
