"""Measure what each workspace has of the stored articles, and prune what is too much.

    count    the texts of sources that an earlier version did not count
    measure  the part of each workspace, saved for status, doctor and notices
    prune    the oldest texts that no edition shows, of workspaces over the quota, and
             those of public sources that nobody has read for a while

Storing is never refused: news still comes, and old texts give way. So a workspace can
be over its quota by what is stored between two measurements; how much that is, the
analysis bounds: it has one thread, and workspaces take turns there.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from math import floor
from typing import Final

import structlog

from bot.model import Scope
from bot.ports import Clock
from bot.storage import Database, quota_store, source_store
from bot.storage.quota_store import StoredText
from digests.types import frozen

log = structlog.get_logger(__name__)

MEASURING_INTERVAL: Final = timedelta(minutes=10)
#: Part of the limit that is left by pruning, so that not every measurement prunes.
PRUNED_TO: Final = 0.98
#: How long the texts of a public source are kept when nobody reads it any more: a
#: change that removed it can be taken back.
UNREAD_PERIOD: Final = timedelta(days=2)
#: Articles that one query lists, and those of one step; seconds for others to write.
LISTED, STEP, PAUSE = 2_000, 20, 0.005
#: Workspaces whose parts are saved in one step.
_SAVED_AT_ONCE = 500

ListTexts = Callable[..., tuple[StoredText, ...]]


@frozen
class ArticleQuota:
    """Enforces the quota of stored articles, over one database."""

    db: Database
    clock: Clock
    #: 0 = no limit.
    limit: int

    async def enforce(self) -> None:
        """Measure the part of each workspace, and prune those that are over."""
        uncounted = True
        while uncounted:
            uncounted = await self.db.write(source_store.count_next_source)
            await asyncio.sleep(PAUSE)
        before = self.clock.now() - UNREAD_PERIOD
        unread = partial(quota_store.list_unread_texts, before=before)
        count = 0
        while pruned := await self._prune(unread):
            count += pruned
        if self.limit:
            for workspace_id in await self._measure():
                count += await self._prune_workspace(Scope(workspace_id))
        if count:
            await self.db.remove_deleted()
            log.info("articles pruned beyond the quota", articles=count)

    async def _measure(self) -> list[int]:
        """Measure and save the parts; return the workspaces that are over the quota."""
        parts = await self.db.read(quota_store.measure_parts)
        saved = await self.db.read(quota_store.list_saved_parts)
        gone = dict.fromkeys(saved.keys() - parts.keys(), 0)
        changed = [
            (key, part)
            for key, part in (parts | gone).items()
            if self._is_worth_saving(saved.get(key, 0), part)
        ]
        for start in range(0, len(changed), _SAVED_AT_ONCE):
            some = dict(changed[start : start + _SAVED_AT_ONCE])
            await self.db.write(quota_store.save_parts, some)
        return [key for key, part in parts.items() if part > self.limit]

    def _is_worth_saving(self, before: int, part: int) -> bool:
        """Whether it changed by a hundredth of the limit, or may be over it."""
        is_much = max(before, part) > self.limit * PRUNED_TO
        return before != part and (is_much or abs(part - before) * 100 >= self.limit)

    async def _prune_workspace(self, scope: Scope) -> int:
        wanted, count = floor(self.limit * PRUNED_TO), 0
        oldest = partial(quota_store.list_oldest_texts, scope=scope, limit=self.limit)
        while (part := await self.db.read(quota_store.measure_part, scope)) > wanted:
            pruned = await self._prune(oldest, most=part - wanted)
            if not pruned:
                # What others read, or an edition shows, stays.
                break
            count += pruned
        await self.db.write(quota_store.save_parts, {scope.workspace_id: part})
        return count

    async def _prune(self, list_texts: ListTexts, most: float = float("inf")) -> int:
        """Delete the first of these texts, up to a sum; return how many articles."""
        found = await self.db.read(list_texts, count=LISTED)
        keys = [text.article_id for text in _take(found, most)]
        for start in range(0, len(keys), STEP):
            await self.db.write(quota_store.prune_texts, keys[start : start + STEP])
            await asyncio.sleep(PAUSE)
        return len(keys)


def _take(texts: Iterable[StoredText], most: float) -> Iterable[StoredText]:
    """Take texts until their sizes add up to `most`."""
    for text in texts:
        if most <= 0:
            return
        most -= text.size
        yield text
