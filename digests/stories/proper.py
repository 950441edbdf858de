"""Tells which words of an English text are names, by their capitals; it resolves none.

A word is a name when it stands with a capital inside sentences more often than it
stands without one, or when it only ever opens sentences. A headline's capitals say
nothing. Languages that write every noun with a capital, or none, have no names here.
"""

import re
from collections import Counter

from digests.language import words
from digests.stories import common_words

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’][^\W_]+)*")
#: Behind these a capital is no sign of a name.
_OPENERS = frozenset(".!?:;\n\"“”„«»‘'(–—•*")


def names(text: str) -> frozenset[str]:
    """The stems of the words that are names."""
    named: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    opening: set[str] = set()
    for match in _WORD.finditer(text):
        word = match[0]
        low = word.lower()
        if word[0].islower():
            plain[words.stem(low)] += 1
        elif low in common_words.EMPTY:
            continue
        elif _opens(text, match.start()):
            opening.add(words.stem(low))
        else:
            named[words.stem(low)] += 1
    only_opening = opening - named.keys() - plain.keys()
    return frozenset(only_opening) | {
        stem for stem, n in named.items() if n > plain[stem]
    }


def _opens(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \t")
    return not before or before[-1] in _OPENERS
