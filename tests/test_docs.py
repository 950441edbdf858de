"""Documentation matches the code: what it shows exists and runs, and the reverse."""

import ast
import json
import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from bot.__main__ import build_command_tree
from bot.model import DestinationSettings, DigestSettings, WorkspaceSettings
from bot.model.findings import CheckCode
from bot.platforms.discord.channels import REQUESTED_PERMISSIONS
from bot.platforms.plugins import load_plugins
from bot.platforms.slack.app_manifest import INSTALL_PATH, SCOPES
from bot.platforms.slack.plugin import list_missing_for_installation
from bot.settings import SETTINGS_PREFIX, list_setting_fields, load_settings
from tests.bot.process import Home

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GROUPS = {name: plugin.settings for name, plugin in load_plugins().items()}
SETTINGS = set(list_setting_fields(GROUPS))
MONITORING = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def commands_of(app, prefix: str = "standfirst") -> set[str]:
    found = set()
    for name in app:
        if name.startswith("-"):
            continue
        child = app[name]
        inner = commands_of(child, f"{prefix} {name}")
        found |= inner or {f"{prefix} {name}"}
    return found


def test_every_command_is_in_the_readme_and_the_reverse():
    rows = re.findall(r"^\| `(standfirst [a-z -]+?)(?: [A-Z]+)*` \|", README, re.M)
    assert set(rows) == commands_of(build_command_tree())


def test_every_setting_is_in_the_example_file_and_the_reverse():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(rf"^#? ?{SETTINGS_PREFIX}([A-Z_]+)=", example, re.M)
    assert {name.lower() for name in listed} == SETTINGS


def test_every_setting_that_a_document_names_exists():
    pages = (ROOT / "SECURITY.md", *ROOT.glob("docs/*.md"))
    deployment = (path for path in ROOT.glob("deploy/**/*") if path.is_file())
    for text in (README, *(p.read_text("utf-8") for p in (*pages, *deployment))):
        for name in re.findall(rf"{SETTINGS_PREFIX}([A-Z_]+)", text):
            assert name.lower() in SETTINGS


def list_documented(after: str) -> list[str]:
    """The first cells of the first table after a heading of the monitoring."""
    part = MONITORING[MONITORING.index(f"\n## {after}\n") :].split("\n## ")[1]
    return re.findall(r"^\| `([^`]+)` \|", part, re.M)


def test_every_code_of_the_doctor_is_documented_in_order():
    assert tuple(list_documented("The doctor")) == get_args(CheckCode)


def test_the_example_of_the_doctor_has_its_shape():
    part = MONITORING[MONITORING.index("## The doctor") :]
    (example,) = re.findall(r"```json\n(.*?)```", part, re.S)
    report = json.loads(example)
    assert list(report) == ["state", "findings"]
    for found in report["findings"]:
        assert list(found) == ["subject", "state", "code", "text", "fix"]
        assert found["code"] in get_args(CheckCode)


def list_log_keys() -> set[str]:
    """The keys that our own code gives to lines of the log."""
    calls = [
        call
        for path in (ROOT / "bot").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
    ]
    return {keyword.arg for call in calls for keyword in call.keywords if keyword.arg}


def test_every_documented_key_of_the_log_exists():
    of_every_line = {"event", "level", "timestamp", "process", "run"}
    documented = set(list_documented("Logs"))
    assert of_every_line <= documented
    assert documented - of_every_line - {"exception"} <= list_log_keys()


def test_every_link_of_a_document_leads_somewhere():
    documents = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md")
    for path in (*map(ROOT.joinpath, documents), *ROOT.glob("docs/*.md")):
        for target in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), target


def test_the_configuration_in_the_readme_is_one_that_apply_takes():
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.S)
    for block in tomllib.loads(example)["workspace"]:
        workspace = WorkspaceSettings.model_validate(block)
        for entry in workspace.destination:
            DestinationSettings.model_validate(entry)
        for entry in workspace.digest:
            DigestSettings.model_validate(entry)


def test_every_setting_of_a_digest_is_in_the_readmes_example():
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.S)
    (digest,) = tomllib.loads(example)["workspace"][0]["digest"]
    assert set(digest) == set(DigestSettings.model_fields)


def chapter(title: str) -> str:
    found: list[str] = re.findall(rf"^## {title}\n(.*?)(?=^## )", README, re.M | re.S)
    assert len(found) == 1
    return found[0]


def test_with_the_settings_of_its_chapter_several_workspaces_can_install_it(tmp_path):
    (block,) = re.findall(
        r"```ini\n(.*?)```", chapter("More than one Slack workspace"), re.S
    )
    (tmp_path / ".env").write_text(textwrap.dedent(block), encoding="utf-8")
    settings, warnings = load_settings(
        GROUPS, {"XDG_CONFIG_HOME": str(tmp_path)}, tmp_path
    )
    assert list_missing_for_installation(settings) == ()
    assert warnings == ()
    reported = {str(finding.text): finding.state for finding in settings.check()}
    assert set(reported.values()) == {"ok"}
    for line in block.strip().splitlines():
        without = block.replace(f"{line}\n", "")
        (tmp_path / ".env").write_text(textwrap.dedent(without), encoding="utf-8")
        settings, _ = load_settings(
            GROUPS, {"XDG_CONFIG_HOME": str(tmp_path)}, tmp_path
        )
        states = {finding.state for finding in settings.check()}
        assert "problem" in states, f"the chapter asks for {line} for nothing"


def test_the_address_of_its_chapter_is_the_one_where_the_app_is_installed():
    assert f"`https://news.example{INSTALL_PATH}`" in chapter(
        "More than one Slack workspace"
    )


def test_the_manifest_of_its_chapter_can_be_printed(tmp_path):
    found = re.search(
        r"`standfirst (slack-manifest [^`]*?--rotation) >",
        chapter("More than one Slack workspace"),
    )
    assert found is not None
    done = Home(tmp_path).run(*shlex.split(found[1]))
    assert done.returncode == 0, done.stderr
    settings = json.loads(done.stdout)["settings"]
    assert settings["token_rotation_enabled"] is True


def rows(after: str) -> list[list[str]]:
    """The cells of the first table after these words, without its header."""
    table = re.search(r"(?:^ *\|.*\n)+", README[README.index(after) :], re.M)
    assert table is not None
    lines = [line.strip(" |").split("|") for line in table[0].splitlines()]
    return [[cell.strip(" `") for cell in line] for line in lines[2:]]


def test_the_readme_lists_each_permission_with_its_reason_and_the_sum():
    reported = {int(number): (name, why) for number, name, why in rows("## On Discord")}
    assert reported == REQUESTED_PERMISSIONS
    assert f"permissions={sum(reported)}" in README


def test_the_readme_lists_each_scope_with_its_reason():
    assert rows("## On Slack") == [[scope, why] for scope, why in SCOPES.items()]


def examples() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.S)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if "python -m digests" in line]


@pytest.mark.parametrize("line", examples())
def test_every_example_of_the_composer_runs(line: str):
    line = line.replace("python -m", f"{shlex.quote(sys.executable)} -m")
    done = subprocess.run(
        line, shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def named_goals() -> list[str]:
    documents = (
        "README.md",
        "CONTRIBUTING.md",
        "docs/deployment.md",
        "tests/README.md",
    )
    text = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in documents)
    return sorted(set(re.findall(r"(?:`|\$ )make ([a-z-]+)", text)))


@pytest.mark.parametrize("goal", named_goals())
def test_every_make_goal_that_is_named_exists(goal: str):
    done = subprocess.run(
        ["make", "-n", goal], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_map_names_every_package_and_module_at_the_top():
    for package in ("bot", "digests"):
        for path in (ROOT / package).iterdir():
            if path.name.startswith("_") or path.suffix not in {"", ".py"}:
                continue
            assert re.search(rf"\b{path.stem}\b", ARCHITECTURE), path
