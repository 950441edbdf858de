"""Whether a person may write in a channel of Slack; it changes nothing there.

A public channel is open to whoever belongs to the workspace: they join it by writing
there. In a private one only its members are heard. A guest is in the channels that they
were let into, and in no other.
"""

from functools import partial
from typing import TYPE_CHECKING, Final

from bot.errors import Refused
from bot.platforms.slack.installation import Installation

if TYPE_CHECKING:
    from bot.platforms.slack.session import Session

#: Pages of members that are looked through; a person further back is not found.
_PAGES: Final = 20
#: Slack's words for a channel that is not there, or that the bot is not let see.
_UNSEEN: Final = frozenset(
    {"channel_not_found", "method_not_supported_for_channel_type"}
)


async def may_write(installation: Installation, channel: str, person_id: str) -> bool:
    """Whether the person may write there.

    Raises:
        SendError: It could not be found out.
    """
    try:
        found = await installation.ask(
            "conversations.info", lambda session: session.channel(channel)
        )
        if found.get("is_archived"):
            return False
        if not found.get("is_private") and not found.get("is_im"):
            guest = await _is_guest(installation, person_id)
            return not guest or await _is_in(installation, channel, person_id)
        return await _is_in(installation, channel, person_id)
    except Refused as refused:
        from bot.platforms.slack.verdicts import code_of

        cause = refused.__cause__
        if isinstance(cause, Exception) and code_of(cause) in _UNSEEN:
            return False
        raise


async def _is_guest(installation: Installation, person_id: str) -> bool:
    found = await installation.ask(
        "users.info", lambda session: session.user(person_id)
    )
    return bool(found.get("is_restricted") or found.get("is_ultra_restricted"))


async def _is_in(installation: Installation, channel: str, person_id: str) -> bool:
    cursor = ""
    for _ in range(_PAGES):
        members, cursor = await installation.ask(
            "conversations.members", partial(_page, channel, cursor)
        )
        if person_id in members:
            return True
        if not cursor:
            break
    return False


async def _page(channel: str, cursor: str, session: "Session") -> tuple[list[str], str]:
    return await session.members(channel, cursor)
