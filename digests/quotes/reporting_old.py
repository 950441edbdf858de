"""Tells which words of a sentence report speech; whose speech is not asked here.

A word of the tables reports unless it is a noun there («the report», «his calls»).
"""

from collections.abc import Sequence

from digests.language.tables import word_set
from digests.language.tokens import Token
from digests.quotes.tables import (
    BREAKERS,
    CUES,
    DETERMINERS,
    GERMAN_DETERMINERS,
    GERMAN_ONLY,
    PREPOSITIONS,
    STRONG,
    WITH_BACK,
    WITH_IN,
)

#: Reporting words that are nouns as well.
_NOUNS = word_set(
    "report reports calls call claims charges posts notes comments quotes points",
    "talks use complaints attacks offers demands hopes uses views read post want",
    "questions wishes",
)
_NO_STOP = frozenset(("to", "will", "would", "who", "and", "also", "then"))


def cues(tokens: Sequence[Token], *, german: bool = False) -> list[int]:
    """Give the places of reporting words, nouns of the same form left out."""
    return [
        at
        for at in range(len(tokens))
        if is_cue(tokens, at)
        and (tokens[at].low not in GERMAN_ONLY or (german and _is_so(tokens, at)))
    ]


def _is_so(tokens: Sequence[Token], at: int) -> bool:
    """Tell «“…“, so die Ministerin» from other uses of «so»."""
    if at + 1 >= len(tokens) or not at or tokens[at - 1].kind == "word":
        return False
    after = tokens[at + 1]
    return after.capital or after.low in GERMAN_DETERMINERS


def is_cue(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether the word at `at` reports."""
    token = tokens[at]
    if token.low not in CUES:
        return _has_particle(tokens, at)
    return not token.possessive and not _is_noun(tokens, at)


def is_strong(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether the reporting word at `at` means «said»."""
    return tokens[at].low in STRONG or _has_particle(tokens, at)


def _has_particle(tokens: Sequence[Token], at: int) -> bool:
    """Tell «shot back» and «chimed in» from «shot» and «cut»."""
    low = tokens[at].low
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if low in WITH_BACK and after == "back":
        return True
    return low in WITH_IN and after in {"in", "up"}


def _is_noun(tokens: Sequence[Token], at: int) -> bool:
    if at == 0 or tokens[at].low not in _NOUNS:
        return False
    before = tokens[at - 1]
    return (
        before.low in DETERMINERS
        or before.possessive
        or before.low in PREPOSITIONS - {"to"}
        or (before.low in BREAKERS and before.low not in _NO_STOP)
    )
