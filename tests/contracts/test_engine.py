"""The contract of every engine: run work elsewhere and return its result."""

import asyncio
import threading
import time

import pytest

from bot.jobs.in_process import InProcessEngine
from bot.ports import Engine
from tests.fakes import FakeEngine


@pytest.fixture(params=["in_process", "fake"])
def engine(request):
    if request.param == "fake":
        yield FakeEngine()
        return
    real = InProcessEngine()
    yield real
    real.close()


def divide(a: int, *, by: int) -> float:
    return a / by


async def test_it_returns_what_the_work_returns(engine: Engine):
    assert await engine.run(divide, 6, by=3) == 2


async def test_it_raises_what_the_work_raises(engine: Engine):
    with pytest.raises(ZeroDivisionError):
        await engine.run(divide, 6, by=0)


async def test_the_default_engine_keeps_the_event_loop_free():
    real = InProcessEngine()
    try:
        assert await real.run(threading.current_thread) is not threading.main_thread()
    finally:
        real.close()


async def test_a_workspace_has_the_same_engine(engine: Engine):
    assert await engine.of_workspace(3).run(divide, 6, by=3) == 2
    assert await engine.of_workspace(3).of_workspace(4).run(divide, 6, by=2) == 3


async def test_workspaces_share_the_processor_time_of_the_default_engine():
    real, order, opened = InProcessEngine(), list[str](), threading.Event()

    def work(name: str, seconds: float) -> None:
        order.append(name)
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass

    blocked = asyncio.create_task(real.run(opened.wait))
    await asyncio.sleep(0)
    greedy, modest = real.of_workspace(1), real.of_workspace(2)
    calls = [greedy.run(work, f"greedy {n}", 0.05) for n in range(2)]
    calls += [modest.run(work, f"modest {n}", 0.0) for n in range(3)]
    waiting = asyncio.gather(*calls)
    await asyncio.sleep(0)
    opened.set()
    await waiting
    await blocked
    real.close()
    assert order == ["greedy 0", "modest 0", "modest 1", "modest 2", "greedy 1"]


async def test_a_call_whose_caller_gave_up_lets_the_next_one_begin():
    real, opened = InProcessEngine(), threading.Event()
    given_up = asyncio.create_task(real.run(opened.wait))
    await asyncio.sleep(0)
    given_up.cancel()
    opened.set()
    assert await asyncio.wait_for(real.run(divide, 6, by=3), 5) == 2
    real.close()


async def test_a_closed_engine_refuses_calls_and_those_that_wait():
    real, opened = InProcessEngine(), threading.Event()
    running = asyncio.create_task(real.run(opened.wait))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(real.run(divide, 6, by=3)) for _ in range(2)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(real.close))
    opened.set()
    await closing
    assert await running
    late = asyncio.create_task(real.run(divide, 6, by=3))
    async with asyncio.timeout(5):
        for call in (*waiting, late):
            with pytest.raises(RuntimeError, match="shutdown"):
                await call
