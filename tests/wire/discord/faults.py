"""What can be made to go wrong: one noun a kind, scripted one request each.

A fault is matched by what a request does (`operation`, empty = any) and where
(`channel`), and is used up `times` times.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Scope = Literal["user", "shared", "global", "banned"]
When = Literal["before", "after"]
How = Literal["close", "reset", "hang"]


@dataclass(frozen=True, kw_only=True)
class Status:
    """An answer with this status; `commits`: with its effect all the same."""

    status: int
    code: int = 0
    message: str = "scripted"
    commits: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Not JSON: what a proxy says.
    html: bool = False


@dataclass(frozen=True, kw_only=True)
class Limit:
    """429. «banned» is the one of the proxy: no `Via`, no JSON."""

    retry_after: Any = 0.05
    scope: Scope = "user"


@dataclass(frozen=True, kw_only=True)
class Lost:
    """The connection ends before the request has its effect, or after it."""

    when: When
    how: How = "close"


@dataclass(frozen=True, kw_only=True)
class Slow:
    """The answer takes its time."""

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
