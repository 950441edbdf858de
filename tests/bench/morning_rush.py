"""Measure a morning: 1,000 destinations in 50 workspaces due in one minute, on SQLite.

Run: python -m tests.bench.morning_rush [DESTINATIONS] [WORKSPACES]. It takes about half
a minute of real time, because it is measured against Discord's own limit: the strict
local Discord counts 50 requests in any second, and the bot is a process of its own.
Prints and asserts nothing.
"""

import asyncio
import sys
from collections.abc import Iterator

from tests.chaos.kills import homes
from tests.chaos.rush import Rush, rush

SEED = 1


def main(destinations: int = 1000, workspaces: int = 50) -> None:
    for name, value, budget in rows(destinations, workspaces):
        print(f"{name:<44}  {value:>12}  {budget}")


def rows(destinations: int, workspaces: int) -> Iterator[tuple[str, str, str]]:
    with homes() as home:
        found = asyncio.run(rush(home / "rush", destinations, workspaces, SEED))
    yield from _told(found)


def _told(found: Rush) -> Iterator[tuple[str, str, str]]:
    sent = f"{len(found.lateness):,} of {found.destinations:,}"
    yield "due in one minute, sent", sent, "all"
    yield "lateness, p50", f"{found.p50:.1f} s", ""
    yield "lateness, p99", f"{found.p99:.1f} s", "< 60 s"
    yield "share of the allowed rate used", f"{100 * found.share:.1f} %", "≥ 98 %"
    yield "429s earned", f"{found.counting.earned}", "0"
    yield "doubled", f"{found.doubled}", "0"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
