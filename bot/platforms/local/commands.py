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
from dataclasses import replace
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
from bot.platforms.common.interactions import (
    CONTROL_PREFIX,
    find_command_by_path,
    select_declared,
)
from bot.platforms.common.typed_commands import (
    MAX_LINE,
    AssignedWords,
    TypedWord,
    find_command,
    parse_command,
    split_words,
)
from bot.platforms.local import limits
from digests.types import frozen

_EVENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
ANSWER_FIELD_PREFIX: Final = "arg-"


@frozen
class CommandAnswer:
    """An answer: the request, and the reply or form."""

    asked: str
    outcome: Reply | Form


@frozen
class PageVisitor:
    """The person, place and language of a request."""

    person: Person
    place: Location
    texts: Texts
    inbox: Inbox | None


def create_event_id() -> str:
    """Create a one-time id for a page or a form."""
    return secrets.token_hex(12)


async def run_request(visitor: PageVisitor, fields: Mapping[str, str]) -> CommandAnswer:
    """Run a pressed control, a submitted form, or a line of the command box."""
    asked = fields.get("line", "").strip()
    inbox = visitor.inbox
    if inbox is None:
        texts = visitor.texts
        said = texts.say("The bot is still starting. Try again in a moment.")
        return CommandAnswer(asked=asked, outcome=Reply.of_problem(said))
    found = _read_request(visitor, inbox, fields)
    if isinstance(found, Reply):
        return CommandAnswer(asked=asked, outcome=found)
    asked = asked or _describe_request(inbox, found, fields.get("label", ""))
    return CommandAnswer(asked=asked, outcome=await inbox.dispatch(found))


def _describe_request(inbox: Inbox, found: Invocation, label: str) -> str:
    """Describe a request as it could be typed, or by the label of what was pressed."""
    typed = find_command_by_path(inbox.typed_commands, found.path)
    if typed is None and label.strip():
        return label.strip()
    return " ".join((f"/{found.path}", *select_declared(typed, found.args).values()))


def _read_request(
    visitor: PageVisitor, inbox: Inbox, fields: Mapping[str, str]
) -> Invocation | Reply:
    """Return what a request asks for; a problem if it cannot be read."""
    bare, path = _build_invocation(visitor, fields), fields.get("path", "")
    answers = {
        name.removeprefix(ANSWER_FIELD_PREFIX): value.strip()
        for name, value in fields.items()
        if name.startswith(ANSWER_FIELD_PREFIX)
    }
    try:
        if "control" in fields:
            return inbox.press(bare, fields["control"])
        if path.startswith(CONTROL_PREFIX):
            return replace(inbox.press(bare, path), answers=answers)
    except UserError as error:
        return Reply.of_problem(visitor.texts.error(error))
    if path:
        command = find_command_by_path(inbox.commands, path)
        args = select_declared(command, answers)
        return replace(bare, path=path, args=args, submitted=True)
    line = fields.get("line", "").strip()
    parsed = parse_command(
        line, inbox.typed_commands, visitor.texts, inbox.explain_former
    )
    if isinstance(parsed, Reply):
        return parsed
    return replace(bare, path=parsed.path, args=parsed.args)


async def list_tries(visitor: PageVisitor) -> tuple[str, ...]:
    """List a few lines to try in the command box, whose names exist."""
    if visitor.inbox is None or visitor.inbox.suggest is None:
        return ()
    return await visitor.inbox.suggest(_build_invocation(visitor, {}))


async def complete_for(
    visitor: PageVisitor, line: str, caret: int, allowed: Sequence[Command]
) -> "Completion":
    """Complete a line of the command box, with values from the archive."""
    found = complete_line(line, caret, allowed)
    wanted, inbox = found.wanted, visitor.inbox
    if wanted is None or inbox is None:
        return found
    bare = _build_invocation(visitor, {})
    invocation = replace(bare, path=wanted.path, args=wanted.args)
    return add_values(
        found, await inbox.complete(invocation, wanted.option, wanted.typed)
    )


def _build_invocation(visitor: PageVisitor, fields: Mapping[str, str]) -> Invocation:
    """Build the invocation of a request, without a command yet."""
    return Invocation(
        key=_build_event_key(visitor, fields),
        place=visitor.place,
        person=visitor.person,
        path="",
        args={},
        locale=visitor.texts.locale,
    )


def _build_event_key(visitor: PageVisitor, fields: Mapping[str, str]) -> str:
    event = fields.get("event", "")
    if not _EVENT_ID.fullmatch(event):
        event = create_event_id()
    asked = sorted((k, v) for k, v in fields.items() if k not in {"csrf", "event"})
    seed = repr((visitor.person.id, visitor.place.channel, asked))
    return f"{event}-{hashlib.sha256(seed.encode(errors='replace')).hexdigest()[:12]}"


# ── completion ─────────────────────────────────────────────────────────────────


@frozen
class CompletionItem:
    """One completion."""

    #: Replaces `line[start:end]` of its completion.
    insert: str
    label: str
    note: str = ""


@frozen
class ValueQuery:
    """A query for values from the archive."""

    path: str
    option: str
    typed: str
    args: Mapping[str, str]


@frozen
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
    end = len(before)
    if end > MAX_LINE:
        return Completion(start=end, end=end)
    *done, word = split_words(before) or [TypedWord(text="", start=end, end=end)]
    if word.end < end:
        done, word = [*done, word], TypedWord(text="", start=end, end=end)
    command, used = find_command(done, commands)
    if command is None or used == 1:
        return _complete_path(before, commands)
    return _complete_value(command, done[used:], word, before)


def add_values(completion: Completion, values: Sequence[str]) -> Completion:
    """Put values from the archive before the other completions."""

    def insert(value: str) -> str:
        mark = '"' if completion.quoted and len(value.split()) > 1 else ""
        return f"{completion.lead}{mark}{value}{mark} "

    given = (CompletionItem(insert=insert(value), label=value) for value in values)
    every = (*given, *completion.items)[: limits.COMPLETIONS]
    return replace(completion, items=every, wanted=None)


def _complete_path(before: str, commands: Sequence[Command]) -> Completion:
    typed = " ".join(before.split()).lower()
    if typed and before[-1].isspace():
        typed += " "
    found = [c for c in commands if f"/{c.path} ".startswith(typed)]
    if not found and " " not in typed and typed.startswith("/"):
        found = [c for c in commands if f" {typed[1:]}" in f" {c.path}"]
    items = (
        CompletionItem(insert=f"/{c.path} ", label=f"/{c.path}", note=c.description)
        for c in found[: limits.COMPLETIONS]
    )
    return Completion(start=0, end=len(before), items=tuple(items))


def _complete_value(
    command: Command, done: Sequence[TypedWord], word: TypedWord, before: str
) -> Completion:
    """Complete the option that `word` is for; `done` are the words before it."""
    words = AssignedWords.of(command, done)
    named = next((o for o in command.options if o.name == word.name), None)
    option = named or _find_next_option(words)
    start, text, takes_rest = word.start, word.text, False
    if option is not None and named is None and option.rest:
        takes_rest = True
        start = [*words.loose[words.free.index(option) :], word][0].start
        text = before[start:]
    found = Completion(
        start=start,
        end=len(before),
        lead=f"{named.name}=" if named else "",
        quoted=not takes_rest,
    )
    if option is not None:
        folded = text.casefold()
        fitting = [c for c in option.choices if c.casefold().startswith(folded)]
        found = add_values(found, fitting)
        if option.completes:
            assigned = zip(words.free, words.loose, strict=False)
            args = {free.name: one.text for free, one in assigned}
            args |= {name: one.text for name, one in words.named.items()}
            typed = text.lstrip("\"'“„«‘")
            query = ValueQuery(
                path=command.path, option=option.name, typed=typed, args=args
            )
            found = replace(found, wanted=query)
    names = () if named else tuple(_complete_names(command, words, word.text))
    return replace(found, items=(*found.items, *names)[: limits.COMPLETIONS])


def _complete_names(
    command: Command, words: AssignedWords, typed: str
) -> Iterator[CompletionItem]:
    for option in words.free if len(command.options) > 1 else ():
        if option.name.startswith(typed.lower()):
            start = f"{option.name}="
            yield CompletionItem(insert=start, label=start, note=option.description)


def _find_next_option(words: AssignedWords) -> CommandOption | None:
    for option in words.free[: len(words.loose) + 1]:
        if option.rest:
            return option
    return next(iter(words.free[len(words.loose) :]), None)
