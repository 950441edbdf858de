"""The table of outcomes, the rate limiter, and the key that a message carries."""

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from yarl import URL

from bot.errors import (
    MessageGone,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
    SendUnclear,
)
from bot.platforms.common.rate_limits import parse_wait
from bot.platforms.slack import limits
from bot.platforms.slack.messages import build_post_body, carries_key
from bot.platforms.slack.rate_limits import (
    POST_MESSAGE,
    SlackRateLimiter,
    TokenRefused,
    classify_send_error,
    get_error_code,
)
from tests.bot.platforms.local.samples import a_delivery


def response(status: int, data: Any, headers: dict[str, str]) -> SimpleNamespace:
    """The attributes of an answer that the code reads."""
    return SimpleNamespace(status_code=status, data=data, headers=headers)


def answer(code: str = "", status: int = 200, **headers: str) -> SlackApiError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = {"ok": False, "error": code} if code else {}
    return SlackApiError("scripted", response(status, data, named))


#: aiohttp's own answer, which the library returns when it cannot read it.
NO_JSON = SlackApiError("no JSON", SimpleNamespace(status=200, headers={}))


def unconnected() -> aiohttp.ClientConnectorError:
    key: Any = type("Key", (), {"host": "h", "port": 1, "ssl": True})()
    return aiohttp.ClientConnectorError(key, OSError(111, "refused"))


NOT_LET_IN = (
    "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
    "not_allowed_token_type", "access_denied",
)  # fmt: skip
DEAD = (
    "channel_not_found", "is_archived", "not_in_channel", "restricted_action",
    "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
)  # fmt: skip
MISFIT = (
    "invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long",
    "no_text", "invalid_metadata_format", "invalid_arguments", "edit_window_closed",
    "cant_update_message", "cant_delete_message", "a_code_of_tomorrow",
)  # fmt: skip
TABLE = [
    *[
        (answer(code), False, TokenRefused, {"whole_workspace": True})
        for code in NOT_LET_IN
    ],
    (answer("missing_scope"), False, SendRefused, {"whole_workspace": True}),
    (answer("no_permission"), False, SendRefused, {"whole_workspace": True}),
    *[
        (
            answer(code),
            False,
            SendRefused,
            {"message_only": False, "whole_workspace": False},
        )
        for code in DEAD
    ],
    *[(answer(code), False, SendRefused, {"message_only": True}) for code in MISFIT],
    (answer("message_not_found"), True, MessageGone, {"message_only": True}),
    (
        answer("ratelimited", 429, Retry_After="12"),
        False,
        SendRateLimited,
        {"retry_after": 12},
    ),
    (
        answer("ratelimited", Retry_After="12"),
        False,
        SendRateLimited,
        {"retry_after": 12},
    ),
    (answer("", 429, Retry_After="0"), False, SendRateLimited, {"retry_after": 1}),
    (
        answer("", 429),
        False,
        SendRateLimited,
        {"retry_after": limits.DEFAULT_RETRY_AFTER},
    ),
    (answer("", 429, Retry_After="-3"), True, SendRateLimited, {}),
    (answer("", 429, Retry_After="1e9"), True, SendRateLimited, {"retry_after": 3600}),
    *[
        (answer(code), True, SendNotReceived, {})
        for code in ("fatal_error", "internal_error")
    ],
    *[
        (answer(code), False, SendUnclear, {})
        for code in ("fatal_error", "internal_error")
    ],
    (answer("team_added_to_org"), False, SendNotReceived, {}),
    (answer("request_timeout"), False, SendNotReceived, {}),
    *[(answer("", code), True, SendNotReceived, {}) for code in (500, 502, 503, 504)],
    *[(answer("", code), False, SendUnclear, {}) for code in (500, 502, 503, 504)],
    (answer("", 200), False, SendUnclear, {}),
    (answer("", 404), False, SendUnclear, {}),
    (NO_JSON, False, SendUnclear, {}),
    (unconnected(), False, SendNotReceived, {}),
    (aiohttp.ConnectionTimeoutError(), False, SendNotReceived, {}),
    (aiohttp.SocketTimeoutError(), True, SendUnclear, {}),
    (aiohttp.ServerDisconnectedError(), False, SendUnclear, {}),
    (aiohttp.ClientOSError(104, "reset"), False, SendUnclear, {}),
    (aiohttp.ClientPayloadError(), False, SendUnclear, {}),
    (ConnectionResetError(), False, SendUnclear, {}),
    (TimeoutError(), False, SendUnclear, {}),
    (ZeroDivisionError("a defect"), False, SendUnclear, {}),
    (aiohttp.InvalidURL(URL("x")), False, SendUnclear, {}),
]


@pytest.mark.parametrize(("error", "guarded", "kind", "facts"), TABLE)
def test_every_end_has_its_verdict(error, guarded, kind, facts):
    found = classify_send_error(error, guarded=guarded)
    assert type(found) is kind
    assert str(found)
    assert {name: getattr(found, name) for name in facts} == facts


def test_a_rejection_has_slacks_own_code():
    assert "is_archived" in str(
        classify_send_error(answer("is_archived"), guarded=False)
    )
    assert get_error_code(answer("is_archived")) == "is_archived"
    assert get_error_code(TimeoutError()) == ""


# ── rate limiting ──────────────────────────────────────────────────────────────


class Time:
    """A clock that sleeping advances."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at

    async def sleep(self, wait: float) -> None:
        self.at += wait


@pytest.fixture
def now() -> Time:
    return Time()


@pytest.fixture
def pace(now: Time) -> SlackRateLimiter:
    return SlackRateLimiter(now, now.sleep)


def waits(
    pace: SlackRateLimiter, channel: str = "1", method: str = POST_MESSAGE
) -> float:
    try:
        pace.check(method, channel)
    except SendRateLimited as limited:
        return limited.retry_after
    return 0.0


async def posted(pace: SlackRateLimiter, channel: str = "1") -> None:
    async with pace.turn(POST_MESSAGE, channel):
        pass


def test_a_limited_channel_waits_alone(pace):
    pace.limited(POST_MESSAGE, "1", 7)
    assert waits(pace) == 7
    assert waits(pace, "2") == waits(pace, "1", "chat.update") == 0


def test_a_second_limited_channel_means_the_workspace_is_limited(pace, now):
    pace.limited(POST_MESSAGE, "1", 7)
    pace.limited(POST_MESSAGE, "2", 5)
    assert waits(pace, "3") == 5
    assert waits(pace, "3", "chat.delete") == 0
    now.at += 5
    assert waits(pace, "3") == 0


def test_an_expired_limit_means_nothing_for_the_workspace(pace, now):
    pace.limited(POST_MESSAGE, "1", 7)
    now.at += 8
    pace.limited(POST_MESSAGE, "2", 5)
    assert waits(pace, "3") == 0


def test_reading_is_limited_for_all_channels_and_posting_is_not(pace):
    pace.limited("conversations.history", "1", 30)
    assert waits(pace, "2", "conversations.history") == 30
    assert waits(pace, "1") == 0


async def test_a_channel_has_a_second_between_two_posts(pace, now):
    for _ in range(3):
        await posted(pace)
    assert now.at == pytest.approx(1002.0)


async def test_the_second_between_two_posts_begins_with_the_answer(pace, now):
    async with pace.turn(POST_MESSAGE, "1"):
        now.at += 0.3
    await posted(pace)
    assert now.at == pytest.approx(1001.3)


async def test_the_channels_do_not_wait_for_each_other(pace, now):
    for channel in range(20):
        await posted(pace, str(channel))
    assert now.at == pytest.approx(1000 + 19 / limits.RATE)


async def test_a_turn_that_is_far_away_is_put_off(now):
    async def sleep(_: float) -> None:
        await asyncio.sleep(0)

    pace = SlackRateLimiter(now, sleep)
    turns = [posted(pace) for _ in range(20)]
    ends = await asyncio.gather(*turns, return_exceptions=True)
    put_off = [end for end in ends if isinstance(end, SendRateLimited)]
    assert len(put_off) == 20 - (limits.SLOT_TIMEOUT + 1)
    assert {end.retry_after for end in put_off} == {limits.SLOT_TIMEOUT + 1}


async def test_with_little_patience_a_second_post_is_put_off(now):
    pace = SlackRateLimiter(now, now.sleep, patience=0.2)
    await posted(pace)
    with pytest.raises(SendRateLimited) as limited:
        await posted(pace)
    assert limited.value.retry_after == pytest.approx(1)
    now.at += 1
    await posted(pace)


async def test_posts_become_slower_with_the_workspaces_limit_and_faster_again(
    pace, now
):
    async def twenty(first: int) -> float:
        before: float = now.at
        for channel in range(first, first + 20):
            await posted(pace, str(channel))
        return float(now.at) - before

    quick = await twenty(100)
    for number in range(4):
        pace.limited(POST_MESSAGE, f"a{number}", 1)
        pace.limited(POST_MESSAGE, f"b{number}", 1)
        now.at += 2
    slow = await twenty(200)
    assert slow > quick * 2
    for _ in range(2000):
        pace.posted()
    assert await twenty(300) < slow / 2


async def test_one_limited_channel_does_not_slow_others(pace, now):
    for _ in range(9):
        pace.limited(POST_MESSAGE, "1", 1)
        now.at += 2
    before = now.at
    for channel in range(100, 120):
        await posted(pace, str(channel))
    assert now.at - before == pytest.approx(19 / limits.RATE)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5", 1.5), ("0", 0.0), ("1e9", 3600.0), ("-1", None), ("nan", None),
     ("soon", None), ("", None), (None, None)],
)  # fmt: skip
def test_waits_are_read_within_reason(text, value):
    assert parse_wait(text, limits.MAX_RETRY_AFTER) == value


# ── the key ────────────────────────────────────────────────────────────────────


def test_a_message_is_known_by_the_key_in_its_metadata():
    message = build_post_body(a_delivery(key="k1"))
    assert carries_key(message, "k1")
    assert not carries_key(message, "k2")
    assert not carries_key({}, "k1")
    assert not carries_key({"metadata": {"event_type": "another"}}, "k1")
