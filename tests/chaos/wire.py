"""The far end of a platform, as the chaos suite sees it: its messages and faults.

`Wire` is the interface of every platform; `Served` is most of it over one of the strict
servers, which run in the suite's process: a ledger outlives every process that is
killed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from bot.model import PlatformName
from tests.chaos.clock import SharedClock
from tests.wire.discord.faults import Lost, Slow, Status

How = Literal["close", "reset", "hang"]
When = Literal["before", "committed"]
Strike = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Post:
    """A message in a channel."""

    id: str
    key: str
    #: All of its visible text, and more.
    text: str
    #: Names of the files that it shows; None where they are not recorded.
    files: tuple[str, ...] | None = None


class Wire(Protocol):
    """The far end of one platform."""

    @property
    def name(self) -> PlatformName: ...

    @property
    def workspace(self) -> str:
        """The platform's id of the one workspace there is."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings with which a process connects."""
        ...

    def posts(self, channel: str) -> list[Post]:
        """The bot's messages in a channel, oldest first."""
        ...

    def strike(self, when: When, strike: Strike, *, nth: int = 1) -> bool:
        """Call `strike` at the n-th post from now on, around its commit.

        False where no wire separates the bot from its ledger.
        """
        ...

    def lose(self, how: How) -> bool:
        """Lose the answer to the next post, after it was stored; False as above."""
        ...

    def refuse(self, channel: str, *, times: int) -> None:
        """Reject the payload of the next posts to the channel."""
        ...

    def delay(self, seconds: float) -> None:
        """The next post has its effect only after so many seconds."""
        ...

    def limit(self, seconds: float, *, times: int) -> None:
        """Answer the next posts with a wait."""
        ...

    def clear(self) -> int:
        """Forget the faults that no request met; return how many those were."""
        ...

    def met(self) -> int:
        """Count the faults that were met since the last time; forget the others."""
        ...

    def forget(self, kept: int) -> None:
        """Cut each channel to its last messages."""
        ...

    def lose_one(self, *, stored: bool) -> None:
        """Lose the next post's answer, or the post itself."""
        ...

    def fault(self, number: int, *, times: int) -> None:
        """Let the next posts meet the n-th kind of fault, with or without effect."""
        ...

    def trouble_reading(self, kind: str, times: int) -> None:
        """Let the next readings of a channel meet «500», «429» or «lost»."""
        ...

    def close_history(self, channel: str) -> None:
        """Revoke the bot's permission to read there."""
        ...

    def asked(self, channel: str) -> int:
        """The number of attempted posts to the channel."""
        ...

    def keep(self) -> Any:
        """Save the channels' messages, to be restored later."""
        ...

    def restore(self, kept: Any) -> None:
        """Restore them, as if nothing had been posted since."""
        ...


Opening = Callable[
    [SharedClock, Path, Iterable[str]], AbstractAsyncContextManager[Wire]
]


class Strikes:
    """Call a function around the commit of a certain post."""

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


class Served:
    """Most of a wire, over a strict server that is scripted and keeps a ledger."""

    #: Answers that are faults of the platform, with or without effect.
    kinds: ClassVar[Sequence[Any]]
    #: The answer that rejects a payload.
    refusal: ClassVar[Any]
    #: The answer that asks for a wait of this many seconds.
    limited: ClassVar[Callable[..., Any]]

    def __init__(self, server: Any) -> None:
        self.server = server
        self._strikes = Strikes()
        answer = server._answer

        def struck(request: Any, call: Any) -> Any:
            if call.operation != "post":
                return answer(request, call)
            return self._strikes.around(lambda: answer(request, call))

        server._answer = struck

    def strike(self, when: When, strike: Strike, *, nth: int = 1) -> bool:
        self._strikes.set(when, strike, nth)
        return True

    # ── faults ─────────────────────────────────────────────────────────────────

    def lose(self, how: How) -> bool:
        self.server.script(Lost(when="after", how=how), "post")
        return True

    def lose_one(self, *, stored: bool) -> None:
        self.server.script(Lost(when="after" if stored else "before"), "post")

    def refuse(self, channel: str, *, times: int) -> None:
        self.server.script(self.refusal, "post", channel=channel, times=times)

    def delay(self, seconds: float) -> None:
        self.server.script(Slow(seconds=seconds), "post")

    def limit(self, seconds: float, *, times: int) -> None:
        fault = type(self).limited(retry_after=seconds)
        self.server.script(fault, "post", times=times)

    def fault(self, number: int, *, times: int) -> None:
        fault = self.kinds[number % len(self.kinds)]
        self.server.script(fault, "post", times=times)

    def trouble_reading(self, kind: str, times: int) -> None:
        faults = {
            "500": Status(status=503),
            "429": type(self).limited(retry_after=20),
            "lost": Lost(when="before"),
        }
        if kind in faults:
            self.server.script(faults[kind], "read", times=times)

    def clear(self) -> int:
        unmet: int = sum(scripted.times for scripted in self.server._scripted)
        self.server._scripted.clear()
        return unmet

    def met(self) -> int:
        met: int = sum(scripted.times <= 0 for scripted in self.server._scripted)
        self.server._scripted.clear()
        return met

    # ── messages ───────────────────────────────────────────────────────────────

    def asked(self, channel: str) -> int:
        return len(self.server.asked("post", channel))

    def forget(self, kept: int) -> None:
        for channel in self.server.ledger.channels.values():
            del channel.messages[:-kept]
        self.server.calls.clear()

    def keep(self) -> Any:
        return deepcopy(self.server.ledger.channels)

    def restore(self, kept: Any) -> None:
        self.server.ledger.channels = deepcopy(kept)
