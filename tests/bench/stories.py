"""Stories: one article arriving among 100,000, and 2,000 headlines of one event.

The articles are made of invented words with the frequencies of a language (Zipf), in
events of one article over as many days as asked for. Times are processor time, so
that other load does not count; filling takes some minutes.
"""

import random
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from digests.stories.assignment import group_articles
from digests.stories.index import StoryIndex
from digests.types import Article, StoryMembership
from tests.builders import NOON
from tests.digests.stories.builders import assign_article

ARCHIVED = 100_000
ARRIVING = 300
HEADLINES = 2_000
#: Words of a text, and of the invented language.
LENGTH, WORDS = 150, 120_000


def rows() -> Iterator[tuple[str, str, str]]:
    """Rows of (figure, measured, budget)."""
    rng = random.Random(1)
    articles = [headline(n, rng) for n in range(HEADLINES)]
    begun = time.process_time()
    found = group_articles(articles)
    took = time.process_time() - begun
    stories = len({member.story for member in found})
    yield f"{HEADLINES} headlines of one event", f"{took:.2f} s", "≤ 1.5 s"
    yield "… stories made of them", str(stories), ""
    yield from arriving("within 72 hours", days=3)
    yield from arriving("over a year", days=365)


def arriving(name: str, days: int) -> Iterator[tuple[str, str, str]]:
    """Add articles to an archive of this many days, each as its own event."""
    rng = random.Random(0)
    before = megabytes()
    index = StoryIndex()
    begun = time.process_time()
    for n in range(ARCHIVED):
        article = report(n, rng, days)
        index.add(article, StoryMembership(article=article.id, story=f"s-{n}"))
    filled = time.process_time() - begun
    took, own = [], 0
    for n in range(ARCHIVED - ARRIVING, ARCHIVED):
        article = report(n, rng, days, again=True)
        begun = time.process_time()
        story = assign_article(article, index).story
        took.append(1000 * (time.process_time() - begun))
        own += story == f"s-{n}"
    took.sort()
    mean = statistics.mean(took)
    yield f"join among {len(index)}, {name}, mean", f"{mean:.1f} ms", "≤ 5 ms"
    yield "… p95", f"{took[int(len(took) * 0.95)]:.1f} ms", ""
    yield "… put into their own story", f"{own} of {ARRIVING}", ""
    yield "… memory of the index", f"{megabytes() - before:.0f} MB", "≤ 300 MB"
    yield "… filling it, an article", f"{1000 * filled / ARCHIVED:.2f} ms", ""


def report(n: int, rng: random.Random, days: int, *, again: bool = False) -> Article:
    """Article n: the event's names come from n, its other words are random."""
    event = random.Random(n)
    names = [word(event.randrange(WORDS)).title() for _ in range(8)]
    said = [word(int(WORDS * rng.random() ** 4)) for _ in range(LENGTH)]
    for place in range(0, LENGTH, 6):
        said[place] = rng.choice(names)
    return Article(
        id=f"{n}{'-again' if again else ''}",
        title=" ".join([*names[:2], *said[:5]]),
        text=f"The {' '.join(said)}.",
        source=f"Outlet {rng.randrange(400)}",
        published=at(n, days),
    )


def headline(n: int, rng: random.Random) -> Article:
    event = [word(1000 + k) for k in range(16)]
    said = rng.sample(event, 5) + [word(5000 + rng.randrange(400)) for _ in range(3)]
    return Article(
        id=str(n),
        text="",
        title=" ".join(said),
        source=f"Outlet {n % 300}",
        published=NOON + timedelta(minutes=n),
    )


def at(n: int, days: int) -> datetime:
    return NOON + n * timedelta(days=days) / ARCHIVED


@lru_cache(maxsize=WORDS)
def word(n: int) -> str:
    """An invented word: the syllables of a number."""
    syllables = "bakelomirutasenovidoga"
    made = "zo"
    while n:
        n, rest = divmod(n, 11)
        made += syllables[2 * rest : 2 * rest + 2]
    return made


def megabytes() -> float:
    """The largest resident size so far."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    for name, measured, budget in rows():
        print(f"{name:<48}  {measured:>12}  {budget}", flush=True)


if __name__ == "__main__":
    main()
