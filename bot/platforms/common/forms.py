"""Read the answers of forms; keep forms until they are opened again.

The answers of a form come back as arguments of its command. Only options that the
command declares get in this way: the arguments of a signed control cannot be typed
into a form.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.i18n.translation import Texts
from bot.model import Command, Form, FormField
from bot.platforms.common.caches import ExpiringCache
from bot.platforms.common.text import shorten_line

#: Characters of an answer from which it gets an input of several lines.
MULTILINE_FROM: Final = 100
#: Pending forms that are kept, and for how many seconds.
MAX_PENDING: Final = 500
PENDING_LIFE: Final = 3_600.0
#: Name of the question for a file, and of a command's option for one.
ATTACHMENT: Final = "attachment"
#: Start of the id of a modal, and of the button that opens a form again.
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


def find_file_option(command: Command | None) -> str:
    """Find the name of the option that takes a file; "" if there is none."""
    options = command.options if command else ()
    return next((option.name for option in options if option.attachable), "")


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


def parse_form_path(modal: str) -> str:
    """Return the command of a submitted modal; "" for a modal that is not ours."""
    return modal.removeprefix(FORM_PREFIX) if modal.startswith(FORM_PREFIX) else ""


def parse_draft_id(control: str) -> str | None:
    """Return the draft that a button opens again; None for any other button."""
    if not control.startswith(REOPEN_PREFIX):
        return None
    return control.removeprefix(REOPEN_PREFIX)


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
