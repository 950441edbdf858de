"""Split a sentence into classed words and find noun phrases in it.

A shallow chunker after Abney (1991): closed word classes come from tables, other words
may be nouns or adjectives, and a phrase is a run of such words. Participles belong to a
phrase only after a determiner («the damaged girder»).
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from digests.language import grammar
from digests.language.words import load_word_tables, word_set

_TABLES = load_word_tables(__file__, "phrases.txt")

#: Closed word classes; other words count as nouns or adjectives.
WORD_KINDS: Mapping[str, str] = {
    word: kind
    for kind in ("det", "adv", "prep", "link", "pron", "number")
    for word in _TABLES[kind]
}

#: Words in «'s» that are no possessives.
CLIPPED_WORDS = _TABLES["clipped_words"]
#: Words in «-ly» that are no adverbs.
NO_ADVERBS = _TABLES["no_adverbs"]

#: Plurals without an «s», and those whose «s» is ambiguous.
IRREGULAR_PLURALS = _TABLES["irregular_plurals"]
NOT_PLURAL = ("ss", "us", "is", "ous", "ics")

#: «a 5% rise in sales»: nouns that say little without what follows.
CHANGE_WORDS = _TABLES["change_words"]

#: What a number without a unit may be («the attendance was 11,482»).
BARE_NOUNS = _TABLES["bare_nouns"]

#: Verbs whose subject is measured by a figure after them.
VALUE_VERBS = _TABLES["value_verbs"]
#: Verbs whose object is measured by a figure after «by», «to» or «at».
MOVING_VERBS = _TABLES["moving_verbs"]
#: «is expected to cost»: the subject is that of the verb after «to».
RAISED_WORDS = _TABLES["raised_words"]

#: Nouns that are never, or not usefully, measured.
VAGUE_NOUNS = _TABLES["vague_nouns"]

#: People by what happened to them: «12 dead», «killed 12».
HARM_WORDS = _TABLES["harm_words"]
HARMING_VERBS: Mapping[str, str] = {
    "killing": "killed",
    "killed": "killed",
    "injuring": "injured",
    "injured": "injured",
    "wounding": "wounded",
    "wounded": "wounded",
}
FORMS_OF_BE = word_set("is are was were be been being")
#: Common words of value: at the start of a sentence they are no names.
PLAIN_NOUNS = _TABLES["plain_nouns"]


_WORD = re.compile(
    r"(?P<word>(?:[A-Z]\.){2,}|[^\W\d_]+(?:[-.'’&][^\W_]+)*(?:(?<=s)['’](?=\s\w))?)"
    r"|(?P<number>\d[\d.,]*(?<![.,])\w*)|(?P<comma>,)|[^\s]"
)
_MOST_WORDS = 7
#: Words whose class is kept.
_KEPT_WORDS = 1 << 12
#: Phrases that may be attached to a subject («revenue in the months to the end»).
_MOST_HANGING = 5
#: Words that are verbs more often than nouns.
_VERBS = MOVING_VERBS | VALUE_VERBS
_AUXILIARIES = grammar.AUXILIARIES | FORMS_OF_BE


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


@lru_cache(maxsize=_KEPT_WORDS)
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
    return NounPhrase(first, at)


def find_phrase_after(
    found: Sequence[ClassedWord], at: int, *, plural: bool = False, tied: bool = False
) -> NounPhrase | None:
    """The noun phrase that begins at word `at`, after its determiner.

    Args:
        found: The sentence's words.
        at: Where the phrase or its determiner begins.
        plural: Whether only a phrase with a plural counts.
        tied: Whether a hyphen leads to it, so that no plural ends it.
    """
    first = last = _skip_determiner(found, at)
    ended = False
    while last - first < _MOST_WORDS and _continues_phrase(found, first, last):
        if ended and not tied and not _joins_compound(found[last]):
            break
        ended = found[last].kind == "noun" and is_plural_noun(found[last].low)
        last += 1
    while last > first and found[last - 1].kind in ("poss", "ed"):
        last -= 1
    if last <= first:
        return None
    if plural and not any(is_plural_noun(w.low) for w in found[first:last]):
        return None
    return NounPhrase(first, last)


def extend_phrase(
    found: Sequence[ClassedWord], phrase: NounPhrase, *by: str
) -> NounPhrase:
    """A phrase with the one that a preposition of `by` attaches to it."""
    at = phrase.last
    if at + 1 >= len(found) or found[at].low not in by:
        return phrase
    more = find_phrase_after(found, at + 1)
    if more is None or found[more.first].text[0].isupper():
        return phrase
    return NounPhrase(phrase.first, more.last)


def find_verb_subject(found: Sequence[ClassedWord], verb: int) -> NounPhrase | None:
    """The subject of the verb at `verb`, or None where it is not certain.

    It is the phrase that the others are attached to: «Sales of trays to shops».
    """
    at = verb
    while at > 0 and (_is_auxiliary(found[at - 1]) or _is_raised(found, at - 1)):
        at -= 1
    at -= at > 1 and found[at - 1].low in ("that", "which")
    if at > 1 and found[at - 1].kind == "comma":
        return find_phrase_before(found, at - 1)
    if at > 2 and found[at - 1].kind == "number" and found[at - 2].kind == "prep":
        at -= 2
    phrase = find_phrase_before(found, at)
    for _ in range(_MOST_HANGING):
        at = phrase.first if phrase else 0
        while at > 0 and found[at - 1].kind in ("det", "poss", "number"):
            at -= 1
        if at < 2 or found[at - 1].kind != "prep":
            break
        phrase = find_phrase_before(found, at - 1)
    return extend_phrase(found, phrase, "of") if phrase else None


def _is_auxiliary(word: ClassedWord) -> bool:
    """Whether a word belongs to the verb after it («will have to», «not»)."""
    if word.kind == "verb":
        return word.low not in PLAIN_NOUNS
    return word.kind == "adv" or word.low == "to"


def _is_raised(found: Sequence[ClassedWord], at: int) -> bool:
    """Whether the subject is the next verb's: «is expected to cost», «are set to»."""
    before, after = found[at - 1] if at else None, found[at + 1]
    raised = found[at].low in RAISED_WORDS and after.low == "to"
    return raised and before is not None and before.low in FORMS_OF_BE


def _may_be_head(found: Sequence[ClassedWord], at: int) -> bool:
    """Whether word `at` may be the noun that a phrase ends with."""
    word = found[at]
    if word.low in _AUXILIARIES:
        return False
    if word.low in _VERBS or word.kind in ("ing", "verb"):
        ahead = found[at - 1].kind if at else "stop"
        nominal = ahead in ("det", "poss", "noun") or word.low in PLAIN_NOUNS
        return word.kind != "ed" and nominal
    return word.kind == "noun"


def _joins_phrase(found: Sequence[ClassedWord], at: int) -> bool:
    """Whether word `at` belongs to the phrase that begins right after it."""
    word, ahead = found[at], found[at - 1].kind if at else "stop"
    if word.low in _VERBS:
        return ahead in ("det", "poss")
    if word.kind in ("ed", "ing"):
        return ahead in ("det", "poss", "number")
    return word.kind == "noun"


def _skip_determiner(found: Sequence[ClassedWord], at: int) -> int:
    """The word after «the», «its many», and a possessive name."""
    while at < len(found) and found[at].kind in ("det", "poss"):
        at += 1
    named = at + 1 < len(found) and found[at].text[0].isupper()
    return at + 2 if named and found[at + 1].kind == "poss" else at


def _continues_phrase(found: Sequence[ClassedWord], first: int, at: int) -> bool:
    """Whether word `at` belongs to the phrase that began at `first`."""
    if at >= len(found):
        return False
    word = found[at]
    following = found[at + 1].kind if at + 1 < len(found) else "stop"
    if word.kind == "ing" and following in ("stop", "comma", "prep"):
        return True
    if word.kind in ("ed", "ing"):
        return at == first and following in ("noun", "ing")
    if word.kind == "poss":
        return at > first and following == "noun"
    plain = word.kind == "verb" and word.low in PLAIN_NOUNS
    return plain or word.kind == "noun" or word.low in CHANGE_WORDS


def _joins_compound(word: ClassedWord) -> bool:
    """Whether a plural may follow another one: «sports clubs»."""
    noun = word.kind == "noun" and word.low not in _VERBS
    return noun and is_plural_noun(word.low) and word.low not in VAGUE_NOUNS


def format_phrase(text: str, found: Sequence[ClassedWord], phrase: NounPhrase) -> str:
    """A phrase's words as inside a sentence; "" for an uninformative phrase.

    Pronouns, empty nouns («year») and names that do not open the sentence are
    uninformative. A common noun of value that opens it loses its capital.
    """
    inside = found[phrase.first : phrase.last]
    hanging = (at for at, word in enumerate(inside) if at and word.kind == "prep")
    head = inside[next(hanging, len(inside)) - 1]
    opens = phrase.first == 0 or found[phrase.first - 1].kind == "stop"
    named = head.text[0].isupper() and not (opens and head is inside[0])
    if named or head.low in VAGUE_NOUNS or head.kind in ("pron", "number"):
        return ""
    shown = text[inside[0].start : inside[-1].end]
    if opens and inside[0].low in PLAIN_NOUNS:
        return shown[0].lower() + shown[1:]
    return shown
