"""Classify failed Web API calls as the outbox's errors: a pure table.

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

from bot.errors import (
    MessageGone,
    SendError,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
    SendUnclear,
)
from bot.platforms.common.rate_limits import parse_wait
from bot.platforms.slack import limits

_LOGIN_REFUSED: Final = (
    "Slack refused the bot's token. Install the app again, or set "
    "STANDFIRST_SLACK_BOT_TOKEN to a current one."
)
#: The token, and with it everything of the workspace.
_TOKEN_CODES: Final = frozenset({
    "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
    "not_allowed_token_type", "team_access_not_granted", "org_login_required",
    "access_denied",
})  # fmt: skip
#: Everything of the workspace, with the same token: an administrator can mend it.
_WORKSPACE_CODES: Final = {
    "ekm_access_denied": "The workspace's administrators have suspended posting.",
    "no_permission": "The app may not do this: install it again with its scopes.",
    "missing_scope": "The app lacks a scope: install it again with its scopes.",
}
_RESTRICTED: Final = "Only certain people may post in the channel; ask to let the app."
#: The channel, for good.
_CHANNEL_CODES: Final = {
    "channel_not_found": "The channel does not exist, or the bot cannot see it.",
    "is_archived": "The channel is archived.",
}
#: The channel, until somebody lets the bot post there again.
_PERMISSION_CODES: Final = {
    "not_in_channel": "The bot is not in the channel: «/invite» it there.",
    "restricted_action": _RESTRICTED,
    "restricted_action_read_only_channel": _RESTRICTED,
    "restricted_action_thread_only_channel": "The channel takes replies only.",
    "restricted_action_non_threadable_channel": "The channel takes no replies.",
    "restricted_action_thread_locked": "The thread is locked.",
    "messages_tab_disabled": "The app's messages are switched off.",
}
#: The message that it is about.
_GONE_CODES: Final = frozenset({"message_not_found", "thread_not_found"})
_UNEDITABLE_CODES: Final = {
    "cant_update_message": "The message is not this app's, so it cannot be edited.",
    "edit_window_closed": "The workspace lets nobody edit messages of that age.",
}
#: Slack says that it has not even begun.
_NOT_STARTED_CODES: Final = {
    "request_timeout": "Slack did not get the whole request.",
    "team_added_to_org": "Slack is moving the workspace; it takes nothing meanwhile.",
    "external_channel_migrating": "Slack is moving the channel.",
}
#: Slack does not know itself what became of it.
_FAULT_CODES: Final = frozenset(
    {"fatal_error", "internal_error", "service_unavailable"}
)
_LIMIT_CODES: Final = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded"}
)


class TokenRefused(SendRefused):
    """Slack does not know the token any more: nothing can be done with it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, whole_workspace=True)


def classify_send_error(error: Exception, *, guarded: bool) -> SendError:
    """The error that the outbox is told.

    Args:
        error: What slack_sdk or aiohttp raised.
        guarded: Repeating does no harm: an edit, a deletion, a reading.
    """
    match error:
        case SendError():
            return error
        case SlackApiError():
            return _classify_response(error, guarded=guarded)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return SendNotReceived(f"Slack could not be reached: {error}")
    said = str(error) or type(error).__name__
    return SendUnclear(f"No clear answer from Slack: {said}")


def get_error_code(error: Exception) -> str:
    """The code with which Slack said no; empty where it did not."""
    return _get_code(error.response) if isinstance(error, SlackApiError) else ""


def _classify_response(error: SlackApiError, *, guarded: bool) -> SendError:
    status, code = _get_status(error.response), _get_code(error.response)
    if status == 429 or code in _LIMIT_CODES:
        stated = parse_wait(
            _get_header(error.response, "Retry-After"), limits.MAX_RETRY_AFTER
        )
        wait = (
            limits.DEFAULT_RETRY_AFTER
            if stated is None
            else max(stated, limits.MIN_RETRY_AFTER)
        )
        return SendRateLimited("Slack asks us to wait.", retry_after=wait)
    if status >= 500 or code in _FAULT_CODES or not code:
        return _classify_fault(f"Slack has a fault: {code or status}", guarded=guarded)
    return _classify_code(code)


def _classify_fault(said: str, *, guarded: bool) -> SendError:
    if guarded:
        return SendNotReceived(said)
    return SendUnclear(f"{said}; it may have posted the message.")


def _classify_code(code: str) -> SendError:
    if code in _TOKEN_CODES:
        return TokenRefused(f"{_LOGIN_REFUSED} ({code})")
    if code in _WORKSPACE_CODES:
        return SendRefused(f"{_WORKSPACE_CODES[code]} ({code})", whole_workspace=True)
    if code in _CHANNEL_CODES:
        return SendRefused(f"{_CHANNEL_CODES[code]} ({code})")
    if code in _PERMISSION_CODES:
        return SendRefused(f"{_PERMISSION_CODES[code]} ({code})", may_return=True)
    if code in _GONE_CODES:
        return MessageGone("The message is not there any more.", message_only=True)
    if code in _UNEDITABLE_CODES:
        return SendRefused(f"{_UNEDITABLE_CODES[code]} ({code})", message_only=True)
    if code in _NOT_STARTED_CODES:
        return SendNotReceived(f"{_NOT_STARTED_CODES[code]} ({code})")
    return SendRefused(f"Slack does not take this message: {code}", message_only=True)


def _get_code(response: Any) -> str:
    data = getattr(response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _get_status(response: Any) -> int:
    # The library's own answer, or aiohttp's where it was no JSON.
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    return int(status or 0)


def _get_header(response: Any, name: str) -> str | None:
    found = getattr(response, "headers", None) or {}
    value = found.get(name)
    return None if value is None else str(value)
