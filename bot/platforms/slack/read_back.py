"""Look for a delivery's key in the channel or thread to see whether it arrived.

An error is raised where the history cannot be read: «not found» always means that
nothing was posted.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from bot.errors import MessageGone, SendRefused
from bot.model import Delivery
from bot.platforms.slack import limits
from bot.platforms.slack.installations import iter_pages
from bot.platforms.slack.messages import carries_key, get_thread

if TYPE_CHECKING:
    from bot.platforms.slack.client import SlackClient


class CallForDelivery(Protocol):
    """Calls a method about a delivery's channel; every failure is a `SendError`."""

    async def __call__(
        self, method: str, delivery: Delivery, **args: Any
    ) -> tuple["SlackClient", dict[str, Any]]: ...


async def find_posted(call: CallForDelivery, delivery: Delivery) -> str | None:
    """Find the id of our message that carries the delivery's key.

    Raises:
        SendRefused: The bot may not read the channel's history, or too much was posted
            there since.
    """
    from bot.platforms.slack.send_errors import TokenRefused

    thread = get_thread(delivery)
    method = "conversations.history" if thread is None else "conversations.replies"

    async def fetch(cursor: str | None) -> dict[str, Any]:
        session, page = await call(
            method,
            delivery,
            ts=thread,
            oldest=_get_oldest(delivery),
            cursor=cursor,
            limit=limits.HISTORY_PAGE,
            include_all_metadata=True,
        )
        own = [message for message in page["messages"] if session.is_ours(message)]
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


def _get_oldest(delivery: Delivery) -> str | None:
    """Return where to begin: some time before the delivery was claimed."""
    if delivery.claimed_at is None:
        return None
    begun = delivery.claimed_at - timedelta(seconds=limits.CLOCK_SKEW)
    return f"{begun.timestamp():.6f}"
