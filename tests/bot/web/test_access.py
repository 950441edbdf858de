"""Beyond this computer only public routes are served; the local page has no login."""

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.i18n.translation import Texts
from bot.model.web_access import WebAccess
from bot.web import server
from tests.bot.web.asgi import OURS, PORT, Answer, ask, report_health

OPEN = WebAccess(is_local=False)
TOKEN = "a-token-of-32-characters-or-more"
PROXY, STRANGER = "10.0.0.3", "203.0.113.7"
BEHIND_PROXY = WebAccess(is_local=False, trusted_proxy=PROXY)
PAGES = ("/", "/act", "/static/base.css", "/articles/1/newest", "/metrics", "/nowhere")


def an_app(access: WebAccess, state: str = "ok"):
    async def article(_: str, __: str | None) -> None:
        return None

    async def ready() -> dict[str, str]:
        return {"database": "ok", "slack": state}

    async def page(_: Request) -> Response:
        return Response("the local page")

    async def hear(_: Request) -> Response:
        return Response("heard")

    return server.build_application(
        routes=[Route("/", page), Route("/act", page, methods=["POST"])],
        read_article=article,
        health=report_health(ready),
        key=b"k" * 32,
        texts=Texts.of("en"),
        public_routes=[Route("/slack/events", hear, methods=["POST"])],
        access=access,
    )


async def get(app, path: str, *, client: str = STRANGER, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"host": "news.example"} | named
    return await ask(app, "GET", path, b"", sent, client=client, server="10.0.0.2")


#: Headers by which a stranger may pretend to be somebody else.
PRETENCES: tuple[dict[str, str], ...] = (
    {},
    OURS,
    {"host": f"127.0.0.1:{PORT}", "x-forwarded-for": "127.0.0.1"},
    {"host": f"localhost:{PORT}", "x-real-ip": PROXY},
    {"host": f"localhost:{PORT}", "x-forwarded-for": PROXY, "via": "1.1 proxy"},
    {"host": f"10.0.0.2:{PORT}", "forwarded": f"for={PROXY};host=localhost"},
    {"host": f"localhost:{PORT}", "x-original-url": "/healthz"},
)


@pytest.mark.parametrize("pretence", PRETENCES)
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("client", [STRANGER, "127.0.0.1", "::1", PROXY])
async def test_a_page_does_not_exist_beyond_this_computer(path, client, pretence):
    answer = await get(an_app(OPEN), path, client=client, **pretence)
    assert answer.status == 404
    assert "the local page" not in answer.text
    assert not answer.header("set-cookie")


@pytest.mark.parametrize("pretence", PRETENCES)
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("client", [STRANGER, "127.0.0.1", "::1", ""])
async def test_behind_a_trusted_proxy_it_does_not_exist_for_others(
    path, client, pretence
):
    answer = await get(an_app(BEHIND_PROXY), path, client=client, **pretence)
    assert answer.status == 404
    assert "the local page" not in answer.text
    assert not answer.header("set-cookie")


async def test_a_form_from_elsewhere_is_not_even_refused():
    app = an_app(OPEN)
    answer = await ask(app, "POST", "/act", b"what=x", OURS, client=STRANGER)
    assert answer.status == 404


@pytest.mark.parametrize("client", [PROXY, f"::ffff:{PROXY}"])
async def test_a_trusted_proxy_on_another_computer_passes_the_page_on(client):
    answer = await get(an_app(BEHIND_PROXY), "/", client=client, **OURS)
    assert (answer.status, answer.text) == (200, "the local page")


async def test_a_trusted_proxy_needs_a_host_of_ours_all_the_same():
    answer = await get(an_app(BEHIND_PROXY), "/", client=PROXY, host="evil.example")
    assert answer.status == 421


@pytest.mark.parametrize("proxy", ["127.0.0.1", "::1"])
async def test_a_proxy_on_this_computer_is_not_trusted_beyond_it(proxy):
    access = WebAccess(is_local=False, trusted_proxy=proxy)
    answer = await get(an_app(access), "/", client=proxy, **OURS)
    assert answer.status == 404


@pytest.mark.parametrize("access", [OPEN, BEHIND_PROXY])
@pytest.mark.parametrize("headers", PRETENCES)
async def test_public_routes_are_reached_by_anybody(access, headers):
    app = an_app(access)
    sent = {"host": "10.0.0.2:8711"} | headers
    heard = await ask(app, "POST", "/slack/events", b"", sent, client=STRANGER)
    assert heard.text == "heard"
    for path in ("/healthz", "/readyz"):
        assert (await get(app, path, **headers)).status == 200


async def test_on_this_computer_public_routes_are_no_way_past_the_checks():
    answer = await get(an_app(WebAccess()), "/healthz", host="evil.example")
    assert answer.status == 421


async def test_beyond_this_computer_readiness_names_parts_and_no_reasons():
    why = "The token of Acme News was refused by db.internal."
    answer = await get(an_app(OPEN, state=why), "/readyz")
    assert answer.status == 503
    assert '"slack":"not ready"' in answer.text
    assert "Acme" not in answer.text
    own = await ask(an_app(WebAccess(), state=why), "GET", "/readyz", b"", OURS)
    assert why in own.text


# ── metrics ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("is_local", [True, False])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
async def test_whoever_has_the_token_reads_the_metrics(is_local, scheme):
    access = WebAccess(is_local=is_local, metrics_token=TOKEN)
    sent = {"authorization": f"{scheme} {TOKEN}"}
    answer = await get(an_app(access), "/metrics", **sent)
    assert answer.status == 200
    assert "standfirst_deliveries_total" in answer.text


@pytest.mark.parametrize("is_local", [True, False])
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer "},
        {"authorization": "Bearer None"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": TOKEN},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"authorization": f"Bearer {TOKEN}é"},
        {"cookie": f"authorization=Bearer {TOKEN}"},
    ],
)
async def test_without_the_token_nobody_reads_the_metrics(is_local, sent):
    access = WebAccess(is_local=is_local, metrics_token=TOKEN)
    app = an_app(access)
    answer = await ask(app, "GET", f"/metrics?token={TOKEN}", b"", OURS | sent)
    assert answer.status == 401
    assert answer.header("www-authenticate") == "Bearer"
    assert "standfirst_" not in answer.text


async def test_on_this_computer_the_metrics_need_no_token():
    answer = await ask(an_app(WebAccess()), "GET", "/metrics", b"", OURS)
    assert answer.status == 200
