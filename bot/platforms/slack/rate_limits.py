"""Pace requests by Slack's limits; classify failed calls as `SendError`s.

- A channel takes one post a second. A post whose turn is near waits for it here.
- A post that was answered with 429 holds its channel for as long as Slack says. Slack
  does not say whether it was the channel's limit or the workspace's; when a second
  channel is limited while the first one waits, it is the workspace's and holds all.
- Any other request that was limited holds its method: those limits are per method.
- Posts start evenly, more slowly each time the workspace's limit was reached, and few
  requests are in flight at once: what waited behind a limit does not burst.

The outbox handles longer waits: a request that may not be sent now raises
`SendRateLimited` and certainly was not sent. What failed calls mean:

SendRefused       a code that refuses everything of the workspace (the token), the
                  channel, or this message alone
SendRateLimited   429, or the code for it
SendNotReceived   no connection was made, or Slack did not start; any fault of a call
                  whose repetition has no further effect (an edit, a deletion, a read)
SendUnclear       everything else: no response, a reset, a timeout, 5xx, no valid JSON
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from bot.errors import (
    MessageGone,
    SendError,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
    SendUnclear,
)
from bot.platforms.common.rate_limits import HeldRoutes, parse_wait, take_slot
from bot.platforms.slack import limits
from digests.messages import Message, as_message

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError

POST_MESSAGE = "chat.postMessage"
#: Channels that are stored before those whose moment has passed are dropped.
_SWEEP_FROM = 1000


class SlackRateLimiter:
    """The limits that apply at present; instants are seconds of a monotonic clock."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = limits.SLOT_TIMEOUT,
    ) -> None:
        """Start without limits.

        Args:
            now: A monotonic clock in seconds.
            sleep: Waits by that clock.
            patience: Seconds that a request may wait here before it is postponed.
        """
        self._patience = patience
        self._now = now
        self._sleep = sleep
        self._held = HeldRoutes()
        self._posts_limited_until = 0.0
        #: When the next post may start: to a channel, and to any.
        self._next_by_channel: dict[str, float] = {}
        self._next_post = 0.0
        self._rate = limits.RATE
        self._slots = asyncio.Semaphore(limits.IN_FLIGHT)

    @asynccontextmanager
    async def turn(self, method: str, channel: str) -> AsyncIterator[None]:
        """Take one of the slots for requests in flight, a post at its due moment.

        Raises:
            SendRateLimited: It may not be sent now.
        """
        self.check(method, channel)
        if method == POST_MESSAGE:
            await self._until_due(channel)
        busy = SendRateLimited("slack.busy", retry_after=limits.MIN_RETRY_AFTER)
        async with take_slot(self._slots, self._patience, busy):
            # Others may have been limited meanwhile.
            self.check(method, channel)
            try:
                yield
            finally:
                if method == POST_MESSAGE:
                    self._delay_next(channel)

    def check(self, method: str, channel: str) -> None:
        """Raise `SendRateLimited` while such a request has to wait."""
        now = self._now()
        until = self._held.until(_get_bucket(method, channel))
        if method == POST_MESSAGE:
            until = max(until, self._posts_limited_until)
        if until > now:
            raise SendRateLimited("slack.rate_limited", retry_after=until - now)

    def posted(self) -> None:
        """Record that a post was accepted."""
        self._rate = min(limits.RATE, self._rate + limits.RATE_INCREASE)

    def limited(self, method: str, channel: str, wait: float) -> None:
        """Record that Slack asked to wait for this many seconds."""
        now = self._now()
        others = any(
            of == POST_MESSAGE and place != channel
            for of, place in self._held.list_active(now)
        )
        if method == POST_MESSAGE and others:
            if self._posts_limited_until <= now:
                self._rate = max(limits.RATE_LEAST, self._rate * limits.RATE_DECREASE)
            self._posts_limited_until = max(self._posts_limited_until, now + wait)
        self._held.hold(_get_bucket(method, channel), now + wait, now)

    async def _until_due(self, channel: str) -> None:
        """Reserve the next moment of the channel and of all, and wait if it is near."""
        now = self._now()
        due = max(now, self._next_by_channel.get(channel, 0.0), self._next_post)
        if due - now > self._patience:
            raise SendRateLimited("slack.waiting", retry_after=due - now)
        if len(self._next_by_channel) > _SWEEP_FROM:
            self._next_by_channel = {
                of: at for of, at in self._next_by_channel.items() if at > now
            }
        # A channel that waits for its own moment does not delay the others.
        self._next_post = max(now, self._next_post) + 1 / self._rate
        self._next_by_channel[channel] = due + 1 / limits.CHANNEL_RATE
        if due > now:
            await self._sleep(due - now)

    def _delay_next(self, channel: str) -> None:
        """Let a second pass from now, when the post to this channel has arrived.

        Counted from when it was sent, the next one would arrive too early whenever it
        is faster on its way than this one was.
        """
        following = self._now() + 1 / limits.CHANNEL_RATE
        reserved = self._next_by_channel.get(channel, 0.0)
        self._next_by_channel[channel] = max(reserved, following)


def _get_bucket(method: str, channel: str) -> tuple[str, str]:
    """Return the channel or method that a limit of this request holds."""
    return (method, channel if method == POST_MESSAGE else "")


#: Codes that refuse the token, and with it everything of the workspace.
_TOKEN_CODES: Final = frozenset({
    "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
    "not_allowed_token_type", "team_access_not_granted", "org_login_required",
    "access_denied",
})  # fmt: skip
#: Code → the message, and the argument of `SendRefused` that says what is refused:
#: everything of the workspace until an administrator acts, the channel for good or
#: until the bot may post there again, or an edit.
_REFUSALS: Final = {
    "ekm_access_denied": ("slack.posting_suspended", "whole_workspace"),
    "no_permission": ("slack.no_permission", "whole_workspace"),
    "missing_scope": ("slack.missing_scope", "whole_workspace"),
    "channel_not_found": ("slack.channel_not_found", ""),
    "is_archived": ("slack.channel_archived", ""),
    "not_in_channel": ("slack.not_in_channel", "may_return"),
    "restricted_action": ("slack.restricted", "may_return"),
    "restricted_action_read_only_channel": ("slack.restricted", "may_return"),
    "restricted_action_thread_only_channel": ("slack.replies_only", "may_return"),
    "restricted_action_non_threadable_channel": ("slack.no_replies", "may_return"),
    "restricted_action_thread_locked": ("slack.thread_locked", "may_return"),
    "messages_tab_disabled": ("slack.messages_disabled", "may_return"),
    "cant_update_message": ("slack.cant_update_message", "message_only"),
    "edit_window_closed": ("slack.edit_window_closed", "message_only"),
}
#: Any other code refuses the message alone.
_MESSAGE_REFUSED: Final = ("slack.message_refused", "message_only")
#: Codes for a message that does not exist.
_GONE_CODES: Final = frozenset({"message_not_found", "thread_not_found"})
#: Codes with which Slack says that it did not start.
_NOT_STARTED_CODES: Final = {
    "request_timeout": "slack.request_timeout",
    "team_added_to_org": "slack.team_migrating",
    "external_channel_migrating": "slack.channel_migrating",
}
#: Codes that leave open what happened.
_FAULT_CODES: Final = frozenset(
    {"fatal_error", "internal_error", "service_unavailable"}
)
_LIMIT_CODES: Final = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded"}
)


class TokenRefused(SendRefused):
    """Slack refuses the token: nothing can be sent with it any more."""

    def __init__(self, message: str | Message, /, **params: object) -> None:
        super().__init__(as_message(message, **params), whole_workspace=True)


def classify_send_error(error: Exception, *, guarded: bool) -> SendError:
    """Classify an error.

    Args:
        error: What slack_sdk or aiohttp raised.
        guarded: Repeating the call has no further effect: an edit, a deletion, a read.
    """
    # Loaded with the first failure, not with this module.
    import aiohttp
    from slack_sdk.errors import SlackApiError

    match error:
        case SendError():
            return error
        case SlackApiError():
            return _classify_response(error, guarded=guarded)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return SendNotReceived("slack.not_reached", error=error)
    return SendUnclear("slack.unclear", error=str(error) or type(error).__name__)


def get_error_code(error: BaseException | None) -> str:
    """Return the error code of Slack's response; "" if there is none."""
    data = getattr(getattr(error, "response", None), "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _classify_response(error: "SlackApiError", *, guarded: bool) -> SendError:
    response, code = error.response, get_error_code(error)
    # The library's response, or aiohttp's where it was not JSON.
    status = getattr(response, "status_code", None) or response.status
    if status == 429 or code in _LIMIT_CODES:
        stated = response.headers.get("Retry-After")
        wait = parse_wait(stated, limits.MAX_RETRY_AFTER)
        wait = limits.DEFAULT_RETRY_AFTER if wait is None else wait
        wait = max(wait, limits.MIN_RETRY_AFTER)
        return SendRateLimited("slack.rate_limited", retry_after=wait)
    if status >= 500 or code in _FAULT_CODES or not code:
        if guarded:
            return SendNotReceived("slack.fault", code=code or status)
        return SendUnclear("slack.fault_after_send", code=code or status)
    return _classify_code(code)


def _classify_code(code: str) -> SendError:
    if code in _TOKEN_CODES:
        return TokenRefused("slack.login_refused", code=code)
    if code in _GONE_CODES:
        return MessageGone("slack.message_gone", message_only=True)
    if code in _NOT_STARTED_CODES:
        return SendNotReceived(_NOT_STARTED_CODES[code], code=code)
    text, refused = _REFUSALS.get(code, _MESSAGE_REFUSED)
    return SendRefused(text, code=code, **({refused: True} if refused else {}))
