"""A database that answers nothing for a while, and what must not wait for it.

    async with hold_queries(harness):
        …                   # no query finishes in here

Slower than any real one, without a timer: queries continue when the block ends.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.bot.harness import BotHarness


@asynccontextmanager
async def hold_queries(harness: BotHarness) -> AsyncIterator[list[str]]:
    """Make every query of the newsroom wait; yield their names, in order."""
    free = asyncio.Event()
    asked: list[str] = []
    db: Any = harness.db
    read, write = db.read, db.write

    def waiting(run: Any) -> Any:
        async def wait(verb: Any, *args: Any, **kwargs: Any) -> Any:
            asked.append(getattr(verb, "__name__", str(verb)))
            await free.wait()
            return await run(verb, *args, **kwargs)

        return wait

    db.read, db.write = waiting(read), waiting(write)
    try:
        yield asked
    finally:
        del db.read, db.write
        free.set()
