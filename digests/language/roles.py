"""Find the office or calling before a full name: «|Prime Minister |Ada Brandt».

A headline that is too long can do without it, unlike without the name.
"""

import re
from collections.abc import Iterator

from digests.language import grammar
from digests.language.names import GIVEN_NAMES, ROLE_NOUNS, TITLES
from digests.language.words import word_set

_FULL_NAME = re.compile(r"(?<=\s)(?=([A-Z][\w’-]*)\s(?:[A-Z]\.\s)?[A-Z])")
#: The words of a role end where one of these stands, which goes with it.
_OF_ROLE = word_set("the his her its their our")
#: What a role may follow, besides a verb.
_BEFORE_ROLE = word_set("""
    and or but that to with for from by at in on against after as between when while
    because including among than about over under since before until during despite
    without within near amid following besides
""")
_MOST_WORDS = 7
#: More callings than speakers are named by.
_CALLINGS = word_set("""
    international athlete hurdler sprinter legend champion dissident bank operator
    runner-up
""")
_HEADS = ROLE_NOUNS | TITLES | _CALLINGS
_WORD = re.compile(r"\S+")
_GOVERNS_PARTICIPLE = re.compile(r"\b(?:is|are|was|were|in|by|for|of|after|before)\s\Z")
_COMMON_NOUN = re.compile(r"\b[a-z]+\s\Z")


#: «…, according to |Bank of Norland governor |Ada Brandt», «…, |Tory MP |Tom Reed said»
_SOURCE = re.compile(
    r",\s(?:according\sto\s)?(?P<gap>(?:(?!says\b|said\b|told\b)[\w’'-]+\s){1,7}?)(?=[A-Z][\w’-]+\s(?:[A-Z]\.\s)?[A-Z][\w’-]+"
    r"(?:\.?\Z|\s(?:ha[sd]\s)?(?:reportedly\s)?(?:said|says|told|insist(?:s|ed)|warn(?:s|ed)|claim(?:s|ed)|promised)\b))"
)


def find_roles(sentence: str) -> Iterator[tuple[int, int]]:
    """Where the words for the roles of people start and end."""
    sources = [
        m.span("gap")
        for m in _SOURCE.finditer(sentence)
        if m["gap"].split()[-1].lower() in _HEADS
    ]
    yield from sources
    for m in _FULL_NAME.finditer(sentence):
        start = _find_start(sentence, m.start())
        if start is None or any(end == m.start() for _, end in sources):
            continue
        if m[1].lower() in GIVEN_NAMES or sentence[: m.start()].split()[-1].islower():
            yield start, m.start()


def _find_start(sentence: str, end: int) -> int | None:
    """Where the role before a name begins, or None where there is none."""
    found = [m.span() for m in _WORD.finditer(sentence, 0, end)]
    head = sentence[slice(*found[-1])].lower().rstrip(".")
    if head not in _HEADS and (head[-1:] != "s" or head[:-1] not in _HEADS):
        return None
    start = end
    for before in reversed(found[-_MOST_WORDS:]):
        word, leads = sentence[slice(*before)], sentence[: before[0]]
        if word in _OF_ROLE:
            return before[0]
        if _is_boundary(word, leads):
            # «Actress and |envoy |Ada Brandt» are one person.
            twofold = word == "and" and _HEADS & set(leads.lower().split()[-1:])
            return start if start < end and not twofold else None
        if word in ("of", "a", "an") or word.endswith(("'s", "’s", '"', "”")):
            return None
        if grammar.looks_participle(word):
            return None  # «the playing partner Ada Brandt»
        start = before[0]
    return start if start == 0 else None


def _is_boundary(word: str, leads: str) -> bool:
    """Whether a role may begin behind a word, which `leads` stands before."""
    if word in _BEFORE_ROLE or word[-1] in ",;:" or grammar.looks_finite(word):
        return True
    if word == "of":  # «the case of |dean Ada Brandt», not «Bank of Norland dean»
        return _COMMON_NOUN.search(leads) is not None
    governed = _GOVERNS_PARTICIPLE.search(leads) is not None
    return grammar.looks_participle(word) and governed
