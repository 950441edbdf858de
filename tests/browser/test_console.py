"""The console in a real browser: the first digest, every page with axe, keyboard."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.storage import console_store, schema_upgrade
from tests.browser.accessibility import PHONE, WIDE, ZOOMED, faults, violations
from tests.browser.newsroom import Newsroom, serve_newsroom
from tests.walks.newsrooms import configuration

pytestmark = pytest.mark.browser

OUTSIDE = ("/console/sign-in", "/console/enter?key=x")
INSIDE = (
    "/console?choose=1",
    "/console/w/1",
    "/console/w/1/people",
    "/console/w/1/history",
    "/console/w/1/system",
    "/console/w/1/system?check=1",
    "/console/w/99",
)


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    url = f"sqlite:///{tmp_path}/console.db"
    schema_upgrade.upgrade_database(url)
    with serve_newsroom(url, tmp_path) as running:
        yield running


@pytest.fixture
def furnished(newsroom: Newsroom) -> Newsroom:
    """With digests, something in the history, and a person with access."""
    newsroom.run(newsroom.harness.apply(configuration("browser", newsroom.outlet)))
    return newsroom


def enter(chromium, newsroom: Newsroom, **context) -> Page:
    """A page of the owner, who signs in by a one-time address."""
    opened = chromium.new_context(reduced_motion="reduce", **context)
    opened.set_default_timeout(8_000)
    page: Page = opened.new_page()
    sign_in(page, newsroom)
    return page


def sign_in(page: Page, newsroom: Newsroom) -> None:
    harness = newsroom.harness
    issue = harness.db.write(console_store.issue_link, now=harness.clock.now())
    page.goto(f"{newsroom.url}/console/enter?key={newsroom.run(issue)}")
    # Until the page that the login leads to is there.
    with page.expect_navigation(url=re.compile(r"/console(/w/\d+)?(\?.*)?$")):
        page.get_by_role("button", name="Sign in").click()


def test_a_first_digest_through_the_console_alone(chromium, newsroom: Newsroom):
    """Three minutes and twelve presses; every press of this walk is counted."""
    begun, presses = time.monotonic(), 0
    context = chromium.new_context(reduced_motion="reduce", viewport=WIDE)
    context.set_default_timeout(20_000)
    page = context.new_page()

    def press(name: str) -> None:
        nonlocal presses
        presses += 1
        page.get_by_role("button", name=name, exact=True).click()

    page.goto(newsroom.url)
    press("Open the console")
    expect(page.get_by_role("heading", name="The first digest")).to_be_visible()
    page.get_by_label("Sources").fill(f"{newsroom.outlet}/feed")
    press("Show a preview")
    expect(page.get_by_role("heading", level=1)).to_have_text("Please confirm")
    press("Confirm")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved")
    press("Post the first edition now")
    newsroom.run(newsroom.harness.wake())
    page.goto(f"{newsroom.url}/c/news")
    expect(page.locator(".edition").first).to_be_visible()
    assert presses <= 12
    assert time.monotonic() - begun <= 180
    context.close()


def test_the_first_digest_by_keyboard_alone(chromium, newsroom: Newsroom):
    page = enter(chromium, newsroom, viewport=WIDE)
    expect(page.get_by_role("heading", name="The first digest")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "arg-sources":
            break
    page.keyboard.press("Control+A")
    page.keyboard.type(f"{newsroom.outlet}/feed")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Show a preview":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Please confirm")
    page.context.close()


def test_axe_finds_nothing_and_nothing_is_cut(chromium, furnished):
    page = enter(chromium, furnished)
    for path in INSIDE:
        page.goto(furnished.url + path)
        assert faults(page) == [], path
    page.context.close()


def test_axe_finds_nothing_before_the_login(chromium, newsroom):
    page = chromium.new_context(reduced_motion="reduce").new_page()
    for path in OUTSIDE:
        page.goto(newsroom.url + path)
        assert faults(page) == [], path
    page.context.close()


def test_axe_finds_nothing_on_the_way_to_the_first_digest(chromium, newsroom: Newsroom):
    page = enter(chromium, newsroom)
    assert faults(page, PHONE, ZOOMED) == []
    page.get_by_label("Sources").fill("x" * 300)
    page.get_by_role("button", name="Show a preview").click()
    expect(page.locator("main")).to_contain_text("x" * 20)
    assert faults(page, PHONE, ZOOMED) == []
    page.go_back()
    page.get_by_label("Sources").fill(f"{newsroom.outlet}/feed")
    page.get_by_role("button", name="Show a preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please confirm")
    assert faults(page, PHONE, ZOOMED) == []
    page.context.close()


def test_pages_are_complete_without_scripts(chromium, furnished: Newsroom):
    page = enter(chromium, furnished, java_script_enabled=False)
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="People").click()
    page.get_by_label("Person or role").fill("ben")
    page.get_by_role("button", name="Give access").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please confirm")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved")
    page.context.close()


def test_what_was_typed_survives_a_session_that_ended(chromium, furnished: Newsroom):
    page = enter(chromium, furnished)
    page.goto(f"{furnished.url}/console/w/1/people")
    page.get_by_label("Person or role").fill("ben")
    furnished.run(furnished.harness.db.write(console_store.end_all_sessions))
    page.get_by_role("button", name="Give access").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert violations(page) == []
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value, furnished)
    page.get_by_role("button", name="Send it again").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("This page was out of date")
    assert violations(page) == []
    page.get_by_role("button", name="Send it again").click()
    expect(heading).to_have_text("Please confirm")
    expect(page.locator("main")).to_contain_text("ben")
    page.context.close()
