"""Same item, same event, what is new, what comes first; it reads no quotes.

`group` → `gather` → `rank`, and `admits` before them: pure functions of the articles,
the style and what was told before.
"""

from digests.stories.archive import StoryIndex, join
from digests.stories.filters import admits
from digests.stories.gathering import gather
from digests.stories.grouping import group
from digests.stories.naming import moved
from digests.stories.ranking import Ranked, rank

__all__ = [
    "Ranked",
    "StoryIndex",
    "admits",
    "gather",
    "group",
    "join",
    "moved",
    "rank",
]
