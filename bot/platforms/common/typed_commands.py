"""Parse a typed line into a command with its arguments. Pure.

Words are separated by white space. Text between quotation marks of any kind (straight,
curly, low, pointed) is one word; a mark that is never closed is an ordinary character.
`name=value` is one word whose value may be quoted.

English words of a path always work, and so do the words of other languages; the first
word is the same in all of them. Permissions are not checked here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Self

from bot.i18n.translation import Texts
from bot.model import Command, CommandOption, Reply
from digests.types import frozen

#: The command that a bare first word means.
ROOT_DEFAULTS: Final[Mapping[str, str]] = {
    "news": "news latest",
    "newsdesk": "newsdesk home",
}
_SLASHES = "/／"
#: Similarity (0 to 100) from which a command is suggested.
_MIN_SIMILARITY = 55
#: Characters of a line, and of the part of it that a reply repeats.
MAX_LINE: Final = 2_000
MAX_ECHO: Final = 120


#: (words of a path, locale) → where a former command is now; None = it was none.
FormerExplainer = Callable[[str, str], Reply | None]


@frozen
class ParsedCommand:
    """A parsed line: a command and its arguments."""

    path: str
    args: Mapping[str, str]


def parse_command(
    line: str,
    commands: Sequence[Command],
    texts: Texts,
    explain_former: FormerExplainer | None = None,
) -> ParsedCommand | Reply:
    """Parse a line.

    Args:
        line: As typed, of any length and content.
        commands: The registry.
        texts: The language of a reply.
        explain_former: Finds what to say to a command of an earlier release.

    Returns:
        The command, which may lack required options; or a reply with `problem` set
        that says what to type instead.
    """
    if len(line) > MAX_LINE:
        return _explain_too_long(line, texts)
    typed = split_words(line)
    if not typed or typed[0].text[:1] not in _SLASHES or not typed[0].text:
        return _explain_slash(typed, commands, texts)
    command, used = find_command(typed, commands)
    if command is None:
        command, used = _expand_shorthand(typed, commands)
    if command is None:
        english = _list_paths(typed)[-1][1]
        moved = explain_former(english, texts.locale) if explain_former else None
        return moved or _explain_unknown(typed, commands, texts)
    args, surplus = _assign_options(command, typed[used:], line)
    for option in command.options:
        said = args.get(option.name)
        if said and option.choices:
            fitting = (c for c in option.choices if c.casefold() == said.casefold())
            args[option.name] = choice = next(fitting, "")
            if not choice:
                return _explain_wrong_choice(command, option, said, texts)
    if surplus:
        return _explain_surplus(command, surplus, texts)
    given = {name: value for name, value in args.items() if value}
    return ParsedCommand(path=command.path, args=given)


@frozen
class TypedWord:
    """One word of a line: its text, and its position (`line[start:end]`)."""

    text: str
    start: int
    end: int
    #: For `name=value`: the part before the equals sign; "" otherwise.
    name: str = ""


def find_command(
    typed: Sequence[TypedWord], commands: Sequence[Command]
) -> tuple[Command | None, int]:
    """Find the command with the longest path that `typed` begins with.

    Returns it with the number of words used; (None, 0) if there is none.
    """
    by_path = {command.path: command for command in commands}
    paths = _list_paths(typed)
    for used in range(len(paths), 0, -1):
        for path in paths[used - 1]:
            if path in by_path:
                return by_path[path], used
    only = paths[0][0] if len(typed) == 1 else ""
    command = by_path.get(ROOT_DEFAULTS.get(only, ""))
    return command, 1 if command else 0


def _expand_shorthand(
    typed: Sequence[TypedWord], commands: Sequence[Command]
) -> tuple[Command | None, int]:
    """Find the command of a noun alone: its list."""
    if len(typed) != 2:
        return None, 0
    by_path = {command.path: command for command in commands}
    _, noun = _list_paths(typed)[-1]
    return by_path.get(f"{noun} list"), 2


def _list_paths(typed: Sequence[TypedWord]) -> list[tuple[str, str]]:
    """List the paths of one to three words: as typed, and translated to English."""
    said = [word.text.lower().lstrip(_SLASHES) for word in typed[:3]]
    english = [*said[:1], *(ENGLISH_WORDS.get(word, word) for word in said[1:])]
    counts = range(1, len(said) + 1)
    return [(" ".join(said[:count]), " ".join(english[:count])) for count in counts]


@frozen
class AssignedWords:
    """The words after the path of a command, and the options that they can be for."""

    #: Words of the form `name=value` by their option.
    named: Mapping[str, TypedWord]
    #: The other words, and the options that they fill; both in order.
    loose: Sequence[TypedWord]
    free: Sequence[CommandOption]

    @classmethod
    def of(cls, command: Command, typed: Sequence[TypedWord]) -> Self:
        known = {option.name for option in command.options}
        named = {word.name: word for word in typed if word.name in known}
        return cls(
            named=named,
            loose=[word for word in typed if word.name not in known],
            free=[option for option in command.options if option.name not in named],
        )


def _assign_options(
    command: Command, typed: Sequence[TypedWord], line: str
) -> tuple[dict[str, str], str]:
    """Return the values of the options, and the words that belong to none."""
    words = AssignedWords.of(command, typed)
    args = {name: word.text for name, word in words.named.items()}
    loose = words.loose
    for option in words.free:
        if loose:
            used = len(loose) if option.rest else 1
            args[option.name] = _join_words(loose[:used], line)
            loose = loose[used:]
    return args, _join_words(loose, line)


def _join_words(words: Sequence[TypedWord], line: str) -> str:
    """Return the text of one word, or several words as they were typed."""
    if len(words) == 1 and not words[0].name:
        return words[0].text
    return " ".join(line[word.start : word.end] for word in words)


# ── problems ────────────────────────────────────────────────────


def _explain_too_long(line: str, texts: Texts) -> Reply:
    said = texts.say(
        "That is {length} characters long; a command has at most {most}. "
        "Nothing was done.",
        length=texts.number(len(line)),
        most=texts.number(MAX_LINE),
    )
    return Reply.of_problem(said)


def _explain_slash(
    typed: Sequence[TypedWord], commands: Sequence[Command], texts: Texts
) -> Reply:
    names = {command.path.partition(" ")[2] for command in commands}
    first = typed[0].text.lower() if typed else ""
    example = f"/news {first}" if first in names else "/news latest"
    said = texts.say(
        "Commands begin with a slash. Try {example}; /news help lists them all.",
        example=example,
    )
    return Reply.of_problem(said)


def _explain_unknown(
    typed: Sequence[TypedWord], commands: Sequence[Command], texts: Texts
) -> Reply:
    said = " ".join(word.text for word in typed[:3]).lower().lstrip(_SLASHES)
    asked = "/" + _find_unknown_part(said.split(" "), commands)
    near = _find_nearest(said, commands)
    if near is not None:
        said = texts.say(
            "There is no {asked}. Did you mean /{near}?", asked=asked, near=near.path
        )
        return _add_example(said, near, texts)
    roots = sorted({command.path.split(" ")[0] for command in commands})
    names = ", ".join(f"/{root}" for root in roots)
    said = texts.say(
        "There is no {asked}. Commands begin with {names}; /news help lists them.",
        asked=asked,
        names=names,
    )
    return Reply.of_problem(said)


def _explain_surplus(command: Command, surplus: str, texts: Texts) -> Reply:
    said = texts.say(
        "/{path} does not accept: {words}", path=command.path, words=surplus[:MAX_ECHO]
    )
    return _add_example(said, command, texts)


def _explain_wrong_choice(
    command: Command, option: CommandOption, typed: str, texts: Texts
) -> Reply:
    said = texts.say(
        "{name} cannot be {said}. It is one of: {choices}.",
        name=option.name,
        said=typed[:MAX_ECHO],
        choices=", ".join(option.choices),
    )
    return _add_example(said, command, texts)


def _add_example(said: str, command: Command, texts: Texts) -> Reply:
    example = texts.say("For example: {example}", example=format_example(command))
    return Reply.of_problem(said, example)


def _find_unknown_part(said: Sequence[str], commands: Sequence[Command]) -> str:
    """Return the words up to the first one that fits no command."""
    paths = [command.path.split(" ") for command in commands]
    for count in (1, 2):
        if all(path[:count] != said[:count] for path in paths):
            return " ".join(said[:count])[:MAX_ECHO]
    return " ".join(said[:3])[:MAX_ECHO]


def _find_nearest(said: str, commands: Sequence[Command]) -> Command | None:
    """Find the command whose path is most similar to the first one to three words.

    Below a known first word only the words after it are compared.
    """
    # Imported for mistakes only, to start faster.
    from rapidfuzz import fuzz

    root, _, rest = said.partition(" ")
    same_root = [c for c in commands if c.path.split(" ")[0] == root] if rest else []
    if same_root:
        by_path = {command.path.partition(" ")[2]: command for command in same_root}
        words = rest[:MAX_ECHO].split(" ")
    else:
        by_path = {command.path: command for command in commands}
        words = said[:MAX_ECHO].split(" ")
    attempts = {" ".join(words[:count]) for count in (1, 2, 3)}
    rated = ((fuzz.ratio(one, path), path) for one in attempts for path in by_path)
    similarity, nearest = max(rated, default=(0.0, ""))
    return by_path[nearest] if similarity >= _MIN_SIMILARITY else None


def format_example(command: Command) -> str:
    """Return an example of what to type for a command."""
    example = command.examples[0] if command.examples else command.path
    return example if example.startswith("/") else f"/{example}"


# ── words ───────────────────────────────────────────────────────

#: A word in quotation marks, maybe after `name=`; or any other word.
_WORD: Final = re.compile(
    r"""(?:(?P<name>\S*?)=)??
        (?:(?P<double>["“”„«»‟])|['‘’‚])
        (?P<quoted>.*?)
        (?(double)["“”„«»‟]|['‘’‚])(?!\S)
        |\S+""",
    re.VERBOSE | re.DOTALL,
)


def split_words(line: str) -> tuple[TypedWord, ...]:
    """Split a line into its words."""
    return tuple(map(_read_word, _WORD.finditer(line)))


def _read_word(found: re.Match[str]) -> TypedWord:
    name, text = found["name"] or "", found["quoted"]
    if text is None:
        text = found[0]
        before, equals, after = text.partition("=")
        if equals and before.isidentifier():
            name, text = before, after
    return TypedWord(
        text=text.strip(), start=found.start(), end=found.end(), name=name.lower()
    )


#: German words of paths; several may mean the same.
_GERMAN_WORDS: Final = """
    neueste latest, meldung story, zeitleiste timeline, zitate quotes, zahlen figures,
    suche search, suchen search, frage ask, fragen ask, warum why, wann when,
    korrekturen corrections, merken save, gemerkt saved, folgen follow, mehr more,
    entfolgen unfollow, weniger less, ich me, melden report, sprache language,
    diskutieren discuss, hilfe help,
    einrichten setup, vorschau preview, posten post, zurücknehmen undo, ruhe quiet,
    korrigieren correct, zeitplan schedule, pausieren pause, fortsetzen resume,
    ruhezeit quiet, quelle source, quellen source, stil style, ziel destination,
    ziele destination, zugang access, meldungen reports, verlauf history,
    diagnose doctor, ausgeben export, anwenden apply, löschen erase, neu create,
    anlegen create, ändern edit, liste list, kopieren clone, hinzufügen add,
    entfernen remove, auslassen skip, umbenennen edit, verschieben move,
    testen test, importieren import, exportieren export, hier here, geben grant,
    nehmen revoke
"""
_GERMAN_PAIRS: Final = (pair.split() for pair in _GERMAN_WORDS.split(","))
ENGLISH_WORDS: Final[Mapping[str, str]] = {pair[0]: pair[1] for pair in _GERMAN_PAIRS}
