"""Run an invocation: permission, repeated events, failures and pending notices.

This is the only place that handles these, for every command. Every failure is answered
with a message: a `UserError` says how to fix it; a bug of ours is logged and answered
without details.

A control of a personal edition carries the edition's public id, because on Discord a
direct message belongs to no server. The id leads to the workspace, only for the person
whose edition it is. Where the platform reports another workspace, the person counts as
a reader there, whatever permission the platform reports for their messages.

Pending notices (a report was settled or the person's digest was paused, and no direct
message could be delivered) appear once, above the next private answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final
from zoneinfo import available_timezones

import structlog

from bot.commands import drafts, setting_targets, workspace
from bot.commands.arguments import PREVIEW_DAYS
from bot.commands.context import CommandContext, CommandServices
from bot.commands.controls import STALE_CONTROL
from bot.commands.help_pages import explain_former_command, suggest_lines
from bot.configuration import feed_lists
from bot.delivery.personal_controls import build_own_control_id
from bot.errors import Forbidden, UserError
from bot.i18n.translation import Texts
from bot.ingest import addresses
from bot.logs import bind_run
from bot.lookup.name_resolution import format_suggestion
from bot.model import (
    PERSON_PREFIX,
    Block,
    Command,
    Digest,
    Form,
    Inbox,
    Invocation,
    ListItem,
    Location,
    Paragraph,
    Permission,
    Reply,
)
from bot.readers import personal_data
from bot.readers.personal_data import UserContext
from bot.storage import (
    personal_digest_store,
    process_store,
    quote_store,
)
from digests.language.words import STOP_WORDS
from digests.types import frozen

log = structlog.get_logger(__name__)


def build_inbox(services: CommandServices, commands: Sequence[Command]) -> Inbox:
    """Build the inbox that platforms pass their events to."""
    by_path = {command.path: command for command in commands}
    dispatcher = Dispatcher(services=services, by_path=by_path)
    return Inbox(
        commands=tuple(commands),
        dispatch=dispatcher.dispatch,
        press=services.controls.press,
        complete=dispatcher.complete,
        workspace_of=partial(workspace.resolve_workspace, services),
        left=partial(workspace.leave_workspace, services),
        explain_former=explain_former_command,
        suggest=dispatcher.suggest,
    )


@frozen
class Dispatcher:
    """Runs commands by their path."""

    services: CommandServices
    by_path: dict[str, Command]

    async def dispatch(self, invocation: Invocation) -> Reply | Form:
        """Answer an invocation; raises nothing."""
        known = invocation.path in self.by_path
        # Anything can be typed as the name of a command.
        with bind_run(command=invocation.path if known else "unknown"):
            return await self._dispatch(invocation)

    async def _dispatch(self, invocation: Invocation) -> Reply | Form:
        texts, pressed = Texts.of(invocation.locale), invocation
        chosen: str | None = None
        try:
            if invocation.under:
                invocation = await self._enter_own_workspace(invocation)
            invocation, known = await self._identify_person(invocation)
            chosen = known.reader.locale
            texts = Texts.of(invocation.locale)
            command = self.by_path.get(invocation.path)
            if command is None:
                return replace(_explain_unknown(invocation, texts), locale=chosen)
            _check_permission(command, invocation)
            _check_answers(command, invocation)
            # Platforms repeat an event whose answer is late.
            if not await self.services.db.write(
                process_store.record_invocation,
                platform=invocation.place.workspace.platform,
                key=invocation.key,
                now=self.services.clock.now(),
            ):
                said = texts.say("This has already been answered.")
                return Reply.of_problem(said, locale=chosen)
            answer = await command.run(invocation)
            answer = await self._prepend_notices(invocation, known, answer)
            answer = _adapt_own_controls(pressed, invocation, answer)
            if isinstance(answer, Reply):
                answer = answer.limited()
            return replace(answer, locale=answer.locale or chosen)
        except UserError as error:
            return Reply.of_problem(texts.error(error), locale=chosen)
        except Exception:
            log.exception("command failed")
            said = texts.say(
                "Something went wrong on our side, and it was logged. Please try again "
                "in a minute."
            )
            return Reply.of_problem(said, locale=chosen)

    async def complete(
        self, invocation: Invocation, option: str, typed: str
    ) -> tuple[str, ...]:
        """List completions for an option; () if the person may not use the command."""
        command = self.by_path.get(invocation.path)
        person = (await self._identify_person(invocation))[0].person
        if command is None or person.permission < command.permission:
            return ()
        context = self._open_context(invocation, command)
        return await complete_option(context, option, typed)

    async def suggest(self, invocation: Invocation) -> tuple[str, ...]:
        """List a few lines that are worth typing there, whose names exist."""
        known, _ = await self._identify_person(invocation)
        context = self._open_context(known, self.by_path["news help"])
        return await suggest_lines(context)

    def _open_context(self, invocation: Invocation, command: Command) -> CommandContext:
        return CommandContext(
            services=self.services,
            invocation=invocation,
            command=command,
            commands=tuple(self.by_path.values()),
        )

    async def _enter_own_workspace(self, pressed: Invocation) -> Invocation:
        """Return the invocation in the workspace of the edition it belongs to.

        Raises:
            UserError: The edition is not this person's own, or the id is not ours.
        """
        person = pressed.person
        found = await self.services.db.read(
            personal_digest_store.find_edition_workspace,
            edition=pressed.under,
            person_id=person.id,
        )
        if found is None or found.platform != pressed.place.workspace.platform:
            raise UserError(STALE_CONTROL)
        if found.id != pressed.place.workspace.id:
            person = replace(person, permission=Permission.EVERYONE, roles=())
        place = Location(workspace=found, channel=f"{PERSON_PREFIX}{person.id}")
        there = replace(pressed, place=place, person=person)
        return self.services.controls.press(there, pressed.path)

    async def _identify_person(
        self, invocation: Invocation
    ) -> tuple[Invocation, UserContext]:
        """Return the invocation with the person's language and permission here."""
        person = invocation.person
        scope, load = invocation.place.workspace.scope, personal_data.load_user_context
        known = await self.services.db.read(load, scope, person=person)
        locale = known.reader.locale or invocation.locale
        if known.granted and person.permission < Permission.EDITOR:
            person = replace(person, permission=Permission.EDITOR, granted=True)
        return replace(invocation, person=person, locale=locale), known

    async def _prepend_notices(
        self, invocation: Invocation, known: UserContext, answer: Reply | Form
    ) -> Reply | Form:
        """Put the person's pending notices above the answer.

        They come first because a long answer may be cut at its end. Nothing is added
        after an erasure of the person's data.
        """
        if not (known.settled or known.pause):
            return answer
        if isinstance(answer, Form) or "erase" in invocation.args:
            return answer
        shown = await self.services.db.write(
            personal_data.mark_notices_shown,
            invocation.place.workspace.scope,
            person_id=invocation.person.id,
            found=known,
            now=self.services.clock.now(),
        )
        notices = _render_notices(shown, Texts.of(invocation.locale))
        return replace(answer, blocks=(*notices, *answer.blocks))


#: Maximum number of characters of an answer that is not a file: as many as an option
#: of Discord takes, and more than any other platform's.
MAX_ANSWER: Final = 6_000


def _explain_unknown(invocation: Invocation, texts: Texts) -> Reply:
    """Answer a command that a platform's menu still offers, or that there never was."""
    moved = explain_former_command(invocation.path, invocation.locale)
    return moved or Reply.of_problem(
        texts.say(
            "There is no command /{path}. /news help lists them all.",
            path=invocation.path,
        )
    )


def _check_permission(command: Command, invocation: Invocation) -> None:
    if invocation.person.permission < command.permission:
        raise Forbidden("Only editors can do this. Ask an editor of this workspace.")


def _check_answers(command: Command, invocation: Invocation) -> None:
    """Reject answers that no form offers: a forged one may send any.

    Raises:
        UserError: An answer is too long to be a name, a list or a sentence, so that
            no command has to expect texts of any length; or it is none of the choices.
    """
    args, options = invocation.args, command.options
    one_line = [args.get(option.name, "") for option in options if not option.lines]
    every = (*one_line, *(invocation.answers or {}).values())
    if any(len(said) > MAX_ANSWER for said in every):
        raise UserError("That is too long: at most {most} characters.", most=MAX_ANSWER)
    for option in options:
        said = args.get(option.name)
        if said and option.choices and said not in option.choices:
            raise UserError(
                "{name} cannot be {said}. It is one of: {choices}.",
                name=option.name,
                said=said[:60],
                choices=", ".join(option.choices),
            )


def _adapt_own_controls(
    pressed: Invocation, invocation: Invocation, answer: Reply | Form
) -> Reply | Form:
    """Let the answer's controls lead back to the personal edition it is about."""
    edition = invocation.under
    if not edition:
        return answer
    if isinstance(answer, Form):
        if answer.control:
            return replace(
                answer, control=build_own_control_id(edition, answer.control)
            )
        if pressed.place.workspace.id == invocation.place.workspace.id:
            return answer
        said = Texts.of(invocation.locale).say(
            "This needs text: use /{path} in the server.", path=invocation.path
        )
        return Reply(blocks=(Paragraph(text=said),))
    return _replace_controls(answer, partial(build_own_control_id, edition))


def _replace_controls(reply: Reply, rename: Callable[[str], str]) -> Reply:
    """Return the reply with other ids of its buttons and choices."""
    blocks = (
        replace(block, control=replace(block.control, id=rename(block.control.id)))
        if isinstance(block, ListItem) and block.control is not None
        else block
        for block in reply.blocks
    )
    menus = (
        replace(menu, options=tuple(replace(o, id=rename(o.id)) for o in menu.options))
        for menu in reply.menus
    )
    controls = (replace(one, id=rename(one.id)) for one in reply.controls)
    return replace(
        reply, blocks=tuple(blocks), menus=tuple(menus), controls=tuple(controls)
    )


def _render_notices(known: UserContext, texts: Texts) -> Iterator[Block]:
    for report in known.settled:
        title = texts.say("Your report {id} was resolved.", id=report.public_id)
        yield ListItem(title=title, text=report.answer or "", note=report.headline)
    if known.pause:
        said = texts.say(
            "Your own digest is paused: {why} /news me shows it and can resume it.",
            why=texts.message(known.pause),
        )
        yield Paragraph(text=said)


# ── completion ──────────────────────────────────────────────────────────────────
#
# Complete what people type for an option.
#
# Every list contains only names of the person's workspace, and URLs without secrets.

#: Values that are offered at once.
MAX_COMPLETIONS = 25
#: Names that are compared before the event loop runs something else.
NAMES_AT_ONCE = 500
Names = Iterable[str]
Completer = Callable[[CommandContext, str], Names | Awaitable[Names]]


async def complete_option(
    context: CommandContext, option: str, typed: str
) -> tuple[str, ...]:
    """List up to 25 values of an option that contain the typed text."""
    wanted = next((o for o in context.command.options if o.name == option), None)
    if wanted is None:
        return ()
    found: Names | Awaitable[Names] = wanted.choices
    if not wanted.choices and wanted.completes in COMPLETERS:
        found = COMPLETERS[wanted.completes](context, typed)
    if isinstance(found, Awaitable):
        found = await found
    start, fitting = typed[:MAX_ANSWER].casefold(), []
    for number, name in enumerate(found, 1):
        if start in name.casefold():
            fitting.append(name)
        if len(fitting) == MAX_COMPLETIONS:
            break
        if not number % NAMES_AT_ONCE:
            # A workspace may have thousands of sources; others are answered meanwhile.
            await asyncio.sleep(0)
    return tuple(fitting)


async def _list_speakers(context: CommandContext, typed: str) -> Names:
    return await context.query(
        quote_store.list_speaker_names, prefix=typed, limit=MAX_COMPLETIONS
    )


async def _list_stories(context: CommandContext, _: str) -> Names:
    newest = await context.archive.newest(context.place)
    stories = newest.edition.stories if newest else ()
    return [format_suggestion(n, story) for n, story in enumerate(stories, 1)]


async def _list_destinations(context: CommandContext, _: str) -> Names:
    return [place.name for place in await context.list_destinations()]


def _of_digests(list_names: Callable[[Digest], Names]) -> Completer:
    """Build a completer for names that the digests contain, without duplicates."""

    async def complete(context: CommandContext, _: str) -> Names:
        return _list_distinct_names(await context.list_digests(), list_names)

    return complete


def _list_distinct_names(
    digests: Iterable[Digest], list_names: Callable[[Digest], Names]
) -> Iterator[str]:
    seen: set[str] = set()
    for name in (name for one in digests for name in list_names(one)):
        if name not in seen:
            seen.add(name)
            yield name


def _list_source_names(digest: Digest) -> Names:
    for source in digest.all_sources:
        yield source.called or addresses.mask_secrets(source.name)


#: Kind of completion (`CommandOption.completes`) → lists the names.
COMPLETERS: Mapping[str, Completer] = {
    "address": lambda *_: feed_lists.list_packs(),
    "command": lambda context, _: [
        f"/{one.path}" for one in context.commands if one.typed
    ],
    "day": lambda *_: PREVIEW_DAYS,
    "destination": _list_destinations,
    "draft": drafts.complete_drafts,
    "draft_act": drafts.complete_acts,
    "digest": _of_digests(lambda digest: [digest.name]),
    "language": lambda *_: sorted(STOP_WORDS),
    "person": lambda context, _: [one.id for one in context.list_people()],
    "source": _of_digests(_list_source_names),
    "setting": setting_targets.complete_setting,
    "speaker": _list_speakers,
    "story": _list_stories,
    "target": setting_targets.list_target_names,
    "value": setting_targets.complete_value,
    "zone": lambda *_: sorted(one for one in available_timezones() if "/" in one),
}
