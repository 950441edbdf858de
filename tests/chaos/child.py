"""A process that works until nothing is due, or until it is ended at a named point.

It is forked from a parent that has imported everything (see `fork_server`) and opens
the application of `bot.app` over the world's database. Storage, intake, composer,
outbox and platforms are real. It runs in one of two ways:

- *until quiet*: it does what a wake-up of `bot.runner` does, and where nothing is due
  the shared clock is advanced instead of waited for;
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

from bot import app, logs, runner
from bot.model import Permission, Person
from bot.platforms.slack import limits
from bot.publishing import draft_acts
from bot.settings import Settings
from bot.storage import draft_store, workspace_store
from tests.builders import some_settings
from tests.chaos.clock import SharedClock
from tests.chaos.points import Points
from tests.fakes import FakeDrawing

#: Who acts on drafts.
EDITOR = Person(id="ana", name="Ana", permission=Permission.EDITOR)
#: More wake-ups than a correct process needs until nothing is due.
WAKES = 400
QUIET, RESTLESS, BROKEN = 0, 3, 4
_NOTHING = timedelta(0)
#: Real seconds that a leap takes.
_LANDING = 0.05


@dataclass(frozen=True, kw_only=True)
class Job:
    """A process's task, and where it is to end."""

    settings: dict[str, Any]
    clock: Path
    log: Path
    #: It waits for nothing after this moment.
    until: datetime
    points: Points = field(default_factory=Points)
    #: A defence that is switched off (see `mutations`).
    without: str = ""
    #: Whether it is `standfirst run`.
    served: bool = False
    #: What an editor types about the only draft, before anything else is done.
    acts: tuple[str, ...] = ()
    #: Whether it only deletes unused files.
    cleans: bool = False
    #: Whether the clock is advanced when nothing is due.
    leaps: bool = True
    #: A file with the database's page limit, read if it exists.
    pages: Path | None = None
    #: A file for the longest time for which the event loop was blocked.
    lag: Path | None = None


def live(job: Job) -> None:
    """Run one process from start to end."""
    descriptor = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    code = BROKEN
    try:
        if job.without:
            # A cycle: it imports modules that import this one.
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
    # A killed process runs no exit handlers.
    os._exit(code)


async def work(job: Job) -> int:
    """Run the job; return the exit code."""
    clock = SharedClock(job.clock)
    settings = some_settings(**job.settings)
    if job.lag is not None:
        asyncio.get_running_loop().create_task(_watch(job.lag))
    logs.configure_logging(settings)
    async with opened(job, settings, clock) as application:
        if job.served:
            return await runner.serve_application(
                application, lambda line: print(line, flush=True)
            )
        if job.cleans:
            for delete in application.maintenance.delete_files:
                await delete()
            await leave(application)
            return QUIET
        return await _until_quiet(job, application, clock)


@asynccontextmanager
async def opened(
    job: Job, settings: Settings, clock: SharedClock
) -> AsyncIterator[runner.Application]:
    """The application with its clocks, rate limiters and points arranged."""
    patch.object(app.SystemClock, "now", lambda _: clock.now()).start()
    patch.object(app, "choose_clock", lambda _: app.SystemClock()).start()
    # Slack processes a file at once.
    patch.object(limits, "FILE_LOOK_PAUSE", 0.02).start()
    # The steady clock that `app` hands out is the shared one too.
    steady = SimpleNamespace(monotonic=clock.monotonic)
    patch.object(app, "time", steady).start()
    async with app.open_application(settings, at=job.points.named) as application:
        illustrator = application.publisher.illustrator
        assert illustrator is not None
        # A real drawing takes longer than everything else that is done here.
        illustrator.cards.draw_card = FakeDrawing()
        for platform in application.platforms.values():
            pacing(platform, clock, leaps=job.leaps and not job.served)
            job.points.around(platform)
        yield application


def pacing(platform: Any, clock: SharedClock, *, leaps: bool) -> None:
    """Let a platform's rate limiter use this clock."""
    if platform.name == "local":
        return
    slack = platform.name == "slack"
    pace = platform.installations.pace if slack else platform._rate_limiter
    pace._now = clock.monotonic

    async def leap(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)

    if leaps:
        pace._sleep = leap


async def _until_quiet(
    job: Job, application: runner.Application, clock: SharedClock
) -> int:
    await application.publisher.realign()
    for act in job.acts:
        await do_act(application, act)
    for _ in range(WAKES):
        following = await wake(application)
        if following is None or following > job.until:
            await leave(application)
            return QUIET
        wait = (following - clock.now()).total_seconds()
        if job.leaps:
            # What is on its way to the server has arrived when a wait is over.
            await asyncio.sleep(_LANDING if wait > 1 else 0)
            clock.advance(following - clock.now() if wait > 0 else _NOTHING)
        else:
            await asyncio.sleep(min(max(wait, 0.0), 0.05))
    return RESTLESS


async def do_act(application: runner.Application, act: str) -> None:
    """Do to the only draft what an editor types."""
    workspaces = await application.db.read(workspace_store.list_workspaces)
    for workspace in workspaces:
        drafts = await application.db.read(
            draft_store.list_open_drafts, workspace.scope
        )
        for draft in drafts:
            await application.db.write(
                application.publisher.drafts.processor.act,
                workspace.scope,
                public_id=draft.public_id,
                version=draft.version,
                request=draft_acts.parse_act(draft.content, act),
                who=EDITOR,
                now=application.clock.now(),
            )


async def wake(application: runner.Application) -> datetime | None:
    """Do what `bot.runner` does at a due moment, one thing after the other."""
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
    """Record the loop's longest delay in waking this task since the file exists."""
    worst = 0.0
    while True:
        begun = time.monotonic()
        await asyncio.sleep(0.005)
        late = time.monotonic() - begun - 0.005
        if late > worst or not file.exists():
            worst = late
            file.write_text(f"{worst:.4f}", encoding="utf-8")


def _limit(file: Path) -> None:
    """Simulate a full disk: SQLite makes the database no larger than `file` says."""
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
