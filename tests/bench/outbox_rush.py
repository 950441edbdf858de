"""Measure the outbox alone: prepared deliveries, due at one moment, through Discord.

Run: python -m tests.bench.outbox_rush [DESTINATIONS] [WORKSPACES] [MILLISECONDS].
Prints and asserts nothing. The strict local Discord runs in a process of its own; its
answers take MILLISECONDS (0). Lateness is the time from the due moment to the arrival.
Discord allows 50 requests in any second.
"""

import asyncio
import sys
import tempfile
import time
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any

from bot.app import SystemClock
from bot.delivery.outbox import Outbox
from bot.model import DueMoment, RenderContext
from bot.model.scope import Scope
from bot.platforms.discord import limits
from bot.platforms.discord.platform import DiscordPlatform
from bot.storage import (
    Connection,
    Database,
    delivery_store,
    destination_store,
    digest_store,
    edition_store,
    schedule_store,
    workspace_store,
)
from digests.types import PublishedLedger
from tests.bot.storage.builders import an_edition
from tests.wire.discord.faults import Slow
from tests.wire.discord.server import serving

FIRST_CHANNEL = 500_000
Arrivals = list[tuple[float, str]]


def main(count: int, spaces: int, milliseconds: int) -> None:
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there, count, milliseconds))
    process.start()
    address = here.recv()
    with tempfile.TemporaryDirectory() as home:
        due, blocked = asyncio.run(rush(f"{home}/rush.db", address, count, spaces))
    here.send("stop")
    arrivals: Arrivals = here.recv()
    process.join()
    tell(arrivals, due, count, blocked)


def tell(arrivals: Arrivals, due: float, count: int, blocked: float) -> None:
    times = sorted(at for at, _ in arrivals)
    first: dict[str, float] = {}
    for at, channel in arrivals:
        first.setdefault(channel, at)
    late = sorted(at - due for at in first.values())
    most, start = 0, 0
    for end, at in enumerate(times):
        while times[start] <= at - 1:
            start += 1
        most = max(most, end - start + 1)
    steady = times[limits.IN_FLIGHT : -limits.IN_FLIGHT]
    rate = (len(steady) - 1) / (steady[-1] - steady[0])
    p99 = late[int(len(late) * 0.99) - 1]
    print(
        f"{len(times)} posts to {len(first)} of {count} destinations; "
        f"p99 lateness {p99:.1f} s (target 60 s)\n"
        f"rate {rate:.2f}/s = {2 * rate:.1f} % of what is allowed (target 98 %); "
        f"most in one second {most} (allowed {limits.GLOBAL_RATE})\n"
        f"longest block of the event loop {1000 * blocked:.0f} ms"
    )


async def rush(
    file: str, address: dict[str, Any], count: int, spaces: int
) -> tuple[float, float]:
    """Send everything; return the due moment and the event loop's longest block."""
    database = Database.open(f"sqlite:///{file}")
    platform = DiscordPlatform(**address)
    await platform._ensure_session()
    await database.write(furnish, platform, count, spaces)
    outbox = Outbox(
        db=database,
        clock=SystemClock(),
        platforms={"discord": platform},
        send_timeout=timedelta(seconds=15),
        uncertain_wait=timedelta(seconds=45),
        steady=time.monotonic,
    )
    late = [0.0]
    watching = asyncio.create_task(watch(late))
    due = time.monotonic()
    await outbox.drain()
    watching.cancel()
    await platform.close()
    await database.close()
    return due, max(late)


def furnish(
    conn: Connection, platform: DiscordPlatform, count: int, spaces: int
) -> None:
    now = SystemClock().now()
    edition = an_edition(made_at=now)
    for number in range(spaces):
        workspace = workspace_store.upsert_workspace(
            conn, platform="discord", external_id=str(number), name="w", now=now
        )
        digest = digest_store.upsert_digest(
            conn, Scope(workspace.id), name="d", sources=[], destinations=[]
        )
        occurrence = schedule_store.plan_occurrence(
            conn,
            Scope(workspace.id),
            digest_id=digest.id,
            due=DueMoment(at=now, local_date=now.date(), slot="08:30"),
            zone="UTC",
            trigger="schedule",
        )
        assert occurrence is not None
        stored_edition = edition_store.add_edition(
            conn,
            Scope(workspace.id),
            digest_id=digest.id,
            occurrence_id=occurrence.id,
            edition=edition,
            manifest="m",
            published=PublishedLedger(),
        )
        context = RenderContext(
            edition_id=stored_edition.public_id,
            digest="d",
            zone="UTC",
            locale="en",
            next_due=None,
        )
        for channel in range(number, count, spaces):
            place = destination_store.upsert_destination(
                conn,
                Scope(workspace.id),
                name=str(channel),
                channel=str(FIRST_CHANNEL + channel),
            )
            delivery_store.add_deliveries(
                conn,
                Scope(workspace.id),
                stored_edition=stored_edition,
                destination=place,
                parts=platform.render(edition, context),
                now=now,
            )


def serve(pipe: Pipe, count: int, milliseconds: int) -> None:
    asyncio.run(_serve(pipe, count, milliseconds))


async def _serve(pipe: Pipe, count: int, milliseconds: int) -> None:
    async with serving(SystemClock()) as discord:
        discord.official = False
        for channel in range(FIRST_CHANNEL, FIRST_CHANNEL + count):
            discord.ledger.channel(str(channel))
        if milliseconds:
            discord.script(Slow(seconds=milliseconds / 1000), "post", times=10**9)
        pipe.send(discord.address)
        await asyncio.to_thread(pipe.recv)
        pipe.send([(call.at, call.channel) for call in discord.asked("post")])


async def watch(late: list[float]) -> None:
    """Record how late the loop wakes this task, beyond a millisecond."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append(time.perf_counter() - begun - 0.001)


if __name__ == "__main__":
    wanted = [int(each) for each in sys.argv[1:]]
    main(*(wanted + [1000, 50, 0][len(wanted) :]))
