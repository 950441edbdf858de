"""Offers what may follow in the local page's box; it looks nothing up itself.

Commands, names of options and fixed choices come from the registry. Where a value
comes from the archive (a speaker, a digest), `complete` says what is `wanted`;
the page asks for it and `filled` adds the answers. Both are pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.platforms.lines import LINE, find_command, free_options, given_names
from bot.platforms.local import limits
from bot.platforms.typed import Word, words
from bot.types import Command, Option


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing that may be put into the line."""

    #: Replaces `line[start:end]` of its completion.
    insert: str
    label: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Values that only the archive knows."""

    path: str
    option: str
    typed: str
    args: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """What may stand instead of `line[start:end]`."""

    start: int
    end: int
    items: tuple[Item, ...] = ()
    wanted: Wanted | None = None
    #: Put before and after a value that is filled in.
    lead: str = ""
    quoted: bool = True


def complete(line: str, caret: int, commands: Sequence[Command]) -> Completion:
    """What may follow at `caret` (0 to `len(line)`) of `line`."""
    before = line[: max(0, min(caret, len(line)))]
    if len(before) > LINE:
        return Completion(start=len(before), end=len(before))
    typed = words(before)
    fresh = not before or before[-1].isspace()
    done = typed if fresh else typed[:-1]
    command, used = find_command(done, commands) if done else (None, 0)
    if command is None or " " not in command.path or _may_grow(done, commands, used):
        return _paths(before, commands)
    word = Word(text="", start=len(before), end=len(before)) if fresh else typed[-1]
    return _values(command, done[used:], word, before)


def filled(completion: Completion, values: Sequence[str]) -> Completion:
    """`completion` with the archive's answers put before what it already offers."""
    items = tuple(
        Item(insert=completion.lead + _as_typed(value, completion.quoted), label=value)
        for value in values[: limits.COMPLETIONS]
    )
    every = (*items, *completion.items)[: limits.COMPLETIONS]
    return replace(completion, items=every, wanted=None)


def _as_typed(value: str, quoted: bool) -> str:
    needs = quoted and any(letter.isspace() for letter in value)
    return f'"{value}" ' if needs else f"{value} "


def _may_grow(done: Sequence[Word], commands: Sequence[Command], used: int) -> bool:
    """Whether only a bare root was typed, so that its names should be offered."""
    return used == 1 and len(done) == 1 and any(" " in c.path for c in commands)


def _paths(before: str, commands: Sequence[Command]) -> Completion:
    typed = " ".join(before.split()).lower()
    if before[-1:].isspace():
        typed += " " if typed else ""
    found = [c for c in commands if f"/{c.path} ".startswith(typed)]
    if not found and " " not in typed and typed.startswith("/"):
        found = [c for c in commands if _has_word(c, typed[1:])]
    items = tuple(
        Item(insert=f"/{c.path} ", label=f"/{c.path}", note=c.description)
        for c in found[: limits.COMPLETIONS]
    )
    if typed and not typed.startswith("/"):
        items = ()
    return Completion(start=0, end=len(before), items=items)


def _has_word(command: Command, start: str) -> bool:
    return any(word.startswith(start) for word in command.path.split(" "))


def _values(
    command: Command, done: Sequence[Word], word: Word, before: str
) -> Completion:
    named = next((o for o in command.options if o.name == word.name), None)
    option = named or _next_option(command, done)
    start, text = word.start, word.text
    if option is not None and named is None and option.rest:
        loose = [w for w in done if w.name not in {o.name for o in command.options}]
        skipped = _filled_before(command, done, option)
        start = min([w.start for w in loose[skipped:]] + [word.start])
        text = before[start:]
    found = Completion(
        start=start,
        end=len(before),
        lead=f"{option.name}=" if option is not None and named is not None else "",
        quoted=option is None or named is not None or not option.rest,
        wanted=_wanted(command, option, text, done),
    )
    choices = option.choices if option is not None else ()
    fitting = [c for c in choices if c.casefold().startswith(text.casefold())]
    with_choices = filled(replace(found, wanted=None), fitting)
    names = () if named is not None else tuple(_names(command, done, word.text))
    items = (*with_choices.items, *names)[: limits.COMPLETIONS]
    return replace(found, items=items)


def _names(command: Command, done: Sequence[Word], typed: str) -> Iterator[Item]:
    given = given_names(command, done)
    if len(command.options) < 2:
        return
    for option in command.options:
        if option.name not in given and option.name.startswith(typed.lower()):
            yield Item(
                insert=f"{option.name}=",
                label=f"{option.name}=",
                note=option.description,
            )


def _next_option(command: Command, done: Sequence[Word]) -> Option | None:
    free = free_options(command, done)
    known = {option.name for option in command.options}
    loose = sum(1 for word in done if word.name not in known)
    for count, option in enumerate(free):
        if option.rest or count == loose:
            return option
    return None


def _filled_before(command: Command, done: Sequence[Word], option: Option) -> int:
    return free_options(command, done).index(option)


def _wanted(
    command: Command, option: Option | None, text: str, done: Sequence[Word]
) -> Wanted | None:
    if option is None or not option.completes:
        return None
    known = {o.name for o in command.options}
    args = {word.name: word.text for word in done if word.name in known}
    typed = text.lstrip("\"'“„«‘")
    return Wanted(path=command.path, option=option.name, typed=typed, args=args)
