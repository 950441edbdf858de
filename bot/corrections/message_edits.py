"""Living editions: what was told is put right when its article is; it sends nothing.

    intake      an article has another text → every edition that tells it is marked
    judging     once the text has settled: what does it correct of what is shown?
    ordering    the edition as it is told now → edits for the outbox

Each step starts from what is stored, and ends in one transaction: a process that dies
between any two is continued by the next one. An editor's own correction comes in as a
row that is due, and goes the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from bot.corrections import judging, ordering
from bot.errors import ConfigurationError
from bot.ports import Clock, Engine, Platform
from bot.storage import corrections, told_articles
from bot.storage.database import Database
from bot.storage.told_articles import ToldArticle

__all__ = ["Corrections"]

log = structlog.get_logger(__name__)

BATCH = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrections:
    """The corrections, over one database and the platforms that are on."""

    db: Database
    engine: Engine
    clock: Clock
    platforms: Mapping[str, Platform]

    async def run(self) -> datetime | None:
        """Judge what has settled and order the edits; when there is more to judge."""
        now = self.clock.now()
        for one in await self.db.read(told_articles.due, now=now, limit=BATCH):
            await self._look(one)
        due = await self.db.read(
            corrections.due, platforms=tuple(self.platforms), limit=BATCH
        )
        for workspace_id, edition_id in due:
            await self._order(workspace_id, edition_id)
        return await self.db.read(told_articles.next_look)

    async def _order(self, workspace_id: int, edition_id: int) -> None:
        key: dict[str, Any] = {"workspace_id": workspace_id, "edition_id": edition_id}
        try:
            await self.db.write(
                ordering.order, **key, platforms=self.platforms, now=self.clock.now()
            )
        except ConfigurationError:
            # The database takes nothing: what is due waits until it does.
            raise
        except Exception:
            # A defect in one edition must not keep the others from being put right.
            log.exception("a correction could not be rendered", edition=edition_id)
            await self.db.write(
                corrections.settle, **key, state="listed", reason=ordering.DEFECT
            )

    async def _look(self, one: ToldArticle) -> None:
        now = self.clock.now()
        found: judging.Gathered | None = None
        judged: tuple[corrections.Correction, ...] = ()
        try:
            found = await self.db.read(judging.gathered, one)
            if found is not None:
                judged = await self.engine.run(judging.judge, found, now)
        except ConfigurationError:
            raise
        except Exception:
            # A defect in one text must not keep the others from being put right.
            log.exception("comparing failed", article=one.article_id)
        await self.db.write(judging.note, one, found, judged, now)
