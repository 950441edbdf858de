"""Messages for people: a stable code with parameters, worded when shown.

An explanation that is stored or passed on (why an article was left out, how a source
failed) is a `Message`, never a sentence, so that each reader gets it in their own
language. The English sentences are in `messages.toml` beside their subject, as
`[subject]` tables of `code = "sentence with {parameters}"`; a list of two is a singular
and a plural, chosen by the parameter `n`. A code without an entry is its own sentence,
as in gettext; texts that are raised but not stored are written this way.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
#: Packages whose `messages.toml` files are read; see `add_sentences`.
_PACKAGES: Final = [Path(__file__).parent]


@dataclass(frozen=True, init=False, slots=True)
class Message:
    """A code and its parameters, by name; `str` gives the English text.

    A parameter is a string, a number, a date, a clock time, another message (or an
    error that carries one), or a tuple of these, which is shown as a list. Anything
    else is converted with `str`.
    """

    code: str
    params: tuple[tuple[str, object], ...]

    def __init__(self, code: str, /, **params: object) -> None:
        """Sort the parameters by name, so that equal messages compare as equal."""
        object.__setattr__(self, "code", code)
        plain = sorted((name, _to_param(value)) for name, value in params.items())
        object.__setattr__(self, "params", tuple(plain))

    def __str__(self) -> str:
        """The English text."""
        params = {name: format_param(value, _in_english) for name, value in self.params}
        forms = find_sentences(self.code)
        one = dict(self.params).get("n") == 1
        return fill_placeholders(forms[0 if one else -1], params)

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.code)

    def with_params(self, **params: object) -> "Message":
        """Return a copy with these parameters set."""
        return Message(self.code, **{**dict(self.params), **params})


def _to_param(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_to_param, value))
    carried = getattr(value, "message", None)
    if isinstance(carried, Message):
        return carried
    plain = isinstance(value, int | float | str | Message | date | time)
    return value if plain and not isinstance(value, datetime) else str(value)


def as_message(message: Message | str, /, **params: object) -> Message:
    """Return the message itself, or build one of a code or English text."""
    return message if isinstance(message, Message) else Message(message, **params)


def _in_english(value: object) -> str:
    return value.isoformat("minutes") if isinstance(value, time) else str(value)


def format_param(value: object, word: Callable[[object], object]) -> object:
    """Format a parameter with `word`, a tuple as a list of its items on one line."""
    return (
        "; ".join(str(word(one)) for one in value)
        if isinstance(value, tuple)
        else word(value)
    )


def message_to_json(message: Message) -> dict[str, Any]:
    """Convert the message to plain JSON values: `{"code": …, "params": {…}}`."""
    params = {name: _param_to_json(value) for name, value in message.params}
    return {"code": message.code, **({"params": params} if params else {})}


def message_from_json(value: Any) -> Message:
    """Parse the form of `message_to_json`; any other value becomes the text."""
    if not isinstance(value, Mapping):
        return Message(str(value))
    params = value.get("params", {})
    return Message(
        value["code"], **{name: _param_from_json(one) for name, one in params.items()}
    )


def _param_to_json(value: object) -> object:
    match value:
        case Message():
            return message_to_json(value)
        case tuple():
            return [_param_to_json(one) for one in value]
        case date():
            return {"date": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
    return value


def _param_from_json(value: Any) -> object:
    match value:
        case list():
            return tuple(map(_param_from_json, value))
        case {"date": day}:
            return date.fromisoformat(day)
        case {"time": clock}:
            return time.fromisoformat(clock)
        case {"code": _}:
            return message_from_json(value)
    return value


def add_sentences(package: Path) -> None:
    """Register the `messages.toml` files below this folder, which are read lazily.

    For packages that build on this one and have messages of their own.
    """
    if package not in _PACKAGES:
        _PACKAGES.append(package)
        read_sentences.cache_clear()


@cache
def read_sentences() -> Mapping[str, tuple[str, ...]]:
    """Map each code to its English sentence, or to its singular and plural."""
    found: dict[str, tuple[str, ...]] = {}
    for package in _PACKAGES:
        for file in sorted(package.rglob("messages.toml")):
            for subject, table in tomllib.loads(file.read_text("utf-8")).items():
                for name, text in table.items():
                    forms = (text,) if isinstance(text, str) else tuple(text)
                    found[f"{subject}.{name}"] = forms
    return found


def find_sentences(code: str) -> tuple[str, ...]:
    """Return the English sentence of the code (or both forms); else the code itself."""
    return read_sentences().get(code) or (code,)


def fill_placeholders(sentence: str, values: Mapping[str, object]) -> str:
    """Fill the {placeholders} of a sentence; one without a value stays as it is.

    Never raises. `str.format` would allow access to attributes and items of the values.
    """
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), sentence)


def find_placeholders(sentence: str) -> frozenset[str]:
    """Return the names of the {placeholders} of a sentence."""
    return frozenset(_PLACEHOLDER.findall(sentence))
