"""Sources of articles, and the articles stored from them.

It does nothing. Others take it from `bot.types`, where all nouns are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from digests.messages import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredArticle:
    """An article revision in the archive, with where it came from."""

    article_id: int
    revision_id: int
    source_id: int
    first_seen: datetime
    fetched_at: datetime
    current: bool = True


#: A site is a page that names the feed which is read in its place.
SourceKind = Literal["folder", "feed", "page", "sitemap", "site"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where articles come from; `workspace_id` None when it is public to all."""

    id: int
    workspace_id: int | None
    kind: SourceKind
    #: Folder path, or address.
    address: str
    name: str
    last_success_at: datetime | None = None
    #: The last reading's problem; None when all was well.
    problem: Message | None = None
    #: When it was last asked, whatever came of it.
    requested_at: datetime | None = None
    #: When it is read next; None = as soon as can be.
    next_poll_at: datetime | None = None
    #: Readings in a row that failed.
    failures: int = 0
    #: It asked to be left alone until then.
    backoff_until: datetime | None = None
    #: It has ended and is not asked any more.
    stopped: bool = False
    #: What the last whole answer gave, for asking whether anything has changed.
    etag: str | None = None
    last_modified: str | None = None
    #: Where it says that it has moved for good, and how often in a row it said so.
    moved_to: str | None = None
    moved_count: int = 0
    #: New articles a day, of late; None until that can be told.
    items_per_day: float | None = None
    #: Something odd that was dealt with and that an admin should know, and since when.
    notice: Message | None = None
    noticed_at: datetime | None = None
    #: How the digest that it was looked up with calls it; None = as it calls itself.
    #: It belongs to that digest alone: the rest is shared by all who read the source.
    called: str | None = None
