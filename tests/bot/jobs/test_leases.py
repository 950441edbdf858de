"""A lease over faults of the database."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.jobs.leases import Lease, LeaseTiming
from bot.storage import Database, DatabaseUnavailable, process_store
from tests.fakes import FakeClock

TIMING = LeaseTiming(
    duration=timedelta(seconds=30), renewal_seconds=0.02, standby_seconds=0.02
)


class Outage:
    """Makes every write of a database fail for as long as it lasts."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lasts = False
        self.failures = asyncio.Semaphore(0)
        self._write = database._write
        monkeypatch.setattr(database, "_write", self._write_or_fail)
        self._loop = asyncio.get_running_loop()

    def _write_or_fail(self, work: Callable) -> object:
        if not self.lasts:
            return self._write(work)
        self._loop.call_soon_threadsafe(self.failures.release)
        raise DatabaseUnavailable("The server cannot be reached.")

    async def fails(self, times: int) -> None:
        async with asyncio.timeout(10):
            for _ in range(times):
                await self.failures.acquire()


@pytest.fixture
async def outage(database: Database, monkeypatch: pytest.MonkeyPatch) -> Outage:
    return Outage(database, monkeypatch)


def lease(database: Database, holder: str) -> Lease:
    return Lease(
        name="runner", timing=TIMING, holder=holder, db=database, clock=FakeClock()
    )


async def do_nothing() -> None:
    return None


async def test_a_standby_outlives_an_outage_and_takes_over_afterwards(
    database: Database, outage: Outage
):
    stands_by, holds = asyncio.Event(), asyncio.Event()

    async def wait_for_lease() -> None:
        async with lease(database, "second").hold(stands_by.set, do_nothing):
            holds.set()

    async with lease(database, "first").hold(lambda: None, do_nothing):
        standby = asyncio.create_task(wait_for_lease())
        await stands_by.wait()
        outage.lasts = True
        await outage.fails(6)
        assert not standby.done()
        outage.lasts = False
    async with asyncio.timeout(10):
        await holds.wait()
        await standby


async def test_a_holder_outlives_an_outage_and_renews_its_lease_afterwards(
    database: Database, outage: Outage
):
    renewals = asyncio.Semaphore(0)

    async def renewed() -> None:
        renewals.release()

    async with lease(database, "first").hold(lambda: None, renewed):
        outage.lasts = True
        await outage.fails(3)
        outage.lasts = False
        async with asyncio.timeout(10):
            await renewals.acquire()


async def test_a_stop_during_an_outage_leaves_the_lease_to_expire(
    database: Database, outage: Outage
):
    mine = lease(database, "first")
    async with mine.hold(lambda: None, do_nothing):
        outage.lasts = True
    outage.lasts = False
    holder = await database.read(
        process_store.find_lease_holder, now=mine.clock.now(), name="runner"
    )
    assert holder == "first"
