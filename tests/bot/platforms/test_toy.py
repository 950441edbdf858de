"""A new platform is one folder and one line of the registry."""

import ast
import asyncio
import json
import logging
import sys
from pathlib import Path

import pytest
import structlog

import bot
from bot import app
from bot.__main__ import run_command
from bot.cli import setup
from bot.cli.setup_questions import SetupChecks
from bot.platforms import plugins
from tests.bot.cli.terminals import ScriptedTerminal
from tests.bot.harness import BRIDGE
from tests.bot.platforms.toy.platform import TOKEN, ToyPlatform

FILE = """
[[workspace]]
platform = "toy"
id = "box"

[[workspace.destination]]
name = "shelf"
channel = "top"

[[workspace.digest]]
name = "Bedtime news"
sources = ["articles"]
destinations = ["shelf"]
schedule = "daily at 18:00 Europe/Berlin"
"""


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """Register the platform: the one line."""
    line = "tests.bot.platforms.toy.plugin"
    monkeypatch.setattr(plugins, "PLATFORM_MODULES", (*plugins.PLATFORM_MODULES, line))


@pytest.fixture(autouse=True)
def own_logging():
    """Log to stderr, as `run` does; the doctor silences the log of its process."""
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    yield
    structlog.configure(**before)
    logging.disable(logging.NOTSET)


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    """An empty home with one article; the token is set."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("STANDFIRST_TOY_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (tmp_path / "toy.toml").write_text(FILE, encoding="utf-8")
    return tmp_path


async def deliver() -> dict[str, str]:
    """Deliver the order as `standfirst run` does; the texts on the platform."""
    settings, _ = app.load_platform_settings()
    async with app.open_application(settings) as application:
        platform: object = application.platforms["toy"]
        assert isinstance(platform, ToyPlatform)
        await application.outbox.drain()
        return platform.texts


def test_a_digest_is_configured_by_file_posted_and_examined(home, capsys):
    assert run_command(["apply", "toy.toml"]) == 0
    assert run_command(["digest", "post"]) == 0
    (text,) = asyncio.run(deliver()).values()
    assert "Harbour bridge closes after crack is found" in text
    capsys.readouterr()
    assert run_command(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "the token belongs to Bear" in shown
    assert "the toy box is open" in shown
    assert "there is room on the shelf" in shown


@pytest.mark.parametrize("token", [TOKEN, ""])
def test_its_payloads_are_previewed_also_while_it_is_off(
    home, monkeypatch, capsys, token
):
    monkeypatch.setenv("STANDFIRST_TOY_TOKEN", token)
    assert run_command(["apply", "toy.toml"]) == 0
    capsys.readouterr()
    assert run_command(["digest", "preview", "--format", "toy"]) == 0
    ((payload,),) = [json.loads(capsys.readouterr().out)]
    assert "Harbour bridge closes" in payload["text"]
    assert run_command(["digest", "preview", "--format", "tin"]) == 2


def test_while_it_is_off_the_doctor_explains_how_to_switch_it_on(
    home, monkeypatch, capsys
):
    assert run_command(["apply", "toy.toml"]) == 0
    monkeypatch.delenv("STANDFIRST_TOY_TOKEN")
    assert run_command(["doctor"]) == 4
    assert "→ set STANDFIRST_TOY_TOKEN" in capsys.readouterr().out


def test_the_wizard_offers_it_and_asks_for_its_token(home, monkeypatch):
    monkeypatch.delenv("STANDFIRST_TOY_TOKEN")
    settings, _ = app.load_platform_settings()
    terminal = ScriptedTerminal(["toy", TOKEN, "later", "yes"])
    checks = SetupChecks(app, settings)
    assert setup.ask_and_save(None, checks, terminal, home / ".env") == 0
    assert "Toy box knows it as Bear" in terminal.words
    assert (home / ".env").read_text() == f"STANDFIRST_TOY_TOKEN={TOKEN}\n"


def test_without_questions_the_wizard_names_the_missing_setting(
    home, monkeypatch, capsys
):
    assert run_command(["setup", "--platform", "toy", "--no-input"]) == 0
    monkeypatch.delenv("STANDFIRST_TOY_TOKEN")
    assert run_command(["setup", "--platform", "toy", "--no-input"]) == 2
    assert "Missing: STANDFIRST_TOY_TOKEN, the toy's token" in capsys.readouterr().out


def test_no_module_outside_of_a_platforms_folder_names_a_platform():
    code = Path(bot.__file__).parent
    names = set(plugins.load_plugins()) - {"local"}
    named = [
        f"{path.relative_to(code)}:{node.lineno}"
        for path in code.rglob("*.py")
        if not any(path.is_relative_to(code / "platforms" / name) for name in names)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert named == []
