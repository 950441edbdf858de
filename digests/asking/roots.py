"""Brings the words of a question and of a text to one form; never for showing.

A question bends words otherwise than the answer does («when did it close?» – «it was
closed»), so endings are taken off more boldly here than where texts are compared, and
irregular forms go back to their verb. English; German has the light stem only.
"""

from functools import lru_cache

from digests.asking.tables import BASES
from digests.language.words import stem

_ENDINGS = (
    "ingly",
    "edly",
    "ments",
    "ment",
    "ings",
    "ing",
    "ied",
    "ies",
    "ed",
    "es",
    "ly",
    "s",
)
_SHORTEST = 3
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=1 << 14)
def root(word: str, lang: str = "en") -> str:
    """Give the root of a word in small letters with straight apostrophes."""
    word = word.removesuffix("'s").removesuffix("'")
    if lang != "en":
        return _german(stem(word, lang))
    known = BASES.get(word)
    if known is not None:
        word = known
    if word.endswith("ss") or not word.isascii():
        return word
    return _plain(word)


def _german(word: str) -> str:
    """Without the endings of verbs: «beginnt» and «beginne» are one."""
    for ending in ("test", "tet", "te", "st", "t"):
        if word.endswith(ending) and len(word) - len(ending) > _SHORTEST:
            return word[: -len(ending)]
    return word


def _plain(word: str) -> str:
    for ending in _ENDINGS:
        left = word.removesuffix(ending)
        if left == word or len(left) < _SHORTEST or not _VOWELS & set(left):
            continue
        if ending in ("ied", "ies"):
            return left + "i"
        if len(left) > _SHORTEST and left[-1] == left[-2] and left[-1] not in "lsz":
            left = left[:-1]
        return _last(left)
    return _last(word)


def _last(word: str) -> str:
    """Without its mute «e», and with «i» for «y»."""
    if len(word) > _SHORTEST and word[-1] == "e":
        return word[:-1]
    if len(word) > _SHORTEST and word[-1] == "y" and word[-2] not in _VOWELS:
        return word[:-1] + "i"
    return word
