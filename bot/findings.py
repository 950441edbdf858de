"""The noun of a finding: one line of the doctor. It does nothing."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it is, and the fix."""

    subject: str
    state: Literal["ok", "warning", "problem"]
    text: str
    fix: str = ""


#: What a platform finds in one of its workspaces, by its own id of it; None = in how it
#: is set up as a whole.
Check = Callable[[str | None], Awaitable[Sequence[Finding]]]
