"""The noun of what is kept for how long; it deletes nothing.

Settings make it, `upkeep` follows it, `/newsdesk status` shows it.

    editions   with their corrections; reports of readers, from when they were settled
               (an open one waits for an editor, however old)
    history    of changes
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """Days for which contents are kept."""

    articles: int = 400
    editions: int = 400
    history: int = 730

    @property
    def texts(self) -> int:
        """Days for which an article's text is kept: editions quote it that long.

        What an edition is made from came in within the two weeks before it.
        """
        return max(self.articles, self.editions + 14)
