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
from itertools import count

from digests.stories.assembly import article_sort_key, follow_links
from digests.stories.clustering import cluster_events
from digests.stories.index import StoryIndex
from digests.stories.profiles import ArticleProfile, build_profile, find_repeats
from digests.stories.terms import TermBackground
from digests.types import Article, StoryMembership, frozen

#: A story is weighed when one of its articles is at least so similar.
_WORTH_WEIGHING = 0.5
#: A changed text stays in its story while it is at least so similar to it.
_STAYS = 0.5


@frozen
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
    alike = _list_alike_stories(archive, read, compared)
    original = archive.find_copy(article, read, compared)
    copied = None if original is None else archive.story_at(original)
    if before in archive.members:
        default, stays = None, archive.weigh(before, read, compared) >= _STAYS
    else:
        default, stays = before, False
    if stays and copied != before:
        original, story = None, before
    else:
        story = copied or next(iter(alike), default)
    member = StoryMembership(
        article=article.id,
        story=story or new_story_id(article.id, archive.members),
        duplicate_of=None if original is None else archive.article_at(original),
    )
    return StoryPlacement(
        membership=member,
        rivals=tuple(name for name in alike if name != story),
        new=story is None,
        before=before if story is None else None,
    )


def _list_alike_stories(
    archive: StoryIndex, read: ArticleProfile, compared: Mapping[int, float]
) -> tuple[str, ...]:
    """The stories that the article is similar enough to, the most similar first."""
    worth = [place for place, near in compared.items() if near >= _WORTH_WEIGHING]
    names = dict.fromkeys(map(archive.story_at, worth))
    weighed = [(archive.weigh(name, read, compared), name) for name in names]
    return tuple(name for near, name in sorted(weighed, reverse=True) if near >= 1)


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
    copied, ids = find_repeats(ordered), {a.id for a in ordered}
    revised = {a.id: a.revises for a in ordered if a.revises in ids}
    followed = {**copied, **revised}
    roots = {a.id: follow_links(a.id, followed) for a in ordered}
    originals = [a for a in ordered if roots[a.id] == a.id]
    events = sorted(cluster_events(originals, background))
    event_of = {originals[i].id: n for n, event in enumerate(events) for i in event}
    members: list[list[str]] = [[] for _ in events]
    for article in ordered:
        members[event_of[roots[article.id]]].append(article.id)
    names = name_stories(members, {each.article: each.story for each in known})
    return tuple(
        StoryMembership(
            article=a.id,
            story=names[event_of[roots[a.id]]],
            # A newer version is no copy of its older one.
            duplicate_of=copied.get(follow_links(a.id, revised)),
        )
        for a in articles
    )


#: 32 characters that are not confused when read aloud or copied by hand.
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_SIGNS = 6


def new_story_id(article: str, taken: Container[str]) -> str:
    """The id of a story whose earliest article this is."""
    for attempt in count():
        salted = f"{article}\0{attempt}" if attempt else article
        digest = hashlib.sha256(salted.encode("utf-8", "surrogatepass")).digest()
        number = int.from_bytes(digest[:8], "big")
        name = "s-" + "".join(_SIGNS[number >> 5 * n & 31] for n in range(_ID_SIGNS))
        if name not in taken:
            break
    return name


def name_stories(
    events: Sequence[Sequence[str]], before: Mapping[str, str]
) -> tuple[str, ...]:
    """An id for each event.

    Args:
        events: The ids of each event's articles, the earliest first.
        before: From each article to its story until now.
    """
    claims = [
        (-shared, place, story)
        for place, event in enumerate(events)
        for story, shared in Counter(before[a] for a in event if a in before).items()
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
