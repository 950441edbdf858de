"""Warm up the fork server's parent: run a whole life, so that no fork starts cold.

Importing the module does it; only the fork server of `tests.forks` imports it. Imports,
catalogues, compiled patterns and zones then exist, and every fork shares them.
"""

import asyncio
import gc
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from random import Random
from unittest.mock import patch

import structlog

from bot.__main__ import COMMANDS
from digests.cards import drawing
from digests.sources import article_page, feed, opml, page
from tests.chaos import child
from tests.chaos.platform_wires import WIRES
from tests.chaos.world import world


async def _once(name: str, home: Path) -> None:
    async with world(name, home, name, Random(0)) as built:
        built.begin_round(1)
        await child.work(built.job())


def _warm() -> None:
    with tempfile.TemporaryDirectory() as home, _silence():
        for name in WIRES:
            asyncio.run(_once(name, Path(home) / name))
    # A fork begins with the clocks and the log of a new process.
    patch.stopall()
    structlog.reset_defaults()
    logging.root.handlers.clear()
    for command in COMMANDS.values():
        import_module(f"bot.cli.{command.partition(':')[0]}")
    for parser in (article_page, drawing, feed, opml, page):
        for library in ("cyclopts", *parser.LIBRARIES):
            import_module(library)
    gc.collect()
    # Freeze existing objects: collecting them would copy them into every fork.
    gc.freeze()


@contextmanager
def _silence() -> Iterator[None]:
    """Discard log output. Loggers keep their stream, so its file is replaced for a
    while.
    """
    kept = [os.dup(number) for number in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for number in (1, 2):
            os.dup2(nowhere, number)
        yield
    finally:
        for number, one in zip((1, 2), kept, strict=True):
            os.dup2(one, number)
            os.close(one)
        os.close(nowhere)


_warm()
