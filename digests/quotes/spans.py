"""Separate quoted speech from names and mentioned words, and compare two quotations.

Titles, slogans, inscriptions, nicknames, scare quotes and words mentioned as words are
recognized by the words beside the marks in the same sentence: a noun that has a name,
a verb of naming, a thing with an inscription, a list of names, or nothing that could
report. Longer words count as speech, and so do others in doubt.

Two quotations are compared by their words; case, punctuation and speakers do not count.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from digests.language import words
from digests.language.grammar import (
    DETERMINERS,
    FAINT_CUES,
    GERMAN_MENTIONING,
    GERMAN_NAMED,
    INSCRIBING,
    LABEL_CARRIERS,
    MENTIONING,
    NAMED_THINGS,
    NOT_NAMED,
    PREPOSITIONS,
    REPORTING_CUES,
    SMALL_IN_TITLES,
    Token,
)
from digests.language.normalization import normalize_text
from digests.language.quotation_marks import find_quoted
from digests.language.spans import span_text
from digests.language.words import word_set
from digests.types import frozen_positional

#: More words are speech.
LONGEST_NAME = 8
_LONGEST_NICKNAME, _LONGEST_SCARE = 2, 2
_INSCRIBED_WITHIN = 9
_OPENING = re.compile(r"(?<=[:,]\s)[\"“„](?=\w)")
_SIGNS = ".,!?;: "
#: Between the names of a list.
LISTING = word_set(", and or und oder")
_LINKS = word_set(", the his her a")
_OFTEN = word_set("also often sometimes once")
_WHAT = word_set("what which")
#: «“Persons” means residents», «“die Reibe” genannt».
_AFTER_NAME = word_set("means bedeutet heißt genannt genannte genannten")
_EQUATING = word_set("as is was")
_OBJECTS = word_set("it him her them us me")
_SELVES = word_set("itself himself herself themselves sich")
_CALLING = word_set("call calls called calling nennt nannte nennen")
_NEAR = 12


@frozen_positional
class QuotedStretch:
    """Words between marks; offsets exclude the marks."""

    start: int
    end: int
    #: Continues the span before, over the end of a paragraph.
    goes_on: bool
    words: int
    #: Whether a mark closes it.
    closed: bool = True
    #: A mark before that opens speech of the same speaker and was never closed.
    open_mark: int | None = None


def find_stretches(text: str) -> list[QuotedStretch]:
    """All that is between marks and has a letter or digit, speech or not, in order."""
    found = []
    before = 0
    for one in find_quoted(text):
        said = span_text(text, one)
        if any(map(str.isalnum, said)):
            open_mark = _find_open_mark(text, before, one.start)
            words = len(said.split())
            found.append(
                QuotedStretch(
                    one.start, one.end, one.goes_on, words, one.closed, open_mark
                )
            )
        before = one.end + 1
    return found


def _find_open_mark(text: str, before: int, start: int) -> int | None:
    """The last mark between two quotations that opens and was never closed.

    «Bell said: "We open today. "We close in June."»: editors leave the marks of a
    paragraph open where the same speaker goes on in the next one.
    """
    last = None
    for match in _OPENING.finditer(text, before, max(before, start - 1)):
        last = match.start()
    return last


class MarkedWords(NamedTuple):
    """Words between marks with their sentence, in which quoted words are covered."""

    said: str
    tokens: Sequence[Token]
    #: Token indices of the sentence's reporting words.
    cues: Sequence[int]
    #: The marks are after token `left` - 1 and before token `right`.
    left: int
    right: int
    german: bool
    #: Whether they follow a name in a list: «"Ash" and "Oak"».
    listed: bool

    @property
    def plain(self) -> str:
        """The words without signs at their ends, in lower case."""
        return self.said.strip(_SIGNS).lower()

    def before(self, back: int) -> str:
        """The word that many tokens before the marks, in lower case."""
        at = self.left - back
        return self.tokens[at].low if at >= 0 else ""

    def after(self, ahead: int = 0) -> str:
        """The word that many tokens after the marks, in lower case."""
        at = self.right + ahead
        return self.tokens[at].low if at < len(self.tokens) else ""

    @property
    def outside(self) -> list[Token]:
        """The sentence's other words and quotations."""
        around = (*self.tokens[: self.left], *self.tokens[self.right :])
        return [token for token in around if token.kind != "sign"]


def is_nickname(words: MarkedWords) -> bool:
    """Whether it stands between the parts of a name: «Thomas "Tug" Cole»."""
    if not words.left or words.right >= len(words.tokens):
        return False
    given, surname = words.tokens[words.left - 1], words.tokens[words.right]
    return (
        given.capital
        and surname.capital
        and not given.possessive
        and given.low not in REPORTING_CUES
        and len(words.said.split()) <= _LONGEST_NICKNAME
        and words.said[0].isupper()
        and words.said[-1].isalnum()
    )


def is_name(words: MarkedWords) -> bool:
    """Whether marks show that words are named or mentioned, not said."""
    titled = _is_title_case(words.said)
    # German titles have no capitals of their own.
    named = titled or (words.german and words.said[0].isupper())
    return (
        _is_introduced(words, named=named)
        or _is_inscribed(words)
        or (named and words.listed)
        or words.after() in LABEL_CARRIERS
        or (titled and words.after(1) in LABEL_CARRIERS)
        or (titled and _is_apart(words))
        or _is_scare(words)
    )


def _is_introduced(words: MarkedWords, *, named: bool) -> bool:
    """Whether what is beside them says that it is a name or a mentioned word."""
    back = 1
    while named and words.before(back) in _LINKS:
        back += 1
    before = words.before(back)
    if before in MENTIONING or (named and before in NAMED_THINGS):
        return True
    if words.german and before.endswith(GERMAN_NAMED if named else GERMAN_MENTIONING):
        return True
    return back == 1 and _is_named(words)


def _is_named(words: MarkedWords) -> bool:
    """Whether a verb names them: «known as "Tug"», «named it "Tug"», «"it" means»."""
    before, outer, after = words.before(1), words.before(2), words.after()
    return (
        after in _AFTER_NAME
        or (after in _EQUATING and words.after(2) in MENTIONING)
        or (before == "as" and outer == "known")
        or (before in _OBJECTS and outer in MENTIONING)
        or (before == "called" and _is_participle(words))
        or (before in _SELVES and outer in _CALLING)
    )


def _is_participle(words: MarkedWords) -> bool:
    """Whether «called» describes a noun: «an opening called "Iris"».

    «What Bell called "a shame"» is Bell's word.
    """
    back = 2
    while words.before(back) in _OFTEN:
        back += 1
    at = words.left - back
    if at < 0 or words.tokens[at].capital or words.before(back) in NOT_NAMED:
        return False
    return not any(token.low in _WHAT for token in words.tokens[:at])


def _is_inscribed(words: MarkedWords) -> bool:
    """Whether it is written on something: «a banner that reads "Save It"»."""
    return words.before(1) in INSCRIBING and any(
        words.before(back) in LABEL_CARRIERS for back in range(2, _INSCRIBED_WITHIN)
    )


def _is_apart(words: MarkedWords) -> bool:
    """Whether nothing hands a title over as speech: «on "Harbour Lights"»."""
    if words.before(1) in PREPOSITIONS and " " in words.said:
        return True
    return bool(words.outside) and not _is_reported(words)


def _is_reported(words: MarkedWords) -> bool:
    """Whether a reporting word is near enough to introduce the words."""
    return any(
        words.left - _NEAR <= cue < words.right + _NEAR
        and words.tokens[cue].low not in FAINT_CUES
        for cue in words.cues
    )


def _is_scare(words: MarkedWords) -> bool:
    """Whether the reporter keeps a distance to a word: «the "organic" apples»."""
    if words.cues or not words.left or len(words.said.split()) > _LONGEST_SCARE:
        return False
    before, after = words.tokens[words.left - 1], words.after()
    return (
        (before.low in DETERMINERS or before.possessive)
        and words.said[-1].isalnum()
        and after[:1].isalpha()
        and after not in PREPOSITIONS
        and not any(token.kind == "cover" for token in words.outside)
    )


def _is_title_case(said: str) -> bool:
    plain = [word for word in said.split() if word[0].isalnum()]
    return (
        bool(plain)
        and said[0].isupper()
        and all(
            not word[0].islower() or word.lower() in SMALL_IN_TITLES for word in plain
        )
    )


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
