"""Look for a delivery's key in the channel or thread to see whether it arrived.

An error is raised where the history cannot be read: «not found» always means that
nothing was posted.
"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.errors import MessageGone, SendRefused
from bot.model import Delivery
from bot.platforms.common.caches import DirectMessageChannels, get_recipient
from bot.platforms.slack import limits
from bot.platforms.slack.block_kit import Json
from bot.platforms.slack.installations import Installations, ask_workspace, iter_pages
from bot.platforms.slack.messages import carries_key, get_mapping, get_text, get_thread
from bot.platforms.slack.rate_limits import TokenRefused


async def find_posted(installations: Installations, delivery: Delivery) -> str | None:
    """Find the id of our message that carries the delivery's key.

    Raises:
        SendRefused: The bot may not read the channel's history, or too much was posted
            there since.
    """
    thread = get_thread(delivery)
    method = "conversations.history" if thread is None else "conversations.replies"

    oldest = None
    if delivery.claimed_at is not None:
        # Slack's clock may be behind ours.
        begun = delivery.claimed_at - timedelta(seconds=limits.CLOCK_SKEW)
        oldest = f"{begun.timestamp():.6f}"

    async def fetch(cursor: str | None) -> Json:
        installation = await installations.of(delivery.workspace_external_id)
        client = await installation.sign_in()
        page = await installation.call(
            method,
            delivery,
            ts=thread,
            oldest=oldest,
            cursor=cursor,
            limit=limits.HISTORY_PAGE,
            include_all_metadata=True,
        )
        own = [message for message in page["messages"] if client.is_ours(message)]
        return {**page, "messages": own}

    seen = 0
    try:
        async for page in iter_pages(fetch):
            for message in page["messages"]:
                if carries_key(message, delivery.key):
                    return str(message["ts"])
            seen += limits.HISTORY_PAGE
            if seen >= limits.READ_BACK_MESSAGES:
                break
        else:
            return None
    except (TokenRefused, MessageGone):
        raise
    except SendRefused as refused:
        raise SendRefused("slack.read_back_forbidden", error=refused) from refused
    raise SendRefused("slack.too_much_since")


# ── direct messages ─────────────────────────────────────────────────────────────
#
# Open the conversation between the app and a person.
#
# Everything that is sent to a person in private goes through here: deliveries, files,
# the welcome.

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
