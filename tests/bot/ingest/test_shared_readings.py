"""Of several processes, one reads a source, for its schedule or for an edition."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from procrastinate.jobs import Job, Status

from bot.ingest import polling
from bot.jobs.job_queue import JobQueue
from bot.model.jobs import JobRequest, TaskName
from bot.model.scope import Scope
from bot.storage import digest_store, job_requests, source_store
from tests.bot.ingest.newswire import Newswire, open_newswire
from tests.feeds import an_item

pytestmark = pytest.mark.postgres


@pytest.fixture
async def newswire(queue_url: str, tmp_path: Path) -> AsyncIterator[Newswire]:
    """A newsroom over PostgreSQL with a feed that was never read."""
    async with open_newswire(queue_url, tmp_path) as built:
        built.publish("/feed", [an_item(1)])
        await built.subscribe("/feed")
        yield built


@pytest.fixture
async def worker(
    newswire: Newswire, queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[JobQueue]:
    """The queue as another process has it."""
    monkeypatch.setattr(polling, "LOOK_SECONDS", 0)
    queue = JobQueue(queue_url, shared=frozenset())
    async with queue.app.open_async():
        newswire.harness.db.share(queue)
        yield queue


async def begin(
    newswire: Newswire, worker: JobQueue, task: TaskName, subject: int
) -> Job:
    """Let the other process begin this job."""
    job = JobRequest(task=task, workspace_id=1, subject_id=subject)
    await newswire.harness.db.write(job_requests.request_job, job)
    manager = worker.app.job_manager
    begun = await manager.fetch_job(
        ["read", "publish"], await manager.register_worker()
    )
    assert begun is not None
    return begun


async def finish(worker: JobQueue, job: Job) -> None:
    await worker.app.job_manager.finish_job(job, Status.SUCCEEDED, delete_job=True)


async def test_a_source_is_left_to_the_edition_that_reads_it(newswire, worker):
    source = await newswire.source()
    db = newswire.harness.db
    readers = await db.read(source_store.find_reading_workspaces, [source.id])
    (digest,) = await db.read(digest_store.list_digests, Scope(readers[source.id]))
    composing = await begin(newswire, worker, "compose", digest.id)
    await newswire.harness.ingestor.read_due(source.id)
    assert newswire.server.requests == []
    await finish(worker, composing)
    await newswire.harness.ingestor.read_due(source.id)
    assert len(newswire.server.requests) == 1


async def test_an_edition_waits_for_the_process_that_reads_its_source(newswire, worker):
    source = await newswire.source()
    reading = await begin(newswire, worker, "read_source", source.id)
    refresh = asyncio.create_task(newswire.harness.ingestor.refresh([source]))
    await asyncio.sleep(0.2)
    assert newswire.server.requests == []
    await finish(worker, reading)
    assert (await refresh).unread == ()
    assert len(newswire.server.requests) == 1


async def test_a_reading_ends_where_an_edition_of_its_process_waits_for_it(
    newswire, worker
):
    source = await newswire.source()
    reading = await begin(newswire, worker, "read_source", source.id)
    refresh = asyncio.create_task(newswire.harness.ingestor.refresh([source]))
    await asyncio.sleep(0.2)
    async with asyncio.timeout(20):
        await newswire.harness.ingestor.read_due(source.id)
        await finish(worker, reading)
        assert (await refresh).unread == ()
    assert len(newswire.server.requests) == 1
