"""Fixtures of the bot's own tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.newsroom import BRIDGE, POOL, Newsroom, newsroom


@pytest.fixture
async def bare(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newsroom]:
    """A newsroom with nothing set up and nothing published."""
    async with newsroom(sqlite_url, tmp_path) as built:
        yield built


@pytest.fixture
async def desk(bare: Newsroom) -> Newsroom:
    """A newsroom with one digest and two articles."""
    bare.publish("bridge", BRIDGE)
    bare.publish("pool", POOL)
    await bare.apply()
    return bare
