"""Search for inputs that break a property: python -m tests.explore [MINUTES].

`make test` draws the same examples each time, so that a newcomer's first run depends on
their change only. Here every run over all properties draws others, for an hour if no
time is given. What breaks one is printed by hypothesis as an `@example` line: it then
belongs into the test.
"""

import subprocess
import sys
import time

MINUTES = 60


def explore(minutes: float) -> int:
    """Run all properties again and again; returns pytest's code of the last run."""
    ends = time.monotonic() + minutes * 60
    runs = 0
    while time.monotonic() < ends:
        runs += 1
        print(f"run {runs}", flush=True)  # noqa: T201
        code = subprocess.run(_build_command(), check=False).returncode
        if code:
            return code
    return 0


def _build_command() -> list[str]:
    search = ["-m", "hypothesis", "--hypothesis-profile=explore"]
    return [sys.executable, "-m", "pytest", "-q", "-n", "auto", *search]


if __name__ == "__main__":
    sys.exit(explore(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES))
