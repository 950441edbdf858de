"""Cuts a sentence into classed words and finds noun phrases; it knows no figures.

A shallow chunker in the manner of Abney (1991): closed word classes come from tables,
what is in none of them may be a noun or an adjective, and a phrase is a run of such
words. Participles belong to a phrase only behind a determiner («the damaged girder»).
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from digests.figures.tables import (
    BE,
    CHANGES,
    CLIPPED,
    IRREGULAR,
    KINDS,
    MASSES,
    MODALS,
    MOVES,
    NO_ADVERBS,
    NOT_PLURAL,
    PLAIN,
    SPARED,
    VAGUE,
    VALUES,
)
from digests.language import verbs

_WORD = re.compile(
    r"(?P<word>(?:[A-Z]\.){2,}|[^\W\d_]+(?:[-.'’&][^\W_]+)*(?:(?<=s)['’](?=\s\w))?)"
    r"|(?P<number>\d[\d.,]*(?<![.,])\w*)|(?P<comma>,)|[^\s]"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_MOST_WORDS = 4
#: How far to the left a subject is looked for, in words.
_FAR = 24
#: How many phrases may hang on a subject («revenue in the months to the end»).
_MOST_HANGING = 5


class Word(NamedTuple):
    """A word or sign with its place and class.

    `kind` is one of det, poss, prep, link, pron, adv, number, verb, ed, ing, comma,
    stop (any other sign), and noun for the rest.
    """

    start: int
    end: int
    text: str
    low: str
    kind: str


class Phrase(NamedTuple):
    """A noun phrase: words `first` to `last`, end exclusive."""

    first: int
    last: int


def words(text: str, start: int, end: int) -> list[Word]:
    """The classed words of `text[start:end]`."""
    found = []
    for m in _WORD.finditer(text, start, end):
        shown = m.group()
        low = shown.lower().replace("’", "'")
        kind = m.lastgroup or "stop"
        if kind == "word":
            kind = _kind(low)
        found.append(Word(m.start(), m.end(), shown, low, kind))
    return found


def _kind(low: str) -> str:
    known = KINDS.get(low)
    if known is not None:
        return known
    if "'" in low:
        owns = low[-1] == "'" or low.endswith("'s")
        return "poss" if owns and low not in CLIPPED else "pron"
    if low.endswith("ly") and low not in NO_ADVERBS:
        return "adv"
    if low.endswith("ed") and verbs.looks_finite(low):
        return "ed"
    if low in IRREGULAR or not verbs.looks_finite(low):
        return "ing" if verbs.looks_participle(low) else "noun"
    return "verb"


def is_plural(low: str) -> bool:
    """Whether a lower-case word looks like a plural noun."""
    if low in IRREGULAR or (low.endswith("men") and len(low) > 5):
        return True
    return len(low) > 3 and low.endswith("s") and not low.endswith(NOT_PLURAL)


def before(found: Sequence[Word], at: int) -> Phrase | None:
    """The noun phrase that ends right before word `at`."""
    if at < 1 or not _heads(found, at - 1):
        return None
    first = at - 1
    while first > 0 and at - first < _MOST_WORDS and _joins(found, first - 1):
        first -= 1
    if first and first < at - 1 and found[first - 1].low in MODALS:
        first += 1
    while first < at - 1 and found[first].low in SPARED:
        first += 1
    return Phrase(first, at)


def after(
    found: Sequence[Word],
    at: int,
    *,
    plural: bool = False,
    whole: bool = False,
    tied: bool = False,
) -> Phrase | None:
    """The noun phrase that begins at word `at`, behind its determiner.

    Args:
        found: The sentence's words.
        at: Where the phrase or its determiner stands.
        plural: Whether only a phrase with a plural counts.
        whole: Whether adjectives like «other» stay in front.
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
        if not _continues(found, first, last):
            break
        last += 1
        ended = word.kind == "noun" and is_plural(word.low)
    while last > first and found[last - 1].kind in ("poss", "ed"):
        last -= 1
    while not whole and first < last - 1 and found[first].low in SPARED:
        first += 1
    if last <= first or (plural and not ended and not _has_plural(found, first, last)):
        return None
    return Phrase(first, last)


def with_complement(found: Sequence[Word], phrase: Phrase, *, of: str) -> Phrase:
    """A phrase with the one that hangs on it by a preposition among `of`'s words."""
    at = phrase.last
    if at + 1 >= len(found) or found[at].low not in of.split():
        return phrase
    more = after(found, at + 1)
    if more is None or found[more.first].text[0].isupper():
        return phrase
    return Phrase(phrase.first, more.last)


def subject(found: Sequence[Word], verb: int) -> Phrase | None:
    """The phrase that the verb at `verb` speaks of, or None where it is not plain."""
    at = verb
    while at > 0 and (_helps(found[at - 1]) or is_raised(found, at - 1)):
        at -= 1
    if at == 0:
        return None
    left = found[at - 1]
    if left.low in ("that", "which") and _is_relative(found, at - 1):
        at -= 2 if at > 1 and found[at - 2].kind == "comma" else 1
        return before(found, at)
    if left.kind == "comma":
        return _before_insertion(found, at - 1)
    if left.low in ("and", "but") or left.kind == "link":
        return _first(found, at - 1) if left.low in ("and", "but") else None
    return _leftmost(found, at)


def _helps(word: Word) -> bool:
    """Whether a word belongs to the verb behind it («will have to», «not»)."""
    if word.kind == "verb":
        return word.low not in PLAIN
    return word.kind == "adv" or word.low == "to"


def is_raised(found: Sequence[Word], at: int) -> bool:
    """Whether the subject is the next verb's: «is expected to cost», «are set to»."""
    return (
        0 < at < len(found) - 1
        and found[at].low in _RAISED
        and found[at + 1].low == "to"
        and found[at - 1].low in BE
    )


def _is_relative(found: Sequence[Word], at: int) -> bool:
    return at > 0 and (found[at - 1].kind in ("noun", "comma", "ing"))


def _before_insertion(found: Sequence[Word], comma: int) -> Phrase | None:
    """«Trade, valued at …»; «the bridge, which is old, is …»."""
    direct = before(found, comma)
    for at in range(comma - 1, max(0, comma - _FAR), -1):
        if found[at].kind == "comma":
            opened = found[at + 1].low in _INSERTS or found[at + 1].kind == "prep"
            return _leftmost(found, at) if opened else direct
        if found[at].kind == "stop":
            break
    return _leftmost(found, comma) if direct else None


_RAISED = frozenset(
    (
        *("expected", "estimated", "projected", "predicted", "forecast", "thought"),
        *("believed", "said", "reported", "supposed", "likely", "set", "due", "sure"),
    )
)
_INSERTS = frozenset(("which", "who", "whose", "where", "when"))


def _first(found: Sequence[Word], at: int) -> Phrase | None:
    """The subject of the clause that goes on at `at` with «and»."""
    begin = at
    while begin > 0 and found[begin - 1].kind not in ("stop", "link"):
        begin -= 1
    phrase = after(found, begin)
    if phrase is None or phrase.last >= at:
        return None
    return phrase if found[phrase.last].kind in ("verb", "ed") else None


def _leftmost(found: Sequence[Word], at: int) -> Phrase | None:
    """«Sales of trays to shops» before `at`: the phrase that the others hang on."""
    if at > 2 and found[at - 1].kind == "number" and found[at - 2].kind == "prep":
        at -= 2
    phrase = before(found, at)
    for _ in range(_MOST_HANGING):
        if phrase is None:
            return None
        at = phrase.first
        while at > 0 and (
            found[at - 1].kind in ("det", "poss", "number")
            or found[at - 1].low in SPARED
        ):
            at -= 1
        if at < 2 or found[at - 1].kind != "prep":
            break
        if found[at - 2].low in ("those", "that"):
            break
        phrase = before(found, at - 1)
    return phrase and with_complement(found, phrase, of="of")


def _heads(found: Sequence[Word], at: int) -> bool:
    """Whether word `at` may be the noun that a phrase ends with."""
    word = found[at]
    ahead = found[at - 1].kind if at else "stop"
    if word.low in MOVES or word.low in VALUES or word.kind in ("ing", "verb"):
        if word.kind == "ed":
            return False
        return ahead in ("det", "poss", "noun") or word.low in PLAIN
    return word.kind == "noun"


def _joins(found: Sequence[Word], at: int) -> bool:
    """Whether word `at` belongs to the phrase that begins right after it."""
    word = found[at]
    ahead = found[at - 1] if at else None
    behind = ahead is None or ahead.kind in ("det", "poss", "number", "stop")
    if word.low in MOVES or word.low in VALUES:
        return ahead is not None and ahead.kind in ("det", "poss")
    if word.kind == "ed":
        return ahead is not None and (behind or ahead.low == "of")
    if word.kind == "ing":
        return behind or (ahead is not None and ahead.low in PLAIN)
    return word.kind == "noun"


def _behind_determiner(found: Sequence[Word], at: int) -> int:
    """Past «the», «its many», and the name that owns what follows."""
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


def _continues(found: Sequence[Word], first: int, at: int) -> bool:
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
    return word.low in CHANGES or (word.kind == "verb" and word.low in PLAIN)


def _is_compound(word: Word) -> bool:
    return is_plural(word.low) and word.low not in VAGUE


def _kind_of_noun(found: Sequence[Word], at: int) -> bool:
    return found[at].kind == "noun" and found[at].low not in MOVES | VALUES


def _has_plural(found: Sequence[Word], first: int, last: int) -> bool:
    return any(is_plural(w.low) for w in found[first:last])


def said(
    text: str, found: Sequence[Word], phrase: Phrase, small: Callable[[str], bool]
) -> str:
    """A phrase's words as they read inside a sentence; "" where it says nothing.

    Names say nothing, nor do pronouns and empty nouns («year»). The first word of a
    sentence loses its capital where it is a common one.

    Args:
        text: What the words were cut from.
        found: The sentence's words.
        phrase: Which of them.
        small: Whether the text has a word in small letters somewhere.
    """
    inside = found[phrase.first : phrase.last]
    size = _size(inside)
    head = inside[size - 1]
    if head.low in VAGUE or head.kind in ("pron", "number"):
        return ""
    if head.text[0].isupper() and not _common(found, phrase, size, small):
        return ""
    shown = text[inside[0].start : inside[-1].end]
    opens = phrase.first == 0 or found[phrase.first - 1].kind == "stop"
    if opens and _lowers(inside, size, small):
        return shown[0].lower() + shown[1:]
    return shown


def _size(inside: Sequence[Word]) -> int:
    """How many words a phrase has up to its noun, the last one before «of»."""
    hanging = (at for at, word in enumerate(inside) if at and word.kind == "prep")
    return next(hanging, len(inside))


def _common(
    found: Sequence[Word], phrase: Phrase, size: int, small: Callable[[str], bool]
) -> bool:
    """Whether a phrase of `size` words up to its head, a capital one, is no name."""
    opens = phrase.first == 0 or found[phrase.first - 1].kind == "stop"
    if opens and size == 1:
        word = found[phrase.first]
        hyphened = "-" in word.text and word.text[1:].islower()
        plain = word.low in PLAIN or hyphened or small(word.low)
        return plain or _is_thing(found, phrase.first, small)
    return phrase.first > 0 and found[phrase.first - 1].low == "the"


def _is_thing(found: Sequence[Word], at: int, small: Callable[[str], bool]) -> bool:
    """Whether a word that opens its sentence is a common noun by its make or its use.

    «Repairs» take money; «Improvements» has its ending; «Barriers» are one where the
    text has «barrier», or says «Barriers for the»: a plural with what belongs to it.
    """
    low = found[at].low
    if low in MASSES or low.endswith(_DERIVED):
        return True
    if not is_plural(low) or low in IRREGULAR:
        return False
    if any(small(low.removesuffix("s") + more) for more in ("", "ed", "ing")):
        return True
    if at + 2 >= len(found) or found[at + 1].low not in _BELONGS:
        return False
    return found[at + 2].kind in ("det", "poss")


#: End plurals that are made from verbs and adjectives; hardly a name does.
_DERIVED = ("ments", "ations", "itions", "ctions", "sions", "ances", "ences", "ities")
_BELONGS = frozenset(("of", "to", "for"))


def _lowers(inside: Sequence[Word], size: int, small: Callable[[str], bool]) -> bool:
    first = inside[0]
    if not first.text[:1].isupper() or not first.text[1:].islower():
        return False
    return size == 1 or "-" in first.low or first.low in PLAIN or small(first.low)
