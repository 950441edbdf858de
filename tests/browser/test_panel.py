"""The control panel in a browser: its pages take each other's place."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import NARROW, PHONE, WIDE, faults
from tests.browser.test_keyboard import press, tab_to
from tests.browser.test_looks import opened

pytestmark = pytest.mark.browser


@pytest.fixture
def home(page):
    page.fill("#command", "/newsdesk home")
    page.keyboard.press("Enter")
    expect(page.locator("#answer .reply-title")).to_have_text("Newsroom")
    return page


def test_a_page_takes_the_place_of_the_page_before(home):
    home.get_by_role("button", name="Open: Evening brief").click()
    expect(home.locator("#answer .reply-title")).to_have_text("Evening brief")
    expect(home.locator(".answer")).to_have_count(1)
    expect(home.locator("#answer")).to_be_focused()
    home.get_by_role("button", name="Back").click()
    expect(home.locator("#answer .reply-title")).to_have_text("Newsroom")
    expect(home.locator(".answer")).to_have_count(1)


def test_a_note_comes_below_the_page(home):
    home.get_by_role("button", name="About").click()
    expect(home.locator("#answer")).to_contain_text("Beside the page.")
    expect(home.locator(".answer")).to_have_count(2)


def test_a_form_is_filled_below_its_page_and_changes_it(home):
    home.get_by_role("button", name="Name Evening brief").click()
    expect(home.get_by_role("textbox", name="Name")).to_be_focused()
    expect(home.locator(".answer")).to_have_count(2)
    home.get_by_role("textbox", name="Name").fill("")
    home.locator(".questions .primary").click()
    expect(home.locator(".wrong .error")).to_contain_text("A name is needed.")
    home.get_by_role("textbox", name="Name").fill("Dusk")
    home.locator(".questions .primary").click()
    expect(home.locator("#answer .reply-title")).to_have_text("It is called Dusk")
    expect(home.locator(".answer")).to_have_count(1)


def test_a_form_whose_page_was_dismissed_leaves_its_answer(home):
    home.get_by_role("button", name="Name Evening brief").click()
    expect(home.locator(".answer")).to_have_count(2)
    home.locator(".answer").first.get_by_role("button", name="Dismiss").click()
    home.get_by_role("textbox", name="Name").fill("Dusk")
    home.locator(".questions .primary").click()
    expect(home.locator("#answer .reply-title")).to_have_text("It is called Dusk")
    expect(home.locator(".answer")).to_have_count(1)


def test_the_panel_is_used_with_the_keyboard(home):
    tab_to(home, ".answer .beside button")
    press(home, "Enter")
    expect(home.locator("#answer .reply-title")).to_have_text("Evening brief")
    tab_to(home, ".answer .option")
    press(home, "Enter")
    expect(home.get_by_role("textbox", name="Name")).to_be_focused()


def test_a_group_of_buttons_has_the_name_of_its_menu(home):
    group = home.get_by_role("group", name="What it contains")
    expect(group.get_by_role("button")).to_have_count(3)


def test_axe_finds_nothing_in_a_page_of_the_panel(chromium, served_page):
    page = opened(chromium, served_page, "/")
    page.fill("#command", "/newsdesk home")
    page.keyboard.press("Enter")
    expect(page.locator("#answer .option")).to_have_count(3)
    assert faults(page, WIDE, PHONE, NARROW) == []
    page.context.close()
