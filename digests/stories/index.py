"""Index of an archive's articles and their stories, in memory.

`assignment.place_article` finds the story of an article in a `StoryIndex`, and
`StoryIndex.add` adds it. The few articles worth comparing come from an inverted index
over the heaviest words, within 72 hours of the article. Vectors are stored in flat
arrays and texts as sketches of their shingles, so that 100,000 articles fit into
memory. Removed articles leave empty places until `copy_newest` rebuilds the index.
"""

import heapq
import math
import sys
from array import array
from bisect import bisect_right, insort_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from digests.language.normalization import normalize_text
from digests.stories import clustering, profiles, terms
from digests.stories.profiles import ArticleProfile, build_profile
from digests.types import Article, StoryMembership

#: The heaviest words by which an article is found.
_FOUND_BY = 32
#: Articles with a word that are considered, the latest of the window.
_LOOKED_AT = 80
#: Articles that are compared, and members of a story.
_COMPARED, _MEMBERS = 24, 24
#: Headlines of a story of which the similarity is measured.
_SAMPLED = 8
#: Weights are stored as multiples of one part in this.
_SCALE = 1000
_NONE: frozenset[str] = frozenset()
_NOTHING: Mapping[str, float] = {}
_NO_DATE = float("nan")
_GONE = ""


class StoryIndex:
    """The articles of an archive with their stories, in memory.

    `add` is fastest in the order of time. A place is the index of an article.
    """

    def __init__(self) -> None:
        #: How many stories have each word.
        self.background = terms.TermBackground()
        #: From stories to the places of their articles, in the order of `add`.
        self.members: dict[str, array[int]] = {}
        self._articles: list[str] = []
        self._place: dict[str, int] = {}
        self._story: list[str] = []
        self._stem_ids: dict[str, int] = {}
        self._stems: list[str] = []
        self._holders: list[array[int]] = []
        self._vectors = CompactRows("I")
        self._weights = CompactRows("H")
        self._sketches = CompactRows("I")
        #: Profiles without their words, which are in the rows.
        self._facts: list[ArticleProfile] = []
        self._hours: array[float] = array("d")
        #: From the hash of a text, or of a headline without one, to its last place.
        self._by_words: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._place)

    def __contains__(self, article: str) -> bool:
        return article in self._place

    def story_of(self, article: str) -> str | None:
        """The story of an article of the archive."""
        return self._story[self._place[article]] if article in self else None

    def add(
        self,
        article: Article,
        membership: StoryMembership,
        read: ArticleProfile | None = None,
    ) -> None:
        """Add an article as a member of this story.

        An article that is in the index already is not changed. `read` is its profile,
        for callers that have it.
        """
        if article.id in self:
            return
        read = read or build_profile(article, self.background)
        if membership.story not in self.members:
            self.background.add(map(sys.intern, terms.count_terms(article)))
        place = self._append(
            article.id,
            membership.story,
            replace(read, weights=_NOTHING, names=_NONE),
            self._encode_stems(read),
            [round(w * _SCALE) for w in read.weights.values()],
            profiles.sketch_text(article.text) if read.text else (),
        )
        if membership.duplicate_of is None:
            for stem in _list_heaviest(read):
                self._insert_holder(self._holders[self._stem_ids[stem]], place)
        self._by_words[_hash_words(article, read)] = place

    def _append(
        self,
        article: str,
        story: str,
        facts: ArticleProfile,
        vector: Iterable[int],
        weights: Iterable[int],
        sketch: Iterable[int],
    ) -> int:
        """Append an article, without its entries in the inverted index."""
        place = len(self._articles)
        self._articles.append(article)
        self._place[article] = place
        self._story.append(story)
        self.members.setdefault(story, array("I")).append(place)
        self._hours.append(_NO_DATE if facts.hours is None else facts.hours)
        self._vectors.append(vector)
        self._weights.append(weights)
        self._sketches.append(sketch)
        self._facts.append(facts)
        return place

    def remove(self, article: str) -> None:
        """Remove an article, if it is in the index."""
        place = self._place.pop(article, None)
        if place is None:
            return
        self._leave_story(place)
        self._articles[place] = _GONE
        for number in self._vectors[place]:
            holders = self._holders[number >> 1]
            if place in holders:
                holders.remove(place)

    def rename(self, names: Mapping[str, str]) -> None:
        """Give articles other ids; unknown ones are ignored.

        An article that has the new id already is removed.
        """
        for old, new in names.items():
            if old == new or old not in self:
                continue
            self.remove(new)
            place = self._place[new] = self._place.pop(old)
            self._articles[place] = new

    def copy_newest(self, most: int, since: float) -> "StoryIndex":
        """A copy without older articles.

        Args:
            most: The greatest number of articles.
            since: In hours since 1970; undated articles count as new.
        """
        living = [p for p, article in enumerate(self._articles) if article]
        recent = (p for p in living if not self._hours[p] < since)
        kept = sorted(heapq.nlargest(most, recent, key=self._sortable_hours))
        made = StoryIndex()
        made.background = self.background
        places = {place: made._copy_place(self, place) for place in kept}
        for number, holders in enumerate(self._holders):
            held = array("I", (places[p] for p in holders if p in places))
            if held:
                made._holders[made._stem_ids[self._stems[number]]] = held
        made._by_words = {
            w: places[p] for w, p in self._by_words.items() if p in places
        }
        made.background.prune(made._stem_ids)
        return made

    def reassign(self, memberships: Iterable[StoryMembership]) -> None:
        """Move articles to the stories that they now belong to.

        Articles that are not in the index are ignored.
        """
        for each in memberships:
            place = self._place.get(each.article)
            if place is not None and self._story[place] != each.story:
                self._leave_story(place)
                self._story[place] = each.story
                insort_right(self.members.setdefault(each.story, array("I")), place)

    def _leave_story(self, place: int) -> None:
        story = self._story[place]
        self.members[story].remove(place)
        if not self.members[story]:
            del self.members[story]

    def candidates(self, read: ArticleProfile) -> dict[int, float]:
        """The places of the articles worth comparing, with their similarity."""
        votes: dict[int, float] = defaultdict(float)
        for stem in _list_heaviest(read):
            if stem in self._stem_ids:
                holders = self._holders[self._stem_ids[stem]]
                for place in self._near(holders, read.hours):
                    votes[place] += read.weights[stem]
        best = heapq.nlargest(_COMPARED, votes, key=lambda p: (votes[p], -p))
        return self.compare(read, best)

    def compare(self, read: ArticleProfile, places: Iterable[int]) -> dict[int, float]:
        """The similarity of an article to those at these places."""
        own = {
            self._stem_ids[stem]: (weight, stem in read.names)
            for stem, weight in read.weights.items()
            if stem in self._stem_ids
        }
        return {place: self._likeness(read, own, place) for place in places}

    def _likeness(
        self, read: ArticleProfile, own: Mapping[int, tuple[float, bool]], place: int
    ) -> float:
        in_names = in_words = 0.0
        shared = list[str]()
        weights = self._weights[place]
        for number, scaled in zip(self._vectors[place], weights, strict=True):
            weight, is_name = own.get(number >> 1, (0.0, False))
            if weight > 0:
                shared.append(self._stems[number >> 1])
            if is_name and number & 1:
                in_names += weight * scaled / _SCALE
            else:
                in_words += weight * scaled / _SCALE
        other = self._facts[place]
        return clustering.combine_likeness(read, other, in_names, in_words, shared)

    def find_copy(
        self, article: Article, read: ArticleProfile, compared: Mapping[int, float]
    ) -> int | None:
        """The place of an article whose text this one repeats."""
        place = self._by_words.get(_hash_words(article, read))
        if place is not None and self._repeated(place, read):
            return place
        if not read.text:
            return None
        own = profiles.sketch_text(article.text)
        copied = (
            place
            for place, near in compared.items()
            if near >= 1 and profiles.is_copy(own, self._sketches[place])
        )
        return min(copied, default=None)

    def weigh(
        self, story: str, read: ArticleProfile, compared: Mapping[int, float]
    ) -> float:
        """The similarity of an article to a story, as in `cluster_events`."""
        members = self.members[story]
        latest = members[-_MEMBERS:]
        others = self.compare(read, (p for p in latest if p not in compared))
        near = sum({**compared, **others}[place] for place in latest)
        return near / len(latest) / self._measure_evenness(story)

    def story_at(self, place: int) -> str:
        """The story of the article at this place."""
        return self._story[place]

    def article_at(self, place: int) -> str:
        """The id of the article at this place."""
        return self._articles[place]

    def _near(self, holders: "array[int]", hours: float | None) -> Iterator[int]:
        """The latest places within the window, or of all for an undated article."""
        if hours is None:
            yield from holders[-_LOOKED_AT:]
            return
        known = self._hours
        last = hours + clustering.WINDOW_HOURS
        end = len(holders)
        if end and known[holders[-1]] > last:
            end = bisect_right(holders, last, key=known.__getitem__)
        for place in reversed(holders[max(0, end - _LOOKED_AT) : end]):
            if hours - known[place] > clustering.WINDOW_HOURS:
                break
            yield place

    def _repeated(self, place: int, read: ArticleProfile) -> bool:
        """Whether a text at a place counts as a copy; a headline only in the window."""
        near = clustering.decay_over_time(read.hours, self._facts[place].hours)
        return bool(self._articles[place]) and (read.text or near > 0)

    def _insert_holder(self, holders: "array[int]", place: int) -> None:
        """Insert a place of a word in the order of time."""
        hours = self._hours
        if holders and hours[place] < hours[holders[-1]]:
            insort_right(holders, place, key=hours.__getitem__)
        else:
            holders.append(place)

    def _sortable_hours(self, place: int) -> float:
        hours = self._hours[place]
        return math.inf if math.isnan(hours) else hours

    def _copy_place(self, other: "StoryIndex", place: int) -> int:
        """Copy a place of another index, without its entries in the inverted index."""
        numbers = other._vectors[place]
        return self._append(
            other._articles[place],
            other._story[place],
            other._facts[place],
            [self._stem_number(other._stems[n >> 1]) << 1 | (n & 1) for n in numbers],
            other._weights[place],
            other._sketches[place],
        )

    def _measure_evenness(self, story: str) -> float:
        """How similar the members of a story are, as in `cluster_events`."""
        members = self.members[story]
        if len(members) < 2 or all(self._facts[p].text for p in members[-_MEMBERS:]):
            return 1.0
        latest = members[-_SAMPLED:]
        near = sum(
            sum(self.compare(self._restore_profile(place), latest[:n]).values())
            for n, place in enumerate(latest)
        )
        pairs = len(latest) * (len(latest) - 1) / 2
        mean, size = clustering.HEADLINE_THRESHOLD * near / pairs, len(members)
        return clustering.measure_evenness(size + size * (size - 1) * mean, size)

    def _encode_stems(self, read: ArticleProfile) -> list[int]:
        """The number of each word; the last bit says whether it is a name."""
        return [
            self._stem_number(stem) << 1 | (stem in read.names) for stem in read.weights
        ]

    def _stem_number(self, stem: str) -> int:
        stem = sys.intern(stem)
        number = self._stem_ids.setdefault(stem, len(self._stems))
        if number == len(self._stems):
            self._stems.append(stem)
            self._holders.append(array("I"))
        return number

    def _restore_profile(self, place: int) -> ArticleProfile:
        numbers = self._vectors[place]
        stems = [self._stems[number >> 1] for number in numbers]
        weights = (scaled / _SCALE for scaled in self._weights[place])
        return replace(
            self._facts[place],
            weights=dict(zip(stems, weights, strict=True)),
            names=frozenset(s for s, n in zip(stems, numbers, strict=True) if n & 1),
        )


def _list_heaviest(read: ArticleProfile) -> list[str]:
    weights = read.weights
    return heapq.nlargest(_FOUND_BY, weights, key=lambda stem: (weights[stem], stem))


def _hash_words(article: Article, read: ArticleProfile) -> int:
    said = article.text if read.text else article.title or article.text
    return hash((read.text, normalize_text(said)))


class CompactRows:
    """Rows of numbers of different lengths in one array."""

    __slots__ = ("_ends", "_numbers")

    def __init__(self, kind: Literal["I", "H"]) -> None:
        self._numbers: array[int] = array(kind)
        self._ends: array[int] = array("I", (0,))

    def __getitem__(self, row: int) -> "array[int]":
        return self._numbers[self._ends[row] : self._ends[row + 1]]

    def append(self, numbers: Iterable[int]) -> None:
        """Append a row."""
        self._numbers.extend(numbers)
        self._ends.append(len(self._numbers))
