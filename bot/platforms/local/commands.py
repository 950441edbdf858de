"""From what was typed or pressed to what is shown; it checks no permission itself.

The core checks permissions and repeats (`Inbox.dispatch`). The key that makes an
event unique is made from the page's one-time word and what was asked, so that the
same request sent twice has one effect.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.errors import UserError
from bot.platforms import questions
from bot.platforms.lines import Call, read
from bot.texts import Texts
from bot.types import (
    Form,
    Inbox,
    Invocation,
    Paragraph,
    Person,
    Place,
    Reply,
)

_EVENT = re.compile(r"[A-Za-z0-9-]{8,64}")
ANSWER: Final = "arg-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What goes back: the echo of what was asked, and the reply or form."""

    asked: str
    outcome: Reply | Form


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Who asks, where, and with which words the page answers."""

    person: Person
    place: Place
    texts: Texts
    inbox: Inbox | None


def new_event() -> str:
    """A one-time word for a page or a form."""
    return secrets.token_hex(12)


async def typed(asker: Asker, fields: Mapping[str, str]) -> Answer:
    """The answer to a line of the command box, or to a filled form."""
    path = fields.get("path", "")
    line = fields.get("line", "").strip()
    if asker.inbox is None:
        return Answer(asked=line or f"/{path}", outcome=_starting(asker.texts))
    if path:
        return await _filled(asker, asker.inbox, fields, path)
    found = read(line, asker.inbox.commands, asker.texts)
    if not isinstance(found, Call):
        return Answer(asked=line, outcome=found)
    invocation = _invocation(asker, fields, found.path, found.args)
    return Answer(asked=line, outcome=await _asked(asker, asker.inbox, invocation))


async def pressed(asker: Asker, fields: Mapping[str, str]) -> Answer:
    """The answer to a button or a choice under a message."""
    label = fields.get("label", "")
    if asker.inbox is None:
        return Answer(asked=label, outcome=_starting(asker.texts))
    event = _invocation(asker, fields, "", {})
    try:
        invocation = asker.inbox.press(event, fields.get("control", ""))
    except UserError as error:
        return Answer(asked=label, outcome=_problem(asker.texts.error(error)))
    shown = label or _as_typed(invocation)
    return Answer(asked=shown, outcome=await asker.inbox.dispatch(invocation))


async def led(asker: Asker, path: str, args: Mapping[str, str]) -> Answer:
    """The answer to an address that stands for a command which only looks things up."""
    if asker.inbox is None:
        return Answer(asked=f"/{path}", outcome=_starting(asker.texts))
    invocation = _invocation(asker, {"event": new_event()}, path, args)
    return Answer(
        asked=_as_typed(invocation), outcome=await asker.inbox.dispatch(invocation)
    )


def starting_point(asker: Asker, path: str, args: Mapping[str, str]) -> Invocation:
    """An invocation that is only looked at, for completions."""
    return _invocation(asker, {"event": new_event()}, path, args)


async def _filled(
    asker: Asker, inbox: Inbox, fields: Mapping[str, str], path: str
) -> Answer:
    given = {
        name.removeprefix(ANSWER): v
        for name, v in fields.items()
        if name.startswith(ANSWER)
    }
    args = questions.declared(questions.named(inbox.commands, path), given)
    invocation = _invocation(asker, fields, path, args)
    outcome = await _asked(asker, inbox, invocation, again=True)
    return Answer(asked=_as_typed(invocation), outcome=outcome)


async def _asked(
    asker: Asker, inbox: Inbox, invocation: Invocation, *, again: bool = False
) -> Reply | Form:
    """The answer; a form where something required is missing, for who may use it."""
    command = questions.named(inbox.commands, invocation.path)
    if (
        command is not None
        and questions.lacks(command, invocation.args)
        and await inbox.may(invocation)
    ):
        form = questions.form_of(command, invocation.args, asker.texts)
        return questions.unfinished(form, asker.texts) if again else form
    return await inbox.dispatch(invocation)


def _invocation(
    asker: Asker, fields: Mapping[str, str], path: str, args: Mapping[str, str]
) -> Invocation:
    return Invocation(
        key=_key(asker, fields),
        place=asker.place,
        person=asker.person,
        path=path,
        args=args,
        locale=asker.texts.locale,
    )


def _key(asker: Asker, fields: Mapping[str, str]) -> str:
    event = fields.get("event", "")
    if not _EVENT.fullmatch(event):
        event = new_event()
    asked = sorted((k, v) for k, v in fields.items() if k not in {"csrf", "event"})
    seed = repr((asker.person.id, asker.place.channel, asked))
    return f"{event}-{hashlib.sha256(seed.encode(errors='replace')).hexdigest()[:12]}"


def _as_typed(invocation: Invocation) -> str:
    return " ".join((f"/{invocation.path}", *invocation.args.values()))


def _starting(texts: Texts) -> Reply:
    return _problem(texts.say("The bot is still starting. Try again in a moment."))


def _problem(sentence: str) -> Reply:
    return Reply(blocks=(Paragraph(text=sentence),), problem=True)
