"""What /news more and less share: the feedback, its effect, the way back."""

from bot.commands.desk import Desk
from bot.commands.finding import story_of
from bot.commands.wording import STORY, texts_of, whose
from bot.due import next_due_of, zone_of
from bot.personal import liking
from bot.storage import feedback
from bot.storage.feedback import Direction, Feedback
from bot.texts import Texts
from bot.types import (
    Command,
    Control,
    Invocation,
    Line,
    Paragraph,
    Permission,
    Reply,
)


def command(desk: Desk, direction: Direction, description: str) -> Command:
    """One of the two commands."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        undone = invocation.args.get("undo")
        if undone:
            return await _take_back(desk, invocation, undone, texts)
        return await _give(desk, invocation, direction, texts)

    return Command(
        path=f"news {direction}",
        description=description,
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY,),
        examples=(f"/news {direction} 2", f"/news {direction} s-7k3m9q"),
    )


async def _give(
    desk: Desk, invocation: Invocation, direction: Direction, texts: Texts
) -> Reply:
    story = await story_of(desk, invocation, invocation.args["story"])
    given = Feedback(
        story=story.id,
        headline=story.headline.text,
        direction=direction,
        terms=liking.terms_of(story),
        given_at=desk.clock.now(),
    )
    workspace_id = invocation.place.workspace.id
    await desk.db.write(
        feedback.give,
        **whose(invocation),
        feedback=given,
    )
    said = in_words(given, texts)
    effect = await _effect(desk, invocation, direction, texts)
    undo = Control(
        id=desk.controls.signed(workspace_id, "unlike", story.id),
        label=texts.say("Take this back"),
    )
    blocks = (Line(title=said, note=given.headline), Paragraph(text=effect))
    return Reply(blocks=blocks, controls=(undo,))


def in_words(given: Feedback, texts: Texts) -> str:
    """Say it as «More of: harbour, Ada Brandt»."""
    terms = ", ".join(given.terms)
    if given.direction == "more":
        return texts.say("More of: {terms}.", terms=terms)
    return texts.say("Less of: {terms}.", terms=terms)


async def _effect(
    desk: Desk, invocation: Invocation, direction: Direction, texts: Texts
) -> str:
    own = await desk.own_digest(invocation)
    if own is None:
        return texts.say(
            "It counts in a digest of your own, by private message: /news me 7:30 "
            "sets one up. The digests of this workspace stay as they are."
        )
    now = desk.clock.now()
    at = next_due_of(own, now)
    when = texts.moment(at, zone_of(own), now) if at else texts.say("not scheduled")
    if direction == "more":
        return texts.say(
            "Your own digest ({when}) will rank such stories higher.", when=when
        )
    return texts.say(
        "Your own digest ({when}) will rank such stories lower.", when=when
    )


async def _take_back(
    desk: Desk, invocation: Invocation, story: str, texts: Texts
) -> Reply:
    gone = await desk.db.write(
        feedback.take_back,
        **whose(invocation),
        story=story,
    )
    said = texts.say("Taken back: it counts no more.")
    if not gone:
        said = texts.say("There was nothing to take back.")
    return Reply(blocks=(Paragraph(text=said),))
