"""The pages of digests, sources, editions and the calendar in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import (
    PHONE,
    WIDE,
    ZOOMED,
    faults,
    overflow,
    violations,
)

pytestmark = pytest.mark.browser

PAGES = (
    "digests", "digest", "new digest", "post", "delete", "sources", "source",
    "editions", "edition", "calendar",
)  # fmt: skip


def settled(page: Page) -> Page:
    """Wait for the preview, where the page has one."""
    if page.locator("#preview").count():
        page.wait_for_selector("#shown .why")
    return page


@pytest.fixture
def digest(chromium, console):
    page = settled(console.open(chromium, "digest", viewport=WIDE))
    yield page
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_is_cut(chromium, console, name):
    page = settled(console.open(chromium, name))
    assert faults(page) == []
    for summary in page.locator("main details > summary").all():
        if summary.is_visible():
            summary.click()
    for viewport in (PHONE, ZOOMED):
        page.set_viewport_size(viewport)
        assert overflow(page) <= 0
    page.context.close()


def test_axe_finds_nothing_with_mistakes_the_dry_run_and_everything_open(digest):
    digest.get_by_label("Stories", exact=True).fill("99")
    expect(digest.locator("#set-stories-said .error")).to_be_visible()
    digest.get_by_role("button", name="Try it").click()
    digest.wait_for_selector("#dry details")
    for summary in digest.locator("main details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    assert violations(digest) == []
    digest.get_by_role("button", name="Save changes").click()
    expect(digest.get_by_role("alert")).to_be_visible()
    expect(digest.get_by_label("Stories", exact=True)).to_have_value("99")
    assert violations(settled(digest)) == []


def test_the_preview_is_drawn_again_after_a_change_without_saving(digest):
    digest.get_by_label("Name", exact=True).fill("Dusk")
    expect(digest.locator(".dc-heading")).to_have_text("Dusk")
    expect(digest.locator(".sl-header")).to_have_text("Dusk")
    expect(digest.locator("#unsaved")).to_have_text("Not saved yet.")
    digest.get_by_label("Schedule").fill("Tuesday at 6:15 Europe/Berlin")
    expect(digest.locator("#moments li")).to_have_count(5)
    expect(digest.locator("#moments li").first).to_contain_text("07:00")


def test_a_section_is_moved_with_the_keyboard(digest):
    digest.locator("[name=set-sections][value=quotes]").focus()
    digest.keyboard.press("Alt+ArrowUp")
    order = "all => all.map(one => one.value)"
    shown = digest.eval_on_selector_all("[name=set-sections-order]", order)
    assert shown.index("quotes") < shown.index("matters")
    focused = digest.evaluate("document.activeElement.value")
    assert focused == "quotes"
    expect(digest.locator("[name=set-sections-usual]")).not_to_be_checked()


def test_a_setting_is_changed_and_saved_with_the_keyboard_alone(chromium, console):
    page = settled(console.open(chromium, "new digest", viewport=WIDE))
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "set-stories":
            break
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    expect(page.get_by_label("Stories", exact=True)).to_have_value("3")
    page.context.close()


def test_everything_is_there_without_scripts(chromium, console):
    page = console.open(chromium, "digest", viewport=WIDE, java_script_enabled=False)
    page.get_by_label("Name", exact=True).fill("Dusk")
    page.get_by_role("button", name="Show preview").click()
    expect(page.locator(".dc-heading")).to_have_text("Dusk")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Dusk")
    page.get_by_role("button", name="Move up: quotes").click()
    expect(page.locator("[name=set-sections-usual]")).not_to_be_checked()
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#dry details").first).to_be_visible()
    page.context.close()


def test_what_two_people_change_is_shown_to_the_second(chromium, console):
    first = settled(console.open(chromium, "digest", viewport=WIDE))
    second = settled(console.open(chromium, "digest", viewport=PHONE))
    for page, said in ((first, "9"), (second, "2")):
        page.get_by_label("Stories", exact=True).fill(said)
        page.get_by_role("button", name="Save changes").click()
    expect(second.locator(".theirs")).to_contain_text("9")
    expect(second.get_by_label("Stories", exact=True)).to_have_value("2")
    settled(second)
    assert violations(second) == []
    second.get_by_role("button", name="Save changes").click()
    expect(second.get_by_role("status").first).to_contain_text("Saved.")
    for page in (first, second):
        page.context.close()


def test_german_has_no_english_left(chromium, console):
    page = console.open(chromium, "digest", viewport=WIDE, locale="de-DE")
    settled(page)
    expect(page.get_by_role("button", name="Änderungen speichern")).to_be_visible()
    text = page.locator("main").inner_text()
    assert "Post now" not in text
    page.context.close()
