"""Every end of a request, through the real outbox: what the channel holds is right."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.errors import Limited, Refused, Unreached
from bot.platforms.slack import limits
from bot.storage import deliveries, workspaces
from tests.bot.newsroom import FLOOD, POOL, WAIT, Newsroom, newsroom, short_of_time
from tests.bot.platforms.slack.conftest import (
    OTHER,
    TWO_CHANNELS,
    a_platform,
    share_clock,
)
from tests.bot.test_outbox import order, reasons, states
from tests.wire.slack.faults import Limit, Lost, Refusal, Slow, Status
from tests.wire.slack.server import CHANNEL, Bucket


async def after_the_wait(desk: Newsroom) -> None:
    desk.clock.advance(WAIT + timedelta(seconds=1))
    await desk.outbox.drain()


async def claimed(desk: Newsroom):
    await order(desk)
    (found,) = await desk.db.write(
        deliveries.claim, now=desk.clock.now(), lease=WAIT, limit=50
    )
    return found


async def test_an_edition_is_posted_once_under_its_key(desk, slack):
    await desk.post()
    assert await states(desk) == ["sent"]
    (message,) = slack.ledger.says(CHANNEL)
    assert len(slack.ledger.keys(CHANNEL)[0]) == 25
    assert "Harbour bridge" in str(message["blocks"])
    assert "Harbour bridge" in message["text"]


# ── answers that are lost ──────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
async def test_a_lost_answer_leaves_one_message_and_one_post(desk, slack, how):
    slack.script(Lost(when="after", how=how), "post")
    with short_of_time(desk) if how == "hang" else nullcontext():
        await desk.post()
    assert await states(desk) == ["uncertain"]
    await after_the_wait(desk)
    assert await states(desk) == ["sent"]
    assert len(slack.ledger.says(CHANNEL)) == len(slack.asked("post")) == 1


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
async def test_a_lost_request_is_sent_again_and_leaves_one_message(desk, slack, how):
    slack.script(Lost(when="before", how=how), "post")
    with short_of_time(desk) if how == "hang" else nullcontext():
        await desk.post()
    await after_the_wait(desk)
    assert await states(desk) == ["sent"]
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
    desk, slack, fault, commits
):
    slack.script(replace(fault, commits=commits), "post")
    await desk.post()
    assert await states(desk) == ["uncertain"]
    await after_the_wait(desk)
    assert await states(desk) == ["sent"]
    assert len(slack.ledger.says(CHANNEL)) == 1
    assert slack.ledger.doubled() == ()


async def test_a_message_is_found_behind_hundreds_of_others(desk, slack):
    slack.script(Lost(when="after"), "post")
    await desk.post()
    for _ in range(450):
        slack.ledger.chatter(CHANNEL)
    await after_the_wait(desk)
    assert await states(desk) == ["sent"]
    assert len(slack.asked("post")) == 1
    assert len(slack.asked("read")) == 3


async def test_only_what_is_newer_than_the_claim_is_looked_through(desk, slack):
    for _ in range(450):
        slack.ledger.chatter(CHANNEL)
    desk.clock.advance(hours=1)
    slack.script(Lost(when="before"), "post")
    await desk.post()
    await after_the_wait(desk)
    assert await states(desk) == ["sent"]
    assert len(slack.asked("read")) == 1


async def test_somebody_elses_message_with_our_key_is_not_ours(desk, slack):
    delivery = await claimed(desk)
    theirs = slack.ledger.chatter(CHANNEL)
    event = {"event_type": "standfirst_delivery"}
    theirs["metadata"] = {**event, "event_payload": {"key": delivery.key}}
    assert await desk.platform.read_back(delivery) is None


async def test_nothing_listening_is_not_unclear_and_is_tried_again(desk, slack):
    await desk.platform.close()
    desk.platform.installations.one.api_base = "http://127.0.0.1:9/api/"
    await desk.post()
    assert await states(desk) == ["retry"]
    desk.platform.installations.one.api_base = slack.address["api_base"]
    desk.clock.advance(seconds=5)
    await desk.outbox.drain()
    assert await states(desk) == ["sent"]


async def test_while_slack_lets_nobody_in_those_who_wait_do_not_try_in_turn(
    desk, slack
):
    delivery = await claimed(desk)
    slack.script(Status(status=503), "login", times=9)
    ends = await asyncio.gather(
        *(desk.platform.send(delivery) for _ in range(9)), return_exceptions=True
    )
    assert {type(end) for end in ends} == {Unreached}
    assert len(slack.asked("login")) == 1


async def test_an_answer_that_leads_elsewhere_is_not_followed(desk, slack):
    await desk.platform.installations.one.signed_in()
    elsewhere = f"http://localhost:{slack.port}/api/chat.postMessage"
    slack.script(Status(status=307, headers={"Location": elsewhere}), "post")
    await desk.post()
    assert await states(desk) == ["uncertain"]
    assert len(slack.asked("post")) == 1
    await after_the_wait(desk)
    assert len(slack.ledger.says(CHANNEL)) == 1


# ── killed between sending and recording ───────────────────────────────────────


async def test_a_kill_before_the_record_leaves_one_message(
    desk, slack, sqlite_url, tmp_path
):
    await desk.platform.send(await claimed(desk))  # and here the process dies
    platform = a_platform(slack)
    async with newsroom(sqlite_url, tmp_path, cast(Any, platform)) as restarted:
        restarted.clock.set(desk.clock.now() + 2 * WAIT)
        share_clock(restarted, slack, platform)
        await restarted.outbox.drain()
        await after_the_wait(restarted)
        assert await states(restarted) == ["sent"]
        await platform.close()
    assert len(slack.ledger.says(CHANNEL)) == len(slack.asked("post")) == 1


# ── reading back ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel"])
async def test_a_closed_history_holds_the_delivery_and_says_why(desk, slack, code):
    slack.ledger.channel(CHANNEL, unreadable=code)
    slack.script(Lost(when="after"), "post")
    await desk.post()
    await after_the_wait(desk)
    assert await states(desk) == ["held"]
    assert "channels:history" in str((await reasons(desk))[0])
    assert len(slack.asked("post")) == 1
    assert desk.platform.installations.one.refused is None


async def test_a_channel_with_too_much_in_it_holds_the_delivery(
    desk, slack, monkeypatch
):
    monkeypatch.setattr(limits, "LOOK_ALL", 400)
    delivery = await claimed(desk)
    for _ in range(500):
        slack.ledger.chatter(CHANNEL)
    with pytest.raises(Refused, match="too much"):
        await desk.platform.read_back(delivery)


@pytest.mark.parametrize(
    "fault", [Limit(retry_after=5), Status(status=503), Slow(seconds=1)]
)
async def test_a_history_that_cannot_be_read_now_is_read_later(desk, slack, fault):
    slack.script(Lost(when="after"), "post")
    slack.script(fault, "read")
    await desk.post()
    with short_of_time(desk) if isinstance(fault, Slow) else nullcontext():
        await after_the_wait(desk)
    assert await states(desk) == ["uncertain"]
    await after_the_wait(desk)
    assert await states(desk) == ["sent"]
    assert len(slack.asked("post")) == 1


# ── limits ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("quietly", [False, True])
async def test_a_limited_channel_waits_and_the_others_go_on(desk, slack, quietly):
    slack.ledger.channel(OTHER)
    await desk.apply(TWO_CHANNELS)
    slack.script(Limit(retry_after=7, quietly=quietly), "post", channel=CHANNEL)
    await desk.post()
    assert sorted(await states(desk)) == ["retry", "sent"]
    assert len(slack.ledger.says(OTHER)) == 1
    desk.clock.advance(seconds=6)
    await desk.outbox.drain()
    assert len(slack.asked("post", CHANNEL)) == 1
    desk.clock.advance(seconds=2)
    await desk.outbox.drain()
    assert await states(desk) == ["sent", "sent"]
    assert slack.early == []


async def test_what_must_wait_is_not_even_asked(desk, slack):
    delivery = await claimed(desk)
    slack.script(Limit(retry_after=7), "post")
    for _ in range(3):
        with pytest.raises(Limited) as limited:
            await desk.platform.send(delivery)
        assert limited.value.retry_after == 7
    assert len(slack.asked("post")) == 1


@pytest.mark.parametrize("wait", [1e9, "soon", "", -3, None, "Wed, 21 Oct 2026"])
async def test_an_absurd_wait_is_kept_within_reason(desk, slack, wait):
    slack.script(Limit(retry_after=wait), "post")
    await desk.post()
    assert await states(desk) == ["retry"]
    desk.clock.advance(hours=1, seconds=1)
    await desk.outbox.drain()
    assert await states(desk) == ["sent"]
    assert len(slack.ledger.says(CHANNEL)) == 1


async def test_a_channel_gets_one_post_a_second_and_earns_no_limit(desk, slack):
    slack.channel_limit = lambda: Bucket(per_second=1)
    delivery = await claimed(desk)
    for number in range(5):
        await desk.platform.send(replace(delivery, key=f"key-{number}"))
    assert slack.limited == 0
    assert len(slack.ledger.says(CHANNEL)) == 5
    arrivals = [arrival.at for arrival in slack.ledger.arrivals]
    assert arrivals[-1] - arrivals[0] < timedelta(seconds=4.5)


# ── refusals ───────────────────────────────────────────────────────────────────


async def test_what_slack_does_not_take_is_sent_in_plain_words(desk, slack):
    slack.script(Refusal(code="invalid_blocks"), "post")
    await desk.post()
    assert await states(desk) == ["sent"]
    (message,) = slack.ledger.says(CHANNEL)
    assert "blocks" not in message
    assert "Harbour bridge closes" in message["text"]


async def test_what_slack_takes_in_no_words_is_sent_as_links(desk, slack):
    linked = POOL.replace("lang: en", "lang: en\nurl: https://pool.example/opens?a=1")
    desk.publish("pool", linked)
    slack.script(Refusal(code="invalid_blocks"), "post", times=2)
    await desk.post()
    assert await states(desk) == ["sent"]
    (message,) = slack.ledger.says(CHANNEL)
    assert message["text"] == "<https://pool.example/opens?a=1|pool.example>"


@pytest.mark.parametrize(
    "code", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long", "strange_error"]
)
async def test_a_message_that_is_never_taken_stops_only_itself(desk, slack, code):
    slack.script(Refusal(code=code), "post", times=3)
    await desk.post()
    assert await states(desk) == ["failed"]
    assert len(slack.asked("post")) == 3
    assert (await desk.digest()).destinations[0].paused is None


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
async def test_a_dead_channel_costs_one_call_and_is_paused(desk, slack, changes, said):
    slack.ledger.channel(CHANNEL, **changes)
    await desk.post()
    desk.publish("flood", FLOOD)
    await desk.post("again")
    await after_the_wait(desk)
    assert len(slack.asked("post")) == 1
    assert said in str((await desk.digest()).destinations[0].paused)


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_refused_token_stops_after_few_calls_whatever_waits(desk, slack, code):
    slack.ledger.channel(OTHER)
    await desk.apply(TWO_CHANNELS)
    await desk.platform.installations.one.signed_in()
    slack.revoked = code
    await desk.post()
    await after_the_wait(desk)
    assert len(slack.asked("post")) <= 2
    assert "STANDFIRST_SLACK_BOT_TOKEN" in desk.platform.state
    before = len(slack.calls)
    desk.publish("flood", FLOOD)
    await desk.post("again")
    assert len(slack.calls) == before


async def test_a_scope_that_is_missing_stops_the_workspace_not_the_platform(
    desk, slack
):
    slack.script(Refusal(code="missing_scope"), "post")
    await desk.post()
    (workspace,) = await desk.db.read(workspaces.every)
    assert "scope" in str(workspace.stopped)
    assert desk.platform.installations.one.refused is None


async def test_a_token_of_another_workspace_posts_nothing(desk, slack):
    delivery = replace(await claimed(desk), workspace_external_id="T9999")
    with pytest.raises(Refused, match="T9999") as refused:
        await desk.platform.send(delivery)
    assert refused.value.whole_workspace
    assert slack.asked("post") == []


@pytest.mark.parametrize("channel", ["#general", "general", "", "C2001/../x", "c2001"])
async def test_a_name_is_no_channel(desk, slack, channel):
    with pytest.raises(Refused, match="not the id"):
        await desk.platform.send(replace(await claimed(desk), channel=channel))
    assert slack.asked("post") == []


# ── edits and deletions ────────────────────────────────────────────────────────


async def test_an_edit_keeps_the_key_and_can_be_repeated(desk, slack):
    delivery = await claimed(desk)
    ts = await desk.platform.send(delivery)
    edit = replace(delivery, operation="edit", message_id=ts, key="of-the-edit")
    slack.script(Lost(when="after"), "edit")
    with pytest.raises(Exception, match="No clear answer"):
        await desk.platform.send(edit)
    assert await desk.platform.read_back(edit) is None
    assert await desk.platform.send(edit) == ts
    assert slack.ledger.keys(CHANNEL) == [delivery.key]
    assert await desk.platform.read_back(delivery) == ts


@pytest.mark.parametrize("code", ["edit_window_closed", "cant_update_message"])
async def test_an_edit_that_comes_too_late_stops_only_itself(desk, slack, code):
    delivery = await claimed(desk)
    ts = await desk.platform.send(delivery)
    slack.script(Refusal(code=code), "edit", times=2)
    with pytest.raises(Refused) as refused:
        await desk.platform.send(replace(delivery, operation="edit", message_id=ts))
    assert refused.value.message_only


async def test_few_requests_are_on_their_way_at_once(desk, slack):
    most = on_their_way = 0
    delivery = await claimed(desk)
    session = await desk.platform.installations.one.signed_in()

    async def post(*_: Any) -> str:
        nonlocal most, on_their_way
        on_their_way += 1
        most = max(most, on_their_way)
        await asyncio.sleep(0.02)
        on_their_way -= 1
        return "1.1"

    session.post = post
    await asyncio.gather(
        *(
            desk.platform.send(replace(delivery, channel=f"C30{number:02}"))
            for number in range(20)
        )
    )
    assert most == limits.IN_FLIGHT
