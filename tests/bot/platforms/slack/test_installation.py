"""Installing the app: the browser's steps, what is stored, and what is rejected."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Router
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from bot.platforms.slack.app_manifest import SCOPES, SlackApp
from bot.platforms.slack.installations import StoredInstallations
from bot.platforms.slack.platform import build_install_routes
from bot.platforms.slack.rate_limits import SlackRateLimiter
from bot.ports import InstallationStorage
from bot.storage import workspace_store
from tests.bot.platforms.slack.shared_app import (
    KEY,
    PUBLIC,
    SECOND,
    SharedApp,
    a_worker,
    open_shared_app,
    words,
)
from tests.bot.web.asgi import ask
from tests.fakes import FakeClock
from tests.wire.discord.faults import Lost, Status
from tests.wire.slack.faults import Refusal
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR
from tests.wire.slack.server import LocalSlack

DM = f"D{EDITOR.user}"


@pytest.fixture
async def shared_app(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[SharedApp]:
    async with open_shared_app(slack, sqlite_url, tmp_path) as built:
        yield built


async def nothing_is_kept(shared_app: SharedApp) -> bool:
    kept = [await shared_app.kept.installations.find(t) for t in (TEAM, SECOND)]
    return kept == [None, None]


# ── the steps ──────────────────────────────────────────────────────────────────


async def test_the_first_page_has_one_button_and_lists_the_scopes(shared_app):
    page = await shared_app.visitor().visits("/slack/install")
    assert page.status == 200
    for why in SCOPES.values():
        assert why in words(page)
    assert len(page.tree.css("a")) == 1
    url = await shared_app.visitor().begins()
    assert url.startswith(shared_app.slack.address["api_base"].removesuffix("api/"))
    assert parse_qs(urlsplit(url).query)["scope"] == [",".join(SCOPES)]


async def test_accepting_installs_it_and_shows_the_next_steps(shared_app):
    async with shared_app.heard():
        page = await shared_app.install(TEAM)
    assert page.status == 200
    assert "installed in Newsroom" in words(page)
    assert "/newsdesk setup" in words(page)
    kept = await shared_app.kept.installations.find(TEAM)
    assert kept is not None
    assert (kept.name, kept.installer) == ("Newsroom", EDITOR.user)
    assert set(kept.scopes) == set(SCOPES)
    assert kept.tokens is not None
    assert kept.tokens.token in shared_app.slack.teams.tokens
    assert kept.tokens.expires_at == shared_app.harness.clock.now() + timedelta(
        hours=12
    )


async def test_the_installer_gets_one_private_hello(shared_app):
    async with shared_app.heard():
        await shared_app.install(TEAM)
    (said,) = shared_app.slack.ledger.says(DM)
    reported = str(said["blocks"])
    assert "/newsdesk setup" in reported
    assert "traced to its source" in reported


async def test_a_failed_greeting_does_not_stop_the_installation(shared_app):
    shared_app.slack.script(Refusal(code="cannot_dm_bot"), "open")
    async with shared_app.heard():
        page = await shared_app.install(TEAM)
    assert page.status == 200
    assert shared_app.slack.ledger.says(DM) == []
    assert await shared_app.kept.installations.find(TEAM) is not None


async def test_an_unconfigured_workspace_is_greeted_by_its_name(shared_app):
    async with shared_app.heard():
        await shared_app.install("T1003")
    met = await shared_app.harness.db.read(
        workspace_store.find_active_workspace, platform="slack", external_id="T1003"
    )
    assert met is not None
    assert met.name == "Team T1003"


async def test_the_pages_load_nothing_and_run_nothing(shared_app):
    visitor = shared_app.visitor()
    pages = [await visitor.visits("/slack/install"), await shared_app.install(TEAM)]
    pages.append(await visitor.visits("/slack/oauth_redirect?error=access_denied"))
    for page in pages:
        policy = page.header("content-security-policy")
        assert "default-src 'none'; style-src 'sha256-" in policy
        assert "script" not in page.text
        (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.S)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}';" in policy
        assert page.tree.css("link, img, iframe, form") == []
        assert page.header("cache-control") == "no-store"
        assert page.header("referrer-policy") == "no-referrer"


# ── what is rejected ───────────────────────────────────────────────────────────


async def test_declining_shows_a_page_and_stores_nothing(shared_app):
    visitor = shared_app.visitor()
    back = shared_app.slack.teams.declines(await visitor.begins())
    page = await visitor.visits(back)
    assert "You declined" in words(page)
    assert page.tree.css_first("a.button").attributes["href"] == "/slack/install"
    assert await nothing_is_kept(shared_app)


async def test_a_state_is_good_once(shared_app):
    visitor = shared_app.visitor()
    url = await visitor.begins()
    cookie = dict(visitor.cookies)
    assert (
        await visitor.visits(shared_app.slack.teams.agrees(url, team=TEAM))
    ).status == 200
    again = shared_app.slack.teams.agrees(url, team=SECOND)
    visitor.cookies = cookie
    page = await visitor.visits(again)
    assert page.status == 401
    assert "used already" in words(page)
    assert await shared_app.kept.installations.find(SECOND) is None


async def test_a_state_is_good_for_ten_minutes(shared_app):
    visitor = shared_app.visitor()
    url = await visitor.begins()
    shared_app.harness.clock.advance(minutes=10)
    page = await visitor.visits(shared_app.slack.teams.agrees(url, team=TEAM))
    assert page.status == 401
    assert "older than ten minutes" in words(page)
    assert await nothing_is_kept(shared_app)


async def test_a_forged_state_is_none(shared_app):
    visitor = shared_app.visitor()
    url = await visitor.begins()
    forged = "f" * 43
    visitor.cookies["slack-app-oauth-state"] = forged
    back = shared_app.slack.teams.agrees(url, team=TEAM)
    code = parse_qs(urlsplit(back).query)["code"][0]
    query = urlencode({"code": code, "state": forged})
    page = await visitor.visits(f"/slack/oauth_redirect?{query}")
    assert page.status == 401
    assert await nothing_is_kept(shared_app)
    assert shared_app.slack.asked("oauth") == []


async def test_an_installation_ends_in_the_browser_that_began_it(shared_app):
    url = await shared_app.visitor().begins()
    page = await shared_app.visitor().visits(
        shared_app.slack.teams.agrees(url, team=TEAM)
    )
    assert page.status == 400
    assert "another browser" in words(page)
    assert await nothing_is_kept(shared_app)


async def test_an_unknown_code_installs_nothing(shared_app):
    visitor = shared_app.visitor()
    url = await visitor.begins()
    state = parse_qs(urlsplit(url).query)["state"][0]
    shared_app.slack.teams.wasted.append("nobody-gave-this-code")
    with capture_logs() as logs:
        page = await visitor.visits(
            f"/slack/oauth_redirect?code=nobody-gave-this-code&state={state}"
        )
    assert page.status == 401
    assert "did not confirm" in words(page)
    assert [entry["reason"] for entry in logs] == ["invalid_code"]
    assert await nothing_is_kept(shared_app)


@pytest.mark.parametrize(
    "fault", [Lost(when="after"), Status(status=503), Refusal(code="internal_error")]
)
async def test_where_slack_gives_no_clear_answer_nothing_is_kept(shared_app, fault):
    shared_app.slack.script(fault, "oauth")
    page = await shared_app.install(TEAM)
    assert page.status == 401
    assert await nothing_is_kept(shared_app)
    assert (await shared_app.install(TEAM)).status == 200


async def test_a_whole_organisation_is_asked_to_choose_a_workspace(shared_app):
    visitor = shared_app.visitor()
    url = await visitor.begins()
    page = await visitor.visits(shared_app.slack.teams.agrees(url, team=TEAM, org=True))
    assert page.status == 500
    assert "choose a workspace" in words(page)
    assert await nothing_is_kept(shared_app)


async def test_a_token_of_another_workspace_is_not_stored(shared_app):
    shared_app.slack.teams.mistaken_for = SECOND
    page = await shared_app.install(TEAM)
    assert page.status == 401
    assert await nothing_is_kept(shared_app)


async def test_the_librarys_log_has_no_code(shared_app, caplog):
    caplog.set_level("DEBUG", logger="slack_bolt")
    visitor = shared_app.visitor()
    state = parse_qs(urlsplit(await visitor.begins()).query)["state"][0]
    query = urlencode({"code": "canary-code", "state": state})
    await visitor.visits(f"/slack/oauth_redirect?{query}")
    await shared_app.install(TEAM)
    assert "canary-code" not in caplog.text
    for secret in shared_app.slack.teams.secrets():
        assert secret not in caplog.text


@given(
    query=st.text(max_size=60)
    | st.dictionaries(
        st.sampled_from(["code", "state", "error", "team"]), st.text(max_size=20)
    ).map(urlencode),
    cookie=st.text(st.characters(max_codepoint=255), max_size=60),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_visitor_brings_is_answered_with_a_page(pages_alone, query, cookie):
    path = f"/slack/oauth_redirect?{quote(query, safe='=&%+')}"
    answer = asyncio.run(
        ask(pages_alone, "GET", path, b"", {**PUBLIC, "cookie": cookie})
    )
    assert answer.status in {200, 400, 401}
    assert answer.tree.css_first("h1") is not None


@pytest.fixture
def pages_alone() -> ASGIApp:
    """The installation pages alone, over an empty store."""

    class Nothing:
        async def issue(self) -> str:
            return "state"

        async def consume(self, state: str) -> bool:
            return False

    app = SlackApp(
        client_id="1.2", client_secret="s", public_url="https://news.example"
    )
    many = StoredInstallations(
        InstallationStorage(installations=cast(Any, None), states=Nothing()),
        app=app,
        api_base=None,
        now=FakeClock().now,
        pace=SlackRateLimiter,
    )

    async def arrived(_: Any) -> None:
        raise AssertionError("nobody can have installed it")

    return Router(build_install_routes(many, arrived))


async def test_what_a_visitor_brings_is_never_more_than_text(shared_app):
    hostile = urlencode({"error": '"><script>alert(1)</script>', "state": "<b>"})
    page = await shared_app.visitor().visits(f"/slack/oauth_redirect?{hostile}")
    assert "<script" not in page.text
    assert "alert" not in page.text
    assert page.status == 200


async def test_a_visitor_cannot_add_to_what_slack_is_asked(shared_app):
    page = await shared_app.visitor().visits("/slack/install?team=T1%26scope%3Dadmin")
    href = page.tree.css_first("a.button").attributes["href"]
    assert parse_qs(urlsplit(href).query)["scope"] == [",".join(SCOPES)]
    assert "admin" not in href


async def test_an_installation_is_finished_however_many_strangers_begin_one(
    shared_app,
):
    visitor = shared_app.visitor()
    url = await visitor.begins()
    for _ in range(1_005):
        await ask(shared_app.site, "GET", "/slack/install", b"", PUBLIC)
    page = await visitor.visits(shared_app.slack.teams.agrees(url, team=TEAM))
    assert page.status == 200
    assert await shared_app.kept.installations.find(TEAM) is not None


# ── secrets ────────────────────────────────────────────────────────────────────


async def test_no_token_can_be_read_in_the_database_or_in_the_log(
    shared_app, sqlite_url: str
):
    with capture_logs() as logs:
        async with shared_app.heard():
            await shared_app.install_both()
            await shared_app.post(TEAM)
    files = Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("standfirst.db*")
    raw = b"".join(file.read_bytes() for file in files)
    secrets = shared_app.slack.teams.secrets()
    assert len(secrets) >= 5
    for secret in secrets:
        assert secret.encode() not in raw
        assert secret not in str(logs)
    assert "xox" not in repr(await shared_app.kept.installations.find(TEAM))


async def test_with_another_key_the_tokens_stay_encrypted_with_an_error(
    shared_app, slack
):
    await shared_app.install(TEAM)
    other, kept = a_worker(
        slack, shared_app.harness.db, shared_app.harness.clock, key=KEY[::-1]
    )
    found = await kept.installations.find(TEAM)
    assert found is not None
    assert found.tokens is None
    with pytest.raises(Exception, match="STANDFIRST_SECRET_KEY"):
        await other.installations.of(TEAM)
