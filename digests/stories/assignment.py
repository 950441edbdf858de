"""Says to which story of an archive an article belongs; the archive stays as it is.

By the measures of the batch form (`grouping`), over the few articles that a
`StoryIndex` finds worth comparing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from digests.stories import naming
from digests.stories.archive import StoryIndex
from digests.stories.profiles import Profile, profile
from digests.types import Article, Membership

#: A story is weighed when one of its articles is at least so alike.
_WORTH_WEIGHING = 0.5
#: A changed text stays in its story as long as it is at least so alike to it.
_STAYS = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """The story of an article, and other stories that may be the same event."""

    membership: Membership
    #: Stories that it is alike enough to as well, the most alike first.
    rivals: tuple[str, ...] = ()
    #: Whether the story is a new one of its own.
    new: bool = False
    #: The story that an older text of the article was in.
    before: str | None = None


def join(article: Article, archive: StoryIndex) -> Membership:
    """The story of an article among those of the archive, or a new one of its own.

    The archive stays as it is. A later version stays in the story of the version
    before it; a text that is there already is a copy of that article. A story keeps
    its id, also when an earlier article comes late.
    """
    there = archive.story_of(article.id) or archive.story_of(article.revises or "")
    if there is not None:
        return Membership(article=article.id, story=there)
    return place(article, archive).membership


def place(
    article: Article,
    archive: StoryIndex,
    *,
    before: str | None = None,
    read: Profile | None = None,
) -> Placed:
    """Where the archive would have an article that is not in it.

    Args:
        article: The newest text of it.
        archive: It stays as it is.
        before: The story that an older text of the article, which is not in the
            archive any more, was in. It stays there as long as it is about the same,
            also when that story would not be found for it any more; it leaves for
            another one only when nothing is left of what it was about.
        read: Its profile, for callers that have it.
    """
    read = read or profile(article, archive.background)
    compared = archive.candidates(read)
    original = archive.alike(article, read, compared)
    found = _alike(archive, read, compared)
    if original is not None:
        copied = archive.story_at(original)
        if before in (None, copied) or not _stays(archive, before, read, compared):
            member = Membership(
                article=article.id,
                story=copied,
                duplicate_of=archive.article_at(original),
            )
            return Placed(membership=member, rivals=_without(copied, found))
    if before is not None and _stays(archive, before, read, compared):
        member = Membership(article=article.id, story=before)
        return Placed(membership=member, rivals=_without(before, found))
    if found:
        member = Membership(article=article.id, story=found[0])
        return Placed(membership=member, rivals=found[1:])
    alone = before is not None and before not in archive.members
    if before is not None and alone:
        return Placed(membership=Membership(article=article.id, story=before))
    story = naming.new_id(article.id, archive.members)
    member = Membership(article=article.id, story=story)
    return Placed(membership=member, new=True, before=before)


def _alike(
    archive: StoryIndex, read: Profile, compared: Mapping[int, float]
) -> tuple[str, ...]:
    """The stories that the article is alike enough to, the most alike first."""
    worth = [place for place, near in compared.items() if near >= _WORTH_WEIGHING]
    names = dict.fromkeys(map(archive.story_at, worth))
    weighed = [(archive.weigh(name, read, compared), name) for name in names]
    return tuple(name for near, name in sorted(weighed, reverse=True) if near >= 1)


def _stays(
    archive: StoryIndex,
    before: str | None,
    read: Profile,
    compared: Mapping[int, float],
) -> bool:
    if before is None or before not in archive.members:
        return False
    return archive.weigh(before, read, compared) >= _STAYS


def _without(story: str, several: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in several if name != story)
