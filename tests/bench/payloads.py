"""Check the payloads of generated editions and answers on each platform: all faults.

    python -m tests.bench.payloads [EDITIONS] [SEED] [PROCESSES]

They go through the real renderers to the limits tables and Discord's own schema (where
that file is beside the repository; a line reports when it is not). Each edition is
rendered in full, in plain words and as links, posted and edited, and inside an answer;
beside it an answer with blocks of every kind. Counted are editions with at least one
fault of a kind. Prints; the exit code is 0 when every count is 0.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from random import Random
from typing import Literal

from tests.bot.platforms.generated import (
    KINDS,
    Kind,
    a_reply_of,
    an_edition_of,
    faults,
    faults_of_reply,
)
from tests.wire.discord import schema

EDITIONS, SEED, PROCESSES = 10_000, 20261126, 2
PLATFORMS: tuple[Literal["discord", "slack"], ...] = ("discord", "slack")
Found = tuple[Counter[tuple[str, Kind]], list[str], Counter[str]]


def some(seeds: Iterable[int]) -> Found:
    """The faults in these editions, and how many were checked."""
    wrong: Counter[tuple[str, Kind]] = Counter()
    size: Counter[str] = Counter()
    details: list[str] = []
    for seed in seeds:
        random = Random(seed)
        edition, reply = an_edition_of(random), a_reply_of(random)
        size["stories"] += len(edition.stories)
        size["quotes"] += sum(len(story.cards) for story in edition.stories)
        texts = [s.text for story in edition.stories for s in story.summary]
        size["texts of 50,000 characters"] += sum(len(t) >= 50_000 for t in texts)
        for platform in PLATFORMS:
            found = [*faults(platform, edition), *faults_of_reply(platform, reply)]
            for kind in {kind for kind, _ in found}:
                wrong[platform, kind] += 1
            details += [f"{platform}, seed {seed}: {k}: {said}" for k, said in found]
    return wrong, details[:20], size


def main(editions: int, seed: int, processes: int) -> int:
    begun = time.perf_counter()
    if not schema.FILE.is_file():
        print("Discord's schema is not beside this repository: limits tables only.")
    wrong: Counter[tuple[str, Kind]] = Counter()
    size: Counter[str] = Counter()
    details: list[str] = []
    seeds = [range(n, seed + editions, 50) for n in range(seed, seed + 50)]
    with ProcessPoolExecutor(processes) as pool:
        for more, said, looked in pool.map(some, seeds):
            wrong.update(more)
            size.update(looked)
            details += said
    reported = ", ".join(f"{number:,} {what}" for what, number in size.items())
    print(
        f"{editions:,} editions and answers a platform, seeds from {seed}: {reported}"
    )
    for platform in PLATFORMS:
        cells = ", ".join(f"{kind} {wrong[platform, kind]}" for kind in KINDS)
        print(f"{platform:<8} {cells}")
    print(f"{time.perf_counter() - begun:.0f} s")
    for line in details[:20]:
        print(f"  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    wanted = [int(each) for each in sys.argv[1:]]
    sizes = [*wanted, *(EDITIONS, SEED, PROCESSES)[len(wanted) :]]
    sys.exit(main(*sizes))
