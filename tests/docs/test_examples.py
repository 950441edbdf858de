"""Every example of the documentation is real: it runs, or is taken where it belongs.

What needs a network, a platform or an operating system of its own is parsed here, and
tried elsewhere: `python -m tests.package_check`, `deploy/check.sh`.
"""

import json
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from cyclopts import CycloptsError, MissingArgumentError
from pydantic import BaseModel

from bot.__main__ import build_command_tree, run_command
from bot.i18n.translation import Texts
from bot.model import DestinationSettings, DigestSettings, WorkspaceSettings
from bot.platforms.common.typed_commands import ParsedCommand, parse_command
from bot.schedules.parsing import parse_schedule
from bot.settings import load_settings
from tests.docs.markdown import ROOT, list_documents, parse_blocks, parse_inline_code
from tests.docs.settings_page import GROUPS
from tests.texts import commands

TEXTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in list_documents()
}
PAGES = [name for name in TEXTS if name.startswith(("docs/", "README"))]
#: What examples may run besides our own commands.
OTHER_PROGRAMS = {
    ".", "cd", "cp", "createdb", "docker", "echo", "install", "make", "pg_dump",
    "pg_restore", "pip", "pipx", "python", "python3", "runuser", "standfirst",
    "systemctl", "useradd", "uv",
}  # fmt: skip
#: Run by a test below, in this order, in a folder with the documented configuration.
RUN = (
    "standfirst version",
    'standfirst when "weekdays at 8:30 Europe/Berlin"',
    'standfirst import seeds/packs/world.en.opml --digest "World"',
    "standfirst apply newsroom.toml --dry-run",
    "standfirst apply newsroom.toml",
    "standfirst export > newsroom.toml",
    "standfirst export --opml > feeds.opml",
)
#: Those of them that run a command of ours.
RUNNERS = {"cd", "docker", "runuser", "uvx", "pipx"}
#: Variables that are set for one command.
UNSET = re.compile(r"^(?:[A-Z_]+=\S+ )+")
DIGEST: type[BaseModel] = DigestSettings
MODELS: dict[str, type[BaseModel]] = {"#": DestinationSettings, "w": WorkspaceSettings}
ZONED = re.compile(r"\b(?:at|every)\b.*\b(?:[A-Z][a-z]+/[A-Z]\w+|UTC)\b")


def list_lines(name: str) -> list[str]:
    """List what the console blocks of a document tell people to type."""
    blocks = [
        one.content for one in parse_blocks(TEXTS[name]) if one.language == "console"
    ]
    typed = [line for block in blocks for line in block.splitlines()]
    return [line[2:] for line in typed if line.startswith(("$ ", "# "))]


def list_inline(name: str, start: str) -> list[str]:
    return [one for one in parse_inline_code(TEXTS[name]) if one.startswith(start)]


def find_standfirst(line: str) -> list[str]:
    """The words of our command in a line; none if another program runs."""
    words = shlex.split(UNSET.sub("", line))
    ours = [n for n, word in enumerate(words) if Path(word).name == "standfirst"]
    if ours and words[0] not in RUNNERS and ours[0] > 0:
        return []
    last = next((n for n, word in enumerate(words) if word in {">", "|", "||"}), None)
    return words[ours[-1] + 1 : last] if ours else []


@pytest.mark.parametrize("name", TEXTS)
def test_every_program_of_an_example_is_known(name: str):
    first = {shlex.split(UNSET.sub("", line))[0] for line in list_lines(name)}
    assert {word.rpartition("/")[2] or word for word in first} <= OTHER_PROGRAMS


@pytest.mark.parametrize("name", PAGES)
def test_every_command_line_can_be_parsed(name: str):
    tree = build_command_tree()
    for line in (*list_lines(name), *list_inline(name, "standfirst ")):
        words = find_standfirst(line)
        # Words that stand for others, and the programs that docker or uv run.
        if not words or {"…", "COMMAND", "exec", "up"} & set(words):
            continue
        try:
            tree.parse_args(words, exit_on_error=False, print_error=False)
        except MissingArgumentError:
            assert line not in list_lines(name), line
        except CycloptsError as error:
            pytest.fail(f"{line}: {error}")


def test_the_examples_of_the_command_line_run_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    documented = {line for name in PAGES for line in list_lines(name)}
    assert [line for line in RUN if line not in documented] == []
    (tmp_path / "newsroom.toml").write_text(find_configuration(), encoding="utf-8")
    (tmp_path / "articles").mkdir()
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for line in (*RUN, "standfirst apply newsroom.toml --dry-run"):
        assert run_command(find_standfirst(line)) == 0, line
        printed = capsys.readouterr().out
        assert printed.strip(), line
        if ">" in line:
            (tmp_path / line.rpartition("> ")[2]).write_text(printed, "utf-8")


def find_configuration() -> str:
    blocks = parse_blocks(TEXTS["docs/configuration.md"])
    (found,) = [one.content for one in blocks if one.language == "toml"]
    return found


def list_composer_lines() -> list[str]:
    lines = [line for name in PAGES for line in list_lines(name)]
    return [line for line in lines if "python -m digests" in line]


@pytest.mark.parametrize("line", list_composer_lines())
def test_every_example_of_the_composer_runs(line: str):
    line = line.replace("python -m", f"{shlex.quote(sys.executable)} -m")
    done = subprocess.run(
        line, shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


# ── what is typed in chat ──────────────────────────────────────────────────────


def list_typed(name: str) -> Iterator[str]:
    """Yield the commands that a document shows."""
    yield from list_inline(name, "/news")
    for block in parse_blocks(TEXTS[name]):
        if block.language == "text":
            yield from (one for one in block.content.splitlines() if one[:5] == "/news")


@pytest.mark.parametrize("name", [name for name in PAGES if name != "docs/commands.md"])
def test_every_command_of_the_chat_is_one_that_is_understood(name: str):
    for line in list_typed(name):
        if line.split()[0] in {"/news", "/newsdesk"} and "…" not in line:
            parsed = parse_command(line, commands(), Texts.of("en"))
            assert isinstance(parsed, ParsedCommand), (line, parsed)


def test_the_documented_settings_can_be_set():
    for name in PAGES:
        for line in list_typed(name):
            if found := re.match(
                r"/newsdesk set (\"[^\"]+\"|#\w+|workspace) (\w+)", line
            ):
                model = MODELS.get(found[1][0], DIGEST)
                assert found[2] in model.model_fields, line


@pytest.mark.parametrize("name", ["docs/editors.md", "docs/de/editors.md"])
def test_every_schedule_of_a_guide_is_one_that_is_understood(name: str):
    sentences = [one for one in parse_inline_code(TEXTS[name]) if ZONED.search(one)]
    assert len(sentences) >= 6
    for sentence in sentences:
        parse_schedule(sentence)


# ── files ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", PAGES)
def test_every_block_is_of_its_format(name: str, tmp_path: Path):
    for block in parse_blocks(TEXTS[name]):
        if block.language == "json":
            json.loads(block.content)
        elif block.language == "yaml":
            yaml.safe_load(block.content)
        elif block.language == "ini":
            (tmp_path / ".env").write_text(textwrap.dedent(block.content), "utf-8")
            environment = {"XDG_CONFIG_HOME": str(tmp_path)}
            _, warnings = load_settings(GROUPS, environment, tmp_path)
            assert warnings == ()


def test_an_example_that_is_wrong_is_found():
    assert find_standfirst("/opt/bin/standfirst digest list > list.txt") == [
        "digest",
        "list",
    ]
    with pytest.raises(CycloptsError):
        build_command_tree().parse_args(
            ["digest", "frobnicate"], exit_on_error=False, print_error=False
        )
    line = "/news frobnicate"
    assert not isinstance(
        parse_command(line, commands(), Texts.of("en")), ParsedCommand
    )
