"""Every line for a shell is run, or is named here with the reason why it cannot be."""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import yaml
from cyclopts import CycloptsError, MissingArgumentError

from bot.__main__ import build_command_tree, run_command
from digests import cli as composer
from tests.bot.process import Home
from tests.docs.examples import (
    PLACEHOLDERS,
    PROGRAMS,
    TEXTS,
    find_configuration,
    find_standfirst,
    get_program,
    list_shell,
)
from tests.docs.markdown import ROOT
from tests.feeds import items, rss
from tests.wire.outlet import SITE, outlet

SHELL: Final = list_shell()
#: Lines that begin like this are not run here. What they run of ours is, as if it had
#: been typed alone.
ELSEWHERE: Final = {
    ". ": "changes the shell that it is typed in",
    "cd ": "changes the shell that it is typed in",
    "createdb ": "run by tests/bot/cli/test_documented_backups.py",
    "pg_dump ": "run by tests/bot/cli/test_documented_backups.py",
    "pg_restore ": "run by tests/bot/cli/test_documented_backups.py",
    "docker ": "needs Docker: deploy/check_image.sh; what it names is looked up below",
    "systemctl ": "needs systemd: deploy/check.sh; its units are looked up below",
    "cp ": "needs root; the file is looked up below",
    "install ": "needs root",
    "runuser ": "needs root",
    "useradd ": "needs root",
    "pip ": "needs a package index: tests/package_check; extras are looked up below",
    "/opt/standfirst/bin/pip ": "needs a package index: tests/package_check",
    "pipx ": "needs a package index",
    "uv ": "needs a package index",
    "uvx ": "needs a package index",
    "python3 -m venv ": "needs root",
    "jq ": "another program, over a log",
    "python -m tests.bench.roles": "measures for half an hour on PostgreSQL",
    "python -m tests.bench.search": "fills a million articles on PostgreSQL",
}
#: For PostgreSQL, where tests/bot/cli/test_documented_backups.py runs it.
ON_POSTGRES: Final = ("restore --yes",)
#: Our own commands, each after what it needs.
STEPS: Final = (
    "version",
    "when 'weekdays at 8:30 Europe/Berlin'",
    "apply newsroom.toml --dry-run",
    "apply newsroom.toml",
    "export",
    "export --opml",
    "digest list",
    "digest preview",
    "digest post",
    "digest pause",
    "digest resume",
    "digest release",
    "digest undo",
    "import seeds/packs/world.en.opml --digest World",
    "source test https://news.example/",
    "source list",
    "workspace list",
    "doctor",
    "doctor --json",
    "slack-manifest",
    "slack-manifest --mode http --url https://news.example --rotation",
    "setup",
    "setup --platform discord",
    "setup --platform slack",
    "console",
    "backup",
    "backup standfirst-backup.db",
    "migrate --dry-run",
    "migrate",
    "restore standfirst-backup.db --yes",
    "restore",
    "workspace erase local:newsroom",
)
#: Exit codes other than 0 that are right without a terminal, a token and a running bot.
CODES: Final = {
    "setup": 2,
    "setup --platform discord": 2,
    "setup --platform slack": 2,
    "workspace erase local:newsroom": 2,
    "restore": 2,
    "digest undo": 2,
    "doctor": 4,
    "doctor --json": 4,
}
#: They run until they are stopped.
LASTING: Final = ("run", "run --role all", "demo", "demo --fresh")


@cache
def list_ours() -> frozenset[str]:
    """List our commands as they are run here.

    A name of a command that lacks what it needs stands for its help.
    """
    tree = build_command_tree()
    found: set[str] = set()
    for line in SHELL:
        words = [PLACEHOLDERS.get(word, word) for word in find_standfirst(line)]
        if not words:
            continue
        try:
            tree.parse_args(words, exit_on_error=False, print_error=False)
        except MissingArgumentError:
            words.append("--help")
        found.add(shlex.join(words))
    return frozenset(found)


def list_others() -> list[str]:
    """List the lines that run another program than ours."""
    return [line for line in SHELL if not find_standfirst(line)]


def is_elsewhere(line: str) -> bool:
    return line.startswith(tuple(ELSEWHERE))


# ── nothing is left out ────────────────────────────────────────────────────────


def test_every_program_is_known():
    assert {get_program(line) for line in SHELL} <= PROGRAMS


def list_helps() -> set[str]:
    return {words for words in list_ours() if words.endswith(" --help")}


def test_each_of_our_commands_has_its_step():
    steps = {*STEPS, *LASTING, *ON_POSTGRES, *list_helps()}
    assert list_ours() - steps == set()


def test_no_step_is_left_of_an_example_that_is_gone():
    assert {*STEPS, *LASTING, *ON_POSTGRES} - list_ours() == set()


def test_every_other_line_is_run_or_has_a_reason_not_to_be():
    ran = {*list_composer_lines(), *list_goals(), *list_checked()}
    left = [
        line for line in list_others() if line not in ran and not is_elsewhere(line)
    ]
    assert left == []


def test_every_reason_is_needed():
    used = [start for start in ELSEWHERE if any(one.startswith(start) for one in SHELL)]
    assert used == list(ELSEWHERE)


# ── our commands ───────────────────────────────────────────────────────────────


EXAMPLE: Final = "https://news.example/"


@contextmanager
def serving_home(folder: Path) -> Iterator[tuple[Home, str]]:
    """Open a home with the documented files; yield it and the site that they name."""
    feed = rss(items(range(3)))
    numbers = [f"/feed{n}" for n in range(9)]
    pages = {"/": SITE, "/feed": feed, "/feed.xml": feed} | dict.fromkeys(numbers, feed)
    with outlet(pages) as site:
        text = find_configuration().replace(EXAMPLE, f"{site}/")
        (folder / "newsroom.toml").write_text(text, encoding="utf-8")
        (folder / "articles").mkdir()
        feeds = (f'xmlUrl="{site}{path}"' for path in numbers)
        pack = "seeds/packs/world.en.opml"
        text = (ROOT / pack).read_text("utf-8")
        (folder / pack).parent.mkdir(parents=True)
        text = re.sub(r'xmlUrl="[^"]+"', lambda _: next(feeds), text)
        (folder / pack).write_text(text, encoding="utf-8")
        yield Home(folder), f"{site}/"


def test_our_commands_run_one_after_the_other(tmp_path: Path):
    wrong: dict[str, tuple[int, str]] = {}
    with serving_home(tmp_path) as (home, site):
        for step in STEPS:
            words = shlex.split(step.replace(EXAMPLE, site))
            done = home.run(
                *words,
                STANDFIRST_FETCH_ALLOW_PRIVATE="1",
                STANDFIRST_WEB_PORT="8711",
            )
            assert (done.stdout + done.stderr).strip(), step
            if done.returncode != CODES.get(step, 0):
                wrong[step] = (done.returncode, done.stdout + done.stderr)
            if step == "export":
                (tmp_path / "newsroom.toml").write_text(done.stdout, encoding="utf-8")
    assert wrong == {}


def test_a_command_that_is_only_named_has_a_help(
    capsys: pytest.CaptureFixture[str],
):
    for words in list_helps():
        assert run_command(shlex.split(words)) == 0
        assert words.removesuffix(" --help") in capsys.readouterr().out


@pytest.mark.parametrize("step", LASTING)
def test_a_command_that_lasts_gets_ready_and_ends_when_it_is_stopped(
    step: str, tmp_path: Path
):
    with Home(tmp_path).running(*step.split()) as running:
        assert running.until().startswith("http://127.0.0.1:")
        assert running.stop() == 0


def test_a_wrong_command_is_found():
    with pytest.raises(CycloptsError):
        build_command_tree().parse_args(
            ["digest", "frobnicate"], exit_on_error=False, print_error=False
        )
    assert find_standfirst("/opt/bin/standfirst digest list > list.txt") == [
        "digest",
        "list",
    ]


# ── other programs ─────────────────────────────────────────────────────────────


def list_composer_lines() -> list[str]:
    return [line for line in list_others() if "python -m digests " in line]


@pytest.mark.parametrize("line", list_composer_lines())
def test_every_example_of_the_composer_runs(
    line: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(ROOT)
    if line.startswith("python -m digests "):
        assert composer.main(shlex.split(line)[3:]) == 0
    else:
        line = line.replace("python -m", f"{shlex.quote(sys.executable)} -m")
        subprocess.run(line, shell=True, cwd=ROOT, check=True)
    assert capfd.readouterr().out.strip()


def list_goals() -> list[str]:
    return [line for line in list_others() if line.startswith("make ")]


def test_make_knows_every_goal_that_a_document_names():
    text = "\n".join(TEXTS.values())
    goals = sorted(set(re.findall(r"(?:`|\$ )make ([a-z-]+)", text)))
    assert {line.split()[1] for line in list_goals()} <= set(goals)
    done = subprocess.run(
        ["make", "-n", *goals], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "standfirst demo" in done.stdout


def list_checked() -> list[str]:
    return [line for line in list_others() if line.startswith("openssl ")]


@pytest.mark.parametrize("line", list_checked())
def test_a_key_can_be_made_as_it_says(line: str):
    done = subprocess.run(shlex.split(line), capture_output=True, text=True, check=True)
    assert re.fullmatch(r"[0-9a-f]{64}\n", done.stdout)


def test_every_file_that_a_line_names_exists():
    words = {word for line in SHELL for word in shlex.split(line)}
    named = {word for word in words if word.startswith(("deploy/", "seeds/"))}
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_profile_and_service_of_docker_exists():
    services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
    services = services["services"]
    profiles = {name for one in services.values() for name in one.get("profiles", ())}
    text = "\n".join(line for line in SHELL if line.startswith("docker "))
    assert set(re.findall(r"--profile (\w+)", text)) == profiles
    assert set(re.findall(r"(?:exec|--scale) (\w+)", text)) <= set(services)


def test_every_unit_of_systemd_exists():
    text = "\n".join(line for line in SHELL if line.startswith("systemctl "))
    for unit in re.findall(r"\b(standfirst@?)[\w-]*$", text, re.M):
        assert (ROOT / "deploy" / "systemd" / f"{unit}.service").exists()


def test_what_is_installed_has_the_version_and_the_extras_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = "\n".join(SHELL)
    extras = set(re.findall(r"(?:standfirst|\.)\[(\w+)\]", text))
    assert extras
    assert extras <= set(project["optional-dependencies"])
    versions = re.findall(r"standfirst[-:](\d[\w.]*?)(?:-py3|[ \n])", text)
    assert set(versions) == {project["version"]}
