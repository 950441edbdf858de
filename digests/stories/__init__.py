"""Same item, same event, what is new, what comes first; it reads no quotes.

`group` → `gather` → `rank`, and `admits` before them: pure functions of the articles,
the style and what was told before.
"""

from digests.stories.archive import StoryIndex
from digests.stories.filters import admits
from digests.stories.gathering import gather
from digests.stories.grouping import group
from digests.stories.joining import Placed, join, place
from digests.stories.naming import moved, new_id
from digests.stories.ranking import Ranked, rank

__all__ = [
    "Placed",
    "Ranked",
    "StoryIndex",
    "admits",
    "gather",
    "group",
    "join",
    "moved",
    "new_id",
    "place",
    "rank",
]
