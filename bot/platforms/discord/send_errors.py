"""Classify a failed REST call as the error that the outbox acts on. Pure.

refused     401 (the whole bot), 403, 404; 400 and a message that is gone: only this
limited     429, whatever its kind
unreached   no connection was made; 5xx while the nonce still guards a repetition
unclear     everything else: no answer, a reset, a time-out, 5xx later on
"""

from collections.abc import Callable
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
from bot.platforms.common.rate_limits import parse_wait
from bot.platforms.discord import limits
from bot.platforms.discord.channels import ChannelGone, ThreadExists, WrongChannelKind

UNKNOWN_CHANNEL: Final = 10003
#: «Cannot send messages in a non-text channel», «Cannot execute action on this channel
#: type»: nothing was done.
WRONG_CHANNEL_KIND: Final = frozenset({50008, 50024})
THREAD_EXISTS: Final = 160004
TAG_REQUIRED: Final = 40067
UNKNOWN_MESSAGE: Final = 10008
OTHER_AUTHOR: Final = 50005
MISSING_ACCESS: Final = 50001
DIRECT_MESSAGES_CLOSED: Final = 50007
MISSING_PERMISSIONS: Final = 50013
#: Codes that are known well enough to say them in our own words.
_ERROR_TEXTS: Final = {
    UNKNOWN_CHANNEL: "The channel does not exist any more.",
    MISSING_ACCESS: "The bot cannot see the channel.",
    DIRECT_MESSAGES_CLOSED: (
        "You take no direct messages from the bot: allow them in the server's privacy "
        "settings, or unblock it."
    ),
    MISSING_PERMISSIONS: (
        "The bot may not post in the channel: it needs «View Channels», «Send "
        "Messages» and, for threads, «Send Messages in Threads»."
    ),
}
LOGIN_REFUSED: Final = (
    "Discord refused the bot's token. Set STANDFIRST_DISCORD_TOKEN to a current one."
)


def classify_send_error(error: Exception, *, guarded: bool) -> SendError:
    """The error that the outbox is told.

    Args:
        error: What discord.py or aiohttp raised.
        guarded: Repeating does no harm: an edit, a deletion, or a post whose nonce
            Discord still remembers.
    """
    match error:
        case SendError():
            return error
        case discord.RateLimited(retry_after=wait):
            return SendRateLimited(str(error), retry_after=_clamp_wait(wait))
        case discord.LoginFailure():
            return SendRefused(LOGIN_REFUSED, whole_workspace=True)
        case discord.HTTPException():
            return _classify_status(error, guarded=guarded)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return SendNotReceived(f"Discord could not be reached: {error}")
    reason = str(error) or type(error).__name__
    return SendUnclear(f"No clear answer from Discord: {reason}")


def _classify_status(error: discord.HTTPException, *, guarded: bool) -> SendError:
    known = {
        400: _classify_bad_request,
        401: _classify_unauthorized,
        403: _classify_forbidden,
        404: _classify_not_found,
        429: _classify_rate_limited,
    }
    of_status: Callable[[discord.HTTPException], SendError] | None
    of_status = known.get(error.status)
    if of_status is not None:
        return of_status(error)
    if error.status < 500:
        return SendRefused(f"Discord refuses it: {error}", message_only=True)
    if guarded:
        return SendNotReceived(f"Discord has a fault: {error.status}")
    return SendUnclear(f"Discord had a fault and may have posted it: {error.status}")


def _classify_bad_request(error: discord.HTTPException) -> SendError:
    if error.code in WRONG_CHANNEL_KIND:
        return WrongChannelKind("Nothing can be posted in a channel of this kind.")
    if error.code == THREAD_EXISTS:
        return ThreadExists("The message has a thread already.", message_only=True)
    if error.code == TAG_REQUIRED:
        return SendRefused(
            "The forum wants a tag on every post. Switch off «Require people to select "
            "tags when posting» in it.",
            may_return=True,
        )
    return SendRefused(
        f"Discord does not take this message: {error}", message_only=True
    )


def _classify_unauthorized(_: discord.HTTPException) -> SendError:
    return SendRefused(LOGIN_REFUSED, whole_workspace=True)


def _classify_forbidden(error: discord.HTTPException) -> SendError:
    if error.code == OTHER_AUTHOR:
        return SendRefused(
            "The message is not this bot's, so it cannot be edited.", message_only=True
        )
    reason = _ERROR_TEXTS.get(error.code, f"Discord does not allow it: {error}")
    return SendRefused(reason, may_return=True)


def _classify_not_found(error: discord.HTTPException) -> SendError:
    if error.code == UNKNOWN_MESSAGE:
        return MessageGone("The message is not there any more.", message_only=True)
    if error.code == UNKNOWN_CHANNEL:
        return ChannelGone(_ERROR_TEXTS[UNKNOWN_CHANNEL])
    return SendRefused(
        _ERROR_TEXTS.get(error.code, f"Discord does not find it: {error}")
    )


def _classify_rate_limited(error: discord.HTTPException) -> SendError:
    header_wait = parse_wait(
        error.response.headers.get("Retry-After"), limits.MAX_RETRY_AFTER
    )
    wait = limits.DEFAULT_RETRY_AFTER if header_wait is None else header_wait
    return SendRateLimited("Discord asks us to wait.", retry_after=wait)


def _clamp_wait(wait: float) -> float:
    return min(max(wait, 0.0), limits.MAX_RETRY_AFTER)
