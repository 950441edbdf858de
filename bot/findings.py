"""The noun of a finding: one line of the doctor. It does nothing."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it is, and the fix."""

    subject: str
    state: Literal["ok", "warning", "problem"]
    text: str
    fix: str = ""
