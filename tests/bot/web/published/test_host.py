"""Published editions are read under the public host, through the whole web server."""

import pytest

from bot.i18n.translation import Texts
from bot.model.web_access import WebAccess
from bot.web import server
from bot.web.published.site import route_site
from tests.bot.web.asgi import ask, report_health
from tests.bot.web.published.newsstand import HOST, PUBLIC_URL, Newsstand


async def _ready() -> dict[str, str]:
    return {}


async def _find_nothing(*_: object) -> None:
    return None


def build(stand: Newsstand, *, local: bool = True):
    return server.build_application(
        routes=(),
        read_article=_find_nothing,
        health=report_health(_ready),
        key=b"0123456789abcdef",
        texts=Texts.of("en"),
        published=route_site(stand.site),
        access=WebAccess(is_local=local, public_url=PUBLIC_URL),
    )


@pytest.mark.parametrize("local", [True, False], ids=["loopback", "beyond"])
async def test_a_page_is_read_under_the_public_host(listed, local):
    path = str(await listed.post()).removeprefix(PUBLIC_URL)
    answer = await ask(build(listed, local=local), "GET", path, b"", HOST)
    assert answer.status == 200
    assert answer.header("set-cookie") == ""
    assert "script-src" not in answer.header("content-security-policy")
    assert answer.header("cache-control") == "no-cache"


@pytest.mark.parametrize(
    "host", ["localhost:8711", "127.0.0.1:8711", "evil.example", "news.example.evil"]
)
async def test_under_another_host_there_is_none(listed, host):
    path = str(await listed.post()).removeprefix(PUBLIC_URL)
    answer = await ask(build(listed), "GET", path, b"", {"host": host})
    assert answer.status == 421
    assert "harbour bridge" not in answer.text.lower()
    assert answer.header("set-cookie") == ""


async def test_nothing_else_is_read_under_the_public_host_without_a_login(listed):
    for path in ("/", "/articles/1/newest", "/c/news", "/e/e-7k3m9q", "/readings"):
        answer = await ask(build(listed, local=False), "GET", path, b"", HOST)
        assert answer.status == 404
