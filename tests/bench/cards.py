"""`python -m tests.bench.cards`: what a quote card costs; prints only.

Time is wall time of a job in the process that draws, as the bot waits for it: the first
one starts the process. Memory is what Linux reports of that process.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator

from digests.cards.drawing import CARD_SANDBOX_LIMITS, draw_card
from digests.cards.thumbnails import draw_thumbnail
from digests.cards.wording import CardDesign
from digests.sources.sandbox import Sandbox
from tests.bench.hostile import resident
from tests.chaos.sandbox_jobs import pid
from tests.digests.cards.wordings import LENGTHS, SCRIPTS, a_wording
from tests.pictures import a_png

RUNS = 5


async def main() -> None:
    rows = [*await measure_cards(), await measure_thumbnail()]
    width = max(len(name) for name, _, _ in rows)
    for name, value, budget in rows:
        print(f"{name:<{width}}  {value:>22}  {budget}")


async def measure_cards() -> list[tuple[str, str, str]]:
    """The first card of a process, later ones, and those of all scripts."""
    firsts = [await _measure_first() for _ in range(RUNS)]
    async with Sandbox(CARD_SANDBOX_LIMITS) as sandbox:
        designs = list(_list_designs())
        each: dict[str, list[float]] = {}
        for script in SCRIPTS:
            for length in LENGTHS:
                for design in designs:
                    took = await _time_card(sandbox, script, length, design)
                    each.setdefault(script, []).append(took)
            if script == "persian":
                worker = await sandbox.run(pid)
                before = resident(worker, "VmHWM")
        after = resident(await sandbox.run(pid), "VmHWM")
    usual = [
        took for script in ("latin", "german", "cyrillic") for took in each[script]
    ]
    everything = [took for several in each.values() for took in several]
    slowest = max(each, key=lambda script: statistics.mean(each[script]))
    return [
        ("card, first of a process", f"{statistics.median(firsts):.0f} ms", ""),
        ("card, Latin and Cyrillic, mean", _mean(usual), "≤ 150 ms"),
        ("card, all scripts, mean", _mean(everything), "≤ 150 ms"),
        (f"card, slowest script ({slowest}), mean", _mean(each[slowest]), ""),
        ("memory, without East Asian fonts", f"{before} MB", ""),
        ("memory, with them", f"{after} MB", ""),
    ]


def _mean(took: list[float]) -> str:
    return f"{statistics.mean(took):.1f} ms"


def _list_designs() -> Iterator[CardDesign]:
    yield CardDesign()
    yield CardDesign(theme="ink", format="square")


async def _measure_first() -> float:
    async with Sandbox(CARD_SANDBOX_LIMITS) as sandbox:
        return await _time_card(sandbox, "latin", "medium", CardDesign())


async def _time_card(
    sandbox: Sandbox, script: str, length: str, design: CardDesign
) -> float:
    begun = time.perf_counter()
    await sandbox.run(draw_card, a_wording(script, length), design)
    return 1000 * (time.perf_counter() - begun)


async def measure_thumbnail() -> tuple[str, str, str]:
    content = a_png(4000, 3000)
    async with Sandbox(CARD_SANDBOX_LIMITS) as sandbox:
        await sandbox.run(draw_card, a_wording(), CardDesign())
        took = []
        for _ in range(RUNS):
            begun = time.perf_counter()
            await sandbox.run(draw_thumbnail, content)
            took.append(1000 * (time.perf_counter() - begun))
    return "thumbnail of 12 million pixels", f"{statistics.median(took):.0f} ms", ""


if __name__ == "__main__":
    asyncio.run(main())
