"""The walks of `tests/walks` in a real browser on the local page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.storage import schema_upgrade
from tests.browser.newsroom import BrowserWalker, Newsroom, finish, serve_newsroom
from tests.walks.acceptance import (
    ACCEPTANCES,
    Acceptance,
    set_up_the_first_digest,
)
from tests.walks.newsrooms import configuration
from tests.walks.reaching import by_set, from_home, list_reaches

pytestmark = pytest.mark.browser


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    url = f"sqlite:///{tmp_path}/walks.db"
    schema_upgrade.upgrade_database(url)
    with serve_newsroom(url, tmp_path) as running:
        yield running


@pytest.fixture
def walker(chromium, newsroom: Newsroom) -> Iterator[BrowserWalker]:
    # Nothing moves: a click need not wait until it has ended.
    context = chromium.new_context(reduced_motion="reduce")
    context.set_default_timeout(8_000)
    page = context.new_page()
    page.goto(newsroom.url)
    yield BrowserWalker(page=page)
    context.close()


@pytest.mark.parametrize("wanted", ACCEPTANCES, ids=lambda one: one.name)
def test_it_costs_few_presses(walker, newsroom, wanted: Acceptance):
    harness = newsroom.harness
    if not wanted.empty:
        newsroom.run(harness.apply(configuration("browser", newsroom.outlet)))
        newsroom.run(harness.ingestor.poll())
    if wanted.prepare is not None:
        newsroom.run(wanted.prepare(harness))
    walker.page.reload()
    finish(wanted.walk(walker, newsroom.outlet))
    assert walker.presses <= wanted.most, walker.path


def test_the_channel_of_the_first_digest_is_listed_without_a_reload(walker, newsroom):
    channels = walker.page.locator(".channel-list a")
    expect(channels).to_have_count(0)
    finish(set_up_the_first_digest(walker, newsroom.outlet))
    expect(channels).to_have_count(1)


def test_every_setting_is_reached_from_the_panel(walker, newsroom):
    newsroom.run(newsroom.harness.apply(configuration("browser", newsroom.outlet)))
    walker.page.reload()
    wrong = [finish(from_home(walker, reach)) for reach in list_reaches("local")]
    assert list(filter(None, wrong)) == []


def test_every_setting_is_reached_by_set(walker, newsroom):
    newsroom.run(newsroom.harness.apply(configuration("browser", newsroom.outlet)))
    walker.page.reload()
    wrong = [finish(by_set(walker, reach)) for reach in list_reaches("local")]
    assert list(filter(None, wrong)) == []
