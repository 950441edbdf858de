"""What a failed Web API call means: a pure table, so that a test can read it.

refused     a code of Slack's that says no: to everything of the workspace (the token),
            to the channel, or to this message alone
limited     429, or the code that says the same
unreached   no connection was made, or Slack says that it did not begin; any fault
            where repeating does no harm (an edit, a deletion, a reading)
unclear     everything else: no answer, a reset, a time-out, 5xx, an answer that is none
"""

from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import Gone, Limited, Refused, SendError, Unclear, Unreached
from bot.platforms.slack import limits
from bot.platforms.waits import seconds

_NOT_LET_IN: Final = (
    "Slack refused the bot's token. Install the app again, or set "
    "STANDFIRST_SLACK_BOT_TOKEN to a current one."
)
#: The token, and with it everything of the workspace.
_TOKEN: Final = frozenset({
    "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
    "not_allowed_token_type", "team_access_not_granted", "org_login_required",
    "access_denied",
})  # fmt: skip
#: Everything of the workspace, with the same token: an administrator can mend it.
_WORKSPACE: Final = {
    "ekm_access_denied": "The workspace's administrators have suspended posting.",
    "no_permission": "The app may not do this: install it again with its scopes.",
    "missing_scope": "The app lacks a scope: install it again with its scopes.",
}
_ONLY_SOME: Final = "Only certain people may post in the channel; ask to let the app."
#: The channel, for good.
_CHANNEL: Final = {
    "channel_not_found": "The channel does not exist, or the bot cannot see it.",
    "is_archived": "The channel is archived.",
}
#: The channel, until somebody lets the bot post there again.
_PERMISSION: Final = {
    "not_in_channel": "The bot is not in the channel: «/invite» it there.",
    "restricted_action": _ONLY_SOME,
    "restricted_action_read_only_channel": _ONLY_SOME,
    "restricted_action_thread_only_channel": "The channel takes replies only.",
    "restricted_action_non_threadable_channel": "The channel takes no replies.",
    "restricted_action_thread_locked": "The thread is locked.",
    "messages_tab_disabled": "The app's messages are switched off.",
}
#: The message that it is about.
_GONE: Final = frozenset({"message_not_found", "thread_not_found"})
_FIXED: Final = {
    "cant_update_message": "The message is not this app's, so it cannot be edited.",
    "edit_window_closed": "The workspace lets nobody edit messages of that age.",
}
#: Slack says that it has not even begun.
_NOT_BEGUN: Final = {
    "request_timeout": "Slack did not get the whole request.",
    "team_added_to_org": "Slack is moving the workspace; it takes nothing meanwhile.",
    "external_channel_migrating": "Slack is moving the channel.",
}
#: Slack does not know itself what became of it.
_FAULTS: Final = frozenset({"fatal_error", "internal_error", "service_unavailable"})
_LIMITS: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})


class NotLetIn(Refused):
    """Slack does not know the token any more: nothing can be done with it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, whole_workspace=True)


def verdict(error: Exception, *, guarded: bool) -> SendError:
    """The error that the outbox is told.

    Args:
        error: What slack_sdk or aiohttp raised.
        guarded: Repeating does no harm: an edit, a deletion, a reading.
    """
    match error:
        case SendError():
            return error
        case SlackApiError():
            return _of_answer(error, guarded=guarded)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return Unreached(f"Slack could not be reached: {error}")
    said = str(error) or type(error).__name__
    return Unclear(f"No clear answer from Slack: {said}")


def code_of(error: Exception) -> str:
    """The code with which Slack said no; empty where it did not."""
    return _code(error.response) if isinstance(error, SlackApiError) else ""


def _of_answer(error: SlackApiError, *, guarded: bool) -> SendError:
    status, code = _status(error.response), _code(error.response)
    if status == 429 or code in _LIMITS:
        told = seconds(_header(error.response, "Retry-After"), limits.WAIT_MOST)
        wait = limits.WAIT_UNTOLD if told is None else max(told, limits.WAIT_LEAST)
        return Limited("Slack asks us to wait.", retry_after=wait)
    if status >= 500 or code in _FAULTS or not code:
        return _fault(f"Slack has a fault: {code or status}", guarded=guarded)
    return _of_code(code)


def _fault(said: str, *, guarded: bool) -> SendError:
    if guarded:
        return Unreached(said)
    return Unclear(f"{said}; it may have posted the message.")


def _of_code(code: str) -> SendError:
    if code in _TOKEN:
        return NotLetIn(f"{_NOT_LET_IN} ({code})")
    if code in _WORKSPACE:
        return Refused(f"{_WORKSPACE[code]} ({code})", whole_workspace=True)
    if code in _CHANNEL:
        return Refused(f"{_CHANNEL[code]} ({code})")
    if code in _PERMISSION:
        return Refused(f"{_PERMISSION[code]} ({code})", may_return=True)
    if code in _GONE:
        return Gone("The message is not there any more.", message_only=True)
    if code in _FIXED:
        return Refused(f"{_FIXED[code]} ({code})", message_only=True)
    if code in _NOT_BEGUN:
        return Unreached(f"{_NOT_BEGUN[code]} ({code})")
    return Refused(f"Slack does not take this message: {code}", message_only=True)


def _code(response: Any) -> str:
    data = getattr(response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _status(response: Any) -> int:
    # The library's own answer, or aiohttp's where it was no JSON.
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    return int(status or 0)


def _header(response: Any, name: str) -> str | None:
    found = getattr(response, "headers", None) or {}
    value = found.get(name)
    return None if value is None else str(value)
