"""Rate how likely a sentence that is possible is the answer to a question.

A linear model over a few properties: where the words of the question's main clause are
(in the sentence, at the head of its article, further away, nowhere), whether the verb
and the noun that is asked for are in the sentence, and whether it has what its kind of
question asks for. `python -m tests.bench.asking_fit` fits the weights (`weights.txt`)
on the question sets of tests/data/asking; nobody should change one by hand.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from math import log
from operator import itemgetter

from digests.answers import statements
from digests.answers.matching import SentenceMatch
from digests.answers.nearness import iter_nearness, measure_distance
from digests.answers.passages import TokenizedArticle
from digests.answers.questions import Question, QuestionTerm
from digests.answers.vocabulary import IRREGULAR_BASES, find_root, join_initials
from digests.language.words import (
    is_stop_word,
    load_weights,
    locate_words,
    split_words,
    word_set,
)
from digests.types import frozen

#: From this rating on a sentence is the answer: the logarithm of its odds.
SURE = 0.4
#: From this rating on it may be shown as the nearest passage.
NEAREST = -0.1
WEIGHTS = load_weights(__file__, "weights.txt")
#: The sentence that counts as far down.
_FAR = 15
#: Words of a sentence beside those of the question that count as many.
_MANY_NEW = 12
#: How much a related word counts.
_RELATED = 0.6
#: Sentences in which a word may be that marks its place in an article.
_RARE = 3
#: The last sentence of an article's head.
_HEAD = 3
_PERFECT_CAUSE = re.compile(
    r"\b(?:had|hatten?|war(?:en)?)\s(?!to\b|zu\b)(?:\w+\s){0,6}?(?:\w+ed|\w*ge\w+(?:t|en)|"
    rf"{'|'.join(IRREGULAR_BASES)}|been|burst|come|cut|hit|run|set|split)\b"
)
_HOW = re.compile(
    r"(?:how|wie)\s(?:do|does|did|is|are|was|were|has|have|had|can|will|ist|sind|war|waren"
    r"|hat|haben|wurden?|wird|werden|kann|kam)\s",
    re.I,
)
_MEANS = re.compile(
    r"\b(?:after|nachdem|nach|by\s(?:\w+ly\s)?\w+ing|through|with\s(?!him\b|her\b|them\b|us\b|whom\b|which\b|more\b)[a-z]+|using|via|indem"
    r"|durch|mithilfe|mit)\b"
)
_CAUSE_WORDS = word_set(
    "why how cause caused causes motive warum wieso weshalb ursache"
)
_OPEN_WORDS = word_set("where why who when how wo warum wer wann wie weshalb wieso")


@frozen
class Coverage:
    """Shares of a question's words: in or beside a sentence, and in it.

    For `rare` a word weighs more that is in fewer articles.
    """

    near: float
    rare: float


@frozen
class Comparison:
    """What a sentence is compared with: the other sentences and articles."""

    #: The shares of each sentence, by article and place, and the largest `rare` of any.
    coverage: Mapping[tuple[str, int], Coverage]
    best: float
    #: By article: its share of the question, where a word weighs more that fewer
    #: articles have; and the largest of any.
    articles: Mapping[str, float]
    most: float


def compare_sentences(
    question: Question,
    passages: Sequence[TokenizedArticle],
    found: Sequence[SentenceMatch],
) -> Comparison:
    """Find what each of these sentences is compared with."""
    rarity = {term.word: _measure_rarity(term, passages) for term in question.terms}
    total = sum(rarity.values()) or 1.0
    shares = {
        each.article.id: sum(
            rarity[t.word] for t in question.terms if t.accepted_roots & each.held
        )
        / total
        for each in passages
    }
    covered = {
        (match.passage.article.id, match.at): measure_coverage(match, rarity)
        for match in found
    }
    return Comparison(
        coverage=covered,
        best=max((each.rare for each in covered.values()), default=0.0),
        articles=shares,
        most=max(shares.values(), default=0.0),
    )


def _measure_rarity(term: QuestionTerm, passages: Sequence[TokenizedArticle]) -> float:
    having = sum(not term.accepted_roots.isdisjoint(each.held) for each in passages)
    return term.weight * log(1 + len(passages) / max(having, 0.5))


def rate_sentence(match: SentenceMatch, others: Comparison) -> float:
    """The logarithm of the odds that the sentence is the answer.

    Args:
        match: A sentence that is possible.
        others: What it is compared with.
    """
    found = iter_properties(match, others)
    return sum(WEIGHTS.get(name, 0) * value for name, value in found)


def measure_coverage(match: SentenceMatch, rarity: Mapping[str, float]) -> Coverage:
    """The shares of the question that a sentence has, alone and with its neighbours."""
    terms, passage, at = match.question.terms, match.passage, match.at
    total = sum(term.weight for term in terms)
    before = passage.lines[max(0, at - 1)].held
    near = sum(
        t.weight
        for t in terms
        if not t.accepted_roots.isdisjoint(match.line.held | before | passage.title)
    )
    rare = sum(rarity[term.word] * _measure_presence(match, term) for term in terms)
    weights = sum(rarity[term.word] for term in terms) or 1.0
    return Coverage(near=near / total, rare=rare / weights)


def _measure_presence(match: SentenceMatch, term: QuestionTerm) -> float:
    held = match.line.held
    return 1.0 if term.accepted_roots & held else _RELATED * bool(term.related & held)


def iter_properties(
    match: SentenceMatch, others: Comparison
) -> Iterator[tuple[str, float]]:
    """The properties of a sentence that a weight belongs to, with values up to 2."""
    yield "bias", 1.0
    yield f"kind {match.question.kind or 'open'}", 1.0
    article = match.passage.article.id
    coverage, share = others.coverage[article, match.at], others.articles[article]
    yield "less rare than others", others.best - coverage.rare
    yield "article", share
    yield "article less than others", others.most - share
    yield from _iter_word_properties(match)
    yield from _iter_kind_properties(match, coverage.near)
    yield from _iter_phrase_properties(match)
    yield from iter_nearness(match)
    yield "first sentence", float(match.at == 0)
    if match.at == 0 and (match.is_measured() or match.question.kind == "yes or no"):
        yield "first sentence, sized or yes", 1.0
    yield "far down", min(match.at, _FAR) / _FAR


def _iter_word_properties(match: SentenceMatch) -> Iterator[tuple[str, float]]:
    question, passage = match.question, match.passage
    held, verb = match.line.held, question.main_verb
    names = [term for term in question.terms if term.name is not None]
    main = question.focus or [term for term in question.terms if term.name is None]
    for kind, terms in (("words", main), ("names", names)):
        total = sum(term.weight for term in terms)
        for term in terms:
            yield f"{kind} {_find_place(match, term)}", term.weight / total
    if verb is not None:
        place = _find_place(match, verb)
        yield f"verb {place}", 1.0
        if match.is_measured():
            yield f"verb {place}, measured", 1.0
    found = passage.occurrences
    counts = [
        (sum(found[r] for r in t.accepted_roots) / t.weight or _RARE + 1, t)
        for t in main
    ]
    fewest, rarest = min(counts, default=(_RARE + 1, None), key=itemgetter(0))
    if rarest is not None and fewest <= _RARE:
        # It marks the place in the article.
        yield f"rarest word {_find_place(match, rarest)}", 1.0
    heavy = [term for term in main if term.weight >= 1]
    for term in heavy:
        same = find_root(term.word, passage.lang) in held
        yield "same form", same / len(heavy)


def _find_place(match: SentenceMatch, term: QuestionTerm) -> str:
    """Where the nearest word of the question's stands."""
    passage, at = match.passage, match.at
    places = (
        ("here", match.line.held),
        ("related", match.line.held),
        ("field", match.line.held),
        ("before", passage.lines[max(0, at - 1)].held),
        ("head", passage.lead),
        ("elsewhere", passage.held),
    )
    there = (
        place
        for place, roots in places
        if roots
        & {"related": term.related, "field": term.field}.get(place, term.accepted_roots)
    )
    return next(there, "nowhere")


def _iter_kind_properties(
    match: SentenceMatch, near: float
) -> Iterator[tuple[str, float]]:
    question, text = match.question, match.line.text
    share = _measure_share(match)
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
            yield "negated", near * statements.denies(text)
            yield "denied", near * statements.is_denial(text)
            yield "not known", float(statements.is_unknown(text))
        case "" if _HOW.match(question.text):
            there = _MEANS.search(text) is not None
            yield "means" if there else "means missing", 1.0
        case kind:
            yield "toll", float(question.counted is not None and match.reports_toll())
            if kind == "length":
                yield "measured", float(match.gives_measure())
    yield "unknown", float(statements.is_unknown(text))


def _iter_phrase_properties(match: SentenceMatch) -> Iterator[tuple[str, float]]:
    """How far the number that is asked for is from a word of the question."""
    question, line = match.question, match.line
    words = zip(line.words, line.roots, strict=True)
    every = frozenset[str]().union(*(term.accepted_roots for term in question.terms))
    new = sum(
        root not in every and not is_stop_word(word, match.passage.lang)
        for word, root in words
    )
    yield "new words", min(new, _MANY_NEW) / _MANY_NEW
    if not match.is_measured() or not match.numbers:
        return
    focus = question.focus or question.terms
    asked = frozenset[str]().union(*(term.accepted_roots for term in focus))
    places = [at for at, root in enumerate(line.roots) if root in asked]
    numbers = sorted((span.start, span.end) for span in match.numbers)
    figures = [
        at
        for at, (start, end) in enumerate(locate_words(join_initials(line.text)))
        if (before := bisect_left(numbers, (end,))) and numbers[before - 1][1] > start
    ]
    if places and figures:
        yield "number near", 1 / (1 + measure_distance(places, figures))


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
    question = match.question
    if not says_unknown(match):
        return False
    # Of what nobody knows in another article nothing follows.
    subject = question.focus or question.terms
    if not all(match.is_near(term) for term in subject if term.weight >= 1):
        return False
    return not question.deeds or _holds_deed(match)


def says_unknown(match: SentenceMatch) -> bool:
    """Whether it says of something that who, why, where is not known."""
    question, line = match.question, match.line
    asked = [word for word in split_words(question.text) if word in _OPEN_WORDS][:1]
    # «They could not say when it would open» to «is it open?».
    some = _OPEN_WORDS if question.kind == "yes or no" else set(asked)
    if question.kind == "reason":
        some = _CAUSE_WORDS
    return bool(some & set(line.words)) and statements.is_unknown(line.text)


def _holds_deed(match: SentenceMatch) -> bool:
    # «Of the same design» does not say who designed.
    asked = split_words(match.question.text)[:3]
    bare = {word.removesuffix("ed") for word in asked if word.endswith("ed")}
    return any(
        root in match.question.deeds and word not in bare
        for word, root in zip(match.line.words, match.line.roots, strict=True)
    )
