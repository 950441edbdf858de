"""Assign articles to stories, all at once or one by one, and keep story ids stable.

`group_articles` finds copies and newer versions first (`duplicates`), then clusters the
originals by event (`clustering`); copies and newer versions follow their original.
`place_article` uses the same measures for one article, compared with the few that a
`StoryIndex` finds.

A new story is named after its earliest article. An existing story keeps its id while
articles join or leave: where stories merge, the one with most of the articles gives the
id, where one splits, its largest part keeps it. `find_moved_stories` maps an old id to
the stories that have its articles now, so that old links still work.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from digests.stories.assembly import article_sort_key
from digests.stories.clustering import cluster_events
from digests.stories.duplicates import find_repeats
from digests.stories.index import StoryIndex
from digests.stories.profiles import ArticleProfile, build_profile
from digests.stories.terms import TermBackground
from digests.types import Article, StoryMembership

#: A story is weighed when one of its articles is at least so similar.
_WORTH_WEIGHING = 0.5
#: A changed text stays in its story while it is at least so similar to it.
_STAYS = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryPlacement:
    """The story of an article, and other stories that may be the same event."""

    membership: StoryMembership
    #: Other stories that it is similar enough to, the most similar first.
    rivals: tuple[str, ...] = ()
    #: Whether the story is a new one of its own.
    new: bool = False
    #: The story that an older text of the article was in.
    before: str | None = None


def place_article(
    article: Article,
    archive: StoryIndex,
    *,
    before: str | None = None,
    read: ArticleProfile | None = None,
) -> StoryPlacement:
    """Find the story of an article that is not in the archive.

    Args:
        article: Its newest text.
        archive: Not changed.
        before: The story of an older text of the article that is no longer in the
            archive. The article stays there while its text is similar enough, even
            where that story would not be found for it.
        read: Its profile, for callers that have it.
    """
    read = read or build_profile(article, archive.background)
    compared = archive.candidates(read)
    original = archive.find_copy(article, read, compared)
    found = _list_alike_stories(archive, read, compared)
    if original is not None:
        copied = archive.story_at(original)
        if before in (None, copied) or not _may_stay(archive, before, read, compared):
            member = StoryMembership(
                article=article.id,
                story=copied,
                duplicate_of=archive.article_at(original),
            )
            return StoryPlacement(
                membership=member, rivals=_exclude_story(copied, found)
            )
    if before is not None and _may_stay(archive, before, read, compared):
        member = StoryMembership(article=article.id, story=before)
        return StoryPlacement(membership=member, rivals=_exclude_story(before, found))
    if found:
        member = StoryMembership(article=article.id, story=found[0])
        return StoryPlacement(membership=member, rivals=found[1:])
    alone = before is not None and before not in archive.members
    if before is not None and alone:
        return StoryPlacement(
            membership=StoryMembership(article=article.id, story=before)
        )
    story = new_story_id(article.id, archive.members)
    member = StoryMembership(article=article.id, story=story)
    return StoryPlacement(membership=member, new=True, before=before)


def _list_alike_stories(
    archive: StoryIndex, read: ArticleProfile, compared: Mapping[int, float]
) -> tuple[str, ...]:
    """The stories that the article is similar enough to, the most similar first."""
    worth = [place for place, near in compared.items() if near >= _WORTH_WEIGHING]
    names = dict.fromkeys(map(archive.story_at, worth))
    weighed = [(archive.weigh(name, read, compared), name) for name in names]
    return tuple(name for near, name in sorted(weighed, reverse=True) if near >= 1)


def _may_stay(
    archive: StoryIndex,
    before: str | None,
    read: ArticleProfile,
    compared: Mapping[int, float],
) -> bool:
    if before is None or before not in archive.members:
        return False
    return archive.weigh(before, read, compared) >= _STAYS


def _exclude_story(story: str, several: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in several if name != story)


def group_articles(
    articles: Sequence[Article],
    known: Iterable[StoryMembership] = (),
    *,
    background: TermBackground | None = None,
) -> tuple[StoryMembership, ...]:
    """One membership per article, in the same order, which does not affect the result.

    Args:
        articles: With ids that are unique among them.
        known: Earlier memberships, whose story ids are kept. They decide no membership.
        background: How many stories of an archive contain each word; None = only
            these articles, which are too few if they are about one or two stories.
    """
    ordered = sorted(articles, key=article_sort_key)
    repeated = _find_followed(ordered)
    originals = [i for i in range(len(ordered)) if i not in repeated]
    found = sorted(cluster_events([ordered[i] for i in originals], background))
    event_numbers = _map_events(found, originals, repeated)
    members: dict[int, list[str]] = defaultdict(list)
    for i, article in enumerate(ordered):
        members[event_numbers[i]].append(article.id)
    before = {each.article: each.story for each in known}
    names = name_stories([members[n] for n in range(len(found))], before)
    copies = _find_copies(ordered, repeated)
    by_id = {
        article.id: StoryMembership(
            article=article.id,
            story=names[event_numbers[i]],
            duplicate_of=copies.get(i),
        )
        for i, article in enumerate(ordered)
    }
    return tuple(by_id[article.id] for article in articles)


def _map_events(
    found: Sequence[Sequence[int]],
    originals: Sequence[int],
    repeated: Mapping[int, int],
) -> Mapping[int, int]:
    """The event of each article; repetitions have that of their original."""
    event_numbers = {originals[i]: n for n, event in enumerate(found) for i in event}
    event_numbers |= {i: event_numbers[_find_original(i, repeated)] for i in repeated}
    return event_numbers


def _find_followed(ordered: Sequence[Article]) -> dict[int, int]:
    """Copies and newer versions, each with the article that it follows."""
    repeated = find_repeats(ordered)
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


def _find_original(i: int, repeated: Mapping[int, int]) -> int:
    while i in repeated:
        i = repeated[i]
    return i


def _find_copies(
    ordered: Sequence[Article], repeated: Mapping[int, int]
) -> dict[int, str]:
    """The copies of other items: a newer version is no copy of its older one."""
    place = {article.id: i for i, article in enumerate(ordered)}
    copies = {}
    for i in repeated:
        first = i
        while repeated.get(first) == place.get(ordered[first].revises or "", -1):
            first = repeated[first]
        if first in repeated:
            copies[i] = ordered[repeated[first]].id
    return copies


#: 32 characters that are not confused when read aloud or copied by hand.
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_SIGNS = 6


def new_story_id(article: str, taken: Container[str]) -> str:
    """The id of a story whose earliest article this is."""
    return next(name for name in _iter_ids(article) if name not in taken)


def name_stories(
    events: Sequence[Sequence[str]], before: Mapping[str, str]
) -> tuple[str, ...]:
    """An id for each event.

    Args:
        events: The ids of each event's articles, the earliest first.
        before: From each article to its story until now.
    """
    claims = [
        (-count, place, story)
        for place, event in enumerate(events)
        for story, count in _count_claims(event, before).items()
    ]
    kept: dict[int, str] = {}
    for _, place, story in sorted(claims):
        if place not in kept and story not in kept.values():
            kept[place] = story
    taken = set(before.values())
    for place, event in enumerate(events):
        if place not in kept:
            kept[place] = new_story_id(event[0], taken)
            taken.add(kept[place])
    return tuple(kept[place] for place in range(len(events)))


def find_moved_stories(
    before: Iterable[StoryMembership], after: Iterable[StoryMembership]
) -> Mapping[str, tuple[str, ...]]:
    """From old story ids to those of their articles now, most articles first.

    Only ids that changed are listed: merged into another story, or split. Deleted
    articles do not count.
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


def _count_claims(event: Sequence[str], before: Mapping[str, str]) -> Counter[str]:
    return Counter(before[article] for article in event if article in before)


def _iter_ids(article: str) -> Iterable[str]:
    """Yield the id, then alternatives in case another story has it."""
    attempt = 0
    while True:
        salted = f"{article}\0{attempt}" if attempt else article
        digest = hashlib.sha256(salted.encode("utf-8", "surrogatepass")).digest()
        number = int.from_bytes(digest[:8], "big")
        signs = "".join(_SIGNS[number >> 5 * n & 31] for n in range(_ID_SIGNS))
        yield f"s-{signs}"
        attempt += 1
