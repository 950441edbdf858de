"""Sources of articles, and the articles stored from them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from digests.messages import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredArticle:
    """Keys and times of a stored article revision."""

    article_id: int
    revision_id: int
    source_id: int
    first_seen: datetime
    fetched_at: datetime
    current: bool = True


#: A «site» is a page that names the feed to read instead.
SourceKind = Literal["folder", "feed", "page", "sitemap", "site"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A source of articles; public if `workspace_id` is None."""

    id: int
    workspace_id: int | None
    kind: SourceKind
    #: Folder path, or address.
    address: str
    name: str
    last_success_at: datetime | None = None
    #: Problem of the last fetch; None if it succeeded.
    problem: Message | None = None
    #: Time of the last request, successful or not.
    requested_at: datetime | None = None
    #: Time of the next poll; None = as soon as possible.
    next_poll_at: datetime | None = None
    #: Number of consecutive failures.
    failures: int = 0
    #: Not requested before this time, as the server asked (Retry-After).
    backoff_until: datetime | None = None
    #: It has ended (for example 410 Gone) and is not polled any more.
    stopped: bool = False
    #: Validators of the last full response, for conditional requests.
    etag: str | None = None
    last_modified: str | None = None
    #: Target of its permanent redirect, and how often in a row it was seen.
    moved_to: str | None = None
    moved_count: int = 0
    #: Recent number of new articles per day; None until it can be estimated.
    items_per_day: float | None = None
    #: A peculiarity that was worked around but that an admin should know; since when.
    notice: Message | None = None
    noticed_at: datetime | None = None
    #: Name in the digest that it was loaded with; None = `name`. Belongs to that digest
    #: alone: the other fields are shared by all digests that read the source.
    called: str | None = None
