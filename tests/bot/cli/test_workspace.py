"""`standfirst workspace …` as an operator runs it: real processes."""

import json
from pathlib import Path

import pytest

from tests.bot.harness import BRIDGE, CONFIGURATION
from tests.bot.process import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    built = Home(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    file = tmp_path / "newsroom.toml"
    file.write_text(CONFIGURATION, encoding="utf-8")
    assert built.run("apply", "newsroom.toml").returncode == 0
    assert built.run("digest", "post").returncode == 0
    return built


def listed(home: Home) -> list[str]:
    return [
        row["id"] for row in json.loads(home.run("workspace", "list", "--json").stdout)
    ]


def test_nothing_is_erased_without_a_terminal_for_the_name(home: Home):
    done = home.run("workspace", "erase", "newsroom")
    assert done.returncode == 2
    assert "1  editions" in done.stdout
    assert "say --confirm NAME" in done.stderr
    assert listed(home) == ["newsroom"]


def test_another_name_is_a_usage_mistake_and_erases_nothing(home: Home):
    done = home.run("workspace", "erase", "newsroom", "--confirm", "nwesroom")
    assert done.returncode == 2
    assert "type «newsroom»" in done.stderr
    assert listed(home) == ["newsroom"]


def test_with_its_name_the_whole_workspace_is_erased(home: Home):
    done = home.run("workspace", "erase", "newsroom", "--confirm", "newsroom")
    assert done.returncode == 0, done.stderr
    assert "It is erased" in done.stdout
    assert listed(home) == []
    assert home.run("digest", "list", "--json").stdout.strip() == "[]"
    assert home.run("workspace", "erase", "newsroom").returncode == 2
