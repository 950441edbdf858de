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
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w’'-]+")
_FIGURE = re.compile(r"\d")
_SPEECH = re.compile(r"[\"“'‘„«]")


def scores(article: Article, passages: Sequence[Passage]) -> tuple[float, ...]:
    """A score for each passage, in their order; higher tells the article better."""
    if not passages:
        return ()
    frequent = _frequent(passages)
    lead = frozenset(passages[0].words)
    title = frozenset(words.content(article.title or "", article.lang))
    return tuple(_score(p, frequent, lead, title) for p in passages)


def _frequent(passages: Sequence[Passage]) -> dict[str, float]:
    """How frequent each word is among the passages, 0 to 1, seldom ones left out."""
    counts = Counter(word for p in passages for word in set(p.words))
    top = math.log(max(counts.values(), default=1) + 1)
    return {w: math.log(n) / top for w, n in counts.items() if n > 1}


def _score(
    passage: Passage,
    frequent: dict[str, float],
    lead: frozenset[str],
    title: frozenset[str],
) -> float:
    own = set(passage.words)
    size = max(len(own), _SHORT_WORDS)
    score = PLACE * math.exp(-passage.place / _DECAY)
    score += FREQUENT * sum(frequent.get(w, 0.0) for w in own) / size
    score += LEAD * len(own & lead) / size
    if title:
        score += TITLE * len(own & title) / len(title)
    score += NAMES * min(3, len(_NAME.findall(passage.text))) / 3
    score += FIGURES * bool(_FIGURE.search(passage.text))
    return score + _form(passage)


def _form(passage: Passage) -> float:
    """What a passage loses for its form."""
    text = passage.text
    lost = 0.0
    if len(passage.words) < _SHORT_WORDS:
        lost += SHORT
    if len(text) > _LONG_CHARS:
        lost += LONG
    if text.rstrip("\"'”’)").endswith("?"):
        lost += QUESTION
    if _SPEECH.match(text):
        lost += SPEECH
    if passage.leans:
        lost += LEANS
    return lost
