"""From what a person did on a chat platform to the answer; alike for all of them.

A platform reads its own event into an `Event` and asks one of four things: a command,
a pressed control, a filled form, completions. Workspace and person come from the event
alone. The core checks permission and repeats (`Inbox.dispatch`); nothing is decided
here, and no failure leaves without a sentence.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

import structlog

from bot.errors import UserError
from bot.platforms import questions
from bot.texts import Texts
from bot.types import (
    Attached,
    Form,
    Inbox,
    Invocation,
    Paragraph,
    Person,
    Place,
    PlatformName,
    Reply,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
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


async def asked(
    inbox: Inbox,
    event: Event,
    path: str,
    given: Mapping[str, str],
    file: Attached | None = None,
) -> Reply | Form:
    """The answer to a command; a form where something required is missing.

    `file` came along, for the one option that takes one.
    """
    return await _safely(event, _asked(inbox, event, path, given, file))


async def filled(
    inbox: Inbox,
    event: Event,
    path: str,
    answers: Mapping[str, str],
    file: Attached | None = None,
) -> Reply | Form:
    """The answer to a filled form; the form again where an answer is missing."""
    work = _asked(inbox, event, path, answers, file, again=True)
    return await _safely(event, work)


async def pressed(inbox: Inbox, event: Event, control: str) -> Reply | Form:
    """The answer to a pressed control."""
    return await _safely(event, _pressed(inbox, event, control))


async def completions(
    inbox: Inbox, event: Event, path: str, given: Mapping[str, str], option: str
) -> tuple[str, ...]:
    """What may complete `option`, of which `given` has what is typed so far."""
    typed = given.get(option, "")
    try:
        invocation = await _invocation(inbox, event, path, given)
        return await inbox.complete(invocation, option, typed)
    except UserError:
        return ()
    except Exception:
        log.exception("completion failed", platform=event.platform, command=path)
        return ()


def problem(sentence: str) -> Reply:
    """A request that could not be met, told only to the one who asked."""
    return Reply(blocks=(Paragraph(text=sentence),), problem=True)


async def _asked(
    inbox: Inbox,
    event: Event,
    path: str,
    given: Mapping[str, str],
    file: Attached | None,
    *,
    again: bool = False,
) -> Reply | Form:
    command = questions.named(inbox.commands, path)
    args = questions.declared(command, given)
    option = questions.attachable(command)
    attached = {option: file} if file is not None and option else {}
    invocation = await _invocation(inbox, event, path, args, attached)
    if (
        command is not None
        and questions.lacks(command, args, attached)
        and await inbox.may(invocation)
    ):
        texts = Texts.of(event.locale)
        form = questions.form_of(command, args, texts)
        return questions.unfinished(form, texts) if again else form
    return await inbox.dispatch(invocation)


async def _pressed(inbox: Inbox, event: Event, control: str) -> Reply | Form:
    invocation = await _invocation(inbox, event, "", {})
    return await inbox.dispatch(inbox.press(invocation, control))


async def _invocation(
    inbox: Inbox,
    event: Event,
    path: str,
    args: Mapping[str, str],
    attached: Mapping[str, Attached] | None = None,
) -> Invocation:
    workspace = await inbox.workspace_of(
        event.platform, event.workspace, event.workspace_name
    )
    return Invocation(
        key=event.key,
        place=Place(workspace=workspace, channel=event.channel),
        person=event.person,
        path=path,
        args=args,
        attached=attached or {},
        locale=event.locale,
    )


async def _safely(event: Event, work: Awaitable[Reply | Form]) -> Reply | Form:
    try:
        return await work
    except UserError as error:
        return problem(Texts.of(event.locale).error(error))
    except Exception:
        log.exception("event failed", platform=event.platform)
        return problem(
            Texts.of(event.locale).say(
                "Something went wrong on our side, and it was written down. "
                "Please try again in a minute."
            )
        )
