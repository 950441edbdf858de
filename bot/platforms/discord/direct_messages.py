"""Resolve the direct-message channel of a person, who must still be a member.

A person gets direct messages of a server only while they are a member: someone who left
or was removed must not keep reading what is posted for its members.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.errors import SendNotReceived, SendRefused, SendUnclear
from bot.model import Delivery
from bot.platforms.common.direct_messages import DirectMessageChannels, get_recipient
from bot.platforms.discord.channels import PERSONAL_WORKSPACE_PREFIX, is_snowflake
from digests.messages import Message

if TYPE_CHECKING:
    from bot.platforms.discord.rest_api import DiscordCaller

NOT_A_MEMBER: Final = Message("discord.not_a_member")
CANNOT_OPEN: Final = Message("discord.no_direct_message")


class DiscordDirectMessages:
    """Opens direct messages over the platform's calls."""

    def __init__(self, call: "DiscordCaller") -> None:
        self._call = call
        self._channels = DirectMessageChannels(self._open)

    async def resolve_channel(self, delivery: Delivery) -> Delivery:
        """Return the delivery with its person replaced by their direct-message channel.

        Raises:
            SendRefused: They left the server, or there is no such person.
            SendError: The request failed.
        """
        person = get_recipient(delivery)
        if person is None:
            return delivery
        if not is_snowflake(person):
            raise SendRefused(CANNOT_OPEN)
        if delivery.operation == "post":
            await self._check_membership(delivery.workspace_external_id, person)
        # A person has one channel with the bot, whatever the server.
        return replace(delivery, channel=await self._channels.open("", person))

    async def _check_membership(self, guild: str, person: str) -> None:
        if guild.startswith(PERSONAL_WORKSPACE_PREFIX):
            return
        try:
            await self._call(lambda api: api.member(guild, person))
        except SendUnclear as unclear:
            raise SendNotReceived(unclear.message) from unclear
        except SendRefused as refused:
            if refused.whole_workspace or refused.may_return:
                raise
            raise SendRefused(NOT_A_MEMBER) from refused

    async def _open(self, _: str, person: str) -> str:
        try:
            return await self._call(
                lambda api: api.open_direct_message(person), ("POST", "")
            )
        except SendRefused as refused:
            if refused.whole_workspace or not refused.message_only:
                raise
            raise SendRefused(CANNOT_OPEN) from refused
