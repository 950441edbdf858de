"""Locks between processes: one at a time, and nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from bot.storage import shared_locks
from bot.storage.engines import parse_database_url
from bot.storage.shared_locks import SharedLocks

pytestmark = pytest.mark.postgres


@pytest.fixture
async def processes(
    postgres_url: str,
) -> AsyncIterator[tuple[SharedLocks, SharedLocks]]:
    address = parse_database_url(postgres_url)
    both = SharedLocks(address), SharedLocks(address)
    yield both
    for one in both:
        await asyncio.to_thread(one.close)


async def test_one_process_waits_until_the_other_is_done(processes):
    one, other = processes
    order: list[str] = []

    async def wait() -> None:
        async with other.hold("stories"):
            order.append("other")

    async with one.hold("stories"):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.3)
        order.append("one")
    await waiting
    assert order == ["one", "other"]


async def test_locks_of_different_names_do_not_wait_for_each_other(processes):
    one, other = processes
    async with asyncio.timeout(5), one.hold("stories:1"), other.hold("stories:2"):
        pass


async def test_a_block_that_fails_releases_its_lock(processes):
    one, other = processes
    with pytest.raises(ZeroDivisionError):
        async with one.hold("stories"):
            raise ZeroDivisionError
    async with asyncio.timeout(5), other.hold("stories"):
        pass


async def test_whoever_stops_waiting_leaves_no_lock_behind(processes):
    one, other = processes

    async def wait() -> None:
        async with other.hold("stories"):
            raise AssertionError("it was cancelled before")

    async with one.hold("stories"):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.3)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with asyncio.timeout(5), one.hold("stories"):
        pass


async def test_nobody_waits_long_for_a_process_that_stands_still(
    processes, monkeypatch
):
    monkeypatch.setattr(shared_locks, "_PATIENCE_MILLISECONDS", 300)
    one, other = processes
    async with one.hold("stories"), asyncio.timeout(5), other.hold("stories"):
        pass


async def test_a_lock_whose_connection_is_lost_ends_without_an_error(
    processes, postgres_url
):
    one, other = processes
    for _ in range(2 * shared_locks._LOCKS):
        async with one.hold("stories"):
            cut_connections(postgres_url)
    async with asyncio.timeout(5), other.hold("stories"), one.hold("others"):
        pass


def cut_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
