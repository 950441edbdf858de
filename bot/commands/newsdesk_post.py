"""/newsdesk post: an edition now, after a confirm; the scheduled one still comes.

The confirm button carries a fresh number: however often it is pressed or sent
again, it orders one edition.
"""

import secrets

from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.errors import UserError
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
            return await _post(desk, invocation, confirmed, texts)
        digest = await desk.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        return _ask(desk, invocation, digest, texts)

    return Command(
        path="newsdesk post",
        description="Post an edition now; the scheduled one still comes",
        permission=Permission.EDITOR,
        run=run,
        options=(
            Option(
                name="digest", description="Its name", rest=True, completes="digest"
            ),
        ),
        examples=("/newsdesk post", "/newsdesk post Front page"),
    )


def _ask(desk: Desk, invocation: Invocation, digest: Digest, texts: Texts) -> Reply:
    where = ", ".join(f"#{d.name}" for d in digest.destinations)
    if not where:
        raise UserError("«{name}» has no destination to post to.", name=digest.name)
    question = texts.say(
        "This posts «{digest}» to {where} now, with what was not told before.",
        digest=digest.name,
        where=where,
    )
    control = Control(
        id=desk.controls.signed(
            invocation.place.workspace.id, "post", str(digest.id), secrets.token_hex(6)
        ),
        label=texts.say("Post now"),
        primary=True,
    )
    return Reply(blocks=(Paragraph(text=question),), controls=(control,))


async def _post(
    desk: Desk, invocation: Invocation, confirmed: str, texts: Texts
) -> Reply:
    digest_id, _, once = confirmed.partition(":")
    workspace_id = invocation.place.workspace.id
    digest = await desk.archive.digest(workspace_id, int(digest_id))
    outcome = await desk.editions.post_now(workspace_id, digest, f"post-{once}")
    desk.wake()
    if outcome.issue is None:
        return Reply(blocks=(Paragraph(text=str(outcome.reason)),))
    count = len(outcome.issue.edition.stories)
    done = texts.count(
        "Posting «{digest}» with {n} story.",
        "Posting «{digest}» with {n} stories.",
        count,
        digest=digest.name,
    )
    return Reply(blocks=(Paragraph(text=done),))
