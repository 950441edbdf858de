"""Run the application: logging, leases, web server, platforms and jobs.

By default one process does everything. The others are on standby without a web port and
take over when the lease expires, or at once if its holder died on this machine. On
PostgreSQL, several processes can share the work by role:

    gateway    holds the connections to chat platforms and answers commands
    scheduler  turns what is due into jobs: the only clock, one at a time
    worker     does the jobs: reads, composes, sends, corrects; any number
    web        serves what is called over HTTP, and the local page

Everything runs in task groups: stopping cancels the tasks, and each releases its
resources.
"""

import asyncio
import ctypes
import gc
import signal
import sys
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import structlog
from starlette.applications import Starlette

from bot.corrections.message_edits import CorrectionProcessor
from bot.delivery.outbox import Outbox
from bot.errors import BotError
from bot.jobs.leases import Lease, LeaseTiming
from bot.jobs.scheduler import JobScheduler, RunJob
from bot.lookup.archive import Archive
from bot.metrics import Metrics
from bot.model import Inbox, JobName
from bot.operations.clock_monitor import JUMP_BACK, JUMP_FORWARD, ClockMonitor
from bot.operations.doctor import Doctor
from bot.operations.incidents import IncidentReporter
from bot.operations.maintenance import Maintenance
from bot.operations.nightly_checks import NightlyChecks
from bot.ports import ActivePlatform, Clock, Platform, Plugins
from bot.publishing.editions import EditionPublisher
from bot.settings import Settings
from bot.storage import Database, process_store
from bot.web import server
from bot.web.server import ServerAddress
from digests.types import frozen

if TYPE_CHECKING:
    from bot.jobs.dispatching import JobDispatcher
    from bot.jobs.workers import Worker

log = structlog.get_logger(__name__)

#: What a process does.
Role: TypeAlias = Literal["all", "gateway", "scheduler", "worker", "web"]


#: A single process has time to come back after a pause. Roles change faster: what they
#: do may be done twice.
LEASE_TIMING = LeaseTiming(
    duration=timedelta(seconds=30), renewal_seconds=10.0, standby_seconds=2.0
)
ROLE_LEASE_TIMING = LeaseTiming(
    duration=timedelta(seconds=10), renewal_seconds=3.0, standby_seconds=1.0
)
#: The lease that a role needs: planning, and holding the connections, is done by one
#: process at a time.
LEASES: Mapping[Role, str] = MappingProxyType(
    {
        "all": process_store.RUNNER_LEASE,
        "scheduler": process_store.RUNNER_LEASE,
        "gateway": process_store.GATEWAY_LEASE,
    }
)
#: Seconds that a stopped process may take, by role.
SHUTDOWN_SECONDS, WORKER_SHUTDOWN_SECONDS = 8.0, 19.0

ShowMessage = Callable[[str], None]
ExtraTask = Callable[[], Coroutine[Any, Any, None]]
#: Seconds within which connections are expected to be established.
_TRIM_AFTER_SECONDS = 2.0
#: Seconds between returns of freed memory to the system.
_TRIM_INTERVAL_SECONDS = 300.0
#: Seconds between two measurements: often enough to see a loop that is busy, seldom
#: enough to cost an idle process nothing.
LAG_INTERVAL_SECONDS = 1.0
#: Seconds after which a thread that computes lets another one have the interpreter.
#: Python's own is five times as much, for which each answer of the database waits.
_WORKER_SWITCH_SECONDS = 0.001
#: glibc's numbers of two settings: how many pools of memory threads share, and the size
#: in bytes from which a block is returned to the system as soon as it is freed.
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
_MEMORY_SETTINGS: Final = {_M_ARENA_MAX: 1, _M_MMAP_THRESHOLD: 128 << 10}


@frozen
class Application:
    """The parts of the application, for the runner and the command line."""

    settings: Settings
    role: Role
    #: Names this process for others on the same database.
    process: str
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
    nightly_checks: NightlyChecks
    incidents: IncidentReporter
    maintenance: Maintenance
    inbox: Inbox
    #: Every platform, whether it is switched on or not.
    plugins: Plugins
    #: The platforms that are switched on.
    platforms: Mapping[str, Platform]
    #: The platforms whose events this process receives.
    received: Collection[str]
    site: Starlette
    #: The parts of their events that a gateway receives, if others receive the rest.
    parts: Sequence[str]
    #: Called before the web server stops, to end open streams.
    before_stop: Sequence[Callable[[], None]]
    #: Called at the end: they close the connections of commands that did not `run`.
    closers: Sequence[Callable[[], Awaitable[None]]]
    #: Both None where one process does everything.
    dispatcher: "JobDispatcher | None" = None
    worker: "Worker | None" = None


def receives(role: Role, platform: ActivePlatform) -> bool:
    """Check whether a process of this role receives the events of a platform."""
    return role == "all" or role == ("gateway" if platform.dials else "web")


def limit_freed_memory() -> None:
    """Keep less freed memory; called before the first thread begins.

    Otherwise every thread keeps some of its own, and the size from which blocks are
    returned grows with the largest block that was ever freed.
    """
    for setting, value in _MEMORY_SETTINGS.items():
        _call_libc("mallopt", setting, value)


async def serve_application(
    app: Application, say: ShowMessage, extra: Sequence[ExtraTask] = ()
) -> int:
    """Run the application until SIGTERM or SIGINT; return the process's exit code."""
    if app.role == "worker":
        sys.setswitchinterval(_WORKER_SWITCH_SECONDS)
    app.db.faults.logged = True
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    work = asyncio.create_task(run_application(app, say, extra))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not work.done():
        work.cancel()
        worker = app.role == "worker"
        seconds = WORKER_SHUTDOWN_SECONDS if worker else SHUTDOWN_SECONDS
        await asyncio.wait((work,), timeout=seconds)
        return 0
    try:
        await work
    except BaseExceptionGroup as group:
        known = [e for e in group.exceptions if isinstance(e, BotError)]
        raise known[0] if known else group from None
    return 0


async def run_application(
    app: Application, say: ShowMessage, extra: Sequence[ExtraTask]
) -> None:
    """Do what the role of this process asks for, until cancelled."""
    async with (
        _hold_lease(app, say),
        _serve_site(app) as address,
        # The jobs stop first: a message being sent needs its platform.
        asyncio.TaskGroup() as connections,
        asyncio.TaskGroup() as tasks,
    ):
        if app.role in ("all", "scheduler"):
            await app.publisher.realign()
        if app.role == "scheduler" and app.dispatcher is not None:
            await app.dispatcher.start()
        # Objects built by now live until exit; scanning them in every collection
        # would block the event loop for 50 ms and more.
        gc.freeze()
        for name in app.received:
            connections.create_task(app.platforms[name].run(app.inbox))
        for start in (*_list_work(app), *extra):
            tasks.create_task(start())
        say(f"{_describe_ready(app, address)}  (Ctrl-C stops it)")
        if address and not app.settings.web_access.serves_pages:
            log.info("the local page is not served", host=app.settings.web_host)
        tasks.create_task(_return_memory())
        tasks.create_task(watch_event_loop(app.metrics))


def _describe_ready(app: Application, address: ServerAddress | None) -> str:
    if app.role == "all":
        return f"Standfirst is ready: {address}"
    where = f": {address}" if address else ""
    return f"Standfirst is ready as {app.role}{where}"


@asynccontextmanager
async def _serve_site(app: Application) -> AsyncIterator[ServerAddress | None]:
    """Serve the web port; a role without pages does only on a port of its own."""
    settings = app.settings
    own_port = "web_port" in settings.model_fields_set
    if app.role not in ("all", "web") and not own_port:
        yield None
        return
    async with server.serve_application(
        app.site,
        host=settings.web_host,
        port=settings.web_port,
        before_stop=app.before_stop,
    ) as address:
        yield address


def _list_work(app: Application) -> Sequence[ExtraTask]:
    """List what this process does besides receiving events."""
    clock_monitor = ClockMonitor(app.clock, time.monotonic)
    match app.role:
        case "all":
            return [partial(app.jobs.run, build_jobs(app, clock_monitor))]
        case "scheduler":
            return [partial(app.jobs.run, _build_dispatching(app, clock_monitor))]
        case "worker":
            assert app.worker is not None, "it was built for several processes"
            return [app.worker.run]
    return []


async def watch_event_loop(
    metrics: Metrics, interval: float = LAG_INTERVAL_SECONDS
) -> None:
    """Record the event loop's lag after each interval, until cancelled."""
    now = asyncio.get_running_loop().time
    while True:
        due = now() + interval
        await asyncio.sleep(interval)
        metrics.record_loop_lag(now() - due)


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
        await app.nightly_checks.run()
        if await app.incidents.run():
            app.jobs.run_now("notify")
        return await app.maintenance.run()

    jobs: dict[JobName, RunJob] = {
        "publish": publish,
        "deliver": app.outbox.drain,
        "poll": poll,
        "notify": app.outbox.deliver_notices,
        "maintain": maintain,
    }
    return _guard_from_clock(app, clock_monitor, jobs)


def _build_dispatching(
    app: Application, clock_monitor: ClockMonitor
) -> Mapping[JobName, RunJob]:
    """Map the named jobs to the functions that request their work from workers."""
    assert app.dispatcher is not None, "it was built for several processes"
    return _guard_from_clock(app, clock_monitor, app.dispatcher.build_jobs())


def _guard_from_clock(
    app: Application, clock_monitor: ClockMonitor, jobs: Mapping[JobName, RunJob]
) -> Mapping[JobName, RunJob]:
    """Let the jobs that depend on the time of day wait after a jump of the clock."""

    def unless_clock_jumped(work: RunJob) -> RunJob:
        """Postpone the job after a clock jump; fix what a wrong clock planned."""

        async def run() -> datetime | None:
            moved = clock_monitor.measure_jump()
            if moved < -JUMP_BACK:
                log.warning("the clock was set back", by=str(-moved))
                now = app.clock.now()
                await app.db.write(process_store.shift_waits, now=now, by=moved)
                await app.publisher.realign()
            elif moved > JUMP_FORWARD:
                log.warning("the clock jumped; posting is paused", by=str(moved))
            if pause := clock_monitor.wait:
                return app.clock.now() + pause
            return await work()

        return run

    guarded = ("publish", "deliver", "maintain")
    return {
        name: unless_clock_jumped(work) if name in guarded else work
        for name, work in jobs.items()
    }


def _find_earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def name_lease(role: Role, parts: Sequence[str]) -> str:
    """Return the lease of a role: gateways of different parts work side by side."""
    return ":".join((LEASES[role], *(parts if role == "gateway" else ())))


@asynccontextmanager
async def _hold_lease(app: Application, say: ShowMessage) -> AsyncIterator[None]:
    """Hold the lease of the role, if it has one; wait on standby until it is free."""
    if app.role not in LEASES:
        yield
        return
    lease = Lease(
        name=name_lease(app.role, app.parts),
        timing=LEASE_TIMING if app.role == "all" else ROLE_LEASE_TIMING,
        holder=app.process,
        db=app.db,
        clock=app.clock,
    )

    async def store_statuses() -> None:
        if app.role != "gateway":
            statuses, now = app.jobs.list_statuses(), app.clock.now()
            save = process_store.save_job_statuses
            await app.db.write(save, statuses=statuses, now=now)

    holder = "Another Standfirst works on this database"
    if app.role == "gateway":
        holder = "Another gateway holds the connections"
    async with lease.hold(lambda: say(f"{holder}; standing by."), store_statuses):
        yield
