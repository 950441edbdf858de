"""The contract of every engine: run work elsewhere and return its result."""

import threading

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
