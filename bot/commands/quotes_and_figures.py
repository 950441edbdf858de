"""/news quotes: who said what, word for word."""

from datetime import datetime

from bot.answering import first_moment
from bot.archive import LIMIT
from bot.choosing import is_number
from bot.commands import quoted
from bot.commands.desk import Desk
from bot.commands.wording import SINCE, texts_of
from bot.texts import Texts
from bot.types import (
    Command,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)
from digests import cards
from digests.types import Card


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        speaker = invocation.args.get("speaker")
        topic = invocation.args.get("topic")
        since = first_moment(
            invocation.args.get("since"),
            now=desk.clock.now(),
            zone=invocation.place.workspace.zone,
        )
        found = await _cards(desk, invocation, speaker, topic, since)
        if not found:
            return Reply(
                blocks=(
                    Paragraph(text=await _nothing(desk, invocation, speaker, texts)),
                )
            )
        told = await quoted.apart(desk, invocation, found)
        title = texts.count("{n} quote", "{n} quotes", len(told))
        if speaker:
            names = sorted({card.speaker for card, _ in told if card.speaker})
            title = texts.say("{title} of {who}", title=title, who=", ".join(names))
        checked = texts.say("✓ Checked word for word against the stored text")
        shown = quoted.with_setting(invocation, told)
        return Reply(title=title, blocks=(*shown, Small(text=checked)))

    return Command(
        path="news quotes",
        description="Who said what, word for word",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(
                name="speaker",
                description="A name or part of one",
                rest=True,
                completes="speaker",
            ),
            Option(
                name="topic",
                description="A story number, or words it is about",
                completes="story",
            ),
            SINCE,
        ),
        examples=("/news quotes Xi", "/news quotes topic=bridge since=Monday"),
    )


async def _cards(
    desk: Desk,
    invocation: Invocation,
    speaker: str | None,
    topic: str | None,
    since: datetime | None,
) -> tuple[Card, ...]:
    if topic and (topic.startswith("s-") or is_number(topic)):
        found = await desk.archive.story(invocation.place, topic)
        return found.story.cards
    stored = await desk.archive.quotes(
        invocation.place.workspace.id,
        speaker=speaker,
        topic=topic,
        since=since,
        limit=LIMIT,
    )
    return tuple(cards.make(article, quote) for article, quote in stored)


async def _nothing(
    desk: Desk, invocation: Invocation, speaker: str | None, texts: Texts
) -> str:
    if invocation.args.get("since") or (invocation.args.get("topic") and not speaker):
        return texts.say("No stored quote fits that.")
    if not speaker:
        return texts.say("No quotes are stored yet.")
    # Only a mistake needs it: not a cost of starting.
    from rapidfuzz import process

    known = await desk.archive.speakers(invocation.place.workspace.id, "", limit=500)
    near = [name for name, score, _ in process.extract(speaker, known) if score >= 75]
    if near:
        return texts.say(
            "No quotes of «{who}». Did you mean {names}?",
            who=speaker[:60],
            names=", ".join(near[:3]),
        )
    return texts.say("No quotes of «{who}» are stored.", who=speaker[:60])
