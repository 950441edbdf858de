"""Who may open what: every route × roles × own and other workspace.

The table is made of the routes themselves, so that a new page is in it.
"""

import re
from datetime import timedelta

import pytest
from starlette.routing import Route

from bot.i18n.translation import Texts
from bot.web.console import application
from bot.web.console.members import REMEMBERED
from bot.web.console.visits import Console
from tests.bot.web.console.stage import BEHIND, ConsoleStage, submit

SCOPE = "/console/w/{workspace_id:int}"


def list_routes() -> list[tuple[str, str]]:
    """The method and path of every route of a workspace; made without services."""
    console = object.__new__(Console)
    object.__setattr__(console, "navigation", ())
    found = []
    for build in application.PAGES:
        for route in build(console):
            assert isinstance(route, Route)
            assert route.path.startswith(SCOPE), "pages belong to a workspace"
            methods = set(route.methods or ()) - {"HEAD"}
            found += [(method, route.path) for method in sorted(methods)]
    return found


ROUTES = list_routes()
#: Posted to because forms are, and change nothing: asked for after each key.
SHOWING = ("/preview", "/dry-run", "/turn")


def address(path: str, workspace_id: int) -> str:
    own = path.replace("{workspace_id:int}", str(workspace_id))
    return re.sub(r"\{[^}]+\}", "1", own)


async def ask(browser, method: str, path: str):
    if method == "GET":
        return await browser.get(path)
    token = await browser.token(OUTSIDE if not browser.cookies else START)
    return await browser.post(path, {"csrf": token})


START = "/console?choose=1"
#: A page with a form for those who are not signed in.
OUTSIDE = "/console/enter?key=x"


@pytest.fixture
async def here(stage: ConsoleStage):
    """A server with Ana, an editor, and Ben, a reader; Cleo is an editor elsewhere."""
    stage.sign_in.put("10", "ana", editor=True)
    stage.sign_in.put("10", "ben", editor=False)
    stage.sign_in.put("20", "cleo", editor=True)
    await stage.workspace("20")
    return await stage.workspace("10")


def test_the_table_is_not_empty():
    assert ("GET", SCOPE) in ROUTES
    assert ("POST", f"{SCOPE}/answer") in ROUTES


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nobody_gets_in_without_a_session(stage, here, method, path):
    answer = await ask(stage.browser(), method, address(path, here.id))
    assert answer.status == (303 if method == "GET" else 401)
    assert here.name not in answer.text
    if method == "GET":
        assert answer.header("location").startswith("/console/sign-in?next=")


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_reader_does_not_get_in(stage, here, method, path):
    browser = await stage.enter_as("ben", "10")
    answer = await ask(browser, method, address(path, here.id))
    assert answer.status == 403
    assert here.name not in answer.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_an_editor_of_another_workspace_does_not_get_in(
    stage, here, method, path
):
    browser = await stage.enter_as("cleo", "20")
    answer = await ask(browser, method, address(path, here.id))
    assert answer.status == 404
    assert here.name not in answer.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_somebody_who_only_says_to_be_there_does_not_get_in(
    stage, here, method, path
):
    browser = await stage.enter_as("cleo", "10", "20")
    answer = await ask(browser, method, address(path, here.id))
    assert answer.status == 404


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_an_account_of_another_platform_with_the_same_id_does_not_get_in(
    stage, here, method, path
):
    other = await stage.workspace("10", platform="slack")
    browser = await stage.enter_as("ana", "10")
    answer = await ask(browser, method, address(path, other.id))
    assert answer.status == 404


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_an_editor_gets_in(stage, here, method, path):
    browser = await stage.enter_as("ana", "10")
    answer = await ask(browser, method, address(path, here.id))
    assert answer.status not in {401, 403}
    assert "/console/sign-in" not in answer.header("location")
    assert "Workspace not found" not in answer.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_the_owner_gets_in_everywhere(stage, here, method, path):
    answer = await ask(await stage.enter(), method, address(path, here.id))
    assert answer.status not in {401, 403}
    assert "Workspace not found" not in answer.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_who_has_lost_the_permission_changes_nothing(stage, here, method, path):
    browser = await stage.enter_as("ana", "10")
    assert (await browser.get(address(SCOPE, here.id))).status == 200
    stage.sign_in.put("10", "ana", editor=False)
    if method == "GET" or path.endswith(SHOWING):
        stage.harness.clock.advance(REMEMBERED)
    answer = await ask(browser, method, address(path, here.id))
    assert answer.status == 403


@pytest.mark.parametrize(("method", "path"), [r for r in ROUTES if r[0] == "POST"])
async def test_without_a_form_token_nothing_is_done(stage, here, method, path):
    browser = await stage.enter_as("ana", "10")
    answer = await browser.post(address(path, here.id), {"path": "newsdesk home"})
    assert answer.status == 403
    assert "out of date" in answer.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_no_page_can_be_framed(stage, here, method, path):
    answer = await ask(await stage.enter(), method, address(path, here.id))
    assert "frame-ancestors 'none'" in answer.header("content-security-policy")
    assert answer.header("x-frame-options") == "DENY"
    assert "unsafe" not in answer.header("content-security-policy")


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999999"])
async def test_a_workspace_that_does_not_exist_is_a_page(stage, number):
    answer = await (await stage.enter()).get(f"/console/w/{number}")
    assert answer.status == 404
    assert "Workspace not found" in answer.text


# ── what is asked, and when ────────────────────────────────────────────────────


async def test_the_platforms_answer_is_remembered_for_minutes(stage, here):
    browser = await stage.enter_as("ana", "10")
    for _ in range(3):
        assert (await browser.get(f"/console/w/{here.id}")).status == 200
    assert stage.sign_in.asked == 1
    stage.harness.clock.advance(REMEMBERED + timedelta(seconds=1))
    assert (await browser.get(f"/console/w/{here.id}")).status == 200
    assert stage.sign_in.asked == 2


async def test_a_platform_that_is_down_lets_nobody_in_and_says_so(stage, here):
    stage.sign_in.is_down = True
    browser = await stage.enter_as("ana", "10")
    answer = await browser.get(f"/console/w/{here.id}")
    assert answer.status == 503
    assert "Try again in a minute" in answer.text
    start = await browser.get("/console")
    assert start.status == 200
    assert "missing here" in start.text


async def test_access_that_was_given_counts_and_ends_at_once(stage, here):
    owner, ben = await stage.enter(), await stage.enter_as("ben", "10")
    base = f"/console/w/{here.id}"
    assert (await ben.get(base)).status == 403
    grant = {"path": "newsdesk access grant", "arg-who": "person 123"}
    stage.sign_in.put("10", "123", editor=False)
    them = await stage.enter_as("123", "10")
    shown = await submit(owner, f"{base}/answer", grant, at=f"{base}/people")
    await press(owner, base, shown, "Confirm")
    assert (await them.get(base)).status == 200
    revoke = {"path": "newsdesk access revoke", "arg-who": "person 123"}
    shown = await submit(owner, f"{base}/answer", revoke, at=f"{base}/people")
    await press(owner, base, shown, "Confirm")
    assert (await them.get(base)).status == 403


async def test_whoever_was_given_access_gives_none(stage, here):
    owner = await stage.enter()
    base = f"/console/w/{here.id}"
    stage.sign_in.put("10", "123", editor=False)
    grant = {"path": "newsdesk access grant", "arg-who": "person 123"}
    shown = await submit(owner, f"{base}/answer", grant, at=f"{base}/people")
    await press(owner, base, shown, "Confirm")
    them = await stage.enter_as("123", "10")
    page = await them.get(f"{base}/people")
    assert "Give access" not in page.text
    more = {"path": "newsdesk access grant", "arg-who": "person 456"}
    answer = await submit(them, f"{base}/answer", more, at=f"{base}/people")
    assert "Only people who manage" in answer.text


async def press(browser, base: str, shown, label: str):
    """Press a button of an answer."""
    fields = {}
    for form in shown.tree.css("form"):
        for button in form.css("button[name=control]"):
            if button.text(strip=True) == label:
                fields = {"control": button.attributes["value"] or ""}
                for hidden in form.css("input[type=hidden]"):
                    name = hidden.attributes["name"] or ""
                    fields[name] = hidden.attributes["value"] or ""
    assert fields, shown.text
    return await browser.post(f"{base}/answer", fields)


# ── workspaces to choose from ──────────────────────────────────────────────────


async def test_people_see_the_workspaces_that_they_edit_now(stage, here):
    stage.sign_in.put("20", "ana", editor=False)
    stage.sign_in.put("30", "ana", editor=True)
    await stage.workspace("30")
    answer = await (await stage.enter_as("ana", "10", "20", "30")).get("/console")
    names = [node.text(strip=True) for node in answer.tree.css(".cards b")]
    assert names == ["Server 10", "Server 30"]


async def test_the_owner_sees_all_of_them(stage, here):
    answer = await (await stage.enter()).get("/console")
    assert len(answer.tree.css(".cards b")) == 3


async def test_where_there_is_one_it_is_opened(stage, here):
    answer = await (await stage.enter_as("ana", "10")).get("/console")
    assert answer.header("location") == f"/console/w/{here.id}"


async def test_a_workspace_that_the_bot_left_is_not_shown(stage, here):
    inbox = stage.harness.inbox
    await inbox.left("discord", "10")
    browser = await stage.enter_as("ana", "10")
    assert (await browser.get(f"/console/w/{here.id}")).status == 404
    assert "no workspace here" in (await browser.get("/console")).text


# ── language, and the way it is served ─────────────────────────────────────────


async def test_pages_are_in_the_browsers_language(stage, here):
    browser = await stage.enter()
    answer = await browser.get(f"/console/w/{here.id}", accept_language="de-DE")
    assert '<html lang="de-DE">' in answer.text
    assert Texts.of("de").say("Overview") in answer.text


async def test_it_is_served_under_the_public_address(stage, here):
    behind = stage.served(BEHIND)
    browser = await behind.enter()
    assert (await browser.get(f"/console/w/{here.id}")).status == 200
    assert (await behind.browser().get("/static/base.css")).status == 200
    assert (await behind.browser().get("/console/static/console.css")).status == 200
