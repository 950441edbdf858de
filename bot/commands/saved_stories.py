"""/news save: keep a story on one's own list, or take it off again."""

from bot.commands.desk import Desk
from bot.commands.finding import story_of
from bot.commands.wording import STORY, texts_of, whose
from bot.errors import UserError
from bot.storage import saved
from bot.storage.saved import Saved
from bot.texts import Texts
from bot.types import Command, Control, Invocation, Paragraph, Permission, Reply

#: Stories that one person can keep.
MOST = 200


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        undone = invocation.args.get("undo")
        if undone:
            return await _drop(desk, invocation, undone, texts)
        return await _keep(desk, invocation, texts)

    return Command(
        path="news save",
        description="Keep a story on your own list",
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY,),
        examples=("/news save 2", "/news save s-7k3m9q"),
    )


async def _keep(desk: Desk, invocation: Invocation, texts: Texts) -> Reply:
    story = await story_of(desk, invocation, invocation.args["story"])
    kept = await desk.db.write(
        saved.keep,
        **whose(invocation),
        saved=Saved(
            story=story.id,
            headline=story.headline.text,
            url=story.articles[0].url,
            saved_at=desk.clock.now(),
        ),
        most=MOST,
    )
    if not kept:
        raise UserError(
            texts.say(
                "Your list holds {most} stories already. Take some off: /news saved",
                most=MOST,
            )
        )
    said = texts.say("Saved: {headline}", headline=story.headline.text)
    where = texts.say("/news saved lists what you keep. Only you can see it.")
    undo = Control(
        id=desk.controls.signed(invocation.place.workspace.id, "unsave", story.id),
        label=texts.say("Take it off"),
    )
    return Reply(blocks=(Paragraph(text=said), Paragraph(text=where)), controls=(undo,))


async def _drop(desk: Desk, invocation: Invocation, story: str, texts: Texts) -> Reply:
    gone = await desk.db.write(
        saved.drop,
        **whose(invocation),
        story=story,
    )
    said = texts.say("Taken off your list.")
    if not gone:
        said = texts.say("It was not on your list.")
    return Reply(blocks=(Paragraph(text=said),))
