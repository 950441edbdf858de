"""Says by which words the articles for a question are looked for, the strictest first.

An archive finds articles that hold all of some words. A question has more words than
its answer, so all of them are tried, then all but one, then its names, then pairs,
then single words; the caller stops when it has enough.
"""

from collections.abc import Iterator
from itertools import combinations

from digests.asking.question import Question, Term
from digests.language.lookup import Group, Wanted, group

#: Words that pairs are made of: six make fifteen.
_PAIRED = 6


def searches(question: Question) -> Iterator[Wanted]:
    """Give what to look for, one after the other, each thing once."""
    heavy = sorted(question.terms, key=lambda term: -term.weight)[:_PAIRED]
    groups = [each for each in map(_group, heavy) if each]
    given: set[frozenset[Group]] = set()
    for some in _choices(groups, question):
        key = frozenset(some)
        if some and key not in given:
            given.add(key)
            yield Wanted(every=tuple(some))


def _choices(groups: list[Group], question: Question) -> Iterator[list[Group]]:
    yield groups
    for size in (len(groups) - 1, len(groups) - 2):
        if size >= 2:
            yield from map(list, combinations(groups, size))
    yield from ([each] for name in question.names if (each := group(name)))
    if len(groups) > 2:
        yield from map(list, combinations(groups, 2))
    yield from ([each] for each in groups)


def _group(term: Term) -> Group:
    """The word in the forms of the index; those alike only by their own letters."""
    return group(term.word)
