"""When a request may be sent, by Discord's own headers; what a failed one means.

- A route (method and channel) whose allowance is used up, or that was answered with
  429, waits for as long as Discord says; a global or unexplained limit holds all.
- Requests start evenly and few are in flight at once, so that what waited behind a
  limit does not burst when it ends.
- In no second do more requests arrive at Discord than it allows, however long each one
  takes (`ArrivalWindow`).
- After too many invalid responses in ten minutes nothing is sent for a while: Discord
  bans an IP address that continues.

The outbox handles longer waits: a request that may not be sent now raises
`SendRateLimited` and certainly was not sent. Opening threads and crossposting have much
smaller allowances than messages, and must not hold up messages of the same channel.

What failed calls mean:

SendRefused       401 (the whole bot), 403, 404; 400 and a deleted message (only this)
SendRateLimited   429, of any kind
SendNotReceived   no connection was made; 5xx while the nonce guards a repetition
SendUnclear       everything else: no response, a reset, a timeout, 5xx later
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import discord

from bot.errors import (
    MessageGone,
    SendError,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
    SendUnclear,
)
from bot.platforms.common.rate_limits import (
    HeldRoutes,
    RequestRoute,
    parse_wait,
    take_slot,
)
from bot.platforms.discord import limits
from bot.platforms.discord.channels import (
    ChannelGone,
    PermissionMissing,
    ThreadExists,
    WrongChannelKind,
)
from digests.messages import Message

_INVALID_STATUSES = frozenset({401, 403, 429})


class DiscordRateLimiter:
    """The limits that apply at present; instants are seconds of a monotonic clock."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._held = HeldRoutes()
        self._global_until = 0.0
        self._window = ArrivalWindow()
        self._invalid: deque[float] = deque()
        self._slots = asyncio.Semaphore(limits.IN_FLIGHT)

    def record_response(
        self, method: str, channel: str, status: int, headers: Mapping[str, str]
    ) -> None:
        """Record the limits that a response states; `channel` is "" without one."""
        now = self._now()
        route = method, channel
        scope = headers.get("X-RateLimit-Scope")
        if status in _INVALID_STATUSES and scope != "shared":
            self._invalid.append(now)
        reset = parse_wait(
            headers.get("X-RateLimit-Reset-After"), limits.MAX_RETRY_AFTER
        )
        if status != 429:
            if headers.get("X-RateLimit-Remaining") == "0":
                self._held.hold(route, now + (reset or 0.0), now)
            return
        stated = parse_wait(headers.get("Retry-After"), limits.MAX_RETRY_AFTER), reset
        waits = [wait for wait in stated if wait is not None]
        until = now + max(waits, default=limits.DEFAULT_RETRY_AFTER)
        # Without «Via» it is no limit of Discord but the ban of our address.
        if scope == "global" or "X-RateLimit-Global" in headers or "Via" not in headers:
            self._global_until = max(self._global_until, until)
        else:
            self._held.hold(route, until, now)

    @asynccontextmanager
    async def turn(self, method: str, channel: str) -> AsyncIterator[None]:
        """Take one of the slots for requests in flight.

        Raises:
            SendRateLimited: It may not be sent now.
        """
        self.check(method, channel)
        busy = SendRateLimited("discord.busy", retry_after=limits.SLOT_TIMEOUT)
        async with take_slot(self._slots, limits.SLOT_TIMEOUT, busy):
            yield

    async def enter(self, method: str, channel: str) -> float:
        """Wait until one more request may be sent; return its start for `leave`.

        Raises:
            SendRateLimited: The route was limited meanwhile.
        """
        entered = await self._window.enter()
        if channel:
            try:
                self.check(method, channel)
            except SendRateLimited:
                self._window.withdraw(entered)
                raise
        return entered

    def leave(self, entered: float) -> None:
        """Record that the request ended."""
        self._window.leave(entered)

    def check(self, method: str, channel: str) -> None:
        """Raise `SendRateLimited` when a request of this route has to wait."""
        now = self._now()
        until = max(self._global_until, self._held.until((method, channel)))
        if until > now:
            raise SendRateLimited("discord.rate_limited", retry_after=until - now)
        while self._invalid and self._invalid[0] <= now - limits.INVALID_WINDOW:
            self._invalid.popleft()
        if len(self._invalid) >= limits.INVALID_MOST:
            wait = self._invalid[0] + limits.INVALID_WINDOW - now
            raise SendRateLimited("discord.silent", retry_after=wait)


class ArrivalWindow:
    """At most `limits.GLOBAL_RATE` arrivals in any second, as Discord counts them.

    When a request arrives is unknown: some time between its start and its response. At
    least the fastest round trip of that time is spent before or after the arrival. So a
    request counts while it is in flight, and after its response for one second minus
    that round trip. While as many count as are allowed, no other request starts.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._next = 0.0
        #: Starts of requests in flight, and the instants of the newest responses.
        self._open: list[float] = []
        self._answered: deque[float] = deque()
        #: The fastest of the newest round trips, and of the sample before.
        self._fastest = self._fastest_before = float("inf")
        self._seen = 0

    async def enter(self) -> float:
        """Wait until a request may start; return the instant."""
        at = max(self._now(), self._next)
        self._next = at + 1 / limits.GLOBAL_RATE
        while (wait := max(at - self._now(), self._seconds_until_room())) > 0:
            await self._sleep(wait)
        started = self._now()
        self._open.append(started)
        return started

    def leave(self, started: float) -> None:
        """Record that a request ended: it may have arrived at any time until now."""
        now = self._now()
        self.withdraw(started)
        self._answered.append(now)
        self._seen += 1
        self._fastest = min(self._fastest, now - started)
        if self._seen % limits.ROUND_TRIP_SAMPLE == 0:
            self._fastest_before, self._fastest = self._fastest, float("inf")

    def withdraw(self, started: float) -> None:
        """Record that a request was not sent after all."""
        self._open.remove(started)

    def _seconds_until_room(self) -> float:
        """Return the seconds until one more may start; 0.0 for now."""
        now = self._now()
        # A few round trips do not show yet how fast one can be.
        sure = self._seen >= limits.ROUND_TRIP_SAMPLE
        fastest = min(self._fastest, self._fastest_before) if sure else 0.0
        lasts = 1 + limits.CLOCK_MARGIN - min(fastest, 1.0)
        while self._answered and self._answered[0] <= now - lasts:
            self._answered.popleft()
        # A request that takes very long arrived long ago, or never will.
        in_flight = sum(started > now - limits.ARRIVED_AFTER for started in self._open)
        if in_flight + len(self._answered) < limits.GLOBAL_RATE:
            return 0.0
        if not self._answered:
            return limits.CLOCK_MARGIN
        return max(self._answered[0] + lasts - now, 0.001)


_CHANNEL_PATH: Final = re.compile(
    r"/channels/(?P<id>\d+)(?:/messages/\d+)?(?P<own>/threads|/crosspost)?(?=/|\Z)"
)


def parse_route(path: str) -> str:
    """Return «2001», «2001/threads» or «2001/crosspost»; "" without a channel."""
    found = _CHANNEL_PATH.search(path)
    return f"{found['id']}{found['own'] or ''}" if found else ""


#: A request that reads what belongs to no channel.
READ: Final[RequestRoute] = "GET", ""


def build_threads_route(channel: int, method: str = "POST") -> RequestRoute:
    """Build the route on which a channel's threads are opened, or listed."""
    return method, f"{channel}/threads"


def build_crosspost_route(channel: int) -> RequestRoute:
    """Build the route on which a channel's messages are crossposted."""
    return "POST", f"{channel}/crosspost"


UNKNOWN_CHANNEL: Final = 10003
#: «Cannot send messages in a non-text channel», «Cannot execute action on this channel
#: type»: nothing was posted.
WRONG_CHANNEL_KIND: Final = frozenset({50008, 50024})
THREAD_EXISTS: Final = 160004
TAG_REQUIRED: Final = 40067
UNKNOWN_MESSAGE: Final = 10008
OTHER_AUTHOR: Final = 50005
MISSING_ACCESS: Final = 50001
DIRECT_MESSAGES_CLOSED: Final = 50007
MISSING_PERMISSIONS: Final = 50013
#: Codes that we explain in our own words.
_ERROR_TEXTS: Final = {
    UNKNOWN_CHANNEL: Message("discord.unknown_channel"),
    MISSING_ACCESS: Message("discord.missing_access"),
    DIRECT_MESSAGES_CLOSED: Message("discord.direct_messages_closed"),
    MISSING_PERMISSIONS: Message("discord.missing_permissions"),
}


def classify_send_error(error: Exception, *, guarded: bool) -> SendError:
    """Classify an error.

    Args:
        error: What discord.py or aiohttp raised.
        guarded: Repeating the call has no further effect: an edit, a deletion, or a
            post whose nonce Discord still remembers.
    """
    match error:
        case SendError():
            return error
        case discord.RateLimited(retry_after=wait):
            wait = min(max(wait, 0.0), limits.MAX_RETRY_AFTER)
            return SendRateLimited(
                "discord.library_wait", error=error, retry_after=wait
            )
        case discord.LoginFailure() | discord.ConnectionClosed(code=4004):
            return SendRefused("discord.login_refused", whole_workspace=True)
        case discord.HTTPException():
            return _classify_status(error, guarded=guarded)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return SendNotReceived("discord.not_reached", error=error)
    reason = str(error) or type(error).__name__
    return SendUnclear("discord.unclear", error=reason)


def _classify_status(error: discord.HTTPException, *, guarded: bool) -> SendError:
    match error.status:
        case 400:
            return _classify_bad_request(error)
        case 401:
            return SendRefused("discord.login_refused", whole_workspace=True)
        case 403:
            return _classify_forbidden(error)
        case 404:
            return _classify_not_found(error)
        case 429:
            stated = error.response.headers.get("Retry-After")
            wait = parse_wait(stated, limits.MAX_RETRY_AFTER)
            wait = limits.DEFAULT_RETRY_AFTER if wait is None else wait
            return SendRateLimited("discord.rate_limited", retry_after=wait)
        case status if status < 500:
            return SendRefused("discord.refused", error=error, message_only=True)
    if guarded:
        return SendNotReceived("discord.fault", status=error.status)
    return SendUnclear("discord.fault_after_send", status=error.status)


def _classify_bad_request(error: discord.HTTPException) -> SendError:
    if error.code in WRONG_CHANNEL_KIND:
        return WrongChannelKind("discord.wrong_channel_kind")
    if error.code == THREAD_EXISTS:
        return ThreadExists("discord.thread_exists", message_only=True)
    if error.code == TAG_REQUIRED:
        return SendRefused("discord.tag_required", may_return=True)
    return SendRefused("discord.message_refused", error=error, message_only=True)


def _classify_forbidden(error: discord.HTTPException) -> SendError:
    if error.code == OTHER_AUTHOR:
        return SendRefused("discord.other_author", message_only=True)
    reason = _ERROR_TEXTS.get(error.code, Message("discord.forbidden", error=error))
    kind = PermissionMissing if error.code == MISSING_PERMISSIONS else SendRefused
    return kind(reason, may_return=True)


def _classify_not_found(error: discord.HTTPException) -> SendError:
    if error.code == UNKNOWN_MESSAGE:
        return MessageGone("discord.message_gone", message_only=True)
    if error.code == UNKNOWN_CHANNEL:
        return ChannelGone(_ERROR_TEXTS[UNKNOWN_CHANNEL])
    reason = _ERROR_TEXTS.get(error.code, Message("discord.not_found", error=error))
    return SendRefused(reason)
