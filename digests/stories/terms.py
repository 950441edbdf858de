"""Weighs the words by which articles are compared; the comparing is done elsewhere.

An article becomes a vector of unit length: each content word of title, lead and body
(the title counts more) with a damped count times how telling the word is. For English
that is known beforehand (`common_words`); other languages take it from the articles at
hand, within bounds, so that one big story cannot make its own words look ordinary.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from digests.language import words
from digests.stories import common_words
from digests.types import Article

#: Stem to weight, one for each article; the squares add up to 1 at the most.
Vector = Mapping[str, float]

#: How telling a word is: near the logarithm of its rarity in English news.
RARE, KNOWN, FREQUENT, EVERYDAY = 6.0, 4.5, 3.0, 1.5
_NUMBER = 3.5
_TITLE = 2.5
_BODY_WORDS = 400
#: More words than this add time, not sense.
_LONGEST_VECTOR = 120
#: The least share of its weight that a word keeps, however ordinary it is today.
_FLOOR = 0.3
#: A headline of everyday words alone is lighter than this and stays so.
_THIN = 18.0


def has_body(article: Article) -> bool:
    """Whether an article has a text of its own, and not only a headline."""
    return len(article.text) > len(article.title or "") + 120


def counts(article: Article) -> Counter[str]:
    """The stems of title and text, each with its damped-to-be count."""
    counted: Counter[str] = Counter()
    for stem in _content(article.title or "", article.lang):
        counted[stem] += _TITLE  # type: ignore[assignment]
    body = article.text[: _BODY_WORDS * 12]
    counted.update(_content(body, article.lang)[:_BODY_WORDS])
    return counted


def vectors(articles: Sequence[Article]) -> tuple[Vector, ...]:
    """One vector an article, in the same order; thin headlines are shorter than 1."""
    bags = [counts(article) for article in articles]
    spread = Counter(stem for bag in bags for stem in bag)
    return tuple(
        _unit(
            {
                stem: (1 + math.log(n) if n > 1 else n)
                * _weight(stem, words.primary(article.lang), spread[stem], len(bags))
                for stem, n in bag.items()
            }
        )
        for article, bag in zip(articles, bags, strict=True)
    )


def rarity(stem: str) -> float:
    """How telling an English stem is, known beforehand: 0 (empty) to `RARE`."""
    known = _ranks().get(stem)
    if known is not None:
        return known
    return _NUMBER if stem.isdigit() else RARE


def telling(article: Article) -> frozenset[str]:
    """The stems of an article that carry its facts: names, numbers, rare words."""
    return frozenset(
        stem for stem in counts(article) if rarity(stem) >= KNOWN or stem.isdigit()
    )


def _content(text: str, lang: str | None) -> list[str]:
    tag = words.primary(lang)
    return [
        part
        for word in words.tokens(text)
        if not words.is_stop(word, tag) and word not in common_words.EMPTY
        for part in _parts(word, tag)
    ]


def _parts(word: str, tag: str) -> Iterable[str]:
    """A word's stem; for scripts without spaces, its pairs of signs."""
    if "\u3040" <= word[0] <= "\u9fff" and len(word) > 2:
        return (word[i : i + 2] for i in range(len(word) - 1))
    if len(word) == 1 and word.isascii() and not word.isdigit():
        return ()
    return (words.stem(word, tag),)


def _weight(stem: str, tag: str, articles_with_it: int, articles: int) -> float:
    if tag == "en" and stem.isascii():
        return rarity(stem)
    share = math.log((articles + 2) / (articles_with_it + 1)) / math.log(articles + 2)
    return RARE * max(_FLOOR, min(1.0, share))


def _unit(weighted: dict[str, float]) -> Vector:
    if len(weighted) > _LONGEST_VECTOR:
        heaviest = sorted(weighted.items(), key=lambda item: (-item[1], item[0]))
        weighted = dict(heaviest[:_LONGEST_VECTOR])
    norm = max(_THIN, math.sqrt(sum(x * x for x in weighted.values())))
    return {stem: x / norm for stem, x in weighted.items() if x}


@lru_cache(maxsize=1)
def _ranks() -> Mapping[str, float]:
    """Stem to weight; where two words share a stem, the more ordinary one decides."""
    ranks: dict[str, float] = {}
    for listed, weight in (
        (common_words.KNOWN, KNOWN),
        (common_words.FREQUENT, FREQUENT),
        (common_words.EVERYDAY, EVERYDAY),
        (common_words.EMPTY, 0.0),
    ):
        ranks |= {words.stem(word): weight for word in listed}
    return ranks
