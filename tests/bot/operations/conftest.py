"""The newsroom that the tests of backups begin with."""

from pathlib import Path

import pytest

from tests.bot.newsroom import (
    BRIDGE,
    POOL,
)
from tests.bot.restoring.past import Past
from tests.fakes import FakeClock, FakePlatform


@pytest.fixture
async def past(sqlite_url: str, tmp_path: Path) -> Past:
    past = Past(home=tmp_path, platform=FakePlatform(), clock=FakeClock())
    async with past.open() as desk:
        desk.publish("bridge", BRIDGE)
        desk.publish("pool", POOL)
        await desk.apply()
    return past
