"""The gateway reconnects; a permanent failure is logged once and blocks nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from bot.platforms.common.connection import cancel_tasks
from bot.platforms.discord.platform import DiscordPlatform
from tests.bot.platforms.discord.conftest import a_platform, until
from tests.bot.platforms.local.samples import a_delivery
from tests.builders import an_inbox
from tests.wire.discord.faults import Limit, Status
from tests.wire.discord.server import LocalDiscord

INBOX = an_inbox()


@asynccontextmanager
async def running(discord: LocalDiscord, **changes: Any):
    platform = a_platform(discord, **changes)
    task = asyncio.create_task(platform.run(INBOX))
    try:
        yield platform
        assert not task.done(), "it must run until it is cancelled"
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def platform(discord: LocalDiscord) -> AsyncIterator[DiscordPlatform]:
    async with running(discord) as started:
        await until(lambda: started.state == "ok")
        yield started


def post(number: int = 1):
    return a_delivery(number, channel="2001", platform="discord")


async def test_ready_makes_it_connected(platform, discord):
    assert len(discord.gateway.identified) == 1
    assert platform.inbox is INBOX


async def test_it_is_not_connected_before(discord):
    assert "not connected" in a_platform(discord).state


@pytest.mark.parametrize("code", [1001, 4000, 4009])
async def test_a_closed_connection_is_resumed(platform, discord, code):
    await discord.gateway.close_all(code)
    await until(lambda: discord.gateway.resumed)
    await until(lambda: platform.state == "ok")


async def test_a_dropped_connection_is_resumed_and_posts_do_not_need_it(
    platform, discord
):
    await discord.gateway.drop_all()
    assert await platform.send(post())
    await until(lambda: discord.gateway.resumed)
    await until(lambda: platform.state == "ok")


async def test_it_reconnects_on_request(platform, discord):
    await discord.gateway.tell_all(7)
    await until(lambda: discord.gateway.resumed)
    await until(lambda: platform.state == "ok")


async def test_an_invalid_session_is_replaced(platform, discord):
    await discord.gateway.tell_all(9, False)
    await until(lambda: len(discord.gateway.identified) == 2)
    await until(lambda: platform.state == "ok")


async def test_a_zombie_gateway_connection_is_closed(discord):
    discord.gateway.answers_heartbeats = False
    discord.gateway.heartbeat_ms = 100
    async with running(discord, heartbeat_timeout=0.5):
        await until(lambda: discord.gateway.resumed)


async def test_a_token_that_the_gateway_refuses_stops_the_platform_alone(discord):
    discord.gateway.refuse = [4004]
    async with running(discord) as platform:
        await until(lambda: "STANDFIRST_DISCORD_TOKEN" in platform.state)
        await asyncio.sleep(0.05)
        assert len(discord.gateway.identified) == 1
        assert platform.inbox is INBOX


async def test_a_token_that_the_login_refuses_is_tried_once(discord):
    async with running(discord, token="another") as platform:
        await until(lambda: "STANDFIRST_DISCORD_TOKEN" in platform.state)
        await asyncio.sleep(1.2)
    assert len(discord.asked("login")) == 1


async def test_a_post_that_is_refused_for_its_token_ends_the_connection_too(
    platform, discord
):
    discord.revoked = True
    with pytest.raises(Exception, match="token"):
        await platform.send(post())
    await until(lambda: not discord.gateway.connections)


async def test_rejected_intents_end_the_gateway_and_posting_continues(discord):
    discord.gateway.refuse = [4014]
    async with running(discord) as platform:
        await until(lambda: "intents" in platform.state)
        assert await platform.send(post())
        await asyncio.sleep(1.2)
    assert len(discord.gateway.identified) == 1


@pytest.mark.parametrize(
    "fault", [Status(status=500), Status(status=502, html=True), Limit(retry_after=1)]
)
async def test_a_login_that_fails_for_now_is_tried_again(discord, fault):
    discord.script(fault, "login")
    async with running(discord) as platform:
        await until(lambda: platform.state == "ok")


async def test_no_other_gateway_is_dialled_than_the_one_that_was_set(discord):
    ours = discord.address
    # A documentation address (RFC 5737): dialling it would fail the test.
    discord.gateway.address = "ws://192.0.2.1:9/"
    async with running(discord, gateway=ours["gateway"]) as platform:
        await until(lambda: platform.state == "ok")
        await discord.gateway.tell_all(7)
        await until(lambda: discord.gateway.resumed)


async def test_without_a_gateway_of_our_own_the_one_that_discord_names_is_used(discord):
    async with running(discord, gateway=None) as platform:
        await until(lambda: platform.state == "ok")
    assert discord.asked("gateway")


async def test_a_stop_is_fast_although_the_gateway_is_silent(platform, discord):
    for connection in discord.gateway.connections:
        connection.alive = False
    async with asyncio.timeout(5):
        await platform.close()


async def test_a_task_that_loses_a_cancellation_is_ended_all_the_same():
    """As the library's connect does when its answer comes at that very moment."""

    async def loses_one() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    task = asyncio.create_task(loses_one())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await cancel_tasks(task)
    assert task.cancelled()
