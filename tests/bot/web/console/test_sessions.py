"""How people get in, how long they stay, and how a session ends."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from bot.model.sign_in import ENTER_PATH, LINK_LIFETIME
from bot.model.web_access import WebAccess
from bot.storage import console_store, schema
from bot.web.console.sessions import IDLE, LIFETIME
from tests.bot.web.asgi import FORM, OURS, Browser
from tests.bot.web.console.stage import BEHIND, ConsoleStage, submit

START = "/console?choose=1"
#: A page with a form for those who are not signed in.
OUTSIDE = "/console/enter?key=x"


async def use(browser: Browser, key: str):
    return await submit(browser, ENTER_PATH, {"key": key}, at=f"{ENTER_PATH}?key={key}")


def list_rows(conn: Connection, table: Table) -> list[Any]:
    return [*conn.execute(select(table))]


async def is_in(browser: Browser) -> bool:
    return (await browser.get(START)).status == 200


def session_of(browser: Browser) -> str:
    return next(v for k, v in browser.cookies.items() if k.endswith("_console"))


# ── the owner's address ────────────────────────────────────────────────────────


async def test_the_owners_address_signs_in_once(stage: ConsoleStage):
    key, browser, other = await stage.link(), stage.browser(), stage.browser()
    answer = await use(browser, key)
    assert (answer.status, answer.header("location")) == (303, "/console")
    assert await is_in(browser)
    assert (await use(other, key)).status == 403
    assert not await is_in(other)


async def test_looking_at_the_owners_address_does_not_use_it_up(stage: ConsoleStage):
    key = await stage.link()
    assert (await stage.browser().get(f"{ENTER_PATH}?key={key}")).status == 200
    assert (await use(stage.browser(), key)).status == 303


async def test_the_owners_address_is_valid_for_ten_minutes(stage: ConsoleStage):
    key, late = await stage.link(), await stage.link()
    stage.harness.clock.advance(LINK_LIFETIME - timedelta(seconds=1))
    assert (await use(stage.browser(), key)).status == 303
    stage.harness.clock.advance(timedelta(seconds=1))
    answer = await use(stage.browser(), late)
    assert answer.status == 403
    assert "standfirst console" in answer.text


@pytest.mark.parametrize("key", ["", "x", "x" * 43, "ä" * 43, "x" * 5_000])
async def test_a_guessed_address_signs_nobody_in(stage: ConsoleStage, key: str):
    browser = stage.browser()
    at = f"{ENTER_PATH}?key=x"
    assert (await submit(browser, ENTER_PATH, {"key": key}, at=at)).status == 403
    assert not await is_in(browser)


async def test_the_database_holds_nothing_to_sign_in_with(stage: ConsoleStage):
    key, browser = await stage.link(), await stage.enter()
    read = stage.harness.db.read
    for table in (schema.console_links, schema.console_sessions):
        rows = await read(list_rows, table)
        assert rows
        assert key not in str(rows)
        assert session_of(browser) not in str(rows)


async def test_the_local_page_opens_the_console_for_its_owner(stage: ConsoleStage):
    browser = stage.browser()
    token = await browser.token(OUTSIDE)
    answer = await browser.post("/open-console", {"csrf": token})
    assert (answer.status, answer.header("location")) == (303, "/console")
    assert await is_in(browser)


@pytest.mark.parametrize("name", ["x_forwarded_for", "via", "forwarded"])
async def test_a_proxy_does_not_open_the_console_for_the_owner(stage, name):
    browser = stage.browser()
    token = await browser.token(OUTSIDE)
    headers = {name: "203.0.113.7"}
    answer = await browser.post("/open-console", {"csrf": token}, **headers)
    assert answer.status == 403
    assert not await is_in(browser)


async def test_a_proxy_that_may_show_the_local_page_signs_nobody_in(stage):
    served = stage.served(WebAccess(trusted_proxy="127.0.0.1"))
    browser = served.browser()
    token = await browser.token(OUTSIDE)
    headers = {"x_forwarded_for": "203.0.113.7"}
    answer = await browser.post("/open-console", {"csrf": token}, **headers)
    assert answer.status == 403
    assert "standfirst console" in answer.text
    assert not await is_in(browser)


# ── the cookie ─────────────────────────────────────────────────────────────────


async def test_scripts_and_other_sites_do_not_get_the_cookie(stage: ConsoleStage):
    answer = await use(stage.browser(), await stage.link())
    (cookie,) = (v for k, v in answer.headers if k == "set-cookie" and "_console=" in v)
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= parts
    assert "Secure" not in parts


async def test_over_https_the_cookie_stays_on_this_host_and_encrypted(stage):
    behind = stage.served(BEHIND)
    answer = await use(behind.browser(), await behind.link())
    cookies = [value for name, value in answer.headers if name == "set-cookie"]
    assert any(one.startswith("__Host-standfirst_console=") for one in cookies)
    assert all("Secure" in one and "Domain" not in one for one in cookies)


async def test_a_login_makes_a_new_session_and_ends_the_one_before(stage):
    browser = await stage.enter_as("ana", "1")
    before = session_of(browser)
    assert (await use(browser, await stage.link())).status == 303
    assert session_of(browser) != before
    old = stage.browser(cookies={"standfirst_console": before})
    assert not await is_in(old)


async def test_a_session_that_somebody_else_chose_is_not_taken_over(stage):
    planted = "a" * 43
    browser = stage.browser(cookies={"standfirst_console": planted})
    assert (await use(browser, await stage.link())).status == 303
    assert session_of(browser) != planted
    thief = stage.browser(cookies={"standfirst_console": planted})
    assert not await is_in(thief)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 44, "ä" * 43, "a" * 9_000])
async def test_a_forged_session_is_none(stage, token):
    await stage.enter()
    browser = stage.browser(cookies={"standfirst_console": token})
    answer = await browser.get("/console")
    assert answer.status == 303
    assert answer.header("location").startswith("/console/sign-in?")


# ── the end ────────────────────────────────────────────────────────────────────


async def test_a_session_ends_when_it_is_not_used(stage: ConsoleStage):
    browser = await stage.enter()
    stage.harness.clock.advance(IDLE - timedelta(minutes=1))
    assert await is_in(browser)
    stage.harness.clock.advance(IDLE - timedelta(minutes=1))
    assert await is_in(browser)
    stage.harness.clock.advance(IDLE)
    assert not await is_in(browser)


async def test_a_session_ends_however_much_it_is_used(stage: ConsoleStage):
    browser = await stage.enter()
    for _ in range(int(LIFETIME / IDLE) * 2 - 1):
        stage.harness.clock.advance(IDLE / 2)
        assert await is_in(browser)
    stage.harness.clock.advance(IDLE / 2)
    assert not await is_in(browser)


async def test_signing_out_ends_the_session_and_no_other(stage: ConsoleStage):
    browser, other = await stage.enter(), await stage.enter()
    before = dict(browser.cookies)
    answer = await submit(browser, "/console/sign-out", at=START)
    assert answer.header("location") == "/console/sign-in"
    assert not await is_in(stage.browser(cookies=before))
    assert await is_in(other)


async def test_signing_out_everywhere_ends_all_sessions_of_the_person(stage):
    browser, other = await stage.enter(), await stage.enter()
    somebody = await stage.enter_as("ana")
    await submit(browser, "/console/sign-out-everywhere", at=START)
    assert not await is_in(other)
    assert await is_in(somebody)


async def test_a_restored_backup_signs_everybody_out(stage: ConsoleStage):
    browser = await stage.enter()
    await stage.harness.db.write(console_store.end_all_sessions)
    assert not await is_in(browser)


# ── the token of forms ─────────────────────────────────────────────────────────


async def test_a_form_token_of_another_session_is_refused(stage: ConsoleStage):
    mine, theirs = await stage.enter(), await stage.enter_as("ana")
    token = await theirs.token(START)
    answer = await mine.post("/console/sign-out", {"csrf": token})
    assert answer.status == 403
    assert await is_in(mine)


async def test_a_form_token_from_before_the_login_is_refused(stage: ConsoleStage):
    browser = stage.browser()
    key = await stage.link()
    before = await browser.token(f"{ENTER_PATH}?key={key}")
    await use(browser, key)
    answer = await browser.post("/console/sign-out", {"csrf": before})
    assert answer.status == 403
    assert await is_in(browser)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
    ],
)
async def test_a_form_of_another_site_is_refused(stage: ConsoleStage, headers):
    browser = await stage.enter()
    token = await browser.token(START)
    answer = await browser.post("/console/sign-out", {"csrf": token}, **headers)
    assert answer.status == 403
    assert await is_in(browser)


@pytest.mark.parametrize("headers", [{}, {"origin": "null"}])
async def test_a_form_that_does_not_say_where_it_comes_from_is_refused(stage, headers):
    browser = await stage.enter()
    body = f"csrf={await browser.token(START)}".encode()
    sent = OURS | FORM | headers
    answer = await browser.send("POST", "/console/sign-out", body, sent)
    assert answer.status == 403
    assert await is_in(browser)


# ── nothing that was typed is lost ─────────────────────────────────────────────


async def send_again(browser: Browser, page, **changes: str):
    """Press «Send it again» on a page that offers it."""
    form = page.tree.css_first("main form")
    assert form is not None, page.text
    fields = {
        node.attributes["name"] or "": node.attributes.get("value") or node.text()
        for node in form.css("input, textarea")
    }
    fields = {name: said.removeprefix("\n") for name, said in fields.items()}
    action = form.attributes["action"] or ""
    return await browser.post(action, fields | changes), fields


async def test_a_form_survives_the_end_of_its_session(stage: ConsoleStage):
    here = await stage.harness.place()
    path = f"/console/w/{here.workspace.id}/answer"
    browser = await stage.enter()
    stage.harness.clock.advance(LIFETIME)
    typed = {"path": "newsdesk set", "arg-value": "a\nb <c>", "csrf": ""}
    typed["csrf"] = await browser.token(OUTSIDE)
    page = await browser.post(path, typed)
    assert page.status == 401
    # Meanwhile, in another tab.
    browser.cookies = (await stage.enter()).cookies
    page, _ = await send_again(browser, page)
    assert page.status == 403
    answer, fields = await send_again(browser, page)
    assert fields["arg-value"].replace("\r", "") == "a\nb <c>"
    assert answer.status in {200, 422}
    assert "newsdesk" not in answer.header("location")
