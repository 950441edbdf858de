"""What a summariser is: one method, from an article to a few of its sentences.

A new one is one file and one line in `digests.summaries.SUMMARISERS`. It must give
sentences whose words are the words of their spans in order (`digests.grounding`
drops what is not), and an empty summary rather than something that is no sentence.
"""

from typing import Protocol

from digests.types import Article, Summary


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
