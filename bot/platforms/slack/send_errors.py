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
from digests.messages import Message, as_message

#: The token, and with it everything of the workspace.
_TOKEN_CODES: Final = frozenset({
    "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
    "not_allowed_token_type", "team_access_not_granted", "org_login_required",
    "access_denied",
})  # fmt: skip
#: Everything of the workspace, with the same token: an administrator can mend it.
_WORKSPACE_CODES: Final = {
    "ekm_access_denied": "slack.posting_suspended",
    "no_permission": "slack.no_permission",
    "missing_scope": "slack.missing_scope",
}
_RESTRICTED: Final = "slack.restricted"
#: The channel, for good.
_CHANNEL_CODES: Final = {
    "channel_not_found": "slack.channel_not_found",
    "is_archived": "slack.channel_archived",
}
#: The channel, until somebody lets the bot post there again.
_PERMISSION_CODES: Final = {
    "not_in_channel": "slack.not_in_channel",
    "restricted_action": _RESTRICTED,
    "restricted_action_read_only_channel": _RESTRICTED,
    "restricted_action_thread_only_channel": "slack.replies_only",
    "restricted_action_non_threadable_channel": "slack.no_replies",
    "restricted_action_thread_locked": "slack.thread_locked",
    "messages_tab_disabled": "slack.messages_disabled",
}
#: The message that it is about.
_GONE_CODES: Final = frozenset({"message_not_found", "thread_not_found"})
_UNEDITABLE_CODES: Final = {
    "cant_update_message": "slack.cant_update_message",
    "edit_window_closed": "slack.edit_window_closed",
}
#: Slack says that it has not even begun.
_NOT_STARTED_CODES: Final = {
    "request_timeout": "slack.request_timeout",
    "team_added_to_org": "slack.team_migrating",
    "external_channel_migrating": "slack.channel_migrating",
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

    def __init__(self, message: str | Message, /, **params: object) -> None:
        super().__init__(as_message(message, **params), whole_workspace=True)


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
            return SendNotReceived("slack.not_reached", error=error)
    said = str(error) or type(error).__name__
    return SendUnclear("slack.unclear", error=said)


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
        return SendRateLimited("slack.rate_limited", retry_after=wait)
    if status >= 500 or code in _FAULT_CODES or not code:
        if guarded:
            return SendNotReceived("slack.fault", code=code or status)
        return SendUnclear("slack.fault_after_send", code=code or status)
    return _classify_code(code)


def _classify_code(code: str) -> SendError:
    if code in _TOKEN_CODES:
        return TokenRefused("slack.login_refused", code=code)
    if code in _WORKSPACE_CODES:
        return SendRefused(_WORKSPACE_CODES[code], code=code, whole_workspace=True)
    if code in _CHANNEL_CODES:
        return SendRefused(_CHANNEL_CODES[code], code=code)
    if code in _PERMISSION_CODES:
        return SendRefused(_PERMISSION_CODES[code], code=code, may_return=True)
    if code in _GONE_CODES:
        return MessageGone("slack.message_gone", message_only=True)
    if code in _UNEDITABLE_CODES:
        return SendRefused(_UNEDITABLE_CODES[code], code=code, message_only=True)
    if code in _NOT_STARTED_CODES:
        return SendNotReceived(_NOT_STARTED_CODES[code], code=code)
    return SendRefused("slack.message_refused", code=code, message_only=True)


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
