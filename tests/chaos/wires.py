"""The platforms as the chaos suite sees them: what stands in a channel, and what fails.

One class a platform, the same few members each; a new platform is one more row of
`WIRES`. Behind it stands the platform's strict server on loopback, in the process of
the suite, so that its ledger outlives every process that is killed.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from bot.types import PlatformName
from tests.chaos.clock import SharedClock
from tests.wire.discord import server as discord_server
from tests.wire.discord.faults import Fault, Limit, Lost, Slow, Status
from tests.wire.discord.ledger import ALL_WE_NEED, GUILD, HISTORY
from tests.wire.slack import faults as slack_faults
from tests.wire.slack import ledger as slack_ledger
from tests.wire.slack import server as slack_server

How = Literal["close", "reset", "hang"]
When = Literal["before", "committed"]
Strike = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Post:
    """A message that stands in a channel."""

    id: str
    key: str
    #: Everything that it shows, and more.
    text: str


class Wire(Protocol):
    """One platform's other end."""

    @property
    def name(self) -> PlatformName: ...

    @property
    def workspace(self) -> str:
        """The platform's id of the one workspace there is."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a process has to be told to connect."""
        ...

    def posts(self, channel: str) -> list[Post]:
        """The bot's messages in a channel, oldest first."""
        ...

    def strike(self, when: When, strike: Strike, *, nth: int = 1) -> bool:
        """Call `strike` at the n-th post from now on, around its commit.

        False where nothing lies between the bot and its ledger.
        """
        ...

    def lose(self, how: How) -> bool:
        """Lose the answer to the next post, after it was stored; False as above."""
        ...

    def refuse(self, channel: str, *, times: int) -> None:
        """The next posts to the channel are not what the platform takes."""
        ...

    def delay(self, seconds: float) -> None:
        """The next post has its effect only after so many seconds."""
        ...

    def limit(self, seconds: float, *, times: int) -> None:
        """The next posts are answered with a wait."""
        ...

    def clear(self) -> int:
        """Forget the faults that nobody met; how many those were."""
        ...

    def met(self) -> int:
        """How many faults were met since the last time; the others are forgotten."""
        ...

    def forget(self, kept: int) -> None:
        """Cut each channel to its last messages."""
        ...

    def lose_one(self, *, stored: bool) -> None:
        """Lose the next post's answer, or the post itself."""
        ...

    def fault(self, number: int, *, times: int) -> None:
        """The next posts meet the n-th kind of fault, with or without effect."""
        ...

    def trouble_reading(self, kind: str, times: int) -> None:
        """The next readings of a channel meet «500», «429» or «lost»."""
        ...

    def close_history(self, channel: str) -> None:
        """The bot may not read there any more."""
        ...

    def asked(self, channel: str) -> int:
        """How many posts to the channel were tried."""
        ...

    def keep(self) -> Any:
        """What stands in the channels, to be restored later."""
        ...

    def restore(self, kept: Any) -> None:
        """As if nothing had been posted since."""
        ...


Opening = Callable[
    [SharedClock, Path, Iterable[str]], AbstractAsyncContextManager[Wire]
]


class Strikes:
    """Calls what was asked for around the commit of a certain post."""

    def __init__(self) -> None:
        self._wanted: tuple[When, Strike, int] | None = None
        self._posted = 0

    def set(self, when: When, strike: Strike, nth: int) -> None:
        self._wanted = (when, strike, self._posted + nth)

    def around(self, commit: Callable[[], Any]) -> Any:
        self._posted += 1
        self._reach("before")
        answer = commit()
        self._reach("committed")
        return answer

    def _reach(self, when: When) -> None:
        if self._wanted is not None:
            wanted, strike, nth = self._wanted
            if wanted == when and nth == self._posted:
                strike()


class DiscordWire:
    """The strict Discord of `tests.wire.discord`."""

    name: PlatformName = "discord"
    workspace = GUILD

    def __init__(self, discord: discord_server.LocalDiscord) -> None:
        self.discord = discord
        self._strikes = Strikes()
        answer = discord._answer

        def struck(request: Any, call: discord_server.Call) -> Any:
            if call.operation != "post":
                return answer(request, call)
            return self._strikes.around(lambda: answer(request, call))

        discord._answer = struck  # type: ignore[method-assign]

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
            )
            for message in self.discord.ledger.says(channel)
        ]

    def strike(self, when: When, strike: Strike, *, nth: int = 1) -> bool:
        self._strikes.set(when, strike, nth)
        return True

    def lose(self, how: How) -> bool:
        self.discord.script(Lost(when="after", how=how), "post")
        return True

    def refuse(self, channel: str, *, times: int) -> None:
        fault = Status(status=400, code=50035)
        self.discord.script(fault, "post", channel=channel, times=times)

    def delay(self, seconds: float) -> None:
        self.discord.script(Slow(seconds=seconds), "post")

    def clear(self) -> int:
        unmet = sum(scripted.times for scripted in self.discord._scripted)
        self.discord._scripted.clear()
        return unmet

    def met(self) -> int:
        met = sum(scripted.times <= 0 for scripted in self.discord._scripted)
        self.discord._scripted.clear()
        return met

    def limit(self, seconds: float, *, times: int) -> None:
        self.discord.script(Limit(retry_after=seconds), "post", times=times)

    def forget(self, kept: int) -> None:
        for channel in self.discord.ledger.channels.values():
            del channel.messages[:-kept]
        self.discord.calls.clear()

    def lose_one(self, *, stored: bool) -> None:
        self.discord.script(Lost(when="after" if stored else "before"), "post")

    def fault(self, number: int, *, times: int) -> None:
        kinds = (
            *(Status(status=status) for status in (500, 502, 503, 504, 520, 524)),
            *(Status(status=status, commits=True) for status in (500, 502, 503, 504)),
            Status(status=502, html=True),
            Status(status=503, html=True, commits=True),
            Status(status=200, html=True, commits=True),
        )
        self.discord.script(kinds[number % len(kinds)], "post", times=times)

    def trouble_reading(self, kind: str, times: int) -> None:
        faults: dict[str, Fault] = {
            "500": Status(status=503),
            "429": Limit(retry_after=20),
            "lost": Lost(when="before"),
        }
        if kind in faults:
            self.discord.script(faults[kind], "read", times=times)

    def close_history(self, channel: str) -> None:
        self.discord.ledger.channel(channel, permissions=ALL_WE_NEED & ~HISTORY)

    def asked(self, channel: str) -> int:
        return len(self.discord.asked("post", channel))

    def keep(self) -> Any:
        ledger = self.discord.ledger
        return deepcopy((ledger.channels, ledger._nonces))

    def restore(self, kept: Any) -> None:
        ledger = self.discord.ledger
        ledger.channels, ledger._nonces = deepcopy(kept)


@asynccontextmanager
async def discord(
    clock: SharedClock, _file: Path, channels: Iterable[str]
) -> AsyncIterator[DiscordWire]:
    async with discord_server.serving(clock) as serving:
        for channel in channels:
            serving.ledger.channel(channel)
            # An empty channel and a closed one look the same.
            serving.ledger.chatter(channel)
        yield DiscordWire(serving)


class SlackWire:
    """The strict Slack of `tests.wire.slack`."""

    name: PlatformName = "slack"
    workspace = slack_ledger.TEAM

    def __init__(self, slack: slack_server.LocalSlack) -> None:
        self.slack = slack
        self._strikes = Strikes()
        answer = slack._answer

        def struck(request: Any, call: slack_server.Call) -> Any:
            if call.operation != "post":
                return answer(request, call)
            return self._strikes.around(lambda: answer(request, call))

        slack._answer = struck  # type: ignore[method-assign]

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
                key=slack_ledger.key_of(message),
                text=f"{message.get('text')}{message.get('blocks')}",
            )
            for message in self.slack.ledger.says(channel)
        ]

    def strike(self, when: When, strike: Strike, *, nth: int = 1) -> bool:
        self._strikes.set(when, strike, nth)
        return True

    def lose(self, how: How) -> bool:
        self.slack.script(Lost(when="after", how=how), "post")
        return True

    def refuse(self, channel: str, *, times: int) -> None:
        fault = slack_faults.Refusal(code="invalid_blocks")
        self.slack.script(fault, "post", channel=channel, times=times)

    def delay(self, seconds: float) -> None:
        self.slack.script(Slow(seconds=seconds), "post")

    def clear(self) -> int:
        unmet = sum(scripted.times for scripted in self.slack._scripted)
        self.slack._scripted.clear()
        return unmet

    def met(self) -> int:
        met = sum(scripted.times <= 0 for scripted in self.slack._scripted)
        self.slack._scripted.clear()
        return met

    def limit(self, seconds: float, *, times: int) -> None:
        self.slack.script(slack_faults.Limit(retry_after=seconds), "post", times=times)

    def forget(self, kept: int) -> None:
        for channel in self.slack.ledger.channels.values():
            del channel.messages[:-kept]
        self.slack.ledger.arrivals.clear()
        self.slack.calls.clear()

    def lose_one(self, *, stored: bool) -> None:
        self.slack.script(Lost(when="after" if stored else "before"), "post")

    def fault(self, number: int, *, times: int) -> None:
        kinds: tuple[slack_faults.Fault, ...] = (
            *(Status(status=status) for status in (500, 502, 503, 504)),
            *(Status(status=status, commits=True) for status in (500, 502, 503, 504)),
            Status(status=502, html=True),
            Status(status=503, html=True, commits=True),
            Status(status=200, html=True, commits=True),
            slack_faults.Refusal(code="internal_error"),
            slack_faults.Refusal(code="fatal_error", commits=True),
        )
        self.slack.script(kinds[number % len(kinds)], "post", times=times)

    def trouble_reading(self, kind: str, times: int) -> None:
        faults: dict[str, slack_faults.Fault] = {
            "500": Status(status=503),
            "429": slack_faults.Limit(retry_after=20),
            "lost": Lost(when="before"),
        }
        if kind in faults:
            self.slack.script(faults[kind], "read", times=times)

    def close_history(self, channel: str) -> None:
        self.slack.ledger.channel(channel, unreadable="missing_scope")

    def asked(self, channel: str) -> int:
        return len(self.slack.asked("post", channel))

    def keep(self) -> Any:
        ledger = self.slack.ledger
        return deepcopy((ledger.channels, ledger.arrivals))

    def restore(self, kept: Any) -> None:
        ledger = self.slack.ledger
        ledger.channels, ledger.arrivals = deepcopy(kept)


@asynccontextmanager
async def slack(
    clock: SharedClock, _file: Path, channels: Iterable[str]
) -> AsyncIterator[SlackWire]:
    async with slack_server.serving(clock) as serving:
        for channel in channels:
            serving.ledger.channel(channel)
        yield SlackWire(serving)


class LocalWire:
    """The page of this machine: its ledger is the bot's own database."""

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
        """It stands in the database, which is restored itself."""

    # Nothing lies between the bot and its own page that could fail in these ways.

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
#: What channels’ ids begin with.
PREFIXES: Mapping[str, str] = {"slack": "C"}
