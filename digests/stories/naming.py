"""Gives stories their public ids and keeps them; it decides no membership.

A new story is named after its earliest article. A story that was there before keeps
its id while articles join or leave: where stories merge, the one with most of the
articles gives the id, where one splits, its largest part keeps it. What became of an
id is told by `moved`, so that an old link still leads somewhere.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

from digests.types import Membership

#: 32 signs that are not taken for one another when read aloud or copied by hand.
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_SIGNS = 6


def new_id(article: str, taken: Container[str]) -> str:
    """The id of a story whose earliest article this is."""
    return next(name for name in _names(article) if name not in taken)


def name(events: Sequence[Sequence[str]], before: Mapping[str, str]) -> tuple[str, ...]:
    """An id for each event.

    Args:
        events: The ids of each event's articles, the earliest first.
        before: Article to the story that it belonged to until now.
    """
    claims = [
        (-count, place, story)
        for place, event in enumerate(events)
        for story, count in _stories(event, before).items()
    ]
    kept: dict[int, str] = {}
    for _, place, story in sorted(claims):
        if place not in kept and story not in kept.values():
            kept[place] = story
    taken = set(before.values())
    for place, event in enumerate(events):
        if place not in kept:
            kept[place] = new_id(event[0], taken)
            taken.add(kept[place])
    return tuple(kept[place] for place in range(len(events)))


def moved(
    before: Iterable[Membership], after: Iterable[Membership]
) -> Mapping[str, tuple[str, ...]]:
    """Old story id to the ids where its articles are now, most articles first.

    Only ids that changed their meaning are listed: merged into another story, or
    split. Articles that are gone say nothing.
    """
    now = {each.article: each.story for each in after}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in before:
        if each.article in now:
            found[each.story][now[each.article]] += 1
    return {
        old: tuple(sorted(new, key=lambda story: (-new[story], story)))
        for old, new in found.items()
        if new.keys() != {old}
    }


def _stories(event: Sequence[str], before: Mapping[str, str]) -> Counter[str]:
    return Counter(before[article] for article in event if article in before)


def _names(article: str) -> Iterable[str]:
    """The id, then others for the rare case that two stories would share it."""
    attempt = 0
    while True:
        salted = f"{article}\0{attempt}" if attempt else article
        digest = hashlib.sha256(salted.encode("utf-8", "surrogatepass")).digest()
        number = int.from_bytes(digest[:8], "big")
        signs = "".join(_SIGNS[number >> 5 * n & 31] for n in range(_ID_SIGNS))
        yield f"s-{signs}"
        attempt += 1
