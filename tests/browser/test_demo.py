"""The demo's tour, and an edition as other platforms show it, in a browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.storage import schema_upgrade
from tests.bot.harness import BRIDGE, CONFIGURATION
from tests.browser.newsroom import Newsroom, serve_newsroom
from tests.browser.stage import (
    WORKSPACE,
    Served,
    Stage,
    an_edition_delivery,
    served,
)

pytestmark = pytest.mark.browser

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SIZES = pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.fixture
def demo() -> Iterator[Served]:
    stage = Stage(is_demo=True)
    with served(stage) as running:
        running.send(an_edition_delivery())
        yield running


def opened(chromium: Browser, url: str, **context) -> Page:
    page: Page = chromium.new_context(reduced_motion="reduce", **context).new_page()
    page.set_default_timeout(5_000)
    page.goto(url)
    return page


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]


# ── the tour ───────────────────────────────────────────────────────────────────


def test_the_tour_shows_one_step_after_the_other(chromium, demo):
    page = opened(chromium, demo.url, viewport=WIDE)
    tour = page.get_by_role("region", name="A minute’s tour")
    steps = tour.locator("[data-shows]").count()
    for number in range(1, steps + 1):
        expect(tour.locator("[data-shows]:visible")).to_have_count(1)
        expect(tour).to_contain_text(f"{number}/{steps}")
        expect(page.locator(".toured")).to_be_visible()
        tour.get_by_role("button").first.click()
    expect(tour).to_be_hidden()
    expect(page.locator(".toured")).to_have_count(0)
    page.context.close()


def test_a_skipped_tour_stays_away_until_it_is_asked_for(chromium, demo):
    page = opened(chromium, demo.url, viewport=WIDE)
    page.get_by_role("button", name="Skip the tour").click()
    again = page.get_by_role("button", name="Take the tour")
    expect(again).to_be_focused()
    page.reload()
    expect(page.locator("#tour")).to_be_hidden()
    again.click()
    expect(page.get_by_role("button", name="Next step")).to_be_focused()
    page.context.close()


def test_the_tour_is_walked_with_the_keyboard_and_left_by_escape(chromium, demo):
    page = opened(chromium, demo.url, viewport=WIDE)
    page.get_by_role("button", name="Next step").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#tour")).to_contain_text("2/")
    expect(page.get_by_role("button", name="Next step")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#tour")).to_be_hidden()
    page.context.close()


def test_the_tour_takes_no_focus_and_does_not_move_the_page(chromium, demo):
    page = opened(chromium, demo.url, viewport=WIDE)
    expect(page.locator("#tour")).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    assert page.evaluate("scrollY") == 0
    page.context.close()


def test_without_javascript_there_is_no_tour(chromium, demo):
    page = opened(chromium, demo.url, java_script_enabled=False)
    expect(page.locator("#tour, #tour-again")).to_have_count(2)
    expect(page.locator("#tour")).to_be_hidden()
    expect(page.locator("#tour-again")).to_be_hidden()
    page.context.close()


def test_the_tour_is_on_the_first_page_only(chromium, demo):
    page = opened(chromium, f"{demo.url}/c/science")
    expect(page.locator("#tour")).to_have_count(0)
    page.context.close()


def test_another_workspace_has_no_tour_whatever_its_name(chromium):
    stage = Stage(workspace=replace(WORKSPACE, external_id="demo"))
    with served(stage) as running:
        running.send(an_edition_delivery())
        page = opened(chromium, running.url, viewport=WIDE)
        expect(page.locator(".edition")).to_have_count(1)
        expect(page.locator("#tour")).to_have_count(0)


def test_an_empty_channel_of_the_demo_says_how_to_try_the_set_up(chromium, demo):
    page = opened(chromium, f"{demo.url}/c/science")
    expect(page.locator("#empty")).to_contain_text("/newsdesk setup")
    page.context.close()


def test_other_workspaces_have_no_tour(page):
    expect(page.locator("#tour")).to_have_count(0)


@SCHEMES
def test_axe_finds_nothing_in_the_tour(chromium, demo, scheme):
    page = opened(chromium, demo.url, color_scheme=scheme, viewport=WIDE)
    expect(page.locator("#tour")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Skip the tour").click()
    assert violations(page) == []
    page.context.close()


def test_nothing_is_marked_while_the_tour_is_in_a_closed_drawer(chromium, demo):
    page = opened(chromium, demo.url, viewport=PHONE)
    expect(page.locator("#tour")).not_to_have_attribute("hidden", "")
    expect(page.locator("#tour")).to_be_hidden()
    expect(page.locator(".toured")).to_have_count(0)
    page.context.close()


@SCHEMES
def test_axe_finds_nothing_in_the_tour_of_a_phone(chromium, demo, scheme):
    page = opened(chromium, demo.url, color_scheme=scheme, viewport=PHONE)
    page.get_by_role("button", name="Channels and people").click()
    expect(page.locator("#tour")).to_be_visible()
    assert violations(page) == []
    page.context.close()


# ── views ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    url = f"sqlite:///{tmp_path}/demo.db"
    schema_upgrade.upgrade_database(url)
    with serve_newsroom(url, tmp_path) as running:
        running.harness.publish("bridge", BRIDGE)
        running.run(running.harness.apply(CONFIGURATION))
        running.run(running.harness.post())
        yield running


@SIZES
@SCHEMES
def test_axe_finds_nothing_in_the_views_of_an_edition(
    chromium, newsroom, scheme, viewport
):
    page = opened(chromium, newsroom.url, color_scheme=scheme, viewport=viewport)
    for platform in ("Discord", "Slack"):
        page.get_by_role("link", name=f"View as {platform}").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(platform)
        expect(page.locator(".as-sent")).to_contain_text("Harbour bridge closes")
        assert violations(page) == []
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"]
    page.get_by_role("link", name="On this page").click()
    expect(page.locator("#answer .edition")).to_be_visible()
    page.context.close()
