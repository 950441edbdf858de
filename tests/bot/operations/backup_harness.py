"""A newsroom that can go back to a backup, and what is seen of it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import restoring
from bot.storage import (
    deliveries,
)
from tests.bot.newsroom import (
    Newsroom,
    newsroom,
)
from tests.fakes import FakeClock, FakePlatform

DAY = timedelta(days=1)
PARTS = 3


@dataclass(kw_only=True)
class Past:
    """A newsroom that can go back: its folder, its channel, its clock stay the same."""

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
    async def open(self) -> AsyncIterator[Newsroom]:
        url = f"sqlite:///{self.file}"
        async with newsroom(url, self.home, self.platform, clock=self.clock) as desk:
            yield desk

    def back_up(self) -> None:
        restoring.back_up(self.file, self.kept, now=self.clock.now())

    def restore(self, **how: Any) -> restoring.Restored:
        return restoring.restore(self.kept, self.file, now=self.clock.now(), **how)


async def order(desk: Newsroom) -> None:
    digest = await desk.digest()
    await desk.editions.post_now(digest.workspace_id, digest, "ordered")


async def states(desk: Newsroom) -> list[str]:
    digest = await desk.digest()
    found = await desk.db.read(
        deliveries.newest, workspace_id=digest.workspace_id, count=50
    )
    return [d.state for d in reversed(found)]


def texts(past: Past) -> list[str]:
    return [str(message.payload["text"]) for message in past.platform.messages]


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()
