"""Check what changed, in under a minute: python -m tests.quick [BASE].

Runs ruff and mypy (both cache), and the tests of each changed file: those of its
package, found by the layout, without collecting the rest. Compared with BASE (default:
the last commit, or the one before it when nothing is changed). Chaos, browser, bench
and wire suites run in `make test` only, unless one of their tests changed.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Suites that take minutes: only their changed files themselves are run.
LONG_SUITES = ("tests/chaos/", "tests/browser/", "tests/bench/", "tests/wire/")
#: Tests that run after every change.
ALWAYS = ("tests/test_layout.py",)


def list_changed_files(base: str | None) -> list[str]:
    """Paths that differ from `base`, untracked ones included."""
    untracked = _run_git("ls-files", "--others", "--exclude-standard")
    changed = _run_git("diff", "--name-only", base or "HEAD") + untracked
    return changed or _run_git("diff", "--name-only", "HEAD~1")


def select_tests(changed: Iterable[str], root: Path = ROOT) -> list[str]:
    """Folders and files of tests for the changed paths, none inside another."""
    found = {
        candidate
        for path in changed
        for candidate in _find_candidates(path)
        if (root / candidate).exists()
    }
    found.update(ALWAYS)
    return sorted(
        path
        for path in found
        if not any(path.startswith(f"{other}/") for other in found - {path})
    )


def _find_candidates(path: str) -> Iterator[str]:
    """Yield where the tests of a path may be: the nearest folder, or its own file."""
    if path.startswith("tests/"):
        if Path(path).name.startswith("test_"):
            yield path
        return
    if not path.endswith(".py") or not path.startswith(("bot/", "digests/")):
        yield "tests/docs"
        return
    own = Path("tests") / path
    yield str(own.with_name(f"test_{own.name}"))
    if len(own.parts) > 3:
        yield str(own.parent)


def main() -> int:
    """Run the checks; return the exit code of the first that fails."""
    changed = list_changed_files(sys.argv[1] if len(sys.argv) > 1 else None)
    tests = select_tests(
        path for path in changed if not path.startswith(LONG_SUITES) or "test_" in path
    )
    print(f"{len(changed)} files changed; tests: {' '.join(tests)}")
    python = [sys.executable, "-m"]
    commands = (
        [*python, "ruff", "check", "."],
        [*python, "mypy"],
        [*python, "pytest", "-q", "-n", "auto", "--maxprocesses", "4", *tests],
    )
    for command in commands:
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code:
            return code
    return 0


def _run_git(*arguments: str) -> list[str]:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main())
