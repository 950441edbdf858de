"""A process that works until all is quiet, or until it is ended at a named point.

It is forked from a parent that has imported everything (see `nursery`) and opens the
house of `bot.app` over the world's database. Real are storage, intake, composer, outbox
and platforms. It lives in one of two ways:

- *until quiet*: it does what a wake-up of `bot.runner` does, and where nothing is due
  the shared clock is put forward instead of waited for;
- *served*: it is `standfirst run`, with lease, page, gateway and signals, until it is
  ended; its clock only shows the shared one.
"""

import asyncio
import os
import sys
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from bot import app, runner
from bot.settings import Settings
from tests.builders import some_settings
from tests.chaos.clock import SharedClock
from tests.chaos.points import Points

#: More wake-ups than any honest way to quiet takes.
WAKES = 400
QUIET, RESTLESS, BROKEN = 0, 3, 4
_NOTHING = timedelta(0)
#: Real seconds that a leap takes.
_LANDING = 0.05


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a process is to do, and where it is to end."""

    settings: dict[str, Any]
    clock: Path
    log: Path
    #: Nothing after this moment is waited for.
    until: datetime
    points: Points = field(default_factory=Points)
    #: A defence that is switched off (see `mutations`).
    without: str = ""
    #: It is `standfirst run`.
    served: bool = False
    #: Where nothing is due, the clock is put forward.
    leaps: bool = True
    #: How many pages the database may have is read from here, if there.
    pages: Path | None = None
    #: Where the longest time is written for which the event loop was not free.
    lag: Path | None = None


def live(job: Job) -> None:
    """The whole life of one process."""
    descriptor = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    code = BROKEN
    try:
        if job.without:
            # It imports what this module is imported by.
            from tests.chaos import mutations

            mutations.switch_off(job.without)
        job.points.arrange()
        if job.pages is not None:
            _limit(job.pages)
        code = asyncio.run(work(job))
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    # What would be tidied up at an exit, a process that is killed does not tidy up.
    os._exit(code)


async def work(job: Job) -> int:
    """One life; the exit code."""
    clock = SharedClock(job.clock)
    settings = some_settings(**job.settings)
    if job.lag is not None:
        asyncio.get_running_loop().create_task(_watch(job.lag))
    if job.served:
        return await _serve(job, settings, clock)
    runner.configure_logging(settings)
    async with opened(job, settings, clock) as application:
        return await _until_quiet(job, application, clock)


@asynccontextmanager
async def opened(
    job: Job, settings: Settings, clock: SharedClock
) -> AsyncIterator[runner.Application]:
    """The house with its clocks, paces and points arranged."""
    patch.object(app.SystemClock, "now", lambda _: clock.now()).start()
    # The steady clock that `app` hands out is the shared one too.
    steady = SimpleNamespace(monotonic=clock.monotonic)
    patch.object(app, "time", steady).start()
    async with app.open_application(settings, at=job.points.named) as application:
        for platform in application.platforms.values():
            pacing(platform, clock, leaps=job.leaps and not job.served)
            job.points.around(platform)
        yield application


def pacing(platform: Any, clock: SharedClock, *, leaps: bool) -> None:
    """Let a platform's pace go by this clock."""
    if platform.name == "local":
        return
    slack = platform.name == "slack"
    pace = platform.installations.one.pace if slack else platform._rate_limiter
    pace._now = clock.monotonic

    async def leap(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)

    if leaps:
        pace._sleep = leap


async def _serve(job: Job, settings: Settings, clock: SharedClock) -> int:
    arranged = lambda settings, at: opened(job, settings, clock)  # noqa: E731
    patch.object(app, "open_application", arranged).start()
    return await app.run_application(settings, say=lambda line: print(line, flush=True))


async def _until_quiet(
    job: Job, application: runner.Application, clock: SharedClock
) -> int:
    await application.publisher.realign()
    for _ in range(WAKES):
        following = await wake(application)
        if following is None or following > job.until:
            await leave(application)
            return QUIET
        wait = (following - clock.now()).total_seconds()
        if job.leaps:
            # What is on its way to the server has landed when a wait is over.
            await asyncio.sleep(_LANDING if wait > 1 else 0)
            clock.advance(following - clock.now() if wait > 0 else _NOTHING)
        else:
            await asyncio.sleep(min(max(wait, 0.0), 0.05))
    return RESTLESS


async def wake(application: runner.Application) -> datetime | None:
    """What `bot.runner` does at a due moment, one thing after the other."""
    await application.publisher.plan()
    await application.publisher.compose_due()
    looks = await application.corrections.run()
    moments = (
        await application.outbox.drain(),
        looks,
        await application.publisher.next_due(),
    )
    return min((at for at in moments if at), default=None)


async def leave(application: runner.Application) -> None:
    for platform in application.platforms.values():
        close = getattr(platform, "close", None)
        if close is not None:
            await close()


async def _watch(file: Path) -> None:
    """Note how late the loop woke this task, at the worst since the file is there."""
    worst = 0.0
    while True:
        begun = time.monotonic()
        await asyncio.sleep(0.005)
        late = time.monotonic() - begun - 0.005
        if late > worst or not file.exists():
            worst = late
            file.write_text(f"{worst:.4f}", encoding="utf-8")


def _limit(file: Path) -> None:
    """As a full disk: SQLite makes the database no larger than `file` says."""
    from sqlalchemy import Connection, event

    from bot.storage import engines

    make = engines.create_sqlite_engine

    def limited(*args: Any, **kwargs: Any) -> Any:
        engine = make(*args, **kwargs)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            pages = int(file.read_text(encoding="utf-8"))
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        return engine

    engines.create_sqlite_engine = limited
