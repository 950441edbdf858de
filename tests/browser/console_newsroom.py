"""A newsroom with its console behind a real server, and a browser that is signed in."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser, Page

from bot.web import server
from tests.bot.harness import CONFIGURATION, FLOOD, BotHarness, open_harness
from tests.bot.web.console.stage import ConsoleStage
from tests.browser.server_thread import serve_in_thread

T = TypeVar("T")
SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
#: A digest that has posted, one that is new, a source that cannot be read.
NEWSROOM = (
    CONFIGURATION.replace(
        'schedule = "every 2 minutes Europe/Berlin"',
        'schedule = ["weekdays at 8:30 Europe/Berlin", "Sunday 10:00 Europe/Berlin"]\n'
        'quiet_hours = "22:00-07:00"',
    )
    + """
[[workspace.digest]]
name = "A much longer name of a digest about the weather in the mountains"
sources = ["articles", "https://unread.example/a/long/address/of/a/feed.xml"]
destinations = ["morning"]
schedule = "daily at 18:00 America/New_York"
"""
)


@dataclass(kw_only=True)
class ServedConsole:
    """The address of the console, and its newsroom."""

    harness: BotHarness
    loop: asyncio.AbstractEventLoop
    url: str
    cookies: dict[str, str]
    #: Paths of the pages by their names.
    paths: dict[str, str]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this in the newsroom's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def open(self, chromium: Browser, name: str, **context: Any) -> Page:
        """Open a page in a new browser context that is signed in."""
        opened = chromium.new_context(reduced_motion="reduce", **context)
        opened.set_default_timeout(8_000)
        opened.add_cookies(
            [{"name": n, "value": v, "url": self.url} for n, v in self.cookies.items()]
        )
        page = opened.new_page()
        page.goto(self.url + self.paths.get(name, name))
        return page


@contextmanager
def serve_console(database: str, home: Path) -> Iterator[ServedConsole]:
    """Serve the console of a newsroom over an empty database."""
    with serve_in_thread(partial(_open, database, home)) as console:
        yield console


@asynccontextmanager
async def _open(
    database: str, home: Path, loop: asyncio.AbstractEventLoop
) -> AsyncIterator[ServedConsole]:
    async with open_harness(database, home) as harness:
        for file in sorted(SEEDS.glob("*.txt"))[:14]:
            harness.publish(file.stem, file.read_text("utf-8"))
        await harness.apply(NEWSROOM)
        await harness.post()
        harness.publish("flood", FLOOD)
        await harness.ingestor.refresh((await harness.digest()).sources, insist=True)
        stage = ConsoleStage(harness)
        browser = await stage.enter()
        async with server.serve_application(
            stage.app, host="127.0.0.1", port=0
        ) as address:
            yield ServedConsole(
                harness=harness,
                loop=loop,
                url=str(address),
                cookies=browser.cookies,
                paths=await _list_paths(harness),
            )


async def _list_paths(harness: BotHarness) -> dict[str, str]:
    digests = await harness.archive.all_digests()
    base = f"/console/w/{digests[0].workspace_id}"
    edition = await harness.archive.newest(await harness.place())
    assert edition is not None
    first = f"{base}/digests/{digests[0].id}"
    return {
        "digests": f"{base}/digests",
        "digest": first,
        "new digest": f"{base}/digests/{digests[1].id}",
        "post": f"{first}/post",
        "delete": f"{first}/delete",
        "sources": f"{base}/sources",
        "source": f"{base}/sources/{digests[1].all_sources[1].id}",
        "editions": f"{base}/editions",
        "edition": f"{base}/editions/{edition.public_id}",
        "calendar": f"{base}/calendar",
    }
