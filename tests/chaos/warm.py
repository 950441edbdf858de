"""What the parent of all processes does once: one whole life, so that no fork starts cold.

Importing it does it; only the fork server of `nursery` imports it. Imports, catalogues,
compiled patterns and zones are then there, and every fork shares them.
"""

import asyncio
import gc
import logging
import tempfile
from pathlib import Path
from random import Random

import structlog

from tests.chaos import child
from tests.chaos.wires import WIRES
from tests.chaos.world import world


async def _once(name: str, home: Path) -> None:
    async with world(name, home, name, Random(0)) as built:
        built.changes["log_level"] = "error"
        built.begin_round(1)
        await child.work(built.job())


def _warm() -> None:
    # What the libraries warn of at their first use.
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as home:
        for name in WIRES:
            asyncio.run(_once(name, Path(home) / name))
    logging.disable(logging.NOTSET)
    structlog.reset_defaults()
    gc.collect()
    # What is there is left alone: looking through it would copy it into every fork.
    gc.freeze()


_warm()
