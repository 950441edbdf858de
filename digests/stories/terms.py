"""Weighs the words by which articles are compared; the comparing is done elsewhere.

Each content word of title, lead and body (the title counts more) has a damped count
times how telling it is. For English that is known beforehand (`common_words`), until
an archive has counted enough stories of its own; other languages take it from the
stories at hand, within bounds. In a text a name weighs more than another rare word.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache
from typing import Self

from digests.language import words
from digests.stories import common_words
from digests.types import Article

#: How telling a word is: near the logarithm of its rarity in English news.
RARE, KNOWN, FREQUENT, EVERYDAY = 6.0, 4.5, 3.0, 1.5
_NUMBER = 3.5
_TITLE = 2.5
_BODY_WORDS = 400
#: More words than this add time, not sense.
_LONGEST = 120
#: The least share of its weight that a word keeps, however ordinary it is today.
_FLOOR = 0.3
#: With this many stories a background begins to outweigh what is known beforehand.
_ENOUGH = 2000
#: More words than this are no language: misspellings, names, numbers.
_MOST_WORDS = 300_000
_MEASURE = 5.0
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")


class Background:
    """How many stories have each word: what tells a rare word from a common one.

    It counts stories, not articles, so that one big story counts once and cannot make
    its own words look ordinary.
    """

    __slots__ = ("_having", "stories")

    def __init__(self) -> None:
        self.stories = 0
        self._having: Counter[str] = Counter()

    @classmethod
    def of(cls, counted: Iterable[Mapping[str, float]]) -> Self:
        """The background that these articles make by themselves."""
        made = cls()
        for each in counted:
            made.add(each)
        return made

    def add(self, counted: Iterable[str]) -> None:
        """Count the words of one more story."""
        self.stories += 1
        self._having.update(dict.fromkeys(counted, 1))

    def forget(self, kept: Container[str]) -> None:
        """Drop words that one story alone had, but for these: no list grows for ever.

        What is lost of a word's weight is less than its part that chance has.
        """
        if len(self._having) > _MOST_WORDS:
            self._having = Counter(
                {s: n for s, n in self._having.items() if n > 1 or s in kept}
            )

    def telling(self, stem: str, tag: str) -> float:
        """How telling a stem is in this language: 0 (empty) to `RARE`."""
        having = self._having[stem]
        if tag == "en" and stem.isascii():
            known = rarity(stem)
            if self.stories < _ENOUGH or not known:
                return known
            return min(known, math.log(self.stories / (having + 1)))
        everything = self.stories + 2
        share = math.log(everything / (having + 1)) / math.log(everything)
        return RARE * max(_FLOOR, min(1.0, share))


def has_body(article: Article) -> bool:
    """Whether an article has a text of its own, and not only a headline."""
    return len(article.text) > len(article.title or "") + 120


def counts(article: Article) -> Mapping[str, float]:
    """The stems of title and text with their counts; the title's count more."""
    counted: dict[str, float] = defaultdict(float)
    for stem in _content(article.title or "", article.lang):
        counted[stem] += _TITLE
    body = article.text[: _BODY_WORDS * 12]
    for stem in _content(body, article.lang)[:_BODY_WORDS]:
        counted[stem] += 1
    return counted


def weigh(
    counted: Mapping[str, float],
    names: frozenset[str],
    tag: str,
    *,
    text: bool,
    background: Background,
) -> Mapping[str, float]:
    """Stem to weight: the damped count times how telling the word is.

    Args:
        counted: `counts` of the article.
        names: Those of its stems that are names; they are never ordinary.
        tag: Primary tag of the article's language.
        text: Whether it has a text that shows which words are names.
        background: How many stories have each word.
    """
    weights: dict[str, float] = {}
    for stem, n in counted.items():
        telling = background.telling(stem, tag)
        if stem in names:
            telling = max(telling, KNOWN)
        elif text and tag == "en":
            telling = _MEASURE if _is_measure(stem) else min(telling, KNOWN)
        if telling:
            weights[stem] = telling * (1 + math.log(n) if n > 1 else n)
    if len(weights) <= _LONGEST:
        return weights
    heaviest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return dict(heaviest[:_LONGEST])


def _is_measure(stem: str) -> bool:
    """A number that two articles hardly share by chance: no year, no small count."""
    return stem.isdigit() and len(stem) > 2 and not 1900 < int(stem) < 2100


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


def rare(text: str, lang: str | None) -> frozenset[str]:
    """The words of a text that say what it is about; English only."""
    if words.primary(lang) != "en":
        return frozenset()
    return frozenset(
        word for word in words.tokens(text) if rarity(words.stem(word)) == RARE
    )


def _content(text: str, lang: str | None) -> list[str]:
    tag = words.primary(lang)
    return [
        part
        for word in words.tokens(_THOUSANDS.sub("", text))
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
