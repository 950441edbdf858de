"""The platforms of the chaos suite, one class each; a new one is added to `WIRES`."""

import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from bot.model import PlatformName
from tests.chaos.clock import SharedClock
from tests.chaos.wire import How, Opening, Post, Served, Strike, When
from tests.wire.discord import server
from tests.wire.discord import server as discord_server
from tests.wire.discord.faults import Limit, Status
from tests.wire.discord.ledger import ALL_WE_NEED, GUILD, HISTORY
from tests.wire.slack import faults, ledger
from tests.wire.slack import server as slack_server

#: Proxy errors, and 200 with a page instead of an answer.
_PAGES = (
    Status(status=502, html=True),
    Status(status=503, html=True, commits=True),
    Status(status=200, html=True, commits=True),
)
_KEPT = tuple(Status(status=n, commits=True) for n in (500, 502, 503, 504))


class DiscordWire(Served):
    """The strict Discord of `tests.wire.discord`."""

    name: PlatformName = "discord"
    workspace = GUILD
    kinds = (
        *(Status(status=status) for status in (500, 502, 503, 504, 520, 524)),
        *_KEPT,
        *_PAGES,
    )
    refusal = Status(status=400, code=50035)
    limited = Limit

    @property
    def discord(self) -> server.LocalDiscord:
        server: discord_server.LocalDiscord = self.server
        return server

    @property
    def settings(self) -> Mapping[str, Any]:
        address = self.discord.address
        return {
            "discord_token": address["token"],
            "discord_api_base": address["api_base"],
            "discord_gateway": address["gateway"],
        }

    def posts(self, channel: str) -> list[Post]:
        return [
            Post(
                id=message["id"],
                key=str(message.get("nonce")),
                text=f"{message['content']}{message['components']}",
                files=tuple(file["filename"] for file in message["attachments"]),
            )
            for message in self.discord.ledger.says(channel)
        ]

    def close_history(self, channel: str) -> None:
        self.discord.ledger.channel(channel, permissions=ALL_WE_NEED & ~HISTORY)

    def restore(self, kept: Any) -> None:
        super().restore(kept)
        # The nonces of later posts are forgotten too.
        self.discord.ledger._nonces.clear()


@asynccontextmanager
async def discord(
    clock: SharedClock, _file: Path, channels: Iterable[str]
) -> AsyncIterator[DiscordWire]:
    async with server.serving(clock) as serving:
        # The checked figures do not depend on the schema; the wire tests use it.
        serving.official = False
        for channel in channels:
            serving.ledger.channel(channel)
            # An empty channel and a closed one are indistinguishable.
            serving.ledger.chatter(channel)
        yield DiscordWire(serving)


class SlackWire(Served):
    """The strict Slack of `tests.wire.slack`."""

    name: PlatformName = "slack"
    workspace = ledger.TEAM
    kinds = (
        *(Status(status=status) for status in (500, 502, 503, 504)),
        *_KEPT,
        *_PAGES,
        faults.Refusal(code="internal_error"),
        faults.Refusal(code="fatal_error", commits=True),
    )
    refusal = faults.Refusal(code="invalid_blocks")
    limited = faults.Limit

    @property
    def slack(self) -> slack_server.LocalSlack:
        server: slack_server.LocalSlack = self.server
        return server

    @property
    def settings(self) -> Mapping[str, Any]:
        address = self.slack.address
        return {
            "slack_bot_token": address["token"],
            "slack_app_token": address["app_token"],
            "slack_api_base": address["api_base"],
        }

    def posts(self, channel: str) -> list[Post]:
        return [
            Post(
                id=message["ts"],
                key=ledger.key_of(message),
                text=f"{message.get('text')}{message.get('blocks')}",
            )
            for message in self.slack.ledger.says(channel)
        ]

    def close_history(self, channel: str) -> None:
        self.slack.ledger.channel(channel, unreadable="missing_scope")

    def forget(self, kept: int) -> None:
        super().forget(kept)
        self.slack.ledger.arrivals.clear()


@asynccontextmanager
async def slack(
    clock: SharedClock, _file: Path, channels: Iterable[str]
) -> AsyncIterator[SlackWire]:
    async with slack_server.serving(clock) as serving:
        for channel in channels:
            serving.ledger.channel(channel)
        yield SlackWire(serving)


class LocalWire:
    """The local page: its ledger is the bot's own database."""

    name: PlatformName = "local"
    workspace = "newsroom"
    settings: Mapping[str, Any] = {}

    def __init__(self, file: Path) -> None:
        self._file = file

    def posts(self, channel: str) -> list[Post]:
        query = "SELECT id, key, payload FROM local_messages WHERE channel = ?"
        with closing(sqlite3.connect(self._file)) as connection:
            rows = connection.execute(query, (channel,)).fetchall()
        return [Post(id=str(id), key=key, text=text) for id, key, text in rows]

    def strike(self, when: When, strike: Strike, *, nth: int = 1) -> bool:
        return False

    def lose(self, how: How) -> bool:
        return False

    def keep(self) -> Any:
        return None

    def restore(self, kept: Any) -> None:
        """It is in the database, which is restored itself."""

    # No connection between the bot and its own page could fail in these ways.

    def refuse(self, channel: str, *, times: int) -> None: ...

    def delay(self, seconds: float) -> None: ...

    def limit(self, seconds: float, *, times: int) -> None: ...

    def clear(self) -> int:
        return 0

    def met(self) -> int:
        return 0

    def forget(self, kept: int) -> None: ...

    def lose_one(self, *, stored: bool) -> None: ...

    def fault(self, number: int, *, times: int) -> None: ...

    def trouble_reading(self, kind: str, times: int) -> None: ...

    def close_history(self, channel: str) -> None: ...

    def asked(self, channel: str) -> int:
        return len(self.posts(channel))


@asynccontextmanager
async def local(
    clock: SharedClock, file: Path, channels: Iterable[str]
) -> AsyncIterator[LocalWire]:
    yield LocalWire(file)


WIRES: Mapping[str, Opening] = {"discord": discord, "slack": slack, "local": local}
#: Prefix of channel ids.
PREFIXES: Mapping[str, str] = {"slack": "C"}
