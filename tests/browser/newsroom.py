"""A whole newsroom behind a real page, and a person who walks through it in a browser.

The newsroom runs in a thread with an event loop of its own; `Newsroom.run` does there
what a test wants to happen. The synchronous driver of the browser never waits for that
loop, so that `finish` can run the walks of `tests/walks` step by step.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from playwright.sync_api import Page

from bot.i18n.translation import Texts
from bot.ingest.source_reader import SourceReader
from bot.lookup.edition_views import StoredEditionViews
from bot.platforms.local import pages
from bot.platforms.local.platform import LocalPlatform
from bot.platforms.plugins import load_plugins
from bot.ports import PageServices
from bot.web import server
from bot.web.console.application import build_console
from digests.messages import Message
from tests.bot.harness import BotHarness, open_harness
from tests.bot.web.asgi import report_health
from tests.browser.server_thread import serve_in_thread
from tests.fakes import FakeClock
from tests.fakes_mailbox import MemoryMailbox
from tests.walks.newsrooms import FEEDS
from tests.walks.walkers import Walker
from tests.wire.outlet import outlet

T = TypeVar("T")
KEY = b"0123456789abcdef"


@dataclass(kw_only=True)
class Newsroom:
    """The newsroom, and the address of its page."""

    harness: BotHarness
    loop: asyncio.AbstractEventLoop
    url: str
    #: The address of the web server with its feeds.
    outlet: str

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this in the newsroom's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)


@contextmanager
def serve_newsroom(database: str, home: Path) -> Iterator[Newsroom]:
    """Serve a newsroom over an empty database."""
    with serve_in_thread(partial(_open, database, home)) as newsroom:
        yield newsroom


@asynccontextmanager
async def _open(
    database: str, home: Path, loop: asyncio.AbstractEventLoop
) -> AsyncIterator[Newsroom]:
    mailbox, clock = MemoryMailbox(), FakeClock()
    platform = LocalPlatform(mailbox=mailbox, clock=clock)
    with outlet(FEEDS) as feeds:
        reader = SourceReader(feeds.removeprefix("http://"))
        opened = open_harness(database, home, cast(Any, platform), reader, clock)
        async with reader, opened as harness:
            services = PageServices(
                mailbox=mailbox,
                list_channels=harness.archive.local_destinations,
                list_problems=_list_no_problems,
                has_console=True,
                views=StoredEditionViews(db=harness.db, plugins=load_plugins()),
            )
            console = build_console(harness.services, harness.inbox, {}, b"k" * 32)
            site = server.build_application(
                routes=pages.build_page_routes(platform, services, clock),
                read_article=harness.archive.local_article,
                health=report_health(harness.archive.ready),
                key=KEY,
                texts=Texts.of("en"),
                console=console.routes,
                show_stale_form=console.show_stale_form,
                is_signed_in=console.is_signed_in,
            )
            running = asyncio.create_task(platform.run(harness.inbox))
            before = (platform.hub.close,)
            async with server.serve_application(
                site, host="127.0.0.1", port=0, before_stop=before
            ) as address:
                yield Newsroom(
                    harness=harness, loop=loop, url=str(address), outlet=feeds
                )
            running.cancel()


async def _list_no_problems() -> tuple[Message, ...]:
    return ()


def finish(walk: Coroutine[Any, Any, T]) -> T:
    """Run a walk that never waits for an event loop."""
    try:
        walk.send(None)
    except StopIteration as done:
        return cast(T, done.value)
    raise AssertionError("the walk waits for something besides the browser")


@dataclass(kw_only=True)
class BrowserWalker(Walker):
    """Clicks, chooses and types in the page."""

    page: Page

    @property
    def text(self) -> str:
        return self.page.locator("#answer").inner_text()

    @property
    def labels(self) -> Sequence[str]:
        return [label for label, _ in self._buttons()]

    @property
    def menus(self) -> Sequence[str]:
        return self.page.locator("#answer legend").all_inner_texts()

    @property
    def fields(self) -> Sequence[str]:
        found = self.page.locator("#answer .field [name^='arg-']").all()
        names = (one.get_attribute("name") or "" for one in found)
        return [name.removeprefix("arg-") for name in names]

    async def _type(self, line: str) -> None:
        self._mark()
        self.page.fill("#command", line)
        self.page.keyboard.press("Enter")
        self._wait()

    async def _press(self, label: str) -> None:
        number = next(n for one, n in self._buttons() if one == label)
        self._mark()
        self.page.locator("#answer button[name=control]").nth(number).click()
        self._wait()

    async def _submit(self, answers: Mapping[str, str]) -> None:
        for name, value in answers.items():
            field = self.page.locator(f"#answer [name='arg-{name}']")
            if field.evaluate("node => node.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self._mark()
        self.page.locator("#answer .questions .button.primary").click()
        self._wait()

    def _buttons(self) -> list[tuple[str, int]]:
        """The label of each button or choice, and its number."""
        found: list[str] = self.page.eval_on_selector_all(
            "#answer button[name=control]",
            "all => all.map(one => (one.firstElementChild ?? one).textContent.trim())",
        )
        return [(label, number) for number, label in enumerate(found)]

    def _mark(self) -> None:
        """Mark the answer that is shown, to recognize the next one."""
        self.page.evaluate(
            'document.querySelector("#answer")?.setAttribute("data-old", "")'
        )

    def _wait(self) -> None:
        self.page.wait_for_selector("#answer:not([data-old])")
