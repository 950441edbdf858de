"""Turn what a person did on a platform into an invocation, and answer it.

A platform reads its own event into an `Event` and asks one of four things: a command,
a pressed control, a filled form, completions. Workspace and person come from the event
alone. The core checks permission and repeats (`Inbox.dispatch`); nothing is decided
here, and no failure leaves without a sentence.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

import structlog

from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import (
    Attachment,
    Form,
    Inbox,
    Invocation,
    Location,
    Paragraph,
    Person,
    PlatformName,
    Reply,
)
from bot.platforms.common import forms

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class InteractionEvent:
    """Something that a person did, before it is looked at what it asks."""

    #: The platform's id of it: the same event twice has one effect.
    key: str
    platform: PlatformName
    #: The platform's own id of the workspace, and its name ("" where it is not told).
    workspace: str
    workspace_name: str
    channel: str | None
    person: Person
    locale: str


async def answer_command(
    inbox: Inbox,
    event: InteractionEvent,
    path: str,
    given: Mapping[str, str],
    file: Attachment | None = None,
) -> Reply | Form:
    """The answer to a command; a form where something required is missing.

    `file` came along, for the one option that takes one.
    """
    return await _catch_errors(
        event, _dispatch_command(inbox, event, path, given, file)
    )


async def answer_form(
    inbox: Inbox,
    event: InteractionEvent,
    path: str,
    answers: Mapping[str, str],
    file: Attachment | None = None,
) -> Reply | Form:
    """The answer to a filled form; the form again where an answer is missing."""
    work = _dispatch_command(inbox, event, path, answers, file, again=True)
    return await _catch_errors(event, work)


async def answer_control(
    inbox: Inbox, event: InteractionEvent, control: str
) -> Reply | Form:
    """The answer to a pressed control."""
    return await _catch_errors(event, _dispatch_control(inbox, event, control))


async def complete_option(
    inbox: Inbox,
    event: InteractionEvent,
    path: str,
    given: Mapping[str, str],
    option: str,
) -> tuple[str, ...]:
    """What may complete `option`, of which `given` has what is typed so far."""
    typed = given.get(option, "")
    try:
        invocation = await _build_invocation(inbox, event, path, given)
        return await inbox.complete(invocation, option, typed)
    except UserError:
        return ()
    except Exception:
        log.exception("completion failed", platform=event.platform, command=path)
        return ()


def build_problem(sentence: str) -> Reply:
    """A request that could not be met, told only to the one who asked."""
    return Reply(blocks=(Paragraph(text=sentence),), problem=True)


async def _dispatch_command(
    inbox: Inbox,
    event: InteractionEvent,
    path: str,
    given: Mapping[str, str],
    file: Attachment | None,
    *,
    again: bool = False,
) -> Reply | Form:
    command = forms.find_command_by_path(inbox.commands, path)
    args = forms.select_declared(command, given)
    option = forms.find_file_option(command)
    attached = {option: file} if file is not None and option else {}
    invocation = await _build_invocation(inbox, event, path, args, attached)
    if (
        command is not None
        and forms.lacks_required(command, args, attached)
        and await inbox.may(invocation)
    ):
        texts = Texts.of(event.locale)
        form = forms.build_form(command, args, texts)
        return forms.mark_missing(form, texts) if again else form
    return await inbox.dispatch(invocation)


async def _dispatch_control(
    inbox: Inbox, event: InteractionEvent, control: str
) -> Reply | Form:
    invocation = await _build_invocation(inbox, event, "", {})
    return await inbox.dispatch(inbox.press(invocation, control))


async def _build_invocation(
    inbox: Inbox,
    event: InteractionEvent,
    path: str,
    args: Mapping[str, str],
    attached: Mapping[str, Attachment] | None = None,
) -> Invocation:
    workspace = await inbox.workspace_of(
        event.platform, event.workspace, event.workspace_name
    )
    return Invocation(
        key=event.key,
        place=Location(workspace=workspace, channel=event.channel),
        person=event.person,
        path=path,
        args=args,
        attached=attached or {},
        locale=event.locale,
    )


async def _catch_errors(
    event: InteractionEvent, work: Awaitable[Reply | Form]
) -> Reply | Form:
    try:
        return await work
    except UserError as error:
        return build_problem(Texts.of(event.locale).error(error))
    except Exception:
        log.exception("event failed", platform=event.platform)
        return build_problem(
            Texts.of(event.locale).say(
                "Something went wrong on our side and has been logged. Please "
                "try again in a minute."
            )
        )
