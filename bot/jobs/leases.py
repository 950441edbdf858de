"""A lease that one process at a time holds, and the names of processes.

The others stand by until the lease expires; one whose holder ended on this machine is
taken over at once. A process that could not renew its lease in time and finds another
holder ends: it may have been paused for long.
"""

import asyncio
import os
import re
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import structlog

from bot.errors import BotError
from bot.ports import Clock
from bot.storage import Database, DatabaseUnavailable, process_store
from digests.types import frozen

log = structlog.get_logger(__name__)

LEASE_LOST = (
    "Another Standfirst took over this database, because this one did not renew its "
    "lease in time. This one stopped; nothing is lost."
)
_HOLDER = re.compile(r"(?P<host>.*):(?P<pid>\d+)/(?P<space>\d+)-\w+")


@frozen
class LeaseTiming:
    """How long a lease is valid, and how often it is renewed and asked for."""

    duration: timedelta
    renewal_seconds: float
    standby_seconds: float


@frozen
class Lease:
    """A lease that this process wants to hold."""

    name: str
    timing: LeaseTiming
    #: Names this process; see `name_process`.
    holder: str
    db: Database
    clock: Clock

    @asynccontextmanager
    async def hold(
        self,
        stand_by: Callable[[], None],
        renewed: Callable[[], Awaitable[None]],
    ) -> AsyncIterator[None]:
        """Hold the lease for a block, once it is free.

        Args:
            stand_by: Called once if another process holds it.
            renewed: Called after each renewal.

        Raises:
            BotError: Another process took it during the block, which was cancelled.
        """
        if not await self._acquire():
            stand_by()
            while not await self._acquire_if_possible():  # noqa: ASYNC110
                await asyncio.sleep(self.timing.standby_seconds)
        me = asyncio.current_task()
        assert me is not None
        renewing = asyncio.create_task(self._renew(me.cancel, renewed))
        try:
            yield
        except asyncio.CancelledError:
            if renewing.done() and not renewing.cancelled():
                raise BotError(LEASE_LOST) from None
            raise
        finally:
            renewing.cancel()
            release = process_store.release_lease
            # Without the database, it expires.
            with suppress(DatabaseUnavailable):
                await self.db.write(release, holder=self.holder, name=self.name)

    async def _acquire_if_possible(self) -> bool:
        """Acquire it; a standby outlives faults of the database, which reports them."""
        try:
            return await self._acquire()
        except DatabaseUnavailable:
            return False

    async def _acquire(self) -> bool:
        now, name = self.clock.now(), self.name
        taken = await self.db.write(
            process_store.acquire_lease,
            holder=self.holder,
            now=now,
            ttl=self.timing.duration,
            name=name,
        )
        if taken is not None:
            return True
        other = await self.db.read(process_store.find_lease_holder, now=now, name=name)
        if other is None or not is_holder_dead(other):
            return False
        await self.db.write(process_store.release_lease, holder=other, name=name)
        return await self._acquire()

    async def _renew(
        self, stop: Callable[[], object], renewed: Callable[[], Awaitable[None]]
    ) -> None:
        """Renew the lease; `stop` if it is lost."""
        while True:
            await asyncio.sleep(self.timing.renewal_seconds)
            try:
                if not await self._acquire():
                    stop()
                    return
                await renewed()
            except BotError as error:
                # Without the database nothing is claimed or sent: nothing is lost. It
                # reports the fault itself.
                log.debug("the lease could not be renewed", reason=str(error))


def name_process() -> str:
    """Make a name for this process: host, number, space of numbers, random letters.

    Containers may share the name of their host, but not the numbers of processes; and
    the first process of every container has the same number.
    """
    return (
        f"{socket.gethostname()}:{os.getpid()}/{_find_process_space()}"
        f"-{secrets.token_hex(4)}"
    )


def is_holder_dead(holder: str) -> bool:
    """Check whether the holder was a process of this machine that has ended."""
    found = _HOLDER.fullmatch(holder)
    here = (socket.gethostname(), _find_process_space())
    if found is None or (found["host"], int(found["space"])) != here:
        return False
    try:
        os.kill(int(found["pid"]), 0)
    except OSError as error:
        return isinstance(error, ProcessLookupError)
    return False


def _find_process_space() -> int:
    """Identify the space in which process numbers are unique; 0 where there is one."""
    try:
        return Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return 0
