"""Look for a delivery's key in the channel or thread to see whether it arrived.

An error is raised where the history cannot be read: «not found» always means that
nothing was posted.
"""

from datetime import timedelta

from bot.errors import MessageGone, SendRefused
from bot.model import Delivery
from bot.platforms.slack import limits
from bot.platforms.slack.block_kit import Json
from bot.platforms.slack.installations import Installations, iter_pages
from bot.platforms.slack.messages import carries_key, get_thread
from bot.platforms.slack.send_errors import TokenRefused


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
