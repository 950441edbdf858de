"""Finds what a figure measures, in the article's own words, without a grammar.

Three places are tried: the noun phrase after the number («15 cooperation
agreements»), the phrase after a preposition («$5 million in damages»), and the
subject of the clause before it («Bilateral trade, valued at …»). Phrases end at
function words, verbs and punctuation; where none is found the answer is "".
"""

import re

from digests.language import verbs
from digests.language.words import is_stop, primary

_LETTERS = re.compile(r"[^\W\d_]+")
_STEP = re.compile(r"[\s\u00a0-]([^\W\d_][\w'’]*(?:-[\w'’]+)*)")
_PREPOSITION = re.compile(
    r"\s(?:in|of|for|worth of|an?|per|von|an|für|der|des)(?=\s)"
    r"(?:\s(?:the|its|his|her|their|all|a|an|der|des|die|den|dem)(?=\s))?"
)
_DETERMINED = re.compile(
    r"(?:\b(?:an?|the|its|his|her|their|this|that|first|new|of|ein|eine|einen|einer|"
    r"der|die|das|den|dem)|['’]s?)\s(?:[a-z-]+\s)?$",
    re.IGNORECASE,
)
_CLAUSE_WORD = re.compile(r"[^\W\d_][\w'’-]*|[,;:—–()\"“”]|\d[\w.,]*|\S")
_ENDS_WORDS = """
    plus minus up down ago later earlier old long away apart worldwide nationwide
    altogether total including be been being include
"""
#: No verbs, but they end a noun phrase all the same.
_ENDS = frozenset(_ENDS_WORDS.split())
_IRREGULAR_WORDS = """
    people men women children police sheep fish deer aircraft feet teeth mice geese
    personnel staff crew data media species series troops cattle percent folk kids lives
    votes
"""
_IRREGULAR = frozenset(_IRREGULAR_WORDS.split())
_DETERMINERS_WORDS = """
    the a an this that these those its his her their our my your some any each every all
    both no such more other about der die das den dem des ein eine einen einem einer ihr
    ihre sein seine
"""
_DETERMINERS = frozenset(_DETERMINERS_WORDS.split())
_PRONOUNS_WORDS = """
    it he she they we i you who which that this there es er sie wir ich man
"""
_PRONOUNS = frozenset(_PRONOUNS_WORDS.split())
_NOT_PLURAL = ("ss", "us", "is", "ous")
_MOST_WORDS = 4
_REACH = 90


def counted(text: str, end: int, lang: str | None) -> str:
    """The plural noun (with what stands before it) right after a number, or ""."""
    german = primary(lang) == "de"
    for taken, m in enumerate(_steps(text, end)[:_MOST_WORDS]):
        word = m[1]
        if _stops(word, lang, begun=taken > 0):
            break
        if (german and word[0].isupper()) or (not german and _is_plural(word)):
            return text[end : m.end()].strip(" \u00a0\n-")
    return ""


def following(text: str, start: int, end: int, lang: str | None) -> str:
    """What follows a measured figure: «four-day trip», «35% of voters»."""
    preposition = _PREPOSITION.match(text, end)
    if preposition:
        return _phrase(text, preposition.end(), lang)
    if _DETERMINED.search(text[max(0, start - 24) : start]):
        return _phrase(text, end, lang)
    return ""


def small_words(text: str) -> frozenset[str]:
    """The words that a text has in small letters somewhere."""
    return frozenset(word for word in _LETTERS.findall(text) if word.islower())


def subject(
    text: str, start: int, end: int, lang: str | None, small: frozenset[str]
) -> str:
    """The first noun phrase of the stretch `text[start:end]`, in its own words.

    A word that opens it loses its capital where it is one of the text's `small`
    words: the phrase is to read as inside a sentence.
    """
    begin: int | None = None
    stop = start
    taken = 0
    for m in _CLAUSE_WORD.finditer(text, start, min(end, start + 160)):
        word = m.group().lower()
        if begin is None:
            if word in _PRONOUNS:
                return ""
            if not _opens_phrase(word):
                continue
            begin = m.start()
        elif _closes_phrase(word) or taken >= _most(m.group(), lang):
            break
        stop = m.end()
        taken += 1
    if begin is None:
        return ""
    return _as_inside(text[begin:stop], small)


def _steps(text: str, end: int) -> list[re.Match[str]]:
    """The words that follow without punctuation between them."""
    found: list[re.Match[str]] = []
    at = end
    while len(found) <= _MOST_WORDS:
        m = _STEP.match(text, at)
        if m is None or m.end() - end > _REACH:
            break
        found.append(m)
        at = m.end()
    return found


def _phrase(text: str, at: int, lang: str | None) -> str:
    """A noun phrase from `at` on: up to a plural, or four words without one."""
    end = at
    for taken, m in enumerate(_steps(text, at)[:_MOST_WORDS]):
        word = m[1]
        if _stops(word, lang, begun=taken > 0):
            break
        end = m.end()
        if _is_plural(word):
            break
    return text[at:end].strip(" \u00a0\n-")


def _stops(word: str, lang: str | None, *, begun: bool) -> bool:
    low = word.lower().replace("’", "'")
    if low in _IRREGULAR:
        return False
    if is_stop(low, lang) and low not in {"new", "more", "other", "mehr", "andere"}:
        return True
    if low in _ENDS or verbs.looks_finite(low):
        return True
    return begun and (low.endswith("ly") or verbs.looks_participle(low))


def _is_plural(word: str) -> bool:
    low = word.lower()
    if low in _IRREGULAR:
        return True
    return len(low) > 3 and low.endswith("s") and not low.endswith(_NOT_PLURAL)


def _opens_phrase(word: str) -> bool:
    if not word[0].isalpha() or word in _DETERMINERS or is_stop(word):
        return False
    return not verbs.looks_participle(word)


def _closes_phrase(word: str) -> bool:
    if not word[0].isalpha() or word in _ENDS or is_stop(word):
        return True
    return verbs.looks_finite(word) or verbs.looks_participle(word)


def _most(word: str, lang: str | None) -> int:
    """How many words a phrase has before `word`; a German one ends with its noun."""
    return 1 if primary(lang) == "de" and word[0].islower() else _MOST_WORDS


def _as_inside(phrase: str, small: frozenset[str]) -> str:
    """A phrase as it reads inside a sentence: «Bilateral trade» → «bilateral trade»."""
    first = _LETTERS.match(phrase)
    if first is None or not first.group()[1:].islower():
        return phrase
    word = first.group().lower()
    return word + phrase[first.end() :] if word in small else phrase
