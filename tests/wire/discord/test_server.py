"""The local Discord is strict: it rejects and records what the real one rejects."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.fakes import FakeClock
from tests.wire.discord import rules, schema
from tests.wire.discord.faults import Limit, Lost, Slow, Status
from tests.wire.discord.ledger import guild
from tests.wire.discord.server import CHANNEL, TOKEN, serving

V2 = {"flags": rules.V2, "allowed_mentions": {"parse": []}}
TEXT = {"type": 10, "content": "A"}
BUTTON = {"type": 2, "style": 2, "custom_id": "v1:x", "label": "X"}
OPTION = {"label": "A", "value": "a"}


def message(*components: Any, **more: Any) -> dict[str, Any]:
    return {**V2, "components": list(components), **more}


def row(*inside: Any) -> dict[str, Any]:
    return {"type": 1, "components": list(inside)}


def box(*inside: Any) -> dict[str, Any]:
    return {"type": 17, "components": list(inside)}


def select(*options: Any, **more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": list(options), **more}


GOOD: dict[str, dict[str, Any]] = {
    "text": {"content": "A" * 2000, "allowed_mentions": {"parse": []}},
    "box": message(box(TEXT, {"type": 14}, row(BUTTON), row(select(OPTION)))),
    "forty components": message(*[TEXT] * 40),
    "4,000 characters": message({"type": 10, "content": "A" * 4000}),
    "nonce": message(TEXT, nonce="n" * 25, enforce_nonce=True),
}
BAD: dict[str, dict[str, Any]] = {
    "empty": {"allowed_mentions": {"parse": []}},
    "no word on mentions": {"content": "A"},
    "long": {"content": "A" * 2001, "allowed_mentions": {"parse": []}},
    "long in UTF-16": {"content": "🌉" * 1001, "allowed_mentions": {"parse": []}},
    "unknown field": message(TEXT, colour=1),
    "unknown flag": message(TEXT, flags=rules.V2 | 1 << 6),
    "content beside V2": message(TEXT, content="A"),
    "V2 without its flag": message(TEXT, flags=0),
    "41 components": message(*[TEXT] * 41),
    "nested ones count": message(box(*[TEXT] * 20), box(*[TEXT] * 19)),
    "4,001 characters": message({"type": 10, "content": "A" * 4000}, TEXT),
    "empty text": message({"type": 10, "content": ""}),
    "box in box": message(box(box(TEXT))),
    "empty box": message(box()),
    "bare button": message(BUTTON),
    "six buttons": message(row(*[{**BUTTON, "custom_id": str(n)} for n in range(6)])),
    "button and select": message(row(BUTTON, select(OPTION))),
    "same custom_id": message(row(BUTTON), row(BUTTON)),
    "long custom_id": message(row({**BUTTON, "custom_id": "x" * 101})),
    "long label": message(row({**BUTTON, "label": "x" * 81})),
    "link with custom_id": message(row({**BUTTON, "style": 5, "url": "https://a.b"})),
    "no options": message(row(select())),
    "26 options": message(
        row(select(*[{"label": "A", "value": str(n)} for n in range(26)]))
    ),
    "same option": message(row(select(OPTION, OPTION))),
    "long option": message(row(select({"label": "x" * 101, "value": "a"}))),
    "unknown component": message({"type": 99}),
    "long nonce": message(TEXT, nonce="n" * 26, enforce_nonce=True),
    "nonce that guards nothing": message(TEXT, nonce="n"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_discord_takes_is_taken(name):
    assert rules.message(GOOD[name]) == []
    assert schema.complaints("MessageCreateRequest", GOOD[name]) == []


@pytest.mark.parametrize("name", BAD)
def test_what_discord_refuses_is_refused(name):
    assert rules.message(BAD[name])


@pytest.mark.parametrize(
    "body",
    [
        [{"name": "News", "description": "A"}],
        [{"name": "news", "description": ""}],
        [{"name": "news", "description": "A" * 101}],
        [{"name": "news", "description": "A"}] * 2,
        [{"name": "n", "description": "A", "options": [{}] * 26}],
        {"name": "news"},
    ],
)
def test_commands_that_discord_refuses_are_refused(body):
    assert rules.commands(body)


def test_discords_own_schema_is_used_where_available():
    if not schema.FILE.is_file():
        pytest.skip("Discord's schema is not beside this repository.")
    assert schema.complaints("MessageCreateRequest", {"content": 7})


# ── handling of requests ───────────────────────────────────────────────────────


async def ask(
    server, method: str, path: str, body: Any = None, token: str = TOKEN
) -> tuple[int, Any]:
    url = server.address["api_base"] + path
    headers = {"Authorization": f"Bot {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, json=body, headers=headers) as answer,
    ):
        is_json = answer.content_type == "application/json"
        return answer.status, await answer.json() if is_json else await answer.text()


POSTS = f"/channels/{CHANNEL}/messages"


async def test_an_unknown_route_fails_the_test():
    with pytest.raises(AssertionError, match="no such route"):
        async with serving() as server:
            assert (await ask(server, "GET", "/guilds/1"))[0] == 501


async def test_another_server_of_the_bot_is_known():
    async with serving() as server:
        server.gateway.guilds.append(guild(server.ledger) | {"id": "1002"})
        status, found = await ask(server, "GET", "/guilds/1002")
        assert (status, found["id"]) == (200, "1002")


async def test_a_body_that_discord_refuses_fails_the_test_that_sends_it():
    with pytest.raises(AssertionError, match="does not take it"):
        async with serving() as server:
            assert (await ask(server, "POST", POSTS, {"content": "A"}))[0] == 400


async def test_a_refusal_that_is_expected_fails_nothing():
    async with serving() as server:
        server.expects("does not take it")
        assert (await ask(server, "POST", POSTS, {"content": "A"}))[0] == 400
        assert server.ledger.says(CHANNEL) == []


async def test_a_wrong_token_gets_nothing():
    async with serving() as server:
        status, _ = await ask(server, "GET", POSTS, token="another")
        assert status == 401


async def test_a_nonce_gives_the_first_message_again_for_a_few_minutes():
    clock = FakeClock()
    body = GOOD["nonce"]
    async with serving(clock) as server:
        _, first = await ask(server, "POST", POSTS, body)
        clock.advance(minutes=4)
        _, again = await ask(server, "POST", POSTS, body)
        clock.advance(minutes=2)
        _, later = await ask(server, "POST", POSTS, body)
        assert first["id"] == again["id"] != later["id"]


async def test_a_nonce_of_a_deleted_message_is_an_unknown_message():
    async with serving() as server:
        _, first = await ask(server, "POST", POSTS, GOOD["nonce"])
        await ask(server, "DELETE", f"{POSTS}/{first['id']}")
        status, said = await ask(server, "POST", POSTS, GOOD["nonce"])
        assert (status, said["code"]) == (404, 10008)


async def test_the_window_of_nonces_can_be_set():
    async with serving() as server:
        server.ledger.nonce_window = timedelta(0)
        for _ in range(2):
            await ask(server, "POST", POSTS, GOOD["nonce"])
        assert len(server.ledger.says(CHANNEL)) == 2


async def test_faults_are_used_up_and_only_where_they_belong():
    async with serving() as server:
        server.script(Status(status=503), "post", times=2)
        server.script(Limit(), "read", channel="another")
        server.script(Slow(seconds=0.01), "read")
        statuses = [(await ask(server, "POST", POSTS, GOOD["text"]))[0] for _ in "abc"]
        assert statuses == [503, 503, 200]
        assert (await ask(server, "GET", POSTS))[0] == 200


@pytest.mark.parametrize(("when", "stored"), [("before", 0), ("after", 1)])
async def test_a_lost_connection_loses_the_request_or_the_answer(when, stored):
    async with serving() as server:
        server.script(Lost(when=when), "post")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await ask(server, "POST", POSTS, GOOD["text"])
        assert len(server.ledger.says(CHANNEL)) == stored


async def test_components_cannot_be_removed_by_an_edit():
    async with serving() as server:
        server.expects("cannot be taken back")
        _, first = await ask(server, "POST", POSTS, GOOD["box"])
        edit = {"content": "A", "allowed_mentions": {"parse": []}}
        status, _ = await ask(server, "PATCH", f"{POSTS}/{first['id']}", edit)
        assert status == 400
