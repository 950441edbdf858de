"""Classify failed REST calls as `SendError`s. Pure.

SendRefused       401 (the whole bot), 403, 404; 400 and a deleted message (only this)
SendRateLimited   429, of any kind
SendNotReceived   no connection was made; 5xx while the nonce guards a repetition
SendUnclear       everything else: no response, a reset, a timeout, 5xx later
"""

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
from digests.messages import Message

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
    return SendRefused(reason, may_return=True)


def _classify_not_found(error: discord.HTTPException) -> SendError:
    if error.code == UNKNOWN_MESSAGE:
        return MessageGone("discord.message_gone", message_only=True)
    if error.code == UNKNOWN_CHANNEL:
        return ChannelGone(_ERROR_TEXTS[UNKNOWN_CHANNEL])
    reason = _ERROR_TEXTS.get(error.code, Message("discord.not_found", error=error))
    return SendRefused(reason)
