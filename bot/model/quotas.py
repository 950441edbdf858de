"""Quotas of a workspace: how much of each kind it may have, and how much it has.

Adding is refused at the limit; what a workspace has beyond a lower limit, it keeps.
What is stored of articles grows by itself: beyond its limit the oldest texts that no
edition shows are deleted, and reading goes on.
"""

from typing import Final, Literal

from digests.types import frozen

QuotaName = Literal["sources", "digests", "personal_digests", "articles"]
#: Share of a limit from which on people are informed.
NEAR_LIMIT: Final = 0.8
#: A stored text counts as one article, and as another one for each such number of
#: characters: the longest that a feed can have costs as much as twenty short ones.
CHARACTERS_PER_ARTICLE: Final = 10_000


@frozen
class Quotas:
    """How much one workspace may have; 0 = no limit."""

    #: Sources that its digests read, each counted once.
    sources: int = 2_000
    #: Its digests, without those of its readers.
    digests: int = 200
    #: Readers with a digest of their own: each is composed separately, and many at once
    #: must not delay everybody else's for hours.
    personal_digests: int = 300
    #: Stored articles (`count_text`); of those that others read too, its part.
    articles: int = 1_000_000


DEFAULT_QUOTAS: Final = Quotas()


@frozen
class QuotaUse:
    """How much of one quota a workspace uses."""

    name: QuotaName
    used: int
    #: 0 = no limit.
    limit: int

    @property
    def share(self) -> float:
        """The used part of the limit; 0 without a limit."""
        return self.used / self.limit if self.limit else 0.0

    @property
    def is_near(self) -> bool:
        """Whether people are informed that the limit is near or reached."""
        return self.share >= NEAR_LIMIT

    @property
    def is_full(self) -> bool:
        """Whether the limit is reached.

        Stored articles are pruned to a little less than their limit.
        """
        return self.share >= (0.95 if self.name == "articles" else 1.0)


def count_text(text: str) -> int:
    """Count a stored text as articles."""
    return 1 + len(text) // CHARACTERS_PER_ARTICLE
