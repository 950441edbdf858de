"""/news why: how a story came into the edition, stage by stage."""

from bot.archive import Why
from bot.commands.desk import Desk
from bot.commands.wording import STORY, texts_of, title_of
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
from digests.types import Decision


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        why = await desk.archive.why(invocation.place, invocation.args["story"])
        lines = [await _line(desk, invocation, d, texts) for d in why.decisions]
        title = texts.say("Why: {headline}", headline=why.title)
        return Reply(title=title, blocks=(*_reasons(why, texts), *lines))

    return Command(
        path="news why",
        description="Why a story is (or is not) in the edition",
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY,),
        examples=("/news why 1", "/news why pool"),
    )


def _reasons(why: Why, texts: Texts) -> tuple[Block, ...]:
    if why.found is None:
        return (Paragraph(text=texts.say("It was not told in the newest edition.")),)
    made = why.issue.edition.made_from
    read = texts.say(
        "{articles} articles of {sources} sources were read.",
        articles=made.articles,
        sources=made.sources,
    )
    return (Small(text=read),)


async def _line(
    desk: Desk, invocation: Invocation, decision: Decision, texts: Texts
) -> Line:
    article = await desk.archive.article(
        invocation.place.workspace.id, int(decision.article)
    )
    title = title_of(article) if article else texts.say("An article")
    return Line(
        title=title,
        text=decision.reason,
        note=article.source if article else "",
        url=article.url if article else None,
        article=decision.article,
        revision=article.revision if article else None,
    )
