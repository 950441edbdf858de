"""Measure the similarity of articles, and cluster those that report one event.

Agglomerative clustering by mean similarity (average link). A headline is a small sample
of its story's words, so the mean is related to the similarity of the headlines within
each story, which gives the cosine of the centroids. Pairs are found through an inverted
index with bounded lists.

The threshold is 1. Texts are compared by their names and by their other words
separately: the same people in another event share only names, two firms that report on
one day share only other words. Lengths count less than in a cosine, because long texts
that share much do so for a reason. Headlines have too few words for that: they are
compared by the cosine, and one common word is not enough to start a story.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from digests.stories.profiles import ArticleProfile, build_profiles
from digests.stories.subjects import are_other_subjects
from digests.stories.terms import (
    DAILY_STEMS,
    GENRE_STEMS,
    KNOWN_WEIGHT,
    NUMBER_STEMS,
    RARE_WEIGHT,
    TermBackground,
    rate_rarity,
)
from digests.types import Article

#: Earlier articles with a word that are compared, the latest ones.
_LONGEST_LIST = 100
#: Less similarity is chance.
_NOISE = 0.3

#: For each article the similar ones with their similarity.
Neighbours = list[dict[int, float]]


def cluster_events(
    articles: Sequence[Article], background: TermBackground | None = None
) -> list[list[int]]:
    """The indices of the articles of each event, every article in exactly one.

    Args:
        articles: In order of time; repeated texts once, or they would outweigh others.
        background: How many stories have each word; None = only these articles.
    """
    read = build_profiles(articles, background)
    return _merge_clusters(find_neighbours(read), [profile.text for profile in read])


def find_neighbours(read: Sequence[ArticleProfile]) -> Neighbours:
    """The similar articles of each article, with their similarity."""
    links: Neighbours = [{} for _ in read]
    #: From stems to the articles that have them, with the weight and if it is a name.
    holders: dict[str, list[tuple[int, float, bool]]] = defaultdict(list)
    for i, profile in enumerate(read):
        shared: dict[int, list[str]] = defaultdict(list)
        in_words: dict[int, float] = defaultdict(float)
        in_names: dict[int, float] = defaultdict(float)
        for stem, weight in profile.weights.items():
            named = stem in profile.names
            for j, other, named_there in holders[stem][-_LONGEST_LIST:]:
                shared[j].append(stem)
                products = in_names if named and named_there else in_words
                products[j] += weight * other
            holders[stem].append((i, weight, named))
        for j, common in shared.items():
            near = combine_likeness(profile, read[j], in_names[j], in_words[j], common)
            if near > _NOISE:
                links[i][j] = links[j][i] = near
    return links


@dataclass(kw_only=True, slots=True)
class _Cluster:
    members: list[int]
    texts: bool
    #: Sum of the similarities to each other cluster.
    links: dict[int, float]
    #: Sum of the cosines of all ordered pairs, each member with itself as 1.
    within: float = 1.0
    #: The factor from a sum of similarities to the related mean.
    part: float = 1.0

    def take(self, gone: "_Cluster", likeness: float) -> None:
        """Add the members of `gone`; `likeness` is the sum of their similarities."""
        self.within += gone.within + 2 * likeness * HEADLINE_THRESHOLD
        self.members += gone.members
        self.texts = self.texts and gone.texts
        size = len(self.members)
        even = 1.0 if self.texts else measure_evenness(self.within, size)
        self.part = 1 / (size * even)


def measure_evenness(within: float, size: int) -> float:
    """How similar the headlines of a story are, up to 1.

    Args:
        within: Sum of the cosines of all ordered pairs, each with itself as 1.
        size: How many headlines there are.
    """
    return math.sqrt(within) / size


_Clusters = dict[int, _Cluster]
#: A pair of clusters with its negative similarity, which may be out of date.
_Pair = tuple[float, int, int]


def _merge_clusters(links: Neighbours, texts: Sequence[bool]) -> list[list[int]]:
    """Repeatedly merge the most similar pair."""
    clusters = {
        i: _Cluster(members=[i], texts=texts[i], links=near)
        for i, near in enumerate(links)
    }
    heap: list[_Pair] = []
    for i in clusters:
        _queue_pairs(i, clusters, heap)
    while heap:
        score, i, j = heapq.heappop(heap)
        if i in clusters and j in clusters and score == -_score_pair(i, j, clusters):
            kept = _merge_pair(i, j, clusters)
            _queue_pairs(kept, clusters, heap)
    return [sorted(cluster.members) for cluster in clusters.values()]


def _score_pair(i: int, j: int, clusters: _Clusters) -> float:
    one, other = clusters[i], clusters[j]
    return one.links[j] * one.part * other.part


def _queue_pairs(i: int, clusters: _Clusters, heap: list[_Pair]) -> None:
    """Queue the pairs of a cluster that are similar enough to be merged."""
    for j in clusters[i].links:
        pair = min(i, j), max(i, j)
        score = _score_pair(*pair, clusters)
        if score >= 1:
            heapq.heappush(heap, (-score, *pair))


def _merge_pair(i: int, j: int, clusters: _Clusters) -> int:
    """Merge the cluster with fewer links into the other one, which is returned."""
    if len(clusters[i].links) < len(clusters[j].links):
        i, j = j, i
    kept, gone = clusters[i], clusters.pop(j)
    kept.take(gone, kept.links.pop(j))
    for k, near in gone.links.items():
        if k != i:
            theirs = clusters[k].links
            del theirs[j]
            kept.links[k] = theirs[i] = kept.links.get(k, 0.0) + near
    return i


#: The cosine from which on headlines report one event.
HEADLINE_THRESHOLD = 0.085
#: Texts in languages whose names cannot be recognized.
_UNNAMED = 0.14
#: How much the lengths of texts count (1 is a cosine), and the factors by which 1 is
#: the threshold.
_NAMES_POWER, _WORDS_POWER = 0.5, 0.3
_NAMES, _WORDS = 0.060241, 0.013774
#: Factors of the similarity: for one common word, for contradictions …
_ONE_WORD = 0.5
_AT_ODDS = 0.5
#: The most similarity of two short items about others: even in a cluster it is little.
_ABOUT_OTHERS = 0.65
#: The share of the names of one of two short items that both must have where none is
#: rare, and how many rare words suffice without a name.
_COMMON_NAMES = 0.3
_RARE_WORDS = 2
#: As many names in two openings are those of one event.
_MANY_NAMES = 4
#: With less similarity of the other words, only names make texts alike.
_FEW_WORDS = 0.6
#: … and for two texts of one outlet, which rarely reports one event twice a day.
_ONE_OUTLET = 0.7
_NEARLY = 0.99
WINDOW_HOURS = 72.0
_DAY = 24.0


def combine_likeness(
    one: ArticleProfile,
    other: ArticleProfile,
    in_names: float,
    in_words: float,
    shared: Sequence[str],
) -> float:
    """The similarity from the common words and the products of their weights."""
    kept = decay_over_time(one.hours, other.hours)
    if not kept or not shared:
        return 0.0
    if one.text and other.text:
        found = kept * _compare_texts(one, other, in_names, in_words)
    else:
        found = kept * (in_names + in_words) / (one.length * other.length)
        found *= (_ONE_WORD if len(shared) == 1 else 1.0) / HEADLINE_THRESHOLD
    if name_others(one, other, shared):
        return min(_ABOUT_OTHERS, found)
    if len(shared) == 1 and not (one.text and other.text):
        return min(_NEARLY, found)
    return found


def _share_names_only(one: ArticleProfile, other: ArticleProfile) -> bool:
    """Whether two texts open with the same people at most, who did something else.

    Who stands for election is in most texts of a day, with friends and rivals.
    """
    if not (one.deeds and other.deeds) or not {*one.deeds}.isdisjoint(other.deeds):
        return False
    lead = {*one.about, *one.deeds}
    return len(lead.intersection(other.about + other.deeds)) < _MANY_NAMES


def decay_over_time(one: float | None, other: float | None) -> float:
    """The factor for the time between articles: 1 within a day, 0 after 72 hours."""
    if one is None or other is None:
        return 1.0
    apart = abs(one - other)
    if apart <= _DAY:
        return 1.0
    return math.exp((1 - apart / _DAY) / 3) if apart <= WINDOW_HOURS else 0.0


def are_contradictory(
    one: ArticleProfile, other: ArticleProfile, marks: Collection[str] | None = None
) -> bool:
    """Whether two articles report different matches, quakes or parts of a series."""
    both = one.marks.keys() & other.marks.keys()
    return any(
        one.marks[what].isdisjoint(other.marks[what])
        for what in (both if marks is None else both.intersection(marks))
    )


def name_others(
    one: ArticleProfile, other: ArticleProfile, shared: Collection[str]
) -> bool:
    """Whether two short items with these common words are about others."""
    return _name_other_subjects(one, other) or _share_too_little(one, other, shared)


def _share_too_little(
    one: ArticleProfile, other: ArticleProfile, shared: Collection[str]
) -> bool:
    """Whether these common words of two short items prove nothing.

    Items of one genre share their words («earthquake in …», «… dies at 81»), those of
    one town its name. So they must share a name and a word beside it that is not of
    what happens every day; two headlines without any name prove nothing. One name is
    enough, because an update names others than the first report; a death note joins
    only by the name of the deceased. In a headline of capitals any rare word may be a
    name, so there two of them suffice.
    """
    if one.headline and other.headline:
        rare = sum(map(_is_rare, shared))
        if rare >= _RARE_WORDS:
            return False
        if not rare and not GENRE_STEMS.isdisjoint(shared):
            return True
    if one.identity is None or other.identity is None:
        return False
    if not (_names_deceased(one, other) and _names_deceased(other, one)):
        return True
    if not one.identity or not other.identity:
        unnamed = not (one.identity or other.identity or one.text or other.text)
        return unnamed or all(s.isdigit() or s in DAILY_STEMS for s in shared)
    if not (one.short or other.short):
        return False
    mine, theirs = {*one.identity}, {*other.identity}
    common = mine & theirs | mine & {*other.openers} | theirs & {*one.openers}
    alone = one.headline and other.headline
    if common.union(() if alone else DAILY_STEMS).issuperset(shared):
        return True
    if any(rate_rarity(name) >= KNOWN_WEIGHT for name in common - NUMBER_STEMS):
        return False
    least = min(_sum_rarity(mine), _sum_rarity(theirs))
    return _sum_rarity(common) < _COMMON_NAMES * least


def _name_other_subjects(one: ArticleProfile, other: ArticleProfile) -> bool:
    """Whether two short items name other people and places, or another magnitude."""
    if not (one.subject and other.subject):
        return False
    alone = one.headline and other.headline
    stems = one.weights.keys(), other.weights.keys()
    return are_other_subjects(
        one.subject, other.subject, *stems, alone=alone
    ) or are_contradictory(one, other, ("magnitude",))


def _is_rare(stem: str) -> bool:
    counts = stem in NUMBER_STEMS or stem.isdigit()
    return not counts and rate_rarity(stem) == RARE_WEIGHT


def _names_deceased(one: ArticleProfile, other: ArticleProfile) -> bool:
    """Whether an article names whom the other one, a death note, is about."""
    if not other.deceased:
        return True
    return {*(one.identity or ()), *one.openers}.issuperset(other.deceased)


def _sum_rarity(names: Iterable[str]) -> float:
    return sum(map(rate_rarity, names))


def _compare_texts(
    one: ArticleProfile, other: ArticleProfile, in_names: float, in_words: float
) -> float:
    if one.named and other.named:
        names = math.pow(one.names_length * other.names_length, _NAMES_POWER)
        others = math.pow(one.words_length * other.words_length, _WORDS_POWER)
        alike = _WORDS * in_words / others
        found = _NAMES * in_names / names + alike
        if alike < _FEW_WORDS and _share_names_only(one, other):
            found = min(_ABOUT_OTHERS, found)
    else:
        found = (in_names + in_words) / (one.length * other.length) / _UNNAMED
    if are_contradictory(one, other):
        found *= _AT_ODDS
    return found * _ONE_OUTLET if _is_same_outlet(one, other) else found


def _is_same_outlet(one: ArticleProfile, other: ArticleProfile) -> bool:
    """Whether one outlet wrote both within a day, neither as a correction."""
    if not one.source or one.source != other.source or one.corrects or other.corrects:
        return False
    return decay_over_time(one.hours, other.hours) == 1
