"""Quotations: their spans, their speakers, and which of them deserve a card.

`find` reads an article, `deserving` chooses and orders, `explain` shows the scores.
"""

from digests.quotes.deserving import deserving
from digests.quotes.find import Row, explain, find

__all__ = ["Row", "deserving", "explain", "find"]
