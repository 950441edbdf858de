"""axe finds no fault in both themes and on a phone; nothing overflows the screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.bot.platforms.local.samples import BRIDGE_TEXT

pytestmark = pytest.mark.browser

WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
START = BRIDGE_TEXT.index("38-centimetre")
PATHS = (
    "/",
    "/c/deutsch",
    f"/articles/bridge/newest?from={START}&to={START + 13}",
    "/nowhere",
)


def opened(chromium, served_page, path: str, **context):
    page = chromium.new_context(reduced_motion="reduce", **context).new_page()
    page.goto(served_page.url + path)
    return page


def violations(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing(chromium, served_page, path, scheme, viewport):
    page = opened(chromium, served_page, path, color_scheme=scheme, viewport=viewport)
    assert violations(page) == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_everything_open(chromium, served_page, scheme):
    page = opened(chromium, served_page, "/", color_scheme=scheme, viewport=WIDE)
    lines = ("/news story 1", "/news quots", "/newsdesk status", "/newsdesk style")
    for count, line in enumerate(lines, 1):
        page.fill("#command", line)
        page.keyboard.press("Enter")
        expect(page.locator(".answer")).to_have_count(count)
    for summary in page.locator(".more summary").all():
        summary.click()
    page.focus("#command")
    page.keyboard.type("/n")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert violations(page) == []
    page.context.close()


def test_axe_finds_nothing_in_the_drawer(chromium, served_page):
    page = opened(chromium, served_page, "/", viewport=PHONE)
    page.get_by_role("button", name="Channels and people").click()
    expect(page.get_by_role("link", name="science")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="science")).to_be_hidden()
    page.context.close()


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_the_narrowest_phone(chromium, served_page, path):
    page = opened(chromium, served_page, path, viewport=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_answers_are_not_wider_than_the_narrowest_phone(chromium, served_page):
    page = opened(chromium, served_page, "/", viewport=NARROW)
    lines = ("/news story 1", "/newsdesk status", "/newsdesk style", "x" * 900)
    for count, line in enumerate(lines, 1):
        page.fill("#command", line)
        page.keyboard.press("Enter")
        expect(page.locator(".answer")).to_have_count(count)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_what_has_the_focus_is_not_behind_a_bar(chromium, served_page):
    page = opened(chromium, served_page, "/", viewport=PHONE)
    for _ in range(40):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => {
              const at = document.activeElement, box = at.getBoundingClientRect();
              if (!at.closest("main") || !box.width) return null;
              const top = document.elementFromPoint(
                box.left + Math.min(8, box.width / 2), box.top + box.height / 2);
              return at.contains(top) || top?.contains(at) ? null : at.outerHTML;
            }"""
        )
        assert hidden is None
    page.context.close()
