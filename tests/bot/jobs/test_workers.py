"""What a worker does besides the jobs that it takes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from sqlalchemy import text

from bot.jobs.job_queue import JobQueue
from bot.jobs.workers import Worker
from bot.metrics import Metrics
from bot.storage import Connection, Database

pytestmark = pytest.mark.postgres


@pytest.fixture
async def database(queue_url: str) -> AsyncIterator[Database]:
    opened = Database.open(queue_url)
    yield opened
    await opened.close()


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


async def test_a_worker_does_the_jobs_of_a_lost_one_without_a_scheduler(
    queue_url, database
):
    await database.write(lose_a_worker)
    publisher = Composing()
    running = asyncio.create_task(a_worker(queue_url, database, publisher).run())
    async with asyncio.timeout(20):
        assert await publisher.composed.get() == 7
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
