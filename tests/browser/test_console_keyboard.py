"""Every flow of the console by keyboard alone: nothing here uses a mouse.

After each act its outcome has the focus, so that a screen reader says it and Tab goes
on from there.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import WIDE
from tests.browser.keyboard import press, read_focused, walk_to

pytestmark = pytest.mark.browser
#: Refused without a request: it is an address of this computer.
ADDRESS = "http://127.0.0.1:9/feed"
OPML = f'<opml><body><outline text="Ostrel" xmlUrl="{ADDRESS}"/></body></opml>'


def read_heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_a_source_is_added_tested_removed_and_brought_back(chromium, console):
    page = console.open(chromium, "sources", viewport=WIDE)
    walk_to(page, "What could be read")
    page.keyboard.type(OPML)
    press(page, "Read it once")
    expect(page.locator(".feeds")).to_contain_text("Ostrel")
    walk_to(page, "Add to the digest")
    page.keyboard.press("ArrowDown")
    press(page, "Add")
    assert read_focused(page).startswith("Saved.")
    press(page, "Ostrel")
    press(page, "Test it now")
    expect(page.get_by_role("heading", name="What it gives now")).to_be_visible()
    digest = page.locator(".beside a").inner_text()
    press(page, f"Pause: {digest}")
    press(page, f"Resume: {digest}")
    press(page, f"Remove: {digest}")
    assert read_focused(page).startswith("Saved.")
    expect(page.get_by_text("No digest has it.")).to_be_visible()
    press(page, "History")
    reverts = page.locator("main button").first.get_attribute("aria-label")
    press(page, reverts)
    press(page, "Confirm")
    press(page, "Sources")
    press(page, ADDRESS)
    expect(page.locator(".beside a")).to_have_text(digest)
    page.context.close()


def test_an_edition_is_found_corrected_and_taken_back(chromium, console):
    page = console.open(chromium, "editions", viewport=WIDE)
    walk_to(page, "Sign out")
    press(page, "Morning brief, today 13:00")
    walk_to(page, "Story")
    page.keyboard.press("ArrowDown")
    walk_to(page, "What is right")
    page.keyboard.type("It was on Monday.")
    press(page, "Correct it")
    assert read_focused(page) != ""
    expect(page.locator("main")).to_contain_text("It was on Monday.")
    press(page, "Take it back")
    assert read_focused(page) != ""
    expect(page.locator("main")).to_contain_text("taken back")
    page.context.close()


def test_the_calendar_leads_to_a_digest_which_is_paused_and_resumed(chromium, console):
    page = console.open(chromium, "calendar", viewport=WIDE)
    walk_to(page, "Sign out")
    press(page, "Morning brief")
    assert read_heading(page) == "Morning brief"
    press(page, "Pause")
    assert read_focused(page) != ""
    press(page, "Resume")
    page.context.close()


def test_access_is_given_and_taken_away(chromium, console):
    page = console.open(chromium, "calendar", viewport=WIDE)
    press(page, "People")
    walk_to(page, "Person or role")
    page.keyboard.type("ben")
    press(page, "Give access")
    assert read_heading(page) == "Please confirm"
    press(page, "Confirm")
    assert read_heading(page) == "Saved"
    press(page, "People")
    take = page.locator("td button").first.get_attribute("aria-label")
    press(page, take)
    press(page, "Confirm")
    assert read_heading(page) == "Saved"
    page.context.close()
