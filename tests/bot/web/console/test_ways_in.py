"""Hosts, proxies and addresses: what reaches the console, and what does not."""

import pytest
from starlette.datastructures import Headers

from bot.model.web_access import WebAccess, parse_networks
from bot.web.security import find_client
from tests.bot.web.asgi import OURS, PORT
from tests.bot.web.console.stage import BEHIND, PROXY, PUBLIC, ConsoleStage

STRANGER = "203.0.113.7"
#: On this computer, behind a proxy on this computer that adds TLS.
BESIDE = WebAccess(public_url=PUBLIC, trusted_proxies=parse_networks("127.0.0.1"))
ALONE = WebAccess(is_local=False)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "news.example.evil.example",
        "news.example:8711",
        "news.example:80",
        f"localhost:{PORT}",
        f"127.0.0.1:{PORT}",
        f"10.0.0.2:{PORT}",
        "",
    ],
)
async def test_beyond_this_computer_only_the_public_host_is_answered(stage, host):
    browser = await stage.served(BEHIND).enter(host=host)
    answer = await browser.get("/console?choose=1", x_forwarded_for=STRANGER)
    assert answer.status == 421


@pytest.mark.parametrize("host", ["news.example", "NEWS.example", "news.example:443"])
async def test_the_public_host_is_answered_with_its_usual_port(stage, host):
    behind = stage.served(BEHIND)
    browser = await behind.enter()
    browser.host = host
    assert (await browser.get("/console?choose=1")).status == 200


@pytest.mark.parametrize("name", ["evil.example", f"evil.example:{PORT}"])
async def test_a_name_that_resolves_to_this_machine_reads_nothing(stage, name):
    browser = await stage.enter(host=name)
    assert (await browser.get("/console?choose=1")).status == 421


async def test_beyond_this_computer_there_is_no_console_without_an_address(stage):
    alone = stage.served(ALONE)
    for host in ("news.example", f"localhost:{PORT}"):
        answer = await alone.browser(host=host).get("/console/sign-in")
        assert answer.status == 404
        assert not answer.header("set-cookie")


@pytest.mark.parametrize("path", ["/", "/c/news", "/open-console", "/command"])
async def test_the_local_page_is_not_served_under_the_public_address(stage, path):
    for access in (BEHIND, BESIDE):
        served = stage.served(access)
        browser = served.browser(host="news.example", client=PROXY)
        assert (await browser.get(path)).status in {404, 421}


# ── proxies ────────────────────────────────────────────────────────────────────

#: By which a request may pretend to come from somewhere else.
PRETENCES = (
    {"x_forwarded_for": "127.0.0.1"},
    {"x_forwarded_for": PROXY, "x_forwarded_host": "news.example"},
    {"forwarded": "for=127.0.0.1;host=localhost;proto=https"},
    {"x_real_ip": PROXY},
    {"via": "1.1 proxy"},
    {"x_original_url": "/console"},
)


@pytest.mark.parametrize("headers", PRETENCES)
@pytest.mark.parametrize(
    "access", [BEHIND, WebAccess(is_local=False, public_url=PUBLIC)]
)
async def test_a_proxy_that_is_not_trusted_is_refused(stage, access, headers):
    browser = await stage.served(access).enter(client=STRANGER)
    answer = await browser.get("/console?choose=1", **headers)
    assert answer.status == 403
    assert "STANDFIRST_TRUSTED_PROXIES" in answer.text


@pytest.mark.parametrize("headers", PRETENCES)
async def test_on_this_computer_an_unknown_proxy_is_refused(stage, headers):
    browser = await stage.enter()
    assert (await browser.get("/console?choose=1", **headers)).status == 403


async def test_a_trusted_proxy_passes_the_console_on(stage):
    for access, client in ((BEHIND, PROXY), (BESIDE, "127.0.0.1")):
        served = stage.served(access)
        browser = await served.enter(host="news.example", client=client)
        answer = await browser.get("/console?choose=1", x_forwarded_for=STRANGER)
        assert answer.status == 200


@pytest.mark.parametrize("headers", [{}, *PRETENCES])
async def test_a_proxy_cannot_make_a_visitor_one_of_this_computer(stage, headers):
    """Even a trusted one that replaces the host: it may pass anybody on."""
    browser = await stage.served(BESIDE).enter(host=OURS["host"])
    answer = await browser.get("/console?choose=1", **headers)
    assert answer.status == (421 if headers else 200)


async def test_a_header_does_not_make_a_host_the_public_one(stage):
    browser = await stage.served(BEHIND).enter(host="evil.example")
    answer = await browser.get("/console?choose=1", x_forwarded_host="news.example")
    assert answer.status == 421


async def test_a_header_does_not_make_a_connection_encrypted(stage):
    plain = WebAccess(
        is_local=False,
        public_url="http://news.example",
        trusted_proxies=parse_networks(PROXY),
    )
    browser = stage.served(plain).browser()
    answer = await browser.get("/console/sign-in", x_forwarded_proto="https")
    assert "Secure" not in answer.header("set-cookie")


@pytest.mark.parametrize(
    ("passed_on", "client", "found"),
    [
        ("", STRANGER, STRANGER),
        ("198.51.100.1", STRANGER, STRANGER),
        ("198.51.100.1", PROXY, "198.51.100.1"),
        ("127.0.0.1, 198.51.100.1", PROXY, "198.51.100.1"),
        ("198.51.100.1, 10.0.0.9", PROXY, "10.0.0.9"),
        ("198.51.100.1, 10.0.0.3", PROXY, "198.51.100.1"),
        ("nonsense", PROXY, PROXY),
        ("", PROXY, PROXY),
    ],
)
def test_a_client_is_who_the_last_trusted_proxy_saw(passed_on, client, found):
    headers = Headers({"x-forwarded-for": passed_on} if passed_on else {})
    assert find_client({"client": (client, 1)}, headers, BEHIND) == found


# ── where a login leads to ─────────────────────────────────────────────────────

FOREIGN = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/console//evil.example/..//",
    "\\\\evil.example",
    "/consolex",
    "/",
    "javascript:alert(1)",
    "/console/\r\nset-cookie: a=b",
    "/console/ä",
    "https:/console/",
    "",
)


@pytest.mark.parametrize("wanted", FOREIGN)
async def test_a_login_leads_nowhere_else(stage: ConsoleStage, wanted):
    from urllib.parse import quote, urlsplit

    browser = await stage.enter()
    answer = await browser.get(f"/console/sign-in?next={quote(wanted)}")
    leads_to = answer.header("location")
    assert answer.status == 303
    assert not urlsplit(leads_to).netloc
    assert leads_to.startswith("/console")


async def test_a_login_leads_back_to_where_somebody_was(stage: ConsoleStage):
    answer = await stage.browser().get("/console/w/1/history?page=2")
    browser = await stage.enter()
    back = await browser.get(answer.header("location"))
    assert back.header("location") == "/console/w/1/history?page=2"
