"""Signing in with an account: state, cookie, answers of the platform."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.web.console.accounts import ATTEMPT_COOKIE, ATTEMPT_LIFETIME
from tests.bot.web.asgi import Browser
from tests.bot.web.console.stage import BEHIND, PUBLIC, ConsoleStage

BEGIN = "/console/sign-in/discord"
BACK = f"{BEGIN}/callback"


async def begin(browser: Browser, path: str = BEGIN) -> str:
    """Begin a login; return its state."""
    answer = await browser.get(path)
    assert answer.status == 303
    return parse_qs(urlsplit(answer.header("location")).query)["state"][0]


@pytest.fixture
async def here(stage: ConsoleStage):
    stage.sign_in.put("10", "ana", editor=True)
    return await stage.workspace("10")


async def test_an_account_signs_in(stage, here):
    browser = stage.browser()
    state = await begin(browser, f"{BEGIN}?next=/console/w/{here.id}/history")
    answer = await browser.get(f"{BACK}?code=code-of-ana&state={state}")
    assert answer.header("location") == f"/console/w/{here.id}/history"
    assert (await browser.get(answer.header("location"))).status == 200


async def test_the_platform_sends_back_to_our_public_address(stage, here):
    behind = stage.served(BEHIND)
    await begin(behind.browser())
    assert behind.sign_in.began[-1].redirect == f"{PUBLIC}{BACK}"


@pytest.mark.parametrize("state", ["", "x", "ä"])
async def test_an_answer_with_another_state_signs_nobody_in(stage, here, state):
    browser = stage.browser()
    await begin(browser)
    answer = await browser.get(f"{BACK}?code=code-of-ana&state={state}")
    assert answer.status == 403
    assert stage.sign_in.asked == 0


async def test_an_answer_in_another_browser_signs_nobody_in(stage, here):
    state = await begin(stage.browser())
    answer = await stage.browser().get(f"{BACK}?code=code-of-ana&state={state}")
    assert answer.status == 403
    assert "cookies" in answer.text


async def test_an_answer_signs_in_once(stage, here):
    browser = stage.browser()
    state = await begin(browser)
    address = f"{BACK}?code=code-of-ana&state={state}"
    assert (await browser.get(address)).status == 303
    assert (await browser.get(address)).status == 403


async def test_an_answer_has_ten_minutes(stage, here):
    browser = stage.browser()
    state = await begin(browser)
    stage.harness.clock.advance(ATTEMPT_LIFETIME + timedelta(seconds=1))
    answer = await browser.get(f"{BACK}?code=code-of-ana&state={state}")
    assert answer.status == 403


async def test_an_answer_for_another_platform_signs_nobody_in(stage, here):
    browser = stage.browser()
    state = await begin(browser)
    answer = await browser.get(
        f"/console/sign-in/slack/callback?code=code-of-ana&state={state}"
    )
    assert answer.status == 404


@pytest.mark.parametrize("cookie", ["", "x", "bnVsbA==", "W10=", "e30=", "ä"])
async def test_a_cookie_that_is_not_ours_is_none(stage, here, cookie):
    browser = stage.browser(cookies={"standfirst_sign_in": cookie})
    assert (await browser.get(f"{BACK}?code=code-of-ana&state=")).status == 403


async def test_who_declines_is_told_so(stage, here):
    browser = stage.browser()
    state = await begin(browser)
    answer = await browser.get(f"{BACK}?error=access_denied&state={state}")
    assert answer.status == 403
    assert "declined" in answer.text
    assert stage.sign_in.asked == 0


async def test_a_platform_that_is_down_says_what_to_do(stage, here):
    browser = stage.browser()
    state = await begin(browser)
    stage.sign_in.is_down = True
    answer = await browser.get(f"{BACK}?code=code-of-ana&state={state}")
    assert answer.status == 503
    assert "does not answer" in answer.text
    assert "standfirst console" in answer.text


async def test_a_platform_without_a_login_has_none(stage, here):
    assert (await stage.browser().get("/console/sign-in/slack")).status == 404


async def test_a_login_leads_nowhere_else(stage, here):
    browser = stage.browser()
    state = await begin(browser, f"{BEGIN}?next=https://evil.example/")
    answer = await browser.get(f"{BACK}?code=code-of-ana&state={state}")
    assert answer.header("location") == "/console"


async def test_a_login_ends_the_session_before(stage, here):
    browser = await stage.enter()
    before = browser.cookies["standfirst_console"]
    state = await begin(browser)
    await browser.get(f"{BACK}?code=code-of-ana&state={state}")
    assert browser.cookies["standfirst_console"] != before
    old = stage.browser(cookies={"standfirst_console": before})
    assert (await old.get("/console?choose=1")).status == 303


async def test_a_cookie_whose_time_was_changed_signs_nobody_in(stage, here):
    browser = stage.browser()
    state = await begin(browser)
    written, _, mark = browser.cookies[ATTEMPT_COOKIE].partition(".")
    *values, _ = json.loads(urlsafe_b64decode(written))
    later = json.dumps([*values, "2100-01-01T00:00:00+00:00"])
    forged = urlsafe_b64encode(later.encode()).decode()
    browser.cookies[ATTEMPT_COOKIE] = f"{forged}.{mark}" if mark else forged

    answer = await browser.get(f"{BACK}?code=code-of-ana&state={state}")

    assert answer.status == 403
    assert stage.sign_in.asked == 0


async def test_a_cookie_of_nested_lists_is_none(stage, here):
    browser = stage.browser()
    browser.cookies[ATTEMPT_COOKIE] = urlsafe_b64encode(b"[" * 20_000).decode()

    assert (await browser.get(f"{BACK}?code=x&state=y")).status == 403
