"""Parse a typed line into a command with its arguments. Pure.

Words are separated by white space. Text between quotation marks of any kind (straight,
curly, low, pointed) is one word; a mark that is never closed is an ordinary character.
`name=value` is one word whose value may be quoted.

English words of a path always work, and so do the words of other languages; the first
word is the same in all of them. Permissions are not checked here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.i18n.translation import Texts
from bot.model import Command, CommandOption, Paragraph, Reply, SmallPrint

#: The command that a bare first word means.
ROOT_DEFAULTS: Final[Mapping[str, str]] = {
    "news": "news latest",
    "newsdesk": "newsdesk status",
}
#: The command that a noun with a sentence after it means.
SENTENCE_COMMANDS: Final[Mapping[str, str]] = {
    "newsdesk schedule": "newsdesk schedule add"
}
_SLASHES = "/／"
#: Similarity (0 to 100) from which a command is suggested.
_MIN_SIMILARITY = 55
#: Characters of a line, and of the part of it that a reply repeats.
MAX_LINE: Final = 2_000
MAX_ECHO: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedCommand:
    """A parsed line: a command and its arguments."""

    path: str
    args: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _ParsedOptions:
    """Values of the options, and words that belong to none."""

    args: Mapping[str, str]
    surplus: tuple[str, ...] = ()


def parse_command(
    line: str, commands: Sequence[Command], texts: Texts
) -> ParsedCommand | Reply:
    """Parse a line.

    Args:
        line: As typed, of any length and content.
        commands: The registry.
        texts: The language of a reply.

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
        return _explain_unknown(typed, commands, texts)
    given = _assign_options(command, typed[used:], line)
    wrong = _explain_wrong_choice(command, given.args, texts) or _explain_surplus(
        command, given, texts
    )
    if wrong is not None:
        return wrong
    return ParsedCommand(
        path=command.path, args=_normalize_choices(command, given.args)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
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
    said = [word.text.lower().lstrip(_SLASHES) for word in typed]
    by_path = {command.path: command for command in commands}
    for used in range(min(3, len(said)), 0, -1):
        for path in _list_paths(said[:used]):
            if path in by_path:
                return by_path[path], used
    if len(said) == 1 and said[0] in ROOT_DEFAULTS:
        return by_path.get(ROOT_DEFAULTS[said[0]]), 1
    return None, 0


def _list_paths(said: Sequence[str]) -> Iterator[str]:
    """List the path as typed, and translated to English."""
    yield " ".join(said)
    root, *rest = said
    yield " ".join((root, *map(translate_to_english, rest)))


def _expand_shorthand(
    typed: Sequence[TypedWord], commands: Sequence[Command]
) -> tuple[Command | None, int]:
    """Find the command of a noun alone (its list) or of a noun with a sentence."""
    said = [word.text.lower().lstrip(_SLASHES) for word in typed]
    *_, noun = _list_paths(said[:2])
    by_path = {command.path: command for command in commands}
    if len(said) == 2:
        return by_path.get(f"{noun} list"), 2
    if noun in SENTENCE_COMMANDS and len(said) > 3:
        return by_path.get(SENTENCE_COMMANDS[noun]), 2
    return None, 0


def list_named_options(command: Command, typed: Sequence[TypedWord]) -> frozenset[str]:
    """List the options that `typed` gives by name."""
    known = {option.name for option in command.options}
    return frozenset(word.name for word in typed if word.name in known)


def list_free_options(
    command: Command, typed: Sequence[TypedWord]
) -> list[CommandOption]:
    """List the options that words without a name fill, in order."""
    named = list_named_options(command, typed)
    return [option for option in command.options if option.name not in named]


def _assign_options(
    command: Command, typed: Sequence[TypedWord], line: str
) -> _ParsedOptions:
    known = {option.name for option in command.options}
    args = {word.name: word.text for word in typed if word.name in known}
    loose = [word for word in typed if word.name not in known]
    for option in list_free_options(command, typed):
        if not loose:
            break
        if option.rest:
            args[option.name] = _join_rest(loose, line)
            loose = []
        else:
            args[option.name] = _original_text(loose.pop(0), line)
    return _ParsedOptions(
        args=args, surplus=tuple(_original_text(word, line) for word in loose)
    )


def _original_text(word: TypedWord, line: str) -> str:
    return line[word.start : word.end] if word.name else word.text


def _join_rest(loose: Sequence[TypedWord], line: str) -> str:
    if len(loose) == 1:
        return _original_text(loose[0], line)
    return " ".join(line[word.start : word.end] for word in loose)


# ── problems ────────────────────────────────────────────────────


def _build_problem(sentence: str, *more: str) -> Reply:
    return Reply(
        blocks=(Paragraph(text=sentence), *(SmallPrint(text=text) for text in more)),
        problem=True,
    )


def _explain_too_long(line: str, texts: Texts) -> Reply:
    return _build_problem(
        texts.say(
            "That is {length} characters long; a command has at most {most}. "
            "Nothing was done.",
            length=texts.number(len(line)),
            most=texts.number(MAX_LINE),
        )
    )


def _explain_slash(
    typed: Sequence[TypedWord], commands: Sequence[Command], texts: Texts
) -> Reply:
    names = {command.path.partition(" ")[2] for command in commands}
    first = typed[0].text.lower() if typed else ""
    example = f"/news {first}" if first in names else "/news latest"
    return _build_problem(
        texts.say(
            "Commands begin with a slash. Try {example}; /news help lists them all.",
            example=example,
        )
    )


def _explain_unknown(
    typed: Sequence[TypedWord], commands: Sequence[Command], texts: Texts
) -> Reply:
    said = " ".join(word.text for word in typed[:3]).lower().lstrip(_SLASHES)
    near = _find_nearest(said, commands)
    asked = "/" + _find_unknown_part(said.split(" "), commands)
    if near is None:
        roots = sorted({command.path.split(" ")[0] for command in commands})
        names = ", ".join(f"/{root}" for root in roots)
        return _build_problem(
            texts.say(
                "There is no {asked}. Commands begin with {names}; /news help lists "
                "them.",
                asked=asked,
                names=names,
            )
        )
    return _build_problem(
        texts.say(
            "There is no {asked}. Did you mean /{near}?", asked=asked, near=near.path
        ),
        texts.say("For example: {example}", example=format_example(near)),
    )


def _find_unknown_part(said: Sequence[str], commands: Sequence[Command]) -> str:
    """Return the words up to the first one that fits no command."""
    starts = {
        tuple(command.path.split(" ")[:count])
        for command in commands
        for count in (1, 2)
    }
    for count in (1, 2):
        if tuple(said[:count]) not in starts:
            return " ".join(said[:count])[:MAX_ECHO]
    return " ".join(said[:3])[:MAX_ECHO]


def _find_nearest(said: str, commands: Sequence[Command]) -> Command | None:
    """Find the command whose path is most similar to the first one to three words.

    Below a known first word only the words after it are compared.
    """
    # Imported for mistakes only, to start faster.
    from rapidfuzz import fuzz, process

    root, _, rest = said.partition(" ")
    same_root = [c for c in commands if c.path.split(" ")[0] == root] if rest else []
    by_path = {
        command.path.partition(" ")[2] if same_root else command.path: command
        for command in same_root or commands
    }
    best: tuple[float, str] = (0.0, "")
    for attempt in _list_prefixes(rest if same_root else said):
        found = process.extractOne(attempt, list(by_path), scorer=fuzz.ratio)
        if found is not None:
            best = max(best, (found[1], found[0]))
    return by_path[best[1]] if best[0] >= _MIN_SIMILARITY else None


def _list_prefixes(said: str) -> Iterator[str]:
    parts = said[:MAX_ECHO].split(" ")
    for count in (1, 2, 3):
        if len(parts) >= count:
            yield " ".join(parts[:count])


def format_example(command: Command) -> str:
    """Return an example of what to type for a command."""
    example = command.examples[0] if command.examples else command.path
    return example if example.startswith("/") else f"/{example}"


def _explain_surplus(
    command: Command, given: _ParsedOptions, texts: Texts
) -> Reply | None:
    if not given.surplus:
        return None
    return _build_problem(
        texts.say(
            "/{path} does not accept: {words}",
            path=command.path,
            words=" ".join(given.surplus)[:MAX_ECHO],
        ),
        texts.say("For example: {example}", example=format_example(command)),
    )


def _explain_wrong_choice(
    command: Command, args: Mapping[str, str], texts: Texts
) -> Reply | None:
    for option in command.options:
        said = args.get(option.name, "")
        if not said or not option.choices or _match_choice(option, said):
            continue
        return _build_problem(
            texts.say(
                "{name} cannot be {said}. It is one of: {choices}.",
                name=option.name,
                said=said[:MAX_ECHO],
                choices=", ".join(option.choices),
            ),
            texts.say("For example: {example}", example=format_example(command)),
        )
    return None


def _match_choice(option: CommandOption, said: str) -> str:
    folded = said.casefold()
    return next((c for c in option.choices if c.casefold() == folded), "")


def _normalize_choices(command: Command, args: Mapping[str, str]) -> Mapping[str, str]:
    """Return the arguments with choices spelled as in the registry."""
    spelt = dict(args)
    for option in command.options:
        if option.choices and option.name in spelt:
            spelt[option.name] = _match_choice(option, spelt[option.name])
    return {name: value for name, value in spelt.items() if value}


_DOUBLE = frozenset('"“”„«»‟')
_SINGLE = frozenset("'‘’‚")


def split_words(line: str) -> tuple[TypedWord, ...]:
    """Split a line into its words."""
    return tuple(_iterate_words(line))


def _iterate_words(line: str) -> Iterator[TypedWord]:
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        word = _read_quoted_word(line, at) or _read_bare_word(line, at)
        yield word
        at = word.end


def _read_bare_word(line: str, start: int) -> TypedWord:
    end = start
    while end < len(line) and not line[end].isspace():
        end += 1
        if line[end - 1] == "=" and end < len(line):
            value = _read_quoted_word(line, end)
            if value is not None:
                name = line[start : end - 1].lower()
                return TypedWord(text=value.text, start=start, end=value.end, name=name)
    text = line[start:end]
    name, equals, value_text = text.partition("=")
    if equals and name.isidentifier():
        return TypedWord(text=value_text, start=start, end=end, name=name.lower())
    return TypedWord(text=text, start=start, end=end)


def _read_quoted_word(line: str, start: int) -> TypedWord | None:
    opener = line[start]
    closers = next((kind for kind in (_DOUBLE, _SINGLE) if opener in kind), None)
    if closers is None:
        return None
    for end in range(start + 1, len(line)):
        after = line[end + 1 : end + 2]
        if line[end] in closers and (not after or after.isspace()):
            return TypedWord(
                text=line[start + 1 : end].strip(), start=start, end=end + 1
            )
    return None


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
    entfernen remove, auslassen skip, umbenennen rename, verschieben move,
    testen test, importieren import, exportieren export, hier here, geben grant,
    nehmen revoke
"""
_GERMAN_PAIRS: Final = (pair.split() for pair in _GERMAN_WORDS.split(","))
ENGLISH_WORDS: Final[Mapping[str, str]] = {pair[0]: pair[1] for pair in _GERMAN_PAIRS}


def translate_to_english(word: str) -> str:
    """Translate a word of a path (lower case); return an unknown word unchanged."""
    return ENGLISH_WORDS.get(word, word)
