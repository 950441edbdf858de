"""What happens to every invocation, whatever it came from; it knows no command.

Permission, repeats and failures are handled here, once. A failure never leaves
without a sentence: what somebody can mend says how; a defect of ours is logged and
says so without details.
"""

from dataclasses import replace
from functools import partial

import structlog

from bot import sections
from bot.choosing import WhichDigest, offered
from bot.commands import completing, own_place, places, told_now
from bot.commands.asking_back import which_digest
from bot.commands.desk import Desk
from bot.commands.newsdesk_access import people_of
from bot.errors import Forbidden, UnknownName, UserError
from bot.personal import door
from bot.personal.door import Known
from bot.storage import follows, invocations
from bot.texts import Texts
from bot.types import (
    Command,
    Form,
    Inbox,
    Invocation,
    Paragraph,
    Permission,
    Reply,
)

log = structlog.get_logger(__name__)


def inbox(desk: Desk, commands: tuple[Command, ...]) -> Inbox:
    """What platforms hand their events to."""
    by_path = {command.path: command for command in commands}

    async def dispatch(invocation: Invocation) -> Reply | Form:
        texts, pressed = Texts.of(invocation.locale), invocation
        chosen: str | None = None
        try:
            if invocation.under:
                invocation = await own_place.entered(desk, invocation)
            invocation, known = await _let_in(desk, invocation)
            chosen = known.reader.locale
            texts = Texts.of(invocation.locale)
            command = _permitted(by_path, invocation, texts)
            _check_choices(command, invocation)
            if not await _first_time(desk, invocation):
                return problem(texts.say("This was answered already."), chosen)
            answer = await _answered(command, invocation)
            answer = await told_now.added(desk, invocation, known, answer)
            answer = own_place.pressable(pressed, invocation, answer)
            return replace(answer, locale=answer.locale or chosen)
        except UserError as error:
            return problem(texts.error(error), chosen)
        except Exception:
            log.exception("command failed", command=invocation.path)
            return problem(
                texts.say(
                    "Something went wrong on our side, and it was written down. "
                    "Please try again in a minute."
                ),
                chosen,
            )

    async def may(invocation: Invocation) -> bool:
        command = by_path.get(invocation.path)
        person = (await _let_in(desk, invocation))[0].person
        return command is not None and person.permission >= command.permission

    async def complete(
        invocation: Invocation, option: str, typed: str
    ) -> tuple[str, ...]:
        if not await may(invocation):
            return ()
        return await completions(desk, commands, invocation, option, typed)

    return Inbox(
        commands=commands,
        dispatch=dispatch,
        may=may,
        press=desk.controls.press,
        complete=complete,
        workspace_of=partial(places.workspace_of, desk),
        left=partial(places.left, desk),
    )


async def _answered(command: Command, invocation: Invocation) -> Reply | Form:
    """What the command says; where it cannot tell which digest is meant, it asks."""
    try:
        return await command.run(invocation)
    except WhichDigest as which:
        asked = which_digest(command, invocation, which)
        if asked is None:
            raise
        return asked


def problem(sentence: str, locale: str | None = None) -> Reply:
    """A request that could not be met, told only to the one who asked."""
    return Reply(blocks=(Paragraph(text=sentence),), problem=True, locale=locale)


async def _let_in(desk: Desk, invocation: Invocation) -> tuple[Invocation, Known]:
    """The same as the workspace knows who asks, and what it knows.

    In the language that they chose; by an editor, where one of them let them in.
    """
    person = invocation.person
    known = await desk.db.read(
        door.known, workspace_id=invocation.place.workspace.id, person=person
    )
    locale = known.reader.locale or invocation.locale
    if known.granted and person.permission < Permission.EDITOR:
        person = replace(person, permission=Permission.EDITOR, granted=True)
    return replace(invocation, person=person, locale=locale), known


def _permitted(
    by_path: dict[str, Command], invocation: Invocation, texts: Texts
) -> Command:
    command = by_path.get(invocation.path)
    if command is None:
        raise UnknownName(
            texts.say(
                "There is no command /{path}. /news help lists them all.",
                path=invocation.path,
            )
        )
    if invocation.person.permission < command.permission:
        raise _who_may(command.permission)
    return command


def _check_choices(command: Command, invocation: Invocation) -> None:
    """What is chosen is one of the choices, whatever a changed form sends."""
    for option in command.options:
        said = invocation.args.get(option.name)
        if said and option.choices and said not in option.choices:
            raise UserError(
                "{name} cannot be {said}. It is one of: {choices}.",
                name=option.name,
                said=said[:60],
                choices=", ".join(option.choices),
            )


def _who_may(needed: Permission) -> Forbidden:
    if needed is Permission.EDITOR:
        return Forbidden("Only editors can do this. Ask an editor of this workspace.")
    return Forbidden("You cannot do this here.")


async def _first_time(desk: Desk, invocation: Invocation) -> bool:
    """Platforms send an event again when our answer was late."""
    return await desk.db.write(
        invocations.first_time,
        platform=invocation.place.workspace.platform,
        key=invocation.key,
        now=desk.clock.now(),
    )


async def completions(
    desk: Desk,
    commands: tuple[Command, ...],
    invocation: Invocation,
    option: str,
    typed: str,
) -> tuple[str, ...]:
    """Up to 25 values for an option, by what the option says that it takes."""
    wanted = next(
        (
            o
            for command in commands
            if command.path == invocation.path
            for o in command.options
            if o.name == option
        ),
        None,
    )
    if wanted is None:
        return ()
    if wanted.choices:
        found: tuple[str, ...] = wanted.choices
    else:
        found = await _names(desk, commands, invocation, wanted.completes, typed)
    start = typed.casefold()
    return tuple(name for name in found if start in name.casefold())[:25]


async def _names(
    desk: Desk,
    commands: tuple[Command, ...],
    invocation: Invocation,
    kind: str,
    typed: str,
) -> tuple[str, ...]:
    workspace_id = invocation.place.workspace.id
    match kind:
        case "speaker":
            return await desk.archive.speakers(workspace_id, typed)
        case "digest":
            known = await desk.archive.digests(workspace_id)
            return tuple(digest.name for digest in known)
        case "story":
            issue = await desk.archive.newest(invocation.place)
            told = issue.edition.stories if issue else ()
            return tuple(offered(n, story) for n, story in enumerate(told, 1))
        case "section":
            return sections.completions(typed)
        case "person":
            everybody = people_of(desk, invocation.place.workspace)
            return tuple(person.id for person in everybody)
        case "command":
            return tuple(f"/{command.path}" for command in commands)
        case "follow":
            mine = await desk.db.read(
                follows.of_person,
                workspace_id=workspace_id,
                person_id=invocation.person.id,
            )
            return tuple(follow.name for follow in mine)
        case _:
            return await completing.names(desk, workspace_id, kind)
