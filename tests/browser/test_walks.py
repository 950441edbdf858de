"""The walks of `tests/walks` in a real browser on the local page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage import schema_upgrade
from tests.browser.newsroom import BrowserWalker, Newsroom, finish, serve_newsroom

pytestmark = pytest.mark.browser


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    url = f"sqlite:///{tmp_path}/walks.db"
    schema_upgrade.upgrade_database(url)
    with serve_newsroom(url, tmp_path) as running:
        yield running


@pytest.fixture
def walker(chromium, newsroom: Newsroom) -> Iterator[BrowserWalker]:
    context = chromium.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(8_000)
    page = context.new_page()
    page.goto(newsroom.url)
    yield BrowserWalker(page=page)
    context.close()


def test_a_form_is_filled_and_confirmed(walker, newsroom):
    newsroom.run(newsroom.harness.apply())
    finish(walker.types("/newsdesk preview"))
    assert "Preview of" in walker.text
