"""Fixtures of the bot's own tests."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot.harness import (
    BRIDGE,
    CONFIGURATION,
    POOL,
    BotHarness,
    open_harness,
)
from tests.bot.ingest.newswire import Newswire, open_newswire
from tests.fakes import FakeDrawing


@pytest.fixture(autouse=True)
def analyses(articles_analysed_once: None) -> None:
    """Share them; a module overrides it where the time of an analysis matters."""


@pytest.fixture
def drawing() -> FakeDrawing:
    """Draws the pictures of a newsroom that is opened with it."""
    return FakeDrawing()


@pytest.fixture
async def empty_harness(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    """A newsroom with nothing set up and nothing published."""
    async with open_harness(sqlite_url, tmp_path) as built:
        yield built


@pytest.fixture(scope="session")
def applied_database(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A database to which the usual configuration was applied."""
    home = tmp_path_factory.mktemp("applied")
    file = home / "applied.db"
    shutil.copyfile(sqlite_template, file)
    asyncio.run(apply_once(file))
    return file


async def apply_once(file: Path) -> None:
    async with open_harness(f"sqlite:///{file}", file.parent) as harness:
        await harness.apply()


@pytest.fixture
async def harness(empty_harness: BotHarness, applied_database: Path) -> BotHarness:
    """A newsroom with one digest and two articles.

    Its database is a copy: applying a configuration takes as long as most tests do.
    """
    empty_harness.publish("bridge", BRIDGE)
    empty_harness.publish("pool", POOL)
    configured, home = empty_harness.home / "newsroom.toml", str(empty_harness.home)
    configured.write_text(CONFIGURATION, encoding="utf-8")
    with (
        closing(sqlite3.connect(applied_database)) as source,
        closing(sqlite3.connect(str(empty_harness.db.file))) as target,
    ):
        source.backup(target)
        moved = "UPDATE sources SET address = replace(address, ?, ?)"
        target.execute(moved, (str(applied_database.parent), home))
        target.commit()
    return empty_harness


@pytest.fixture
async def newswire(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newswire]:
    """A newsroom with feeds on loopback, and nothing set up."""
    async with open_newswire(sqlite_url, tmp_path) as built:
        yield built
