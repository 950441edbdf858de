"""Fixtures of published editions."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.web.published.newsstand import Newsstand, open_newsstand


@pytest.fixture
async def listed(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newsstand]:
    """A newsroom whose editions are listed."""
    async with open_newsstand(sqlite_url, tmp_path, "listed") as opened:
        yield opened


@pytest.fixture
async def linked(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newsstand]:
    """A newsroom whose editions are for those who have a link."""
    async with open_newsstand(sqlite_url, tmp_path, "link") as opened:
        yield opened
