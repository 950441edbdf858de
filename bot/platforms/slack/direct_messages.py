"""Open the conversation between the app and a person.

Everything that is sent to a person in private goes through here: deliveries, files, the
welcome.
"""

import re
from dataclasses import replace
from typing import Final

from bot.errors import SendRefused
from bot.model import Delivery
from bot.platforms.common.direct_messages import DirectMessageChannels, get_recipient
from bot.platforms.slack import limits
from bot.platforms.slack.installations import Installations, ask_workspace
from bot.platforms.slack.messages import get_mapping, get_text
from bot.platforms.slack.send_errors import TokenRefused

_PERSON_ID: Final = re.compile(limits.PERSON_ID)


class SlackDirectMessages:
    """Opens conversations and caches their channels."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations
        #: Returns the channel between the app and a person. Raises `SendError`.
        self.open = DirectMessageChannels(self._open).open

    async def resolve_channel(self, delivery: Delivery) -> Delivery:
        """Return the delivery with its person replaced by their conversation's channel.

        Raises:
            SendRefused: Slack opens no conversation with them: they left, it is a bot,
                or the app lacks the scope for it. Other deliveries continue.
            SendError: The request failed.
        """
        person = get_recipient(delivery)
        if person is None:
            return delivery
        if not _PERSON_ID.fullmatch(person):
            raise SendRefused("slack.not_a_person_id", person=person)
        try:
            channel = await self.open(delivery.workspace_external_id, person)
        except TokenRefused:
            raise
        except SendRefused as refused:
            raise SendRefused(
                "slack.no_direct_message", error=refused, may_return=True
            ) from refused
        return replace(delivery, channel=channel)

    async def _open(self, team: str, user: str) -> str:
        found = await ask_workspace(
            self._installations, team, "conversations.open", users=user
        )
        return get_text(get_mapping(found, "channel"), "id")
