"""Find the direct-message channel of a person, who must still be a member.

A person of a server gets them as long as they belong to it; whoever left it, or was
removed, does not go on reading what is told there. It renders and sends nothing.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.errors import SendNotReceived, SendRefused, SendUnclear
from bot.model import PERSON_PREFIX, Delivery
from bot.platforms.discord.channels import PERSONAL_WORKSPACE_PREFIX
from digests.messages import Message

if TYPE_CHECKING:
    from bot.platforms.discord.transport import DiscordSession

NOT_A_MEMBER: Final = Message("discord.not_a_member")
CANNOT_OPEN: Final = Message("discord.no_direct_message")
#: Makes a request when it is its turn; failures are ours.
DirectMessageCaller = Callable[
    [str, Callable[["DiscordSession"], Awaitable[str]]], Awaitable[str]
]


class DiscordDirectMessages:
    """The DMs that were opened."""

    def __init__(self) -> None:
        self._opened: dict[str, str] = {}

    async def resolve_channel(
        self, delivery: Delivery, ask: DirectMessageCaller
    ) -> Delivery:
        """The same with the DM's channel, where it is for a person.

        Raises:
            Refused: They left the server, or there is no such person.
            SendError: As `verdicts` says.
        """
        if not is_direct_message(delivery):
            return delivery
        person = delivery.channel.removeprefix(PERSON_PREFIX)
        if not (person.isascii() and person.isdigit() and len(person) <= 20):
            raise SendRefused(CANNOT_OPEN)
        if delivery.operation == "post":
            await self._check_membership(delivery, person, ask)
        channel = self._opened.get(person)
        if channel is None:
            channel = await self._open(person, ask)
            self._opened[person] = channel
        return replace(delivery, channel=channel)

    async def _check_membership(
        self, delivery: Delivery, person: str, ask: DirectMessageCaller
    ) -> None:
        guild = delivery.workspace_external_id
        if guild.startswith(PERSONAL_WORKSPACE_PREFIX):
            return
        try:
            await ask("GET", lambda session: session.member(guild, person))
        except SendUnclear as unclear:
            raise SendNotReceived(unclear.message) from unclear
        except SendRefused as refused:
            if refused.whole_workspace or refused.may_return:
                raise
            raise SendRefused(NOT_A_MEMBER) from refused

    async def _open(self, person: str, ask: DirectMessageCaller) -> str:
        try:
            return await ask(
                "POST", lambda session: session.open_direct_message(person)
            )
        except SendUnclear as unclear:
            # Opening it twice gives the same, and nothing was said there yet.
            raise SendNotReceived(unclear.message) from unclear
        except SendRefused as refused:
            if refused.whole_workspace or not refused.message_only:
                raise
            raise SendRefused(CANNOT_OPEN) from refused


def is_direct_message(delivery: Delivery) -> bool:
    """Whether it goes to one person."""
    return delivery.channel.startswith(PERSON_PREFIX)
