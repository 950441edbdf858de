"""Run functions that take a connection in threads, each in one transaction.

SQLite: one writer thread and a few readers; functions queue for a thread instead of
waiting for a lock. PostgreSQL: the same over a pool, with a few writers.

A function takes a `Connection` first and runs inside one transaction, which is
committed when it returns and rolled back when it raises. It must have no side effects
outside of the database: after a lost race it is run again from the start.
"""

import asyncio
import contextvars
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, Self, TypeVar

from sqlalchemy import URL, Connection, event
from sqlalchemy.exc import DBAPIError

from bot.errors import ConfigurationError
from bot.metrics import DatabaseAccess, Metrics
from bot.model.jobs import JobRequest
from bot.storage import engines, job_requests, process_store, schema_upgrade
from bot.storage.database_faults import DatabaseFaults
from bot.storage.engines import explain_error, explain_errors, is_transient
from bot.storage.server_clock import ASK_TIME, ServerClock
from bot.storage.shared_locks import SharedLocks

P = ParamSpec("P")
T = TypeVar("T")

#: Concurrent writers on PostgreSQL; SQLite has one.
_POSTGRESQL_WRITERS = 4
#: Seconds that a writer waits while another program locks the database.
_WRITE_TIMEOUT = 60.0
_RETRY_DELAY = 0.05
#: How long a checkpoint waits for readers of an older snapshot.
_CHECKPOINT_MILLISECONDS = 200


class Enqueuer(Protocol):
    """Stores the jobs that functions request. Called in the writers' threads."""

    def enqueue(self, conn: Connection, requests: Sequence[JobRequest]) -> None:
        """Store the jobs in the transaction that stores their reason."""


class Database:
    """An open database, which runs functions that take a connection."""

    def __init__(self, address: URL, readers: int, metrics: Metrics) -> None:
        self._metrics = metrics
        #: Whether it works at present.
        self.faults = DatabaseFaults()
        #: The database for people: a file, or «name on host»; no credentials.
        self.where = engines.describe_address(address)
        #: Path of the SQLite file; None on PostgreSQL.
        self.file: Path | None = None
        #: The clock on which all processes agree; None on SQLite.
        self.server_clock: ServerClock | None = None
        if address.get_backend_name() == "sqlite":
            create = engines.create_sqlite_engine
            self.file, writers = engines.get_sqlite_path(address), 1
            self._writer = create(self.file)
            self._reader = create(self.file, connections=readers, writes=False)
        else:
            writers = _POSTGRESQL_WRITERS
            pool = writers + readers
            self._writer = engines.create_postgresql_engine(address, connections=pool)
            self._reader = self._writer.execution_options(postgresql_readonly=True)
            self.server_clock = ServerClock()
            event.listen(self._writer, "connect", self.server_clock.measure_on)
        self._writing = ThreadPoolExecutor(writers, thread_name_prefix="writer")
        self._reading = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._closing = threading.Event()
        #: Whether deleted contents may still be in SQLite's WAL.
        self._wal_holds_deleted = False
        self._address = address
        #: Both None = this process does everything.
        self._queue: Enqueuer | None = None
        self._locks: SharedLocks | None = None

    @classmethod
    def open(
        cls, url: str, readers: int = 2, *, metrics: Metrics | None = None
    ) -> Self:
        """Open the database at `url`; create or upgrade it if allowed.

        Blocks: call it before the event loop runs, or in a thread.

        Raises:
            ConfigurationError: It cannot be opened; the message says why and what to
                do.
        """
        address = engines.parse_database_url(url)
        schema_upgrade.prepare_database(address)
        opened = cls(address, readers, metrics or Metrics())
        try:
            opened._measure_clock()
        except ConfigurationError:
            opened._shut_down()
            raise
        return opened

    def share(self, queue: Enqueuer) -> None:
        """Share the work on the database with other processes.

        Args:
            queue: Where the jobs go that functions request.
        """
        self._queue = queue
        self._locks = SharedLocks(self._address)

    @property
    def is_shared(self) -> bool:
        """Whether other processes work on the database at the same time."""
        return self._locks is not None

    @asynccontextmanager
    async def exclude_others(self, name: str) -> AsyncIterator[None]:
        """Keep other processes out of blocks of this name; see `SharedLocks`."""
        if self._locks is None:
            yield
            return
        async with self._locks.hold(name):
            yield

    async def read(
        self,
        operation: Callable[Concatenate[Connection, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a function that only reads.

        Raises:
            ConfigurationError: The database cannot be read; `DatabaseUnavailable` if
                that may be temporary.
        """

        def work(conn: Connection) -> T:
            return operation(conn, *args, **kwargs)

        return await _run_in(self._reading, partial(self._read, work))

    async def write(
        self,
        operation: Callable[Concatenate[Connection, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a function in a transaction, which is durable when this returns.

        Cancelling the caller does not stop the function: it is completed.

        Raises:
            ConfigurationError: The database cannot be written, and nothing was stored;
                `DatabaseUnavailable` if that may be temporary.
        """

        def work(conn: Connection) -> T:
            return operation(conn, *args, **kwargs)

        return await _run_in(self._writing, partial(self._write, work))

    async def remove_deleted(self) -> None:
        """Remove what was deleted from SQLite's WAL too, by checkpointing it.

        While somebody reads an older snapshot, a part of the WAL stays until
        `remove_remaining` is called. The server of PostgreSQL does this by itself.
        """
        self._wal_holds_deleted = True
        await self.remove_remaining()

    async def remove_remaining(self) -> None:
        """Try again what a reader of an older snapshot prevented."""
        if self._wal_holds_deleted:
            done = await _run_in(self._writing, self._truncate_wal)
            self._wal_holds_deleted = not done

    async def measure_clock(self) -> None:
        """Measure the server's clock again, if the server can be reached."""
        with suppress(ConfigurationError):
            await _run_in(self._reading, self._measure_clock)

    async def close(self) -> None:
        """Finish running functions, then close the database."""
        self._closing.set()
        await asyncio.to_thread(self._shut_down)

    def _measure_clock(self) -> None:
        clock = self.server_clock
        if clock is None:
            return
        with explain_errors(self.where), self._writer.connect() as conn:
            clock.measure(lambda: conn.exec_driver_sql(ASK_TIME).scalar_one())

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._measure("read"), self._reader.begin() as conn:
                result = work(conn)
        except DBAPIError as error:
            raise self._explain(error, "read") from error
        self.faults.clear("read")
        return result

    def _write(self, work: Callable[[Connection], T]) -> T:
        give_up = time.monotonic() + _WRITE_TIMEOUT
        while True:
            try:
                with self._measure("write"):
                    result = self._write_once(work)
            except DBAPIError as error:
                late = self._closing.is_set() or time.monotonic() > give_up
                if late or not is_transient(error):
                    raise self._explain(error, "write") from error
            else:
                self.faults.clear("write")
                return result
            self._closing.wait(_RETRY_DELAY)

    def _explain(self, error: DBAPIError, access: DatabaseAccess) -> Exception:
        explained = explain_error(error, self.where)
        if explained is None:
            return error
        self.faults.add(access, str(explained))
        return explained

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        with self._writer.begin() as conn:
            job_requests.start_collecting(conn)
            if self.faults.prevent_writing:
                # A transaction that changes no row also succeeds on a full disk.
                process_store.probe_writing(conn)
            result = work(conn)
            requests = job_requests.list_requested(conn)
            if requests and self._queue is not None:
                self._queue.enqueue(conn, requests)
            return result

    @contextmanager
    def _measure(self, access: DatabaseAccess) -> Iterator[None]:
        """Record how long the transaction takes, whether it succeeds or not."""
        started = time.monotonic()
        try:
            yield
        finally:
            self._metrics.record_database(access, time.monotonic() - started)

    def _truncate_wal(self) -> bool:
        """Checkpoint SQLite's WAL; False if a reader of an older snapshot needs it."""
        if self._writer.dialect.name != "sqlite":
            return True
        with closing(self._writer.raw_connection()) as conn:
            cursor = conn.cursor()
            # Other writers wait as long as this does.
            cursor.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_MILLISECONDS}")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                found = cursor.fetchone()
            finally:
                usual = int(engines.BUSY_SECONDS * 1000)
                cursor.execute(f"PRAGMA busy_timeout = {usual}")
        return found is not None and found[0] == 0

    def _shut_down(self) -> None:
        self._reading.shutdown()
        self._writing.shutdown()
        if self._locks is not None:
            self._locks.close()
        self._reader.dispose()
        self._writer.dispose()


async def _run_in(executor: Executor, work: Callable[[], T]) -> T:
    # Log lines of the work belong to the caller's run.
    run = partial(contextvars.copy_context().run, work)
    return await asyncio.get_running_loop().run_in_executor(executor, run)
