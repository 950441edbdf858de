"""Every outcome of a request, through the real outbox: the channel is right."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.errors import SendRateLimited
from bot.storage import delivery_queue
from tests.bot.delivery.test_outbox import order, reasons, states
from tests.bot.harness import POOL, WAIT, BotHarness, open_harness, short_send_timeout
from tests.bot.platforms.discord.conftest import TWO_CHANNELS, a_platform, until
from tests.wire.discord.faults import Limit, Lost, Slow, Status
from tests.wire.discord.ledger import ALL_WE_NEED, HISTORY, SEND, VIEW
from tests.wire.discord.server import LocalDiscord


def keys(discord: LocalDiscord, channel: str = "2001") -> list[str]:
    return [message["nonce"] for message in discord.ledger.says(channel)]


async def after_the_wait(harness: BotHarness) -> None:
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()


async def test_an_edition_is_posted_once_under_its_key(harness, discord):
    await harness.post()
    assert await states(harness) == ["sent"]
    (message,) = discord.ledger.says("2001")
    assert len(message["nonce"]) == 25
    assert "Harbour bridge" in str(message["components"])


# ── lost answers ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
async def test_a_lost_answer_leaves_one_message_and_one_post(harness, discord, how):
    discord.script(Lost(when="after", how=how), "post")
    with short_send_timeout(harness) if how == "hang" else nullcontext():
        await harness.post()
    assert await states(harness) == ["uncertain"]
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(keys(discord)) == len(discord.asked("post")) == 1


async def test_a_lost_answer_is_found_without_nonces_by_the_key_in_a_control(
    harness, discord
):
    discord.ledger.history_has_nonces = False
    discord.script(Lost(when="after"), "post")
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(discord.asked("post")) == 1


async def test_a_message_is_found_behind_a_hundred_of_others(harness, discord):
    discord.script(Lost(when="after"), "post")
    await harness.post()
    for _ in range(150):
        discord.ledger.chatter("2001")
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(discord.asked("post")) == 1


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_lost_request_is_sent_again_and_leaves_one_message(
    harness, discord, how
):
    discord.script(Lost(when="before", how=how), "post")
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(keys(discord)) == 1


async def test_an_answer_that_comes_too_late_is_adopted(harness, discord):
    discord.script(Lost(when="after", how="hang"), "post")
    discord.script(Slow(seconds=0.01), "read")
    with short_send_timeout(harness):
        await harness.post()
    await after_the_wait(harness)
    assert len(keys(discord)) == 1
    assert await states(harness) == ["sent"]


async def test_nothing_listening_is_not_unclear_and_is_tried_again(harness, discord):
    await harness.platform.close()
    build_session = harness.platform._build_session
    elsewhere = a_platform(discord, api_base="http://127.0.0.1:9/api/v10")
    harness.platform._build_session = elsewhere._build_session
    await harness.post()
    assert await states(harness) == ["retry"]
    harness.platform._build_session = build_session
    harness.clock.advance(seconds=5)
    await harness.outbox.drain()
    assert await states(harness) == ["sent"]


async def test_a_login_whose_answer_is_lost_has_sent_nothing_yet(harness, discord):
    await harness.platform.close()
    discord.script(Lost(when="after"), "login", times=9)
    await harness.post()
    assert await states(harness) == ["retry"]


# ── killed between sending and recording ───────────────────────────────────────


async def test_a_kill_before_the_record_leaves_one_message(
    harness, discord, sqlite_url, tmp_path
):
    await order(harness)
    (claimed,) = await harness.db.write(
        delivery_queue.claim_deliveries, now=harness.clock.now(), lease=WAIT, limit=50
    )
    await harness.platform.send(claimed)  # and here the process is killed
    platform = a_platform(discord)
    async with open_harness(sqlite_url, tmp_path, cast(Any, platform)) as restarted:
        restarted.clock.set(harness.clock.now() + 2 * WAIT)
        discord.ledger.clock = restarted.clock
        await restarted.outbox.drain()
        await after_the_wait(restarted)
        assert await states(restarted) == ["sent"]
        await platform.close()
    assert len(keys(discord)) == len(discord.asked("post")) == 1


async def test_the_nonce_alone_keeps_a_repeated_post_from_doubling(harness, discord):
    await order(harness)
    (claimed,) = await harness.db.write(
        delivery_queue.claim_deliveries, now=harness.clock.now(), lease=WAIT, limit=50
    )
    first = await harness.platform.send(claimed)
    restarted = a_platform(discord)
    assert await restarted.send(claimed) == first
    await restarted.close()
    assert len(keys(discord)) == 1
    assert len(discord.asked("post")) == 2


async def test_a_post_that_somebody_deleted_meanwhile_is_not_posted_again(
    harness, discord
):
    discord.script(Status(status=503, commits=True), "post")
    await harness.post()
    assert await states(harness) == ["retry"]
    (message,) = discord.ledger.says("2001")
    discord.ledger.delete("2001", message["id"])
    harness.clock.advance(seconds=3)
    await harness.outbox.drain()
    assert await states(harness) == ["sent"]
    assert keys(discord) == []


# ── reading back ───────────────────────────────────────────────────────────────


async def test_a_closed_history_holds_the_delivery_with_the_reason(harness, discord):
    discord.ledger.channel("2001", permissions=ALL_WE_NEED & ~HISTORY)
    running = asyncio.create_task(harness.platform.run(harness.inbox))
    await until(lambda: harness.platform.state == "ok")
    discord.script(Lost(when="after"), "post")
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["held"]
    assert "Read Message History" in str((await reasons(harness))[0])
    assert len(discord.asked("post")) == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_channel_that_looks_empty_proves_nothing_while_not_connected(
    harness, discord
):
    discord.ledger.channel("2001", permissions=ALL_WE_NEED & ~HISTORY)
    discord.script(Lost(when="after"), "post")
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["uncertain"]
    assert len(discord.asked("post")) == 1


# ── limits ─────────────────────────────────────────────────────────────────────


async def test_a_limited_channel_waits_and_the_others_go_on(harness, discord):
    discord.ledger.channel("2002")
    await harness.apply(TWO_CHANNELS)
    discord.script(Limit(retry_after=7.5), "post", channel="2001")
    await harness.post()
    assert sorted(await states(harness)) == ["retry", "sent"]
    assert len(keys(discord, "2002")) == 1
    harness.clock.advance(seconds=7)
    await harness.outbox.drain()
    assert len(discord.asked("post", "2001")) == 1
    harness.clock.advance(seconds=0.5)
    await harness.outbox.drain()
    assert await states(harness) == ["sent", "sent"]
    assert len(keys(discord, "2001")) == 1


@pytest.mark.parametrize("scope", ["global", "banned"])
async def test_a_global_limit_stops_every_request(harness, discord, scope):
    discord.ledger.channel("2002")
    await harness.apply(TWO_CHANNELS)
    discord.script(Limit(retry_after=40, scope=scope), "post")
    await harness.post()
    in_flight = len(discord.asked("post"))
    harness.clock.advance(seconds=39)
    await harness.outbox.drain()
    assert len(discord.asked("post")) == in_flight
    harness.clock.advance(seconds=2)
    await harness.outbox.drain()
    assert await states(harness) == ["sent", "sent"]
    assert len(keys(discord)) == len(keys(discord, "2002")) == 1


@pytest.mark.parametrize("wait", [1e9, "soon", None])
async def test_an_absurd_wait_is_kept_within_reason(harness, discord, wait):
    discord.script(Limit(retry_after=wait), "post")
    await harness.post()
    harness.clock.advance(hours=1, seconds=1)
    await harness.outbox.drain()
    harness.clock.advance(hours=1)
    await harness.outbox.drain()
    assert await states(harness) == ["sent"]
    assert len(keys(discord)) == 1


async def test_a_send_that_is_cut_off_in_a_global_limit_blocks_nothing(
    harness, discord
):
    discord.script(Limit(retry_after=2, scope="global"), "post")
    with short_send_timeout(harness):
        await harness.post()
    harness.clock.advance(seconds=3)
    await harness.outbox.drain()
    assert await states(harness) == ["sent"]


async def test_a_used_up_allowance_is_not_exceeded(harness, discord):
    """The server complains of a request beyond its limit, which fails this test."""
    discord.bucket = (1, 30.0)
    await harness.post()
    harness.publish("flood", FLOOD)
    await harness.post("again")
    assert len(discord.asked("post")) == 1
    assert sorted(await states(harness)) == ["retry", "sent"]


async def test_an_allowance_is_used_to_its_end_without_waiting(harness, discord):
    discord.bucket = (3, 30.0)
    await order(harness)
    (claimed,) = await harness.db.write(
        delivery_queue.claim_deliveries, now=harness.clock.now(), lease=WAIT, limit=50
    )
    for number in range(3):
        await harness.platform.send(replace(claimed, key=f"key-{number}"))
    with pytest.raises(SendRateLimited):
        await harness.platform.send(replace(claimed, key="key-3"))
    assert len(keys(discord)) == 3


FLOOD = """---
title: River floods the market square of Brannock
source: Brannock Gazette
published: 2026-11-24T11:30:00+00:00
---
The river Sole flooded the market square of Brannock on Tuesday and closed 40 shops.
"""


# ── faults of Discord ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("commits", [False, True])
async def test_a_fault_that_the_library_repeats_leaves_one_message(
    harness, discord, commits
):
    discord.script(Status(status=500, commits=commits), "post")
    await harness.post()
    assert await states(harness) == ["sent"]
    assert len(keys(discord)) == 1
    assert len(discord.asked("post")) == 2


@pytest.mark.parametrize("commits", [False, True])
async def test_a_fault_that_the_outbox_repeats_leaves_one_message(
    harness, discord, commits
):
    discord.script(Status(status=503, html=True, commits=commits), "post")
    await harness.post()
    assert await states(harness) == ["retry"]
    harness.clock.advance(seconds=3)
    await harness.outbox.drain()
    assert await states(harness) == ["sent"]
    assert len(keys(discord)) == 1


async def test_what_discord_does_not_take_is_sent_in_plain_words(harness, discord):
    discord.script(Status(status=400, code=50035), "post")
    await harness.post()
    assert await states(harness) == ["sent"]
    (message,) = discord.ledger.says("2001")
    assert message["components"] == []
    assert "Harbour bridge closes" in message["content"]


async def test_what_discord_takes_in_no_words_is_sent_as_links(harness, discord):
    linked = POOL.replace("lang: en", "lang: en\nurl: https://pool.example/opens?a=1")
    harness.publish("pool", linked)
    discord.script(Status(status=400, code=50035), "post", times=2)
    await harness.post()
    assert await states(harness) == ["sent"]
    (message,) = discord.ledger.says("2001")
    assert message["content"] == ("[pool.example](<https://pool.example/opens?a=1>)")


async def test_a_message_that_is_never_taken_stops_only_itself(harness, discord):
    discord.script(Status(status=400, code=50035), "post", times=3)
    await harness.post()
    assert await states(harness) == ["failed"]
    assert (await harness.digest()).destinations[0].paused is None


# ── permanent errors ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deleted": True}, "no longer exists"),
        ({"permissions": 0}, "cannot see"),
        ({"permissions": VIEW | HISTORY}, "may not post"),
    ],
)
async def test_a_dead_channel_costs_one_call_and_is_paused(
    harness, discord, changes, said
):
    discord.ledger.channel("2001", **changes)
    await harness.post()
    harness.publish("flood", FLOOD)
    await harness.post("again")
    await after_the_wait(harness)
    assert len(discord.asked("post")) == 1
    assert said in str((await harness.digest()).destinations[0].paused)


async def test_a_refused_token_stops_after_one_call_whatever_waits(harness, discord):
    discord.ledger.channel("2002")
    await harness.apply(TWO_CHANNELS)
    await harness.platform._ensure_session()
    discord.revoked = True
    await harness.post()
    await after_the_wait(harness)
    assert len(discord.asked("post")) <= 2
    assert "STANDFIRST_DISCORD_TOKEN" in harness.platform.state
    before = len(discord.calls)
    harness.publish("flood", FLOOD)
    await harness.post("again")
    assert len(discord.calls) == before


async def test_many_refusals_make_the_platform_silent_for_a_while(harness, discord):
    await harness.platform._ensure_session()
    for number in range(3000, 3120):
        discord.ledger.channel(str(number), permissions=VIEW | HISTORY & ~SEND)
    await order(harness)
    (claimed,) = await harness.db.write(
        delivery_queue.claim_deliveries, now=harness.clock.now(), lease=WAIT, limit=50
    )
    ends: list[str] = []
    for number in range(3000, 3120):
        harness.clock.advance(seconds=1)
        try:
            await harness.platform.send(replace(claimed, channel=str(number)))
        except Exception as error:
            ends.append(type(error).__name__)
    assert ends == ["PermissionMissing"] * 100 + ["SendRateLimited"] * 20
    assert len(discord.asked("post")) == 100
