"""Find articles with the same text, such as wire copies and reprints.

The Jaccard index of their word triples (shingles; Broder, 1997) is at least 0.7. Only
pairs that share one of their rarest shingles can reach that (prefix filtering;
Chaudhuri et al., 2006; Bayardo et al., 2007), so that the search is exact and nearly
linear. Headlines without a text repeat each other when their normalized words are equal
within three days.

For an archive only the smallest hashes of a text's shingles are stored (bottom-k
sketch; Broder, 1997).
"""

import heapq
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from zlib import crc32

from digests.language.normalization import normalize_text
from digests.language.words import measure_jaccard, split_words
from digests.stories.terms import has_body
from digests.types import Article

#: The share of common shingles from which on texts are copies.
COPY_THRESHOLD = 0.7
_SHINGLE = 3
_SHORTEST_TITLE = 4
_WINDOW = timedelta(hours=72)

Shingles = frozenset[tuple[str, ...]]


def find_repeats(articles: Sequence[Article]) -> dict[str, str]:
    """From each repetition to the earlier article that it repeats, by their ids.

    Args:
        articles: In order; of two the earlier one is the original.
    """
    texts = {i: extract_shingles(a.text) for i, a in enumerate(articles) if has_body(a)}
    found = _find_same_titles(articles) | _find_same_texts(texts)
    return {articles[i].id: articles[j].id for i, j in found.items()}


def extract_shingles(text: str) -> Shingles:
    """Every run of three normalized words; a shorter text is one run."""
    found = split_words(normalize_text(text))
    if len(found) <= _SHINGLE:
        return frozenset((found,))
    return frozenset(zip(found, found[1:], found[2:], strict=False))


def _find_same_texts(texts: dict[int, Shingles]) -> dict[int, int]:
    spread = Counter(shingle for found in texts.values() for shingle in found)
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    repeated: dict[int, int] = {}
    for i, own in texts.items():
        rarest = sorted(own, key=lambda shingle: (spread[shingle], shingle))
        prefix = rarest[: len(own) - math.ceil(COPY_THRESHOLD * len(own)) + 1]
        candidates = {j for shingle in prefix for j in holders[shingle]}
        alike = [
            j for j in candidates if measure_jaccard(own, texts[j]) >= COPY_THRESHOLD
        ]
        if alike:
            repeated[i] = min(alike)
        for shingle in prefix:
            if spread[shingle] > 1:
                holders[shingle].append(i)
    return repeated


def _find_same_titles(articles: Sequence[Article]) -> dict[int, int]:
    last: dict[str, int] = {}
    repeated: dict[int, int] = {}
    for i, article in enumerate(articles):
        if has_body(article):
            continue
        words = split_words(normalize_text(article.title or article.text))
        title = " ".join(words)
        if len(words) < _SHORTEST_TITLE:
            continue
        if title in last and measure_gap(articles[last[title]], article) <= _WINDOW:
            repeated[i] = last[title]
        else:
            last[title] = i
    return repeated


def measure_gap(one: Article, other: Article) -> timedelta:
    """The time between two articles; nothing where a date is unknown."""
    if one.published is None or other.published is None:
        return timedelta(0)
    return abs(one.published - other.published)


_SKETCH = 64


def sketch_text(text: str) -> "array[int]":
    """The smallest hashes of the text's shingles."""
    hashes = {
        crc32(" ".join(shingle).encode("utf-8", "surrogatepass"))
        for shingle in extract_shingles(text)
    }
    return array("I", heapq.nsmallest(_SKETCH, hashes))


def is_copy(one: "array[int]", other: "array[int]") -> bool:
    """Whether the share of common shingles is at least that of a copy."""
    if not one or not other:
        return False
    both = set(one) & set(other)
    smallest = sorted({*one, *other})[:_SKETCH]
    return sum(h in both for h in smallest) >= COPY_THRESHOLD * len(smallest)
