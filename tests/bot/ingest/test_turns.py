"""Turns: workspaces share time, by what they have used, and nobody is forgotten."""

import asyncio
from collections import defaultdict

import pytest

from bot.ingest.turns import FairTurns

GREEDY, MODEST = 1, 2


class Uses:
    """Uses of one thing by workspaces; each takes the seconds that it is given."""

    def __init__(self) -> None:
        self.turns = FairTurns()
        self.order: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        #: Set when so many have begun.
        self.begun: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)

    async def begin(self, name: str, workspace: int, seconds: float) -> None:
        """Ask for a turn; return once the use waits, or has begun."""
        self.tasks.append(asyncio.create_task(self._use(name, workspace, seconds)))
        await asyncio.sleep(0)

    async def finish(self) -> list[str]:
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return self.order

    async def _use(self, name: str, workspace: int, seconds: float) -> None:
        await self.turns.take(workspace)
        try:
            self.order.append(name)
            self.begun[len(self.order)].set()
            # The others ask meanwhile.
            for _ in range(9):
                await asyncio.sleep(0)
        finally:
            self.turns.end(workspace, seconds)


@pytest.fixture
def uses() -> Uses:
    return Uses()


async def test_a_workspace_does_not_wait_for_all_uses_of_another(uses):
    for number in range(3):
        await uses.begin(f"greedy {number}", GREEDY, 1.0)
    await uses.begin("modest", MODEST, 1.0)
    assert await uses.finish() == ["greedy 0", "modest", "greedy 1", "greedy 2"]


async def test_time_counts_and_not_the_number_of_uses(uses):
    for number in range(2):
        await uses.begin(f"greedy {number}", GREEDY, 1.0)
    for number in range(4):
        await uses.begin(f"modest {number}", MODEST, 0.3)
    modest = [f"modest {number}" for number in range(4)]
    assert await uses.finish() == ["greedy 0", *modest, "greedy 1"]


async def test_one_that_comes_back_does_not_make_up_for_what_it_did_not_use(uses):
    await uses.begin("guest 0", 3, 0.1)
    for number in range(4):
        await uses.begin(f"greedy {number}", GREEDY, 1.0)
        await uses.begin(f"modest {number}", MODEST, 1.0)
    await uses.begun[5].wait()
    for number in range(1, 3):
        await uses.begin(f"guest {number}", 3, 1.1)
    order = await uses.finish()
    assert order.index("guest 1") < order.index("greedy 2") < order.index("guest 2")


async def test_an_unused_thing_forgets_who_has_had_how_much(uses):
    await uses.begin("long", GREEDY, 100.0)
    await uses.finish()
    await uses.begin("first", MODEST, 1.0)
    await uses.begin("greedy", GREEDY, 1.0)
    await uses.begin("modest", MODEST, 1.0)
    assert await uses.finish() == ["long", "first", "greedy", "modest"]


async def test_one_that_is_cancelled_while_it_waits_is_passed_over(uses):
    for name in ("first", "cancelled", "last"):
        await uses.begin(name, GREEDY, 1.0)
    uses.tasks[1].cancel()
    assert await uses.finish() == ["first", "last"]


async def test_one_that_is_cancelled_when_its_turn_begins_passes_it_on(uses):
    await uses.turns.take(GREEDY)
    await uses.begin("cancelled", GREEDY, 1.0)
    await uses.begin("next", MODEST, 1.0)
    uses.turns.end(GREEDY, 0.0)
    uses.tasks[0].cancel()
    assert await asyncio.wait_for(uses.finish(), 5) == ["next"]
