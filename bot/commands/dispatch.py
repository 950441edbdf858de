"""Run an invocation: permission, repeats, failures, notices; it knows no command.

Permission, repeats and failures are handled here, once. A failure never leaves
without a sentence: what somebody can mend says how; a defect of ours is logged and
says so without details.

On Discord a direct message belongs to no server. The edition's public id leads to the
workspace, and only for the person whose own it is. Where the platform told another one,
they are a reader there and nothing more, whatever it says of them in their messages.

A report of theirs was settled and no private message could say so, or their own digest
stands still. It waits in the database until there is an answer to put it above (a long
one may be cut at its end); who erased everything is told nothing more.
"""

from dataclasses import replace
from functools import partial

import structlog

from bot.commands import workspace
from bot.commands.completion import complete_command_option
from bot.commands.context import CommandContext, texts_for
from bot.commands.controls import STALE_CONTROL
from bot.commands.forms import build_digest_form
from bot.delivery.personal_controls import build_own_control_id
from bot.errors import Forbidden, UnknownName, UserError
from bot.i18n.translation import Texts
from bot.lookup.name_resolution import AmbiguousDigest
from bot.model import (
    PERSON_PREFIX,
    Block,
    Command,
    Form,
    Inbox,
    Invocation,
    ListItem,
    Location,
    Paragraph,
    Permission,
    Reply,
)
from bot.readers import user_context
from bot.readers.user_context import UserContext
from bot.storage import personal_digest_store, process_store

log = structlog.get_logger(__name__)


def build_inbox(context: CommandContext, commands: tuple[Command, ...]) -> Inbox:
    """What platforms hand their events to."""
    by_path = {command.path: command for command in commands}

    async def dispatch(invocation: Invocation) -> Reply | Form:
        texts, pressed = Texts.of(invocation.locale), invocation
        chosen: str | None = None
        try:
            if invocation.under:
                invocation = await enter_own_workspace(context, invocation)
            invocation, known = await _identify_person(context, invocation)
            chosen = known.reader.locale
            texts = Texts.of(invocation.locale)
            command = _find_permitted_command(by_path, invocation, texts)
            _check_choices(command, invocation)
            if not await _is_first_time(context, invocation):
                return render_problem(
                    texts.say("This has already been answered."), chosen
                )
            answer = await _run_command(command, invocation)
            answer = await prepend_notices(context, invocation, known, answer)
            answer = adapt_own_controls(pressed, invocation, answer)
            return replace(answer, locale=answer.locale or chosen)
        except UserError as error:
            return render_problem(texts.error(error), chosen)
        except Exception:
            log.exception("command failed", command=invocation.path)
            return render_problem(
                texts.say(
                    "Something went wrong on our side and has been logged. Please "
                    "try again in a minute."
                ),
                chosen,
            )

    async def may(invocation: Invocation) -> bool:
        command = by_path.get(invocation.path)
        person = (await _identify_person(context, invocation))[0].person
        return command is not None and person.permission >= command.permission

    async def complete(
        invocation: Invocation, option: str, typed: str
    ) -> tuple[str, ...]:
        if not await may(invocation):
            return ()
        return await complete_command_option(
            context, commands, invocation, option, typed
        )

    return Inbox(
        commands=commands,
        dispatch=dispatch,
        may=may,
        press=context.controls.press,
        complete=complete,
        workspace_of=partial(workspace.resolve_workspace, context),
        left=partial(workspace.leave_workspace, context),
    )


async def _run_command(command: Command, invocation: Invocation) -> Reply | Form:
    """What the command says; where it cannot tell which digest is meant, it asks."""
    try:
        return await command.run(invocation)
    except AmbiguousDigest as which:
        asked = build_digest_form(command, invocation, which)
        if asked is None:
            raise
        return asked


def render_problem(sentence: str, locale: str | None = None) -> Reply:
    """A request that could not be met, told only to the one who asked."""
    return Reply(blocks=(Paragraph(text=sentence),), problem=True, locale=locale)


async def _identify_person(
    context: CommandContext, invocation: Invocation
) -> tuple[Invocation, UserContext]:
    """The same as the workspace knows who asks, and what it knows.

    In the language that they chose; by an editor, where one of them let them in.
    """
    person = invocation.person
    known = await context.db.read(
        user_context.load_user_context,
        workspace_id=invocation.place.workspace.id,
        person=person,
    )
    locale = known.reader.locale or invocation.locale
    if known.granted and person.permission < Permission.EDITOR:
        person = replace(person, permission=Permission.EDITOR, granted=True)
    return replace(invocation, person=person, locale=locale), known


def _find_permitted_command(
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
        raise _forbid(command.permission)
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


def _forbid(needed: Permission) -> Forbidden:
    if needed is Permission.EDITOR:
        return Forbidden("Only editors can do this. Ask an editor of this workspace.")
    return Forbidden("You cannot do this here.")


async def _is_first_time(context: CommandContext, invocation: Invocation) -> bool:
    """Platforms send an event again when our answer was late."""
    return await context.db.write(
        process_store.record_invocation,
        platform=invocation.place.workspace.platform,
        key=invocation.key,
        now=context.clock.now(),
    )


#: What leads to a form, whose answers would come from no workspace again.
_FORM_CONTROLS = ("v1:report:", "v1:me:form")


async def enter_own_workspace(
    context: CommandContext, pressed: Invocation
) -> Invocation:
    """What was pressed, in the workspace of the edition.

    Raises:
        UserError: The edition is not this person's own, or the id is not one of ours.
    """
    person = pressed.person
    workspace = await context.db.read(
        personal_digest_store.find_edition_workspace,
        edition=pressed.under,
        person_id=person.id,
    )
    if workspace is None or workspace.platform != pressed.place.workspace.platform:
        raise UserError(STALE_CONTROL)
    if workspace.id != pressed.place.workspace.id:
        person = replace(person, permission=Permission.EVERYONE, roles=())
    place = Location(workspace=workspace, channel=f"{PERSON_PREFIX}{person.id}")
    there = replace(pressed, place=place, person=person)
    return context.controls.press(there, pressed.path)


def adapt_own_controls(
    pressed: Invocation, invocation: Invocation, answer: Reply | Form
) -> Reply | Form:
    """The answer with controls that can be pressed where it is shown.

    Where the platform tells the workspace, they can as they are.
    """
    edition = invocation.under
    if not edition or pressed.place.workspace.id == invocation.place.workspace.id:
        return answer
    if isinstance(answer, Form):
        said = texts_for(invocation).say(
            "This needs text: run it in the server, with /{path}.",
            path=invocation.path,
        )
        return Reply(blocks=(Paragraph(text=said),))
    controls = tuple(
        replace(control, id=build_own_control_id(edition, control.id))
        for control in answer.controls
        if not control.id.startswith(_FORM_CONTROLS)
    )
    return replace(answer, controls=controls)


async def prepend_notices(
    context: CommandContext,
    invocation: Invocation,
    known: UserContext,
    answer: Reply | Form,
) -> Reply | Form:
    """The answer with what is to be told above it."""
    if not (known.settled or known.pause):
        return answer
    if isinstance(answer, Form) or not answer.private or "erase" in invocation.args:
        return answer
    shown = await context.db.write(
        user_context.mark_notices_shown,
        workspace_id=invocation.place.workspace.id,
        person_id=invocation.person.id,
        found=known,
        now=context.clock.now(),
    )
    blocks = tuple(_render_notices(shown, texts_for(invocation)))
    return replace(answer, blocks=(*blocks, *answer.blocks))


def _render_notices(known: UserContext, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    for report in known.settled:
        title = texts.say("Your report {id} was resolved.", id=report.public_id)
        blocks.append(
            ListItem(title=title, text=report.answer or "", note=report.headline)
        )
    if known.pause:
        said = texts.say(
            "Your own digest is paused: {why} /news me shows it and can resume it.",
            why=texts.message(known.pause),
        )
        blocks.append(Paragraph(text=said))
    return blocks
