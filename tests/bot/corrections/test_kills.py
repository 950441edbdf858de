"""Killed at any write between a corrected article and its edited message: one edit."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.storage import Database
from tests.bot.corrections.conftest import WITHOUT_SCHEDULE
from tests.bot.corrections.living import Rendering, edits, listed, reread, shown
from tests.bot.harness import BRIDGE, WAIT, BotHarness, open_harness
from tests.fakes import FakeClock

#: More writes than one correction needs.
MOST = 20


class Killed(BaseException):
    """The process is killed at this point."""


def killing(db: Database, nth: int, *, committed: bool) -> list[str]:
    """Kill the process at the nth write from here; return the list of writes made."""
    write: Callable[..., Any] = db.write
    passed: list[str] = []

    async def counted(verb: Any, *args: Any, **kwargs: Any) -> Any:
        passed.append(verb.__name__)
        if len(passed) < nth:
            return await write(verb, *args, **kwargs)
        if committed:
            await write(verb, *args, **kwargs)
        raise Killed(verb.__name__)

    db.write = counted  # type: ignore[method-assign, assignment]
    return passed


async def work(harness: BotHarness) -> None:
    """Do the work of several wake-ups, until nothing is due."""
    for _ in range(4):
        await harness.corrections.run()
        await harness.outbox.drain()
        harness.clock.advance(WAIT * 2)


@pytest.mark.parametrize("committed", [False, True])
async def test_whatever_write_is_the_last_one_the_message_is_edited_once(
    sqlite_url: str, tmp_path: Path, committed: bool
):
    platform, clock = Rendering(), FakeClock()
    seen: set[str] = set()
    async with open_harness(sqlite_url, tmp_path, platform, clock=clock) as harness:
        harness.publish("bridge", BRIDGE)
        await harness.apply(WITHOUT_SCHEDULE)
        await harness.post()
    for nth in range(1, MOST):
        async with open_harness(sqlite_url, tmp_path, platform, clock=clock) as harness:
            clock.advance(hours=7)
            harness.publish("bridge", BRIDGE.replace("31,000", f"{40_000 + nth:,}"))
            await reread(harness)
            clock.advance(minutes=5)
            passed = killing(harness.db, nth, committed=committed)
            with suppress(Killed):
                await work(harness)
            seen |= set(passed)
        async with open_harness(sqlite_url, tmp_path, platform, clock=clock) as harness:
            clock.advance(minutes=10)
            await work(harness)
            assert f"{40_000 + nth:,} vehicles" in shown(harness), passed
            assert len(await listed(harness)) == nth, passed
            assert [one.state for one in await edits(harness)] == ["sent"], passed
            assert len(platform.messages) == 1
        if len(passed) < nth:
            break
    assert {"record_corrections", "order_edits", "record_and_claim"} <= seen
    assert nth < MOST - 1
