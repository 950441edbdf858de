"""Keeps one source and one topic from filling an edition; it weighs no story.

The best story is taken again and again, as long as its source and its topics have not
had their share of the stories told in full. Where only such stories are left, the best
of them is taken all the same: a cap makes room for others, it leaves no place empty.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from digests.types import Caps

Item = TypeVar("Item")


def balanced(
    items: Sequence[Item],
    *,
    places: int,
    caps: Caps,
    source: Callable[[Item], str],
    topics: Callable[[Item], Collection[str]],
) -> list[tuple[Item, str]]:
    """Each item with why it had to wait, "" when it did not.

    Args:
        items: Best first.
        places: How many are told in full; only these are balanced.
        caps: The share of the places that one source and one topic may take.
        source: "" is nobody's and has no cap.
        topics: What an item is about.
    """
    waiting = list(items)
    taken: Counter[tuple[str, str]] = Counter()
    chosen: list[tuple[Item, str]] = []
    passed: dict[int, str] = {}
    of_source, of_topic = _most(places, caps.source), _most(places, caps.topic)
    while waiting and len(chosen) < places:
        place = None
        for n, item in enumerate(waiting):
            why = _over(source(item), topics(item), taken, of_source, of_topic)
            if not why:
                place = n
                break
            passed.setdefault(id(item), why)
        item = waiting.pop(place or 0)
        chosen.append((item, passed.get(id(item), "")))
        taken["source", source(item)] += 1
        taken.update(("topic", topic) for topic in topics(item))
    return chosen + [(item, passed.get(id(item), "")) for item in waiting]


def _most(places: int, share: float) -> int:
    return max(1, math.floor(places * share))


def _over(
    source: str,
    topics: Collection[str],
    taken: Counter[tuple[str, str]],
    of_source: int,
    of_topic: int,
) -> str:
    """Why the item has to wait, or ""."""
    if source and (n := taken["source", source]) >= of_source:
        return f"after {n} from {source}"
    for topic in sorted(topics):
        if (n := taken["topic", topic]) >= of_topic:
            return f"after {n} on «{topic}»"
    return ""
