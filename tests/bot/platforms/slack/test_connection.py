"""The socket reconnects; a permanent failure is logged once and blocks nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from unittest.mock import patch

import pytest

from bot.platforms.slack import limits
from bot.platforms.slack.platform import SlackPlatform
from tests.bot.platforms.local.samples import a_delivery
from tests.bot.platforms.slack.conftest import a_platform, until
from tests.builders import an_inbox
from tests.wire.discord.faults import Status
from tests.wire.slack.faults import Limit, Refusal
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.server import CHANNEL, LocalSlack

INBOX = an_inbox()


@asynccontextmanager
async def running(
    slack: LocalSlack,
    ping_timeout: float = limits.PING_TIMEOUT,
    idle_timeout: float = limits.IDLE_TIMEOUT,
    **changes: Any,
):
    platform = a_platform(slack, **changes)
    with patch.multiple(limits, PING_TIMEOUT=ping_timeout, IDLE_TIMEOUT=idle_timeout):
        task = asyncio.create_task(platform.run(INBOX))
        try:
            yield platform
            assert not task.done(), "it must run until it is cancelled"
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def platform(slack: LocalSlack) -> AsyncIterator[SlackPlatform]:
    async with running(slack) as started:
        await until(lambda: started.state == "ok")
        yield started


def post(number: int = 1):
    return a_delivery(
        number, channel=CHANNEL, platform="slack", workspace_external_id=TEAM
    )


async def connected_again(slack: LocalSlack, platform: SlackPlatform, times: int = 2):
    await until(lambda: slack.socket.connected >= times)
    await until(lambda: platform.state == "ok")
    await until(lambda: len(slack.socket.connections) == 1)


async def test_hello_makes_it_connected(platform, slack):
    assert slack.socket.connected == 1
    assert platform.inbox is INBOX


async def test_it_is_not_connected_before(slack):
    assert "not connected" in a_platform(slack).state


async def test_without_socket_mode_the_app_is_ready_once_authenticated(slack):
    async with running(slack, app_token=None) as platform:
        await until(lambda: platform.state == "ok")
        assert await platform.send(post())
    assert slack.asked("gateway") == []


# ── reconnecting ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_connection_that_slack_wants_renewed_is_renewed_at_once(
    platform, slack, reason
):
    async with asyncio.timeout(0.9):  # sooner than after a broken one
        await slack.socket.disconnect(reason)
        await connected_again(slack, platform)


@pytest.mark.parametrize("code", [1000, 1001, 1011])
async def test_a_closed_connection_is_made_again(platform, slack, code):
    await slack.socket.close_all(code)
    await connected_again(slack, platform)


async def test_a_dropped_connection_is_made_again_and_posts_do_not_need_it(
    platform, slack
):
    await slack.socket.drop_all()
    assert await platform.send(post())
    await connected_again(slack, platform)


async def test_a_connection_that_answers_no_pings_is_left(slack):
    async with running(slack, ping_timeout=0.4) as platform:
        await until(lambda: platform.state == "ok")
        slack.socket.alive = False
        await until(lambda: not slack.socket.connections or platform.state != "ok")
        slack.socket.alive = True
        await connected_again(slack, platform)


async def test_a_connection_that_answers_its_pings_stays(slack):
    async with running(slack, ping_timeout=0.2) as platform:
        await until(lambda: slack.socket.pings >= 8)
        assert platform.state == "ok"
    assert slack.socket.connected == 1


async def test_a_connection_that_only_answers_pings_is_renewed(slack):
    async with running(slack, ping_timeout=0.2, idle_timeout=0.5) as platform:
        await connected_again(slack, platform)
    assert slack.socket.pings > 0


async def test_a_connection_without_hello_counts_for_nothing(slack):
    slack.socket.says_hello = False
    async with running(slack, ping_timeout=0.2) as platform:
        await until(lambda: slack.socket.connected == 1)
        assert platform.state != "ok"
        slack.socket.says_hello = True
        await connected_again(slack, platform)


async def test_another_first_message_is_no_hello(slack):
    slack.socket.says_hello = False
    async with running(slack, ping_timeout=5) as platform:
        await until(lambda: slack.socket.connections)
        (connection,) = slack.socket.connections
        await connection.socket.send_str('{"type": "events_api"}')
        await until(lambda: not slack.socket.connections)
        assert platform.state != "ok"


async def test_a_ping_before_hello_is_no_hello_and_does_no_harm(slack):
    slack.socket.says_hello = False
    async with running(slack, ping_timeout=5) as platform:
        await until(lambda: slack.socket.connections)
        (connection,) = slack.socket.connections
        await connection.socket.ping()
        await connection.socket.send_str('{"type": "hello"}')
        await until(lambda: platform.state == "ok")


@pytest.mark.parametrize(
    "fault",
    [
        Status(status=500),
        Status(status=502, html=True),
        Limit(retry_after=1),
        Refusal(code="internal_error"),
    ],
)
@pytest.mark.parametrize("operation", ["login", "gateway"])
async def test_temporary_failures_are_retried(slack, fault, operation):
    slack.script(fault, operation)
    async with running(slack) as platform:
        await until(lambda: platform.state == "ok")


async def test_no_more_than_one_connection_is_held(platform, slack):
    for times in (2, 3):
        await slack.socket.disconnect("refresh_requested")
        await connected_again(slack, platform, times)


async def test_a_failing_connection_is_retried_with_back_off(platform, slack):
    asked = len(slack.asked("gateway"))
    end = asyncio.get_running_loop().time() + 2
    while asyncio.get_running_loop().time() < end:
        await slack.socket.disconnect("refresh_requested")
        await asyncio.sleep(0.05)
    assert len(slack.asked("gateway")) - asked <= 2


# ── permanent failures ─────────────────────────────────────────────────────────


async def test_a_token_that_slack_refuses_is_tried_once(slack):
    async with running(slack, token="another") as platform:
        await until(lambda: "STANDFIRST_SLACK_BOT_TOKEN" in platform.state)
        await asyncio.sleep(1.2)
    assert len(slack.asked("login")) == 1
    assert slack.asked("gateway") == []


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "missing_scope"])
async def test_a_rejected_app_token_ends_the_socket_and_posting_continues(slack, code):
    slack.app_revoked = code
    async with running(slack) as platform:
        await until(lambda: "STANDFIRST_SLACK_APP_TOKEN" in platform.state)
        assert await platform.send(post())
        await asyncio.sleep(1.2)
        assert code in platform.state
    assert len(slack.asked("gateway")) == 1


async def test_a_post_that_is_refused_for_its_token_ends_the_connection_too(
    platform, slack
):
    slack.revoked = "token_revoked"
    with pytest.raises(Exception, match="token"):
        await platform.send(post())
    await until(lambda: not slack.socket.connections)
    assert platform.inbox is INBOX


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"bot": ["U9002"], "oauth": []}},
    ],
)
async def test_an_app_that_was_taken_off_stops_by_itself(platform, slack, event):
    slack.revoked = "account_inactive"
    await slack.socket.event(event)
    await until(lambda: "STANDFIRST_SLACK_BOT_TOKEN" in platform.state)
    await until(lambda: not slack.socket.connections)
    assert slack.asked("post") == []


async def test_the_news_that_it_was_taken_off_may_be_old(platform, slack):
    envelope = await slack.socket.event({"type": "app_uninstalled"})
    await until(lambda: envelope in slack.socket.acknowledged)
    await until(lambda: len(slack.asked("login")) == 2)
    assert platform.state == "ok"


async def test_no_other_host_is_dialled_than_the_one_that_was_set(slack):
    # A documentation address (RFC 5737): dialling it would fail the test.
    slack.socket.address = "ws://192.0.2.1:9/link"
    async with running(slack) as platform:
        await until(lambda: "192.0.2.1" in platform.state)
        assert await platform.send(post())


# ── incoming envelopes ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["app_home_opened", "message", "an_event_of_tomorrow"])
async def test_every_event_is_acknowledged(platform, slack, kind):
    envelope = await slack.socket.event({"type": kind, "user": "U7001"})
    await until(lambda: envelope in slack.socket.acknowledged)


async def test_an_event_that_was_not_acknowledged_comes_again(platform, slack):
    await slack.socket.drop_all()
    envelope = await slack.socket.event({"type": "app_home_opened"})
    await until(lambda: envelope in slack.socket.acknowledged)


async def test_strange_words_end_nothing(platform, slack):
    (connection,) = slack.socket.connections
    for words in ("", "[]", "{", '{"type": 7}', '{"type": "goodbye"}'):
        await connection.socket.send_str(words)
    envelope = await slack.socket.event({"type": "app_home_opened"})
    await until(lambda: envelope in slack.socket.acknowledged)
    assert slack.socket.connected == 1


async def test_a_stop_is_fast_although_the_socket_is_silent(platform, slack):
    slack.socket.alive = False
    async with asyncio.timeout(3):
        await platform.close()
