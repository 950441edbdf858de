"""The noun of a look: how much a digest tells of each story, and which sections it has.

It does nothing. Others take it from `bot.types`, where all nouns are.
"""

from dataclasses import dataclass
from typing import Literal

SummaryLength = Literal["short", "medium", "long"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How a digest tells its stories."""

    summary: SummaryLength = "short"
    #: Quotes with a story, at the most; a chat message shows the best of them.
    quotes: int = 5
    #: Whether figures stand with a story.
    figures: bool = True
    #: Lines under «also in brief»; 0 = no such section.
    brief: int = 6
