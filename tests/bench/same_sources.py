"""Digests that are due at one moment and share sources: the cost of the second one.

    python -m tests.bench.same_sources [ARTICLES] [DIGESTS]

200 articles of about 600 words, 10 digests. First the composer alone; then a round of
`compose_due` including storage, as it is and with the analysis cache emptied between
digests. Processor time of the process, the same articles, one run; the ratios count.
The articles are the samples with their names changed, so that each reports an event of
its own. Prints and asserts nothing.
"""

import asyncio
import gc
import random
import re
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from bot.publishing import editions
from digests.analysis import MAX_CACHED_CHARACTERS, AnalysisCache
from digests.compose import compose
from digests.sources import folder
from digests.types import Article, EditionStyle
from tests.bench.__main__ import SEEDS, trimmed
from tests.bench.stories import word
from tests.bot.harness import open_harness
from tests.builders import NOON

ARTICLES, DIGESTS = 200, 10
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}")
_HEAD = """
[[workspace]]
platform = "local"
id = "newsroom"

[[workspace.destination]]
name = "morning"
channel = "c-morning"
"""
_DIGEST = """
[[workspace.digest]]
name = "Brief {n}"
sources = ["articles"]
destinations = ["morning"]
schedule = "every 2 minutes"
"""


def main(count: int, digests: int) -> None:
    """Print one line per figure."""
    several = articles(count)
    composer(several)
    for name, room in (("as it is", MAX_CACHED_CHARACTERS), ("nothing kept", 0)):
        took, made = asyncio.run(a_round(several, digests, room))
        print(f"a round of {digests} digests, {name:<14} {took:6.2f} s  ({made} made)")


def articles(count: int) -> list[Article]:
    """Long articles, each about an event of its own."""
    long = [
        trimmed(a) for a in folder.read_articles(SEEDS).articles if len(a.text) > 1500
    ]
    return [_of_its_own(long[n % len(long)], n) for n in range(count)]


def _of_its_own(article: Article, number: int) -> Article:
    rng, names = random.Random(number), dict[str, str]()

    def renamed(found: re.Match[str]) -> str:
        return names.setdefault(found[0], word(rng.randrange(120_000)).capitalize())

    return replace(
        article,
        id=f"a{number}",
        title=_NAME.sub(renamed, article.title or ""),
        text=_NAME.sub(renamed, article.text),
        source=f"Paper {number % 20}",
        published=NOON - timedelta(minutes=number),
        revision="",
    )


def composer(several: Sequence[Article]) -> None:
    """Time of the composer alone, and the cost of analysing an article."""
    style, kept = EditionStyle(), AnalysisCache()
    compose(several[:5], now=NOON, style=style)
    plain = timed(lambda: compose(several, now=NOON, style=style))
    first = timed(lambda: compose(several, now=NOON, style=style, read=kept.read))
    second = timed(lambda: compose(several, now=NOON, style=style, read=kept.read))
    print(f"compose {len(several)} articles{plain:27.2f} s")
    print(f"the first of several digests{first:24.2f} s")
    print(f"the second of them{second:34.2f} s  ({plain / second:.1f} times faster)")
    gc.collect()
    tracemalloc.start()
    begun, more = tracemalloc.get_traced_memory()[0], AnalysisCache()
    for article in several:
        more.read(article, style)
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0] - begun
    tracemalloc.stop()
    texts = sum(len(article.text) for article in several)
    full = (taken + texts) / texts * MAX_CACHED_CHARACTERS
    print(f"all the room, at the most{full / 2**20:27.1f} MB  (dropped with the round)")


async def a_round(
    several: Sequence[Article], digests: int, room: int
) -> tuple[float, int]:
    """Seconds for everything due at one moment, and the number of editions."""
    with tempfile.TemporaryDirectory() as home:
        async with open_harness(f"sqlite:///{home}/b.db", Path(home)) as harness:
            for article in several:
                harness.publish(article.id, _file(article))
            named = "".join(_DIGEST.format(n=n) for n in range(digests))
            await harness.apply(_HEAD + named)
            harness.clock.advance(minutes=2)
            await harness.publisher.plan()
            await harness.ingestor.refresh((await harness.digest("Brief 0")).sources)
            with patch.object(editions, "AnalysisCache", lambda: AnalysisCache(room)):
                begun = time.process_time()
                done = await harness.publisher.compose_due()
                took = time.process_time() - begun
    return took, sum(outcome.stored_edition is not None for outcome in done)


def _file(article: Article) -> str:
    assert article.published is not None
    return (
        f"---\ntitle: {article.title}\nsource: {article.source}\n"
        f"published: {article.published.isoformat()}\nlang: en\n---\n{article.text}\n"
    )


def timed(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    wanted = [int(given) for given in sys.argv[1:]]
    main(*(wanted + [ARTICLES, DIGESTS][len(wanted) :]))
