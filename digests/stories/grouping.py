"""Tells which articles belong to one story and which only repeat another; drops none.

Same item first (`same_item`), then same event among the originals (`same_event`); a
repetition and a newer version follow their original. Ids are `naming`'s.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from digests.stories import naming
from digests.stories.same_event import events
from digests.stories.same_item import repeats
from digests.stories.terms import Background
from digests.types import Article, Membership

_NEVER = datetime.max.replace(tzinfo=UTC)


def group(
    articles: Sequence[Article],
    known: Iterable[Membership] = (),
    *,
    background: Background | None = None,
) -> tuple[Membership, ...]:
    """One membership an article, in the same order; the input's order decides nothing.

    Args:
        articles: With ids that are unique among them.
        known: To which stories articles were said to belong before; their ids are
            kept (`naming`). They decide no membership.
        background: How many stories of an archive have each word; None = only these
            articles, which is too few where they are those of one or two stories.
    """
    ordered = sorted(articles, key=age)
    repeated = _repeats(ordered)
    originals = [i for i in range(len(ordered)) if i not in repeated]
    found = sorted(events([ordered[i] for i in originals], background))
    told = _event_of(found, originals, repeated)
    members: dict[int, list[str]] = defaultdict(list)
    for i, article in enumerate(ordered):
        members[told[i]].append(article.id)
    before = {each.article: each.story for each in known}
    names = naming.name([members[n] for n in range(len(found))], before)
    copies = _copies(ordered, repeated)
    by_id = {
        article.id: Membership(
            article=article.id, story=names[told[i]], duplicate_of=copies.get(i)
        )
        for i, article in enumerate(ordered)
    }
    return tuple(by_id[article.id] for article in articles)


def _event_of(
    found: Sequence[Sequence[int]],
    originals: Sequence[int],
    repeated: Mapping[int, int],
) -> Mapping[int, int]:
    """The event of each article; what repeats another goes where that one is."""
    told = {originals[i]: n for n, event in enumerate(found) for i in event}
    told |= {i: told[_original(i, repeated)] for i in repeated}
    return told


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
