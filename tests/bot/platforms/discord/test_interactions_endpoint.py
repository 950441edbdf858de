"""Interactions over HTTP: signed by Discord, handled as over the gateway."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.i18n.translation import Texts
from bot.model import Inbox
from bot.platforms.common.webhooks import MAX_AGE, MAX_BODY, verify_request
from bot.platforms.discord.channels import INTERACTIONS_PATH
from bot.platforms.discord.interactions import build_signature_scheme
from bot.platforms.discord.platform import DiscordPlatform
from bot.web import server
from tests.bot.harness import FLOOD
from tests.bot.platforms.discord.conftest import a_platform, listening
from tests.bot.web.asgi import Answer, ask, report_health
from tests.builders import an_inbox
from tests.wire.discord.interactions import IN_DM, READER
from tests.wire.discord.server import LocalDiscord

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
PUBLIC = KEY.public_key().public_bytes_raw().hex()
#: Behind a proxy, under the bot's public name.
HOST = {"host": "news.example"}
PING = b'{"type": 1, "id": "1", "application_id": "9001"}'


def called(discord: LocalDiscord) -> tuple[DiscordPlatform, ASGIApp]:
    """A platform with the endpoint, in the web application as `bot.app` builds it."""

    async def nothing(*_: Any) -> None:
        return None

    async def ready() -> Mapping[str, str]:
        return {}

    platform = a_platform(discord, public_key=PUBLIC)
    found = platform.called(discord.ledger.clock.now)
    assert found is not None
    site = server.build_application(
        routes=[],
        read_article=nothing,
        health=report_health(ready),
        key=b"k" * 32,
        texts=Texts.of("en"),
        public_routes=[Route(INTERACTIONS_PATH, found, methods=["POST"])],
    )
    return platform, site


@asynccontextmanager
async def being_called(discord: LocalDiscord, inbox: Inbox) -> AsyncIterator[ASGIApp]:
    """Send everything that people do to the endpoint."""
    platform, site = called(discord)

    async def carry(payload: Mapping[str, Any]) -> None:
        answer = await call(discord, site, json.dumps(payload).encode())
        assert (answer.status, answer.text) == (202, "")

    discord.people.carry = carry
    async with listening(discord, inbox, platform):
        yield site


def signed(
    discord: LocalDiscord, body: bytes, *, by: Ed25519PrivateKey = KEY, late: int = 0
) -> dict[str, str]:
    stamp = str(int(discord.ledger.clock.now().timestamp()) - late)
    return {
        "x-signature-timestamp": stamp,
        "x-signature-ed25519": by.sign(stamp.encode() + body).hex(),
    }


async def call(
    discord: LocalDiscord, site: ASGIApp, body: bytes, **headers: str
) -> Answer:
    """A request as Discord makes it, or with other headers."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"content-type": "application/json", **signed(discord, body), **HOST}
    return await ask(site, "POST", INTERACTIONS_PATH, body, {**sent, **given})


# ── requests from Discord ──────────────────────────────────────────────────────


async def test_a_ping_is_answered_before_anybody_listens(discord):
    _, site = called(discord)
    answer = await call(discord, site, PING)
    assert (answer.status, json.loads(answer.text)) == (200, {"type": 1})


async def test_commands_buttons_and_completion_are_answered_as_over_the_gateway(
    harness, discord
):
    await harness.post()
    async with being_called(discord, harness.inbox):
        given = {"speaker": "Brandt"}
        asked = await discord.people.command("news quotes", READER, given)
        assert "Ada Brandt, engineer · Hallin Courier" in (await asked.done()).words
        pressed = await (await discord.people.presses("v1:figures", READER)).done()
        assert "31,000" in pressed.words
        typed = await discord.people.types("news quotes", "speaker", "br")
        assert (await typed.done()).choices == ["Ada Brandt"]


async def test_a_form_opens_and_is_filled(harness, discord):
    async with being_called(discord, harness.inbox):
        asked = await discord.people.command(
            "newsdesk set", given={"target": "Morning brief", "setting": "stories"}
        )
        assert (await asked.done()).modal is not None
        filled = await discord.people.fills(asked.modal, {"value": "7"})
        assert "**stories** 5 → 7" in (await filled.done()).words


async def test_with_an_http_endpoint_no_gateway_is_requested(discord):
    async with being_called(discord, an_inbox()):
        pass
    assert discord.gateway.identified == []
    assert discord.asked("gateway") == []


async def test_a_private_chat_is_the_person_s_own_workspace(harness, discord):
    async with being_called(discord, harness.inbox):
        asked = await discord.people.command("news latest", IN_DM)
        assert "No edition has been posted" in (await asked.done()).words


async def test_editions_are_posted_meanwhile(harness, discord):
    async with being_called(discord, harness.inbox):
        harness.publish("flood", FLOOD)
        await harness.post()
    assert len(discord.ledger.says("2001")) == 1


# ── repeats ────────────────────────────────────────────────────────────────────


async def test_what_is_replayed_within_its_time_has_one_effect(harness, discord):
    async with being_called(discord, harness.inbox):
        asked = await discord.people.command("newsdesk post", given={"digest": ""})
        await asked.done()
        await discord.people.again(asked)
        for _ in range(3):
            # Had it been handled, it would have been answered by now.
            await (await discord.people.command("news latest")).done()
    assert asked.refused == []
    assert len(asked.messages) == 1


async def test_what_is_replayed_later_is_refused(harness, discord):
    async with being_called(discord, harness.inbox) as site:
        asked = await discord.people.command("news latest")
        await asked.done()
        body = json.dumps(asked.payload).encode()
        old = signed(discord, body)
        discord.ledger.clock.advance(seconds=MAX_AGE + 1)
        answer = await call(discord, site, body, **_named(old))
        assert answer.status == 401


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items()}


# ── other requests ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "changes",
    [
        {"x_signature_ed25519": ""},
        {"x_signature_ed25519": "00" * 64},
        {"x_signature_ed25519": "zz"},
        {"x_signature_timestamp": ""},
        {"x_signature_timestamp": "now"},
        {"x_signature_timestamp": "0"},
    ],
)
async def test_requests_not_signed_by_discord_are_rejected(discord, changes):
    _, site = called(discord)
    answer = await call(discord, site, PING, **changes)
    assert answer.status == 401


async def test_requests_signed_with_another_key_are_rejected(discord):
    _, site = called(discord)
    answer = await call(discord, site, PING, **_named(signed(discord, PING, by=OTHER)))
    assert answer.status == 401


async def test_a_body_changed_in_transit_is_rejected(discord):
    _, site = called(discord)
    answer = await call(discord, site, PING + b" ", **_named(signed(discord, PING)))
    assert answer.status == 401


@pytest.mark.parametrize("late", [MAX_AGE + 1, -MAX_AGE - 1])
async def test_a_moment_too_far_away_is_rejected(discord, late):
    _, site = called(discord)
    headers = _named(signed(discord, PING, late=late))
    assert (await call(discord, site, PING, **headers)).status == 401


async def test_a_body_that_is_too_large_is_not_read_to_its_end(discord):
    _, site = called(discord)
    assert (await call(discord, site, b"x" * (MAX_BODY + 1))).status == 413


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"type": 2}', b"\xff", b"nul"])
async def test_what_discord_signed_and_is_no_interaction_harms_nothing(discord, body):
    async with being_called(discord, an_inbox()) as site:
        assert (await call(discord, site, body)).status == 400
        assert (await call(discord, site, PING)).status == 200


async def test_before_anybody_listens_an_interaction_is_put_off(discord):
    _, site = called(discord)
    assert (await call(discord, site, b'{"type": 2}')).status == 503


async def test_without_the_key_nothing_is_called(discord):
    assert a_platform(discord).called(discord.ledger.clock.now) is None


@given(
    body=st.binary(max_size=200),
    stamp=st.text(max_size=20),
    signature=st.text(max_size=140) | st.binary(max_size=64).map(bytes.hex),
)
def test_nothing_that_is_made_up_is_genuine(body, stamp, signature):
    headers = {"x-signature-timestamp": stamp, "x-signature-ed25519": signature}
    scheme = build_signature_scheme(PUBLIC)
    assert not verify_request(headers, body, scheme=scheme, at=1_000.0)
