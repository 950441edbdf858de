"""Cuts a typed line into words; it knows no command.

Words are separated by white space. Words between quotation marks of any make
(straight, curly, low, pointed) are one word; a mark that is never closed is an
ordinary character. `name=value` stays one word whose value may be quoted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_DOUBLE = frozenset('"“”„«»‟')
_SINGLE = frozenset("'‘’‚")


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """One word of a line: what it says, and where it stands (`line[start:end]`)."""

    text: str
    start: int
    end: int
    #: For `name=value`: what stands before the equals sign; "" otherwise.
    name: str = ""


def words(line: str) -> tuple[Word, ...]:
    """The words of `line`, in order."""
    return tuple(_words(line))


def _words(line: str) -> Iterator[Word]:
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        word = _quoted(line, at) or _bare(line, at)
        yield word
        at = word.end


def _bare(line: str, start: int) -> Word:
    end = start
    while end < len(line) and not line[end].isspace():
        end += 1
        if line[end - 1] == "=" and end < len(line):
            value = _quoted(line, end)
            if value is not None:
                name = line[start : end - 1].lower()
                return Word(text=value.text, start=start, end=value.end, name=name)
    text = line[start:end]
    name, equals, value_text = text.partition("=")
    if equals and name.isidentifier():
        return Word(text=value_text, start=start, end=end, name=name.lower())
    return Word(text=text, start=start, end=end)


def _quoted(line: str, start: int) -> Word | None:
    opener = line[start]
    closers = next((kind for kind in (_DOUBLE, _SINGLE) if opener in kind), None)
    if closers is None:
        return None
    for end in range(start + 1, len(line)):
        after = line[end + 1 : end + 2]
        if line[end] in closers and (not after or after.isspace()):
            return Word(text=line[start + 1 : end].strip(), start=start, end=end + 1)
    return None
