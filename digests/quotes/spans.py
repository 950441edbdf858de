"""Separate quoted speech from titles and scare quotes, and compare two quotations.

Names of works, programmes and slogans, nicknames and «so-called» words are recognized
by the words around them, never by length alone. In doubt a span counts as speech.

Two quotations are compared by their words; case, punctuation and speakers do not count.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from digests.language import words
from digests.language.grammar import Token, tokenize_span
from digests.language.normalization import normalize_text
from digests.language.quotation_marks import QuotedSpan, find_quoted
from digests.language.spans import span_text
from digests.language.words import word_set
from digests.quotes.reporting import (
    LABEL_CARRIERS,
    PROGRAMME_OWNERS,
    REPORTING_CUES,
    SO_CALLED,
    TITLE_PLACES,
    WORK_WORDS,
)

_LONGEST_TITLE = 7
_LONGEST_NICKNAME = 2
_STOPS = frozenset(".!?\n\r")
_OPENING = re.compile(r"(?<=[:,]\s)[\"“„](?=\w)")
_LINKS = word_set(", the his her a")
_NEAR = 50
_SMALL_IN_TITLES = word_set("""
    a an the of in on to for and or with at by from is it vs de der die das und
""")


@dataclass(frozen=True, slots=True)
class QuotedStretch:
    """A quotation before its speaker is known; offsets exclude the marks."""

    start: int
    end: int
    #: Continues the span before, over the end of a paragraph.
    goes_on: bool
    words: int
    #: A mark before that opens speech of the same speaker and was never closed.
    open_mark: int | None = None


def find_quoted_stretches(text: str, lang: str | None) -> tuple[QuotedStretch, ...]:
    """The quotations of `text` in order."""
    found = find_quoted(text)
    return tuple(
        QuotedStretch(
            one.start,
            one.end,
            one.goes_on,
            _count_words(text, one),
            open_mark=_find_open_mark(
                text, found[at - 1].end + 1 if at else 0, one.start
            ),
        )
        for at, one in enumerate(found)
        if any(map(str.isalnum, span_text(text, one))) and _is_speech(text, one)
    )


def _find_open_mark(text: str, before: int, start: int) -> int | None:
    """The last mark between two quotations that opens and was never closed.

    «Bell said: "We open today. "We close in June."»: editors leave the marks of a
    paragraph open where the same speaker goes on in the next one.
    """
    last = None
    for match in _OPENING.finditer(text, before, max(before, start - 1)):
        last = match.start()
    return last


def _count_words(text: str, one: QuotedSpan) -> int:
    return len(span_text(text, one).split())


def _is_speech(text: str, one: QuotedSpan) -> bool:
    if not one.closed or one.goes_on or _count_words(text, one) > _LONGEST_TITLE:
        return True
    if _is_so_called(text, one):
        return False
    alone = not any(map(str.isspace, span_text(text, one)))
    if not text[one.start].isupper() and not (alone and _begins_sentence(text, one)):
        return True
    words = tokenize_span(text, one.start, one.end)
    unmarked = text[one.end - 1].isalnum()
    titled = _is_title_case(words)
    if not (titled or (unmarked and len(words) <= _LONGEST_NICKNAME)):
        return True
    before = tokenize_span(text, max(0, one.start - 1 - _NEAR), one.start - 1)
    after = tokenize_span(text, one.end + 1, min(len(text), one.end + 1 + _NEAR))
    return not (
        (unmarked and _is_nickname(one, before, after, words))
        or (unmarked and alone and _begins_sentence(text, one) and _is_term(after))
        or (titled and _names_a_work(before, after, words))
    )


def _begins_sentence(text: str, one: QuotedSpan) -> bool:
    """Whether a quotation begins a sentence."""
    at = one.start - 2
    while at >= 0 and text[at] in " \t":
        at -= 1
    return at < 0 or text[at] in _STOPS


def _is_term(after: Sequence[Token]) -> bool:
    """Whether a word is only mentioned: «"Containment" has been …»."""
    return (
        bool(after)
        and (after[0].kind == "word" or after[0].text in "(:")
        and not any(token.low in REPORTING_CUES for token in after)
    )


def _is_nickname(
    one: QuotedSpan,
    before: Sequence[Token],
    after: Sequence[Token],
    words: Sequence[Token],
) -> bool:
    """Whether it is a nickname: «Thomas "Tug" Cole», capitals on both sides."""
    return (
        len(words) <= _LONGEST_NICKNAME
        and bool(before and after)
        and before[-1].capital
        and after[0].capital
        and before[-1].end >= one.start - 2
        and words[0].capital
        and before[-1].low not in REPORTING_CUES
        and not before[-1].possessive
    )


def _is_so_called(text: str, one: QuotedSpan) -> bool:
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
    """Whether the words beside it introduce the name of a work."""
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
    return any(low in LABEL_CARRIERS for low in following)


#: «same»: equal words; «part»: one has some of the other's; «other»: changed words.
QuoteMatch = Literal["same", "part", "other"]

#: Fewer words may occur in any sentence by chance.
_SHORTEST_PART = 4
#: Fewer words are similar by chance; more must have at least this similarity.
_SHORTEST_VARIANT, _LEAST_LIKENESS = 6, 0.8


def match_quotes(one: str, other: str) -> QuoteMatch | None:
    """How two quotations match as one utterance, or None.

    Args:
        one: The words of a quotation, without its outer marks.
        other: Those of another one.
    """
    ours, theirs = (
        words.split_words(normalize_text(one)),
        words.split_words(normalize_text(other)),
    )
    if ours == theirs:
        return "same" if ours else None
    short, long = sorted((ours, theirs), key=len)
    if len(short) >= _SHORTEST_PART and _stands_in(short, long):
        return "part"
    if len(short) < _SHORTEST_VARIANT:
        return None
    # Sorted, because the order of the two affects the ratio slightly.
    first, second = sorted((ours, theirs))
    alike = SequenceMatcher(None, first, second, autojunk=False)
    if alike.real_quick_ratio() < _LEAST_LIKENESS or alike.ratio() < _LEAST_LIKENESS:
        return None
    return "other"


def _stands_in(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    width = len(short)
    return any(long[at : at + width] == short for at in range(len(long) - width + 1))
