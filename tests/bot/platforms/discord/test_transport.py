"""Canaries: what `transport` replaces in discord.py still exists and still works.

A test that fails after an update of the library names the part that changed; the
docstring of `bot.platforms.discord.transport` says why each one is replaced.
"""

import inspect
import math
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Ratelimit, Route

from bot.platforms.discord.rate_limits import DiscordRateLimiter
from bot.platforms.discord.session import DiscordSession
from bot.platforms.discord.transport import SEND_ONCE, DiscordTransport, list_role_ids
from tests.bot.platforms.discord.conftest import a_platform
from tests.wire.discord.faults import Status
from tests.wire.discord.server import LocalDiscord


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


# ── the parts that are replaced ────────────────────────────────────────────────


def test_the_http_client_is_built_and_asked_as_the_transport_assumes():
    assert parameters(HTTPClient.__init__)[:2] == ["self", "loop"]
    assert "http_trace" in parameters(HTTPClient.__init__)
    assert parameters(HTTPClient.get_ratelimit) == ["self", "key"]
    assert parameters(HTTPClient.ws_connect) == ["self", "url", "compress"]
    assert {"files", "form"} <= set(parameters(HTTPClient.request))


def test_a_rate_limit_is_an_asynchronous_context_of_one_argument():
    assert parameters(Ratelimit.__init__) == ["self", "max_ratelimit_timeout"]
    assert inspect.iscoroutinefunction(Ratelimit.__aenter__)
    assert inspect.iscoroutinefunction(Ratelimit.__aexit__)


def test_the_client_takes_its_http_client_from_the_hook_that_we_override():
    source = inspect.getsource(discord.Client.__init__)
    assert source.index("self.http") < source.index("self._get_state(")
    assert parameters(discord.Client._get_state) == ["self", "options"]


def test_the_endpoints_are_attributes_of_these_classes():
    assert isinstance(Route.BASE, str)
    assert isinstance(DiscordWebSocket.DEFAULT_GATEWAY, yarl.URL)
    assert "self.BASE" in inspect.getsource(Route.__init__)


def test_a_member_keeps_the_roles_that_came_with_it_in_this_attribute():
    assert "_roles" in discord.Member.__slots__
    assert list_role_ids(discord.Object(id=1)) == ()  # type: ignore[arg-type]


# ── how they behave ────────────────────────────────────────────────────────────


@pytest.fixture
async def client(discord: LocalDiscord) -> DiscordSession:
    platform = a_platform(discord)
    return DiscordSession(
        api_base=discord.address["api_base"],
        gateway=None,
        heartbeat_timeout=60.0,
        pace=DiscordRateLimiter(),
        listener=platform._listener,
    )


async def test_the_library_uses_the_transport_everywhere(client):
    assert isinstance(client.http, DiscordTransport)
    assert client._connection.http is client.http
    assert client.http.max_ratelimit_timeout == -math.inf


async def test_a_limit_is_raised_at_once_and_never_waited_for(client):
    limit = client.http.get_ratelimit("any")
    limit.remaining, limit.reset_after = 0, 3_600.0
    async with limit:
        pass


async def test_the_parser_of_interactions_is_in_this_table(client):
    assert callable(client._connection.parsers["INTERACTION_CREATE"])


async def test_a_request_that_must_not_be_repeated_ends_with_its_first_fault(discord):
    platform = a_platform(discord)
    session = await platform._ensure_session()
    for _ in range(3):
        discord.script(Status(status=502), "publish")
    with pytest.raises(aiohttp.ClientError, match="it may be done"):
        await session.api.crosspost(2001, 1)
    assert len(discord.asked("publish")) == 1
    await platform.close()


def test_the_file_that_ends_repetitions_allows_the_first_attempt():
    (once,) = SEND_ONCE
    once.reset(seek=0)
    with pytest.raises(aiohttp.ClientError):
        once.reset(seek=1)
