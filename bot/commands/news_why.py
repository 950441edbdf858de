"""/news why: how a story came into the edition, stage by stage, or why it did not."""

from bot import reasons
from bot.commands.desk import Desk
from bot.commands.wording import STORY, texts_of, title_of
from bot.reasons import Reason, Stands, Why
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


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        why = await reasons.why(
            desk.archive, invocation.place, invocation.args["story"], desk.clock.now()
        )
        lines = [await _line(desk, invocation, r, texts) for r in why.reasons]
        title = texts.say("Why: {headline}", headline=why.title)
        head = (*_head(why, texts), *_source_line(why.stands, texts))
        return Reply(title=title, blocks=(*head, *lines))

    return Command(
        path="news why",
        description="Why a story is (or is not) in the edition",
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY,),
        examples=(
            "/news why 1",
            "/news why pool",
            "/news why About 31,000 vehicles cross the bridge",
            "/news why s-7k3m9q",
        ),
    )


def _head(why: Why, texts: Texts) -> tuple[Block, ...]:
    if why.found is None:
        return (Paragraph(text=texts.say("It was not told in the newest edition.")),)
    made = why.found.issue.edition.made_from
    read = texts.say(
        "{articles} articles of {sources} sources were read.",
        articles=made.articles,
        sources=made.sources,
    )
    return (Small(text=read),)


def _source_line(stands: Stands | None, texts: Texts) -> tuple[Block, ...]:
    """The sentence that words come from, and whether the edition shows it."""
    if stands is None:
        return ()
    article, place = stands.article, stands.sentence
    told = (
        texts.say("The edition has this sentence:")
        if stands.shown
        else texts.say("The words stand in this sentence; the edition leaves it out:")
    )
    line = Line(
        title="",
        text=article.text[place.start : place.end],
        note=article.source,
        url=article.url,
        article=article.id,
        revision=article.revision,
        start=place.start,
        end=place.end,
    )
    return (Small(text=told), line)


async def _line(
    desk: Desk, invocation: Invocation, reason: Reason, texts: Texts
) -> Line:
    workspace = invocation.place.workspace
    article = await desk.archive.article(workspace.id, int(reason.article))
    title = title_of(article) if article else texts.say("An article")
    when = ""
    if reason.at is not None:
        when = texts.moment(reason.at, workspace.zone, desk.clock.now())
    parts = (article.source if article else "", reason.digest or "", when)
    return Line(
        title=title,
        text=texts.retold(reason.text),
        note=" · ".join(part for part in parts if part),
        url=article.url if article else None,
        article=reason.article,
        revision=article.revision if article else None,
    )
