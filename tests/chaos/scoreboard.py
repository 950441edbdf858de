"""The scoreboard: what was measured, its goal, and whether enough faults were injected.

A line that missed its goal fails the run; so does one that injected fewer faults than
it states.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Line:
    """One figure."""

    #: Its number in the catalogue: «S1», «D14».
    row: str
    what: str
    figure: str
    goal: str
    met: bool
    seed: int
    #: How many faults were injected, and how many it takes for the figure to count.
    faults: int
    stated: int
    #: The first few faults that were found.
    details: Sequence[str] = ()
    #: It must be red: a defence was switched off.
    mutation: bool = False

    @classmethod
    def expect_none(
        cls,
        *,
        row: str,
        what: str,
        figure: str,
        wrong: Sequence[str],
        seed: int,
        faults: int,
        stated: int,
    ) -> Self:
        """A figure whose goal is 0: nothing may be wrong."""
        return cls(
            row=row,
            what=what,
            figure=figure,
            goal="0",
            met=not wrong,
            seed=seed,
            faults=faults,
            stated=stated,
            details=wrong,
        )

    @property
    def enough(self) -> bool:
        return self.faults >= self.stated

    @property
    def passed(self) -> bool:
        return self.met and self.enough

    @property
    def verdict(self) -> str:
        if not self.enough:
            return "MISSED: too few faults"
        if self.mutation:
            return "red as it must be" if self.met else "MISSED: it stayed green"
        return "met" if self.met else "MISSED"


@dataclass(kw_only=True)
class Scoreboard:
    """Collect lines, and report the progress on stderr."""

    lines: list[Line] = field(default_factory=list)
    quiet: bool = False
    _begun: float = field(default_factory=time.monotonic)

    def add(self, *lines: Line) -> None:
        for line in lines:
            self.lines.append(line)
            self.say(f"{line.row}: {line.what}: {line.figure} ({line.verdict})")
            if not line.passed:
                for detail in line.details[:5]:
                    self.say(f"    {detail}")

    def say(self, text: str) -> None:
        if not self.quiet:
            passed = int(time.monotonic() - self._begun)
            print(f"[{passed // 60:2}:{passed % 60:02}] {text}", file=sys.stderr)

    def failed(self) -> bool:
        return not self.lines or not all(line.passed for line in self.lines)

    def print(self) -> None:
        table = [("row", "what", "figure", "goal", "faults", "seed", "")]
        table += [
            (
                line.row,
                line.what,
                line.figure,
                line.goal,
                f"{line.faults:,} of {line.stated:,}",
                str(line.seed),
                line.verdict,
            )
            for line in self.lines
        ]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for row in table:
            cells = (c.ljust(w) for c, w in zip(row, widths, strict=True))
            print("  ".join(cells).rstrip())
        missed = sum(not line.passed for line in self.lines)
        minutes = (time.monotonic() - self._begun) / 60
        print(
            f"\n{len(self.lines)} lines, {missed} missed, "
            f"{sum(line.faults for line in self.lines):,} faults, {minutes:.1f} minutes"
        )
