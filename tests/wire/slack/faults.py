"""Scripted faults of Slack: one class a kind, scripted one request each.

`Lost`, `Slow` and `Status` are those of any HTTP server. `Refusal` and `Limit` are
Slack's own: it reports errors with status 200.
"""

from dataclasses import dataclass
from typing import Any, Literal

from tests.wire.discord.faults import Lost, Slow, Status


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """`ok: false` with this code; `commits`: the request still has its effect."""

    code: str
    commits: bool = False


@dataclass(frozen=True, kw_only=True)
class Limit:
    """429 with `Retry-After`, or `ok: false, ratelimited` with status 200.

    `retry_after` may be anything a proxy would write; None = no header.
    """

    retry_after: Any = 1
    quietly: bool = False


Fault = Status | Limit | Lost | Slow | Refusal
Operation = Literal[
    "post",
    "edit",
    "delete",
    "read",
    "login",
    "upload",
    "file",
    "complete",
    "file_info",
    "file_delete",
    "gateway",
    "info",
    "open",
    "view",
    "whisper",
    "respond",
    "oauth",
    "groups",
    "",
]


@dataclass(kw_only=True)
class Scripted:
    fault: Fault
    operation: Operation = ""
    channel: str = ""
    times: int = 1

    def fits(self, operation: str, channel: str) -> bool:
        return (
            self.times > 0
            and self.operation in {"", operation}
            and self.channel in {"", channel}
        )
