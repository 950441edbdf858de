"""Prune what is past retention, erase workspaces, delete unused files on platforms.

The first two run in short steps with pauses between them, so that neither the event
loop nor due work waits. They can be stopped at any step and continue later, in this
process or the next.

A workspace is erased in three stages: what would be deleted is shown to the person who
asks (`show`); they confirm by typing the workspace's name (`order`), after which nobody
can use it; then its rows are deleted (`run_ordered`). Workspaces that removed the bot
are ordered 30 days later. What remains is one row: when, by whom, how many rows of each
kind, and the platform's id of the workspace.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.errors import Forbidden, UserError
from bot.model import Person, Scope, Workspace
from bot.operations.article_quota import MEASURING_INTERVAL, ArticleQuota
from bot.ports import Clock
from bot.settings import Retention
from bot.storage import (
    Connection,
    Database,
    deletion_store,
    draft_store,
    picture_store,
    process_store,
    workspace_store,
)
from bot.storage.deletion_store import Erasure
from digests.language.normalization import normalize_text
from digests.types import frozen

log = structlog.get_logger(__name__)

#: Longest time until an order to erase is noticed.
ERASURE_CHECK_INTERVAL = timedelta(seconds=15)
PRUNING_INTERVAL = timedelta(days=1)
#: An edition that was undone leaves no file on a platform for longer than a minute.
FILES_INTERVAL = timedelta(seconds=30)
#: Far longer than any platform repeats an event.
EVENT_RETENTION = timedelta(days=7)
#: How long the bytes of a picture are kept after its last use: it can be drawn again.
PICTURE_RETENTION = timedelta(days=7)
#: How long a draft is kept after its end, with the names of its editors.
DRAFT_RETENTION = timedelta(days=30)
#: Rows of one step: examined, and changed; and seconds in which others can write.
PRUNING_WINDOW, PRUNING_ROWS, PRUNING_PAUSE = 500, 50, 0.005
#: How long the data of a workspace that removed the bot is kept.
REJOIN_PERIOD = timedelta(days=30)
#: How long an erasure can be confirmed after it was shown.
CONFIRMATION_PERIOD = timedelta(hours=1)
#: Rows of one step of an erasure, and seconds in which others can write.
ERASURE_ROWS, ERASURE_PAUSE = 500, 0.005


@frozen
class WorkspaceEraser:
    """Erases workspaces of one database."""

    db: Database
    clock: Clock

    async def show(self, workspace: Workspace, person: Person | None) -> Erasure:
        """Show what would be deleted; `person` is who asks, None = the operator.

        Raises:
            Forbidden: The person does not manage the workspace on its platform.
        """
        _check_may_erase(person)
        return await self.db.write(
            deletion_store.propose_erasure,
            workspace.scope,
            person_id=person.id if person else None,
            reason="asked",
            now=self.clock.now(),
        )

    async def order(
        self, workspace: Workspace, person: Person | None, name: str
    ) -> Erasure:
        """Order the erasure, confirmed by the typed `name`; return what is deleted.

        Raises:
            Forbidden: The person does not manage the workspace on its platform.
            UserError: The name is wrong, or the person was not shown lately what
                would be deleted.
        """
        _check_may_erase(person)
        return await self.db.write(self._order, workspace, person, name)

    def _order(
        self, conn: Connection, workspace: Workspace, person: Person | None, name: str
    ) -> Erasure:
        workspace_store.lock_workspace(conn, workspace.scope)
        now, asker = self.clock.now(), person.id if person else None
        shown = deletion_store.find_proposed_erasure(conn, workspace.scope)
        same = shown is not None and shown.person_id == asker
        if shown is None or not same or now - shown.proposed_at > CONFIRMATION_PERIOD:
            raise UserError(
                "First see what would be erased: /newsdesk erase. Its button asks for "
                "the name and is valid for an hour. Nothing was erased."
            )
        wanted = confirmation_name(workspace)
        if normalize_text(name).strip() != normalize_text(wanted).strip():
            raise UserError(
                "That is not its name. To erase everything, type «{workspace}». "
                "Nothing was erased.",
                workspace=wanted,
            )
        deletion_store.order_erasure(conn, workspace.scope, now=now)
        return shown

    async def order_left_workspaces(self) -> None:
        """Order the erasure of workspaces that removed the bot 30 days ago."""
        before = self.clock.now() - REJOIN_PERIOD
        query = deletion_store.list_workspaces_left_before
        for workspace_id in await self.db.read(query, before=before):
            await self.db.write(self._order_left, workspace_id, before)

    def _order_left(
        self, conn: Connection, workspace_id: int, before: datetime
    ) -> None:
        scope, now = Scope(workspace_id), self.clock.now()
        workspace_store.lock_workspace(conn, scope)
        left = deletion_store.list_workspaces_left_before(conn, before=before)
        if workspace_id not in left:
            # It added the bot again since it was listed.
            return
        deletion_store.propose_erasure(
            conn, scope, person_id=None, reason="left", now=now
        )
        deletion_store.order_erasure(conn, scope, now=now)

    async def run_ordered(self) -> None:
        """Delete the rows of every workspace whose erasure was ordered."""
        ordered = await self.db.read(deletion_store.list_ordered_erasures)
        for workspace_id in ordered:
            scope = Scope(workspace_id)
            more = True
            while more:
                more = await self.db.write(
                    deletion_store.erase_some_rows, scope, rows=ERASURE_ROWS
                )
                await asyncio.sleep(ERASURE_PAUSE)
            now = self.clock.now()
            await self.db.write(deletion_store.finish_erasure, scope, now=now)
            log.info("workspace erased", workspace=workspace_id)
        if ordered:
            await self._remove_traces()

    async def _remove_traces(self) -> None:
        """Remove deleted words from the search index and the write-ahead log."""
        begin = True
        while await self.db.write(deletion_store.merge_search_index, begin=begin):
            begin = False
            await asyncio.sleep(ERASURE_PAUSE)
        await self.db.remove_deleted()


@dataclass(kw_only=True, slots=True)
class Maintenance:
    """Erases and prunes, over one database."""

    db: Database
    clock: Clock
    retention: Retention = field(default_factory=Retention)
    #: Stored articles that a workspace may have; 0 = no limit.
    quota_articles: int = 0
    #: Each deletes the files on one platform that no message shows any more.
    delete_files: Sequence[Callable[[], Awaitable[None]]] = ()
    #: When this process pruned last, measured the quota, and deleted files.
    pruned_at: datetime | None = None
    measured_at: datetime | None = None
    files_deleted_at: datetime | None = None

    @property
    def eraser(self) -> WorkspaceEraser:
        """Erases whole workspaces."""
        return WorkspaceEraser(db=self.db, clock=self.clock)

    async def run(self) -> datetime | None:
        """Erase what was ordered, prune once a day, enforce the quota of articles.

        Returns when to run again.
        """
        now = self.clock.now()
        if _is_past(self.pruned_at, PRUNING_INTERVAL, now):
            await self.eraser.order_left_workspaces()
            await self.prune_outdated()
            await self.db.write(
                process_store.prune_invocations, before=now - EVENT_RETENTION
            )
            self.pruned_at = now
        await self.eraser.run_ordered()
        if _is_past(self.measured_at, MEASURING_INTERVAL, now):
            quota = ArticleQuota(
                db=self.db, clock=self.clock, limit=self.quota_articles
            )
            await quota.enforce()
            self.measured_at = now
        await self.db.remove_remaining()
        if _is_past(self.files_deleted_at, FILES_INTERVAL, now):
            self.files_deleted_at = now
            for delete in self.delete_files:
                await delete()
        return now + ERASURE_CHECK_INTERVAL

    async def prune_outdated(self) -> None:
        """Delete contents that are past their retention."""
        now, kept = self.clock.now(), self.retention
        made = now - timedelta(days=kept.editions)
        changed = now - timedelta(days=kept.history)
        prune = deletion_store.prune_contents
        steps: dict[str, Callable[..., int]] = {
            "editions": partial(deletion_store.empty_editions, before=made, now=now),
            "messages": partial(prune, kind="messages", before=made),
            "corrections": partial(prune, kind="corrections", before=made),
            "reports": partial(prune, kind="reports", before=made),
            "decisions": partial(prune, kind="decisions", before=made),
            "changes": partial(prune, kind="changes", before=changed),
            "drafts": partial(
                draft_store.delete_old_drafts, before=now - DRAFT_RETENTION
            ),
            "pictures": partial(
                picture_store.prune_pictures, before=now - PICTURE_RETENTION
            ),
        }
        texts = now - timedelta(days=kept.texts)
        counts = {"articles": await self._empty_articles(texts)}
        for name, step in steps.items():
            counts[name] = 0
            while rows := await self.db.write(step, limit=PRUNING_ROWS):
                counts[name] += rows
                await asyncio.sleep(PRUNING_PAUSE)
        if any(counts.values()):
            await self.db.remove_deleted()
            log.info("outdated contents pruned", **counts)

    async def _empty_articles(self, before: datetime) -> int:
        """Empty older articles in the order of their age; return their number."""
        after: tuple[datetime, int] | None = None
        count = 0
        while True:
            found = await self.db.read(
                deletion_store.list_old_articles,
                before=before,
                after=after,
                limit=PRUNING_WINDOW,
            )
            keys = [old.article_id for old in found if not old.empty]
            for start in range(0, len(keys), PRUNING_ROWS):
                some = keys[start : start + PRUNING_ROWS]
                await self.db.write(deletion_store.empty_articles, keys=some)
                await asyncio.sleep(PRUNING_PAUSE)
            count += len(keys)
            if len(found) < PRUNING_WINDOW:
                return count
            after = (found[-1].fetched_at, found[-1].revision_id)


def _is_past(last: datetime | None, interval: timedelta, now: datetime) -> bool:
    """Check whether it is time again; also if the clock was set back since."""
    return last is None or not timedelta() <= now - last < interval


def confirmation_name(workspace: Workspace) -> str:
    """Return the name that has to be typed to confirm."""
    return workspace.name or workspace.external_id


def _check_may_erase(person: Person | None) -> None:
    if person is not None and person.granted:
        raise Forbidden(
            "Only people who manage this workspace on its platform can erase it. Ask "
            "one of them."
        )
