"""What sending and reading back need of the platform: its calls; shapes only."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from bot.platforms.discord.session import Session

T = TypeVar("T")
SignedIn = Callable[[], Awaitable["Session"]]


class Call(Protocol):
    """One request when it is its turn; every failure is a `SendError`."""

    async def __call__(
        self,
        method: str,
        route: str,
        call: Callable[["Session"], Awaitable[T]],
        *,
        guarded: bool = True,
    ) -> T:
        """Make the request.

        Args:
            method: Of HTTP.
            route: As `routes` words it.
            call: Makes it, over the session that is logged in.
            guarded: Making it twice does no harm.
        """
        ...
