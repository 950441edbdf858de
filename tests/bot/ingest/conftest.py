"""Fixtures of the intake's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.intake.press import Press, press


@pytest.fixture
async def room(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Press]:
    """A newsroom with feeds on loopback, and nothing set up."""
    async with press(sqlite_url, tmp_path) as built:
        yield built
