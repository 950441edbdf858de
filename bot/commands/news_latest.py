"""/news latest: the newest edition here, or a past one by its id, as it was posted."""

from bot import past
from bot.commands.desk import Desk
from bot.commands.wording import texts_of, whose
from bot.errors import UnknownName
from bot.types import (
    Command,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
    Shown,
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        asked = invocation.args.get("edition", "").strip()
        if asked:
            return await _kept(desk, invocation, asked)
        issue = await desk.archive.newest(invocation.place)
        if issue is None:
            nothing = texts.say(
                "No edition has been posted here yet. An editor can post one with "
                "/newsdesk post."
            )
            return Reply(blocks=(Paragraph(text=nothing),))
        parts = await desk.editions.shown(issue, invocation.place.workspace)
        return Reply(
            title=texts.say("The newest edition"), blocks=(Shown(parts=parts),)
        )

    return Command(
        path="news latest",
        description="The newest edition here, or an earlier one",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(name="edition", description="Its id, such as e-7k3m9q", rest=True),
        ),
        examples=("/news latest", "/news latest e-7k3m9q"),
    )


async def _kept(desk: Desk, invocation: Invocation, asked: str) -> Reply:
    texts, workspace = texts_of(invocation), invocation.place.workspace
    if past.ID.fullmatch(asked) is None:
        raise UnknownName(
            "An edition has an id such as e-7k3m9q; /news search shows those of past "
            "editions. Without an id the newest one is shown."
        )
    issue = await desk.db.read(
        past.edition, **whose(invocation), public_id=asked.split()[0]
    )
    parts = await desk.editions.shown(issue, workspace)
    title = texts.say("The edition {id}", id=issue.public_id)
    return Reply(title=title, blocks=(Shown(parts=parts),))
