"""Weighs how well each passage tells its article; it chooses nothing.

A linear score anchored in the lead: in news the first sentences are nearly
unbeatable (Nenkova, 2005), so place counts most, and the rest only decides between
neighbours: how much of the article's frequent vocabulary a passage carries
(SumBasic's idea), what it shares with the lead and the title, names and figures,
length. The weights are round numbers set by hand, not fitted to any outlet.
"""

import math
import operator
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
_BEFORE_NAME = frozenset(",abcdefghijklmnopqrstuvwxyz")
_CAPITAL = re.compile(r"[A-Z][\w’'-]+")
_FIGURE = re.compile(r"\d")
_SPEECH = frozenset("\"“'‘„«")
_ENDING = 8


_WEIGHT = operator.itemgetter(1)
Features = tuple[tuple[str, float], ...]


def scores(article: Article, passages: Sequence[Passage]) -> tuple[float, ...]:
    """A score for each passage, in their order; higher tells the article better."""
    rows = features(article, passages)
    # Sets have no order: rounding makes the same article tell the same everywhere.
    return tuple([round(sum(map(_WEIGHT, row)), 9) for row in rows])


def features(article: Article, passages: Sequence[Passage]) -> tuple[Features, ...]:
    """What each passage's score is made of: names with what they add or take."""
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
    gains = (
        ("place", PLACE * math.exp(-passage.place / _DECAY)),
        ("frequent words", FREQUENT * told / size),
        ("words of the lead", LEAD * len(own & lead) / size),
        ("names", NAMES * _names(passage.text) / _MOST_NAMES),
    )
    if title:
        return *gains, ("words of the title", TITLE * len(own & title) / len(title))
    return gains


def _form(passage: Passage) -> Features:
    """What a passage gains or loses for its form."""
    text = passage.text
    found = []
    if _FIGURE.search(text):
        found.append(("a figure", FIGURES))
    if len(passage.words) < _SHORT_WORDS:
        found.append(("short", SHORT))
    if len(text) > _LONG_CHARS:
        found.append(("long", LONG))
    if "?" in text[-_ENDING:] and text.rstrip("\"'”’)").endswith("?"):
        found.append(("a question", QUESTION))
    if text[0] in _SPEECH:
        found.append(("opens with speech", SPEECH))
    if passage.leans:
        found.append(("leans on the one before", LEANS))
    return tuple(found)


def _names(text: str) -> int:
    """Capitals inside a clause, where no sentence begins, up to three."""
    count = 0
    for m in _CAPITAL.finditer(text, 2):
        at = m.start()
        count += text[at - 1] == " " and text[at - 2] in _BEFORE_NAME
        if count == _MOST_NAMES:
            break
    return count
