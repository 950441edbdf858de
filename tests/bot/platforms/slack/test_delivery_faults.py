"""Every outcome of a request, through the real outbox: the channel is right."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.errors import SendNotReceived, SendRateLimited, SendRefused
from bot.platforms.slack import limits
from bot.storage import delivery_queue, workspace_store
from tests.bot.delivery.test_outbox import order, reasons, states
from tests.bot.harness import (
    FLOOD,
    POOL,
    WAIT,
    BotHarness,
    open_harness,
    short_send_timeout,
)
from tests.bot.platforms.slack.conftest import (
    OTHER,
    TWO_CHANNELS,
    a_platform,
    share_clock,
)
from tests.wire.discord.faults import Lost, Slow, Status
from tests.wire.slack.faults import Limit, Refusal
from tests.wire.slack.server import CHANNEL, Bucket


async def after_the_wait(harness: BotHarness) -> None:
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()


async def claimed(harness: BotHarness):
    await order(harness)
    (found,) = await harness.db.write(
        delivery_queue.claim_deliveries, now=harness.clock.now(), lease=WAIT, limit=50
    )
    return found


async def test_an_edition_is_posted_once_under_its_key(harness, slack):
    await harness.post()
    assert await states(harness) == ["sent"]
    (message,) = slack.ledger.says(CHANNEL)
    assert len(slack.ledger.keys(CHANNEL)[0]) == 25
    assert "Harbour bridge" in str(message["blocks"])
    assert "Harbour bridge" in message["text"]


# ── lost answers ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
async def test_a_lost_answer_leaves_one_message_and_one_post(harness, slack, how):
    slack.script(Lost(when="after", how=how), "post")
    with short_send_timeout(harness) if how == "hang" else nullcontext():
        await harness.post()
    assert await states(harness) == ["uncertain"]
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(slack.ledger.says(CHANNEL)) == len(slack.asked("post")) == 1


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
async def test_a_lost_request_is_sent_again_and_leaves_one_message(harness, slack, how):
    slack.script(Lost(when="before", how=how), "post")
    with short_send_timeout(harness) if how == "hang" else nullcontext():
        await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(slack.ledger.says(CHANNEL)) == 1
    assert slack.ledger.doubled() == ()


@pytest.mark.parametrize(
    "fault",
    [
        Status(status=500),
        Status(status=502, html=True),
        Status(status=503),
        Status(status=200, html=True),
        Refusal(code="fatal_error"),
        Refusal(code="internal_error"),
    ],
)
@pytest.mark.parametrize("commits", [True, False])
async def test_a_fault_of_slacks_is_unclear_and_leaves_one_message(
    harness, slack, fault, commits
):
    slack.script(replace(fault, commits=commits), "post")
    await harness.post()
    assert await states(harness) == ["uncertain"]
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(slack.ledger.says(CHANNEL)) == 1
    assert slack.ledger.doubled() == ()


async def test_a_message_is_found_behind_hundreds_of_others(harness, slack):
    slack.script(Lost(when="after"), "post")
    await harness.post()
    for _ in range(450):
        slack.ledger.chatter(CHANNEL)
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(slack.asked("post")) == 1
    assert len(slack.asked("read")) == 3


async def test_only_messages_newer_than_the_claim_are_read_back(harness, slack):
    for _ in range(450):
        slack.ledger.chatter(CHANNEL)
    harness.clock.advance(hours=1)
    slack.script(Lost(when="before"), "post")
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(slack.asked("read")) == 1


async def test_another_authors_message_with_our_key_is_not_ours(harness, slack):
    delivery = await claimed(harness)
    theirs = slack.ledger.chatter(CHANNEL)
    event = {"event_type": "standfirst_delivery"}
    theirs["metadata"] = {**event, "event_payload": {"key": delivery.key}}
    assert await harness.platform.read_back(delivery) is None


async def test_nothing_listening_is_not_unclear_and_is_tried_again(harness, slack):
    await harness.platform.close()
    harness.platform.installations.api_base = "http://127.0.0.1:9/api/"
    await harness.post()
    assert await states(harness) == ["retry"]
    harness.platform.installations.api_base = slack.address["api_base"]
    harness.clock.advance(seconds=5)
    await harness.outbox.drain()
    assert await states(harness) == ["sent"]


async def test_during_a_rate_limit_waiting_sends_do_not_try_in_turn(harness, slack):
    delivery = await claimed(harness)
    slack.script(Status(status=503), "login", times=9)
    ends = await asyncio.gather(
        *(harness.platform.send(delivery) for _ in range(9)), return_exceptions=True
    )
    assert {type(end) for end in ends} == {SendNotReceived}
    assert len(slack.asked("login")) == 1


async def test_an_answer_that_leads_elsewhere_is_not_followed(harness, slack):
    await harness.platform.installations.sign_in()
    elsewhere = f"http://localhost:{slack.port}/api/chat.postMessage"
    slack.script(Status(status=307, headers={"Location": elsewhere}), "post")
    await harness.post()
    assert await states(harness) == ["uncertain"]
    assert len(slack.asked("post")) == 1
    await after_the_wait(harness)
    assert len(slack.ledger.says(CHANNEL)) == 1


# ── killed between sending and recording ───────────────────────────────────────


async def test_a_kill_before_the_record_leaves_one_message(
    harness, slack, sqlite_url, tmp_path
):
    await harness.platform.send(await claimed(harness))  # and here it is killed
    platform = a_platform(slack)
    async with open_harness(sqlite_url, tmp_path, cast(Any, platform)) as restarted:
        restarted.clock.set(harness.clock.now() + 2 * WAIT)
        share_clock(restarted, slack, platform)
        await restarted.outbox.drain()
        await after_the_wait(restarted)
        assert await states(restarted) == ["sent"]
        await platform.close()
    assert len(slack.ledger.says(CHANNEL)) == len(slack.asked("post")) == 1


# ── reading back ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel"])
async def test_a_closed_history_holds_the_delivery_with_the_reason(
    harness, slack, code
):
    slack.ledger.channel(CHANNEL, unreadable=code)
    slack.script(Lost(when="after"), "post")
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["held"]
    assert "channels:history" in str((await reasons(harness))[0])
    assert len(slack.asked("post")) == 1
    assert harness.platform.installations.refused is None


async def test_a_channel_with_too_much_in_it_holds_the_delivery(
    harness, slack, monkeypatch
):
    monkeypatch.setattr(limits, "READ_BACK_MESSAGES", 400)
    delivery = await claimed(harness)
    for _ in range(500):
        slack.ledger.chatter(CHANNEL)
    with pytest.raises(SendRefused, match="too much"):
        await harness.platform.read_back(delivery)


@pytest.mark.parametrize(
    "fault", [Limit(retry_after=5), Status(status=503), Slow(seconds=1)]
)
async def test_a_history_that_cannot_be_read_now_is_read_later(harness, slack, fault):
    slack.script(Lost(when="after"), "post")
    slack.script(fault, "read")
    await harness.post()
    with short_send_timeout(harness) if isinstance(fault, Slow) else nullcontext():
        await after_the_wait(harness)
    assert await states(harness) == ["uncertain"]
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(slack.asked("post")) == 1


# ── limits ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("quietly", [False, True])
async def test_a_limited_channel_waits_and_the_others_go_on(harness, slack, quietly):
    slack.ledger.channel(OTHER)
    await harness.apply(TWO_CHANNELS)
    slack.script(Limit(retry_after=7, quietly=quietly), "post", channel=CHANNEL)
    await harness.post()
    assert sorted(await states(harness)) == ["retry", "sent"]
    assert len(slack.ledger.says(OTHER)) == 1
    harness.clock.advance(seconds=6)
    await harness.outbox.drain()
    assert len(slack.asked("post", CHANNEL)) == 1
    harness.clock.advance(seconds=2)
    await harness.outbox.drain()
    assert await states(harness) == ["sent", "sent"]
    assert slack.early == []


async def test_rate_limited_sends_are_not_requested(harness, slack):
    delivery = await claimed(harness)
    slack.script(Limit(retry_after=7), "post")
    for _ in range(3):
        with pytest.raises(SendRateLimited) as limited:
            await harness.platform.send(delivery)
        assert limited.value.retry_after == 7
    assert len(slack.asked("post")) == 1


@pytest.mark.parametrize("wait", [1e9, "soon", "", -3, None, "Wed, 21 Oct 2026"])
async def test_an_absurd_wait_is_kept_within_reason(harness, slack, wait):
    slack.script(Limit(retry_after=wait), "post")
    await harness.post()
    assert await states(harness) == ["retry"]
    harness.clock.advance(hours=1, seconds=1)
    await harness.outbox.drain()
    assert await states(harness) == ["sent"]
    assert len(slack.ledger.says(CHANNEL)) == 1


async def test_a_channel_gets_one_post_a_second_and_earns_no_limit(harness, slack):
    slack.channel_limit = lambda: Bucket(per_second=1)
    delivery = await claimed(harness)
    for number in range(5):
        await harness.platform.send(replace(delivery, key=f"key-{number}"))
    assert slack.limited == 0
    assert len(slack.ledger.says(CHANNEL)) == 5
    arrivals = [arrival.at for arrival in slack.ledger.arrivals]
    assert arrivals[-1] - arrivals[0] < timedelta(seconds=4.5)


# ── refusals ───────────────────────────────────────────────────────────────────


async def test_what_slack_does_not_take_is_sent_in_plain_words(harness, slack):
    slack.script(Refusal(code="invalid_blocks"), "post")
    await harness.post()
    assert await states(harness) == ["sent"]
    (message,) = slack.ledger.says(CHANNEL)
    assert "blocks" not in message
    assert "Harbour bridge closes" in message["text"]


async def test_what_slack_takes_in_no_words_is_sent_as_links(harness, slack):
    linked = POOL.replace("lang: en", "lang: en\nurl: https://pool.example/opens?a=1")
    harness.publish("pool", linked)
    slack.script(Refusal(code="invalid_blocks"), "post", times=2)
    await harness.post()
    assert await states(harness) == ["sent"]
    (message,) = slack.ledger.says(CHANNEL)
    assert message["text"] == "<https://pool.example/opens?a=1|pool.example>"


@pytest.mark.parametrize(
    "code", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long", "strange_error"]
)
async def test_a_message_that_is_never_taken_stops_only_itself(harness, slack, code):
    slack.script(Refusal(code=code), "post", times=3)
    await harness.post()
    assert await states(harness) == ["failed"]
    assert len(slack.asked("post")) == 3
    assert (await harness.digest()).destinations[0].paused is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deleted": True}, "does not exist"),
        ({"archived": True}, "archived"),
        ({"member": False}, "/invite"),
        ({"restricted": "restricted_action"}, "Only certain people"),
        ({"restricted": "restricted_action_read_only_channel"}, "Only certain people"),
    ],
)
async def test_a_dead_channel_costs_one_call_and_is_paused(
    harness, slack, changes, said
):
    slack.ledger.channel(CHANNEL, **changes)
    await harness.post()
    harness.publish("flood", FLOOD)
    await harness.post("again")
    await after_the_wait(harness)
    assert len(slack.asked("post")) == 1
    assert said in str((await harness.digest()).destinations[0].paused)


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_refused_token_stops_after_few_calls_whatever_waits(
    harness, slack, code
):
    slack.ledger.channel(OTHER)
    await harness.apply(TWO_CHANNELS)
    await harness.platform.installations.sign_in()
    slack.revoked = code
    await harness.post()
    await after_the_wait(harness)
    assert len(slack.asked("post")) <= 2
    assert "STANDFIRST_SLACK_BOT_TOKEN" in harness.platform.state
    before = len(slack.calls)
    harness.publish("flood", FLOOD)
    await harness.post("again")
    assert len(slack.calls) == before


async def test_a_scope_that_is_missing_stops_the_workspace_not_the_platform(
    harness, slack
):
    slack.script(Refusal(code="missing_scope"), "post")
    await harness.post()
    (workspace,) = await harness.db.read(workspace_store.list_workspaces)
    assert "scope" in str(workspace.stopped)
    assert harness.platform.installations.refused is None


async def test_a_token_of_another_workspace_posts_nothing(harness, slack):
    delivery = replace(await claimed(harness), workspace_external_id="T9999")
    with pytest.raises(SendRefused, match="T9999") as refused:
        await harness.platform.send(delivery)
    assert refused.value.whole_workspace
    assert slack.asked("post") == []


@pytest.mark.parametrize("channel", ["#general", "general", "", "C2001/../x", "c2001"])
async def test_a_name_is_no_channel(harness, slack, channel):
    with pytest.raises(SendRefused, match="not the ID"):
        await harness.platform.send(replace(await claimed(harness), channel=channel))
    assert slack.asked("post") == []


# ── edits and deletions ────────────────────────────────────────────────────────


async def test_an_edit_keeps_the_key_and_can_be_repeated(harness, slack):
    delivery = await claimed(harness)
    ts = await harness.platform.send(delivery)
    edit = replace(delivery, operation="edit", message_id=ts, key="of-the-edit")
    slack.script(Lost(when="after"), "edit")
    with pytest.raises(Exception, match="No clear answer"):
        await harness.platform.send(edit)
    assert await harness.platform.read_back(edit) is None
    assert await harness.platform.send(edit) == ts
    assert slack.ledger.keys(CHANNEL) == [delivery.key]
    assert await harness.platform.read_back(delivery) == ts


@pytest.mark.parametrize("code", ["edit_window_closed", "cant_update_message"])
async def test_an_edit_that_comes_too_late_stops_only_itself(harness, slack, code):
    delivery = await claimed(harness)
    ts = await harness.platform.send(delivery)
    slack.script(Refusal(code=code), "edit", times=2)
    with pytest.raises(SendRefused) as refused:
        await harness.platform.send(replace(delivery, operation="edit", message_id=ts))
    assert refused.value.message_only


async def test_few_requests_are_on_their_way_at_once(harness, slack):
    most = on_their_way = 0
    delivery = await claimed(harness)
    session = await harness.platform.installations.sign_in()

    async def post(*_: Any, **__: Any) -> dict[str, str]:
        nonlocal most, on_their_way
        on_their_way += 1
        most = max(most, on_their_way)
        await asyncio.sleep(0.02)
        on_their_way -= 1
        return {"ts": "1.1"}

    session.call = post
    await asyncio.gather(
        *(
            harness.platform.send(replace(delivery, channel=f"C30{number:02}"))
            for number in range(20)
        )
    )
    assert most == limits.IN_FLIGHT
