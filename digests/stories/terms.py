"""Weigh the words by which articles are compared.

The weight of a content word is its damped count in title, lead and body (the title
counts more) times its rarity. The rarity of English words is known beforehand, until an
archive has counted enough stories of its own; for other languages it is estimated from
the given stories, within bounds. In a text a name weighs more than another rare word.

The rarity must not depend on the articles of one day alone: where one big story fills
the day, its own names would look ordinary and lose their weight. So the words that news
uses all the time are listed in `word_ranks.txt` in four ranks; a word that is in none
of them counts as rare.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache

from digests.language import words
from digests.types import Article

#: About the logarithm of a word's rarity in English news, by rank.
RARE_WEIGHT, KNOWN_WEIGHT, FREQUENT_WEIGHT, EVERYDAY_WEIGHT = 6.0, 4.5, 3.0, 1.5
_NUMBER = 3.5
_TITLE = 2.5
_BODY_WORDS = 400
#: More terms cost time and change no comparison.
_LONGEST = 120
#: The least share of its weight that a word keeps, however frequent it is today.
_FLOOR = 0.3
#: From this many stories on a background counts beside the ranks.
_ENOUGH = 2000
#: More words than a language has: misspellings, names, numbers.
_MOST_WORDS = 300_000
_MEASURE = 5.0
#: Characters of a text that say what happened.
_LEAD = 350
#: Number words, currencies and weekdays, which say nothing about an event.
NUMBER_STEMS = frozenset(
    words.stem_word(word, tag)
    for tag, listed in {
        "en": """two three four five six seven eight nine ten eleven twelve dozen
            hundred thousand million billion percent per cent dollar euro pound crown
            rupee naira rs crore lakh monday tuesday wednesday thursday friday
            saturday sunday""",
        "de": """eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf hundert
            tausend million millionen milliarden prozent euro montag dienstag mittwoch
            donnerstag freitag samstag sonntag erste ersten uhr jahr jahre jahren""",
    }.items()
    for word in listed.split()
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")


class TermBackground:
    """How many stories contain each word, to tell rare words from common ones.

    It counts stories, not articles, so that one big story counts once and cannot make
    its own words look ordinary.
    """

    __slots__ = ("_having", "stories")

    def __init__(self, counted: Iterable[Iterable[str]] = ()) -> None:
        """Count the words of these stories, to begin with."""
        self.stories = 0
        self._having: Counter[str] = Counter()
        for each in counted:
            self.add(each)

    def add(self, counted: Iterable[str]) -> None:
        """Count the words of one more story."""
        self.stories += 1
        self._having.update(set(counted))

    def prune(self, kept: Container[str]) -> None:
        """Drop words of one story only, except these, to bound the table."""
        if len(self._having) > _MOST_WORDS:
            self._having = Counter(
                {s: n for s, n in self._having.items() if n > 1 or s in kept}
            )

    def telling(self, stem: str, tag: str) -> float:
        """The rarity of a stem in this language, from 0 (empty) to `RARE_WEIGHT`."""
        having = self._having[stem]
        if tag == "en" and stem.isascii():
            known = rate_rarity(stem)
            if self.stories < _ENOUGH or not known:
                return known
            return min(known, math.log(self.stories / (having + 1)))
        everything = self.stories + 2
        share = math.log(everything / (having + 1)) / math.log(everything)
        return RARE_WEIGHT * max(_FLOOR, min(1.0, share))


def has_body(article: Article) -> bool:
    """Whether an article has a text and not only a headline."""
    return len(article.text) > len(article.title or "") + 120


def count_terms(article: Article) -> Mapping[str, float]:
    """The stems of title and text with their counts; the title's count more."""
    counted: dict[str, float] = defaultdict(float)
    for stem in _list_stems(article.title or "", article.lang):
        counted[stem] += _TITLE
    body = article.text[: _BODY_WORDS * 12]
    for stem in _list_stems(body, article.lang)[:_BODY_WORDS]:
        counted[stem] += 1
    return counted


def weigh_terms(
    counted: Mapping[str, float],
    names: frozenset[str],
    tag: str,
    *,
    text: bool,
    background: TermBackground,
) -> Mapping[str, float]:
    """Stem to weight: the damped count times the rarity of the word.

    Args:
        counted: From `count_terms`.
        names: The stems that are names; they are never ordinary.
        tag: Primary language of the article.
        text: Whether it has a text, which shows which words are names.
        background: How many stories contain each word.
    """
    weights: dict[str, float] = {}
    for stem, n in counted.items():
        telling = background.telling(stem, tag)
        if stem in names:
            telling = max(telling, KNOWN_WEIGHT)
        elif text and tag == "en":
            telling = _MEASURE if _is_measure(stem) else min(telling, KNOWN_WEIGHT)
        if telling:
            weights[stem] = telling * (1 + math.log(n) if n > 1 else n)
    heaviest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return dict(heaviest[:_LONGEST])


def _is_measure(stem: str) -> bool:
    """Whether a stem is a number that is rarely shared by chance: large, no year."""
    is_year = len(stem) == len("1900") and "1900" < stem < "2100"
    return stem.isdigit() and len(stem) > 2 and not is_year


def rate_rarity(stem: str) -> float:
    """The rarity of an English stem by its rank, from 0 (empty) to `RARE_WEIGHT`."""
    known = _load_ranks().get(stem)
    if known is not None:
        return known
    return _NUMBER if stem.isdigit() else RARE_WEIGHT


def find_salient_terms(article: Article) -> frozenset[str]:
    """The stems that represent an article's facts: names, numbers, rare words."""
    return frozenset(
        stem
        for stem in count_terms(article)
        if rate_rarity(stem) >= KNOWN_WEIGHT or stem.isdigit()
    )


def find_lead_terms(article: Article) -> frozenset[str]:
    """The stems of title and first sentences that say what happened, and where.

    Numbers and everyday words are left out: many events of a day share them.
    """
    english = words.resolve_language(article.lang) == "en"
    lead = f"{article.title or ''}. {article.text[:_LEAD]}"
    return frozenset(
        stem
        for stem in _list_stems(lead, article.lang)
        if len(stem) > 2
        and not stem[0].isdigit()
        and stem not in NUMBER_STEMS
        and (not english or rate_rarity(stem) >= FREQUENT_WEIGHT)
    )


def find_topic_words(title: str, lang: str | None) -> frozenset[str]:
    """The stems of the words of a headline that name its topic: no everyday word.

    In a language without ranks they are those with a capital.
    """
    if words.resolve_language(lang) == "en":
        stems = _list_stems(title, lang)
        rare = frozenset(s for s in stems if rate_rarity(s) >= KNOWN_WEIGHT)
        return rare - NUMBER_STEMS
    capital = " ".join(word for word in title.split() if word[:1].isupper())
    return frozenset(words.extract_stems(capital, lang)) - NUMBER_STEMS


def _list_stems(text: str, lang: str | None) -> list[str]:
    tag = words.resolve_language(lang)
    empty = words.STOP_WORDS[tag] | EMPTY_WORDS
    return [
        part
        for word in words.split_words(_THOUSANDS.sub("", text))
        if word not in empty
        for part in _split_word(word, tag)
    ]


def _split_word(word: str, tag: str) -> Iterable[str]:
    """The stem of a word; in scripts without spaces, its pairs of characters."""
    if "\u3040" <= word[0] <= "\u9fff" and len(word) > 2:
        return (word[i : i + 2] for i in range(len(word) - 1))
    if len(word) == 1 and word.isascii() and not word.isdigit():
        return ()
    return (words.stem_word(word, tag),)


_RANKS = words.load_word_tables(__file__, "word_ranks.txt")
#: Words that say nothing about an event.
EMPTY_WORDS = _RANKS["empty"]
#: What happens somewhere every day, and with it the words of all such reports.
GENRE_STEMS = frozenset(map(words.stem_word, _RANKS["genres"]))
DAILY_STEMS = GENRE_STEMS.union(
    words.stem_word(word, tag) for word in _RANKS["daily"] for tag in ("en", "de")
)
#: Countries and the like, which many events of a day share.
WIDE_NAMES = _RANKS["wide"]
#: Who holds an office or wants one: all that they do on a day has these words.
OFFICE_STEMS = frozenset(map(words.stem_word, _RANKS["offices"]))


@lru_cache(maxsize=1)
def _load_ranks() -> Mapping[str, float]:
    """Stem to weight; where two words share a stem, the more ordinary one decides."""
    weights = {
        "known": KNOWN_WEIGHT,
        "frequent": FREQUENT_WEIGHT,
        "everyday": EVERYDAY_WEIGHT,
        "empty": 0.0,
    }
    return {
        words.stem_word(word): weight
        for rank, weight in weights.items()
        for word in _RANKS[rank]
    }
