"""Every end of a request, through the real outbox: what the channel holds is right."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.errors import Limited
from bot.storage import deliveries
from tests.bot.newsroom import POOL, WAIT, Newsroom, newsroom, short_of_time
from tests.bot.platforms.discord.conftest import TWO_CHANNELS, a_platform, until
from tests.bot.test_outbox import order, reasons, states
from tests.wire.discord.faults import Limit, Lost, Slow, Status
from tests.wire.discord.ledger import ALL_WE_NEED, HISTORY, SEND, VIEW
from tests.wire.discord.server import LocalDiscord


def keys(discord: LocalDiscord, channel: str = "2001") -> list[str]:
    return [message["nonce"] for message in discord.ledger.says(channel)]


async def after_the_wait(desk: Newsroom) -> None:
    desk.clock.advance(WAIT + timedelta(seconds=1))
    await desk.outbox.drain()


async def test_an_edition_is_posted_once_under_its_key(desk, discord):
    await desk.post()
    assert await states(desk) == ["sent"]
    (message,) = discord.ledger.says("2001")
    assert len(message["nonce"]) == 25
    assert "Harbour bridge" in str(message["components"])


# ── answers that are lost ──────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
async def test_a_lost_answer_leaves_one_message_and_one_post(desk, discord, how):
    discord.script(Lost(when="after", how=how), "post")
    with short_of_time(desk) if how == "hang" else nullcontext():
        await desk.post()
    assert await states(desk) == ["uncertain"]
    await after_the_wait(desk)
    assert await states(desk) == ["sent"]
    assert len(keys(discord)) == len(discord.asked("post")) == 1


async def test_a_lost_answer_is_found_without_nonces_by_the_key_in_a_control(
    desk, discord
):
    discord.ledger.history_has_nonces = False
    discord.script(Lost(when="after"), "post")
    await desk.post()
    await after_the_wait(desk)
    assert await states(desk) == ["sent"]
    assert len(discord.asked("post")) == 1


async def test_a_message_is_found_behind_a_hundred_of_others(desk, discord):
    discord.script(Lost(when="after"), "post")
    await desk.post()
    for _ in range(150):
        discord.ledger.chatter("2001")
    await after_the_wait(desk)
    assert await states(desk) == ["sent"]
    assert len(discord.asked("post")) == 1


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_lost_request_is_sent_again_and_leaves_one_message(desk, discord, how):
    discord.script(Lost(when="before", how=how), "post")
    await desk.post()
    await after_the_wait(desk)
    assert await states(desk) == ["sent"]
    assert len(keys(discord)) == 1


async def test_an_answer_that_comes_too_late_is_adopted(desk, discord):
    discord.script(Lost(when="after", how="hang"), "post")
    discord.script(Slow(seconds=0.01), "read")
    with short_of_time(desk):
        await desk.post()
    await after_the_wait(desk)
    assert len(keys(discord)) == 1
    assert await states(desk) == ["sent"]


async def test_nothing_listening_is_not_unclear_and_is_tried_again(desk, discord):
    await desk.platform.close()
    desk.platform._api_base = "http://127.0.0.1:9/api/v10"
    await desk.post()
    assert await states(desk) == ["retry"]
    desk.platform._api_base = discord.address["api_base"]
    desk.clock.advance(seconds=5)
    await desk.outbox.drain()
    assert await states(desk) == ["sent"]


# ── killed between sending and recording ───────────────────────────────────────


async def test_a_kill_before_the_record_leaves_one_message(
    desk, discord, sqlite_url, tmp_path
):
    await order(desk)
    (claimed,) = await desk.db.write(
        deliveries.claim, now=desk.clock.now(), lease=WAIT, limit=50
    )
    await desk.platform.send(claimed)  # and here the process dies
    platform = a_platform(discord)
    async with newsroom(sqlite_url, tmp_path, cast(Any, platform)) as restarted:
        restarted.clock.set(desk.clock.now() + 2 * WAIT)
        discord.ledger.clock = restarted.clock
        await restarted.outbox.drain()
        await after_the_wait(restarted)
        assert await states(restarted) == ["sent"]
        await platform.close()
    assert len(keys(discord)) == len(discord.asked("post")) == 1


async def test_the_nonce_alone_keeps_a_repeated_post_from_doubling(desk, discord):
    await order(desk)
    (claimed,) = await desk.db.write(
        deliveries.claim, now=desk.clock.now(), lease=WAIT, limit=50
    )
    first = await desk.platform.send(claimed)
    restarted = a_platform(discord)
    assert await restarted.send(claimed) == first
    await restarted.close()
    assert len(keys(discord)) == 1
    assert len(discord.asked("post")) == 2


async def test_a_post_that_somebody_deleted_meanwhile_is_not_posted_again(
    desk, discord
):
    discord.script(Status(status=503, commits=True), "post")
    await desk.post()
    assert await states(desk) == ["retry"]
    (message,) = discord.ledger.says("2001")
    discord.ledger.delete("2001", message["id"])
    desk.clock.advance(seconds=3)
    await desk.outbox.drain()
    assert await states(desk) == ["sent"]
    assert keys(discord) == []


# ── reading back ───────────────────────────────────────────────────────────────


async def test_a_closed_history_holds_the_delivery_and_says_why(desk, discord):
    discord.ledger.channel("2001", permissions=ALL_WE_NEED & ~HISTORY)
    running = asyncio.create_task(desk.platform.run(desk.inbox))
    await until(lambda: desk.platform.state == "ok")
    discord.script(Lost(when="after"), "post")
    await desk.post()
    await after_the_wait(desk)
    assert await states(desk) == ["held"]
    assert "Read Message History" in str((await reasons(desk))[0])
    assert len(discord.asked("post")) == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_channel_that_looks_empty_proves_nothing_while_not_connected(
    desk, discord
):
    discord.ledger.channel("2001", permissions=ALL_WE_NEED & ~HISTORY)
    discord.script(Lost(when="after"), "post")
    await desk.post()
    await after_the_wait(desk)
    assert await states(desk) == ["uncertain"]
    assert len(discord.asked("post")) == 1


# ── limits ─────────────────────────────────────────────────────────────────────


async def test_a_limited_channel_waits_and_the_others_go_on(desk, discord):
    discord.ledger.channel("2002")
    await desk.apply(TWO_CHANNELS)
    discord.script(Limit(retry_after=7.5), "post", channel="2001")
    await desk.post()
    assert sorted(await states(desk)) == ["retry", "sent"]
    assert len(keys(discord, "2002")) == 1
    desk.clock.advance(seconds=7)
    await desk.outbox.drain()
    assert len(discord.asked("post", "2001")) == 1
    desk.clock.advance(seconds=0.5)
    await desk.outbox.drain()
    assert await states(desk) == ["sent", "sent"]
    assert len(keys(discord, "2001")) == 1


@pytest.mark.parametrize("scope", ["global", "banned"])
async def test_a_limit_of_everything_lets_no_request_out(desk, discord, scope):
    discord.ledger.channel("2002")
    await desk.apply(TWO_CHANNELS)
    discord.script(Limit(retry_after=40, scope=scope), "post")
    await desk.post()
    in_flight = len(discord.asked("post"))
    desk.clock.advance(seconds=39)
    await desk.outbox.drain()
    assert len(discord.asked("post")) == in_flight
    desk.clock.advance(seconds=2)
    await desk.outbox.drain()
    assert await states(desk) == ["sent", "sent"]
    assert len(keys(discord)) == len(keys(discord, "2002")) == 1


@pytest.mark.parametrize("wait", [1e9, "soon", None])
async def test_an_absurd_wait_is_kept_within_reason(desk, discord, wait):
    discord.script(Limit(retry_after=wait), "post")
    await desk.post()
    desk.clock.advance(hours=1, seconds=1)
    await desk.outbox.drain()
    desk.clock.advance(hours=1)
    await desk.outbox.drain()
    assert await states(desk) == ["sent"]
    assert len(keys(discord)) == 1


async def test_a_send_that_is_cut_off_in_a_global_limit_blocks_nothing(desk, discord):
    discord.script(Limit(retry_after=2, scope="global"), "post")
    with short_of_time(desk):
        await desk.post()
    desk.clock.advance(seconds=3)
    await desk.outbox.drain()
    assert await states(desk) == ["sent"]


async def test_a_used_up_allowance_is_not_exceeded(desk, discord):
    """The server complains of a request beyond its limit, which fails this test."""
    discord.bucket = (1, 30.0)
    await desk.post()
    desk.publish("flood", FLOOD)
    await desk.post("again")
    assert len(discord.asked("post")) == 1
    assert sorted(await states(desk)) == ["retry", "sent"]


async def test_an_allowance_is_used_to_its_end_without_waiting(desk, discord):
    discord.bucket = (3, 30.0)
    await order(desk)
    (claimed,) = await desk.db.write(
        deliveries.claim, now=desk.clock.now(), lease=WAIT, limit=50
    )
    for number in range(3):
        await desk.platform.send(replace(claimed, key=f"key-{number}"))
    with pytest.raises(Limited):
        await desk.platform.send(replace(claimed, key="key-3"))
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
    desk, discord, commits
):
    discord.script(Status(status=500, commits=commits), "post")
    await desk.post()
    assert await states(desk) == ["sent"]
    assert len(keys(discord)) == 1
    assert len(discord.asked("post")) == 2


@pytest.mark.parametrize("commits", [False, True])
async def test_a_fault_that_the_outbox_repeats_leaves_one_message(
    desk, discord, commits
):
    discord.script(Status(status=503, html=True, commits=commits), "post")
    await desk.post()
    assert await states(desk) == ["retry"]
    desk.clock.advance(seconds=3)
    await desk.outbox.drain()
    assert await states(desk) == ["sent"]
    assert len(keys(discord)) == 1


async def test_what_discord_does_not_take_is_sent_in_plain_words(desk, discord):
    discord.script(Status(status=400, code=50035), "post")
    await desk.post()
    assert await states(desk) == ["sent"]
    (message,) = discord.ledger.says("2001")
    assert message["components"] == []
    assert "Harbour bridge closes" in message["content"]


async def test_what_discord_takes_in_no_words_is_sent_as_links(desk, discord):
    linked = POOL.replace("lang: en", "lang: en\nurl: https://pool.example/opens?a=1")
    desk.publish("pool", linked)
    discord.script(Status(status=400, code=50035), "post", times=2)
    await desk.post()
    assert await states(desk) == ["sent"]
    (message,) = discord.ledger.says("2001")
    assert message["content"] == ("[pool.example](<https://pool.example/opens?a=1>)")


async def test_a_message_that_is_never_taken_stops_only_itself(desk, discord):
    discord.script(Status(status=400, code=50035), "post", times=3)
    await desk.post()
    assert await states(desk) == ["failed"]
    assert (await desk.digest()).destinations[0].paused is None


# ── for good ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deleted": True}, "does not exist any more"),
        ({"permissions": 0}, "cannot see"),
        ({"permissions": VIEW | HISTORY}, "may not post"),
    ],
)
async def test_a_dead_channel_costs_one_call_and_is_paused(
    desk, discord, changes, said
):
    discord.ledger.channel("2001", **changes)
    await desk.post()
    desk.publish("flood", FLOOD)
    await desk.post("again")
    await after_the_wait(desk)
    assert len(discord.asked("post")) == 1
    assert said in str((await desk.digest()).destinations[0].paused)


async def test_a_refused_token_stops_after_one_call_whatever_waits(desk, discord):
    discord.ledger.channel("2002")
    await desk.apply(TWO_CHANNELS)
    await desk.platform._signed_in()
    discord.revoked = True
    await desk.post()
    await after_the_wait(desk)
    assert len(discord.asked("post")) <= 2
    assert "STANDFIRST_DISCORD_TOKEN" in desk.platform.state
    before = len(discord.calls)
    desk.publish("flood", FLOOD)
    await desk.post("again")
    assert len(discord.calls) == before


async def test_many_refusals_make_the_platform_silent_for_a_while(desk, discord):
    await desk.platform._signed_in()
    for number in range(3000, 3120):
        discord.ledger.channel(str(number), permissions=VIEW | HISTORY & ~SEND)
    await order(desk)
    (claimed,) = await desk.db.write(
        deliveries.claim, now=desk.clock.now(), lease=WAIT, limit=50
    )
    ends: list[str] = []
    for number in range(3000, 3120):
        desk.clock.advance(seconds=1)
        try:
            await desk.platform.send(replace(claimed, channel=str(number)))
        except Exception as error:
            ends.append(type(error).__name__)
    assert ends == ["Refused"] * 100 + ["Limited"] * 20
    assert len(discord.asked("post")) == 100
