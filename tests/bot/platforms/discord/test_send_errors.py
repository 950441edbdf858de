"""The table of outcomes, the rate limiter, and the key that a message carries."""

import asyncio
import heapq
import random
from typing import Any

import aiohttp
import discord
import pytest
from yarl import URL

from bot.errors import (
    MessageGone,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
    SendUnclear,
)
from bot.platforms.common.rate_limits import parse_wait
from bot.platforms.discord import limits
from bot.platforms.discord.channels import (
    ChannelGone,
    PermissionMissing,
    ThreadExists,
    WrongChannelKind,
)
from bot.platforms.discord.components import carries_key, embed_key, strip_key
from bot.platforms.discord.rate_limits import (
    ArrivalWindow,
    DiscordRateLimiter,
    classify_send_error,
)

KEY = "abcdefghijklmnopqrstuvwx2"


class Response:
    """The attributes of an answer that discord.py's errors read."""

    reason = "scripted"

    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.headers = headers or {}


def answer(status: int, code: int = 0, **headers: str) -> discord.HTTPException:
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(
        status, discord.DiscordServerError if status >= 500 else discord.HTTPException
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response: Any = Response(status, named)
    return kind(response, {"code": code, "message": "scripted"})


def unconnected() -> aiohttp.ClientConnectorError:
    key: Any = type("Key", (), {"host": "h", "port": 1, "ssl": True})()
    return aiohttp.ClientConnectorError(key, OSError(111, "refused"))


TABLE = [
    (answer(401), True, SendRefused, {"whole_workspace": True}),
    (discord.LoginFailure(), True, SendRefused, {"whole_workspace": True}),
    (answer(403, 50001), True, SendRefused, {"message_only": False}),
    (
        answer(403, 50013),
        True,
        PermissionMissing,
        {"message_only": False, "may_return": True},
    ),
    (answer(413, 40005), True, SendRefused, {"message_only": True}),
    (answer(403, 50005), True, SendRefused, {"message_only": True}),
    (
        answer(429, 30046, Retry_After="900"),
        True,
        SendRateLimited,
        {"retry_after": 900.0},
    ),
    (answer(404, 10003), True, ChannelGone, {"message_only": False}),
    (answer(400, 50008), True, WrongChannelKind, {"message_only": False}),
    (answer(400, 50024), True, WrongChannelKind, {"message_only": False}),
    (answer(400, 160004), True, ThreadExists, {"message_only": True}),
    (
        answer(400, 40067),
        True,
        SendRefused,
        {"message_only": False, "may_return": True},
    ),
    (answer(404), True, SendRefused, {"message_only": False}),
    (answer(404, 10008), True, MessageGone, {"message_only": True}),
    (answer(400, 50035), True, SendRefused, {"message_only": True}),
    (answer(405), True, SendRefused, {"message_only": True}),
    (answer(429, Retry_After="12"), True, SendRateLimited, {"retry_after": 12.0}),
    (answer(429), True, SendRateLimited, {"retry_after": limits.DEFAULT_RETRY_AFTER}),
    (
        answer(429, Retry_After="-3"),
        True,
        SendRateLimited,
        {"retry_after": limits.DEFAULT_RETRY_AFTER},
    ),
    (
        answer(429, Retry_After="1e9"),
        True,
        SendRateLimited,
        {"retry_after": limits.MAX_RETRY_AFTER},
    ),
    (discord.RateLimited(3.5), True, SendRateLimited, {"retry_after": 3.5}),
    (discord.RateLimited(-1.0), True, SendRateLimited, {"retry_after": 0.0}),
    *[(answer(code), True, SendNotReceived, {}) for code in (500, 502, 503, 504, 524)],
    *[(answer(code), False, SendUnclear, {}) for code in (500, 502, 503, 504, 524)],
    (unconnected(), False, SendNotReceived, {}),
    (aiohttp.ConnectionTimeoutError(), False, SendNotReceived, {}),
    (aiohttp.SocketTimeoutError(), True, SendUnclear, {}),
    (aiohttp.ServerDisconnectedError(), True, SendUnclear, {}),
    (aiohttp.ClientOSError(104, "reset"), True, SendUnclear, {}),
    (aiohttp.ClientPayloadError(), True, SendUnclear, {}),
    (ConnectionResetError(), True, SendUnclear, {}),
    (TimeoutError(), True, SendUnclear, {}),
    (ZeroDivisionError("a defect"), True, SendUnclear, {}),
    (aiohttp.InvalidURL(URL("x")), True, SendUnclear, {}),
]


@pytest.mark.parametrize(("error", "guarded", "kind", "facts"), TABLE)
def test_every_end_has_its_verdict(error, guarded, kind, facts):
    found = classify_send_error(error, guarded=guarded)
    assert type(found) is kind
    assert str(found)
    assert {name: getattr(found, name) for name in facts} == facts


# ── rate limiting ──────────────────────────────────────────────────────────────


class Seconds:
    at = 1000.0

    def __call__(self) -> float:
        return self.at


def record_response(
    pace: DiscordRateLimiter, status: int = 200, channel: str = "1", **headers: str
) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    pace.record_response("POST", channel, status, named)


def waits(pace: DiscordRateLimiter, channel: str = "1", method: str = "POST") -> float:
    try:
        pace.check(method, channel)
    except SendRateLimited as limited:
        return limited.retry_after
    return 0.0


def test_a_used_up_route_waits_alone():
    pace = DiscordRateLimiter(Seconds())
    record_response(pace, X_RateLimit_Remaining="0", X_RateLimit_Reset_After="2.5")
    assert waits(pace) == 2.5
    assert waits(pace, method="DELETE") == waits(pace, channel="2") == 0


def test_a_route_with_remaining_requests_continues():
    pace = DiscordRateLimiter(Seconds())
    record_response(pace, X_RateLimit_Remaining="1", X_RateLimit_Reset_After="2.5")
    assert waits(pace) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Via": "1.1", "X_RateLimit_Scope": "global", "Retry_After": "4"},
        {"Via": "1.1", "X_RateLimit_Global": "true", "Retry_After": "4"},
        {"Retry_After": "4"},
    ],
)
def test_a_global_limit_holds_every_route(headers):
    pace = DiscordRateLimiter(Seconds())
    record_response(pace, 429, **headers)
    assert waits(pace, channel="2", method="PATCH") == 4


def test_a_wait_ends_when_it_is_over():
    now = Seconds()
    pace = DiscordRateLimiter(now)
    record_response(pace, 429, Via="1.1", X_RateLimit_Scope="user", Retry_After="4")
    now.at += 3.9
    assert waits(pace) > 0
    now.at += 0.2
    assert waits(pace) == 0


def test_shared_limits_do_not_count_as_invalid_and_others_do():
    pace = DiscordRateLimiter(Seconds())
    for number in range(limits.INVALID_MOST):
        record_response(pace, 429, str(number), Via="x", X_RateLimit_Scope="shared")
    assert waits(pace, channel="new") == 0
    for _ in range(limits.INVALID_MOST):
        record_response(pace, 403)
    assert waits(pace, channel="new") == limits.INVALID_WINDOW


async def test_few_requests_are_on_their_way_at_once_and_they_begin_evenly():
    pace = DiscordRateLimiter()
    on_their_way = most = 0
    began: list[float] = []

    async def request(number: int) -> None:
        nonlocal on_their_way, most
        async with pace.turn("POST", str(number)):
            entered = await pace.enter("POST", str(number))
            on_their_way += 1
            most = max(most, on_their_way)
            began.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.3)
            on_their_way -= 1
            pace.leave(entered)

    await asyncio.gather(*(request(number) for number in range(20)))
    assert most == limits.IN_FLIGHT
    # One that begins late on a busy machine is nearer to the next: of five, not of two.
    between = [
        later - earlier for earlier, later in zip(began, began[5:], strict=False)
    ]
    assert min(between) > 5 * 0.5 / limits.GLOBAL_RATE


class Network:
    """Requests in flight, in simulated time: each has its own latency."""

    def __init__(self, quickest: float, seed: int) -> None:
        self.at = 1000.0
        self.arrived: list[float] = []
        self.window = ArrivalWindow(lambda: self.at, self.sleep)
        self._quickest = quickest
        self._chance = random.Random(seed)
        self._answers: list[tuple[float, float]] = []

    async def sleep(self, seconds: float) -> None:
        """Let time pass; answers arrive at their time."""
        until = self.at + seconds
        while self._answers and self._answers[0][0] <= until:
            self.at, begun = heapq.heappop(self._answers)
            self.window.leave(begun)
        self.at = until

    async def request(self) -> None:
        while len(self._answers) >= limits.IN_FLIGHT:
            await self.sleep(max(0.0, self._answers[0][0] - self.at))
        begun = await self.window.enter()
        there = self._quickest / 2 + self._chance.expovariate(40)
        self.arrived.append(begun + there)
        back = self._quickest / 2 + self._chance.expovariate(40)
        heapq.heappush(self._answers, (begun + there + back, begun))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("quickest", [0.0, 0.08])
async def test_no_second_at_discord_holds_more_than_it_allows(quickest, seed):
    network = Network(quickest, seed)
    for _ in range(1000):
        await network.request()
    arrived = sorted(network.arrived)
    for place, at in enumerate(arrived[limits.GLOBAL_RATE :]):
        assert at - arrived[place] >= 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5", 1.5), ("0", 0.0), ("1e9", 3600.0), ("-1", None), ("nan", None),
     ("soon", None), ("", None), (None, None)],
)  # fmt: skip
def test_waits_are_read_within_reason(text, value):
    assert parse_wait(text, limits.MAX_RETRY_AFTER) == value


# ── the key ────────────────────────────────────────────────────────────────────

ROW = {"type": 1, "components": [{"type": 2, "custom_id": "v1:quotes", "label": "Q"}]}


def test_a_message_is_known_by_its_nonce_or_by_the_key_in_a_control():
    components = embed_key([{"type": 17, "components": [ROW, ROW]}], KEY)
    assert carries_key({"nonce": KEY}, KEY)
    assert carries_key({"components": components}, KEY)
    assert not carries_key({"components": components}, KEY[::-1])
    assert not carries_key({}, KEY)


def test_the_key_is_carried_once_and_taken_off_when_pressed():
    (row, other) = embed_key([ROW, ROW], KEY)
    custom_id = row["components"][0]["custom_id"]
    assert other == ROW
    assert custom_id != "v1:quotes"
    assert strip_key(custom_id) == strip_key("v1:quotes") == "v1:quotes"


def test_a_topic_that_looks_like_a_key_is_left_alone():
    assert strip_key("v1:quotes:#kids") == "v1:quotes:#kids"


def test_a_control_without_room_is_passed_over():
    long: dict[str, Any] = {"type": 2, "custom_id": "x" * 90, "label": "L"}
    first, second = embed_key([long, ROW], KEY)
    assert first == long
    assert carries_key({"components": [second]}, KEY)
