"""Look for a delivery's key in the channel or thread to see whether it arrived.

It sends nothing. Where it cannot be told, it says so by an error, never by «no».
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from bot.errors import MessageGone, SendRefused
from bot.model import Delivery
from bot.platforms.slack import limits
from bot.platforms.slack.messages import carries_key, get_thread

if TYPE_CHECKING:
    from bot.platforms.slack.client import SlackClient

HISTORY: Final = "conversations.history"
REPLIES: Final = "conversations.replies"
#: Messages, and the next page's cursor; "" = there is none.
HistoryPage = tuple[list[dict[str, Any]], str]


class CallForDelivery(Protocol):
    """One request for a delivery when it is its turn; every failure a `SendError`."""

    async def __call__(
        self,
        method: str,
        delivery: Delivery,
        call: Callable[["SlackClient", str], Awaitable[HistoryPage]],
    ) -> HistoryPage: ...


class SlackHistoryReader:
    """Reads back over the platform's calls."""

    def __init__(self, call: CallForDelivery) -> None:
        self._call = call

    async def read_back(self, delivery: Delivery) -> str | None:
        """Id of our message that carries the delivery's key, if there is one.

        An edit or a deletion is not looked for: doing it again does no harm.

        Raises:
            Refused: The bot may not read the channel's history, or too much was
                written there since.
        """
        seen, cursor, oldest = 0, "", _get_oldest(delivery)
        while seen < limits.READ_BACK_MESSAGES:
            page, cursor = await self._page(delivery, oldest, cursor)
            for ours in page:
                if carries_key(ours, delivery.key):
                    return str(ours["ts"])
            if not cursor:
                return None
            seen += limits.HISTORY_PAGE
        raise SendRefused("slack.too_much_since")

    async def _page(
        self, delivery: Delivery, oldest: str | None, cursor: str
    ) -> HistoryPage:
        """What the bot wrote on one page of the history, and the next page's cursor."""
        from bot.platforms.slack.send_errors import TokenRefused

        try:
            page, more = await self._read(delivery, oldest, cursor or None)
        except (TokenRefused, MessageGone):
            raise
        except SendRefused as refused:
            raise SendRefused("slack.read_back_forbidden", error=refused) from refused
        return page, more

    async def _read(
        self, delivery: Delivery, oldest: str | None, cursor: str | None
    ) -> HistoryPage:
        """A page of the channel, or of the thread that the delivery stands in."""
        thread = get_thread(delivery)
        if thread is None:

            async def history(session: "SlackClient", channel: str) -> HistoryPage:
                page = await session.history(channel, oldest=oldest, cursor=cursor)
                return _select_own(session, page)

            return await self._call(HISTORY, delivery, history)

        async def replies(session: "SlackClient", channel: str) -> HistoryPage:
            page = await session.replies(channel, thread, oldest=oldest, cursor=cursor)
            return _select_own(session, page)

        return await self._call(REPLIES, delivery, replies)


def _select_own(session: "SlackClient", page: HistoryPage) -> HistoryPage:
    """The page without what others wrote."""
    messages, more = page
    return [message for message in messages if session.is_ours(message)], more


def _get_oldest(delivery: Delivery) -> str | None:
    """Where a look begins: when the delivery was claimed, and some time before."""
    if delivery.claimed_at is None:
        return None
    begun = delivery.claimed_at - timedelta(seconds=limits.CLOCK_SKEW)
    return f"{begun.timestamp():.6f}"
