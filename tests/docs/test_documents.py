"""Documentation matches the code: what it shows exists and runs, and the reverse."""

import ast
import json
import re
import shlex
import textwrap
import tomllib
from typing import get_args

import pytest

from bot.__main__ import build_command_tree
from bot.model import DestinationSettings, DigestSettings, WorkspaceSettings
from bot.model.findings import CheckCode
from bot.platforms.discord.channels import REQUESTED_PERMISSIONS
from bot.platforms.slack.app_manifest import INSTALL_PATH, SCOPES
from bot.platforms.slack.plugin import list_missing_for_installation
from bot.settings import SETTINGS_PREFIX, list_setting_fields, load_settings
from tests.bot.process import Home
from tests.docs.markdown import ROOT
from tests.docs.settings_page import GROUPS

README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = set(list_setting_fields(GROUPS))


def read(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


MONITORING = read("monitoring")
ARCHITECTURE = read("architecture")
SLACK = read("slack")


def commands_of(app, prefix: str = "standfirst") -> set[str]:
    found = set()
    for name in app:
        if name.startswith("-"):
            continue
        child = app[name]
        inner = commands_of(child, f"{prefix} {name}")
        found |= inner or {f"{prefix} {name}"}
    return found


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 130


@pytest.mark.parametrize("platform", ["Discord", "Slack"])
def test_a_chapter_of_the_readme_says_in_eight_lines_how_to_begin(platform: str):
    (found,) = re.findall(
        rf"^## On {platform}, .*?\n(.*?)(?=^## )", README, re.M | re.S
    )
    assert len([line for line in found.splitlines() if line and "```" not in line]) <= 8


def test_every_command_is_on_the_page_of_the_command_line_and_the_reverse():
    chapters = re.findall(r"^## (standfirst [a-z -]+)$", read("cli"), re.M)
    assert set(chapters) == commands_of(build_command_tree())


def test_every_setting_is_in_the_example_file_and_the_reverse():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(rf"^#? ?{SETTINGS_PREFIX}([A-Z_]+)=", example, re.M)
    assert {name.lower() for name in listed} == SETTINGS


def test_every_setting_that_a_document_names_exists():
    pages = (ROOT / "SECURITY.md", *ROOT.glob("docs/**/*.md"))
    deployment = (path for path in ROOT.glob("deploy/**/*") if path.is_file())
    for text in (README, *(p.read_text("utf-8") for p in (*pages, *deployment))):
        for name in re.findall(rf"{SETTINGS_PREFIX}([A-Z_]+)", text):
            assert name.lower() in SETTINGS


def list_documented(after: str) -> list[str]:
    """The first cells of the first table after a heading of the monitoring."""
    part = MONITORING[MONITORING.index(f"\n## {after}\n") :].split("\n## ")[1]
    return re.findall(r"^\| `([^`]+)` \|", part, re.M)


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


def configuration() -> str:
    found: list[str] = re.findall(r"```toml\n(.*?)```", read("configuration"), re.S)
    return found[0]


def test_the_documented_configuration_is_one_that_apply_takes():
    for block in tomllib.loads(configuration())["workspace"]:
        workspace = WorkspaceSettings.model_validate(block)
        for entry in workspace.destination:
            DestinationSettings.model_validate(entry)
        for entry in workspace.digest:
            DigestSettings.model_validate(entry)


def test_every_setting_of_a_digest_is_in_the_documented_configuration():
    (digest,) = tomllib.loads(configuration())["workspace"][0]["digest"]
    assert set(digest) == set(DigestSettings.model_fields)


def chapter(title: str) -> str:
    found: list[str] = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", SLACK, re.M | re.S)
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


def rows(page: str) -> list[list[str]]:
    """The cells of the first table of a page, without its header."""
    table = re.search(r"(?:^ *\|.*\n)+", page, re.M)
    assert table is not None
    lines = [line.strip(" |").split("|") for line in table[0].splitlines()]
    return [[cell.strip(" `") for cell in line] for line in lines[2:]]


def test_each_permission_is_documented_with_its_reason_and_the_sum():
    reported = {int(number): (name, why) for number, name, why in rows(read("discord"))}
    assert reported == REQUESTED_PERMISSIONS
    assert f"permissions={sum(reported)}" in read("discord")


def test_each_scope_is_documented_with_its_reason():
    assert rows(SLACK) == [[scope, why] for scope, why in SCOPES.items()]


def test_the_map_names_every_package_and_module_at_the_top():
    for package in ("bot", "digests"):
        for path in (ROOT / package).iterdir():
            if path.name.startswith("_") or path.suffix not in {"", ".py"}:
                continue
            assert re.search(rf"\b{path.stem}\b", ARCHITECTURE), path
