"""The summarisers by the names that settings use.

A summariser chooses and shortens the sentences that summarise an article; the headline
is the same for all of them. The words of a sentence must be the words of its spans, in
order: `digests.grounding.gate` drops what is not. The texts, joined by single spaces,
have at most `chars` characters. Where no whole sentence fits, the summary is empty.

To add a summariser, write a function in its own module and add it to `SUMMARISERS`.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from digests.summaries import headlines, passages
from digests.summaries.extractive import select_sentences
from digests.summaries.fitting import fit_lead
from digests.summaries.news_sentence import open_with_news
from digests.summaries.passages import Passage
from digests.types import DEFAULT_SUMMARISER, Article, Sentence, Summary

#: The article, its passages and the limit in characters → sentences in document order.
SelectSentences = Callable[[Article, Sequence[Passage], int], tuple[Sentence, ...]]

SUMMARISERS: Mapping[str, SelectSentences] = MappingProxyType(
    {DEFAULT_SUMMARISER: select_sentences, "lead": fit_lead}
)


def summarise_article(
    article: Article, chars: int, summariser: str = DEFAULT_SUMMARISER
) -> Summary:
    """The headline and summary of an article.

    Args:
        article: The spans of the answer point into its text.
        chars: Hard limit on the sentences' texts joined by one space.
        summariser: One of `SUMMARISERS`.

    Raises:
        KeyError: There is no such summariser.
    """
    found = passages.extract_passages(article)
    opened, sure, rivals = open_with_news(article, found)
    select = SUMMARISERS[summariser]
    sentences = select(article, opened, chars)
    news = opened[0].span.start if opened else 0
    if not sentences or sentences[0].spans[0].start != news:
        # Where the news does not fit, what stands before it may.
        before = select(article, found, chars)
        if before and (not sentences or before[0].spans[0].start < news):
            sentences = before
    return Summary(
        headline=headlines.write_headline(
            article, opened, sentences, rivals=rivals, sure=sure
        ),
        sentences=sentences,
        reports=sure,
    )
