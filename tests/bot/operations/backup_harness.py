"""A newsroom that can be restored from a backup, and what can be observed of it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.model.scope import Scope
from bot.operations import backup
from bot.storage import delivery_store
from tests.bot.harness import BotHarness, open_harness
from tests.fakes import FakeClock, FakePlatform

DAY = timedelta(days=1)
PARTS = 3


@dataclass(kw_only=True)
class BackupHarness:
    """A newsroom that is restored: its folder, channel and clock stay the same."""

    home: Path
    platform: FakePlatform
    clock: FakeClock

    @property
    def file(self) -> Path:
        return self.home / "standfirst.db"

    @property
    def kept(self) -> Path:
        return self.home / "kept.db"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[BotHarness]:
        url = f"sqlite:///{self.file}"
        async with open_harness(
            url, self.home, self.platform, clock=self.clock
        ) as harness:
            yield harness

    def back_up(self) -> None:
        backup.create_backup(self.file, self.kept, now=self.clock.now())

    def restore(self, **how: Any) -> backup.RestoreResult:
        return backup.restore_backup(self.kept, self.file, now=self.clock.now(), **how)


async def order(harness: BotHarness) -> None:
    digest = await harness.digest()
    await harness.publisher.post_now(digest, "ordered")


async def states(harness: BotHarness) -> list[str]:
    digest = await harness.digest()
    found = await harness.db.read(
        delivery_store.list_newest_deliveries, Scope(digest.workspace_id), count=50
    )
    return [d.state for d in reversed(found)]


def texts(backups: BackupHarness) -> list[str]:
    return [str(message.payload["text"]) for message in backups.platform.messages]


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()
