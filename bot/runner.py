"""Runs the house: lease, web page, platforms, scheduler; it must not build any part.

One process works on a database at a time. The others stand by without a web port and
take over when the lease lapses, or at once when its holder died on this machine.
Everything is a task of one group: stopping cancels them, and each gives back what it
holds.
"""

import asyncio
import ctypes
import gc
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from bot import config_file, logs
from bot.app import House, opened
from bot.demo import Newsroom, seeds_folder
from bot.errors import BotError
from bot.jumps import BACK, FORWARD, Jumps
from bot.ports import At, unwatched
from bot.scheduler import POLL_LOOK, Wake, Wakeups
from bot.settings import Settings
from bot.storage import leases
from bot.web import server

log = structlog.get_logger(__name__)

LEASE = "runner"
LEASE_TIME = timedelta(seconds=30)
RENEW = 10.0
LOOK_AGAIN = 2.0
#: Within this time a running process notices what another one ordered.
GRACE = 8.0

LOST = (
    "Another Standfirst took over this database, because this one could not be heard "
    "of for a while. It stopped; nothing is lost."
)

Say = Callable[[str], None]
Extra = Callable[[], Coroutine[Any, Any, None]]
#: Seconds after which all connections stand.
_SETTLED = 2.0


async def run(settings: Settings, *, say: Say, at: At = unwatched) -> int:
    """`standfirst run`: until stopped; the exit code."""
    logs.configure(settings)
    async with opened(settings, at=at) as house:
        return await _serve(house, say, ())


async def demo(settings: Settings, *, say: Say, fresh: bool) -> int:
    """`standfirst demo`: the same, over the demo's own database and newsroom."""
    logs.configure(settings)
    home = settings.demo_folder
    if fresh:
        await asyncio.to_thread(_forget, home)
    newsroom = Newsroom(home=home, seeds=seeds_folder())
    await asyncio.to_thread(newsroom.open)
    address = f"sqlite:///{home / 'demo.db'}"
    async with opened(settings.over(database_url=address)) as house:
        await _set_up(house, newsroom)
        feed = lambda: newsroom.feed(house.wakeups.poke)  # noqa: E731
        return await _serve(house, say, (feed,))


def _forget(home: Path) -> None:
    """Remove earlier demos, and only what a demo made."""
    for path in (*home.glob("demo.db*"), *home.glob("articles/*.txt")):
        path.unlink(missing_ok=True)


async def _set_up(house: House, newsroom: Newsroom) -> None:
    wanted = config_file.read(newsroom.configuration)
    await house.db.write(
        config_file.carry_out, wanted, prune=False, now=house.clock.now()
    )
    # A first edition at once: nobody should have to wait for a schedule to see one.
    for digest in await house.archive.all_digests():
        if await house.archive.last_occurrence(digest) is None:
            await house.editions.order(digest.workspace_id, digest, "demo-first")


async def _serve(house: House, say: Say, extra: tuple[Extra, ...]) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    work = asyncio.create_task(_work(house, say, extra))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not work.done():
        work.cancel()
        await asyncio.wait((work,), timeout=GRACE)
        return 0
    error = work.exception()
    if isinstance(error, BaseExceptionGroup):
        known = [e for e in error.exceptions if isinstance(e, BotError)]
        raise known[0] if known else error
    if error is not None:
        raise error
    return 0


async def _work(house: House, say: Say, extra: tuple[Extra, ...]) -> None:
    settings = house.settings
    async with (
        _lease(house, say),
        server.serving(
            house.site,
            host=settings.web_host,
            port=settings.web_port,
            before_stop=(house.local.hub.close,),
        ) as address,
        # Those that send stop first: what is on its way needs its platform.
        asyncio.TaskGroup() as connections,
        asyncio.TaskGroup() as tasks,
    ):
        await house.editions.realign()
        # What stands by now is never garbage; looking through it again and again
        # would stop the event loop for 50 ms and more.
        gc.freeze()
        for platform in house.platforms.values():
            connections.create_task(platform.run(house.inbox))
        jumps = Jumps(house.clock, time.monotonic)
        tasks.create_task(house.wakeups.run(_wake(house, jumps)))
        tasks.create_task(house.sends.run(_send(house, jumps)))
        tasks.create_task(house.polls.run(_poll(house)))
        tasks.create_task(house.upkeeps.run(_keep(house, jumps)))
        tells = Wakeups(clock=house.clock, tick=POLL_LOOK)
        tasks.create_task(tells.run(house.outbox.tell))
        for start in extra:
            tasks.create_task(start())
        say(f"Standfirst is ready: {address}  (Ctrl-C stops it)")
        asyncio.get_running_loop().call_later(_SETTLED, _give_back)


def _give_back() -> None:
    """Return to the system what starting took and let go of; glibc keeps it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _wake(house: House, jumps: Jumps) -> Wake:
    """What happens at every due moment, and when the next one is."""

    async def wake() -> datetime | None:
        if patience := await _patience(house, jumps):
            return house.clock.now() + patience
        await house.editions.plan()
        await house.editions.compose_due()
        looks = await house.editions.corrections.run()
        house.sends.poke()
        due = await house.editions.next_due()
        return min((at for at in (looks, due) if at), default=None)

    return wake


def _send(house: House, jumps: Jumps) -> Wake:
    """Send what may go, and when there is more to do."""

    async def send() -> datetime | None:
        if patience := await _patience(house, jumps):
            return house.clock.now() + patience
        return await house.outbox.drain()

    return send


def _poll(house: House) -> Wake:
    """Read what is due: sources, then pages of what was told."""

    async def poll() -> datetime | None:
        sources = await house.editions.intake.poll()
        pages = await house.editions.intake.rereading.run()
        return min((at for at in (sources, pages) if at), default=None)

    return poll


def _keep(house: House, jumps: Jumps) -> Wake:
    """What the house does for itself; a clock that leapt erases nothing."""

    async def keep() -> datetime | None:
        if patience := await _patience(house, jumps):
            return house.clock.now() + patience
        return await house.upkeep.wake()

    return keep


async def _patience(house: House, jumps: Jumps) -> timedelta:
    """How long to wait because the clock leapt; what a wrong one planned is mended."""
    moved = jumps.look()
    if moved < -BACK:
        log.warning("the clock was set back", by=str(-moved))
        await house.editions.realign()
    elif moved > FORWARD:
        log.warning("the clock leapt; nothing is sent for a while", by=str(moved))
    return jumps.wait


@asynccontextmanager
async def _lease(house: House, say: Say) -> AsyncIterator[None]:
    """Hold the database's lease; stand by until it can be had."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    waited = False
    while not await _take(house, holder):
        if not waited:
            say("Another Standfirst works on this database; standing by.")
            waited = True
        await asyncio.sleep(LOOK_AGAIN)
    me = asyncio.current_task()
    assert me is not None
    renewing = asyncio.create_task(_renew(house, holder, me.cancel))
    try:
        yield
    except asyncio.CancelledError:
        if renewing.done() and not renewing.cancelled():
            raise BotError(LOST) from None
        raise
    finally:
        renewing.cancel()
        await house.db.write(leases.give_back, name=LEASE, holder=holder)


async def _take(house: House, holder: str) -> bool:
    taken = await house.db.write(
        leases.take, name=LEASE, holder=holder, now=house.clock.now(), ttl=LEASE_TIME
    )
    if taken is not None:
        return True
    other = await house.db.read(leases.holder, name=LEASE)
    if other is not None and is_dead(other):
        await house.db.write(leases.give_back, name=LEASE, holder=other)
        return await _take(house, holder)
    return False


def is_dead(holder: str) -> bool:
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


async def _renew(house: House, holder: str, stop: Callable[[], object]) -> None:
    """Keep the lease; `stop` the work when somebody else has it."""
    while True:
        await asyncio.sleep(RENEW)
        try:
            if not await _take(house, holder):
                stop()
                return
        except BotError as error:
            # What cannot be written cannot be sent either: nothing is lost meanwhile.
            log.warning("the lease could not be renewed", reason=str(error))
