"""A newsroom whose editions have public pages, and a reader without a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bot.delivery.card_pictures import DrawCard
from bot.web.published.rate_limits import Rate, RequestLimiter
from bot.web.published.site import PublishedSite
from tests.bot.corrections.living import Rendering
from tests.bot.harness import BRIDGE, CONFIGURATION, POOL, BotHarness, open_harness
from tests.bot.web.asgi import Answer, ask
from tests.fakes import FakeDrawing

PUBLIC_URL = "https://news.example"
HOST = {"host": "news.example"}
MANY = Rate(burst=1_000_000, per_second=1_000_000)


def configure(web: str, *lines: str) -> str:
    """The configuration of a digest with this visibility, posted by hand."""
    more = "\n".join((f'web = "{web}"', *lines))
    text = CONFIGURATION.replace('schedule = "every 2 minutes Europe/Berlin"', "")
    return text.replace('name = "Morning brief"', f'name = "Morning brief"\n{more}')


@dataclass
class Newsstand:
    """A newsroom, its site, and what its posts link to."""

    harness: BotHarness
    site: PublishedSite
    time: float = 0.0
    _posted: int = field(default=0)

    async def get(self, address: str, **headers: str) -> Answer:
        """Open an address, or a path, as a reader."""
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await ask(self.site, "GET", path, b"", HOST | named)

    async def set_web(self, web: str, *lines: str) -> None:
        await self.harness.apply(configure(web, *lines))

    async def post(self, name: str = "", text: str = "") -> str | None:
        """Post an edition of what is new; return the address under the post."""
        if name:
            self.harness.publish(name, text)
        self._posted += 1
        self.harness.clock.advance(timedelta(minutes=1))
        outcome = await self.harness.post(f"post {self._posted}")
        assert outcome.stored_edition is not None, str(outcome.reason)
        return find_link(self.harness)


def find_link(harness: BotHarness) -> str | None:
    """The link button of the newest message in the channels, if it has one."""
    (box,) = harness.platform.messages[-1].payload["components"]
    rows = [row for row in box["components"] if row["type"] == 1]
    links = [one["url"] for row in rows for one in row["components"] if "url" in one]
    return links[0] if links else None


@asynccontextmanager
async def open_newsstand(
    url: str,
    home: Path,
    web: str = "listed",
    draw_card: DrawCard | None = None,
    public_url: str = PUBLIC_URL,
) -> AsyncIterator[Newsstand]:
    async with open_harness(
        url,
        home,
        Rendering(),
        draw_card=draw_card or FakeDrawing(),
        public_url=public_url,
    ) as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply(configure(web))
        site = PublishedSite(
            db=harness.db,
            public_url=public_url,
            limiter=RequestLimiter(
                monotonic=lambda: 0.0, client_rate=MANY, total_rate=MANY
            ),
        )
        yield Newsstand(harness=harness, site=site)
