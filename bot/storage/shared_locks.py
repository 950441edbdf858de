"""Locks between processes that share a PostgreSQL database.

A lock is held by an open transaction on a connection of its own, so it ends with its
process. Whoever waits for too long goes on without it: it keeps work from being done in
the wrong order, not from being done twice.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress

from sqlalchemy import URL, Connection, func, select
from sqlalchemy.exc import DBAPIError

from bot.storage import engines
from bot.storage.engines import explain_errors

#: Locks that one process waits for or holds at a time; others queue for a thread.
_LOCKS = 4
_PATIENCE_MILLISECONDS = 10_000


class SharedLocks:
    """Takes locks, each named by a text."""

    def __init__(self, address: URL) -> None:
        self._where = engines.describe_address(address)
        self._engine = engines.create_postgresql_engine(address, connections=_LOCKS)
        self._threads = ThreadPoolExecutor(_LOCKS, thread_name_prefix="lock")

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Let no other process hold this lock during a block.

        Raises:
            ConfigurationError: The database cannot be reached.
        """
        taking = self._threads.submit(self._take, name)
        try:
            conn = await asyncio.wrap_future(taking)
        except asyncio.CancelledError:
            # The thread may be about to have it.
            taking.add_done_callback(_release_taken)
            raise
        try:
            yield
        finally:
            await asyncio.shield(asyncio.to_thread(_release, conn))

    def close(self) -> None:
        """Close the connections, once no lock is held."""
        self._threads.shutdown()
        self._engine.dispose()

    def _take(self, name: str) -> Connection:
        with explain_errors(self._where):
            conn = self._engine.connect()
            try:
                conn.exec_driver_sql(
                    f"SET LOCAL lock_timeout = {_PATIENCE_MILLISECONDS}"
                )
                key = func.hashtextextended(name, 0)
                conn.execute(select(func.pg_advisory_xact_lock(key)))
            except DBAPIError as error:
                if not engines.is_transient(error):
                    conn.close()
                    raise
                # Somebody holds it for very long: better without than not at all.
                conn.rollback()
            except BaseException:
                conn.close()
                raise
            return conn


def _release(conn: Connection) -> None:
    # If the connection is lost, the lock has ended with it.
    with suppress(DBAPIError):
        conn.close()


def _release_taken(taking: "Future[Connection]") -> None:
    if not taking.cancelled() and taking.exception() is None:
        _release(taking.result())
