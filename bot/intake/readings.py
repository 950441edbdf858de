"""What one look at a source gave: a frozen noun, the same for every kind of source."""

from dataclasses import dataclass

from bot.types import SourceKind
from digests.sources.folder import Problem
from digests.types import Article


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A whole answer, or the news that nothing has changed."""

    kind: SourceKind
    articles: tuple[Article, ...] = ()
    #: The source's own title, or "".
    title: str = ""
    #: Addresses of feeds that a page names.
    feeds: tuple[str, ...] = ()
    #: What could not be read; the rest was.
    problems: tuple[Problem, ...] = ()
    #: The source says that it is as it was; there are no articles then.
    unchanged: bool = False
    #: What to ask with next time.
    etag: str | None = None
    last_modified: str | None = None
    #: Where it stood in the end, after redirects.
    read_at: str | None = None
    #: Where the address has moved for good.
    moved_to: str | None = None
