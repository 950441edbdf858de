"""How near what is asked for stands to the words of the question, in words.

«Referee Nina Holt» answers «who was the referee?», «the referee has confirmed it, Holt
said» hardly does; «Holt, a teacher from Tring,» answers «who is Holt?».
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from digests.answers.matching import SentenceMatch
from digests.answers.times_and_places import WHICH, find_places, find_times
from digests.answers.vocabulary import join_initials
from digests.language import grammar, names
from digests.language.words import is_stop_word, locate_words, split_words
from digests.types import Span

#: Kinds that are measured by names, days or places; numbers have rules of their own.
_NAMED = frozenset(("person", "name"))
#: Words of a name behind the noun for what somebody is.
_NAME_WORDS = 3
#: What follows a name where the sentence says who that is.
_DEFINING = re.compile(
    r"['’]?,?\s(?:\d{1,3},\s)?(?:(?:is|was|are|were|became|ist|war)\s)?"
    r"(?:an?|the|his|her|its|their|one|eine?|der|die|das|who|whose|[\w’']+['’]s)\s"
)


def iter_nearness(match: SentenceMatch) -> Iterator[tuple[str, float]]:
    """The properties that tell how near a name, day or place stands."""
    question, line = match.question, match.line
    if question.kind == "person" and not question.focus and question.names:
        yield "defines", float(_defines(match))
        return
    if question.kind == "person" and question.asked_noun:
        yield "noun named" if match.names_noun() else "noun unnamed", 1.0
    spans = _find_answers(match)
    kind = question.kind or "which"
    if spans is None:
        return
    focus = question.focus or question.terms
    asked = frozenset[str]().union(*(term.accepted_roots for term in focus))
    places = [at for at, root in enumerate(line.roots) if root in asked]
    found = sorted(_locate(join_initials(line.text), spans))
    if found and places:
        yield f"answer near, {kind}", 1 / (1 + measure_distance(places, found))
    else:
        yield f"answer {'apart' if found else 'missing'}, {kind}", 1.0


def _find_answers(match: SentenceMatch) -> Sequence[Span] | None:
    """Where something of the kind asked for stands; None for other kinds."""
    question, text = match.question, match.line.text
    if question.kind == "day":
        return find_times(text, match.passage.article.lang)
    if question.kind == "place":
        return find_places(text)
    if question.lang == "de":
        # Every noun has a capital.
        return None
    if question.kind in _NAMED or (not question.kind and WHICH.match(question.text)):
        return tuple(_iter_names(match))
    return None


def _iter_names(match: SentenceMatch) -> Iterator[Span]:
    asked = {term.word for term in match.question.terms}
    tokens = grammar.tokenize_span(match.line.text, 0, len(match.line.text))
    for name in names.find_names(tokens):
        words = {word.removesuffix("'s") for word in split_words(name.text)}
        if not words <= asked and name.kind not in ("title", "party"):
            yield Span(start=tokens[name.core].start, end=tokens[name.last - 1].end)


def _locate(text: str, spans: Sequence[Span]) -> Iterator[int]:
    """The first and last words of some spans."""
    ends = [end for _, end in locate_words(text)]
    for span in spans:
        yield bisect_left(ends, span.start + 1)
        yield min(bisect_left(ends, span.end), len(ends) - 1)


def _defines(match: SentenceMatch) -> bool:
    """Whether it says who somebody is: «Holt, a teacher», «fire chief Dela Holt»."""
    text, name = match.line.text, match.question.names[-1]
    for found in re.finditer(rf"\b{re.escape(name.split()[-1])}\b", text):
        if _DEFINING.match(text, found.end()):
            return True
        before = text[: found.start()].replace(",", " ").split()
        last = next((word for word in reversed(before) if word.islower()), "")
        given = before[len(before) - before[::-1].index(last) :] if last else before
        if last.isalpha() and not is_stop_word(last) and len(given) < _NAME_WORDS:
            return True
    return False


def measure_distance(ones: Sequence[int], others: Sequence[int]) -> int:
    """The least distance between two rows of ascending places, none of them empty."""
    return min(
        abs(one - other)
        for one in ones
        for next_at in (bisect_left(others, one),)
        for other in others[max(next_at - 1, 0) : next_at + 1]
    )
