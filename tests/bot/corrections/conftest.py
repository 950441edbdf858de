"""Fixtures of living editions."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.corrections.living import Rendering
from tests.bot.harness import BRIDGE, CONFIGURATION, POOL, BotHarness, open_harness

WITHOUT_SCHEDULE = CONFIGURATION.replace(
    'schedule = "every 2 minutes Europe/Berlin"', ""
)


@pytest.fixture
async def harness(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    """A newsroom with an edition of two stories, posted in words as on Discord."""
    async with open_harness(sqlite_url, tmp_path, Rendering()) as built:
        built.publish("bridge", BRIDGE)
        built.publish("pool", POOL)
        await built.apply(WITHOUT_SCHEDULE)
        await built.post()
        yield built
