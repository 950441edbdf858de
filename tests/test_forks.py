"""Forked processes are what started ones are, with everything imported."""

import sys
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.bot.process import Home
from tests.forks import CONTEXT, start_server


def report_imports(answers: Connection) -> None:
    answers.send([name for name in ("trafilatura", "typst") if name in sys.modules])


def test_a_fork_begins_with_everything_imported():
    ours, theirs = CONTEXT.Pipe()
    start_server()
    process = CONTEXT.Process(target=report_imports, args=(theirs,))
    process.start()
    assert ours.recv() == ["trafilatura", "typst"]
    process.join()
    ours.close()
    theirs.close()


@pytest.mark.parametrize(
    "command",
    [("version",), ("when", "nonsense"), ("digest", "list")],
)
def test_a_forked_command_answers_as_a_started_one(tmp_path: Path, command):
    warm, cold = (Home(tmp_path, cold=cold).run(*command) for cold in (False, True))
    assert vars(warm) == vars(cold)
