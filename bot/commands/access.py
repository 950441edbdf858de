"""Who may use the editors' commands: people and roles as they are written and stored.

The platform reports who manages a workspace. Those people can grant access to others,
by person or by role; anyone with a grant can use every other editors' command.
`dispatch` checks the permission, with the roles that the person has at that time.
"""

import re
from collections.abc import Sequence

from bot.commands.context import CommandContext
from bot.configuration.change_steps import (
    ChangeRequest,
    format_grant,
    grant_to_entry,
    request_entry,
)
from bot.configuration.diff import shorten_line
from bot.errors import UnknownName, UserError, quote_names
from bot.model import Permission, Person
from bot.storage.workspace_store import Grant
from digests.language.normalization import normalize_text
from digests.messages import Message

#: «<@123>», «<@!123>», «<@&456>» (a role), «<@U012AB|ana>», «<!subteam^S012AB>».
_MENTION = re.compile(r"<(@&|@!?|!subteam\^)([A-Za-z0-9_-]{1,40})(?:\|[^>]*)?>")
_PLAIN_ID = re.compile(r"(?:(person|role)[ :])?\s*([A-Za-z0-9_-]{1,40})")


def read_new_grant(context: CommandContext, who: str) -> Grant:
    """Read the person or role that gets access.

    Raises:
        UserError: It is no person or role of the workspace.
    """
    everybody = context.list_people()
    if everybody:
        return Grant(kind="person", external_id=_find_person(everybody, who).id)
    grant = _parse_grant(who)
    # People who may not grant access are refused before the id is checked.
    if not context.person.granted:
        _check_is_id(context, grant, who)
    return grant


def find_given_grant(known: Sequence[Grant], who: str) -> Grant:
    """Find the person or role that was given access.

    Raises:
        UserError: It was not.
    """
    grant = _parse_grant(who)
    if grant in known:
        return grant
    names = quote_names(map(format_grant, known))
    raise UnknownName(
        "«{who}» was not made an editor here. There are: {names}.",
        who=shorten_line(who),
        names=names or Message("nobody"),
    )


def describe_grant(context: CommandContext, grant: Grant) -> str:
    """Say what the person or role may do with the access."""
    for person in context.list_people():
        if person.id == grant.external_id:
            return context.say(
                "This is {name}, who may then use every /newsdesk command here, except "
                "this one.",
                name=person.name,
            )
    return context.say(
        "They may then use every /newsdesk command here, except this one."
    )


def _check_is_id(context: CommandContext, grant: Grant, written: str) -> None:
    """Refuse a name that the platform did not turn into a mention.

    The name would be stored as an id, and the intended person would get no access.
    Checked only when access is granted: revoking it is always possible.

    Raises:
        UserError: It is neither an id nor a mention.
    """
    plugin = context.services.plugins.get(context.workspace.platform)
    ids = plugin.ids if plugin is not None else None
    if ids is None or _MENTION.fullmatch(written):
        return
    pattern = ids.role if grant.kind == "role" else ids.person
    if not pattern.fullmatch(grant.external_id):
        raise ids.refuse(shorten_line(written))


def _find_person(everybody: Sequence[Person], written: str) -> Person:
    """Find a person by id or name.

    Raises:
        UserError: Nobody has this id or name, or they are an editor already.
    """
    said = normalize_text(written).strip().removeprefix("person").strip(" @:<>")
    for person in everybody:
        if said in (normalize_text(person.id), normalize_text(person.name)):
            if person.permission >= Permission.EDITOR:
                raise UserError("{name} is already an editor.", name=person.name)
            return person
    raise UnknownName(
        "There is nobody called «{who}» here, and there are no roles. There are: "
        "{names}.",
        who=shorten_line(written),
        names=quote_names(person.id for person in everybody),
    )


def _parse_grant(written: str) -> Grant:
    if mention := _MENTION.fullmatch(written):
        is_role, external_id = mention[1] not in ("@", "@!"), mention[2]
    elif named := _PLAIN_ID.fullmatch(written.removeprefix("@")):
        is_role, external_id = named[1] == "role", named[2]
    else:
        raise UserError(
            "Name one person or role by a mention, or write «person ID» or «role ID»."
        )
    return Grant(kind="role" if is_role else "person", external_id=external_id)


def request_grant(grant: Grant, *, given: bool) -> ChangeRequest:
    """Build the request that gives access to a person or role, or takes it away."""
    name = format_grant(grant)
    return request_entry("access", name, grant_to_entry(name) if given else None)
