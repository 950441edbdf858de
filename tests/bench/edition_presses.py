"""Random presses below ten editions: python -m tests.bench.edition_presses [N].

N controls (1,000) are pressed over the wire on each chat platform. Prints how many
answers were of another edition than the control, and the first of them.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Literal

from bot.storage import schema_upgrade
from tests.bot.platforms.edition_presses import open_editions, press_at_random


async def measure(chat: Literal["discord", "slack"], count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = f"sqlite:///{home / 'standfirst.db'}"
        schema_upgrade.upgrade_database(url)
        async with open_editions(chat, url, home) as shown:
            begun = time.monotonic()
            wrong = await press_at_random(shown, count, Random(1))
            seconds = time.monotonic() - begun
    print(
        f"{chat}: {count} presses in {seconds:.0f} s, {len(wrong)} of another edition"
    )
    print(*wrong[:3], sep="\n", end="\n" if wrong else "")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    asyncio.run(measure("discord", count))
    asyncio.run(measure("slack", count))


if __name__ == "__main__":
    main()
