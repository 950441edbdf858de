"""Requests from Slack over HTTP: signed ones are handled as over the socket."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp

from bot.i18n.translation import Texts
from bot.model import Inbox
from bot.platforms.common.webhooks import MAX_BODY, SignedEndpoint, verify_request
from bot.platforms.slack.app_manifest import EVENTS_PATH
from bot.platforms.slack.platform import SlackPlatform, build_signature_scheme
from bot.web import server
from tests.bot.harness import FLOOD, BotHarness
from tests.bot.platforms.slack.conftest import a_platform, listening, until
from tests.bot.platforms.slack.test_forms import DONE, TAKEN, making
from tests.bot.web.asgi import Answer, ask, report_health
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR, READER
from tests.wire.slack.server import CHANNEL, SECRET, LocalSlack, signed

#: Behind a proxy, under the bot's public name.
PUBLIC = {"host": "news.example"}


def site(slack: LocalSlack, platform: SlackPlatform) -> ASGIApp:
    """The whole web application, as `bot.app` builds it."""

    async def nothing(*_: Any) -> None:
        return None

    async def ready() -> Mapping[str, str]:
        return {}

    return server.build_application(
        routes=[],
        read_article=nothing,
        health=report_health(ready),
        key=b"k" * 32,
        texts=Texts.of("en"),
        public_routes=platform.build_routes(slack.ledger.clock.now),
    )


@asynccontextmanager
async def being_called(slack: LocalSlack, inbox: Inbox) -> AsyncIterator[ASGIApp]:
    """Send everything that people do to the endpoints."""
    platform = a_platform(slack, app_token=None, signing_secret=SECRET)
    app = site(slack, platform)

    async def carry(kind: str, payload: Mapping[str, Any], envelope: str) -> None:
        answer = await call(slack, app, encoded(kind, payload))
        assert answer.status == 200, answer.text
        slack.people.heard(envelope, json.loads(answer.text or "{}"))

    slack.people.carry = carry
    async with listening(slack, inbox, platform):
        yield app


def encoded(kind: str, payload: Mapping[str, Any]) -> bytes:
    if kind == "slash_commands":
        return urlencode(payload).encode()
    return urlencode({"payload": json.dumps(payload)}).encode()


async def call(
    slack: LocalSlack, app: ASGIApp, body: bytes, *, kind: str = "", **headers: str
) -> Answer:
    """A request as Slack makes it, or with other headers."""
    at = slack.ledger.clock.now().timestamp()
    sent = {
        **{name.lower(): value for name, value in signed(body, at=at).items()},
        "content-type": kind or "application/x-www-form-urlencoded",
        **PUBLIC,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return await ask(app, "POST", EVENTS_PATH, body, sent)


async def event(
    slack: LocalSlack, app: ASGIApp, reported: Mapping[str, Any], number: str
):
    body = {
        "type": "event_callback",
        "team_id": TEAM,
        "event_id": number,
        "event": dict(reported),
    }
    return await call(slack, app, json.dumps(body).encode(), kind="application/json")


# ── requests from Slack ────────────────────────────────────────────────────────


async def test_commands_and_buttons_are_answered_as_over_the_socket(harness, slack):
    await harness.post()
    async with being_called(slack, harness.inbox):
        asked = await (await slack.people.types("/news quotes Brandt")).done()
        assert "Ada Brandt, engineer · Hallin Courier" in asked.words
        pressed = await (await slack.people.presses("v1:figures", READER)).done()
        assert "2 figures" in pressed.words
    assert slack.socket.connected == 0


async def test_a_forms_errors_are_in_the_response_to_the_request(slack):
    inbox, _ = making(TAKEN, DONE)
    async with being_called(slack, inbox):
        asked = await (await slack.people.types("/news make")).done()
        assert asked.view is not None
        wrong = await slack.people.fills(asked.view, answers={"name": "Evening"})
        assert wrong.errors == {"name": "It is taken."}
        await slack.people.fills(asked.view, answers={"name": "Evening 2"})
        await until(lambda: asked.messages)


async def test_slack_can_verify_the_endpoint(slack):
    inbox, _ = making(DONE)
    async with being_called(slack, inbox) as app:
        body = json.dumps({"type": "url_verification", "challenge": "a-word"}).encode()
        answer = await call(slack, app, body, kind="application/json")
    assert (answer.status, json.loads(answer.text)) == (200, {"challenge": "a-word"})


async def test_the_home_is_shown_on_an_event(harness, slack):
    async with being_called(slack, harness.inbox) as app:
        reported = {"type": "app_home_opened", "user": EDITOR.user, "tab": "home"}
        slack.people.users[EDITOR.user] = EDITOR
        assert (await event(slack, app, reported, "Ev1")).status == 200
        await until(lambda: EDITOR.user in slack.people.homes)
        # Slack retries because our answer was late.
        await event(slack, app, reported, "Ev1")
        await (await slack.people.types("/news help")).done()
    assert len(slack.asked("view")) == 1


async def test_a_call_that_is_replayed_has_one_effect(harness: BotHarness, slack):
    await harness.post()
    harness.publish("flood", FLOOD)
    async with being_called(slack, harness.inbox):
        question = await (await slack.people.types("/newsdesk post")).done()
        pressed = await slack.people.presses(question.controls["Post now"])
        await pressed.done()
        for _ in range(3):
            await slack.people.again(pressed)
        await harness.outbox.drain()
    assert len(pressed.messages) == 1
    assert len(slack.ledger.says(CHANNEL)) == 2


# ── other requests ─────────────────────────────────────────────────────────────

LINE = urlencode({"command": "/news", "text": "make x", "team_id": TEAM}).encode()
BAD: dict[str, dict[str, str]] = {
    "no signature": {"x-slack-signature": ""},
    "another's signature": {"x-slack-signature": "v0=" + "0" * 64},
    "a signature of another make": {"x-slack-signature": "v1=" + "0" * 64},
    "not even ASCII": {"x-slack-signature": "v0=ü"},
    "no moment": {"x-slack-request-timestamp": ""},
    "a moment that is none": {"x-slack-request-timestamp": "yesterday"},
    "a moment without end": {"x-slack-request-timestamp": "9" * 5_000},
    "no finite moment": {"x-slack-request-timestamp": "nan"},
}


@pytest.mark.parametrize("how", BAD)
async def test_requests_not_signed_by_slack_get_401_and_have_no_effect(slack, how):
    inbox, heard = making(DONE)
    async with being_called(slack, inbox) as app:
        answer = await call(slack, app, LINE, **BAD[how])
    assert answer.status == 401
    assert heard == []


@pytest.mark.parametrize(("seconds", "status"), [
    (-301, 401), (-299, 200), (299, 200), (301, 401),
])  # fmt: skip
async def test_a_signature_is_good_for_five_minutes(slack, seconds, status):
    inbox, _ = making(DONE)
    async with being_called(slack, inbox) as app:
        body = json.dumps({"type": "url_verification", "challenge": "x"}).encode()
        at = slack.ledger.clock.now().timestamp() + seconds
        old = {name.lower(): value for name, value in signed(body, at=at).items()}
        answer = await call(slack, app, body, kind="application/json", **old)
    assert answer.status == status


async def test_a_body_that_was_changed_is_401(slack):
    inbox, heard = making(DONE)
    async with being_called(slack, inbox) as app:
        at = slack.ledger.clock.now().timestamp()
        theirs = {name.lower(): value for name, value in signed(LINE, at=at).items()}
        changed = LINE.replace(b"make+x", b"make+y")
        assert changed != LINE
        answer = await call(slack, app, changed, **theirs)
    assert answer.status == 401
    assert heard == []


async def test_without_a_secret_every_request_is_rejected(slack):
    platform = a_platform(slack, app_token=None, signing_secret="")
    at = slack.ledger.clock.now().timestamp()
    with_none = signed(LINE, at=at, secret="")
    sent = {name.lower(): value for name, value in with_none.items()}
    answer = await ask(
        site(slack, platform), "POST", EVENTS_PATH, LINE, {**PUBLIC, **sent}
    )
    assert answer.status == 401


async def test_a_body_is_taken_up_to_a_megabyte(slack):
    inbox, _ = making(DONE)
    async with being_called(slack, inbox) as app:
        answer = await call(slack, app, b"x" * (MAX_BODY + 1))
    assert answer.status == 413


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"x"', "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"payload=%7B", ""),
        (b"payload=7", ""),
        (b"payload=%5B%5D", ""),
        (b'{"type": "event_callback", "event": 7}', "application/json"),
    ],
)
async def test_what_slack_signed_and_is_no_event_is_no_defect(slack, body, kind):
    inbox, heard = making(DONE)
    async with being_called(slack, inbox) as app:
        answer = await call(slack, app, body, kind=kind)
    assert 400 <= answer.status < 500
    assert heard == []


async def test_before_it_is_connected_slack_is_asked_to_come_again(slack):
    platform = a_platform(slack, app_token=None, signing_secret=SECRET)
    assert (await call(slack, site(slack, platform), LINE)).status == 503


async def test_with_socket_mode_there_is_no_such_address(slack):
    assert a_platform(slack).build_routes(slack.ledger.clock.now) == []


async def test_a_browser_gets_no_page_there_and_other_paths_stay_guarded(slack):
    inbox, _ = making(DONE)
    async with being_called(slack, inbox) as app:
        assert (await ask(app, "GET", EVENTS_PATH, b"", dict(PUBLIC))).status == 405
        for path in ("/", f"{EVENTS_PATH}/", f"{EVENTS_PATH}/x", "/healthz"):
            assert (await ask(app, "GET", path, b"", dict(PUBLIC))).status == 421, path


@given(
    st.dictionaries(
        st.sampled_from(["x-slack-signature", "x-slack-request-timestamp", "x"]),
        st.text(max_size=80),
    ),
    st.binary(max_size=200),
)
def test_no_made_up_headers_are_accepted(headers, body):
    scheme = build_signature_scheme(SECRET)
    assert not verify_request(headers, body, scheme=scheme, at=1_700_000_000.0)


def test_the_platform_brings_this_endpoint(slack):
    platform = a_platform(slack, app_token=None)
    (route,) = platform.build_routes(slack.ledger.clock.now)
    assert isinstance(route.endpoint, SignedEndpoint)
