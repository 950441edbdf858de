"""Judge whether the entries of a feed hold whole articles or only excerpts."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

from digests.types import Article

Completeness = Literal["full", "excerpt", "unknown"]

#: Ends of texts that continue elsewhere.
_LONGEST_END = 80
_DOTS = ("…", "...", "[…]", "[...]")
_CONTINUATIONS = ("read more", "continue reading", "weiterlesen", "lire la suite")
#: A longer description is the whole text; a shorter content is not.
_WHOLE_DESCRIPTION = 1_500
_WHOLE_CONTENT = 280
#: A page that has more than this beyond its entry shows that the entry is an excerpt.
_MOST_BEYOND: Final = 0.25


def judge_entry(text: str, *, content: bool) -> Completeness:
    """Whether the text of one entry is whole.

    Args:
        text: Plain.
        content: Whether it is the entry's content, not its description.
    """
    end = text[-_LONGEST_END:].rstrip().casefold()
    if end.endswith(_DOTS) or any(map(end.__contains__, _CONTINUATIONS)):
        return "excerpt"
    if len(text) >= (_WHOLE_CONTENT if content else _WHOLE_DESCRIPTION):
        return "full"
    return "excerpt"


def judge_source(
    articles: Sequence[Article], learned: Sequence[Completeness] = ()
) -> Completeness:
    """Whether a source gives whole articles; unknown without articles.

    Args:
        articles: Its newest ones in the texts of the source.
        learned: Of its entries whose pages were read, newest first, as
            `compare_with_page` found.
    """
    found = Counter(learned) or Counter(
        "excerpt" if article.excerpt else "full" for article in articles
    )
    del found["unknown"]
    best = max(found, key=lambda kind: found[kind], default="unknown")
    return "unknown" if best == "unknown" else best  # type: ignore[return-value]


def compare_with_page(entry: Article, page: Article) -> Completeness:
    """What the text of an entry's page shows about the entry.

    Args:
        entry: As the source gave it.
        page: The article of its page, judged to be the announced one.
    """
    if not page.text:
        return "unknown"
    beyond = len(page.text) - len(entry.text)
    return "excerpt" if beyond > _MOST_BEYOND * len(page.text) else "full"
