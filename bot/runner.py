"""Run the application: logging, database lease, web server, platforms and jobs.

One process works on a database at a time. The others are on standby without a web port
and take over when the lease expires, or at once if its holder died on this machine.
Everything runs in task groups: stopping cancels the tasks, and each releases its
resources.
"""

import asyncio
import ctypes
import gc
import os
import signal
import socket
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from starlette.applications import Starlette

from bot.corrections.message_edits import CorrectionProcessor
from bot.delivery.outbox import Outbox
from bot.errors import BotError
from bot.jobs.scheduler import JobScheduler, RunJob
from bot.lookup.archive import Archive
from bot.metrics import Metrics
from bot.model import Inbox, JobName
from bot.operations.clock_monitor import JUMP_BACK, JUMP_FORWARD, ClockMonitor
from bot.operations.doctor import Doctor
from bot.operations.incidents import IncidentReporter
from bot.operations.loop_monitor import watch_event_loop
from bot.operations.maintenance import Maintenance
from bot.ports import Clock, Platform, Plugins
from bot.publishing.editions import EditionPublisher
from bot.settings import Settings
from bot.storage import Database, process_store
from bot.web import server
from digests.types import frozen

log = structlog.get_logger(__name__)

LEASE_DURATION = timedelta(seconds=30)
LEASE_RENEWAL_SECONDS = 10.0
STANDBY_POLL_SECONDS = 2.0
SHUTDOWN_SECONDS = 8.0

LEASE_LOST = (
    "Another Standfirst took over this database, because this one did not renew its "
    "lease in time. This one stopped; nothing is lost."
)

ShowMessage = Callable[[str], None]
ExtraTask = Callable[[], Coroutine[Any, Any, None]]
#: Seconds within which connections are expected to be established.
_TRIM_AFTER_SECONDS = 2.0
#: Seconds between returns of freed memory to the system.
_TRIM_INTERVAL_SECONDS = 300.0
#: glibc's name of the setting, and how many pools of memory threads share.
_ARENA_MAX, _ARENAS = -8, 2


@frozen
class Application:
    """The parts of the application, for the runner and the command line."""

    settings: Settings
    db: Database
    clock: Clock
    jobs: JobScheduler
    #: What this process did, for `/metrics`.
    metrics: Metrics
    publisher: EditionPublisher
    corrections: CorrectionProcessor
    outbox: Outbox
    archive: Archive
    doctor: Doctor
    incidents: IncidentReporter
    maintenance: Maintenance
    inbox: Inbox
    #: Every platform, whether it is switched on or not.
    plugins: Plugins
    #: The platforms that are switched on.
    platforms: Mapping[str, Platform]
    site: Starlette
    #: Called before the web server stops, to end open streams.
    before_stop: Sequence[Callable[[], None]]
    #: Called at the end: they close the connections of commands that did not `run`.
    closers: Sequence[Callable[[], Awaitable[None]]]


async def serve_application(
    app: Application, say: ShowMessage, extra: Sequence[ExtraTask] = ()
) -> int:
    """Run the application until SIGTERM or SIGINT; return the process's exit code."""
    # Every thread would otherwise keep freed memory of its own.
    _call_libc("mallopt", _ARENA_MAX, _ARENAS)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    work = asyncio.create_task(_run_tasks(app, say, extra))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not work.done():
        work.cancel()
        await asyncio.wait((work,), timeout=SHUTDOWN_SECONDS)
        return 0
    try:
        await work
    except BaseExceptionGroup as group:
        known = [e for e in group.exceptions if isinstance(e, BotError)]
        raise known[0] if known else group from None
    return 0


async def _run_tasks(
    app: Application, say: ShowMessage, extra: Sequence[ExtraTask]
) -> None:
    settings = app.settings
    async with (
        _hold_lease(app, say),
        server.serve_application(
            app.site,
            host=settings.web_host,
            port=settings.web_port,
            before_stop=app.before_stop,
        ) as address,
        # The jobs stop first: a message being sent needs its platform.
        asyncio.TaskGroup() as connections,
        asyncio.TaskGroup() as tasks,
    ):
        await app.publisher.realign()
        # Objects built by now live until exit; scanning them in every collection
        # would block the event loop for 50 ms and more.
        gc.freeze()
        for platform in app.platforms.values():
            connections.create_task(platform.run(app.inbox))
        work = build_jobs(app, ClockMonitor(app.clock, time.monotonic))
        tasks.create_task(app.jobs.run(work))
        for start in extra:
            tasks.create_task(start())
        say(f"Standfirst is ready: {address}  (Ctrl-C stops it)")
        if not settings.web_access.serves_pages:
            log.info("the local page is not served", host=settings.web_host)
        tasks.create_task(_return_memory())
        tasks.create_task(watch_event_loop(app.metrics))


async def _return_memory() -> None:
    """Return freed memory to the system: soon after the start, then regularly.

    glibc keeps what reading and composing have freed. In a thread, because it takes up
    to 50 ms.
    """
    await asyncio.sleep(_TRIM_AFTER_SECONDS)
    while True:
        await asyncio.to_thread(_call_libc, "malloc_trim", 0)
        await asyncio.sleep(_TRIM_INTERVAL_SECONDS)


def _call_libc(name: str, *args: int) -> None:
    """Call a function of glibc; other systems do without it."""
    with suppress(OSError, AttributeError):
        getattr(ctypes.CDLL(None), name)(*args)


def build_jobs(
    app: Application, clock_monitor: ClockMonitor
) -> Mapping[JobName, RunJob]:
    """Map each of the named jobs to the function that does its work."""
    publisher = app.publisher
    # One for all runs: it remembers which digests it looked at.
    full_texts = publisher.full_texts

    async def publish() -> datetime | None:
        await publisher.plan()
        await publisher.compose_due()
        comparison = await app.corrections.run()
        app.jobs.run_now("deliver")
        return _find_earliest(comparison, await publisher.next_due())

    async def poll() -> datetime | None:
        sources = await publisher.ingestor.poll()
        pages = await publisher.ingestor.page_rereader.run()
        return _find_earliest(sources, pages, await full_texts.run())

    async def maintain() -> datetime | None:
        if await app.incidents.run():
            app.jobs.run_now("notify")
        return await app.maintenance.run()

    def unless_clock_jumped(work: RunJob) -> RunJob:
        """Postpone the job after a clock jump; fix what a wrong clock planned."""

        async def run() -> datetime | None:
            moved = clock_monitor.measure_jump()
            if moved < -JUMP_BACK:
                log.warning("the clock was set back", by=str(-moved))
                now = app.clock.now()
                await app.db.write(process_store.shift_waits, now=now, by=moved)
                await publisher.realign()
            elif moved > JUMP_FORWARD:
                log.warning("the clock jumped; posting is paused", by=str(moved))
            if pause := clock_monitor.wait:
                return app.clock.now() + pause
            return await work()

        return run

    return {
        "publish": unless_clock_jumped(publish),
        "deliver": unless_clock_jumped(app.outbox.drain),
        "poll": poll,
        "notify": app.outbox.deliver_notices,
        "maintain": unless_clock_jumped(maintain),
    }


def _find_earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


@asynccontextmanager
async def _hold_lease(app: Application, say: ShowMessage) -> AsyncIterator[None]:
    """Hold the database's lease; wait on standby until it is free."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    acquired = await _acquire_lease(app, holder)
    if not acquired:
        say("Another Standfirst works on this database; standing by.")
    while not acquired:
        await asyncio.sleep(STANDBY_POLL_SECONDS)
        acquired = await _acquire_lease(app, holder)
    me = asyncio.current_task()
    assert me is not None
    renewing = asyncio.create_task(_renew_lease(app, holder, me.cancel))
    try:
        yield
    except asyncio.CancelledError:
        if renewing.done() and not renewing.cancelled():
            raise BotError(LEASE_LOST) from None
        raise
    finally:
        renewing.cancel()
        await app.db.write(process_store.release_lease, holder=holder)


async def _acquire_lease(app: Application, holder: str) -> bool:
    db, now = app.db, app.clock.now()
    taken = await db.write(
        process_store.acquire_lease, holder=holder, now=now, ttl=LEASE_DURATION
    )
    if taken is not None:
        return True
    other = await db.read(process_store.find_lease_holder, now=now)
    if other is None or not is_holder_dead(other):
        return False
    await db.write(process_store.release_lease, holder=other)
    return await _acquire_lease(app, holder)


def is_holder_dead(holder: str) -> bool:
    """Check whether the holder was a process of this machine that has ended."""
    host, _, pid = holder.rpartition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except (OSError, ValueError) as error:
        return isinstance(error, ProcessLookupError)
    return False


async def _renew_lease(
    app: Application, holder: str, stop: Callable[[], object]
) -> None:
    """Renew the lease and store the jobs' statuses; `stop` if the lease is lost."""
    while True:
        await asyncio.sleep(LEASE_RENEWAL_SECONDS)
        try:
            if not await _acquire_lease(app, holder):
                stop()
                return
            statuses, now = app.jobs.list_statuses(), app.clock.now()
            await app.db.write(
                process_store.save_job_statuses, statuses=statuses, now=now
            )
        except BotError as error:
            # Without the database nothing is claimed or sent: nothing is lost.
            log.warning("the lease could not be renewed", reason=str(error))
