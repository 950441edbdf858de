"""A Chromium for each module of browser tests, and a served page for each test.

A module and not the session: while the synchronous driver is up, it keeps an event
loop running in this thread, and no asynchronous test could run.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.stage import Served, Stage, an_edition_delivery, served

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=[*QUIET])
        except Error:
            if path is not None:
                raise
            pytest.skip("no Chromium is installed here (apt-get install chromium)")
        yield browser
        browser.close()


@pytest.fixture
def house() -> Iterator[Served]:
    with served(Stage()) as running:
        running.send(an_edition_delivery())
        yield running


@pytest.fixture
def page(chromium, house) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(5_000)
    opened = context.new_page()
    opened.goto(house.url)
    yield opened
    context.close()
