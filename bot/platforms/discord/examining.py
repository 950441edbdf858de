"""Examines Discord for the doctor and the first set-up; it must not change anything.

`bot.ports.Examiner` over the platform's own login, pace and errors.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.errors import Refused
from bot.findings import Finding, Identity

if TYPE_CHECKING:
    from bot.platforms.discord.session import Session

T = TypeVar("T")


class Asked(Protocol):
    """Makes one reading call when it is its turn; raises the `SendError`s."""

    async def __call__(
        self, method: str, route: str, call: Callable[["Session"], Awaitable[T]]
    ) -> T: ...


class DiscordExaminer:
    """`bot.ports.Examiner` for Discord."""

    def __init__(self, ask: Asked) -> None:
        self._ask = ask

    async def identity(self) -> Identity:
        return await self._ask("GET", "", lambda session: session.looks.identity())

    async def reach(self) -> Finding:
        return await self._ask("GET", "", lambda session: session.looks.gateway())

    async def channel(self, workspace: str, channel: str, subject: str) -> Finding:
        if not (_is_number(workspace) and _is_number(channel)):
            return Finding(
                subject=subject,
                state="problem",
                text=f"«{channel}» on «{workspace}» is not the id of a Discord channel",
                fix="say /newsdesk destination here in the channel",
            )
        number = int(channel)
        try:
            return await self._ask(
                "GET", channel, lambda s: s.looks.channel(number, workspace, subject)
            )
        except Refused as refused:
            if refused.whole_workspace:
                raise
            fix = "let the bot see the channel, or say /newsdesk destination here"
            return Finding(subject=subject, state="problem", text=str(refused), fix=fix)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20
