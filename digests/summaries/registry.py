"""The summarisers by their setting names, and what a summariser must do.

`SUMMARISERS` lists every one by the name that settings use; the first is the default.
`explain` shows how the default one chose, `why_it_matters` finds the sentence in which
the article itself says so.

A new one is one file and one line in `digests.summaries.SUMMARISERS`. It must give
sentences whose words are the words of their spans in order (`digests.grounding`
drops what is not), and an empty summary rather than something that is no sentence.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from digests.summaries import headlines, passages
from digests.summaries.extractive import select_sentences
from digests.summaries.fitting import fit_lead
from digests.types import Article, Summary


class ExtractiveSummariser:
    """The best sentences of an article."""

    def summarise(self, article: Article, chars: int) -> Summary:
        found = passages.extract_passages(article)
        selected = select_sentences(article, found, chars)
        return Summary(
            headline=headlines.write_headline(article, found), sentences=selected
        )


class LeadSummariser:
    """The first whole sentences of an article."""

    def summarise(self, article: Article, chars: int) -> Summary:
        found = passages.extract_passages(article)
        selected = fit_lead(article, found, chars)
        return Summary(
            headline=headlines.write_headline(article, found), sentences=selected
        )


class Summariser(Protocol):
    """Chooses and shortens the sentences that tell an article.

    The smallest honest one:

        class Nothing:
            def summarise(self, article: Article, chars: int) -> Summary:
                return Summary(headline=headline.write(article), sentences=())
    """

    def summarise(self, article: Article, chars: int) -> Summary:
        """Tell `article` in at most `chars` characters.

        Args:
            article: Its spans point into `article.text`.
            chars: Hard limit on the sentences' texts joined by one space.

        Returns:
            Headline and sentences, in document order; no sentence where none fits.
        """
        ...


SUMMARISERS: Mapping[str, Summariser] = MappingProxyType(
    {"extractive": ExtractiveSummariser(), "lead": LeadSummariser()}
)
