"""Pages of published editions in Chromium: axe, keyboard, narrow screens, print."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.i18n.translation import Texts
from bot.model.web_access import WebAccess
from bot.web import server
from bot.web.published.site import route_site
from digests.cards.drawing import draw_card
from digests.cards.wording import CardDesign, CardWording
from tests.bot.corrections.living import correct
from tests.bot.web.asgi import report_health
from tests.bot.web.published.newsstand import open_newsstand
from tests.bot.web.published.test_pages import GERMAN
from tests.browser.accessibility import NARROW, PHONE, WIDE, faults, overflow

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Site:
    """A served site, with the addresses of its pages."""

    home: str
    edition: str
    german: str
    missing: str

    @property
    def pages(self) -> dict[str, str]:
        return {
            "list": self.home,
            "edition": self.edition,
            "german": self.german,
            "missing": self.missing,
        }


async def draw(wording: CardWording, design: CardDesign) -> bytes:
    return await asyncio.to_thread(draw_card, wording, design)


async def _ready() -> dict[str, str]:
    return {}


async def _find_nothing(*_: object) -> None:
    return None


async def run_site(home: Path, port: int, opened: "Opened") -> None:
    """Serve a newsroom with three editions until it is stopped."""
    url = f"http://127.0.0.1:{port}"
    async with open_newsstand(
        f"sqlite:///{home}/site.db", home, draw_card=draw, public_url=url
    ) as stand:
        edition = str(await stand.post())
        await correct(stand.harness, ("31,000", "13,000"))
        await stand.set_web("listed", 'language = "de"')
        german = str(await stand.post("german", GERMAN))
        app = server.build_application(
            routes=(),
            read_article=_find_nothing,
            health=report_health(_ready),
            key=b"0123456789abcdef",
            texts=Texts.of("en"),
            published=route_site(stand.site),
            access=WebAccess(public_url=url),
        )
        async with server.serve_application(app, host="127.0.0.1", port=port):
            opened.site = Site(
                home=f"{url}/editions/morning-brief",
                edition=edition,
                german=german,
                missing=f"{url}/read/nothing",
            )
            opened.loop = asyncio.get_running_loop()
            opened.stop = asyncio.Event()
            opened.ready.set()
            await opened.stop.wait()


class Opened:
    site: Site
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event

    def __init__(self) -> None:
        self.ready = threading.Event()


@contextmanager
def serve_site(home: Path) -> Iterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    opened = Opened()
    thread = threading.Thread(target=lambda: asyncio.run(run_site(home, port, opened)))
    thread.start()
    assert opened.ready.wait(60)
    try:
        yield opened.site
    finally:
        opened.loop.call_soon_threadsafe(opened.stop.set)
        thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve_site(tmp_path_factory.mktemp("site")) as served:
        yield served


def opened(chromium: Browser, address: str, **context: object) -> Page:
    page = chromium.new_context(reduced_motion="reduce", **context).new_page()  # type: ignore[arg-type]
    page.goto(address)
    return page


@pytest.mark.parametrize("name", ["list", "edition", "german", "missing"])
def test_axe_finds_nothing_and_nothing_is_cut(chromium, site, name):
    page = opened(chromium, site.pages[name])
    assert faults(page) == []
    page.set_viewport_size(NARROW)
    assert overflow(page) <= 0
    page.context.close()


def test_nothing_is_cut_at_twice_the_size_of_text(chromium, site):
    page = opened(chromium, site.edition, viewport={"width": 640, "height": 450})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.context.close()


def test_every_link_is_reached_by_keyboard_the_content_first(chromium, site):
    page = opened(chromium, site.edition, viewport=WIDE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    count = page.locator("a").count()
    reached = set()
    for _ in range(count):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.outerHTML"))
    assert len(reached) >= len(set(page.locator("main a, footer a").all_inner_texts()))
    page.context.close()


def test_a_quotes_own_address_leads_to_it(chromium, site):
    page = opened(chromium, site.edition, viewport=PHONE)
    address = page.locator("figure .here a").last.get_attribute("href")
    page.goto(str(address))
    assert page.locator("figure:target").count() == 1
    page.context.close()


def test_pictures_are_shown(chromium, site):
    page = opened(chromium, site.edition, viewport=WIDE)
    picture = page.locator("img").first
    picture.scroll_into_view_if_needed()
    # wait_for_function evaluates a text when it asks again: the policy forbids that.
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("one => one.naturalWidth") > 0
    page.context.close()


def test_a_page_does_without_scripts_and_cookies(chromium, site):
    page = opened(chromium, site.edition, java_script_enabled=False, viewport=WIDE)
    assert page.locator("article").count() == 2
    assert page.context.cookies() == []
    page.context.close()


def test_the_browser_reports_no_violation_of_the_policy(chromium, site):
    page = chromium.new_context().new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(site.edition)
    page.wait_for_load_state("networkidle")
    assert said == []
    page.context.close()


def test_on_paper_there_are_the_stories_and_nothing_to_press(chromium, site):
    page = opened(chromium, site.edition, viewport=WIDE)
    page.emulate_media(media="print")
    assert page.locator("article").first.is_visible()
    assert page.locator("figure .here a").first.is_hidden()
    page.context.close()
