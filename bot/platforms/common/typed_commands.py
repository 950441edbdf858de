"""Reads a typed command, alike wherever they are typed; it runs nothing.

`read` turns a line into a call, or into a sentence that says what would have been
understood; `parse` also into a form, where something required is missing. No right is
checked. All is pure and built from the command registry alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.platforms import questions
from bot.platforms.localised import in_english
from bot.platforms.typed import Word, words
from bot.texts import Texts
from bot.types import Command, Form, Option, Paragraph, Reply, Small

#: What a bare root stands for.
BARE: Final[Mapping[str, str]] = {"news": "news latest", "newsdesk": "newsdesk status"}
#: What the words of a sentence after a noun stand for.
SENTENCES: Final[Mapping[str, str]] = {"newsdesk schedule": "newsdesk schedule add"}
_SLASHES = "/／"
#: How alike (0 to 100) a word must be to be offered instead.
_NEAR = 55
#: Characters of a line, and of what is said back of it.
LINE: Final = 2_000
LABEL: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A command that was understood."""

    path: str
    args: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Given:
    """What was typed for the options, and what found no place."""

    args: Mapping[str, str]
    surplus: tuple[str, ...] = ()


def parse(line: str, commands: Sequence[Command], texts: Texts) -> Call | Reply | Form:
    """What `line` asks for.

    Args:
        line: As typed, of any length and content.
        commands: The registry.
        texts: The words for what cannot be understood.

    Returns:
        A call; a form that asks for what is missing; or a reply with `problem` set
        that says in a sentence what to type instead.
    """
    found = read(line, commands, texts)
    command = questions.named(commands, found.path) if isinstance(found, Call) else None
    if isinstance(found, Call) and command and questions.lacks(command, found.args):
        return questions.form_of(command, found.args, texts)
    return found


def read(line: str, commands: Sequence[Command], texts: Texts) -> Call | Reply:
    """The same, and whether something is missing is left to whoever runs it."""
    if len(line) > LINE:
        return _too_long(line, texts)
    typed = words(line)
    if not typed or typed[0].text[:1] not in _SLASHES or not typed[0].text:
        return _hint(typed, commands, texts)
    command, used = find_command(typed, commands)
    if command is None:
        command, used = _short_for(typed, commands)
    if command is None:
        return _unknown(typed, commands, texts)
    given = _give(command, typed[used:], line)
    wrong = _wrong_choice(command, given.args, texts) or _surplus(command, given, texts)
    if wrong is not None:
        return wrong
    return Call(path=command.path, args=_spelt(command, given.args))


def find_command(
    typed: Sequence[Word], commands: Sequence[Command]
) -> tuple[Command | None, int]:
    """The command with the longest path at the start of `typed`, and its length."""
    said = [word.text.lower().lstrip(_SLASHES) for word in typed]
    by_path = {command.path: command for command in commands}
    for used in range(min(3, len(said)), 0, -1):
        for path in _paths(said[:used]):
            if path in by_path:
                return by_path[path], used
    if len(said) == 1 and said[0] in BARE:
        return by_path.get(BARE[said[0]]), 1
    return None, 0


def _paths(said: Sequence[str]) -> Iterator[str]:
    """The path as it was typed, and in English: its words may be another language's."""
    yield " ".join(said)
    root, *rest = said
    yield " ".join((root, *map(in_english, rest)))


def _short_for(
    typed: Sequence[Word], commands: Sequence[Command]
) -> tuple[Command | None, int]:
    """A noun alone is its list; and a sentence after `schedule` is one to add."""
    said = [word.text.lower().lstrip(_SLASHES) for word in typed]
    *_, noun = _paths(said[:2])
    by_path = {command.path: command for command in commands}
    if len(said) == 2:
        return by_path.get(f"{noun} list"), 2
    if noun in SENTENCES and len(said) > 3:
        return by_path.get(SENTENCES[noun]), 2
    return None, 0


def given_names(command: Command, typed: Sequence[Word]) -> frozenset[str]:
    """The options that `typed` already gives by name."""
    known = {option.name for option in command.options}
    return frozenset(word.name for word in typed if word.name in known)


def free_options(command: Command, typed: Sequence[Word]) -> list[Option]:
    """The options that words without a name may fill, in order."""
    named = given_names(command, typed)
    return [option for option in command.options if option.name not in named]


def _give(command: Command, typed: Sequence[Word], line: str) -> _Given:
    known = {option.name for option in command.options}
    args = {word.name: word.text for word in typed if word.name in known}
    loose = [word for word in typed if word.name not in known]
    for option in free_options(command, typed):
        if not loose:
            break
        if option.rest:
            args[option.name] = _rest(loose, line)
            loose = []
        else:
            args[option.name] = _said(loose.pop(0), line)
    return _Given(args=args, surplus=tuple(_said(word, line) for word in loose))


def _said(word: Word, line: str) -> str:
    return line[word.start : word.end] if word.name else word.text


def _rest(loose: Sequence[Word], line: str) -> str:
    if len(loose) == 1:
        return _said(loose[0], line)
    return " ".join(line[word.start : word.end] for word in loose)


# ── what was not understood ────────────────────────────────────────────────────


def _problem(sentence: str, *more: str) -> Reply:
    return Reply(
        blocks=(Paragraph(text=sentence), *(Small(text=text) for text in more)),
        problem=True,
    )


def _too_long(line: str, texts: Texts) -> Reply:
    return _problem(
        texts.say(
            "That is {length} characters long; a command has at most {most}. "
            "Nothing was done.",
            length=texts.number(len(line)),
            most=texts.number(LINE),
        )
    )


def _hint(typed: Sequence[Word], commands: Sequence[Command], texts: Texts) -> Reply:
    names = {command.path.partition(" ")[2] for command in commands}
    first = typed[0].text.lower() if typed else ""
    example = f"/news {first}" if first in names else "/news latest"
    return _problem(
        texts.say(
            "Commands begin with a slash. Try {example}; /news help lists them all.",
            example=example,
        )
    )


def _unknown(typed: Sequence[Word], commands: Sequence[Command], texts: Texts) -> Reply:
    said = " ".join(word.text for word in typed[:3]).lower().lstrip(_SLASHES)
    near = _nearest(said, commands)
    asked = "/" + _short(said.split(" "), commands)
    if near is None:
        roots = sorted({command.path.split(" ")[0] for command in commands})
        names = ", ".join(f"/{root}" for root in roots)
        return _problem(
            texts.say(
                "There is no {asked}. Commands begin with {names}; /news help lists "
                "them.",
                asked=asked,
                names=names,
            )
        )
    return _problem(
        texts.say(
            "There is no {asked}. Did you mean /{near}?", asked=asked, near=near.path
        ),
        texts.say("For example: {example}", example=example_of(near)),
    )


def _short(said: Sequence[str], commands: Sequence[Command]) -> str:
    """The part of what was said up to the first word that fits no command."""
    starts = {
        tuple(command.path.split(" ")[:count])
        for command in commands
        for count in (1, 2)
    }
    for count in (1, 2):
        if tuple(said[:count]) not in starts:
            return " ".join(said[:count])[:LABEL]
    return " ".join(said[:3])[:LABEL]


def _nearest(said: str, commands: Sequence[Command]) -> Command | None:
    """The command whose path is most like the first one, two or three words.

    A root that was typed right makes nothing likelier: what follows it is compared.
    """
    # Only a mistake needs it: not a cost of starting.
    from rapidfuzz import fuzz, process

    root, _, rest = said.partition(" ")
    same_root = [c for c in commands if c.path.split(" ")[0] == root] if rest else []
    by_path = {
        command.path.partition(" ")[2] if same_root else command.path: command
        for command in same_root or commands
    }
    best: tuple[float, str] = (0.0, "")
    for attempt in _attempts(rest if same_root else said):
        found = process.extractOne(attempt, list(by_path), scorer=fuzz.ratio)
        if found is not None:
            best = max(best, (found[1], found[0]))
    return by_path[best[1]] if best[0] >= _NEAR else None


def _attempts(said: str) -> Iterator[str]:
    parts = said[:LABEL].split(" ")
    for count in (1, 2, 3):
        if len(parts) >= count:
            yield " ".join(parts[:count])


def example_of(command: Command) -> str:
    """What somebody would really type for `command`."""
    example = command.examples[0] if command.examples else command.path
    return example if example.startswith("/") else f"/{example}"


def _surplus(command: Command, given: _Given, texts: Texts) -> Reply | None:
    if not given.surplus:
        return None
    return _problem(
        texts.say(
            "/{path} does not know what to do with: {words}",
            path=command.path,
            words=" ".join(given.surplus)[:LABEL],
        ),
        texts.say("For example: {example}", example=example_of(command)),
    )


def _wrong_choice(
    command: Command, args: Mapping[str, str], texts: Texts
) -> Reply | None:
    for option in command.options:
        said = args.get(option.name, "")
        if not said or not option.choices or _choice(option, said):
            continue
        return _problem(
            texts.say(
                "{name} cannot be {said}. It is one of: {choices}.",
                name=option.name,
                said=said[:LABEL],
                choices=", ".join(option.choices),
            ),
            texts.say("For example: {example}", example=example_of(command)),
        )
    return None


def _choice(option: Option, said: str) -> str:
    folded = said.casefold()
    return next((c for c in option.choices if c.casefold() == folded), "")


def _spelt(command: Command, args: Mapping[str, str]) -> Mapping[str, str]:
    """The arguments with choices written as the registry writes them."""
    spelt = dict(args)
    for option in command.options:
        if option.choices and option.name in spelt:
            spelt[option.name] = _choice(option, spelt[option.name])
    return {name: value for name, value in spelt.items() if value}
