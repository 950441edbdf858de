"""Judge whether a quotation stands without the sentences around it.

A card shows the words alone. A reader understands them if they are a whole thought, if
nothing in their first sentence leans on what was said before («But …», «That is why»),
and if every pronoun has something inside of the words that it can mean. Answers,
questions and the rest of a sentence do not stand alone. In doubt they do not.

One pass over the words; nothing is looked up outside of the quotation's own sentence.
"""

import itertools
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from digests.language.grammar import (
    COURTESY,
    DETERMINERS,
    PREPOSITIONS,
    looks_finite,
)
from digests.language.words import load_word_tables, word_set
from digests.quotes.speaker_mentions import is_plural_role, is_role_noun

_TABLES = load_word_tables(__file__, "standing.txt")
_LEANING = _TABLES["leaning_openings"]
_POINTING = _TABLES["pointing_words"]
_THING = _TABLES["thing_pronouns"]
_PLURAL = _TABLES["plural_pronouns"]
_PERSON = _TABLES["person_pronouns"]
_PERSON_NOUNS = _TABLES["person_nouns"]
_AFTER_BARE = _TABLES["after_bare_pointer"]
_BEFORE_BARE = _TABLES["before_bare_pointer"]
_GERMAN_POINTERS = _TABLES["german_pointers"]
_AFTER_GERMAN = _TABLES["after_german_pointer"]
_CALENDAR = _TABLES["calendar_words"]
_SUBJECTS = _TABLES["subjects"]
_ANSWERING = _TABLES["answering_cues"]
_ANNOUNCING = _TABLES["announcing"]
_VAGUE = _TABLES["vague_nouns"]
_EMPTY = _TABLES["empty_words"]

#: Shorter words are a slogan, an answer or small talk.
FEWEST_WORDS: Final = 6
#: An answer of fewer words needs its question.
_FEWEST_ANSWERED = 12
#: «It is …» announces what follows if «that» or «to» is at most this far.
_ANNOUNCED_WITHIN = 9
_WORD = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*|[.!?…]+|[^\w\s]")
#: An editor's insertion or omission, a transcript, an announcement of what follows.
_UNFIT = re.compile(
    r"[\[(]|\.\.\.|…|^[A-Z]{3,}:|^One\sis\s|"
    r"\b(?:two|three|four|several)\s(?:\w+\s)?(?:thing|issue|reason|way|point)s\W*$"
    # of which two, for what, to whom
    r"|\bthe (?:two|three|other|others)\b(?!\s\w)|\bsome (?:form|kind|sort) of \w+\W*$"
    r"|\bto you\W*$|\bsome people have some\b"
)
#: Words after an article that are no nouns: «the last thing they need».
_NO_THINGS = word_set(
    "first last next only same best worst most very whole one thing other"
)
_SENTENCE_ENDS = frozenset(".!?…")
_SHORTEST_PLURAL = 4
#: They may mean somebody whom the sentence just before names, or a pair.
KNOWN_OPENINGS: Final = frozenset(("he", "she"))
PAIR_OPENINGS: Final = frozenset(("both", "beide"))
_JOINING = frozenset(("and", "und"))
_POINTERS = frozenset(("this", "that", "these", "those"))


class _SaidWord(NamedTuple):
    """A word or sign; `low` has straight apostrophes."""

    text: str
    low: str
    #: Whether a sentence begins here.
    first: bool
    #: Number of its sentence.
    sentence: int


def stands_alone(
    said: str, cue: str | None, *, german: bool = False, known: bool = False
) -> bool:
    """Whether a reader understands these words without others.

    Args:
        said: The words of a whole utterance.
        cue: The reporting word, if there is one.
        german: Whether they are German, whose verbs no table has.
        known: Whether a reader knows whom a first «he», «she» or «both» means.
    """
    words = _read_words(said)
    plain = [word for word in words if word.low[0].isalnum()]
    if len(plain) < FEWEST_WORDS or not _begins_whole(said):
        return False
    if cue and cue.lower() in _ANSWERING and len(plain) < _FEWEST_ANSWERED:
        return False
    return (
        not said.rstrip().endswith(("?", "–", "—", "-"))
        and not any(word.low in _EMPTY for word in plain)
        and (german or _has_clause(plain))
        and not _leans(plain, known=known)
        and not _has_bare_pointer(words)
        and _has_antecedents(words, known=known)
    )


def _read_words(said: str) -> list[_SaidWord]:
    found: list[_SaidWord] = []
    first, sentence = True, 0
    for match in _WORD.finditer(said):
        text = match[0]
        if text == "." and found and found[-1].low in COURTESY:
            continue
        if text[0] in _SENTENCE_ENDS:
            sentence += not first
            first = True
        elif not first or text[0].isalnum():
            found.append(
                _SaidWord(text, text.lower().replace("’", "'"), first, sentence)
            )
            first = False
    return found


def _begins_whole(said: str) -> bool:
    """Whether a sentence begins with the words, and no editor has changed them."""
    return said[0] not in "([" and not said[0].islower() and not _UNFIT.search(said)


def _has_clause(words: Sequence[_SaidWord]) -> bool:
    """Whether there is a verb with its subject, as far as the tables tell."""
    return any(
        looks_finite(word.low)
        or word.low in _SUBJECTS
        or word.low.endswith(("'s", "'re", "'ve", "'ll", "n't"))
        for word in words
    ) or any(is_role_noun(word.low) and word.low.endswith("s") for word in words)


def _leans(words: Sequence[_SaidWord], *, known: bool) -> bool:
    """Whether the first sentence leans on words before it."""
    opening = words[0].low
    if any(word.low in _POINTING for word in words if not word.sentence):
        return True
    if known and opening.partition("'")[0] in KNOWN_OPENINGS | PAIR_OPENINGS:
        return False
    if opening in PAIR_OPENINGS and _names_pair(words):
        return False
    if opening in {"it", "it's"}:
        return words[1].low == "something" or not _is_announced(words, 0)
    if opening in _GERMAN_POINTERS:
        return words[1].low in _AFTER_GERMAN
    return opening in _LEANING or (opening == "this" and words[1].low in _AFTER_BARE)


def _names_pair(words: Sequence[_SaidWord]) -> bool:
    """Whether «both» says which two: «Both the mill and the bridge are old»."""
    subject = itertools.takewhile(lambda word: not looks_finite(word.low), words[1:])
    return any(word.low in _JOINING for word in list(subject)[1:])


def _is_announced(words: Sequence[_SaidWord], at: int) -> bool:
    """Whether the «it» at a place means what follows: «It is vital that …»."""
    near = words[at + 1 : at + _ANNOUNCED_WITHIN]
    return any(
        word.low in _ANNOUNCING
        and before.low not in _VAGUE
        # «It is going to be built», but «… close, and Sheila has the best chance»
        and (before.low != "going" or any(map(_is_named, near)))
        and word.sentence == words[at].sentence
        for before, word in itertools.pairwise(near)
    )


def _has_bare_pointer(words: Sequence[_SaidWord]) -> bool:
    """Whether the first sentence has «this» or «that» for something outside of it."""
    for at, word in enumerate(words):
        if word.sentence:
            return False
        if word.low == "that's" and (not at or words[at - 1].low in _BEFORE_BARE):
            return True
        if word.low not in _POINTERS or not at:
            continue
        before = words[at - 1].low
        after = words[at + 1] if at + 1 < len(words) else None
        last = after is None or after.sentence > 0 or not after.low[0].isalnum()
        if word.low == "those" and after and after.low in {"who", "whose", "that"}:
            continue
        if word.low in {"that", "those"} and before in PREPOSITIONS - {"in"}:
            return True
        beyond = words[at + 2] if at + 2 < len(words) else word
        if word.low == "that" and beyond.sentence and beyond.low in _POINTERS:
            # «We should seize that chance. These are …»
            return True
        goes_on = after is not None and after.low in _AFTER_BARE
        if last or (goes_on and (before in _BEFORE_BARE or word.low == "this")):
            return True
    return False


def _has_antecedents(words: Sequence[_SaidWord], *, known: bool) -> bool:
    """Whether each pronoun has something before it that it can mean."""
    person = known and words[0].low.partition("'")[0] in KNOWN_OPENINGS
    thing, opening = -1, -1
    for at, word in enumerate(words):
        if word.low in _PERSON and not person:
            return False
        if word.low in _PLURAL and thing < 0 and not person:
            return False
        open_thing = word.low in _THING and thing <= opening and not word.sentence
        if open_thing and at and not _is_announced(words, at):
            return False
        if word.low == "," and opening < 0 and words[0].low in PREPOSITIONS:
            # «In the 20th century, it …» does not mean the century.
            opening = at
        named = _is_named(word)
        person = person or named or _names_person(word)
        if named or is_role_noun(word.low) or _names_thing(words, at):
            thing = at
    return True


def _is_named(word: _SaidWord) -> bool:
    """Whether it may be a name: a capital that opens no sentence, or an owner."""
    owner = word.low.endswith("'s") and word.low not in _SUBJECTS
    named = word.text[0].isupper() and (owner or not word.first)
    return named and word.low not in _CALENDAR


def _names_person(word: _SaidWord) -> bool:
    low = word.low
    return low in _PERSON_NOUNS or (is_role_noun(low) and not is_plural_role(low))


def _names_thing(words: Sequence[_SaidWord], at: int) -> bool:
    """Whether it may be a noun: after a determiner, or a plural."""
    low = words[at].low
    if at and words[at - 1].low in DETERMINERS and low[0].isalnum():
        return low not in DETERMINERS | PREPOSITIONS | _NO_THINGS
    if at and words[at - 1].low.endswith("'s") and words[at - 1].low not in _SUBJECTS:
        return low[0].isalnum()
    return low.endswith("s") and len(low) > _SHORTEST_PLURAL and not looks_finite(low)
