"""Installing the app: the way of a browser, what is kept, and what is not let in."""

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
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from bot.platforms.slack.apps import App
from bot.platforms.slack.installations import ManyInstallations
from bot.platforms.slack.installing import Installing
from bot.platforms.slack.manifest import SCOPES
from bot.platforms.slack.pace import Pace
from bot.storage import workspaces
from tests.bot.platforms.slack.many import (
    KEY,
    PUBLIC,
    SECOND,
    Several,
    a_worker,
    several,
    words,
)
from tests.bot.web.asgi import ask
from tests.fakes import FakeClock
from tests.wire.slack.faults import Lost, Refusal, Status
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR
from tests.wire.slack.server import LocalSlack

DM = f"D{EDITOR.user}"


@pytest.fixture
async def house(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[Several]:
    async with several(slack, sqlite_url, tmp_path) as built:
        yield built


async def nothing_is_kept(house: Several) -> bool:
    kept = [await house.kept.installations.find(t) for t in (TEAM, SECOND)]
    return kept == [None, None]


# ── the way through ────────────────────────────────────────────────────────────


async def test_the_first_page_has_one_button_and_says_what_is_asked_for(house):
    page = await house.visitor().visits("/slack/install")
    assert page.status == 200
    for why in SCOPES.values():
        assert why in words(page)
    assert len(page.tree.css("a")) == 1
    url = await house.visitor().begins()
    assert url.startswith(house.slack.address["api_base"].removesuffix("api/"))
    assert parse_qs(urlsplit(url).query)["scope"] == [",".join(SCOPES)]


async def test_whoever_agrees_has_installed_it_and_is_told_the_next_steps(house):
    async with house.heard():
        page = await house.install(TEAM)
    assert page.status == 200
    assert "installed in Newsroom" in words(page)
    assert "/newsdesk setup" in words(page)
    kept = await house.kept.installations.find(TEAM)
    assert kept is not None
    assert (kept.name, kept.installer) == ("Newsroom", EDITOR.user)
    assert set(kept.scopes) == set(SCOPES)
    assert kept.tokens is not None
    assert kept.tokens.token in house.slack.teams.tokens
    assert kept.tokens.expires_at == house.desk.clock.now() + timedelta(hours=12)


async def test_the_installer_gets_one_private_hello(house):
    async with house.heard():
        await house.install(TEAM)
    (said,) = house.slack.ledger.says(DM)
    told = str(said["blocks"])
    assert "/newsdesk setup" in told
    assert "traced to its source" in told


async def test_a_hello_that_cannot_be_said_stops_nothing(house):
    house.slack.script(Refusal(code="cannot_dm_bot"), "open")
    async with house.heard():
        page = await house.install(TEAM)
    assert page.status == 200
    assert house.slack.ledger.says(DM) == []
    assert await house.kept.installations.find(TEAM) is not None


async def test_a_workspace_that_nobody_set_up_is_met_by_its_name(house):
    async with house.heard():
        await house.install("T1003")
    met = await house.desk.db.read(
        workspaces.present, platform="slack", external_id="T1003"
    )
    assert met is not None
    assert met.name == "Team T1003"


async def test_the_pages_load_nothing_and_run_nothing(house):
    visitor = house.visitor()
    pages = [await visitor.visits("/slack/install"), await house.install(TEAM)]
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


# ── what is not let in ─────────────────────────────────────────────────────────


async def test_whoever_says_no_gets_a_page_and_nothing_is_kept(house):
    visitor = house.visitor()
    back = house.slack.teams.declines(await visitor.begins())
    page = await visitor.visits(back)
    assert "You said no" in words(page)
    assert page.tree.css_first("a.button").attributes["href"] == "/slack/install"
    assert await nothing_is_kept(house)


async def test_a_state_is_good_once(house):
    visitor = house.visitor()
    url = await visitor.begins()
    cookie = dict(visitor.cookies)
    assert (
        await visitor.visits(house.slack.teams.agrees(url, team=TEAM))
    ).status == 200
    again = house.slack.teams.agrees(url, team=SECOND)
    visitor.cookies = cookie
    page = await visitor.visits(again)
    assert page.status == 401
    assert "used already" in words(page)
    assert await house.kept.installations.find(SECOND) is None


async def test_a_state_is_good_for_ten_minutes(house):
    visitor = house.visitor()
    url = await visitor.begins()
    house.desk.clock.advance(minutes=10)
    page = await visitor.visits(house.slack.teams.agrees(url, team=TEAM))
    assert page.status == 401
    assert "older than ten minutes" in words(page)
    assert await nothing_is_kept(house)


async def test_a_forged_state_is_none(house):
    visitor = house.visitor()
    url = await visitor.begins()
    forged = "f" * 43
    visitor.cookies["slack-app-oauth-state"] = forged
    back = house.slack.teams.agrees(url, team=TEAM)
    code = parse_qs(urlsplit(back).query)["code"][0]
    query = urlencode({"code": code, "state": forged})
    page = await visitor.visits(f"/slack/oauth_redirect?{query}")
    assert page.status == 401
    assert await nothing_is_kept(house)
    assert house.slack.asked("oauth") == []


async def test_an_installation_ends_in_the_browser_that_began_it(house):
    url = await house.visitor().begins()
    page = await house.visitor().visits(house.slack.teams.agrees(url, team=TEAM))
    assert page.status == 400
    assert "another browser" in words(page)
    assert await nothing_is_kept(house)


async def test_a_code_that_slack_does_not_know_installs_nothing(house):
    visitor = house.visitor()
    url = await visitor.begins()
    state = parse_qs(urlsplit(url).query)["state"][0]
    house.slack.teams.wasted.append("nobody-gave-this-code")
    with capture_logs() as logs:
        page = await visitor.visits(
            f"/slack/oauth_redirect?code=nobody-gave-this-code&state={state}"
        )
    assert page.status == 401
    assert "did not confirm" in words(page)
    assert [entry["reason"] for entry in logs] == ["invalid_code"]
    assert await nothing_is_kept(house)


@pytest.mark.parametrize(
    "fault", [Lost(when="after"), Status(status=503), Refusal(code="internal_error")]
)
async def test_where_slack_gives_no_clear_answer_nothing_is_kept(house, fault):
    house.slack.script(fault, "oauth")
    page = await house.install(TEAM)
    assert page.status == 401
    assert await nothing_is_kept(house)
    assert (await house.install(TEAM)).status == 200


async def test_a_whole_organisation_is_asked_to_choose_a_workspace(house):
    visitor = house.visitor()
    url = await visitor.begins()
    page = await visitor.visits(house.slack.teams.agrees(url, team=TEAM, org=True))
    assert page.status == 500
    assert "choose a workspace" in words(page)
    assert await nothing_is_kept(house)


async def test_a_token_of_another_workspace_than_it_is_said_to_be_is_not_kept(house):
    house.slack.teams.mistaken_for = SECOND
    page = await house.install(TEAM)
    assert page.status == 401
    assert await nothing_is_kept(house)


async def test_the_librarys_log_tells_no_code(house, caplog):
    caplog.set_level("DEBUG", logger="slack_bolt")
    visitor = house.visitor()
    state = parse_qs(urlsplit(await visitor.begins()).query)["state"][0]
    query = urlencode({"code": "canary-code", "state": state})
    await visitor.visits(f"/slack/oauth_redirect?{query}")
    await house.install(TEAM)
    assert "canary-code" not in caplog.text
    for secret in house.slack.teams.secrets():
        assert secret not in caplog.text


@given(
    query=st.text(max_size=60)
    | st.dictionaries(
        st.sampled_from(["code", "state", "error", "team"]), st.text(max_size=20)
    ).map(urlencode),
    cookie=st.text(st.characters(max_codepoint=255), max_size=60),
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_a_visitor_brings_is_answered_with_a_page(pages_alone, query, cookie):
    path = f"/slack/oauth_redirect?{quote(query, safe='=&%+')}"
    answer = asyncio.run(
        ask(pages_alone, "GET", path, b"", {**PUBLIC, "cookie": cookie})
    )
    assert answer.status in {200, 400, 401}
    assert answer.tree.css_first("h1") is not None


@pytest.fixture
def pages_alone() -> ASGIApp:
    """The addresses alone, over a store that holds nothing."""

    class Nothing:
        async def issue(self) -> str:
            return "state"

        async def consume(self, state: str) -> bool:
            return False

    app = App(client_id="1.2", client_secret="s", public_url="https://news.example")
    many = ManyInstallations(
        cast(Any, None), app=app, api_base=None, now=FakeClock().now, pace=Pace
    )

    async def arrived(_: Any) -> None:
        raise AssertionError("nobody can have installed it")

    found = Installing(many, states=Nothing(), arrived=arrived, now=FakeClock().now)
    return cast(ASGIApp, found)


async def test_what_a_visitor_brings_is_never_more_than_text(house):
    hostile = urlencode({"error": '"><script>alert(1)</script>', "state": "<b>"})
    page = await house.visitor().visits(f"/slack/oauth_redirect?{hostile}")
    assert "<script" not in page.text
    assert "alert" not in page.text
    assert page.status == 200


async def test_a_visitor_cannot_add_to_what_slack_is_asked(house):
    page = await house.visitor().visits("/slack/install?team=T1%26scope%3Dadmin")
    href = page.tree.css_first("a.button").attributes["href"]
    assert parse_qs(urlsplit(href).query)["scope"] == [",".join(SCOPES)]
    assert "admin" not in href


async def test_many_visitors_leave_no_more_than_a_thousand_states(house):
    from bot.storage import install_states

    now = house.desk.clock.now()

    def many(connection):
        for number in range(install_states.STATES + 5):
            install_states.issue(
                connection,
                digest=str(number),
                now=now,
                until=now + timedelta(seconds=60 + number),
            )
        first = install_states.consume(connection, digest="0", now=now)
        last = install_states.consume(
            connection, digest=str(install_states.STATES + 4), now=now
        )
        return first, last

    assert await house.desk.db.write(many) == (False, True)


# ── secrets ────────────────────────────────────────────────────────────────────


async def test_no_token_can_be_read_in_the_database_or_in_the_log(
    house, sqlite_url: str
):
    with capture_logs() as logs:
        async with house.heard():
            await house.install_both()
            await house.post(TEAM)
    files = Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("standfirst.db*")
    raw = b"".join(file.read_bytes() for file in files)
    secrets = house.slack.teams.secrets()
    assert len(secrets) >= 5
    for secret in secrets:
        assert secret.encode() not in raw
        assert secret not in str(logs)
    assert "xox" not in repr(await house.kept.installations.find(TEAM))


async def test_under_another_key_the_tokens_stay_shut_and_it_says_so(house, slack):
    await house.install(TEAM)
    other, kept = a_worker(slack, house.desk.db, house.desk.clock, key=KEY[::-1])
    found = await kept.installations.find(TEAM)
    assert found is not None
    assert found.tokens is None
    with pytest.raises(Exception, match="STANDFIRST_SECRET_KEY"):
        await other.installations.of(TEAM)
