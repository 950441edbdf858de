"""Lays the figures of an answer side by side: who has the same, who another; pure.

That two figures speak of one thing, and whether they agree, `digests.figures` says. A
figure that stands beside another one is not listed a second time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from digests import figures
from digests.types import Article, Figure

Found = tuple[Article, Figure]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A figure with what other outlets have in its place."""

    article: Article
    figure: Figure
    #: Other outlets that give the same.
    also: tuple[str, ...] = ()
    #: What other outlets give instead.
    others: tuple[Found, ...] = ()


#: Later reports count what has happened since: that is no disagreement.
_SPAN = timedelta(hours=18)


def beside(found: Sequence[Found]) -> Iterator[Counted]:
    """Each figure once, in order, with its counterparts in other outlets.

    Args:
        found: Articles with one of their figures each, in the order of the answer.
    """
    by_article: dict[str, list[Figure]] = {}
    articles = {article.id: article for article, _ in found}
    for article, figure in found:
        by_article.setdefault(article.id, []).append(figure)
    shown: set[tuple[str, int]] = set()
    for article, figure in found:
        if (article.id, figure.start) in shown:
            continue
        also: list[str] = []
        others: list[Found] = []
        for other, theirs in by_article.items():
            there = articles[other]
            if there.source == article.source or not _of_one_day(article, there):
                continue
            left = [f for f in theirs if (other, f.start) not in shown]
            pairs = figures.compare([figure], article.text, left, there.text)
            for pair in pairs:
                shown.add((other, pair.theirs.start))
                if pair.equal:
                    also.append(there.source)
                else:
                    others.append((there, pair.theirs))
        shown.add((article.id, figure.start))
        yield Counted(
            article=article,
            figure=figure,
            also=tuple(dict.fromkeys(also)),
            others=tuple(others),
        )


def _of_one_day(one: Article, other: Article) -> bool:
    if one.published is None or other.published is None:
        return True
    return abs(one.published - other.published) <= _SPAN
