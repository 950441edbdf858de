"""Build forms from commands; keep forms that wait to be opened again.

A command that lacks what it needs becomes a form; its answers come back as arguments
of the same command. Only arguments that a command declares ever reach it this way:
what a signed control carries cannot be typed into a form.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.i18n.translation import Texts
from bot.model import Command, Form, FormField

#: Questions of a form.
MAX_FIELDS: Final = 5


def find_command_by_path(commands: Sequence[Command], path: str) -> Command | None:
    """The command of this path, if there is one."""
    return next((command for command in commands if command.path == path), None)


def select_declared(
    command: Command | None, given: Mapping[str, str]
) -> dict[str, str]:
    """What was given for the options that the command declares, without blanks."""
    known = {option.name for option in command.options} if command else set()
    return {
        name: value.strip()
        for name, value in given.items()
        if name in known and value.strip()
    }


def lacks_required(
    command: Command, given: Mapping[str, str], attached: Collection[str] = ()
) -> bool:
    """Whether something is missing without which the command cannot run.

    `attached` names the options for which a file is given.
    """
    return any(
        o.required and not given.get(o.name) and o.name not in attached
        for o in command.options
    )


def find_file_option(command: Command | None) -> str:
    """The option that a file can be given for; "" = there is none."""
    options = command.options if command else ()
    return next((option.name for option in options if option.attachable), "")


def build_form(command: Command, given: Mapping[str, str], texts: Texts) -> Form:
    """The questions of the command, with what was given filled in."""
    return Form(
        path=command.path,
        title=texts.word(command.description),
        fields=tuple(
            FormField(
                name=option.name,
                label=texts.word(option.name.replace("_", " ").capitalize()),
                description=texts.word(option.description),
                required=option.required,
                value=given.get(option.name, ""),
                choices=option.choices,
                lines=option.lines,
                attachable=option.attachable,
            )
            for option in command.options[:MAX_FIELDS]
        ),
    )


def mark_missing(form: Form, texts: Texts) -> Form:
    """The form with a sentence at each question that still needs an answer."""
    return replace(
        form,
        fields=tuple(
            replace(field, error=texts.say("This is required."))
            if field.required and not field.value
            else field
            for field in form.fields
        ),
    )


#: Forms that wait, and for how many seconds.
MAX_PENDING: Final = 500
PENDING_LIFE: Final = 3_600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _PendingForm:
    user: str
    form: Form
    until: float


class PendingForms:
    """Forms by a word that only their message holds; the oldest give way."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._pending: OrderedDict[str, _PendingForm] = OrderedDict()

    def keep(self, user: str, form: Form) -> str:
        """Keep the form for this person; the word to ask for it with."""
        word = secrets.token_urlsafe(9)
        until = self._now() + PENDING_LIFE
        self._pending[word] = _PendingForm(user=user, form=form, until=until)
        while len(self._pending) > MAX_PENDING:
            self._pending.popitem(last=False)
        return word

    def find(self, user: str, word: str) -> Form | None:
        """The form, if it is this person's and was not kept for too long."""
        kept = self._pending.get(word)
        if kept is None or kept.user != user or kept.until < self._now():
            return None
        return kept.form
