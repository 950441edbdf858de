"""Split a sentence into classed words and find noun phrases in it.

A shallow chunker after Abney (1991): closed word classes come from tables, other words
may be nouns or adjectives, and a phrase is a run of such words. Participles belong to a
phrase only after a determiner («the damaged girder»).
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from digests.figures.vocabulary import (
    CHANGE_WORDS,
    CLIPPED_WORDS,
    FORMS_OF_BE,
    IRREGULAR_PLURALS,
    MASS_NOUNS,
    MODAL_VERBS,
    MOVING_VERBS,
    NO_ADVERBS,
    NOT_PLURAL,
    PLAIN_NOUNS,
    SPARED_WORDS,
    VAGUE_NOUNS,
    VALUE_VERBS,
    WORD_KINDS,
)
from digests.language import grammar
from digests.language.words import word_set

_WORD = re.compile(
    r"(?P<word>(?:[A-Z]\.){2,}|[^\W\d_]+(?:[-.'’&][^\W_]+)*(?:(?<=s)['’](?=\s\w))?)"
    r"|(?P<number>\d[\d.,]*(?<![.,])\w*)|(?P<comma>,)|[^\s]"
)
_MOST_WORDS = 4
#: How far to the left a subject is searched, in words.
_FAR = 24
#: Phrases that may be attached to a subject («revenue in the months to the end»).
_MOST_HANGING = 5


class ClassedWord(NamedTuple):
    """A word or sign with its place and class.

    `kind` is one of det, poss, prep, link, pron, adv, number, verb, ed, ing, comma,
    stop (any other sign), and noun for the rest.
    """

    start: int
    end: int
    text: str
    low: str
    kind: str


class NounPhrase(NamedTuple):
    """A noun phrase: words `first` to `last`, end exclusive."""

    first: int
    last: int


def classify_words(text: str, start: int, end: int) -> list[ClassedWord]:
    """The classed words of `text[start:end]`."""
    found = []
    for m in _WORD.finditer(text, start, end):
        shown = m.group()
        low = shown.lower().replace("’", "'")
        kind = m.lastgroup or "stop"
        if kind == "word":
            kind = _classify_word(low)
        found.append(ClassedWord(m.start(), m.end(), shown, low, kind))
    return found


def _classify_word(low: str) -> str:
    known = WORD_KINDS.get(low)
    if known is not None:
        return known
    if "'" in low:
        owns = low[-1] == "'" or low.endswith("'s")
        return "poss" if owns and low not in CLIPPED_WORDS else "pron"
    if low.endswith("ly") and low not in NO_ADVERBS:
        return "adv"
    if low.endswith("ed") and grammar.looks_finite(low):
        return "ed"
    if low in IRREGULAR_PLURALS or not grammar.looks_finite(low):
        return "ing" if grammar.looks_participle(low) else "noun"
    return "verb"


def is_plural_noun(low: str) -> bool:
    """Whether a lower-case word looks like a plural noun."""
    if low in IRREGULAR_PLURALS or (low.endswith("men") and len(low) > 5):
        return True
    return len(low) > 3 and low.endswith("s") and not low.endswith(NOT_PLURAL)


def find_phrase_before(found: Sequence[ClassedWord], at: int) -> NounPhrase | None:
    """The noun phrase that ends right before word `at`."""
    if at < 1 or not _may_be_head(found, at - 1):
        return None
    first = at - 1
    while first > 0 and at - first < _MOST_WORDS and _joins_phrase(found, first - 1):
        first -= 1
    if first and first < at - 1 and found[first - 1].low in MODAL_VERBS:
        first += 1
    while first < at - 1 and found[first].low in SPARED_WORDS:
        first += 1
    return NounPhrase(first, at)


def find_phrase_after(
    found: Sequence[ClassedWord],
    at: int,
    *,
    plural: bool = False,
    whole: bool = False,
    tied: bool = False,
) -> NounPhrase | None:
    """The noun phrase that begins at word `at`, after its determiner.

    Args:
        found: The sentence's words.
        at: Where the phrase or its determiner begins.
        plural: Whether only a phrase with a plural counts.
        whole: Whether adjectives like «other» are kept.
        tied: Whether a hyphen leads to it, so that no plural ends it.
    """
    first = _behind_determiner(found, at)
    last = first
    ended = False
    while last < len(found) and last - first < _MOST_WORDS:
        word = found[last]
        if (
            ended
            and not tied
            and not (_is_compound(word) and _kind_of_noun(found, last))
        ):
            break
        if not _continues_phrase(found, first, last):
            break
        last += 1
        ended = word.kind == "noun" and is_plural_noun(word.low)
    while last > first and found[last - 1].kind in ("poss", "ed"):
        last -= 1
    while not whole and first < last - 1 and found[first].low in SPARED_WORDS:
        first += 1
    if last <= first or (plural and not ended and not _has_plural(found, first, last)):
        return None
    return NounPhrase(first, last)


def extend_phrase(
    found: Sequence[ClassedWord], phrase: NounPhrase, *, of: str
) -> NounPhrase:
    """A phrase with the one that a preposition of `of` attaches to it."""
    at = phrase.last
    if at + 1 >= len(found) or found[at].low not in of.split():
        return phrase
    more = find_phrase_after(found, at + 1)
    if more is None or found[more.first].text[0].isupper():
        return phrase
    return NounPhrase(phrase.first, more.last)


def find_verb_subject(found: Sequence[ClassedWord], verb: int) -> NounPhrase | None:
    """The subject of the verb at `verb`, or None where it is not certain."""
    at = verb
    while at > 0 and (_is_auxiliary(found[at - 1]) or is_raised(found, at - 1)):
        at -= 1
    if at == 0:
        return None
    left = found[at - 1]
    if left.low in ("that", "which") and _is_relative(found, at - 1):
        at -= 2 if at > 1 and found[at - 2].kind == "comma" else 1
        return find_phrase_before(found, at)
    if left.kind == "comma":
        return _before_insertion(found, at - 1)
    if left.low in ("and", "but") or left.kind == "link":
        return (
            _find_first_subject(found, at - 1) if left.low in ("and", "but") else None
        )
    return _find_leftmost_phrase(found, at)


def _is_auxiliary(word: ClassedWord) -> bool:
    """Whether a word belongs to the verb after it («will have to», «not»)."""
    if word.kind == "verb":
        return word.low not in PLAIN_NOUNS
    return word.kind == "adv" or word.low == "to"


def is_raised(found: Sequence[ClassedWord], at: int) -> bool:
    """Whether the subject is the next verb's: «is expected to cost», «are set to»."""
    return (
        0 < at < len(found) - 1
        and found[at].low in _RAISED
        and found[at + 1].low == "to"
        and found[at - 1].low in FORMS_OF_BE
    )


def _is_relative(found: Sequence[ClassedWord], at: int) -> bool:
    return at > 0 and (found[at - 1].kind in ("noun", "comma", "ing"))


def _before_insertion(found: Sequence[ClassedWord], comma: int) -> NounPhrase | None:
    """«Trade, valued at …»; «the bridge, which is old, is …»."""
    direct = find_phrase_before(found, comma)
    for at in range(comma - 1, max(0, comma - _FAR), -1):
        if found[at].kind == "comma":
            opened = found[at + 1].low in _INSERTS or found[at + 1].kind == "prep"
            return _find_leftmost_phrase(found, at) if opened else direct
        if found[at].kind == "stop":
            break
    return _find_leftmost_phrase(found, comma) if direct else None


_RAISED = word_set("""
    expected estimated projected predicted forecast thought believed said reported
    supposed likely set due sure
""")
_INSERTS = word_set("which who whose where when")


def _find_first_subject(found: Sequence[ClassedWord], at: int) -> NounPhrase | None:
    """The subject of the clause that continues at `at` with «and»."""
    begin = at
    while begin > 0 and found[begin - 1].kind not in ("stop", "link"):
        begin -= 1
    phrase = find_phrase_after(found, begin)
    if phrase is None or phrase.last >= at:
        return None
    return phrase if found[phrase.last].kind in ("verb", "ed") else None


def _find_leftmost_phrase(found: Sequence[ClassedWord], at: int) -> NounPhrase | None:
    """The phrase that the others are attached to: «Sales of trays to shops»."""
    if at > 2 and found[at - 1].kind == "number" and found[at - 2].kind == "prep":
        at -= 2
    phrase = find_phrase_before(found, at)
    for _ in range(_MOST_HANGING):
        if phrase is None:
            return None
        at = phrase.first
        while at > 0 and (
            found[at - 1].kind in ("det", "poss", "number")
            or found[at - 1].low in SPARED_WORDS
        ):
            at -= 1
        if at < 2 or found[at - 1].kind != "prep":
            break
        if found[at - 2].low in ("those", "that"):
            break
        phrase = find_phrase_before(found, at - 1)
    return phrase and extend_phrase(found, phrase, of="of")


def _may_be_head(found: Sequence[ClassedWord], at: int) -> bool:
    """Whether word `at` may be the noun that a phrase ends with."""
    word = found[at]
    ahead = found[at - 1].kind if at else "stop"
    if (
        word.low in MOVING_VERBS
        or word.low in VALUE_VERBS
        or word.kind in ("ing", "verb")
    ):
        if word.kind == "ed":
            return False
        return ahead in ("det", "poss", "noun") or word.low in PLAIN_NOUNS
    return word.kind == "noun"


def _joins_phrase(found: Sequence[ClassedWord], at: int) -> bool:
    """Whether word `at` belongs to the phrase that begins right after it."""
    word = found[at]
    ahead = found[at - 1] if at else None
    behind = ahead is None or ahead.kind in ("det", "poss", "number", "stop")
    if word.low in MOVING_VERBS or word.low in VALUE_VERBS:
        return ahead is not None and ahead.kind in ("det", "poss")
    if word.kind == "ed":
        return ahead is not None and (behind or ahead.low == "of")
    if word.kind == "ing":
        return behind or (ahead is not None and ahead.low in PLAIN_NOUNS)
    return word.kind == "noun"


def _behind_determiner(found: Sequence[ClassedWord], at: int) -> int:
    """The word after «the», «its many», and a possessive name."""
    steps = 0
    while at < len(found) and steps < 3 and found[at].kind in ("det", "poss"):
        at, steps = at + 1, steps + 1
    if (
        at + 1 < len(found)
        and found[at].text[0].isupper()
        and found[at + 1].kind == "poss"
    ):
        return at + 2
    return at


def _continues_phrase(found: Sequence[ClassedWord], first: int, at: int) -> bool:
    """Whether word `at` belongs to the phrase that began at `first`."""
    word = found[at]
    if word.kind == "noun":
        return True
    following = found[at + 1].kind if at + 1 < len(found) else "stop"
    if word.kind == "ing" and following in ("stop", "comma", "prep"):
        return True
    if word.kind in ("ed", "ing"):
        return at == first and following in ("noun", "ing")
    if word.kind == "poss":
        return at > first and following == "noun"
    return word.low in CHANGE_WORDS or (word.kind == "verb" and word.low in PLAIN_NOUNS)


def _is_compound(word: ClassedWord) -> bool:
    return is_plural_noun(word.low) and word.low not in VAGUE_NOUNS


def _kind_of_noun(found: Sequence[ClassedWord], at: int) -> bool:
    return found[at].kind == "noun" and found[at].low not in MOVING_VERBS | VALUE_VERBS


def _has_plural(found: Sequence[ClassedWord], first: int, last: int) -> bool:
    return any(is_plural_noun(w.low) for w in found[first:last])


def format_phrase(
    text: str,
    found: Sequence[ClassedWord],
    phrase: NounPhrase,
    small: Callable[[str], bool],
) -> str:
    """A phrase's words as inside a sentence; "" for an uninformative phrase.

    Names, pronouns and empty nouns («year») are uninformative. A common word that
    begins a sentence loses its capital.

    Args:
        text: The text of the words.
        found: The sentence's words.
        phrase: Which of them.
        small: Whether the text has a word in small letters somewhere.
    """
    inside = found[phrase.first : phrase.last]
    size = _measure_phrase(inside)
    head = inside[size - 1]
    if head.low in VAGUE_NOUNS or head.kind in ("pron", "number"):
        return ""
    if head.text[0].isupper() and not _is_common_phrase(found, phrase, size, small):
        return ""
    shown = text[inside[0].start : inside[-1].end]
    opens = phrase.first == 0 or found[phrase.first - 1].kind == "stop"
    if opens and _should_lower(inside, size, small):
        return shown[0].lower() + shown[1:]
    return shown


def _measure_phrase(inside: Sequence[ClassedWord]) -> int:
    """The number of words up to a phrase's head, the last one before «of»."""
    hanging = (at for at, word in enumerate(inside) if at and word.kind == "prep")
    return next(hanging, len(inside))


def _is_common_phrase(
    found: Sequence[ClassedWord],
    phrase: NounPhrase,
    size: int,
    small: Callable[[str], bool],
) -> bool:
    """Whether a phrase with a capitalised head at word `size` is no name."""
    opens = phrase.first == 0 or found[phrase.first - 1].kind == "stop"
    if opens and size == 1:
        word = found[phrase.first]
        hyphened = "-" in word.text and word.text[1:].islower()
        plain = word.low in PLAIN_NOUNS or hyphened or small(word.low)
        return plain or _is_thing(found, phrase.first, small)
    return phrase.first > 0 and found[phrase.first - 1].low == "the"


def _is_thing(
    found: Sequence[ClassedWord], at: int, small: Callable[[str], bool]
) -> bool:
    """Whether the first word of a sentence is a common noun by its form or use.

    «Repairs» costs money; «Improvements» has its ending; «Barriers» is one where the
    text has «barrier», or a complement follows: «Barriers for the».
    """
    low = found[at].low
    if low in MASS_NOUNS or low.endswith(_DERIVED):
        return True
    if not is_plural_noun(low) or low in IRREGULAR_PLURALS:
        return False
    if any(small(low.removesuffix("s") + more) for more in ("", "ed", "ing")):
        return True
    if at + 2 >= len(found) or found[at + 1].low not in _BELONGS:
        return False
    return found[at + 2].kind in ("det", "poss")


#: Endings of plurals derived from verbs and adjectives, rare in names.
_DERIVED = ("ments", "ations", "itions", "ctions", "sions", "ances", "ences", "ities")
_BELONGS = word_set("of to for")


def _should_lower(
    inside: Sequence[ClassedWord], size: int, small: Callable[[str], bool]
) -> bool:
    first = inside[0]
    if not first.text[:1].isupper() or not first.text[1:].islower():
        return False
    return size == 1 or "-" in first.low or first.low in PLAIN_NOUNS or small(first.low)
