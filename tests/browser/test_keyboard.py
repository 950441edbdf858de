"""Keyboard operation of the page, also while messages arrive."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from bot.model import Inbox, Invocation
from tests.bot.platforms.local.samples import a_delivery
from tests.browser.stage import Stage, an_edition_delivery, served

pytestmark = pytest.mark.browser


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_the_first_tab_leads_to_the_box(page):
    press(page, "Tab", "Enter")
    expect(page.locator("#command")).to_be_focused()


def test_a_command_is_completed_and_sent_with_the_keyboard(page, served_page):
    page.focus("#command")
    page.keyboard.type("/news q")
    box = page.locator("#command")
    expect(page.locator("#suggestions li")).to_have_count(1)
    expect(box).to_have_attribute("aria-expanded", "true")
    press(page, "Tab")
    expect(box).to_have_value("/news quotes ")
    page.keyboard.type("ekd")
    expect(page.locator("#suggestions li").first).to_have_text("Tomas Ekdahl")
    press(page, "ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    press(page, "Enter")
    expect(box).to_have_value("/news quotes Tomas Ekdahl ")
    press(page, "Escape", "Enter")
    expect(page.locator("#answer figure")).to_have_count(2)
    assert served_page.stage.asked[-1].args == {"speaker": "Tomas Ekdahl"}
    expect(box).to_be_focused()
    expect(box).to_have_value("")


def test_tab_leads_on_from_a_finished_word(page):
    page.focus("#command")
    page.keyboard.type("/news latest")
    page.wait_for_timeout(300)
    for _ in range(3):
        press(page, "Tab")
    assert page.evaluate("document.activeElement.id") != "command"


def test_escape_closes_what_is_offered_and_keeps_the_line(page):
    page.focus("#command")
    page.keyboard.type("/n")
    expect(page.get_by_role("listbox")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("#command")).to_have_value("/n")


def test_a_story_is_opened_from_the_select(page, served_page):
    tab_to(page, ".pick select")
    press(page, "ArrowDown")
    tab_to(page, ".pick button")
    press(page, "Enter")
    answer = page.locator("#answer")
    expect(answer).to_contain_text("Harbour bridge closes")
    expect(answer).to_be_focused()
    assert served_page.stage.asked[-1].path == "news story"


def test_folded_quotes_open_with_the_keyboard(page):
    tab_to(page, ".more summary")
    press(page, "Enter")
    expect(page.locator(".story .quote").first).to_be_visible()


def test_another_person_sits_down_and_may_do_less(page):
    tab_to(page, "button[value=ben]")
    press(page, "Enter")
    ben = page.get_by_role("button", name="Ben (reader)")
    expect(ben).to_have_attribute("aria-pressed", "true")
    page.fill("#command", "/newsdesk status")
    press(page, "Enter")
    expect(page.locator("#answer .problem")).to_contain_text("Only editors")


def test_an_answer_is_dismissed_and_the_focus_goes_to_the_box(page):
    page.fill("#command", "/news help")
    press(page, "Enter")
    expect(page.locator(".answer")).to_have_count(1)
    dismiss = page.get_by_role("button", name="Dismiss")
    dismiss.focus()
    press(page, "Enter")
    expect(page.locator(".answer")).to_have_count(0)
    expect(page.locator("#command")).to_be_focused()


def test_a_form_leads_to_its_mistake_and_then_works(page, served_page):
    page.fill("#command", "/newsdesk style")
    press(page, "Enter")
    tone = page.get_by_label("Tone")
    expect(tone).to_be_focused()
    page.locator(".questions .primary").click()
    expect(page.locator(".field.wrong .error")).to_contain_text("This is required.")
    expect(tone).to_be_focused()
    tone.select_option("brisk")
    page.locator(".questions .primary").click()
    expect(page.locator("#answer")).to_contain_text("It is brisk now.")
    assert served_page.stage.asked[-1].args == {"tone": "brisk"}


def test_the_theme_is_kept(page):
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    toggle = page.get_by_role("button", name="Dark")
    expect(toggle).to_have_attribute("aria-pressed", "true")


# ── live ───────────────────────────────────────────────────────────────────────


def test_a_message_arrives_without_reload_and_leaves_the_focus_alone(page, served_page):
    page.focus("#command")
    page.keyboard.type("half a thou")
    served_page.send(an_edition_delivery(2))
    expect(page.locator(".message")).to_have_count(2)
    expect(page.locator("#log")).to_contain_text("New edition: Morning news, 3 stories")
    expect(page.locator("#command")).to_be_focused()
    expect(page.locator("#command")).to_have_value("half a thou")


def test_edits_and_deletes_are_followed(page, served_page):
    served_page.send(a_delivery(2))
    expect(page.locator(".message")).to_have_count(2)
    served_page.send(a_delivery(2, operation="edit", fallback_text="Corrected words"))
    expect(page.locator(".message").last).to_contain_text("Corrected words")
    expect(page.locator(".message").last).to_contain_text("edited")
    served_page.send(a_delivery(2, operation="delete"))
    expect(page.locator(".message")).to_have_count(1)


def test_another_channels_message_marks_the_channel(page, served_page):
    served_page.send(a_delivery(2, channel="science"))
    science = page.get_by_role("link", name="science")
    expect(science).to_contain_text("(new messages)")


def test_nothing_is_lost_while_the_connection_is_away(page, served_page):
    expect(page.locator(".message")).to_have_count(1)
    page.context.set_offline(True)
    for number in range(2, 6):
        served_page.send(a_delivery(number))
    page.context.set_offline(False)
    served_page.send(a_delivery(6))
    expect(page.locator(".message")).to_have_count(6, timeout=10_000)


class EmptyFirst(Stage):
    """A page whose lines to try depend on whether something is posted."""

    def inbox(self) -> Inbox:
        async def suggest(_invocation: Invocation) -> tuple[str, ...]:
            posted = await self.mailbox.newest_ids(self.workspace.id)
            return ("/news latest",) if posted else ("/newsdesk setup",)

        return replace(super().inbox(), suggest=suggest)


def test_the_first_message_brings_other_lines_to_try(chromium):
    with served(EmptyFirst()) as running:
        page = chromium.new_page()
        page.goto(running.url)
        expect(page.locator(".try-row button")).to_have_text("/newsdesk setup")
        running.send(an_edition_delivery())
        expect(page.locator(".try-row button")).to_have_text("/news latest")
        page.close()


# ── without JavaScript ─────────────────────────────────────────────────────────


def test_all_of_it_works_without_javascript(chromium, served_page):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served_page.url)
    page.fill("#command", "/news quotes Ekdahl")
    page.keyboard.press("Enter")
    expect(page.locator("#answer figure")).to_have_count(2)
    bridge = page.locator(".pick option", has_text="Harbour bridge").first
    story = bridge.get_attribute("value")
    page.locator(".pick select").select_option(story)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#answer")).to_contain_text("Harbour bridge closes")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".answer")).to_have_count(0)
    page.get_by_role("button", name="Ben (reader)").click()
    ben = page.get_by_role("button", name="Ben (reader)")
    expect(ben).to_have_attribute("aria-pressed", "true")
    context.close()
