"""Rejected requests, headers of every answer, and the error page."""

import contextlib
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.i18n.translation import Texts
from bot.model.web_access import WebAccess
from bot.web import security, server
from bot.web.request_bodies import STRANGER_LIMITS
from tests.bot.web.asgi import (
    FORM,
    OURS,
    PORT,
    SAME,
    Browser,
    ask,
    report_health,
)


def an_app(*routes: Route, **settings: Any):
    async def article(_: str, __: str | None) -> None:
        return None

    async def ready() -> dict[str, str]:
        return {"database": "ok"}

    async def page(request: Request) -> Response:
        return Response(
            f'<input name="csrf" value="{request.state.csrf}">', media_type="text/html"
        )

    async def act(request: Request) -> Response:
        form = await request.form()
        return Response(f"done: {form.get('what')}")

    async def fail(_: Request) -> Response:
        raise RuntimeError("the secret word is heron")

    return server.build_application(
        routes=[
            Route("/", page),
            Route("/act", act, methods=["POST"]),
            Route("/fail", fail),
            *routes,
        ],
        read_article=article,
        health=report_health(ready),
        key=b"k" * 32,
        texts=Texts.of("en"),
        **settings,
    )


@pytest.fixture
def browser() -> Browser:
    return Browser(an_app())


async def test_a_form_of_our_own_page_is_taken(browser):
    token = await browser.token()
    answer = await browser.post("/act", {"csrf": token, "what": "Käse & more"})
    assert (answer.status, answer.text) == (200, "done: Käse & more")


async def test_the_token_may_come_as_a_header(browser):
    token = await browser.token()
    answer = await browser.post("/act", {"what": "x"}, x_csrf_token=token)
    assert answer.status == 200


@pytest.mark.parametrize(
    "host",
    [
        f"evil.example:{PORT}",
        "localhost",
        "localhost:80",
        f"localhost.evil.example:{PORT}",
        f"127.0.0.2:{PORT}",
        f"0.0.0.0:{PORT}",
        f"[::2]:{PORT}",
        f":{PORT}",
        "",
    ],
)
async def test_a_foreign_host_reads_nothing(browser, host):
    answer = await browser.send("GET", "/", b"", {"host": host})
    assert answer.status == 421
    assert 'name="csrf"' not in answer.text


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
async def test_a_name_of_this_machine_is_ours(browser, name):
    answer = await browser.send("GET", "/", b"", {"host": f"{name}:{PORT}"})
    assert answer.status == 200


async def test_a_request_without_a_host_is_refused(browser):
    assert (await browser.send("GET", "/", b"", {})).status == 421


#: What proxies add, also where they replace the host by ours.
FORWARDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Server",
    "X_Forwarded_For",
    "X-Real-IP",
    "X-Client-IP",
    "X-Original-URL",
    "X-Rewrite-URL",
    "True-Client-IP",
    "CF-Connecting-IP",
    "Tailscale-User-Login",
)


@pytest.mark.parametrize("name", FORWARDED)
@pytest.mark.parametrize("path", ["/", "/nowhere", "/metrics", "/static/base.css"])
async def test_what_a_proxy_passes_on_reads_nothing(browser, name, path):
    headers = OURS | {name.lower(): "203.0.113.7"}
    answer = await browser.send("GET", path, b"", headers)
    assert answer.status == 403
    assert "STANDFIRST_WEB_TRUSTED_PROXY" in answer.text
    assert 'name="csrf"' not in answer.text


async def test_what_a_proxy_passes_on_does_nothing(browser):
    token = await browser.token()
    answer = await browser.post(
        "/act", {"csrf": token, "what": "x"}, x_forwarded_for="203.0.113.7"
    )
    assert (answer.status, "done:" in answer.text) == (403, False)


async def test_a_proxy_that_adds_nothing_is_known_by_its_old_version(browser):
    answer = await ask(browser.app, "GET", "/", b"", OURS, version="1.0")
    assert answer.status == 403


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_a_public_path_is_reached_through_any_proxy(version):
    async def hear(_: Request) -> Response:
        return Response("heard")

    app = an_app(public_routes=[Route("/slack/events", hear, methods=["GET"])])
    headers = {"host": "news.example", "x-forwarded-for": "203.0.113.7"}
    answer = await ask(app, "GET", "/slack/events", b"", headers, version=version)
    assert answer.text == "heard"


async def test_a_request_that_breaks_off_is_no_failure_of_ours():
    async def hear(request: Request) -> Response:
        return Response(await request.body())

    app = an_app(public_routes=[Route("/slack/events", hear, methods=["POST"])])
    with capture_logs() as logs, contextlib.suppress(StopIteration, RuntimeError):
        await ask(app, "POST", "/slack/events", b"a", {}, whole=False)
    assert [line["event"] for line in logs] == ["request broken off"]


@pytest.mark.parametrize(
    ("trusted", "status"), [("127.0.0.1", 200), ("::1", 403), (None, 403)]
)
async def test_a_trusted_proxy_passes_the_page_on(trusted, status):
    browser = Browser(an_app(access=WebAccess(trusted_proxy=trusted)))
    answer = await browser.get("/", x_forwarded_for="203.0.113.7")
    assert answer.status == status


async def test_a_trusted_proxy_needs_a_host_of_ours_all_the_same():
    browser = Browser(an_app(access=WebAccess(trusted_proxy="127.0.0.1")))
    headers = {"host": "news.example", "x-forwarded-for": "203.0.113.7"}
    assert (await browser.send("GET", "/", b"", headers)).status == 421


async def test_a_form_that_was_cut_off_does_nothing(browser):
    sent = f"csrf={await browser.token()}&what=remove+every".encode()
    visit = browser.cookies[security.VISIT_COOKIE]
    headers = OURS | FORM | SAME | {"cookie": f"{security.VISIT_COOKIE}={visit}"}
    answer = await ask(browser.app, "POST", "/act", sent, headers, whole=False)
    assert "done:" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"https://localhost:{PORT}"},
        {"origin": "http://localhost:9999"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
        {},
    ],
)
async def test_a_post_from_elsewhere_does_nothing(browser, headers):
    body = f"csrf={await browser.token()}&what=x".encode()
    answer = await browser.send("POST", "/act", body, OURS | FORM | headers)
    assert answer.status == 403
    assert "done:" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": f"http://localhost:{PORT}"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"origin": f"http://localhost:{PORT}", "sec-fetch-site": "same-origin"},
    ],
)
async def test_a_post_from_our_own_page_is_taken(browser, headers):
    body = f"csrf={await browser.token()}&what=x".encode()
    answer = await browser.send("POST", "/act", body, OURS | FORM | headers)
    assert answer.status == 200


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64, "é"])
async def test_a_post_without_the_right_token_does_nothing(browser, token):
    await browser.token()
    answer = await browser.post("/act", {"csrf": token, "what": "x"})
    assert answer.status == 403


async def test_another_browsers_token_does_not_fit(browser):
    other = await Browser(browser.app).token()
    await browser.token()
    assert (await browser.post("/act", {"csrf": other})).status == 403


async def test_a_token_without_its_cookie_does_not_fit(browser):
    token = await browser.token()
    browser.cookies.clear()
    assert (await browser.post("/act", {"csrf": token})).status == 403


async def test_a_body_over_the_limit_is_refused(browser):
    token = await browser.token()
    answer = await browser.post(
        "/act", {"csrf": token, "what": "x" * STRANGER_LIMITS.bytes}
    )
    assert answer.status == 413


async def test_a_body_with_a_false_length_is_rejected(browser):
    token = await browser.token()
    fields = {"csrf": token, "what": "x" * STRANGER_LIMITS.bytes}
    answer = await browser.post("/act", fields, content_length="10")
    assert answer.status == 413


async def test_only_forms_are_taken(browser):
    token = await browser.token()
    headers = OURS | SAME | {"content-type": "text/plain", "x-csrf-token": token}
    answer = await browser.send("POST", "/act", b"what=x", headers)
    assert answer.status == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_are_refused(browser, method):
    assert (await browser.send(method, "/act", b"", OURS | SAME)).status == 405


@pytest.mark.parametrize("path", ["/", "/nowhere", "/fail", "/static/base.css"])
@pytest.mark.parametrize(("name", "value"), security.RESPONSE_HEADERS.items())
async def test_every_answer_carries_the_policy(browser, path, name, value):
    found = (await browser.get(path)).header(name)
    kept = {"cache-control": "no-cache"} if path.startswith("/static") else {}
    assert found == kept.get(name, value)


async def test_the_visit_cookie_is_for_the_server_alone(browser):
    cookie = (await browser.get("/")).header("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize("visit", ["short", "x" * 65, "é" * 30, '"', "\x01"])
async def test_a_visit_that_is_not_ours_is_replaced(browser, visit):
    browser.cookies[security.VISIT_COOKIE] = visit
    assert security.VISIT_COOKIE in (await browser.get("/")).header("set-cookie")
    assert browser.cookies[security.VISIT_COOKIE] != visit


async def test_an_unknown_page_is_reported_with_a_link(browser):
    answer = await browser.get("/nowhere")
    assert answer.status == 404
    assert "no such page" in answer.text
    assert answer.tree.css_first('main a[href="/"]') is not None


async def test_a_defect_is_reported_without_its_trace(browser):
    answer = await browser.get("/fail")
    assert answer.status == 500
    assert "heron" not in answer.text
    assert "Traceback" not in answer.text
    assert "our side" in answer.text


async def test_a_cookie_that_takes_long_to_unquote_is_not_read(browser):
    async def list_cookies(request: Request) -> Response:
        return Response(",".join(sorted(request.cookies)))

    app = an_app(Route("/cookies", list_cookies))
    slow = '"' + '\\"' * 10 + '"'
    headers = OURS | {"cookie": f"other={slow}; ours=fine"}

    assert (await ask(app, "GET", "/cookies", b"", headers)).text == "ours"


@pytest.mark.parametrize("path", ["/" + "9" * 5_000, "/?q=" + "x" * 5_000])
async def test_an_address_that_no_page_has_is_refused_at_once(browser, path):
    assert (await browser.get(path)).status == 414


async def test_a_form_may_have_a_field_for_each_of_many_sources(browser):
    fields = {f"set-{number}": "x" for number in range(700)}
    token = await browser.token()

    answer = await browser.post("/act", fields | {"csrf": token, "what": "x"})

    assert (answer.status, answer.text) == (200, "done: x")


async def test_a_form_of_too_many_fields_is_refused(browser):
    token = await browser.token()
    answer = await browser.send(
        "POST", "/act", b"&" * 10_000, OURS | FORM | SAME | {"x-csrf-token": token}
    )
    assert answer.status == 413
