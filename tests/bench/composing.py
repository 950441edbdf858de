"""Print how long a summary takes beside sumy's LexRank, in one run.

Run: python -m tests.bench.composing, in an environment where sumy 0.13 can be imported
(it is not a dependency), with this folder as the current one. Both start from the text
and end with the sentences. sumy gets our splitter, since its own needs data that it
does not ship; it is measured bare, and with the stemmer and the stop words of its
documentation, which ours uses too.
"""

import re
import statistics
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

from digests.language.sentences import split_sentences
from digests.summaries.registry import summarise_article
from digests.types import Article
from tests.bench.sentences import news

RUNS = 7
SIZES = (24, 60)

Work = Callable[[str], object]


def main() -> None:
    """Print one line per size and summariser."""
    for size in SIZES:
        documents = list(of(size))
        base = timed(ours, documents)
        print(f"{size} sentences: ours {base * 1000:.3f} ms")
        for name, work in peers():
            took = timed(work, documents)
            print(f"    {name:34}{took * 1000:8.2f} ms, ours {took / base:.0f}x faster")
    if not find_spec("sumy"):
        print("sumy is not installed here: only ours was measured.")


def ours(text: str) -> object:
    """A summary of three to four sentences, with its headline."""
    article = Article(id="a", text=text, title="Harbour bridge closes")
    return summarise_article(article, 400)


def peers() -> Iterator[tuple[str, Work]]:
    """sumy's LexRank, where it is installed."""
    if not find_spec("sumy"):
        return
    from sumy.nlp.stemmers import Stemmer
    from sumy.summarizers.lex_rank import (
        LexRankSummarizer,
    )
    from sumy.utils import get_stop_words

    yield "sumy LexRank, bare", lexrank(LexRankSummarizer())
    documented = LexRankSummarizer(Stemmer("english"))
    documented.stop_words = get_stop_words("english")
    yield "sumy LexRank, stemmer, stop words", lexrank(documented)


def lexrank(summariser: Any) -> Work:
    """Summarise to three sentences with sumy, starting from the text."""
    from sumy.parsers.plaintext import (
        PlaintextParser,
    )

    def work(text: str) -> object:
        document = PlaintextParser.from_string(text, Words()).document
        return summariser(document, 3)

    return work


class Words:
    """The tokenizer interface of sumy."""

    language = "english"

    def to_sentences(self, paragraph: str) -> list[str]:
        return [paragraph[s.start : s.end] for s in split_sentences(paragraph)]

    def to_words(self, sentence: str) -> list[str]:
        return re.findall(r"[^\W\d_]+", sentence)


def of(size: int) -> Iterator[str]:
    """Documents of this many sentences, from the sample articles."""
    text = " ".join(news())
    spans = split_sentences(text)
    for at in range(0, len(spans) - size, size):
        yield text[spans[at].start : spans[at + size - 1].end]


def timed(work: Work, documents: list[str]) -> float:
    """Seconds per document: the median of several runs over all of them."""
    took = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        for document in documents:
            work(document)
        took.append(time.perf_counter() - begun)
    return statistics.median(took) / len(documents)


if __name__ == "__main__":
    main()
