"""Open the conversation with a person and put it in place of the channel.

It renders and sends nothing.
"""

import re
from dataclasses import replace
from typing import Final

from bot.errors import SendNotReceived, SendRefused, SendUnclear
from bot.model import PERSON_PREFIX, Delivery
from bot.platforms.slack import limits
from bot.platforms.slack.installations import Installations

OPEN: Final = "conversations.open"
_PERSON_ID: Final = re.compile(limits.PERSON_ID)


class SlackDirectMessages:
    """The conversations that were opened."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations
        #: By workspace and person.
        self._opened: dict[tuple[str, str], str] = {}

    async def resolve_channel(self, delivery: Delivery) -> Delivery:
        """The same with the conversation's channel, where it is for a person.

        Raises:
            Refused: Slack opens no conversation with them: they left, it is a bot, or
                the app lacks the scope for it. What else the app does goes on.
            SendError: As `verdicts` says.
        """
        if not delivery.channel.startswith(PERSON_PREFIX):
            return delivery
        key = (
            delivery.workspace_external_id,
            delivery.channel.removeprefix(PERSON_PREFIX),
        )
        if not _PERSON_ID.fullmatch(key[1]):
            raise SendRefused("slack.not_a_person_id", person=key[1])
        channel = self._opened.get(key)
        if channel is None:
            channel = await self._open(*key)
            self._opened[key] = channel
        return replace(delivery, channel=channel)

    async def _open(self, workspace: str, person: str) -> str:
        from bot.platforms.slack.send_errors import TokenRefused

        installation = await self._installations.of(workspace)
        try:
            return await installation.ask(
                OPEN, lambda session: session.open_direct_message(person)
            )
        except TokenRefused:
            raise
        except SendUnclear as unclear:
            # Opening it twice gives the same, and nothing was said there yet.
            raise SendNotReceived(unclear.message) from unclear
        except SendRefused as refused:
            raise SendRefused(
                "slack.no_direct_message",
                error=refused,
                may_return=True,
            ) from refused
