"""`make quick` runs the tests of what changed, and no others."""

from pathlib import Path

import pytest

from tests.quick import ALWAYS, select_tests

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("bot/schedules/cron.py", "tests/bot/schedules"),
        ("bot/settings.py", "tests/bot/test_settings.py"),
        ("digests/compose.py", "tests/digests/test_compose.py"),
        ("digests/sources/feed.py", "tests/digests/sources"),
        ("tests/bot/web/test_server.py", "tests/bot/web/test_server.py"),
        ("README.md", "tests/docs"),
    ],
)
def test_a_changed_file_runs_the_tests_of_its_package(changed: str, expected: str):
    assert select_tests([changed]) == sorted([*ALWAYS, expected])


def test_a_folder_includes_its_files():
    chosen = select_tests(["bot/web/server.py", "tests/bot/web/test_server.py"])
    assert chosen == sorted([*ALWAYS, "tests/bot/web"])


def test_every_package_has_tests_at_the_expected_place():
    packages = [path.parent for path in ROOT.glob("bot/*/__init__.py")]
    without = {
        package.name
        for package in packages
        if not (ROOT / "tests/bot" / package.name).is_dir()
    }
    assert without <= {"model", "lookup"}, "their tests are those of what uses them"
