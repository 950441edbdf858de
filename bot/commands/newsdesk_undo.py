"""/newsdesk undo: take the newest edition back, after a confirm.

The confirm button carries the edition that was asked about: pressed late or twice, it
takes back that one or nothing.
"""

from bot import undo
from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.texts import Texts
from bot.types import (
    Command,
    Control,
    Digest,
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
        confirmed = invocation.args.get("confirmed")
        if confirmed:
            return await _take_back(desk, invocation, confirmed, texts)
        digest = await desk.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        return await _ask(desk, invocation, digest, texts)

    return Command(
        path="newsdesk undo",
        description="Take the newest edition back, within ten minutes",
        permission=Permission.EDITOR,
        run=run,
        options=(
            Option(
                name="digest", description="Its name", rest=True, completes="digest"
            ),
        ),
        examples=("/newsdesk undo", "/newsdesk undo Front page"),
    )


async def _ask(
    desk: Desk, invocation: Invocation, digest: Digest, texts: Texts
) -> Reply:
    issue = await desk.db.read(
        undo.last_edition,
        workspace_id=digest.workspace_id,
        digest_id=digest.id,
        now=desk.clock.now(),
    )
    question = texts.say(
        "This deletes the messages of the newest edition of «{digest}». What it told "
        "can come again in the next one.",
        digest=digest.name,
    )
    control = Control(
        id=desk.controls.signed(invocation.place.workspace.id, "undo", issue.public_id),
        label=texts.say("Take it back"),
        primary=True,
    )
    return Reply(blocks=(Paragraph(text=question),), controls=(control,))


async def _take_back(
    desk: Desk, invocation: Invocation, public_id: str, texts: Texts
) -> Reply:
    place, person = invocation.place, invocation.person
    done = await desk.db.write(
        undo.take_back,
        workspace_id=place.workspace.id,
        public_id=public_id,
        by=f"{person.name} ({person.id})",
        now=desk.clock.now(),
    )
    desk.wake()
    if done.before:
        said = texts.say("This edition was taken back before.")
    else:
        said = texts.count(
            "Taken back: {n} message is being deleted.",
            "Taken back: {n} messages are being deleted.",
            done.deleted,
        )
    return Reply(blocks=(Paragraph(text=said),))
