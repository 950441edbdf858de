"""Joins articles that report one event; it does not rank them or give them a name.

Agglomerative clustering by mean similarity (average link), each pair's similarity the
cosine of its vectors, less for articles more than a day apart and nothing beyond 72
hours. There are two thresholds: full texts agree in more words than headlines do. A
headline is a thin sample of its story's words, therefore the mean is set in relation
to how alike the headlines within each story are (between average link and the cosine
of the centroids). Pairs are found through an inverted index with bounded lists.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from digests.stories.terms import Vector, has_body, vectors
from digests.types import Article

_HEADLINES = 0.10
_TEXTS = 0.14
#: 0 is average link, 1 the cosine of the centroids.
_BREADTH = 0.85
_WINDOW = timedelta(hours=72)
_DAY = timedelta(days=1)
#: At how many earlier articles with a word an article looks, the latest ones.
_LONGEST_LIST = 150
#: Cosines below this are chance.
_NOISE = 0.01

#: For each article the similar ones, in multiples of the pair's threshold.
Neighbours = list[dict[int, float]]


def events(articles: Sequence[Article]) -> list[list[int]]:
    """The places of the articles of each event, every article in exactly one.

    Args:
        articles: In order of time; repeated texts only once, or they would outvote
            the others.
    """
    links = _neighbours(articles, vectors(articles))
    return _agglomerate(links, [has_body(article) for article in articles])


def _neighbours(articles: Sequence[Article], weighed: Sequence[Vector]) -> Neighbours:
    texts = [has_body(article) for article in articles]
    links: Neighbours = [{} for _ in articles]
    holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for i, vector in enumerate(weighed):
        for j, cosine in _cosines(vector, holders).items():
            kept = _kept_over_time(articles[i], articles[j])
            if kept and cosine > _NOISE:
                threshold = _TEXTS if texts[i] and texts[j] else _HEADLINES
                links[i][j] = links[j][i] = kept * cosine / threshold
        for stem, weight in vector.items():
            holders[stem].append((i, weight))
    return links


def _cosines(
    vector: Vector, holders: Mapping[str, Sequence[tuple[int, float]]]
) -> dict[int, float]:
    """The cosines with the articles before that have a word in common."""
    found: dict[int, float] = defaultdict(float)
    for stem, weight in vector.items():
        if stem in holders:
            for j, other in holders[stem][-_LONGEST_LIST:]:
                found[j] += weight * other
    return found


def _kept_over_time(one: Article, other: Article) -> float:
    if one.published is None or other.published is None:
        return 1.0
    apart = abs(one.published - other.published)
    if apart > _WINDOW:
        return 0.0
    return math.exp(-max(0.0, apart / _DAY - 1) / 3)


@dataclass(kw_only=True, slots=True)
class _Cluster:
    members: list[int]
    #: Sum of the similarities of all ordered pairs, each member with itself as 1.
    within: float = 1.0
    texts: bool
    #: Sum of the similarities to each other cluster.
    links: dict[int, float] = field(default_factory=dict)
    merges: int = 0

    def evenness(self) -> float:
        """Below 1 where a story's headlines have few words in common."""
        if self.texts:
            return 1.0
        return float((self.within / len(self.members) ** 2) ** (_BREADTH / 2))


def _agglomerate(links: Neighbours, texts: Sequence[bool]) -> list[list[int]]:
    clusters = {
        i: _Cluster(members=[i], texts=texts[i], links=dict(near))
        for i, near in enumerate(links)
    }
    heap = [
        (-near, i, j, 0, 0)
        for i, found in enumerate(links)
        for j, near in found.items()
        if i < j and near >= 1
    ]
    heapq.heapify(heap)
    while heap:
        _, i, j, merges_i, merges_j = heapq.heappop(heap)
        fresh = (
            i in clusters
            and j in clusters
            and (clusters[i].merges, clusters[j].merges) == (merges_i, merges_j)
        )
        if fresh:
            _merge(clusters, i, j, heap)
    return [sorted(cluster.members) for cluster in clusters.values()]


def _merge(
    clusters: dict[int, _Cluster],
    i: int,
    j: int,
    heap: list[tuple[float, int, int, int, int]],
) -> None:
    """Take cluster j into i and put i's new similarities on the heap."""
    kept, gone = clusters[i], clusters.pop(j)
    kept.within += gone.within + 2 * kept.links.pop(j) * _HEADLINES
    kept.members += gone.members
    kept.texts = kept.texts and gone.texts
    kept.merges += 1
    for k, near in gone.links.items():
        if k != i:
            kept.links[k] = kept.links.get(k, 0.0) + near
            clusters[k].links.pop(j, None)
    for k, near in kept.links.items():
        other = clusters[k]
        other.links[i] = near
        score = _score(kept, other, near)
        if score >= 1:
            first, second = min(i, k), max(i, k)
            entry = (clusters[first].merges, clusters[second].merges)
            heapq.heappush(heap, (-score, first, second, *entry))


def _score(one: _Cluster, other: _Cluster, near: float) -> float:
    mean = near / (len(one.members) * len(other.members))
    return mean / (one.evenness() * other.evenness())
