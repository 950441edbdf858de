"""What a failed REST call means: a pure table, so that a test can read it.

refused     401 (the whole bot), 403, 404; 400 and a message that is gone: only this
limited     429, whatever its kind
unreached   no connection was made; 5xx while the nonce still guards a repetition
unclear     everything else: no answer, a reset, a time-out, 5xx later on
"""

from collections.abc import Callable
from typing import Final

import aiohttp
import discord

from bot.errors import Gone, Limited, Refused, SendError, Unclear, Unreached
from bot.platforms.discord import limits
from bot.platforms.discord.places import NoPlace, ThreadThere, WrongKind
from bot.platforms.waits import seconds

UNKNOWN_CHANNEL: Final = 10003
#: «Cannot send messages in a non-text channel», «Cannot execute action on this channel
#: type»: nothing was done.
OF_ANOTHER_KIND: Final = frozenset({50008, 50024})
THREAD_EXISTS: Final = 160004
TAG_REQUIRED: Final = 40067
UNKNOWN_MESSAGE: Final = 10008
NOT_OURS: Final = 50005
MISSING_ACCESS: Final = 50001
CLOSED_TO_US: Final = 50007
MISSING_PERMISSIONS: Final = 50013
#: Codes that are known well enough to say them in our own words.
_SAID: Final = {
    UNKNOWN_CHANNEL: "The channel does not exist any more.",
    MISSING_ACCESS: "The bot cannot see the channel.",
    CLOSED_TO_US: (
        "You take no direct messages from the bot: allow them in the server's privacy "
        "settings, or unblock it."
    ),
    MISSING_PERMISSIONS: (
        "The bot may not post in the channel: it needs «View Channel», «Send "
        "Messages» and, for threads, «Send Messages in Threads»."
    ),
}
NOT_LET_IN: Final = (
    "Discord refused the bot's token. Set STANDFIRST_DISCORD_TOKEN to a current one."
)


def verdict(error: Exception, *, guarded: bool) -> SendError:
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
            return Limited(str(error), retry_after=_bounded(wait))
        case discord.LoginFailure():
            return Refused(NOT_LET_IN, whole_workspace=True)
        case discord.HTTPException():
            return _of_status(error, guarded=guarded)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return Unreached(f"Discord could not be reached: {error}")
    said = str(error) or type(error).__name__
    return Unclear(f"No clear answer from Discord: {said}")


def _of_status(error: discord.HTTPException, *, guarded: bool) -> SendError:
    known = {400: _misfit, 401: _token, 403: _forbidden, 404: _missing, 429: _limited}
    of_status: Callable[[discord.HTTPException], SendError] | None
    of_status = known.get(error.status)
    if of_status is not None:
        return of_status(error)
    if error.status < 500:
        return Refused(f"Discord refuses it: {error}", message_only=True)
    if guarded:
        return Unreached(f"Discord has a fault: {error.status}")
    return Unclear(f"Discord had a fault and may have posted it: {error.status}")


def _misfit(error: discord.HTTPException) -> SendError:
    if error.code in OF_ANOTHER_KIND:
        return WrongKind("Nothing can be posted in a channel of this kind.")
    if error.code == THREAD_EXISTS:
        return ThreadThere("The message has a thread already.", message_only=True)
    if error.code == TAG_REQUIRED:
        return Refused(
            "The forum wants a tag on every post. Switch off «Require people to select "
            "tags when posting» in it.",
            may_return=True,
        )
    return Refused(f"Discord does not take this message: {error}", message_only=True)


def _token(_: discord.HTTPException) -> SendError:
    return Refused(NOT_LET_IN, whole_workspace=True)


def _forbidden(error: discord.HTTPException) -> SendError:
    if error.code == NOT_OURS:
        return Refused(
            "The message is not this bot's, so it cannot be edited.", message_only=True
        )
    said = _SAID.get(error.code, f"Discord does not allow it: {error}")
    return Refused(said, may_return=True)


def _missing(error: discord.HTTPException) -> SendError:
    if error.code == UNKNOWN_MESSAGE:
        return Gone("The message is not there any more.", message_only=True)
    if error.code == UNKNOWN_CHANNEL:
        return NoPlace(_SAID[UNKNOWN_CHANNEL])
    return Refused(_SAID.get(error.code, f"Discord does not find it: {error}"))


def _limited(error: discord.HTTPException) -> SendError:
    told = seconds(error.response.headers.get("Retry-After"), limits.WAIT_MOST)
    wait = limits.WAIT_UNTOLD if told is None else told
    return Limited("Discord asks us to wait.", retry_after=wait)


def _bounded(wait: float) -> float:
    return min(max(wait, 0.0), limits.WAIT_MOST)
