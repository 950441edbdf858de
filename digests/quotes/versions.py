"""Tells whether two quotations are one utterance, each as its outlet gives it.

It reads words only: case and punctuation never count. Who speaks, and when, is for
whoever asks; two people may well say the same.
"""

from difflib import SequenceMatcher
from typing import Literal

from digests.language import words
from digests.language.fold import fold

#: «same» words; «part»: one gives some of the other's; «other»: words were changed.
Version = Literal["same", "part", "other"]

#: Fewer words than this can stand in anybody's sentence.
_PART = 4
#: Shorter quotes are alike by chance; longer ones must share so much of their words.
_OTHER, _ALIKE = 6, 0.8


def version_of(one: str, other: str) -> Version | None:
    """How two quotations are one utterance; None where they are two.

    Args:
        one: The words of a quotation, without its outer marks.
        other: Those of another one.
    """
    ours, theirs = words.tokens(fold(one)), words.tokens(fold(other))
    if ours == theirs:
        return "same" if ours else None
    short, long = sorted((ours, theirs), key=len)
    if len(short) >= _PART and _stands_in(short, long):
        return "part"
    if len(short) < _OTHER:
        return None
    # In order: which of two comes first moves the measure a little.
    first, second = sorted((ours, theirs))
    alike = SequenceMatcher(None, first, second, autojunk=False)
    if alike.real_quick_ratio() < _ALIKE or alike.ratio() < _ALIKE:
        return None
    return "other"


def _stands_in(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    width = len(short)
    return any(long[at : at + width] == short for at in range(len(long) - width + 1))
