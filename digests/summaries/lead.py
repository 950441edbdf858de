"""Tells an article by its first sentences, as many as fit; it weighs nothing.

The plain answer where choosing sentences would be a guess (opinion, first person,
interviews), and the yardstick of every other summariser.
"""

import itertools
from collections.abc import Sequence

from digests.summaries import headline, passages
from digests.summaries.fitting import fit
from digests.summaries.passages import Passage
from digests.types import Article, Sentence, Summary

#: More sentences than this are no summary, whatever the budget.
MOST = 8


class Lead:
    """The first whole sentences of an article."""

    def summarise(self, article: Article, chars: int) -> Summary:
        found = passages.of(article)
        told = first(article, found, chars)
        return Summary(headline=headline.write(article, found), sentences=told)


def first(
    article: Article, found: Sequence[Passage], chars: int, most: int = MOST
) -> tuple[Sentence, ...]:
    """The first passages that fit into `chars`, at most `most` of them."""
    shown = (p for p in found if passages.presentable(p))
    return fit(article, list(itertools.islice(shown, most)), chars)
