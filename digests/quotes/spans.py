"""Turns quoted stretches into speech: what is a quotation, and which belong together.

Nothing is left out for being short: names of works, programmes and slogans, nicknames
and «so-called» are told by the words around them. In doubt a stretch stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from digests.language.marks import Quoted, quoted
from digests.language.tables import word_set
from digests.language.tokens import Token, tokens
from digests.quotes.tables import (
    AFTER_LABEL,
    CUES,
    PROGRAMME_OWNERS,
    SO_CALLED,
    TITLE_PLACES,
    WORK_WORDS,
)

_LONGEST_TITLE = 7
_LONGEST_NICKNAME = 2
_STOPS = frozenset(".!?\n\r")
_LINKS = frozenset((",", "the", "his", "her", "a"))
_NEAR = 50
_SMALL_IN_TITLES = word_set(
    "a an the of in on to for and or with at by from is it vs de der die das und"
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A quotation before its speaker is known; offsets exclude the marks."""

    start: int
    end: int
    #: Goes on from the stretch before, over a paragraph's end.
    goes_on: bool
    words: int


def stretches(text: str, lang: str | None) -> tuple[Stretch, ...]:
    """Give the quotations of `text` in order."""
    found = quoted(text, lang)
    return tuple(
        Stretch(one.start, one.end, one.goes_on, _count(text, one))
        for one in found
        if any(map(str.isalnum, text[one.start : one.end])) and _is_speech(text, one)
    )


def _count(text: str, one: Quoted) -> int:
    return len(text[one.start : one.end].split())


def _is_speech(text: str, one: Quoted) -> bool:
    if not one.closed or one.goes_on or _count(text, one) > _LONGEST_TITLE:
        return True
    if _is_so_called(text, one):
        return False
    alone = not any(map(str.isspace, text[one.start : one.end]))
    if not text[one.start].isupper() and not (alone and _begins(text, one)):
        return True
    words = tokens(text, one.start, one.end)
    bare = text[one.end - 1].isalnum()
    titled = _is_title_case(words)
    if not (titled or (bare and len(words) <= _LONGEST_NICKNAME)):
        return True
    before = tokens(text, max(0, one.start - 1 - _NEAR), one.start - 1)
    after = tokens(text, one.end + 1, min(len(text), one.end + 1 + _NEAR))
    return not (
        (bare and _is_nickname(one, before, after, words))
        or (bare and alone and _begins(text, one) and _is_term(after))
        or (titled and _names_a_work(before, after, words))
    )


def _begins(text: str, one: Quoted) -> bool:
    """Tell whether a quotation stands at a sentence's beginning."""
    at = one.start - 2
    while at >= 0 and text[at] in " \t":
        at -= 1
    return at < 0 or text[at] in _STOPS


def _is_term(after: Sequence[Token]) -> bool:
    """«"Containment" has been …»: one word spoken of, at a sentence's beginning."""
    return (
        bool(after)
        and (after[0].kind == "word" or after[0].text in "(:")
        and not any(token.low in CUES for token in after)
    )


def _is_nickname(
    one: Quoted,
    before: Sequence[Token],
    after: Sequence[Token],
    words: Sequence[Token],
) -> bool:
    """«Thomas "Tug" Cole»: capitals on both sides, nothing between."""
    return (
        len(words) <= _LONGEST_NICKNAME
        and bool(before and after)
        and before[-1].capital
        and after[0].capital
        and before[-1].end >= one.start - 2
        and words[0].capital
        and before[-1].low not in CUES
        and not before[-1].possessive
    )


def _is_so_called(text: str, one: Quoted) -> bool:
    words = text[max(0, one.start - 1 - _NEAR) : one.start - 1].split()
    return bool(words) and words[-1].lower() in SO_CALLED


def _is_title_case(words: Sequence[Token]) -> bool:
    plain = [word for word in words if word.kind == "word"]
    return bool(plain) and all(
        word.capital or word.low in _SMALL_IN_TITLES or word.low[0].isdigit()
        for word in plain
    )


def _names_a_work(
    before: Sequence[Token], after: Sequence[Token], words: Sequence[Token]
) -> bool:
    """Tell a work's name by the words beside it."""
    near = [token.low for token in before[-3:]]
    if near and (near[-1] in WORK_WORDS or near[-1] in PROGRAMME_OWNERS):
        return True
    if near and near[-1] in TITLE_PLACES and sum(one.capital for one in words) > 1:
        return True
    if near and near[-1] in _LINKS and any(low in WORK_WORDS for low in near[:-1]):
        return True
    if near and near[-1] in {"on", "in"} and after and after[0].low in {",", "."}:
        return True
    following = [token.low for token in after[:2]]
    return any(low in AFTER_LABEL for low in following)
