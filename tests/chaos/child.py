"""A process that works until all is quiet, or until it is killed at a named point.

It is forked from a parent that has imported everything (see `nursery`), opens the
house of `bot.app` over the world's database, and does what a wake-up of `bot.runner`
does. Real are storage, intake, composer, outbox and platform; the clock is shared, and
where nothing is due it is put forward instead of waited for.
"""

import asyncio
import gc
import os
import sys
import traceback
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

# What a forked process should find ready.
import alembic.command
import discord

import bot.platforms.discord.platform
import bot.platforms.discord.session
import bot.platforms.discord.verdicts
import bot.storage.migrate
from bot import app, logs, runner
from bot.settings import Settings
from tests.chaos.clock import SharedClock
from tests.chaos.points import Points

#: More wake-ups than any honest way to quiet takes.
WAKES = 400
QUIET, RESTLESS, BROKEN = 0, 3, 4


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
    #: Hold the platforms' connections too, as `run` does.
    connected: bool = False


def live(job: Job) -> None:
    """The whole life of one process."""
    descriptor = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    code = BROKEN
    try:
        code = asyncio.run(_work(job))
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    # What would be tidied up at an exit, a process that is killed does not tidy up.
    os._exit(code)


async def _work(job: Job) -> int:
    if job.without:
        from tests.chaos import mutations

        mutations.switch_off(job.without)
    clock = SharedClock(job.clock)
    settings = Settings.model_validate(job.settings)
    logs.configure(settings)
    job.points.arrange()
    app.SystemClock.now = lambda _: clock.now()  # type: ignore[method-assign]
    async with app.opened(settings) as house:
        for platform in house.platforms.values():
            pace = getattr(platform, "_pace", None)
            if pace is not None:
                pace._now = clock.monotonic
            job.points.around(platform)
        return await _until_quiet(job, house, clock)


async def _until_quiet(job: Job, house: app.House, clock: SharedClock) -> int:
    wake = runner._wake(house)
    await house.editions.realign()
    for _ in range(WAKES):
        following = await wake()
        if following is None or following > job.until:
            for platform in house.platforms.values():
                close = getattr(platform, "close", None)
                if close is not None:
                    await close()
            return QUIET
        wait = following - clock.now()
        if wait.total_seconds() > 0:
            clock.advance(wait)
    return RESTLESS


_ = (alembic, discord, bot, gc)
