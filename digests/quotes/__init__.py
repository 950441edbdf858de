"""Quotations: their spans, their speakers, and which of them deserve a card.

`find` reads an article, `deserving` chooses and orders, `explain` shows the scores,
`version_of` says whether two are one utterance.
"""

from digests.quotes.deserving import deserving
from digests.quotes.find import Row, explain, find
from digests.quotes.versions import Version, version_of

__all__ = ["Row", "Version", "deserving", "explain", "find", "version_of"]
