"""/newsdesk erase: all data of this workspace, shown, then confirmed by its name.

Without a name it shows what goes; its button asks for the name; the right name begins
it. Who was let in by `/newsdesk access` cannot.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.commands.asking_back import form
from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.erasing import called
from bot.errors import Forbidden, UserError
from bot.texts import Texts
from bot.types import (
    Command,
    Control,
    Facts,
    Form,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)

NAME = Option(
    name="name",
    description="The workspace's name, typed out, to erase it all",
    rest=True,
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        texts, name = texts_of(invocation), invocation.args.get("name", "").strip()
        if name:
            return await _ordered(desk, asking, invocation, name)
        if invocation.args.get("asked"):
            return form(asking, {}, texts)
        return await _shown(desk, invocation, texts)

    command = Command(
        path="newsdesk erase",
        description="Erase all data of this workspace, for good",
        permission=Permission.EDITOR,
        run=run,
        options=(NAME,),
        examples=("/newsdesk erase",),
    )
    # Without a word it shows what goes: only its form insists on the name.
    asking = replace(command, options=(replace(NAME, required=True),))
    return command


async def _shown(desk: Desk, invocation: Invocation, texts: Texts) -> Reply:
    workspace = invocation.place.workspace
    found = await desk.erasing.show(workspace, invocation.person)
    rows = rows_of(found.counts, texts)
    if not rows:
        nothing = texts.say("Nothing is kept of this workspace but its name.")
        return Reply(blocks=(Paragraph(text=nothing),))
    first = texts.say(
        "All that is kept of «{name}» would be erased. It cannot be taken back, and "
        "nothing more would be posted here.",
        name=called(workspace),
    )
    stays = texts.say(
        "What was posted on Discord or Slack stays there; its buttons find nothing. "
        "Sources and articles count where nobody else reads them. A line stays: when "
        "it was erased, by whom, how much. Backups are the operator's. /newsdesk "
        "export keeps the set-up."
    )
    button = Control(
        id=desk.controls.signed(workspace.id, "erase", str(found.id)),
        label=texts.say("Type its name to erase it"),
    )
    return Reply(
        title=texts.say("Erase everything"),
        blocks=(Paragraph(text=first), Facts(rows=rows), Small(text=stays)),
        controls=(button,),
    )


async def _ordered(
    desk: Desk, asking: Command, invocation: Invocation, name: str
) -> Reply | Form:
    texts, workspace = texts_of(invocation), invocation.place.workspace
    try:
        await desk.erasing.order(workspace, invocation.person, name)
    except Forbidden:
        raise
    except UserError as error:
        return form(asking, {"name": name}, texts, errors={"name": texts.error(error)})
    desk.wake()
    return Reply(
        title=texts.say("It is being erased"),
        blocks=(
            Paragraph(
                text=texts.say(
                    "From now on nothing is posted here and nothing is found. The "
                    "rest is gone within a few minutes, also when the bot is "
                    "restarted meanwhile. Remove the bot if you are done with it; a "
                    "new command begins anew."
                )
            ),
        ),
    )


def rows_of(counts: Mapping[str, int], texts: Texts) -> tuple[tuple[str, str], ...]:
    """How many of each, without those of which there are none."""
    names = {
        "digests": texts.say("Digests, deleted ones too"),
        "destinations": texts.say("Destinations"),
        "grants": texts.say("People and roles let in"),
        "changes": texts.say("Changes in the history"),
        "editions": texts.say("Editions"),
        "deliveries": texts.say("Messages noted"),
        "sources": texts.say("Sources nobody else reads"),
        "articles": texts.say("Their articles"),
    }
    return tuple(
        (label, str(counts[name])) for name, label in names.items() if counts.get(name)
    )
