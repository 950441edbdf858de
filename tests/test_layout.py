"""The house rules that a tool can see; raising a number here is a deliberate edit."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("digests/**/*.py")])


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_has_at_most_600_lines_and_says_what_it_is_for(path: Path):
    text = path.read_text(encoding="utf-8")
    # The first migration spells every table out and is never changed again.
    assert len(text.splitlines()) <= 600 or path.parent.name == "versions"
    assert text.startswith(('"""', 'r"""')), "its first line says what it is for"


@pytest.mark.parametrize("path", ["bot/app.py", "digests/compose.py"])
def test_the_main_paths_read_like_a_table_of_contents(path: str):
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_module_is_named_after_nothing(path: Path):
    assert path.stem not in {"utils", "helpers", "manager", "common", "misc"}


def test_the_top_level_holds_only_what_was_agreed():
    ours = {
        "bot", "digests", "seeds", "tests", "docs", "pyproject.toml", "README.md",
        "CHANGELOG.md", "LICENSE", "Makefile", ".env.example", ".gitignore", ".ci",
    }  # fmt: skip
    import subprocess

    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    assert {name.split("/")[0] for name in listed} <= ours
