"""Workspaces: first event, departure, `/newsdesk access` and `/newsdesk erase`.

The platform says who manages a workspace. Those can let others in, by person or by
role; whoever was let in this way uses every other editors' command. The check itself
is in `dispatch`, on the roles of the moment.

Without a name it shows what goes; its button asks for the name; the right name begins
it. Who was let in by `/newsdesk access` cannot.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.commands.changes import render_proposal
from bot.commands.context import CommandContext, texts_for
from bot.commands.forms import build_command_form, wrap_with_form
from bot.configuration.change_steps import ChangeRequest, format_grant
from bot.configuration.diff import shorten_line
from bot.errors import FieldError, Forbidden, UnknownName, UserError
from bot.i18n.translation import Texts
from bot.model import (
    Command,
    CommandOption,
    Control,
    FactTable,
    Form,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Person,
    PlatformName,
    Reply,
    SettingsEntry,
    SmallPrint,
    Workspace,
)
from bot.operations.maintenance import confirmation_name
from bot.ports import PeopleDirectory
from bot.storage import Connection, destination_store, workspace_store
from bot.storage.workspace_store import Grant
from digests.language.normalization import normalize_text
from digests.messages import Message

WHO_OPTION = CommandOption(
    name="who",
    description="A person or a role: a mention, or its id",
    required=True,
    rest=True,
    completes="person",
)
#: «<@123>», «<@!123>», «<@&456>» (a role), «<@U012AB|ana>», «<!subteam^S012AB>».
_MENTION = re.compile(r"<(@&|@!?|!subteam\^)([A-Za-z0-9_-]{1,40})(?:\|[^>]*)?>")
_PLAIN_ID = re.compile(r"(?:(person|role)[ :])?\s*([A-Za-z0-9_-]{1,40})")


def build_access(context: CommandContext) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (_build_grant(context), _build_revoke(context), _build_list(context))


def _build_grant(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        everybody = list_people(context, invocation.place.workspace)
        if everybody:
            person = _find_person(everybody, invocation.args["who"])
            grant = Grant(kind="person", external_id=person.id)
            may = texts.say(
                "This is {name}, who may then use every /newsdesk command here, except "
                "this one.",
                name=person.name,
            )
        else:
            grant = _parse_grant(invocation.args["who"])
            # Who may not let in at all hears that, not how it is done.
            if not invocation.person.granted:
                _check_is_id(context, grant, invocation)
            may = texts.say(
                "They may then use every /newsdesk command here, except this one."
            )
        change = await context.configuration.propose(
            invocation, _request_grant(grant, given=True)
        )
        return render_proposal(context, change, texts, Paragraph(text=may))

    return wrap_with_form(
        Command(
            path="newsdesk access grant",
            description="Make a person or a role an editor",
            permission=Permission.EDITOR,
            run=run,
            options=(WHO_OPTION,),
            examples=(
                "/newsdesk access grant @ben",
                "/newsdesk access grant role 4711",
            ),
        )
    )


def _build_revoke(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        grant = _parse_grant(invocation.args["who"])
        known = await context.db.read(
            workspace_store.list_grants, workspace_id=invocation.place.workspace.id
        )
        if grant not in known:
            names = ", ".join(f"«{format_grant(one)}»" for one in known)
            raise UnknownName(
                "«{who}» was not made an editor here. There are: {names}.",
                who=shorten_line(invocation.args["who"]),
                names=names or Message("nobody"),
            )
        change = await context.configuration.propose(
            invocation, _request_grant(grant, given=False)
        )
        return render_proposal(context, change, texts)

    return wrap_with_form(
        Command(
            path="newsdesk access revoke",
            description="Remove a person or a role from the editors",
            permission=Permission.EDITOR,
            run=run,
            options=(WHO_OPTION,),
            examples=("/newsdesk access revoke @ben",),
        )
    )


def _build_list(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        known = await context.db.read(
            workspace_store.list_grants, workspace_id=invocation.place.workspace.id
        )
        first = texts.say(
            "People who manage this workspace on its platform are always editors."
        )
        lines = tuple(ListItem(title=format_grant(one)) for one in known)
        return Reply(title=texts.say("Access"), blocks=(Paragraph(text=first), *lines))

    return Command(
        path="newsdesk access list",
        description="Who is an editor here",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk access list",),
    )


def _check_is_id(context: CommandContext, grant: Grant, invocation: Invocation) -> None:
    """Refuse a name that the platform did not turn into a mention.

    It would be granted access as an id, and the person meant would get none.

    Raises:
        FieldError: It is neither an id nor a mention.
    """
    written = invocation.args["who"]
    plugin = context.plugins.get(invocation.place.workspace.platform)
    ids = plugin.ids if plugin is not None else None
    if ids is None or _MENTION.fullmatch(written.strip()):
        return
    pattern = ids.role if grant.kind == "role" else ids.person
    if not pattern.fullmatch(grant.external_id):
        raise FieldError.of(ids.refuse(shorten_line(written)), field="who")


def list_people(context: CommandContext, workspace: Workspace) -> tuple[Person, ...]:
    """Everybody who may ever ask there, where the platform can tell; else nobody."""
    platform: object = context.publisher.platforms.get(workspace.platform)
    return platform.people if isinstance(platform, PeopleDirectory) else ()


def _find_person(everybody: tuple[Person, ...], written: str) -> Person:
    """The person who is meant, by id or name.

    Raises:
        Mistake: There is nobody of this name, or they are an editor anyway.
    """
    said = normalize_text(written).strip().removeprefix("person").strip(" @:<>")
    found = next(
        (
            p
            for p in everybody
            if said in (normalize_text(p.id), normalize_text(p.name))
        ),
        None,
    )
    if found is None:
        raise FieldError(
            "There is nobody called «{who}» here, and there are no roles. There are: "
            "{names}.",
            who=shorten_line(written),
            names=", ".join(f"«{person.id}»" for person in everybody),
            field="who",
        )
    if found.permission >= Permission.EDITOR:
        raise FieldError("{name} is already an editor.", name=found.name, field="who")
    return found


def _parse_grant(written: str) -> Grant:
    said = written.strip()
    mention = _MENTION.fullmatch(said)
    if mention is not None:
        is_role = mention[1] not in ("@", "@!")
        return Grant(kind="role" if is_role else "person", external_id=mention[2])
    named = _PLAIN_ID.fullmatch(said.removeprefix("@"))
    if named is None:
        raise FieldError(
            "Name one person or role by a mention, or write «person ID» or «role ID».",
            field="who",
        )
    return Grant(kind="role" if named[1] == "role" else "person", external_id=named[2])


def _request_grant(grant: Grant, *, given: bool) -> ChangeRequest:
    name = format_grant(grant)
    entry: SettingsEntry = {"name": name, "kind": grant.kind, "id": grant.external_id}
    return ChangeRequest(
        noun="access", name=name, edit=lambda _: entry if given else None
    )


NAME_OPTION = CommandOption(
    name="name",
    description="The workspace's name, typed out, to erase it all",
    rest=True,
)


def build_erase(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        texts, name = texts_for(invocation), invocation.args.get("name", "").strip()
        if name:
            return await _order_erasure(context, asking, invocation, name)
        if invocation.args.get("asked"):
            return build_command_form(asking, {}, texts)
        return await _render_erasure(context, invocation, texts)

    command = Command(
        path="newsdesk erase",
        description="Erase all data of this workspace, for good",
        permission=Permission.EDITOR,
        run=run,
        options=(NAME_OPTION,),
        examples=("/newsdesk erase",),
    )
    # Without a word it shows what goes: only its form insists on the name.
    asking = replace(command, options=(replace(NAME_OPTION, required=True),))
    return command


async def _render_erasure(
    context: CommandContext, invocation: Invocation, texts: Texts
) -> Reply:
    workspace = invocation.place.workspace
    found = await context.erasing.show(workspace, invocation.person)
    rows = list_count_rows(found.counts, texts)
    if not rows:
        nothing = texts.say("Only the name of this workspace is stored.")
        return Reply(blocks=(Paragraph(text=nothing),))
    first = texts.say(
        "All stored data of «{name}» would be erased. It cannot be "
        "undone, and nothing more would be posted here.",
        name=confirmation_name(workspace),
    )
    stays = texts.say(
        "What was posted on Discord or Slack stays there; its buttons find nothing. "
        "Sources and articles count where nobody else reads them. A line stays: when "
        "it was erased, by whom, how much. Backups are the operator's. /newsdesk "
        "export keeps the set-up."
    )
    button = Control(
        id=context.controls.signed(workspace.id, "erase", str(found.id)),
        label=texts.say("Type its name to erase it"),
    )
    return Reply(
        title=texts.say("Erase everything"),
        blocks=(Paragraph(text=first), FactTable(rows=rows), SmallPrint(text=stays)),
        controls=(button,),
    )


async def _order_erasure(
    context: CommandContext, asking: Command, invocation: Invocation, name: str
) -> Reply | Form:
    texts, workspace = texts_for(invocation), invocation.place.workspace
    try:
        await context.erasing.order(workspace, invocation.person, name)
    except Forbidden:
        raise
    except UserError as error:
        return build_command_form(
            asking, {"name": name}, texts, errors={"name": texts.error(error)}
        )
    context.wake()
    return Reply(
        title=texts.say("It is being erased"),
        blocks=(
            Paragraph(
                text=texts.say(
                    "From now on nothing is posted or found here. The rest is "
                    "deleted within a few minutes, even if the bot is restarted "
                    "meanwhile. Remove the bot if you no longer need it; a new "
                    "command starts from scratch."
                )
            ),
        ),
    )


def list_count_rows(
    counts: Mapping[str, int], texts: Texts
) -> tuple[tuple[str, str], ...]:
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


#: Why nothing is posted where the bot is not any more.
REMOVED_REASON = Message("pause.removed")


async def resolve_workspace(
    context: CommandContext, platform: PlatformName, external_id: str, name: str
) -> Workspace:
    """The workspace of an event; made on first sight, back after it was left.

    One that the platform refused is tried again when it is heard of by name.

    Args:
        context: Where the database is.
        platform: Which one the event came from.
        external_id: The platform's id of the server, team or person.
        name: What the platform calls it at present; "" leaves the name as it is.
    """
    known = await context.db.read(
        workspace_store.find_active_workspace,
        platform=platform,
        external_id=external_id,
    )
    # Where it was stopped, somebody may just have let it in again.
    if known is not None and (not name or (name == known.name and not known.stopped)):
        return known
    return await context.db.write(
        _store_arrival,
        platform=platform,
        external_id=external_id,
        name=name or external_id,
        now=context.clock.now(),
    )


async def leave_workspace(
    context: CommandContext, platform: PlatformName, external_id: str
) -> None:
    """Post nothing there any more; what it has stays, in case the bot comes back."""
    known = await context.db.read(
        workspace_store.find_active_workspace,
        platform=platform,
        external_id=external_id,
    )
    if known is not None:
        await context.db.write(
            _store_departure, workspace_id=known.id, now=context.clock.now()
        )


def _store_arrival(
    connection: Connection,
    *,
    platform: PlatformName,
    external_id: str,
    name: str,
    now: datetime,
) -> Workspace:
    found = workspace_store.upsert_workspace(
        connection, platform=platform, external_id=external_id, name=name, now=now
    )
    for place in destination_store.list_destinations(connection, workspace_id=found.id):
        if place.paused == REMOVED_REASON:
            destination_store.resume_destination(
                connection, workspace_id=found.id, destination_id=place.id
            )
    return found


def _store_departure(
    connection: Connection, *, workspace_id: int, now: datetime
) -> None:
    for place in destination_store.list_destinations(
        connection, workspace_id=workspace_id
    ):
        if place.paused is None:
            destination_store.pause_destination(
                connection,
                workspace_id=workspace_id,
                destination_id=place.id,
                reason=REMOVED_REASON,
            )
    workspace_store.mark_workspace_left(connection, workspace_id=workspace_id, now=now)
