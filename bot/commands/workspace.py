"""/newsdesk access: who else may do an editor's work here; a grant cannot grant.

The platform says who manages a workspace. Those can let others in, by person or by
role; whoever was let in this way uses every other editors' command. The check itself
is in `dispatch`, on the roles of the moment.
"""

import re
from collections.abc import Mapping
from typing import Final

from bot.commands.asking_back import asks_back
from bot.commands.desk import Desk
from bot.commands.proposals import shown
from bot.commands.wording import texts_of
from bot.configuring import Entry, Mistake, Wish, access_name
from bot.configuring.telling import cut
from bot.errors import UnknownName
from bot.ports import Peopled
from bot.sentences import Phrase
from bot.storage import grants
from bot.storage.grants import Grant
from bot.types import (
    Command,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Person,
    PlatformName,
    Reply,
    Workspace,
)
from digests.language.fold import fold

WHO = Option(
    name="who",
    description="A person or a role: a mention, or its id",
    required=True,
    rest=True,
    completes="person",
)
#: «<@123>», «<@!123>», «<@&456>» (a role), «<@U012AB|ana>», «<!subteam^S012AB>».
_MENTION = re.compile(r"<(@&|@!?|!subteam\^)([A-Za-z0-9_-]{1,40})(?:\|[^>]*)?>")
_NAMED = re.compile(r"(?:(person|role)[ :])?\s*([A-Za-z0-9_-]{1,40})")
#: What ids are, where they have a form. A name that is none would be let in as one, and
#: whom it means would not; on the local page people are called as they like.
_IDS: Final[Mapping[PlatformName, Mapping[str, re.Pattern[str]]]] = {
    "discord": {"person": re.compile(r"\d{1,20}"), "role": re.compile(r"\d{1,20}")},
    "slack": {
        "person": re.compile(r"[UW][A-Z0-9]+"),
        "role": re.compile(r"S[A-Z0-9]+"),
    },
}


def build(desk: Desk) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (_grant(desk), _revoke(desk), _list(desk))


def _grant(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        everybody = people_of(desk, invocation.place.workspace)
        if everybody:
            person = _one_of(everybody, invocation.args["who"])
            grant = Grant(kind="person", external_id=person.id)
            may = texts.say(
                "This is {name}, who may then use every /newsdesk command here, except "
                "this one.",
                name=person.name,
            )
        else:
            grant = _meant(invocation.args["who"])
            # Who may not let in at all hears that, not how it is done.
            if not invocation.person.granted:
                _hold_to_ids(grant, invocation)
            may = texts.say(
                "They may then use every /newsdesk command here, except this one."
            )
        change = await desk.configuring.propose(invocation, _wish(grant, given=True))
        return shown(desk, change, texts, Paragraph(text=may))

    return asks_back(
        Command(
            path="newsdesk access grant",
            description="Let a person or a role do an editor's work",
            permission=Permission.EDITOR,
            run=run,
            options=(WHO,),
            examples=(
                "/newsdesk access grant @ben",
                "/newsdesk access grant role 4711",
            ),
        )
    )


def _revoke(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        grant = _meant(invocation.args["who"])
        known = await desk.db.read(
            grants.in_workspace, workspace_id=invocation.place.workspace.id
        )
        if grant not in known:
            names = ", ".join(f"«{access_name(one)}»" for one in known)
            raise UnknownName(
                "«{who}» was not let in from here. There are: {names}.",
                who=cut(invocation.args["who"]),
                names=names or Phrase("nobody"),
            )
        change = await desk.configuring.propose(invocation, _wish(grant, given=False))
        return shown(desk, change, texts)

    return asks_back(
        Command(
            path="newsdesk access revoke",
            description="Let them do an editor's work no more",
            permission=Permission.EDITOR,
            run=run,
            options=(WHO,),
            examples=("/newsdesk access revoke @ben",),
        )
    )


def _list(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        known = await desk.db.read(
            grants.in_workspace, workspace_id=invocation.place.workspace.id
        )
        first = texts.say(
            "Who manages this workspace on its platform is always an editor."
        )
        lines = tuple(Line(title=access_name(one)) for one in known)
        return Reply(title=texts.say("Access"), blocks=(Paragraph(text=first), *lines))

    return Command(
        path="newsdesk access list",
        description="Who may do an editor's work here",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk access list",),
    )


def _hold_to_ids(grant: Grant, invocation: Invocation) -> None:
    """Let in only who can be there; whoever was let in can always go.

    Raises:
        Mistake: It is a name, which the platform did not turn into a mention.
    """
    platform, written = invocation.place.workspace.platform, invocation.args["who"]
    shapes = _IDS.get(platform)
    if shapes is None or _MENTION.fullmatch(written.strip()):
        return
    if shapes[grant.kind].fullmatch(grant.external_id):
        return
    if platform == "slack":
        raise Mistake(
            "Slack sent «{who}» as mere text, which names nobody. Type «@» and choose "
            "the person or the user group from the list that opens, or write «person "
            "U…» or «role S…» with the id.",
            field="who",
            who=cut(written),
        )
    raise Mistake(
        "Discord sent «{who}» as mere text, which names nobody. Type «@» and choose "
        "the person or the role from the list that opens, or write «person ID» or "
        "«role ID».",
        field="who",
        who=cut(written),
    )


def people_of(desk: Desk, workspace: Workspace) -> tuple[Person, ...]:
    """Everybody who may ever ask there, where the platform can tell; else nobody."""
    platform: object = desk.editions.platforms.get(workspace.platform)
    return platform.people if isinstance(platform, Peopled) else ()


def _one_of(everybody: tuple[Person, ...], written: str) -> Person:
    """The person who is meant, by id or name.

    Raises:
        Mistake: There is nobody of this name, or they are an editor anyway.
    """
    said = fold(written).strip().removeprefix("person").strip(" @:<>")
    found = next((p for p in everybody if said in (fold(p.id), fold(p.name))), None)
    if found is None:
        raise Mistake(
            "There is nobody called «{who}» here, and there are no roles. There are: "
            "{names}.",
            who=cut(written),
            names=", ".join(f"«{person.id}»" for person in everybody),
            field="who",
        )
    if found.permission >= Permission.EDITOR:
        raise Mistake("{name} is an editor anyway.", name=found.name, field="who")
    return found


def _meant(written: str) -> Grant:
    said = written.strip()
    mention = _MENTION.fullmatch(said)
    if mention is not None:
        is_role = mention[1] not in ("@", "@!")
        return Grant(kind="role" if is_role else "person", external_id=mention[2])
    named = _NAMED.fullmatch(said.removeprefix("@"))
    if named is None:
        raise Mistake(
            "Name one person or role by a mention, or write «person ID» or «role ID».",
            field="who",
        )
    return Grant(kind="role" if named[1] == "role" else "person", external_id=named[2])


def _wish(grant: Grant, *, given: bool) -> Wish:
    name = access_name(grant)
    entry: Entry = {"name": name, "kind": grant.kind, "id": grant.external_id}
    return Wish(noun="access", name=name, edit=lambda _: entry if given else None)
