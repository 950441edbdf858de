"""The engine of several processes: procrastinate on PostgreSQL.

Jobs are stored in the transaction that stores their reason, are taken by any worker,
and run again when their worker is lost. We add to the library the subject of a job, and
whose turn it is (`bot.storage.job_store`).

A job that fails is not kept: what it left undone is still due in its table, and the
scheduler requests it again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import procrastinate
import structlog
from procrastinate import exceptions
from procrastinate.jobs import Job, JobInserted, Status
from procrastinate.manager import JobManager, NotificationCallback
from procrastinate.schema import SchemaManager

from bot.model.jobs import JobRequest, QueueName
from bot.storage import Connection, engines, job_store
from bot.storage.job_store import NewJob
from bot.storage.job_tables import TableScripts

log = structlog.get_logger(__name__)

#: Connections of a process for taking jobs; each queue listens on one more.
_CONNECTIONS: Final = 4
#: Attempts to store jobs that other transactions store at the same time.
_ENQUEUE_ATTEMPTS: Final = 5
#: Seconds until the end of a job is stored again, after the database was lost.
_FINISH_AGAIN_SECONDS: Final = 1.0
#: Seconds that a process waits, for each job of the queue that it does, before it takes
#: another one: what is due goes to the process that has least to do.
_TAKING_DELAYS: Final[Mapping[str, float]] = {"read": 0.005, "publish": 0.02}
#: Jobs of a queue that run at once in one worker. Most of the time they wait: for
#: sources, for platforms, for their turn to compute.
PLACES: Final[Mapping[QueueName, int]] = {
    "read": 16,
    "publish": 12,
    "deliver": 200,
    "maintain": 1,
}
#: Of these, the ones that a process does for one workspace: long readings of one leave
#: places for the others. The digests of a workspace have such a limit of their own
#: (`JobRequest.for_digest`).
_MOST_OF_WORKSPACE: Final[Mapping[str, int]] = {"read": PLACES["read"] // 2}
#: Seconds after which a series of attempts to connect ends.
_RECONNECT_SECONDS: Final = 5.0


class JobQueue:
    """Stores jobs, and hands them to workers."""

    def __init__(self, url: str, shared: frozenset[str]) -> None:
        """Prepare the library; nothing is connected.

        Args:
            url: Address of the database.
            shared: Platforms of which one token serves all workspaces.
        """
        self._shared = shared
        #: Stores jobs over connections of ours.
        self._storing = JobManager(procrastinate.SyncPsycopgConnector())
        connector = procrastinate.PsycopgConnector(
            conninfo=engines.format_driver_address(url),
            min_size=1,
            max_size=_CONNECTIONS,
            # It would wait longer after each attempt; the next use begins anew.
            reconnect_timeout=_RECONNECT_SECONDS,
            kwargs={"prepare_threshold": None},
        )
        self.app = procrastinate.App(connector=connector)
        self.app.job_manager = _OwnJobs(connector)
        # The library reports each step of each job; what fails is raised as well.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)

    def enqueue(self, conn: Connection, requests: Sequence[JobRequest]) -> None:
        """Store jobs in the caller's transaction; for each subject, one waits."""
        for _ in range(_ENQUEUE_ATTEMPTS):
            new = job_store.prepare_jobs(conn, requests, self._shared)
            if not new or self._store(conn, new):
                return
        log.warning("other transactions store the same jobs", count=len(requests))

    def _store(self, conn: Connection, new: Sequence[NewJob]) -> bool:
        """Store jobs; False if another transaction stored one of them meanwhile."""
        jobs = [
            Job(
                queue=one.queue,
                task_name=one.task,
                lock=one.lock,
                queueing_lock=one.name,
                priority=-one.turn,
                task_kwargs=dict(one.args),
            )
            for one in new
        ]
        try:
            with conn.begin_nested(), engines.use_driver(conn) as connection:
                self._storing.batch_defer_jobs(jobs, connection=connection)
        except exceptions.AlreadyEnqueued:
            return False
        return True


class _OwnJobs(JobManager):
    """Takes and ends the jobs of this process; what the library does not do.

    It takes jobs later the more this process does, and no more of a workspace than its
    part of the places.

    Jobs end although the database may be away for a while. The library tries once, and
    then leaves the job to a worker that lives: no sweep finds it, and its subject waits
    forever. And a worker that was paused would end a job that another one does again.
    """

    def __init__(self, connector: procrastinate.PsycopgConnector) -> None:
        super().__init__(connector)
        #: Jobs of this process by their queue and workspace.
        self._running: Counter[tuple[str, int]] = Counter()
        #: Lets the library look for jobs of a queue.
        self._announce: dict[str, NotificationCallback] = {}

    async def listen_for_jobs(
        self,
        *,
        on_notification: NotificationCallback,
        queues: Iterable[str] | None = None,
    ) -> None:
        queues = list(queues or ())
        self._announce |= dict.fromkeys(queues, on_notification)
        await super().listen_for_jobs(on_notification=on_notification, queues=queues)

    async def fetch_job(
        self, queues: Iterable[str] | None, worker_id: int
    ) -> Job | None:
        queues = list(queues or ())
        delays = (
            _TAKING_DELAYS.get(name, 0) * n
            for (name, _), n in self._running.items()
            if name in queues
        )
        await asyncio.sleep(sum(delays))
        rows = await self.connector.execute_query_all_async(
            job_store.TAKE_JOB,
            queues=queues,
            worker_id=worker_id,
            passed_over=[str(key) for name in queues for key in self._list_full(name)],
        )
        if not rows:
            return None
        job = Job.from_row(rows[0])
        self._running[_find_workspace(job)] += 1
        return job

    def _list_full(self, queue: str) -> list[int]:
        """List the workspaces that have all the places which they may have."""
        most = _MOST_OF_WORKSPACE.get(queue)
        if most is None:
            return []
        counts = self._running.items()
        return [key for (name, key), n in counts if name == queue and key and n >= most]

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        await self._store_end(job)
        workspace = _find_workspace(job)
        was_full = workspace[1] in self._list_full(job.queue)
        self._running[workspace] -= 1
        if self._running[workspace] <= 0:
            del self._running[workspace]
        announce = self._announce.get(job.queue)
        if was_full and announce is not None and job.id is not None:
            # What was passed over can be taken; the library would look later.
            inserted = JobInserted(type="job_inserted", job_id=job.id)
            await announce(channel="", notification=inserted)

    async def _store_end(self, job: Job) -> None:
        while True:
            try:
                await self.connector.execute_query_async(
                    job_store.DELETE_OWN_JOB, job_id=job.id, worker_id=job.worker_id
                )
            except exceptions.ConnectorException as error:
                log.warning("the end of a job is not stored", reason=str(error).strip())
                await asyncio.sleep(_FINISH_AGAIN_SECONDS)
            else:
                return


def _find_workspace(job: Job) -> tuple[str, int]:
    """Return the queue and the workspace of a job; 0 = it is of none."""
    key = job.task_kwargs.get("workspace_id")
    return job.queue, key if isinstance(key, int) else 0


def read_table_scripts() -> TableScripts:
    """Read how this version of the library creates and changes its tables."""
    changes = Path(SchemaManager.get_migrations_path()).glob("*.sql")
    return TableScripts(
        create=SchemaManager.get_schema(),
        changes={path.stem: path.read_text("utf-8") for path in sorted(changes)},
    )
