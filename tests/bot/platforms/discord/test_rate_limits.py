"""Rate limits in real time, in the server's ledger: every wait was respected."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.app import SystemClock
from bot.delivery.outbox import Outbox
from bot.platforms.discord.platform import DiscordPlatform
from bot.storage import Database
from tests.bench.outbox_rush import FIRST_CHANNEL, furnish
from tests.bot.platforms.discord.conftest import a_platform
from tests.wire.discord.faults import Limit
from tests.wire.discord.server import LocalDiscord

#: The time in which an answer reaches the bot on a busy machine.
ON_ITS_WAY = 0.1


@pytest.fixture
async def platform(discord: LocalDiscord) -> AsyncIterator[DiscordPlatform]:
    made = a_platform(discord)
    await made._ensure_session()
    yield made
    await made.close()


async def deliver(
    discord: LocalDiscord,
    platform: DiscordPlatform,
    url: str,
    *,
    places: int,
    spaces: int = 4,
) -> None:
    """Deliver everything, however often it has to wait."""
    # The outbox would keep deliveries in flight waiting for the server itself.
    discord.official = False
    db = Database.open(url)
    for number in range(places):
        discord.ledger.channel(str(FIRST_CHANNEL + number))
    await db.write(furnish, platform, places, spaces)
    outbox = Outbox(
        db=db,
        clock=SystemClock(),
        platforms={"discord": platform},
        send_timeout=timedelta(seconds=5),
        uncertain_wait=timedelta(seconds=20),
        steady=time.monotonic,
    )
    while (following := await outbox.drain()) is not None:
        wait = following - outbox.clock.now()
        await asyncio.sleep(max(0.0, wait.total_seconds()))
    await db.close()


def times(discord: LocalDiscord, channel: int) -> list[float]:
    return [call.at for call in discord.asked("post", str(channel))]


async def test_no_request_of_a_limited_channel_falls_into_its_wait(
    discord: LocalDiscord, platform: DiscordPlatform, sqlite_url: str
):
    limited = range(FIRST_CHANNEL, FIRST_CHANNEL + 20)
    for channel in limited:
        discord.script(Limit(retry_after=0.7), "post", channel=str(channel))
    await deliver(discord, platform, sqlite_url, places=60)
    for channel in range(FIRST_CHANNEL, FIRST_CHANNEL + 60):
        found = times(discord, channel)
        assert len(found) == (2 if channel in limited else 1)
        assert all(later - sooner >= 0.7 for sooner, later in pairwise(found))


async def test_no_request_falls_into_a_wait_of_everything_and_none_bursts_after_it(
    discord: LocalDiscord, platform: DiscordPlatform, sqlite_url: str
):
    first = str(FIRST_CHANNEL + 5)
    discord.script(Limit(retry_after=1.5, scope="global"), "post", channel=first)
    await deliver(discord, platform, sqlite_url, places=60)
    begun = times(discord, int(first))[0]
    arrived = sorted(call.at - begun for call in discord.asked("post"))
    assert len(arrived) == 61
    assert [at for at in arrived if ON_ITS_WAY < at < 1.5] == []
    after = [at for at in arrived if at >= 1.5]
    assert len(after) > 20
    # Evenly spaced it would be 12; a busy machine wakes several at once, but never
    # half of what a whole second allows.
    assert max(sum(at <= one < at + 0.25 for one in after) for at in after) <= 25
