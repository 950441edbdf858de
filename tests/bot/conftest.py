"""Fixtures of the bot's own tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.harness import BRIDGE, POOL, BotHarness, open_harness
from tests.bot.ingest.newswire import Newswire, open_newswire


@pytest.fixture(autouse=True)
def analyses(articles_analysed_once: None) -> None:
    """Share them; a module overrides it where the time of an analysis matters."""


@pytest.fixture
async def empty_harness(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    """A newsroom with nothing set up and nothing published."""
    async with open_harness(sqlite_url, tmp_path) as built:
        yield built


@pytest.fixture
async def harness(empty_harness: BotHarness) -> BotHarness:
    """A newsroom with one digest and two articles."""
    empty_harness.publish("bridge", BRIDGE)
    empty_harness.publish("pool", POOL)
    await empty_harness.apply()
    return empty_harness


@pytest.fixture
async def newswire(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newswire]:
    """A newsroom with feeds on loopback, and nothing set up."""
    async with open_newswire(sqlite_url, tmp_path) as built:
        yield built
