"""Find articles with the same text, such as wire copies and reprints.

The Jaccard index of their word triples (shingles) is at least 0.7, as estimated from
the smallest hashes of each text (bottom-k sketch; Broder, 1997). Headlines without a
text repeat each other when their normalized words are equal within three days.
"""

import heapq
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from zlib import crc32

from digests.language.normalization import normalize_text
from digests.language.words import split_words
from digests.stories.terms import has_body
from digests.types import Article

#: The share of common shingles from which on texts are copies.
COPY_THRESHOLD = 0.7
_SHINGLE = 3
#: Hashes of a text, and how many of them find every copy: the others are fewer than the
#: share of a sketch in which copies may differ.
_SKETCH, _FOUND_BY = 64, 20
_SHORTEST_TITLE = 4
_WINDOW = timedelta(hours=72)

Shingles = frozenset[tuple[str, ...]]


def find_repeats(articles: Sequence[Article]) -> dict[str, str]:
    """From each repetition to the earlier article that it repeats, by their ids.

    Args:
        articles: In order; of two the earlier one is the original.
    """
    texts = {i: sketch_text(a.text) for i, a in enumerate(articles) if has_body(a)}
    found = _find_same_titles(articles) | _find_same_texts(texts)
    return {articles[i].id: articles[j].id for i, j in found.items()}


def extract_shingles(text: str) -> Shingles:
    """Every run of three normalized words; a shorter text is one run."""
    found = split_words(normalize_text(text))
    if len(found) <= _SHINGLE:
        return frozenset((found,))
    return frozenset(zip(found, found[1:], found[2:], strict=False))


def _find_same_texts(texts: Mapping[int, "array[int]"]) -> dict[int, int]:
    holders: dict[int, list[int]] = defaultdict(list)
    repeated: dict[int, int] = {}
    for i, own in texts.items():
        found_by = own[:_FOUND_BY]
        candidates = {j for number in found_by for j in holders[number]}
        if alike := [j for j in candidates if is_copy(own, texts[j])]:
            repeated[i] = min(alike)
        for number in found_by:
            holders[number].append(i)
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
