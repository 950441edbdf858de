"""A bot that several workspaces install themselves, against a local Slack."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, cast

from starlette.types import ASGIApp

from bot.i18n.translation import Texts
from bot.platforms.slack.app_manifest import SlackApp
from bot.platforms.slack.installations import StoredInstallations
from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.slack.rate_limits import SlackRateLimiter
from bot.ports import InstallationStorage
from bot.storage import Database
from bot.storage.installation_store import (
    DatabaseInstallationStore,
    DatabaseStateStore,
    StateSigner,
    TokenCipher,
)
from bot.web import server
from tests.bot.harness import BRIDGE, POOL, BotHarness, open_harness
from tests.bot.platforms.slack.conftest import listening
from tests.bot.web.asgi import Answer, ask, report_health
from tests.fakes import FakeClock
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR, like
from tests.wire.slack.server import CHANNEL, LocalSlack
from tests.wire.slack.teams import CLIENT_ID, CLIENT_SECRET, PUBLIC_URL

#: The second workspace, its channel, and a person who manages it.
SECOND = "T1002"
THERE = "C3001"
THEIRS = like(EDITOR, team=SECOND, user="U8003", channel=THERE)
KEY = b"a secret key of no value"
#: Behind a proxy, under the bot's public name.
PUBLIC = {"host": "news.example"}

WORKSPACE = """
[[workspace]]
platform = "slack"
id = "{team}"
zone = "Europe/Berlin"

[[workspace.destination]]
name = "morning"
channel = "{channel}"

[[workspace.digest]]
name = "Morning brief {team}"
sources = ["articles"]
destinations = ["morning"]
"""
BOTH = WORKSPACE.format(team=TEAM, channel=CHANNEL) + WORKSPACE.format(
    team=SECOND, channel=THERE
)


def a_worker(
    slack: LocalSlack,
    db: Database,
    clock: FakeClock,
    *,
    key: bytes = KEY,
    **changes: Any,
) -> tuple[SlackPlatform, InstallationStorage]:
    """The platform of one process over this database."""
    kept = InstallationStorage(
        installations=DatabaseInstallationStore(db, TokenCipher(key), clock, "slack"),
        states=DatabaseStateStore(db, StateSigner(key), clock),
    )

    async def sleep(seconds: float) -> None:
        clock.advance(seconds=seconds)
        await asyncio.sleep(0)

    app = SlackApp(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, public_url=PUBLIC_URL
    )
    address = slack.address
    many = StoredInstallations(
        kept,
        app=app,
        api_base=address["api_base"],
        now=clock.now,
        pace=lambda: SlackRateLimiter(lambda: clock.now().timestamp(), sleep),
    )
    given = {
        "installations": many,
        "app_token": address["app_token"],
        "api_base": address["api_base"],
        **changes,
    }
    return SlackPlatform(**given), kept


@dataclass
class Visitor:
    """A browser behind the proxy, with its cookies."""

    app: ASGIApp
    cookies: dict[str, str] = field(default_factory=dict)

    async def visits(self, path: str) -> Answer:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = PUBLIC | ({"cookie": jar} if jar else {})
        answer = await ask(self.app, "GET", path, b"", headers)
        for name, value in answer.headers:
            if name == "set-cookie":
                said, *rest = value.split("; ")
                key, _, word = said.partition("=")
                assert {"Secure", "HttpOnly", "Path=/"} <= set(rest), value
                self.cookies[key] = word
        return answer

    async def begins(self) -> str:
        """Open the first page; return where its button leads."""
        page = await self.visits("/slack/install")
        assert page.status == 200
        node = page.tree.css_first("a.button")
        assert node is not None
        return unescape(node.attributes["href"] or "")


@dataclass(frozen=True, kw_only=True)
class SharedApp:
    """One process of a bot that several workspaces can install."""

    slack: LocalSlack
    harness: BotHarness
    platform: SlackPlatform
    kept: InstallationStorage
    site: ASGIApp

    @property
    def many(self) -> StoredInstallations:
        return cast(StoredInstallations, self.platform.installations)

    def visitor(self) -> Visitor:
        return Visitor(self.site)

    async def install(self, team: str = TEAM) -> Answer:
        """Install the app as a manager, from the first page to the last."""
        installer = THEIRS.user if team == SECOND else EDITOR.user
        visitor = self.visitor()
        url = await visitor.begins()
        back = self.slack.teams.agrees(url, team=team, installer=installer)
        return await visitor.visits(back)

    async def install_both(self) -> None:
        for team in (TEAM, SECOND):
            assert (await self.install(team)).status == 200

    async def post(self, team: str = TEAM, key: str = "now") -> None:
        """Order an edition there, and deliver what is due."""
        digest = await self.harness.digest(f"Morning brief {team}")
        await self.harness.publisher.order(digest, key)
        await self.harness.wake()

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        """Connect the platform, so that it receives what people do."""
        async with listening(self.slack, self.harness.inbox, self.platform):
            yield


@asynccontextmanager
async def open_shared_app(
    slack: LocalSlack, url: str, home: Path, **changes: Any
) -> AsyncIterator[SharedApp]:
    """Open a process over a database with two workspaces set up and none installed."""
    clock = FakeClock()
    slack.ledger.clock = clock
    slack.ledger.channel(THERE, team=SECOND)
    slack.teams.names |= {TEAM: "Newsroom", SECOND: "Second desk"}
    db = Database.open(url)
    platform, kept = a_worker(slack, db, clock, **changes)
    async with open_harness(url, home, cast(Any, platform), clock=clock) as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply(BOTH)
        try:
            yield SharedApp(
                slack=slack,
                harness=harness,
                platform=platform,
                kept=kept,
                site=the_site(platform, clock),
            )
        finally:
            await platform.close()
            await db.close()


def the_site(platform: SlackPlatform, clock: FakeClock) -> ASGIApp:
    async def nothing(*_: Any) -> None:
        return None

    async def ready() -> Mapping[str, str]:
        return {}

    return server.build_application(
        routes=[],
        read_article=nothing,
        health=report_health(ready),
        key=b"k" * 32,
        texts=Texts.of("en"),
        public_routes=platform.build_routes(clock.now),
    )


def words(answer: Answer) -> str:
    """The text of a page."""
    body = answer.tree.css_first("main")
    assert body is not None
    return re.sub(r"\s+", " ", body.text(separator=" ")).strip()
