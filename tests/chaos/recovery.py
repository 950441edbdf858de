"""Measure how soon the work of lost processes goes on: jobs, and the scheduler's lease.

Over a connection of its own, past the network that is cut. While the database is down,
nothing is measured; what was being watched is watched on.
"""

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from bot.storage import process_store

_LOOK_SECONDS = 0.2
_JOBS = "SELECT queueing_lock, worker_id, status FROM procrastinate_jobs"
_HOLDER = "SELECT holder FROM leases WHERE name = %s"


@dataclass(eq=False, kw_only=True)
class _Watched:
    since: float
    #: The subject of the job, or the former holder of the lease.
    what: str
    lost: Collection[int] = ()


@dataclass(kw_only=True)
class Recovery:
    """Watches one database."""

    url: str
    #: Seconds until a job of a killed worker ran again, or was done.
    jobs: list[float] = field(default_factory=list)
    #: Seconds until another scheduler held the lease.
    standby: list[float] = field(default_factory=list)
    _jobs: list[_Watched] = field(default_factory=list)
    _leases: list[_Watched] = field(default_factory=list)
    _connection: psycopg.AsyncConnection[Any] | None = None

    @property
    def open(self) -> list[str]:
        """What did not go on yet."""
        return [one.what for one in (*self._jobs, *self._leases)]

    @property
    def leases_open(self) -> bool:
        """Whether a lease was not taken over yet."""
        return bool(self._leases)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        try:
            while True:
                await asyncio.sleep(_LOOK_SECONDS)
                if self._jobs or self._leases:
                    with suppress(psycopg.Error):
                        await self._look()
        finally:
            if self._connection is not None:
                await self._connection.close()

    def forget(self) -> None:
        """Forget what is watched: the database was down meanwhile."""
        self._jobs.clear()
        self._leases.clear()

    async def watch_jobs(self, workers: Collection[int]) -> int:
        """Watch the jobs that a process was doing, which has just died."""
        since = time.monotonic()
        rows = await self._ask(_JOBS)
        lost = [r[0] for r in rows if r[2] == "doing" and r[1] in workers]
        self._jobs += [_Watched(since=since, what=one, lost=workers) for one in lost]
        return len(lost)

    async def count_jobs(self, workers: Collection[int]) -> int:
        """Count the jobs that a process is doing."""
        rows = await self._ask(_JOBS)
        return sum(row[2] == "doing" and row[1] in workers for row in rows)

    async def find_scheduler(self) -> str:
        """Name the process that holds the scheduler's lease; "" = nobody."""
        rows = await self._ask(_HOLDER, process_store.RUNNER_LEASE)
        return str(rows[0][0]) if rows and rows[0][0] else ""

    def watch_lease(self, holder: str) -> None:
        """Watch until another process than this one holds the lease."""
        self._leases.append(_Watched(since=time.monotonic(), what=holder))

    async def _look(self) -> None:
        rows = await self._ask(_JOBS)
        now = time.monotonic()
        for one in list(self._jobs):
            same = [row for row in rows if row[0] == one.what]
            again = any(r[2] == "doing" and r[1] not in one.lost for r in same)
            # A job that nobody took over has no worker any more.
            again = again and not any(r[1] is None and r[2] == "doing" for r in same)
            if again or not same:
                self._jobs.remove(one)
                self.jobs.append(now - one.since)
        if self._leases:
            holder = await self.find_scheduler()
            for one in list(self._leases):
                if holder and holder != one.what:
                    self._leases.remove(one)
                    self.standby.append(now - one.since)

    async def _ask(self, query: str, *values: object) -> list[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self.url, autocommit=True, connect_timeout=2
            )
        cursor = await self._connection.execute(query, values)
        return await cursor.fetchall()
