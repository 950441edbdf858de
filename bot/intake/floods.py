"""Whether a known source has poured out its past again: a pure rule.

New software, new addresses or a moved archive make a feed offer everything as new.
None of it is news; it is stored as told, and an admin is told about it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.types import Source
from digests.types import Article

#: More articles than this, and more than this part of them new.
MANY, MOST = 20, 0.8
#: After a silence of ours this long, what was published in it is news all the same.
SILENCE = timedelta(hours=6)


def is_flood(
    source: Source, offered: int, new: Sequence[Article], now: datetime
) -> bool:
    """Whether so many of the offered articles are new that it cannot be news.

    Args:
        source: As it was before this reading; a first reading is no flood.
        offered: How many articles were read.
        new: Those that were not known in this version.
        now: The time.
    """
    if source.last_good is None or source.kind in ("folder", "page"):
        return False
    missed = [a for a in new if _came_meanwhile(a, source.last_good, now)]
    odd = len(new) - len(missed)
    return offered > MANY and odd > MOST * offered


def words(count: int) -> str:
    """What the admin is told."""
    return (
        f"It offered {count} articles as new at once, so they were kept as told and "
        "none of them is posted. What comes after them is."
    )


def _came_meanwhile(article: Article, last_good: datetime, now: datetime) -> bool:
    if now - last_good < SILENCE or article.published is None:
        return False
    return last_good < article.published < now
