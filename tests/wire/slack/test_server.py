"""The local Slack is strict: it rejects and records what the real one rejects."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes import FakeClock
from tests.wire.discord.faults import Lost, Slow, Status
from tests.wire.slack import rules
from tests.wire.slack.faults import Limit, Refusal
from tests.wire.slack.ledger import USER
from tests.wire.slack.server import (
    APP_TOKEN,
    CHANNEL,
    SECRET,
    TOKEN,
    Bucket,
    LocalSlack,
    serving,
    signed,
)

KEY = {"event_type": "standfirst_delivery", "event_payload": {"key": "k1"}}
PLAIN = {"type": "plain_text", "text": "A", "emoji": False}
BUTTON = {"type": "button", "action_id": "v1:x", "text": PLAIN, "value": "v1:x"}
OPTION = {"text": PLAIN, "value": "a"}
DIVIDER = {"type": "divider"}


def message(*blocks: Any, **more: Any) -> dict[str, Any]:
    said = {"channel": CHANNEL, "text": "A", "unfurl_links": False}
    return {**said, "unfurl_media": False, "blocks": list(blocks), **more}


def text(**more: Any) -> dict[str, Any]:
    body = message(**more)
    return {name: value for name, value in body.items() if name != "blocks"}


def section(said: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": said}}


def actions(*inside: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(inside)}


def select(*options: Any, **more: Any) -> dict[str, Any]:
    found = {"type": "static_select", "action_id": "s", "placeholder": PLAIN}
    return {**found, "options": list(options), **more}


def rich(*pieces: Any, part: str = "rich_text_section") -> dict[str, Any]:
    inside = {"type": part, "elements": list(pieces)}
    return {"type": "rich_text", "elements": [inside]}


def header(said: str) -> dict[str, Any]:
    return {"type": "header", "text": {**PLAIN, "text": said}}


def words(said: str = "A", **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


GOOD: dict[str, dict[str, Any]] = {
    "text": text(text="A" * 40_000),
    "key": text(metadata=KEY),
    "fifty blocks": message(*[DIVIDER] * 50),
    "header": message(header("A" * 150)),
    "section": message(section("A" * 3000)),
    "honest link": message(section("<https://a.example/x?a=1&amp;b|a.example>")),
    "controls": message(actions(BUTTON, select(OPTION))),
    "quote": message(rich(words(style={"bold": True}), part="rich_text_quote")),
}
BAD: dict[str, dict[str, Any]] = {
    "no text": message(DIVIDER, text=""),
    "text of spaces": text(text="  "),
    "long text": text(text="A" * 40_001),
    "previews": {**text(), "unfurl_links": True},
    "no word on previews": {"channel": CHANNEL, "text": "A"},
    "names become mentions": text(link_names=True),
    "parsed": text(parse="full"),
    "unknown field": text(color="red"),
    "pings everybody": text(text="<!channel>"),
    "pings here in a block": message(section("<!here|now>")),
    "pings a person": message(section("<@U1>")),
    "pings in a rich text": message(rich({"type": "broadcast", "range": "here"})),
    "bare ampersand": text(text="A & B"),
    "bare bracket": text(text="A < B"),
    "lying link": message(section("<https://evil.example|good.example>")),
    "lying rich link": message(
        rich({"type": "link", "url": "https://evil.example", "text": "good.example"})
    ),
    "strange scheme": message(section("<javascript:x|here>")),
    "user in an address": message(section("<https://good.example@evil.example|x>")),
    "metadata without payload": text(metadata={"event_type": "a"}),
    "metadata with a name": text(metadata={**KEY, "event_type": "a b"}),
    "huge metadata": text(metadata={**KEY, "event_payload": {"key": "A" * 16_000}}),
    "blocks as text": {**text(), "blocks": json.dumps([DIVIDER])},
    "no blocks": message(),
    "51 blocks": message(*[DIVIDER] * 51),
    "too much in all blocks": message(*[section("A" * 2900)] * 4),
    "unknown block": message({"type": "marquee"}),
    "question in a message": message({"type": "input", "label": PLAIN}),
    "unknown field of a block": message({**DIVIDER, "color": "red"}),
    "long block_id": message({**DIVIDER, "block_id": "x" * 256}),
    "same block_id": message(*[{**DIVIDER, "block_id": "x"}] * 2),
    "long header": message(header("A" * 151)),
    "empty header": message(header("")),
    "header with markup": message({"type": "header", "text": section("A")["text"]}),
    "long section": message(section("A" * 3001)),
    "long in UTF-16": message(section("🌉" * 1501)),
    "empty section": message({"type": "section"}),
    "eleven in a context": message({"type": "context", "elements": [PLAIN] * 11}),
    "no controls": message(actions()),
    "26 controls": message(
        actions(*[{**BUTTON, "action_id": str(n)} for n in range(26)])
    ),
    "same action_id": message(actions(BUTTON), actions(BUTTON)),
    "long action_id": message(actions({**BUTTON, "action_id": "x" * 256})),
    "long label": message(actions({**BUTTON, "text": {**PLAIN, "text": "x" * 76}})),
    "long value": message(actions({**BUTTON, "value": "x" * 2001})),
    "unknown style": message(actions({**BUTTON, "style": "blue"})),
    "no options": message(actions(select())),
    "101 options": message(
        actions(select(*[{"text": PLAIN, "value": str(n)} for n in range(101)]))
    ),
    "same option": message(actions(select(OPTION, OPTION))),
    "long value of an option": message(
        actions(select({"text": PLAIN, "value": "x" * 151}))
    ),
    "empty rich text": message({"type": "rich_text", "elements": []}),
    "empty words": message(rich(words(""))),
    "empty quote": message(rich(part="rich_text_quote")),
    "unknown style of words": message(rich(words(style={"big": True}))),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_slack_takes_is_taken(name):
    assert rules.message(GOOD[name]) == []


@pytest.mark.parametrize("name", BAD)
def test_what_slack_refuses_is_refused(name):
    assert rules.message(BAD[name])


@pytest.mark.parametrize(
    ("view", "good"),
    [
        ({"type": "home", "blocks": [DIVIDER] * 100}, True),
        ({"type": "home", "blocks": [DIVIDER] * 101}, False),
        ({"type": "sheet", "blocks": [DIVIDER]}, False),
        ({"type": "modal", "title": PLAIN, "blocks": [DIVIDER]}, True),
        ({"type": "modal", "blocks": [DIVIDER]}, False),
        (
            {
                "type": "modal",
                "title": {**PLAIN, "text": "A" * 25},
                "blocks": [DIVIDER],
            },
            False,
        ),
        (
            {
                "type": "modal",
                "title": PLAIN,
                "blocks": [
                    {
                        "type": "input",
                        "label": PLAIN,
                        "element": {"type": "plain_text_input", "action_id": "a"},
                    }
                ],
            },
            False,
        ),
    ],
)
def test_views_are_checked_too(view, good):
    assert (rules.view(view) == []) is good


# ── handling of requests ───────────────────────────────────────────────────────


async def ask(
    slack: LocalSlack, method: str, body: Any = None, token: str = TOKEN, **query: str
) -> tuple[int, Any]:
    url = slack.address["api_base"] + method
    headers = {"Authorization": f"Bearer {token}"}
    verb = "POST" if body is not None else "GET"
    async with (
        aiohttp.ClientSession() as session,
        session.request(verb, url, json=body, params=query, headers=headers) as answer,
    ):
        is_json = answer.content_type == "application/json"
        return answer.status, await answer.json() if is_json else await answer.text()


async def error(slack: LocalSlack, *args: Any, **more: Any) -> str:
    _, said = await ask(slack, *args, **more)
    return str(said.get("error", ""))


POST = "chat.postMessage"


async def test_an_unknown_method_fails_the_test():
    with pytest.raises(AssertionError, match="no such method"):
        async with serving() as slack:
            assert (await ask(slack, "users.list"))[0] == 501


async def test_an_unknown_field_fails_the_test():
    with pytest.raises(AssertionError, match="asked for with latest"):
        async with serving() as slack:
            await ask(slack, "conversations.history", channel=CHANNEL, latest="1")


async def test_a_body_that_slack_refuses_fails_the_test_that_sends_it():
    with pytest.raises(AssertionError, match="does not take it"):
        async with serving() as slack:
            assert await error(slack, POST, BAD["51 blocks"]) == "invalid_blocks"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("no text", "no_text"),
        ("long text", "msg_too_long"),
        ("too much in all blocks", "msg_blocks_too_long"),
        ("metadata without payload", "invalid_metadata_format"),
        ("previews", "invalid_arguments"),
    ],
)
async def test_a_refusal_has_slacks_code_and_when_expected_fails_nothing(name, code):
    async with serving() as slack:
        slack.expects("does not take it")
        assert await error(slack, POST, BAD[name]) == code
        assert slack.ledger.says(CHANNEL) == []


@pytest.mark.parametrize(
    ("token", "code"),
    [("", "not_authed"), ("x", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type")],
)
async def test_a_wrong_token_gets_nothing(token, code):
    async with serving() as slack:
        assert await error(slack, "auth.test", token=token) == code


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_dead_token_gets_nothing(code):
    async with serving() as slack:
        slack.revoked = code
        assert await error(slack, POST, GOOD["text"]) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"deleted": True}, "channel_not_found"),
        ({"archived": True}, "is_archived"),
        ({"member": False}, "not_in_channel"),
        ({"restricted": "restricted_action"}, "restricted_action"),
    ],
)
async def test_a_channel_that_rejects_posts_gives_the_reason(changes, code):
    async with serving() as slack:
        slack.ledger.channel(CHANNEL, **changes)
        assert await error(slack, POST, GOOD["text"]) == code


async def test_nothing_keeps_a_key_from_standing_there_twice():
    async with serving() as slack:
        for _ in range(2):
            await ask(slack, POST, GOOD["key"])
        assert slack.ledger.keys(CHANNEL) == ["k1", "k1"]
        assert slack.ledger.doubled() == ("k1",)


async def test_an_edit_with_text_alone_takes_the_blocks_away_and_a_delete_all():
    async with serving() as slack:
        _, first = await ask(slack, POST, GOOD["header"])
        place = {"channel": CHANNEL, "ts": first["ts"]}
        await ask(slack, "chat.update", {**place, "text": "B"})
        (message,) = slack.ledger.says(CHANNEL)
        assert message["text"] == "B"
        assert "blocks" not in message
        await ask(slack, "chat.delete", place)
        assert await error(slack, "chat.delete", place) == "message_not_found"


async def test_only_our_own_messages_can_be_changed():
    async with serving() as slack:
        theirs = slack.ledger.chatter(CHANNEL)
        place = {"channel": CHANNEL, "ts": theirs["ts"]}
        edit = {**place, "text": "B"}
        assert await error(slack, "chat.update", edit) == "cant_update_message"
        assert await error(slack, "chat.delete", place) == "cant_delete_message"


# ── the history ────────────────────────────────────────────────────────────────


async def test_a_history_has_pages_and_metadata_only_when_asked():
    async with serving() as slack:
        for _ in range(3):
            await ask(slack, POST, GOOD["key"])
        read = "conversations.history"
        _, page = await ask(slack, read, channel=CHANNEL, limit="2")
        assert len(page["messages"]) == 2
        assert not any("metadata" in message for message in page["messages"])
        _, rest = await ask(
            slack,
            read,
            channel=CHANNEL,
            limit="2",
            cursor=page["response_metadata"]["next_cursor"],
            include_all_metadata="1",
        )
        assert [bool(m.get("metadata")) for m in rest["messages"]] == [True, False]
        assert not rest["has_more"]


async def test_a_new_message_may_take_its_time_to_be_seen():
    clock = FakeClock()
    async with serving(clock) as slack:
        slack.ledger.channel(CHANNEL, messages=[])
        slack.ledger.history_delay = timedelta(seconds=5)
        await ask(slack, POST, GOOD["key"])
        _, page = await ask(slack, "conversations.history", channel=CHANNEL)
        assert page["messages"] == []
        clock.advance(seconds=6)
        _, page = await ask(slack, "conversations.history", channel=CHANNEL)
        assert len(page["messages"]) == 1


async def test_only_what_is_newer_than_the_oldest_is_read():
    clock = FakeClock()
    async with serving(clock) as slack:
        clock.advance(minutes=1)
        oldest = str(clock.now().timestamp() - 1)
        await ask(slack, POST, GOOD["key"])
        _, page = await ask(
            slack, "conversations.history", channel=CHANNEL, oldest=oldest
        )
        assert [message.get("user") for message in page["messages"]] == [USER]


async def test_a_closed_history_names_the_needed_scope():
    async with serving() as slack:
        slack.ledger.channel(CHANNEL, unreadable="missing_scope")
        _, said = await ask(slack, "conversations.history", channel=CHANNEL)
        assert (said["error"], said["needed"]) == ("missing_scope", "channels:history")


# ── faults and limits ──────────────────────────────────────────────────────────


async def test_faults_are_used_up_and_only_where_they_belong():
    async with serving() as slack:
        slack.script(Status(status=503, html=True), "post", times=2)
        slack.script(Limit(), "post", channel="C-another")
        slack.script(Slow(seconds=0.01), "read")
        statuses = [(await ask(slack, POST, GOOD["text"]))[0] for _ in "abc"]
        assert statuses == [503, 503, 200]


@pytest.mark.parametrize(("when", "stored"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_lost_connection_loses_the_request_or_the_answer(when, stored, how):
    async with serving() as slack:
        slack.script(Lost(when=when, how=how), "post")
        with pytest.raises(aiohttp.ClientError):
            await ask(slack, POST, GOOD["text"])
        assert len(slack.ledger.says(CHANNEL)) == stored


async def test_a_refusal_may_have_its_effect_all_the_same():
    async with serving() as slack:
        slack.script(Refusal(code="fatal_error", commits=True), "post")
        assert await error(slack, POST, GOOD["text"]) == "fatal_error"
        assert len(slack.ledger.says(CHANNEL)) == 1


async def test_a_limit_can_be_reported_with_status_200():
    async with serving() as slack:
        slack.script(Limit(quietly=True), "post")
        status, said = await ask(slack, POST, GOOD["text"])
        assert (status, said["error"]) == (200, "ratelimited")


async def test_a_channel_takes_one_post_a_second_and_remembers_who_came_early():
    clock = FakeClock()
    async with serving(clock) as slack:
        slack.channel_limit = lambda: Bucket(per_second=1)
        slack.ledger.channel("C2002")
        other = {**GOOD["text"], "channel": "C2002"}
        assert [
            (await ask(slack, POST, body))[0] for body in (GOOD["text"], other)
        ] == [200, 200]
        assert (await ask(slack, POST, GOOD["text"]))[0] == 429
        assert slack.early == []
        assert (await ask(slack, POST, GOOD["text"]))[0] == 429
        assert [call.channel for call in slack.early] == [CHANNEL]
        clock.advance(seconds=1)
        assert (await ask(slack, POST, GOOD["text"]))[0] == 200


async def test_the_workspace_has_a_limit_of_its_own():
    clock = FakeClock()
    async with serving(clock) as slack:
        slack.workspace_limit = Bucket(per_second=0.5, burst=2)
        for number in range(3):
            slack.ledger.channel(f"C300{number}")
        statuses = [
            (await ask(slack, POST, {**GOOD["text"], "channel": f"C300{number}"}))[0]
            for number in range(3)
        ]
        assert statuses == [200, 200, 429]


# ── Socket Mode ────────────────────────────────────────────────────────────────


@pytest.fixture
async def slack():
    async with serving() as server:
        yield server


class Listening(SocketModeClient):
    """Slack's own client, and the requests that it received."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.heard: list[dict] = []

    async def hear(self, _: Any, message: dict, __: Any) -> None:
        self.heard.append(message)


@pytest.fixture
async def client(slack):
    web = AsyncWebClient(
        token=TOKEN, base_url=slack.address["api_base"], retry_handlers=[]
    )
    client = Listening(app_token=APP_TOKEN, web_client=web, ping_interval=0.2)
    client.message_listeners.append(client.hear)
    yield client
    await client.close()


async def until(what) -> None:
    for _ in range(500):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")


async def heard(client, count: int) -> list[str]:
    await until(lambda: len(client.heard) >= count)
    return [message["type"] for message in client.heard]


async def test_a_connection_begins_with_hello_and_brings_envelopes(slack, client):
    await client.connect()
    await heard(client, 1)
    envelope = await slack.socket.event({"type": "app_home_opened"})
    assert await heard(client, 2) == ["hello", "events_api"]
    await client.send_socket_mode_response({"envelope_id": envelope})
    await until(lambda: slack.socket.acknowledged)
    assert slack.socket.acknowledged == {envelope: {}}


async def test_unacknowledged_envelopes_are_sent_again(slack, client):
    await client.connect()
    await heard(client, 1)
    await slack.socket.event({"type": "app_home_opened"})
    await heard(client, 2)
    await slack.socket.drop_all()
    types = await heard(client, 4)
    assert types == ["hello", "events_api", "hello", "events_api"]


async def test_a_ticket_is_good_for_one_connection(slack):
    url = slack.socket.ticket()
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


# ── people ─────────────────────────────────────────────────────────────────────

ANSWER = {
    "text": "A",
    "response_type": "ephemeral",
    "replace_original": False,
    "unfurl_links": False,
    "unfurl_media": False,
}


def test_an_answer_at_a_response_url_is_checked():
    assert rules.response(ANSWER) == []
    for name, value in (
        ("text", ""),
        ("text", "<!channel>"),
        ("response_type", "shouted"),
        ("replace_original", True),
        ("unfurl_links", True),
        ("blocks", []),
        ("channel", CHANNEL),
    ):
        assert rules.response({**ANSWER, name: value}), (name, value)


async def test_an_address_takes_five_answers_within_half_an_hour():
    clock = FakeClock()
    async with serving(clock) as slack:
        asked = await slack.people.command("/news")
        assert [slack.people.respond(asked.token, ANSWER) for _ in range(6)] == [
            *[""] * 5,
            "used_url",
        ]
        late = await slack.people.command("/news")
        clock.advance(minutes=31)
        assert slack.people.respond(late.token, ANSWER) == "expired_url"
        assert slack.people.respond("made-up", ANSWER) == "no_such_url"


async def test_a_trigger_opens_one_form_within_three_seconds():
    clock = FakeClock()
    async with serving(clock) as slack:
        asked = await slack.people.command("/news")
        assert slack.people.trigger(asked.trigger) == ""
        slack.people.opened(asked.trigger, {})
        assert slack.people.trigger(asked.trigger) == "exchanged_trigger_id"
        late = await slack.people.command("/news")
        clock.advance(seconds=4)
        assert slack.people.trigger(late.trigger) == "expired_trigger_id"
        assert slack.people.trigger("made-up") == "invalid_trigger_id"


async def test_an_acknowledgement_after_three_seconds_fails_the_test(slack, client):
    await client.connect()
    await heard(client, 1)
    asked = await slack.people.command("/news")
    slack.ledger.clock.advance(seconds=4)
    await client.send_socket_mode_response({"envelope_id": asked.envelope})
    await until(lambda: asked.acknowledged is not None)
    assert slack.unexpected() == ["acknowledged too late: slash_commands"]
    slack.expects("acknowledged too late")


async def test_what_it_signs_is_what_slacks_library_verifies():
    body = b"payload=%7B%7D"

    class At(SignatureClock):
        def now(self) -> float:
            return 1000.0

    verifier = SignatureVerifier(SECRET, clock=At())
    assert verifier.is_valid_request(body, signed(body, at=1000.0))
    assert not verifier.is_valid_request(body, signed(body, at=1000.0, secret="other"))
    assert not verifier.is_valid_request(body, signed(body, at=600.0))
