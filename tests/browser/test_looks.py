"""axe finds no fault in both themes and on a phone; nothing overflows the screen."""

import pytest
from playwright.sync_api import expect

from tests.bot.platforms.local.samples import BRIDGE_TEXT
from tests.browser.accessibility import (
    NARROW,
    PHONE,
    WIDE,
    faults,
    overflow,
    violations,
)

pytestmark = pytest.mark.browser

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


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_nothing_is_cut(chromium, served_page, path):
    page = opened(chromium, served_page, path)
    assert faults(page) == []
    page.set_viewport_size(NARROW)
    assert overflow(page) <= 0
    page.context.close()


def test_axe_finds_nothing_with_everything_open(chromium, served_page):
    page = opened(chromium, served_page, "/", viewport=WIDE)
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
    assert faults(page, WIDE) == []
    page.context.close()


def test_axe_finds_nothing_in_the_drawer(chromium, served_page):
    page = opened(chromium, served_page, "/", viewport=PHONE)
    page.get_by_role("button", name="Channels and people").click()
    expect(page.get_by_role("link", name="science")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="science")).to_be_hidden()
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
