"""Scripted faults: one class a kind, scripted one request each.

A fault is matched by a request's kind (`operation`, empty = any) and its `channel`, and
is used up after `times` requests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Scope = Literal["user", "shared", "global", "banned"]
When = Literal["before", "after"]
How = Literal["close", "reset", "hang"]


@dataclass(frozen=True, kw_only=True)
class Status:
    """An answer with this status; `commits`: the request still has its effect."""

    status: int
    code: int = 0
    message: str = "scripted"
    commits: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Not JSON: a proxy's text.
    html: bool = False


@dataclass(frozen=True, kw_only=True)
class Limit:
    """429. «banned» is the proxy's: no `Via`, no JSON."""

    retry_after: Any = 0.05
    scope: Scope = "user"


@dataclass(frozen=True, kw_only=True)
class Lost:
    """The connection ends before the request has its effect, or after it."""

    when: When
    how: How = "close"


@dataclass(frozen=True, kw_only=True)
class Slow:
    """A delayed answer."""

    seconds: float


Fault = Status | Limit | Lost | Slow
Operation = Literal[
    "post",
    "edit",
    "delete",
    "read",
    "login",
    "gateway",
    "answer",
    "commands",
    "cdn",
    "open",
    "publish",
    "list",
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
