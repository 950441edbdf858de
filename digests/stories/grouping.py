"""Tells which articles belong to one story and which only repeat another; drops none.

Same item first (`same_item`), then same event among the originals (`same_event`); a
repetition and a newer version follow their original. The story's id is made from its
earliest article, so that it stays while later articles join.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from digests.stories.same_event import events
from digests.stories.same_item import repeats
from digests.types import Article, Membership

#: 32 signs that are not taken for one another when read aloud or copied by hand.
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_SIGNS = 6
_NEVER = datetime.max.replace(tzinfo=UTC)


def group(articles: Sequence[Article]) -> tuple[Membership, ...]:
    """One membership an article, in the same order; the input's order decides nothing.

    Args:
        articles: With ids that are unique among them.
    """
    ordered = sorted(articles, key=age)
    repeated = _repeats(ordered)
    originals = [i for i in range(len(ordered)) if i not in repeated]
    story_of: dict[int, str] = {}
    taken: set[str] = set()
    for event in sorted(events([ordered[i] for i in originals])):
        name = _story_id(ordered[originals[event[0]]].id, taken)
        story_of |= {originals[member]: name for member in event}
    for i in sorted(repeated):
        story_of[i] = story_of[_original(i, repeated)]
    copies = _copies(ordered, repeated)
    found = {
        article.id: Membership(
            article=article.id, story=story_of[i], duplicate_of=copies.get(i)
        )
        for i, article in enumerate(ordered)
    }
    return tuple(found[article.id] for article in articles)


def age(article: Article) -> tuple[datetime, str]:
    """Sort key, earliest first; an article without a date counts as late."""
    return (article.published or _NEVER, article.id)


def _repeats(ordered: Sequence[Article]) -> dict[int, int]:
    """Copies and newer versions, each with the one that it follows."""
    repeated = repeats(ordered)
    place = {article.id: i for i, article in enumerate(ordered)}
    for i, article in enumerate(ordered):
        before = place.get(article.revises or "")
        if before is not None and not _leads_to(before, i, repeated):
            repeated[i] = before
    return repeated


def _leads_to(start: int, goal: int, repeated: Mapping[int, int]) -> bool:
    while start != goal and start in repeated:
        start = repeated[start]
    return start == goal


def _original(i: int, repeated: Mapping[int, int]) -> int:
    while i in repeated:
        i = repeated[i]
    return i


def _copies(ordered: Sequence[Article], repeated: Mapping[int, int]) -> dict[int, str]:
    """Only what repeats another item: a newer version is no copy of its older one."""
    place = {article.id: i for i, article in enumerate(ordered)}
    copies = {}
    for i in repeated:
        first = i
        while repeated.get(first) == place.get(ordered[first].revises or "", -1):
            first = repeated[first]
        if first in repeated:
            copies[i] = ordered[repeated[first]].id
    return copies


def _story_id(article: str, taken: set[str]) -> str:
    name = next(name for name in _names(article) if name not in taken)
    taken.add(name)
    return name


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
