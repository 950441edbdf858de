"""Rate how likely a sentence that is possible is the answer to a question.

A linear model over a few properties: where the words of the question's main clause are
(in the sentence, at the head of its article, further away, nowhere), whether the verb
and the noun that is asked for are in the sentence, and whether it has what its kind of
question asks for. `python -m tests.bench.asking_fit` fits the weights (`weights.txt`)
on the question sets of tests/data/asking; nobody should change one by hand.
"""

import re
from collections.abc import Iterator, Mapping

from digests.answers import statements
from digests.answers.matching import SentenceMatch
from digests.answers.questions import Question, QuestionTerm
from digests.answers.vocabulary import IRREGULAR_BASES, find_root
from digests.language.words import load_word_rows, split_words, word_set

#: From this rating on a sentence is the answer, and from that on it may be shown as the
#: nearest passage: the logarithm of its odds.
SURE, NEAREST = -0.9, -1.9
#: The last word of a row is the weight of what the others name.
WEIGHTS: Mapping[str, float] = {
    " ".join(name): float(weight)
    for *name, weight in load_word_rows(__file__, "weights.txt")["weights"]
}
#: The sentence that counts as far down.
_FAR = 15
#: Words of a sentence that is not short.
_SHORT = 10
#: The last sentence of an article's head.
_HEAD = 3
_PERFECT_CAUSE = re.compile(
    r"\b(?:had|hatten?|war(?:en)?)\s(?!to\b|zu\b)(?:\w+\s){0,6}?(?:\w+ed|\w*ge\w+(?:t|en)|"
    rf"{'|'.join(IRREGULAR_BASES)}|been|burst|come|cut|hit|run|set|split)\b"
)
_OPEN_WORDS = word_set("where why who when how wo warum wer wann wie weshalb wieso")


def rate_sentence(match: SentenceMatch) -> float:
    """The logarithm of the odds that the sentence is the answer."""
    return sum(WEIGHTS.get(name, 0) * value for name, value in iter_properties(match))


def iter_properties(match: SentenceMatch) -> Iterator[tuple[str, float]]:
    """The properties of a sentence that a weight belongs to, with values up to 1."""
    yield "bias", 1.0
    yield from _iter_word_properties(match)
    yield from _iter_kind_properties(match)
    yield "short", max(0.0, 1 - len(match.line.words) / _SHORT)
    yield "first sentence", float(match.at == 0)
    yield "far down", min(match.at, _FAR) / _FAR


def _iter_word_properties(match: SentenceMatch) -> Iterator[tuple[str, float]]:
    question, passage, at = match.question, match.passage, match.at
    held = match.line.held
    places = (
        ("here", held),
        ("before", passage.lines[max(0, at - 1)].held),
        ("head", passage.lead),
        ("elsewhere", passage.held),
    )
    names = [term for term in question.terms if term.name is not None]
    main = question.focus or [term for term in question.terms if term.name is None]
    if not main:
        yield "only names", 1.0
        yield "only names, first", float(at == 0)
    for kind, terms in (("words", main), ("names", names)):
        total = sum(term.weight for term in terms)
        for term in terms:
            there = (place for place, roots in places if term.accepted_roots & roots)
            yield f"{kind} {next(there, 'nowhere')}", term.weight / total
    heavy = [term for term in main if term.weight >= 1]
    for term in heavy:
        same = find_root(term.word, passage.lang) in held
        yield "same form", same / len(heavy)
        only = bool(term.accepted_roots & held) and (
            passage.count_sentences(term.accepted_roots) == 1
        )
        yield "only here", only / len(heavy)


def _iter_kind_properties(match: SentenceMatch) -> Iterator[tuple[str, float]]:
    question, text, held = match.question, match.line.text, match.line.held
    verb, share = _find_verb(question), _measure_share(match)
    yield "verb", float(verb is not None and bool(verb.accepted_roots & held))
    for name, there in _iter_wanted(match):
        yield name if there else f"{name} missing", 1.0
        # The event itself, without what is asked about it.
        yield f"{name} missing of it", share * (not there)
    match question.kind:
        case "reason":
            # What had happened is not the reason of itself.
            before = share < 1 and not statements.is_denial(text)
            if before and _PERFECT_CAUSE.search(text):
                yield "had happened", 1.0
                yield "had happened at the head", float(0 < match.at <= _HEAD)
        case "yes or no":
            yield "negated", float(statements.denies(text))
            yield "denied", float(statements.is_denial(text))
        case kind:
            yield "toll", float(question.counted is not None and match.reports_toll())
            if kind == "length":
                yield "measured", float(match.gives_measure())
    yield "unknown", float(statements.is_unknown(text))
    yield "of speech", float(question.speaker is not None)


def _iter_wanted(match: SentenceMatch) -> Iterator[tuple[str, bool]]:
    """What a question of its form asks for, and whether the sentence has it."""
    question = match.question
    if question.deeds:
        yield "deed", _holds_deed(match)
    if question.asked_noun:
        wanted = (t.accepted_roots for t in question.terms)
        asked = (roots for roots in wanted if question.asked_noun in roots)
        yield "noun", any(roots & match.line.held for roots in asked)
    if question.kind == "reason":
        yield "reason", match.gives_reason()
    if question.kind == "name":
        yield "name", _names_beside(match)


def _measure_share(match: SentenceMatch) -> float:
    """The share of the words of the main clause that are in the sentence."""
    focus, held = match.question.focus, match.line.held
    return sum(bool(t.accepted_roots & held) for t in focus) / max(1, len(focus))


def explains_event(match: SentenceMatch) -> bool:
    """Whether it gives a reason, perhaps without a word of the question.

    «A tyre had burst.»
    """
    if match.question.kind != "reason":
        return False
    return match.gives_reason() or bool(_PERFECT_CAUSE.search(match.line.text))


def reports_gap(match: SentenceMatch) -> bool:
    """Whether it says in the question's words that the answer is not known.

    «Where he had been is a mystery» to «where had he been?».
    """
    question, line = match.question, match.line
    asked = [word for word in split_words(question.text) if word in _OPEN_WORDS][:1]
    if not set(asked) & set(line.words) or not statements.is_unknown(line.text):
        return False
    return not question.deeds or _holds_deed(match)


def _find_verb(question: Question) -> QuestionTerm | None:
    """The noun that is asked for, or the verb or complement of the main clause."""
    for term in question.focus:
        if question.asked_noun in term.accepted_roots:
            return term
    heavy = [term for term in question.focus if term.weight >= 1]
    if not (heavy or question.focus):
        return None
    return (heavy or question.focus)[0 if question.verb_first else -1]


def _holds_deed(match: SentenceMatch) -> bool:
    # «Of the same design» does not say who designed.
    asked = split_words(match.question.text)[:3]
    bare = {word.removesuffix("ed") for word in asked if word.endswith("ed")}
    return any(
        root in match.question.deeds and word not in bare
        for word, root in zip(match.line.words, match.line.roots, strict=True)
    )


def _names_beside(match: SentenceMatch) -> bool:
    """Whether a capitalised word follows or stands beside a word asked about."""
    for term in match.question.focus:
        for root in term.accepted_roots & match.line.held:
            beside = (
                rf"\b{re.escape(root)}\w*,?\s(?:named\s|called\s|namens\s)?[A-ZÄÖÜ]\w+"
            )
            if re.search(beside, match.line.text):
                return True
    return "name" in match.line.words or "called" in match.line.words
