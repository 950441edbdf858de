"""How long the largest inputs hold the event loop: python -m tests.bench.loop_holds N.

For each input the processor time of the longest step of the loop's thread, so that a
busy machine changes little; the budget is 50 ms. N is the number of digests of the
large workspace (100), each with 200 sources. Prints and asserts nothing.
"""

import asyncio
import gc
import sys
import tempfile
import time
from asyncio.events import Handle
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bot.storage import schema_upgrade
from tests.bot.harness import CONFIGURATION, NO_LIMITS, BotHarness, open_harness
from tests.bot.ingest.newswire import open_newswire
from tests.bot.large_inputs import (
    COMMANDS,
    a_large_workspace,
    answer,
    use_threads,
    watching_steps,
)
from tests.feeds import an_item

#: Commands and pages that show a large workspace.
SHOWN: tuple[tuple[str, dict[str, str]], ...] = (
    ("newsdesk status", {}),
    ("newsdesk home", {}),
    ("newsdesk home", {"page": "digests:1"}),
    ("newsdesk home", {"page": "d1:sources:3"}),
    ("newsdesk home", {"page": "places"}),
    ("newsdesk source export", {}),
    ("newsdesk config export", {}),
    ("newsdesk history", {}),
)


@dataclass
class LongestStep:
    """The processor time of the longest step, in seconds."""

    seconds: float = 0.0

    def watch(self, step: Handle, run: Callable[[Handle], None]) -> None:
        begun = time.thread_time()
        run(step)
        self.seconds = max(self.seconds, time.thread_time() - begun)


async def show(name: str, work: Callable[[], Awaitable[object]]) -> None:
    gc.collect()
    # As a running bot does after its start.
    gc.freeze()
    longest, begun = LongestStep(), time.perf_counter()
    with watching_steps(longest.watch):
        await work()
    took = time.perf_counter() - begun
    print(f"{name:<44}{1000 * longest.seconds:>9.1f} ms{took:>9.2f} s", flush=True)


async def commands(harness: BotHarness) -> None:
    await harness.apply(CONFIGURATION)
    for name, (path, args) in COMMANDS.items():
        asked = await harness.asks(path, True, None, args)
        await show(name, lambda asked=asked: answer(harness, asked))  # type: ignore[misc]


async def large_workspace(harness: BotHarness, digests: int) -> None:
    await harness.apply(a_large_workspace(digests, 200))
    for path, page in SHOWN:
        asked = await harness.asks(path, True, None, page)
        name = f"/{path} {page.get('page', '')}"
        await show(name, lambda asked=asked: answer(harness, asked))  # type: ignore[misc]
    given = {"target": "Digest 1", "setting": "paused_sources"}
    asked = await harness.asks("newsdesk set", True, None, given)
    complete = harness.inbox.complete
    await show("a completion", lambda: complete(asked, "value", "no such name"))


async def feeds(folder: Path) -> None:
    url = f"sqlite:///{folder / 'feeds.db'}"
    schema_upgrade.upgrade_database(url)
    for count, repeated in ((500, 20), (20, 600)):
        async with open_newswire(url, folder) as newswire:
            use_threads(newswire.harness)
            entries = [an_item(number) for number in range(count)]
            longer = [replace(i, text=f"{i.text} " * repeated) for i in entries]
            newswire.publish(f"/{count}", longer)
            await newswire.subscribe(f"/{count}")
            await show(f"a feed of {count} entries", newswire.poll)


async def main(digests: int) -> None:
    print(f"{'input':<44}{'longest step':>12}{'whole':>11}")
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        for name, measure in (
            ("commands", commands),
            ("large", lambda harness: large_workspace(harness, digests)),
        ):
            url = f"sqlite:///{folder / name}.db"
            schema_upgrade.upgrade_database(url)
            async with open_harness(url, folder, quotas=NO_LIMITS) as harness:
                use_threads(harness)
                await measure(harness)
        await feeds(folder)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
