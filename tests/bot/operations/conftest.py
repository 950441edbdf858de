"""The newsroom of the backup tests."""

from pathlib import Path

import pytest

from tests.bot.harness import BRIDGE, POOL
from tests.bot.operations.backup_harness import BackupHarness
from tests.fakes import FakeClock, FakePlatform


@pytest.fixture
async def backups(sqlite_url: str, tmp_path: Path) -> BackupHarness:
    backups = BackupHarness(home=tmp_path, platform=FakePlatform(), clock=FakeClock())
    async with backups.open() as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply()
    return backups
