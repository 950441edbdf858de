"""What the running bot leaves out of what it imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.process import run_script

MODULE = '''"""The module."""

class Plain:
    """A class."""

    def method(self):
        """A method."""
        def inner():
            """Inside."""
            return "value"
        return inner.__doc__, inner()

class Shared:
    """shared"""
    text = "shared"

class Own:
    text = "own"

def shared():
    """shared"""
    return "shared"

def undocumented():
    return "text"

def generate():
    return list("text" for _ in "a"), (lambda: "text")()
'''


def ask(folder: Path, expression: str) -> str:
    """Evaluate an expression about the module, imported without docstrings."""
    (folder / "sample.py").write_text(MODULE, encoding="utf-8")
    script = (
        "import sys\n"
        f"sys.path.insert(0, {str(folder)!r})\n"
        "from bot.cli.lean_imports import omit_docstrings; omit_docstrings()\n"
        "import sample\n"
        f"print({expression})"
    )
    return run_script(script).strip()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sample.Plain.__doc__", ""),
        ("sample.Plain.method.__doc__", "None"),
        ("sample.Plain().method()", "(None, 'value')"),
    ],
)
def test_docstrings_of_what_a_module_defines_are_not_kept(tmp_path, expression, value):
    assert ask(tmp_path, expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sample.__doc__", "The module."),
        ("sample.Shared.text", "shared"),
        ("sample.shared()", "shared"),
        ("sample.Own.text", "own"),
        ("sample.undocumented()", "text"),
        ("sample.generate()", "(['text'], 'text')"),
    ],
)
def test_nothing_else_of_a_module_changes(tmp_path, expression, value):
    assert ask(tmp_path, expression) == value


@pytest.mark.parametrize("arguments", [["run"], ["run", "--role", "worker"]])
def test_the_running_bot_holds_no_docstrings_of_its_libraries(arguments):
    script = (
        "import bot.__main__, functools\n"
        "original = bot.__main__.omit_docstrings\n"
        "def omit_docstrings():\n"
        "    original()\n"
        "    import bot.cli.running as running\n"
        "    @functools.wraps(running.run_bot)\n"
        "    def run_bot(**_):\n"
        "        from sqlalchemy import Table, select\n"
        "        print(select.__doc__, repr(Table.__doc__))\n"
        "        return 0\n"
        "    running.run_bot = run_bot\n"
        "bot.__main__.omit_docstrings = omit_docstrings\n"
        f"bot.__main__.run_command({arguments!r})"
    )
    assert run_script(script) == "None ' '\n"


def test_help_about_running_is_complete():
    script = "import bot.__main__; bot.__main__.run_command(['run', '--help'])"
    assert "What this process does." in run_script(script)


def test_a_traceback_shows_the_lines_of_the_source(tmp_path):
    (tmp_path / "sample.py").write_text('def fail():\n    """Fail."""\n    1 / 0\n')
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from bot.cli.lean_imports import omit_docstrings; omit_docstrings()\n"
        "import sample; sample.fail()"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "line 3, in fail\n    1 / 0\n" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_runs_on_does_not_hold_the_runtime_of_c_plus_plus():
    script = (
        "import pathlib\n"
        "from bot.cli.lean_imports import import_without_extras\n"
        "import_without_extras()\n"
        "import bot.app, bot.platforms.discord.session\n"
        "import bot.platforms.slack.connection\n"
        "print('libstdc++' in pathlib.Path('/proc/self/maps').read_text())"
    )
    assert run_script(script) == "False\n"


def test_what_is_loaded_at_the_start_is_not_searched_for_garbage_again_and_again():
    script = (
        "import gc, sys, types\n"
        "import bot.__main__\n"
        "full, before = [], gc.get_threshold()\n"
        "gc.callbacks.append(lambda _, what: full.append(what['generation'] == 2))\n"
        "def run_bot(factory): print(any(full), gc.get_threshold() == before)\n"
        "sys.modules['bot.cli.running'] = types.SimpleNamespace(run_bot=run_bot)\n"
        "bot.__main__.run_command(['run'])"
    )
    assert run_script(script) == "False True\n"
