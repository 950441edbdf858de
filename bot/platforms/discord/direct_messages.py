"""Where a person's own messages go: the DM, opened when something is sent there.

A person of a server gets them as long as they belong to it; whoever left it, or was
removed, does not go on reading what is told there. It renders and sends nothing.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.errors import Refused, Unclear, Unreached
from bot.platforms.discord.interactions import PERSON as AT_HOME
from bot.types import PERSON, Delivery

if TYPE_CHECKING:
    from bot.platforms.discord.session import Session

LEFT: Final = "You are not a member of the server any more."
UNKNOWN: Final = "Discord opens no direct message to you."
#: Makes a request when it is its turn; failures are ours.
Asks = Callable[[str, Callable[["Session"], Awaitable[str]]], Awaitable[str]]


class Persons:
    """The DMs that were opened."""

    def __init__(self) -> None:
        self._opened: dict[str, str] = {}

    async def placed(self, delivery: Delivery, ask: Asks) -> Delivery:
        """The same with the DM's channel, where it is for a person.

        Raises:
            Refused: They left the server, or there is no such person.
            SendError: As `verdicts` says.
        """
        if not is_person(delivery):
            return delivery
        person = delivery.channel.removeprefix(PERSON)
        if not (person.isascii() and person.isdigit() and len(person) <= 20):
            raise Refused(UNKNOWN)
        if delivery.operation == "post":
            await self._look(delivery, person, ask)
        channel = self._opened.get(person)
        if channel is None:
            channel = await self._open(person, ask)
            self._opened[person] = channel
        return replace(delivery, channel=channel)

    async def _look(self, delivery: Delivery, person: str, ask: Asks) -> None:
        guild = delivery.workspace_external_id
        if guild.startswith(AT_HOME):
            return
        try:
            await ask("GET", lambda session: session.member(guild, person))
        except Unclear as unclear:
            raise Unreached(str(unclear)) from unclear
        except Refused as refused:
            if refused.whole_workspace or refused.may_return:
                raise
            raise Refused(LEFT) from refused

    async def _open(self, person: str, ask: Asks) -> str:
        try:
            return await ask("POST", lambda session: session.open_dm(person))
        except Unclear as unclear:
            # Opening it twice gives the same, and nothing was said there yet.
            raise Unreached(str(unclear)) from unclear
        except Refused as refused:
            if refused.whole_workspace or not refused.message_only:
                raise
            raise Refused(UNKNOWN) from refused


def is_person(delivery: Delivery) -> bool:
    """Whether it goes to one person."""
    return delivery.channel.startswith(PERSON)
