"""The page Review in a real browser: axe, narrow and dark, and a walk by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.storage import draft_store, schema_upgrade, workspace_store
from tests.bot.harness import BRIDGE, POOL
from tests.bot.publishing.reviews import BRIDGE_HEADLINE, REVIEWED
from tests.bot.publishing.reviews import Newsroom as ReviewedNewsroom
from tests.browser.accessibility import PHONE, WIDE, faults
from tests.browser.keyboard import press, read_focused, walk_to
from tests.browser.newsroom import Newsroom, serve_newsroom
from tests.browser.test_console import enter

pytestmark = pytest.mark.browser


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """With a draft that waits, of which an editor changed a headline."""
    url = f"sqlite:///{tmp_path}/console.db"
    schema_upgrade.upgrade_database(url)
    with serve_newsroom(url, tmp_path) as running:
        running.run(begin_review(running))
        yield running


async def begin_review(running: Newsroom) -> None:
    harness = running.harness
    harness.publish("bridge", BRIDGE)
    harness.publish("pool", POOL)
    await harness.apply(REVIEWED)
    room = ReviewedNewsroom(harness)
    await room.goes_by("11-25T06:30")
    await room.types("headline 2: The children may swim again")
    await room.types("note 1: Our ferry ticker has the times")


def address(newsroom: Newsroom) -> str:
    """The address of the only draft."""

    async def find() -> str:
        db = newsroom.harness.db
        spaces = await db.read(workspace_store.list_workspaces)
        for space in spaces:
            for draft in await db.read(draft_store.list_open_drafts, space.scope):
                return f"{newsroom.url}/console/w/{space.id}/review/{draft.public_id}"
        raise AssertionError("no draft waits")

    return newsroom.run(find())


def test_axe_finds_nothing_and_nothing_is_cut(chromium, newsroom):
    page = enter(chromium, newsroom)
    draft = address(newsroom)
    for path in (draft.rpartition("/")[0], draft):
        page.goto(path)
        assert faults(page) == []
    page.locator("details > summary").first.click()
    assert faults(page) == []
    page.context.close()


def test_without_scripts_everything_can_be_done(chromium, newsroom):
    page = enter(chromium, newsroom, viewport=PHONE, java_script_enabled=False)
    page.goto(address(newsroom))
    page.get_by_role("button", name="Approve all").click()
    expect(page.get_by_text("Approved by")).to_be_visible()
    page.context.close()


def test_a_draft_is_reviewed_by_keyboard_alone(chromium, newsroom):
    page = enter(chromium, newsroom, viewport=WIDE)
    page.goto(address(newsroom))
    other = "The children may swim again"
    press(page, f"Down: {BRIDGE_HEADLINE}")
    assert read_focused(page) == "Done."
    expect(page.get_by_role("heading", name=f"1. {other}")).to_be_visible()
    press(page, f"Drop: {other}")
    press(page, f"Put it back: {other}")
    walk_to(page, f"Change this story: {BRIDGE_HEADLINE}")
    page.keyboard.press("Space")
    walk_to(page, "Another quote…")
    page.keyboard.press("End")
    press(page, f"Another quote… {BRIDGE_HEADLINE}")
    assert read_focused(page) == "Done."
    walk_to(page, f"Change this story: {BRIDGE_HEADLINE}")
    page.keyboard.press("Enter")
    walk_to(page, "Write a headline")
    page.keyboard.press("Control+A")
    page.keyboard.type("Bridge shut")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bridge shut").first).to_be_visible()
    press(page, "Approve all")
    expect(page.get_by_text("Approved by")).to_be_visible()
    press(page, "Hold")
    assert read_focused(page) == "Done."
    page.context.close()
