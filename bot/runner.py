"""Run the application: logging, database lease, web server, platforms and jobs.

One process works on a database at a time. The others stand by without a web port and
take over when the lease lapses, or at once when its holder died on this machine.
Everything is a task of one group: stopping cancels them, and each gives back what it
holds.

Text for people at a terminal, one JSON object a line for machines.
"""

import asyncio
import ctypes
import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, NoReturn

import structlog

from bot.app import Application, open_application
from bot.errors import BotError
from bot.jobs.scheduler import POLL_CHECK_INTERVAL, WakeCallback, WakeupTimer
from bot.operations.clock_monitor import JUMP_BACK, JUMP_FORWARD, ClockMonitor
from bot.ports import CheckpointHook, ignore_checkpoint
from bot.settings import Settings
from bot.storage import process_store
from bot.web import server

log = structlog.get_logger(__name__)

LEASE_NAME = "runner"
LEASE_DURATION = timedelta(seconds=30)
LEASE_RENEWAL_SECONDS = 10.0
STANDBY_POLL_SECONDS = 2.0
#: Within this time a running process notices what another one ordered.
SHUTDOWN_SECONDS = 8.0

LEASE_LOST = (
    "Another Standfirst took over this database, because this one could not be heard "
    "of for a while. It stopped; nothing is lost."
)

ShowMessage = Callable[[str], None]
ExtraTask = Callable[[], Coroutine[Any, Any, None]]
#: Seconds after which all connections stand.
_TRIM_AFTER_SECONDS = 2.0


async def run_application(
    settings: Settings, *, say: ShowMessage, at: CheckpointHook = ignore_checkpoint
) -> int:
    """`standfirst run`: until stopped; the exit code."""
    configure_logging(settings)
    async with open_application(settings, at=at) as application:
        return await serve_application(application, say, ())


async def serve_application(
    application: Application, say: ShowMessage, extra: tuple[ExtraTask, ...]
) -> int:
    """Run the application until SIGTERM or SIGINT; the process's exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    work = asyncio.create_task(_run_tasks(application, say, extra))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not work.done():
        work.cancel()
        await asyncio.wait((work,), timeout=SHUTDOWN_SECONDS)
        return 0
    error = work.exception()
    if isinstance(error, BaseExceptionGroup):
        known = [e for e in error.exceptions if isinstance(e, BotError)]
        raise known[0] if known else error
    if error is not None:
        raise error
    return 0


async def _run_tasks(
    application: Application, say: ShowMessage, extra: tuple[ExtraTask, ...]
) -> None:
    settings = application.settings
    async with (
        _hold_lease(application, say),
        server.serve_application(
            application.site,
            host=settings.web_host,
            port=settings.web_port,
            before_stop=(application.local.hub.close,),
        ) as address,
        # Those that send stop first: what is on its way needs its platform.
        asyncio.TaskGroup() as connections,
        asyncio.TaskGroup() as tasks,
    ):
        await application.publisher.realign()
        # What stands by now is never garbage; looking through it again and again
        # would stop the event loop for 50 ms and more.
        gc.freeze()
        for platform in application.platforms.values():
            connections.create_task(platform.run(application.inbox))
        clock_monitor = ClockMonitor(application.clock, time.monotonic)
        tasks.create_task(
            application.publishing_timer.run(
                _publishing_job(application, clock_monitor)
            )
        )
        tasks.create_task(
            application.delivery_timer.run(_delivery_job(application, clock_monitor))
        )
        tasks.create_task(application.polling_timer.run(_polling_job(application)))
        tasks.create_task(
            application.maintenance_timer.run(
                _maintenance_job(application, clock_monitor)
            )
        )
        notice_timer = WakeupTimer(clock=application.clock, tick=POLL_CHECK_INTERVAL)
        tasks.create_task(notice_timer.run(application.outbox.deliver_notices))
        for start in extra:
            tasks.create_task(start())
        say(f"Standfirst is ready: {address}  (Ctrl-C stops it)")
        asyncio.get_running_loop().call_later(_TRIM_AFTER_SECONDS, _trim_memory)


def _trim_memory() -> None:
    """Return to the system what starting took and let go of; glibc keeps it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _publishing_job(
    application: Application, clock_monitor: ClockMonitor
) -> WakeCallback:
    """What happens at every due moment, and when the next one is."""

    async def wake() -> datetime | None:
        if patience := await _clock_pause(application, clock_monitor):
            return application.clock.now() + patience
        await application.publisher.plan()
        await application.publisher.compose_due()
        next_comparison = await application.publisher.corrections.run()
        application.delivery_timer.wake_now()
        due = await application.publisher.next_due()
        return min((at for at in (next_comparison, due) if at), default=None)

    return wake


def _delivery_job(
    application: Application, clock_monitor: ClockMonitor
) -> WakeCallback:
    """Send what may go, and when there is more to do."""

    async def send() -> datetime | None:
        if patience := await _clock_pause(application, clock_monitor):
            return application.clock.now() + patience
        return await application.outbox.drain()

    return send


def _polling_job(application: Application) -> WakeCallback:
    """Read what is due: sources, then pages of what was told."""

    async def poll() -> datetime | None:
        sources = await application.publisher.ingestor.poll()
        pages = await application.publisher.ingestor.page_rereader.run()
        return min((at for at in (sources, pages) if at), default=None)

    return poll


def _maintenance_job(
    application: Application, clock_monitor: ClockMonitor
) -> WakeCallback:
    """What the house does for itself; a clock that leapt erases nothing."""

    async def keep() -> datetime | None:
        if patience := await _clock_pause(application, clock_monitor):
            return application.clock.now() + patience
        return await application.maintenance.wake()

    return keep


async def _clock_pause(
    application: Application, clock_monitor: ClockMonitor
) -> timedelta:
    """How long to wait because the clock leapt; what a wrong one planned is mended."""
    moved = clock_monitor.measure_jump()
    if moved < -JUMP_BACK:
        log.warning("the clock was set back", by=str(-moved))
        await application.publisher.realign()
    elif moved > JUMP_FORWARD:
        log.warning("the clock leapt; nothing is sent for a while", by=str(moved))
    return clock_monitor.wait


@asynccontextmanager
async def _hold_lease(
    application: Application, say: ShowMessage
) -> AsyncIterator[None]:
    """Hold the database's lease; stand by until it can be had."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    waited = False
    while not await _acquire_lease(application, holder):
        if not waited:
            say("Another Standfirst works on this database; standing by.")
            waited = True
        await asyncio.sleep(STANDBY_POLL_SECONDS)
    me = asyncio.current_task()
    assert me is not None
    renewing = asyncio.create_task(_renew_lease(application, holder, me.cancel))
    try:
        yield
    except asyncio.CancelledError:
        if renewing.done() and not renewing.cancelled():
            raise BotError(LEASE_LOST) from None
        raise
    finally:
        renewing.cancel()
        await application.db.write(
            process_store.release_lease, name=LEASE_NAME, holder=holder
        )


async def _acquire_lease(application: Application, holder: str) -> bool:
    taken = await application.db.write(
        process_store.acquire_lease,
        name=LEASE_NAME,
        holder=holder,
        now=application.clock.now(),
        ttl=LEASE_DURATION,
    )
    if taken is not None:
        return True
    other = await application.db.read(process_store.find_lease_holder, name=LEASE_NAME)
    if other is not None and is_holder_dead(other):
        await application.db.write(
            process_store.release_lease, name=LEASE_NAME, holder=other
        )
        return await _acquire_lease(application, holder)
    return False


def is_holder_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that is gone."""
    host, _, pid = holder.rpartition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    return False


async def _renew_lease(
    application: Application, holder: str, stop: Callable[[], object]
) -> None:
    """Keep the lease; `stop` the work when somebody else has it."""
    while True:
        await asyncio.sleep(LEASE_RENEWAL_SECONDS)
        try:
            if not await _acquire_lease(application, holder):
                stop()
                return
        except BotError as error:
            # What cannot be written cannot be sent either: nothing is lost meanwhile.
            log.warning("the lease could not be renewed", reason=str(error))


def configure_logging(settings: Settings) -> None:
    """Set the process's logging up, once, at start."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    last: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if settings.log_format == "text":
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def silence_logging() -> None:
    """Log nothing: what is found is told to whoever sits at the terminal."""
    structlog.configure(
        processors=[_drop_event],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.disable(logging.CRITICAL)


def _drop_event(_logger: object, _method: str, _event: object) -> NoReturn:
    raise structlog.DropEvent
