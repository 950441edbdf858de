"""Walks in a newsroom with two digests, on each platform."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.walks.newsrooms import PLATFORMS, Walk, open_walk


@pytest.fixture(autouse=True)
def analyses(articles_analysed_once: None) -> None:
    """Share them; a module overrides it where the time of an analysis matters."""


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def empty(platform: str, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Walk]:
    """A newsroom in which nothing is set up."""
    async with open_walk(platform, sqlite_url, tmp_path) as walk:
        yield walk


@pytest.fixture
async def walk(empty: Walk) -> Walk:
    """A newsroom with two digests in two channels."""
    await empty.harness.apply(empty.configuration)
    return empty
