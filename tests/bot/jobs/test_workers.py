"""What a worker does besides the jobs that it takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from sqlalchemy import text

from bot.errors import ConfigurationError
from bot.jobs.job_queue import JobQueue
from bot.jobs.workers import Worker
from bot.metrics import Metrics
from bot.storage import Connection, Database

pytestmark = pytest.mark.postgres


@dataclass
class Composing:
    """Stands for the publisher: records what is composed."""

    composed: asyncio.Queue[int] = field(default_factory=asyncio.Queue)

    async def compose_due(self, digest_id: int) -> None:
        await self.composed.put(digest_id)


class NothingToSend:
    async def run(self) -> None:
        await asyncio.Event().wait()


def a_worker(url: str, database: Database, publisher: Composing) -> Worker:
    return Worker(
        db=database,
        queue=JobQueue(url, frozenset()),
        metrics=Metrics(),
        publisher=cast(Any, publisher),
        full_texts=cast(Any, None),
        corrections=cast(Any, None),
        sender=cast(Any, NothingToSend()),
        maintain=cast(Any, None),
    )


def lose_a_worker(conn: Connection) -> None:
    """A job is being done by a process that nobody knows any more."""
    conn.execute(
        text(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)"
            " VALUES ('publish', 'compose', 'doing',"
            """ '{"workspace_id"\\: 1, "subject_id"\\: 7}')"""
        )
    )


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(20):
            yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_worker_does_the_jobs_of_a_lost_one_without_a_scheduler(
    queue_url, shared_database
):
    await shared_database.write(lose_a_worker)
    publisher = Composing()
    async with working(a_worker(queue_url, shared_database, publisher)):
        assert await publisher.composed.get() == 7


async def test_a_worker_looks_for_lost_jobs_again_after_it_could_not(
    queue_url, shared_database, monkeypatch
):
    await shared_database.write(lose_a_worker)
    write, refused = shared_database.write, ["once"]

    async def refuse_once(*args: Any, **kwargs: Any) -> Any:
        if refused:
            raise ConfigurationError(f"It is read-only {refused.pop()}.")
        return await write(*args, **kwargs)

    monkeypatch.setattr(shared_database, "write", refuse_once)
    publisher = Composing()
    async with working(a_worker(queue_url, shared_database, publisher)):
        assert await publisher.composed.get() == 7
    assert not refused
