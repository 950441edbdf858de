"""The local Discord is strict about answers too: when, how often and with what."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.wire.discord import answer_rules, rules, schema
from tests.wire.discord.answer_rules import (
    COMMAND,
    COMPLETION,
    COMPONENT,
    EPHEMERAL,
    MODAL,
)
from tests.wire.discord.interactions import BROUGHT_ALONG, EDITOR, Asked, Who
from tests.wire.discord.server import LocalDiscord, serving

QUIET: dict[str, Any] = {"allowed_mentions": {"parse": []}}
SAID = {
    **QUIET,
    "flags": rules.V2 | EPHEMERAL,
    "components": [{"type": 10, "content": "A"}],
}
EDITED = {**SAID, "flags": rules.V2}
INPUT = {"type": 4, "custom_id": "name", "style": 1}
SELECT = {"type": 3, "custom_id": "s", "options": [{"label": "A", "value": "a"}]}


def label(question: Any = INPUT, **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Name", "component": question, **more}


def modal(*labels: Any, **more: Any) -> dict[str, Any]:
    data = {"custom_id": "m", "title": "T", "components": list(labels or (label(),))}
    return {"type": 9, "data": {**data, **more}}


def choices(*names: str) -> dict[str, Any]:
    listed = [{"name": name, "value": name} for name in names]
    return {"type": 8, "data": {"choices": listed}}


GOOD = {
    "message": (COMMAND, {"type": 4, "data": SAID}),
    "later": (COMPONENT, {"type": 5, "data": {"flags": EPHEMERAL}}),
    "later for all": (MODAL, {"type": 5, "data": {}}),
    "choices": (COMPLETION, choices(*map(str, range(25)))),
    "no choices": (COMPLETION, choices()),
    "modal": (COMMAND, modal(*[label({**INPUT, "custom_id": c}) for c in "abcde"])),
    "select": (COMPONENT, modal(label(SELECT, description="Which"))),
}
BAD = {
    "modal to a modal": (MODAL, modal()),
    "message to a completion": (COMPLETION, {"type": 4, "data": SAID}),
    "choices to a command": (COMMAND, choices("a")),
    "empty": (COMMAND, {"type": 4, "data": QUIET}),
    "pings": (
        COMMAND,
        {"type": 4, "data": {**SAID, "allowed_mentions": {"parse": ["users"]}}},
    ),
    "no word on mentions": (
        COMMAND,
        {"type": 4, "data": {k: v for k, v in SAID.items() if "mentions" not in k}},
    ),
    "later with more": (COMMAND, {"type": 5, "data": SAID}),
    "26 choices": (COMPLETION, choices(*map(str, range(26)))),
    "blank choice": (COMPLETION, choices(" ")),
    "long choice": (COMPLETION, choices("x" * 101)),
    "six fields": (
        COMMAND,
        modal(*[label({**INPUT, "custom_id": c}) for c in "abcdef"]),
    ),
    "no fields": (COMMAND, modal(components=[])),
    "long title": (COMMAND, modal(title="x" * 46)),
    "long label": (COMMAND, modal(label(label="x" * 46))),
    "long description": (COMMAND, modal(label(description="x" * 101))),
    "long value": (COMMAND, modal(label({**INPUT, "value": "x" * 4001}))),
    "two of one name": (COMMAND, modal(label(), label())),
    "bare input": (COMMAND, modal(INPUT)),
    "button in a modal": (COMMAND, modal(label({"type": 2, "custom_id": "x"}))),
    "select without options": (COMMAND, modal(label({**SELECT, "options": []}))),
    "unknown field": (COMMAND, {"type": 4, "data": SAID, "x": 1}),
}


@pytest.mark.parametrize("name", GOOD)
def test_answers_that_discord_takes_are_taken(name):
    kind, body = GOOD[name]
    assert answer_rules.callback(kind, body) == []
    assert schema.complaints(answer_rules.SCHEMAS[body["type"]], body) == []


@pytest.mark.parametrize("name", BAD)
def test_answers_that_discord_refuses_are_refused(name):
    kind, body = BAD[name]
    assert answer_rules.callback(kind, body)


def test_who_sees_an_answer_cannot_be_changed_by_an_edit():
    assert answer_rules.message(SAID, edit=True)
    assert answer_rules.message(EDITED, edit=True) == []


def test_a_root_of_more_than_8000_characters_is_refused():
    options = [
        {"type": 3, "name": f"o{n}", "description": "x" * 100} for n in range(25)
    ]
    subs = [
        {"type": 1, "name": f"s{n}", "description": "x", "options": options}
        for n in range(4)
    ]
    root = {"name": "news", "description": "x", "options": subs}
    assert "8,000" in str(answer_rules.commands([root]))


# ── over the wire ──────────────────────────────────────────────────────────────


@pytest.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    async with serving() as server:
        yield server


async def a_question(discord: LocalDiscord, who: Who = EDITOR) -> Asked:
    return await discord.people.does(COMMAND, {"name": "x"}, who)


async def call(
    discord: LocalDiscord, method: str, path: str, body: Any = None
) -> tuple[int, int]:
    """Status and code."""
    url = discord.address["api_base"] + path
    headers = {"Authorization": f"Bot {discord.token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, json=body, headers=headers) as answer,
    ):
        said = await answer.json() if answer.content_type == "application/json" else {}
        return answer.status, said.get("code", 0)


async def respond(discord, asked, body) -> tuple[int, int]:
    path = f"/interactions/{asked.id}/{asked.token}/callback"
    return await call(discord, "POST", path, body)


LATER = {"type": 5, "data": {"flags": EPHEMERAL}}
ANSWER = {"type": 4, "data": SAID}


async def test_the_first_answer_has_three_seconds(discord):
    asked = await a_question(discord)
    discord.ledger.clock.advance(seconds=3.1)
    assert await respond(discord, asked, ANSWER) == (404, 10062)


async def test_there_is_one_first_answer(discord):
    asked = await a_question(discord)
    assert (await respond(discord, asked, LATER))[0] == 204
    assert await respond(discord, asked, ANSWER) == (400, 40060)


async def test_a_made_up_token_answers_nothing(discord):
    asked = await a_question(discord)
    path = f"/interactions/{asked.id}/another/callback"
    assert await call(discord, "POST", path, ANSWER) == (404, 10062)


async def test_the_rest_has_fifteen_minutes_and_comes_after_the_first(discord):
    asked = await a_question(discord)
    hook = f"/webhooks/9001/{asked.token}"
    assert await call(discord, "POST", hook, SAID) == (404, 10015)
    await respond(discord, asked, LATER)
    original = f"{hook}/messages/@original"
    assert (await call(discord, "PATCH", original, EDITED))[0] == 200
    discord.ledger.clock.advance(minutes=16)
    assert await call(discord, "PATCH", original, EDITED) == (401, 50027)
    assert await call(discord, "POST", hook, SAID) == (401, 50027)


async def test_the_first_follow_up_after_a_wait_is_the_answer_itself(discord):
    asked = await a_question(discord)
    await respond(discord, asked, {"type": 5, "data": {}})
    await call(discord, "POST", f"/webhooks/9001/{asked.token}", SAID)
    assert [m["ephemeral"] for m in asked.messages] == [False]


async def test_a_user_installed_bot_gets_five_follow_ups(discord):
    asked = await a_question(discord, BROUGHT_ALONG)
    await respond(discord, asked, ANSWER)
    hook = f"/webhooks/9001/{asked.token}"
    statuses = [(await call(discord, "POST", hook, SAID))[0] for _ in range(6)]
    assert statuses == [200] * 5 + [400]


async def test_a_refused_answer_fails_the_test_that_gives_it(discord):
    asked = await a_question(discord)
    assert (await respond(discord, asked, choices("a")))[0] == 400
    assert "does not answer" in discord.unexpected()[0]
    discord.expects("does not answer")
