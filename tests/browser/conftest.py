"""A Chromium for each module of browser tests, and a served page for each test.

A module and not the session: while the synchronous driver is up, it keeps an event
loop running in this thread, and no asynchronous test could run. Where there is no
Chromium, the tests are left out and the summary says so in one line.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.console_newsroom import ServedConsole, serve_console
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
HERE = Path(__file__).parent


def chromium_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if chromium_path() is not None:
        return
    ours = [item for item in items if HERE in item.path.parents]
    items[:] = [item for item in items if HERE not in item.path.parents]
    config.hook.pytest_deselected(items=ours)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if chromium_path() is None:
        terminalreporter.write_line(
            "SKIPPED tests/browser: no Chromium is installed here "
            "(apt-get install chromium)"
        )


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedConsole]:
    home = tmp_path_factory.mktemp("console")
    with serve_console(f"sqlite:///{home}/news.db", home) as served_console:
        yield served_console


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=[*QUIET]
        )
        yield browser
        browser.close()


@pytest.fixture
def served_page() -> Iterator[Served]:
    with served(Stage()) as running:
        running.send(an_edition_delivery())
        yield running


@pytest.fixture
def page(chromium, served_page) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(5_000)
    opened = context.new_page()
    opened.goto(served_page.url)
    yield opened
    context.close()
