"""A worker: take jobs from the queues, and do them.

Each queue has places of its own, so that long readings do not delay editions or
messages. A worker that is stopped takes no new jobs and finishes those that run, within
`DRAIN_SECONDS`. One that loses the database begins again once it is back; other workers
do its jobs meanwhile. Every worker looks for jobs of lost ones: the scheduler may be
lost together with them, and jobs would wait until another one takes over.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import structlog
from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException

from bot.corrections.message_edits import CorrectionProcessor
from bot.delivery.shares import ShareSender
from bot.errors import BotError
from bot.jobs.job_queue import PLACES, JobQueue
from bot.logs import bind_run
from bot.metrics import Metrics
from bot.model.jobs import (
    LOST_AFTER,
    QUEUES,
    DeliveryShare,
    QueueName,
    TaskName,
)
from bot.model.scope import Scope
from bot.publishing.editions import EditionPublisher
from bot.publishing.full_texts import FullTextPlanner
from bot.storage import Database, job_store
from bot.storage.database_faults import DatabaseFaults

log = structlog.get_logger(__name__)

#: Seconds between signs of life.
HEARTBEAT_SECONDS: Final = 4.0
#: Seconds between two looks for jobs that were not announced.
POLL_SECONDS: Final = 2.0
#: Seconds that running jobs have when a worker is stopped.
DRAIN_SECONDS: Final = 15.0
#: Seconds between two looks for jobs of workers that are lost.
SWEEP_SECONDS: Final = 2.0
#: Seconds until a worker begins again that lost the database.
RESTART_SECONDS: Final = 2.0
#: Seconds for which a job that failed keeps its subject from being tried again.
FAILURE_PAUSE: Final = 5.0

#: Does a job, given its ids.
RunTask = Callable[..., Awaitable[None]]


@dataclass(kw_only=True, eq=False)
class Worker:
    """Does the jobs of all queues in one process."""

    db: Database
    queue: JobQueue
    metrics: Metrics
    publisher: EditionPublisher
    full_texts: FullTextPlanner
    corrections: CorrectionProcessor
    sender: ShareSender
    #: Does the regular maintenance.
    maintain: Callable[[], Awaitable[object]]
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    #: Of the library's own connections.
    _faults: DatabaseFaults = field(
        default_factory=partial(DatabaseFaults, logged=True), init=False
    )

    async def run(self) -> None:
        """Do jobs until cancelled; then finish those that run."""
        for task, work in self._list_tasks().items():
            add = self.queue.app.task(name=task, queue=QUEUES[task], pass_context=True)
            add(self._guard(task, work))
        beside = [
            asyncio.create_task(self.sender.run()),
            asyncio.create_task(self._restart_lost_jobs()),
        ]
        try:
            async with self.queue.app.open_async():
                await self._run_queues()
        finally:
            for one in beside:
                one.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _restart_lost_jobs(self) -> None:
        """Have the jobs of lost workers done again, until cancelled."""
        while True:
            try:
                lost = await self.db.write(job_store.restart_lost_jobs, LOST_AFTER)
            except BotError as error:
                # The jobs of this worker fail for the same reason, and report it.
                log.debug("lost jobs are not looked for", reason=str(error))
            except Exception:
                log.exception("lost jobs are not looked for")
            else:
                for task in lost:
                    log.warning("the job of a lost worker is done again", job=task)
            await asyncio.sleep(SWEEP_SECONDS)

    async def _run_queues(self) -> None:
        workers = [asyncio.create_task(self._keep_working(name)) for name in PLACES]
        try:
            # Neither `gather` nor a task group: they would cancel the others again when
            # the first one has ended, and the library then drops the jobs that run.
            done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            self._stopping.set()
            for one in workers:
                one.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _keep_working(self, name: QueueName) -> None:
        """Take jobs of a queue; begin again after the database was lost."""
        while True:
            try:
                await self.queue.app.run_worker_async(
                    queues=[name],
                    name=name,
                    concurrency=PLACES[name],
                    install_signal_handlers=False,
                    fetch_job_polling_interval=POLL_SECONDS,
                    shutdown_graceful_timeout=DRAIN_SECONDS,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=LOST_AFTER.total_seconds(),
                    delete_jobs="always",
                )
            except ConnectorException as error:
                self._faults.add("read", _why(error))
            await asyncio.sleep(RESTART_SECONDS)

    def _guard(self, task: TaskName, work: RunTask) -> RunTask:
        """Log what fails; its subject is still due, and is requested again."""

        async def run(context: JobContext, **ids: Any) -> None:
            begun = time.monotonic()
            with bind_run(job=task):
                done = await self._try(task, work, context, ids)
            seconds = time.monotonic() - begun
            self.metrics.record_job(task, "done" if done else "failed", seconds)
            if not done:
                await self._pause()

        return run

    async def _try(
        self, task: TaskName, work: RunTask, context: JobContext, ids: Mapping[str, Any]
    ) -> bool:
        """Do a job; False if it failed."""
        try:
            assert context.job.id is not None, "it was stored"
            waited = await self.db.read(job_store.measure_wait, context.job.id)
            self._faults.clear("read")
            self.metrics.record_queue_wait(task, waited.total_seconds())
            await work(**ids)
        except BotError as error:
            log.error("job failed", reason=str(error), **ids)
        except Exception:
            log.exception("job failed", **ids)
        else:
            return True
        return False

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(FAILURE_PAUSE):
                await self._stopping.wait()

    # ── the tasks ──────────────────────────────────────────────────────────────
    #
    # A newer version may call them with more arguments: they ignore what they do not
    # know.

    def _list_tasks(self) -> Mapping[TaskName, RunTask]:
        return {
            "read_source": self._read_source,
            "read_pages": self._read_pages,
            "look_ahead": self._look_ahead,
            "compose": self._compose,
            "correct": self._correct,
            "deliver": self._deliver,
            "maintain": self._maintain,
        }

    async def _read_source(self, subject_id: int, **_: object) -> None:
        await self.publisher.ingestor.read_due(subject_id)

    async def _read_pages(self, **_: object) -> None:
        await self.publisher.ingestor.page_rereader.run()

    async def _look_ahead(
        self, workspace_id: int, subject_id: int, **_: object
    ) -> None:
        await self.full_texts.look([(Scope(workspace_id), subject_id)])

    async def _compose(self, subject_id: int, **_: object) -> None:
        await self.publisher.compose_due(subject_id)

    async def _correct(self, **_: object) -> None:
        await self.corrections.run()

    async def _deliver(self, platform: str, workspace_id: int, **_: object) -> None:
        share = DeliveryShare(platform=platform, workspace_id=workspace_id)
        await self.sender.send(share, self._stopping)

    async def _maintain(self, **_: object) -> None:
        await self.maintain()


def _why(error: ConnectorException) -> str:
    return str(error.__cause__ or error).strip()
