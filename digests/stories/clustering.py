"""Joins articles that report one event; it does not rank them or give them a name.

Agglomerative clustering by mean likeness (average link, `likeness`). A headline is a
thin sample of its story's words, therefore the mean is set in relation to how alike
the headlines within each story are (between average link and the cosine of the
centroids). Pairs are found through an inverted index with bounded lists.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from digests.stories import likeness
from digests.stories.likeness import HEADLINES
from digests.stories.profiles import Profile, profiles
from digests.stories.terms import Background
from digests.types import Article

#: 0 is average link, 1 the cosine of the centroids.
BREADTH = 0.85
#: At how many earlier articles with a word an article looks, the latest ones.
_LONGEST_LIST = 100
#: Less likeness is chance.
_NOISE = 0.3

#: For each article the similar ones with their likeness.
Neighbours = list[dict[int, float]]


def events(
    articles: Sequence[Article], background: Background | None = None
) -> list[list[int]]:
    """The places of the articles of each event, every article in exactly one.

    Args:
        articles: In order of time; repeated texts only once, or they would outvote
            the others.
        background: How many stories have each word; None = only these articles.
    """
    read = profiles(articles, background)
    return _agglomerate(_neighbours(read), [profile.text for profile in read])


def _neighbours(read: Sequence[Profile]) -> Neighbours:
    links: Neighbours = [{} for _ in read]
    holders: dict[str, list[int]] = defaultdict(list)
    products: dict[str, list[float]] = defaultdict(list)
    named: dict[str, list[int]] = defaultdict(list)
    for i, profile in enumerate(read):
        shared: Counter[int] = Counter()
        found: dict[int, float] = defaultdict(float)
        in_names: dict[int, float] = defaultdict(float)
        for stem, weight in profile.weights.items():
            latest = holders[stem][-_LONGEST_LIST:]
            shared.update(latest)
            for j, other in zip(latest, products[stem][-_LONGEST_LIST:], strict=True):
                found[j] += weight * other
            if stem in profile.names:
                for j in reversed(named[stem]):
                    if j < latest[0]:
                        break
                    in_names[j] += weight * read[j].weights[stem]
                named[stem].append(i)
            holders[stem].append(i)
            products[stem].append(weight)
        for j, product in found.items():
            names = in_names.get(j, 0.0)
            near = likeness.combine(profile, read[j], names, product - names, shared[j])
            if near > _NOISE:
                links[i][j] = links[j][i] = near
    return links


@dataclass(kw_only=True, slots=True)
class _Cluster:
    members: list[int]
    texts: bool
    #: Sum of the likenesses to each other cluster.
    links: dict[int, float]
    #: Sum of the cosines of all ordered pairs, each member with itself as 1.
    within: float = 1.0
    #: What a likeness counts to its mean: less with each member, more for uneven ones.
    part: float = 1.0
    #: The likeness of the best partner; an upper bound where it is not sure.
    best: float = 0.0
    partner: int = -1
    sure: bool = True

    def take(self, gone: "_Cluster", likeness: float) -> None:
        """The members of `gone` come in, whose likenesses to ours add up to this."""
        self.within += gone.within + 2 * likeness * HEADLINES
        self.members += gone.members
        self.texts = self.texts and gone.texts
        size = len(self.members)
        self.part = 1 / (size * evenness(self.within, size, texts=self.texts))


def evenness(within: float, size: int, *, texts: bool) -> float:
    """How alike the members of a story are: 1 for texts, less for its headlines.

    Args:
        within: Sum of the cosines of all ordered pairs, each with itself as 1.
        size: How many members there are.
        texts: Whether all of them are texts.
    """
    return 1.0 if texts else float((within / size**2) ** (BREADTH / 2))


def _agglomerate(links: Neighbours, texts: Sequence[bool]) -> list[list[int]]:
    """Join the most alike again and again; each cluster waits with its best partner."""
    clusters = {
        i: _Cluster(members=[i], texts=texts[i], links=near)
        for i, near in enumerate(links)
    }
    heap: list[tuple[float, int]] = []
    for i, cluster in clusters.items():
        _find_best(i, cluster, clusters, heap)
    while heap:
        score, i = heapq.heappop(heap)
        if i not in clusters or clusters[i].best != -score:
            continue
        cluster = clusters[i]
        if cluster.partner in clusters and cluster.sure:
            _merge(clusters, i, cluster.partner, heap)
        else:
            _find_best(i, cluster, clusters, heap)
    return [sorted(cluster.members) for cluster in clusters.values()]


def _find_best(
    i: int,
    cluster: _Cluster,
    clusters: dict[int, _Cluster],
    heap: list[tuple[float, int]],
) -> None:
    """Look for the best partner; a pair that is alike enough waits to be joined."""
    best, partner = 0.0, -1
    for k, near in cluster.links.items():
        score = near * cluster.part * clusters[k].part
        if score > best or (score == best and k < partner):
            best, partner = score, k
    cluster.best, cluster.partner, cluster.sure = best, partner, True
    if best >= 1:
        heapq.heappush(heap, (-best, i))


def _merge(
    clusters: dict[int, _Cluster], i: int, j: int, heap: list[tuple[float, int]]
) -> None:
    """Take the cluster with fewer links into the other one."""
    if len(clusters[i].links) < len(clusters[j].links):
        i, j = j, i
    kept, gone = clusters[i], clusters.pop(j)
    kept.take(gone, kept.links.pop(j))
    links = kept.links
    for k, near in gone.links.items():
        if k != i:
            theirs = clusters[k].links
            del theirs[j]
            links[k] = theirs[i] = links.get(k, 0.0) + near
    best, partner, part = 0.0, -1, kept.part
    for k, near in links.items():
        other = clusters[k]
        score = near * part * other.part
        if score > best or (score == best and k < partner):
            best, partner = score, k
        if score > other.best:
            other.best, other.partner, other.sure = score, i, True
            if score >= 1:
                heapq.heappush(heap, (-score, k))
        elif other.partner == i or other.partner == j:
            other.sure = False
    kept.best, kept.partner, kept.sure = best, partner, True
    if best >= 1:
        heapq.heappush(heap, (-best, i))
