"""Run typed commands and pressed controls of the page; complete typed text.

Permissions and repetitions are checked by the core (`Inbox.dispatch`). The key of an
event is made from the page's one-time id and the request, so that the same request sent
twice has one effect.

Completions of commands, option names and fixed choices come from the registry
(`complete_line`, pure); values from the archive (a speaker, a digest) are queried for a
`ValueQuery`.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import (
    Command,
    CommandOption,
    Form,
    Inbox,
    Invocation,
    Location,
    Person,
    Reply,
)
from bot.platforms.common import forms
from bot.platforms.common.interactions import build_problem, dispatch_command
from bot.platforms.common.typed_commands import (
    MAX_LINE,
    ParsedCommand,
    TypedWord,
    find_command,
    list_free_options,
    list_named_options,
    parse_command,
    split_words,
)
from bot.platforms.local import limits

_EVENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
ANSWER_FIELD_PREFIX: Final = "arg-"


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandAnswer:
    """An answer: the request, and the reply or form."""

    asked: str
    outcome: Reply | Form


@dataclass(frozen=True, kw_only=True, slots=True)
class PageVisitor:
    """The person, place and language of a request."""

    person: Person
    place: Location
    texts: Texts
    inbox: Inbox | None


def create_event_id() -> str:
    """Create a one-time id for a page or a form."""
    return secrets.token_hex(12)


async def run_line(visitor: PageVisitor, fields: Mapping[str, str]) -> CommandAnswer:
    """Run a line of the command box, or a submitted form."""
    path = fields.get("path", "")
    line = fields.get("line", "").strip()
    if visitor.inbox is None:
        return CommandAnswer(
            asked=line or f"/{path}", outcome=_build_starting_reply(visitor.texts)
        )
    if path:
        return await _submit_form(visitor, visitor.inbox, fields, path)
    found = parse_command(line, visitor.inbox.commands, visitor.texts)
    if not isinstance(found, ParsedCommand):
        return CommandAnswer(asked=line, outcome=found)
    invocation = _build_invocation(visitor, fields, found.path, found.args)
    outcome = await dispatch_command(visitor.inbox, invocation, visitor.texts)
    return CommandAnswer(asked=line, outcome=outcome)


async def press_control(
    visitor: PageVisitor, fields: Mapping[str, str]
) -> CommandAnswer:
    """Run a button or a choice below a message."""
    label = fields.get("label", "")
    if visitor.inbox is None:
        return CommandAnswer(asked=label, outcome=_build_starting_reply(visitor.texts))
    event = _build_invocation(visitor, fields, "", {})
    try:
        invocation = visitor.inbox.press(event, fields.get("control", ""))
    except UserError as error:
        return CommandAnswer(
            asked=label, outcome=build_problem(visitor.texts.error(error))
        )
    shown = label or _format_invocation(invocation)
    return CommandAnswer(asked=shown, outcome=await visitor.inbox.dispatch(invocation))


async def run_lookup(
    visitor: PageVisitor, path: str, args: Mapping[str, str]
) -> CommandAnswer:
    """Run the read-only command that a URL stands for."""
    if visitor.inbox is None:
        return CommandAnswer(
            asked=f"/{path}", outcome=_build_starting_reply(visitor.texts)
        )
    invocation = _build_new_invocation(visitor, path, args)
    return CommandAnswer(
        asked=_format_invocation(invocation),
        outcome=await visitor.inbox.dispatch(invocation),
    )


async def complete_for(
    visitor: PageVisitor, line: str, caret: int, allowed: Sequence[Command]
) -> "Completion":
    """Complete a line of the command box, with values from the archive."""
    found = complete_line(line, caret, allowed)
    wanted, inbox = found.wanted, visitor.inbox
    if wanted is None or inbox is None:
        return found
    invocation = _build_new_invocation(visitor, wanted.path, wanted.args)
    values = await inbox.complete(invocation, wanted.option, wanted.typed)
    return add_values(found, values)


async def _submit_form(
    visitor: PageVisitor, inbox: Inbox, fields: Mapping[str, str], path: str
) -> CommandAnswer:
    given = {
        name.removeprefix(ANSWER_FIELD_PREFIX): v
        for name, v in fields.items()
        if name.startswith(ANSWER_FIELD_PREFIX)
    }
    args = forms.select_declared(
        forms.find_command_by_path(inbox.commands, path), given
    )
    invocation = _build_invocation(visitor, fields, path, args)
    outcome = await dispatch_command(inbox, invocation, visitor.texts, again=True)
    return CommandAnswer(asked=_format_invocation(invocation), outcome=outcome)


def _build_invocation(
    visitor: PageVisitor, fields: Mapping[str, str], path: str, args: Mapping[str, str]
) -> Invocation:
    return Invocation(
        key=_build_event_key(visitor, fields),
        place=visitor.place,
        person=visitor.person,
        path=path,
        args=args,
        locale=visitor.texts.locale,
    )


def _build_new_invocation(
    visitor: PageVisitor, path: str, args: Mapping[str, str]
) -> Invocation:
    """Build an invocation of its own, which repeats no other."""
    return _build_invocation(visitor, {"event": create_event_id()}, path, args)


def _build_event_key(visitor: PageVisitor, fields: Mapping[str, str]) -> str:
    event = fields.get("event", "")
    if not _EVENT_ID.fullmatch(event):
        event = create_event_id()
    asked = sorted((k, v) for k, v in fields.items() if k not in {"csrf", "event"})
    seed = repr((visitor.person.id, visitor.place.channel, asked))
    return f"{event}-{hashlib.sha256(seed.encode(errors='replace')).hexdigest()[:12]}"


def _format_invocation(invocation: Invocation) -> str:
    return " ".join((f"/{invocation.path}", *invocation.args.values()))


def _build_starting_reply(texts: Texts) -> Reply:
    return build_problem(texts.say("The bot is still starting. Try again in a moment."))


@dataclass(frozen=True, kw_only=True, slots=True)
class CompletionItem:
    """One completion."""

    #: Replaces `line[start:end]` of its completion.
    insert: str
    label: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueQuery:
    """A query for values from the archive."""

    path: str
    option: str
    typed: str
    args: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """What may replace `line[start:end]`."""

    start: int
    end: int
    items: tuple[CompletionItem, ...] = ()
    wanted: ValueQuery | None = None
    #: Put before a value; and whether a value with spaces is quoted.
    lead: str = ""
    quoted: bool = True


def complete_line(line: str, caret: int, commands: Sequence[Command]) -> Completion:
    """Complete a line at `caret` (0 to `len(line)`)."""
    before = line[: max(0, min(caret, len(line)))]
    if len(before) > MAX_LINE:
        return Completion(start=len(before), end=len(before))
    typed = split_words(before)
    fresh = not before or before[-1].isspace()
    done = typed if fresh else typed[:-1]
    command, used = find_command(done, commands) if done else (None, 0)
    if (
        command is None
        or " " not in command.path
        or _is_bare_root(done, commands, used)
    ):
        return _complete_path(before, commands)
    word = (
        TypedWord(text="", start=len(before), end=len(before)) if fresh else typed[-1]
    )
    return _complete_value(command, done[used:], word, before)


def add_values(completion: Completion, values: Sequence[str]) -> Completion:
    """Put values from the archive before the other completions."""
    items = tuple(
        CompletionItem(
            insert=completion.lead + _quote_value(value, completion.quoted), label=value
        )
        for value in values[: limits.COMPLETIONS]
    )
    every = (*items, *completion.items)[: limits.COMPLETIONS]
    return replace(completion, items=every, wanted=None)


def _quote_value(value: str, quoted: bool) -> str:
    needs = quoted and any(letter.isspace() for letter in value)
    return f'"{value}" ' if needs else f"{value} "


def _is_bare_root(
    done: Sequence[TypedWord], commands: Sequence[Command], used: int
) -> bool:
    """Check whether only the first word of paths was typed."""
    return used == 1 and len(done) == 1 and any(" " in c.path for c in commands)


def _complete_path(before: str, commands: Sequence[Command]) -> Completion:
    typed = " ".join(before.split()).lower()
    if before[-1:].isspace():
        typed += " " if typed else ""
    found = [c for c in commands if f"/{c.path} ".startswith(typed)]
    if not found and " " not in typed and typed.startswith("/"):
        found = [c for c in commands if _has_word(c, typed[1:])]
    items = tuple(
        CompletionItem(insert=f"/{c.path} ", label=f"/{c.path}", note=c.description)
        for c in found[: limits.COMPLETIONS]
    )
    if typed and not typed.startswith("/"):
        items = ()
    return Completion(start=0, end=len(before), items=items)


def _has_word(command: Command, start: str) -> bool:
    return any(word.startswith(start) for word in command.path.split(" "))


def _complete_value(
    command: Command, done: Sequence[TypedWord], word: TypedWord, before: str
) -> Completion:
    named = next((o for o in command.options if o.name == word.name), None)
    option = named or _find_next_option(command, done)
    start, text = word.start, word.text
    if option is not None and named is None and option.rest:
        loose = [w for w in done if w.name not in {o.name for o in command.options}]
        skipped = _count_filled(command, done, option)
        start = min([w.start for w in loose[skipped:]] + [word.start])
        text = before[start:]
    found = Completion(
        start=start,
        end=len(before),
        lead=f"{option.name}=" if option is not None and named is not None else "",
        quoted=option is None or named is not None or not option.rest,
        wanted=_build_value_query(command, option, text, done),
    )
    choices = option.choices if option is not None else ()
    fitting = [c for c in choices if c.casefold().startswith(text.casefold())]
    with_choices = add_values(replace(found, wanted=None), fitting)
    names = (
        ()
        if named is not None
        else tuple(_complete_option_names(command, done, word.text))
    )
    items = (*with_choices.items, *names)[: limits.COMPLETIONS]
    return replace(found, items=items)


def _complete_option_names(
    command: Command, done: Sequence[TypedWord], typed: str
) -> Iterator[CompletionItem]:
    given = list_named_options(command, done)
    if len(command.options) < 2:
        return
    for option in command.options:
        if option.name not in given and option.name.startswith(typed.lower()):
            yield CompletionItem(
                insert=f"{option.name}=",
                label=f"{option.name}=",
                note=option.description,
            )


def _find_next_option(
    command: Command, done: Sequence[TypedWord]
) -> CommandOption | None:
    free = list_free_options(command, done)
    known = {option.name for option in command.options}
    loose = sum(1 for word in done if word.name not in known)
    for count, option in enumerate(free):
        if option.rest or count == loose:
            return option
    return None


def _count_filled(
    command: Command, done: Sequence[TypedWord], option: CommandOption
) -> int:
    return list_free_options(command, done).index(option)


def _build_value_query(
    command: Command, option: CommandOption | None, text: str, done: Sequence[TypedWord]
) -> ValueQuery | None:
    if option is None or not option.completes:
        return None
    known = {o.name for o in command.options}
    args = {word.name: word.text for word in done if word.name in known}
    typed = text.lstrip("\"'“„«‘")
    return ValueQuery(path=command.path, option=option.name, typed=typed, args=args)
