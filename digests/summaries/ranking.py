"""Weighs how well each passage tells its article; it chooses nothing.

A linear score anchored in the lead: in news the first sentences are nearly
unbeatable (Nenkova, 2005), so place counts most, and the rest only decides between
neighbours: how much of the article's frequent vocabulary a passage carries
(SumBasic's idea), what it shares with the lead and the title, names and figures,
length. The weights are round numbers set by hand, not fitted to any outlet.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

from digests.language import words
from digests.summaries.passages import Passage
from digests.types import Article

PLACE = 1.5
FREQUENT = 1.0
LEAD = 0.3
TITLE = 0.4
NAMES = 0.15
FIGURES = 0.1
SHORT = -0.4
LONG = -0.2
QUESTION = -0.5
SPEECH = -0.3
LEANS = -0.15

#: After so many sentences the place weighs a third of the first's.
_DECAY = 3.0
_SHORT_WORDS = 7
_LONG_CHARS = 260
_MOST_NAMES = 3
#: A capital inside a clause, where no sentence begins; looked for by the capital,
#: which is found faster than what must stand before it.
_NAME = re.compile(r"[A-Z](?<=[,a-z] .)[\w’'-]+")
_FIGURE = re.compile(r"\d")
_SPEECH = frozenset("\"“'‘„«")
_ENDING = 8

#: What each number of a row of `features` is for.
NAMES_OF_FEATURES = (
    "place",
    "frequent words",
    "words of the lead",
    "names",
    "words of the title",
    "a figure",
    "short",
    "long",
    "a question",
    "opens with speech",
    "leans on the one before",
)
#: What a passage gains and loses, as `NAMES_OF_FEATURES` names it.
Features = tuple[float, ...]


def scores(article: Article, passages: Sequence[Passage]) -> tuple[float, ...]:
    """A score for each passage, in their order; higher tells the article better."""
    rows = features(article, passages)
    # Sets have no order: rounding makes the same article tell the same everywhere.
    return tuple([round(sum(row), 9) for row in rows])


def features(article: Article, passages: Sequence[Passage]) -> tuple[Features, ...]:
    """What each passage's score is made of, a row each; what is not met is 0."""
    if not passages:
        return ()
    frequent = _frequent(passages)
    lead = passages[0].known
    title = frozenset(words.content(article.title or "", article.lang))
    return tuple([_content(p, frequent, lead, title) + _form(p) for p in passages])


def _frequent(passages: Sequence[Passage]) -> dict[str, float]:
    """How frequent each word is among the passages, 0 to 1, seldom ones left out."""
    counts = Counter([word for p in passages for word in p.known])
    top = math.log(max(counts.values(), default=1) + 1)
    return {w: math.log(n) / top for w, n in counts.items() if n > 1}


def _content(
    passage: Passage,
    frequent: dict[str, float],
    lead: frozenset[str],
    title: frozenset[str],
) -> Features:
    """What a passage gains for its place and its words."""
    own = passage.known
    size = max(len(own), _SHORT_WORDS)
    told = sum(map(frequent.__getitem__, own.intersection(frequent)))
    names = len(_NAME.findall(passage.text))
    return (
        PLACE * math.exp(-passage.place / _DECAY),
        FREQUENT * told / size,
        LEAD * len(own & lead) / size,
        NAMES * min(names, _MOST_NAMES) / _MOST_NAMES,
        TITLE * len(own & title) / len(title) if title else 0.0,
    )


def _form(passage: Passage) -> Features:
    """What a passage gains or loses for its form."""
    text = passage.text
    asks = "?" in text[-_ENDING:] and text.rstrip("\"'”’)").endswith("?")
    return (
        FIGURES if _FIGURE.search(text) else 0.0,
        SHORT if len(passage.words) < _SHORT_WORDS else 0.0,
        LONG if len(text) > _LONG_CHARS else 0.0,
        QUESTION if asks else 0.0,
        SPEECH if text[0] in _SPEECH else 0.0,
        LEANS if passage.leans else 0.0,
    )
