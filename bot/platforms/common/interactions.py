"""Turn an event of a platform into an invocation and answer it.

A platform parses its own event into an `InteractionEvent` and asks for one of four
things: a command, a pressed control, a submitted form, completions. Workspace and
person come from the event alone. Permissions and repetitions are checked by the core
(`Inbox.dispatch`), and every failure is answered with a sentence.

The answers of a form come back as arguments of its command. Only options that the
command declares get in this way: the arguments of a signed control cannot be typed
into a form.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import structlog

from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import (
    Attachment,
    Command,
    Form,
    FormField,
    Inbox,
    Invocation,
    Location,
    Person,
    PlatformName,
    Reply,
)
from bot.platforms.common.caches import ExpiringCache
from bot.platforms.common.text import shorten_line, strip_number
from digests.types import frozen

#: Characters of an answer from which it gets an input of several lines.
MULTILINE_FROM: Final = 100
#: Pending forms that are kept, and for how many seconds.
MAX_PENDING: Final = 500
PENDING_LIFE: Final = 3_600.0
#: Name of the question for a file, and of a command's option for one.
ATTACHMENT: Final = "attachment"
#: Start of the id of every control.
CONTROL_PREFIX: Final = "v1:"
#: Start of the id of a command's modal, and of the button that opens a form again.
FORM_PREFIX: Final = "v1:form:"
REOPEN_PREFIX: Final = "v1:again:"


def find_command_by_path(commands: Sequence[Command], path: str) -> Command | None:
    """Find the command of this path."""
    return next((command for command in commands if command.path == path), None)


def select_declared(
    command: Command | None, given: Mapping[str, str]
) -> dict[str, str]:
    """Select the values given for options that the command declares, stripped."""
    known = {option.name for option in command.options} if command else set()
    return {
        name: value.strip()
        for name, value in given.items()
        if name in known and value.strip()
    }


def needs_lines(field: FormField, value: str) -> bool:
    """Check whether the input for a value has several lines."""
    return field.lines or "\n" in value or len(value) > MULTILINE_FROM


def describe_form_message(form: Form, texts: Texts, limit: int) -> tuple[str, str]:
    """Word the first line of a form's message, and the button that opens the form.

    Without errors the first line is the form's title, shortened to `limit`.
    """
    if any(field.error for field in form.fields):
        wrong = texts.say("Something is missing or does not fit.")
        return f"⚠ {wrong}", texts.say("Edit again")
    return shorten_line(form.title, limit), texts.say("Open the form")


# ── ids ────────────────────────────────────────────────────────────────────────


def build_form_id(form: Form) -> str:
    """Build the id of a form's modal: its control, or the path of its command."""
    return form.control or f"{FORM_PREFIX}{form.path}"


def parse_form_target(modal: str) -> str:
    """Return the target of a submitted modal; "" for a modal that is not ours."""
    if modal.startswith(FORM_PREFIX):
        return modal.removeprefix(FORM_PREFIX)
    return modal if modal.startswith(CONTROL_PREFIX) else ""


class PendingForms:
    """Forms that can be opened again, by an id that only their message contains."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._pending: ExpiringCache[str, tuple[str, Form]] = ExpiringCache(
            MAX_PENDING, PENDING_LIFE, now
        )

    def keep(self, owner: str, form: Form) -> str:
        """Keep a form for its owner; return the id of the draft."""
        draft = secrets.token_urlsafe(9)
        self._pending.put(draft, (owner, form))
        return draft

    def find(self, owner: str, draft: str) -> Form | None:
        """Return the form, if it is the owner's and has not expired."""
        kept_for, form = self._pending.get(draft) or ("", None)
        return form if kept_for == owner else None


log = structlog.get_logger(__name__)

#: Events that are remembered, so that one delivered twice is answered once.
MAX_SEEN_EVENTS: Final = 2_000


@frozen
class InteractionEvent:
    """An event caused by a person, before it is parsed into a command."""

    #: The platform's id of the event: the same event delivered twice has one effect.
    key: str
    platform: PlatformName
    #: The platform's id of the workspace, and its name ("" if it is unknown).
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
    *,
    again: bool = False,
) -> Reply | Form:
    """Answer a command.

    Args:
        inbox: The core.
        event: Who asks, and where.
        path: The command.
        given: Option → its value.
        file: An uploaded file, for the one option that takes one.
        again: The options are the answers of a form.
    """
    command = find_command_by_path(inbox.commands, path)
    return await _dispatch(
        inbox,
        event,
        lambda bare: replace(
            bare,
            path=path,
            args=select_declared(command, given),
            file=file,
            submitted=again,
        ),
    )


async def answer_form(
    inbox: Inbox,
    event: InteractionEvent,
    target: str,
    answers: Mapping[str, str],
    file: Attachment | None = None,
) -> Reply | Form:
    """Answer a submitted form; `target` is its control, or the path of its command."""
    if not target.startswith(CONTROL_PREFIX):
        return await answer_command(inbox, event, target, answers, file, again=True)
    given = {name: value.strip() for name, value in answers.items()}
    return await _dispatch(
        inbox,
        event,
        lambda bare: replace(inbox.press(bare, target), answers=given),
    )


async def answer_control(
    inbox: Inbox,
    event: InteractionEvent,
    control: str,
    pending: PendingForms,
    owner: str,
) -> Reply | Form:
    """Answer a pressed control, or a choice of a menu.

    Args:
        inbox: The core.
        event: Who pressed it, and where.
        control: Its id; that of a form's message opens the form again.
        pending: Forms that can be opened again.
        owner: Whose forms they are.
    """
    if not control.startswith(REOPEN_PREFIX):
        pressed = strip_number(control)
        return await _dispatch(inbox, event, lambda bare: inbox.press(bare, pressed))
    form = pending.find(owner, control.removeprefix(REOPEN_PREFIX))
    return form or Reply.of_problem(
        Texts.of(event.locale).say(
            "This form has expired. Run the command again; your answers are"
            " still in the message above."
        )
    )


async def complete_option(
    inbox: Inbox,
    event: InteractionEvent,
    path: str,
    given: Mapping[str, str],
    option: str,
) -> tuple[str, ...]:
    """List completions of `option`; `given` has the values typed so far."""
    try:
        bare = await _build_invocation(inbox, event)
        invocation = replace(bare, path=path, args=given)
        return await inbox.complete(invocation, option, given.get(option, ""))
    except UserError:
        return ()
    except Exception:
        log.exception("completion failed", platform=event.platform, command=path)
        return ()


# ── events ─────────────────────────────────────────────────────────────────────


class SeenEvents:
    """Ids of the newest events, to drop those that are delivered again."""

    def __init__(self) -> None:
        self._seen: ExpiringCache[str, bool] = ExpiringCache(MAX_SEEN_EVENTS)

    def is_new(self, key: str) -> bool:
        """Remember an event; return whether it was not seen before."""
        return self._seen.add(key, True)


async def register_workspace(
    inbox: Inbox | None, platform: PlatformName, number: str, name: str
) -> None:
    """Create the workspace that the bot was added to, or reactivate it."""
    if inbox is None:
        return
    try:
        await inbox.workspace_of(platform, number, name)
    except Exception as error:
        log.warning("workspace not registered", platform=platform, reason=str(error))


async def leave_workspace(
    inbox: Inbox | None, platform: PlatformName, number: str
) -> None:
    """Record that the bot was removed from a workspace: posting there stops."""
    log.info("removed from a workspace", platform=platform, workspace=number)
    if inbox is None:
        return
    try:
        await inbox.left(platform, number)
    except UserError as error:
        log.warning("removal not recorded", platform=platform, reason=str(error))


# ── replies to failures ────────────────────────────────────────────────────────


def explain_timeout(texts: Texts) -> Reply:
    """Build the reply to a request that took too long."""
    return Reply.of_problem(texts.say("This takes too long. Try again later."))


def explain_rejected_reply(texts: Texts) -> Reply:
    """Build the reply that replaces one which the platform rejected."""
    return Reply.of_problem(
        texts.say("The answer cannot be shown here. The problem has been logged.")
    )


def explain_missing_pictures(reply: Reply, texts: Texts) -> Reply:
    """Return the reply without its pictures, and say what to do.

    For a reply whose pictures may be what the platform rejected.
    """
    return reply.without_pictures(
        texts.say(
            "The picture could not be shown here. Ask an administrator whether the bot "
            "may attach files; the words stand below."
        )
    )


# ── the core ───────────────────────────────────────────────────────────────────


async def _dispatch(
    inbox: Inbox, event: InteractionEvent, complete: Callable[[Invocation], Invocation]
) -> Reply | Form:
    """Dispatch the event's invocation, to which `complete` adds the command."""
    texts = Texts.of(event.locale)
    try:
        return await inbox.dispatch(complete(await _build_invocation(inbox, event)))
    except UserError as error:
        return Reply.of_problem(texts.error(error))
    except Exception:
        log.exception("event failed", platform=event.platform)
        return Reply.of_problem(
            texts.say(
                "Something went wrong on our side, and it was logged. Please try again "
                "in a minute."
            )
        )


async def _build_invocation(inbox: Inbox, event: InteractionEvent) -> Invocation:
    """Build the invocation of an event, without a command yet."""
    workspace = await inbox.workspace_of(
        event.platform, event.workspace, event.workspace_name
    )
    return Invocation(
        key=event.key,
        place=Location(workspace=workspace, channel=event.channel),
        person=event.person,
        path="",
        args={},
        locale=event.locale,
    )
