"""Prune what is past retention, and erase workspaces.

    erase    what was ordered to go, soon; what the bot left, after its 30 days
    let go   contents that are older than is kept: texts, editions and what was put
             right in them, settled reports, history
    forget   events of chats that can not come a second time any more

All of it goes in short steps with room between them, so that neither the event loop
nor what is due waits for it. It can be stopped at any point and goes on later.

    show      what would go, noted for the one who asks
    order     the workspace's name was typed: from now on nobody finds it
    carry_on  the steps of whatever was ordered, by this process or an earlier one
    order_left_workspaces orders the same for what the bot left 30 days ago

An order outlives the process: whoever has the database next goes on with it. What is
left afterwards is one line: when, by whom, how many of each, and the platform's own id.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.errors import Forbidden, UserError
from bot.model import Person, Workspace
from bot.ports import Clock
from bot.settings import Retention
from bot.storage import (
    Connection,
    Database,
    deletion_store,
    process_store,
    workspace_store,
)
from bot.storage.deletion_store import Erasure
from digests.language.normalization import normalize_text

log = structlog.get_logger(__name__)

#: How soon an order to erase is noticed.
ERASURE_CHECK_INTERVAL = timedelta(seconds=15)
#: How often the rest is done.
PRUNING_INTERVAL = timedelta(days=1)
#: Far longer than any platform goes on repeating an event.
EVENT_RETENTION = timedelta(days=7)
#: Rows of one step: looked at, and changed; and seconds in which others write.
PRUNING_WINDOW, PRUNING_ROWS, PRUNING_PAUSE = 500, 50, 0.005


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceEraser:
    """Over one database."""

    db: Database
    clock: Clock

    async def show(self, workspace: Workspace, person: Person | None) -> Erasure:
        """What would go.

        Args:
            workspace: Which one.
            person: Who asks; None = the operator.

        Raises:
            Forbidden: An editor of the bot, but no manager of the workspace.
        """
        _check_may_erase(person)
        return await self.db.write(
            deletion_store.propose_erasure,
            workspace_id=workspace.id,
            person_id=person.id if person else None,
            reason="asked",
            now=self.clock.now(),
        )

    async def order(
        self, workspace: Workspace, person: Person | None, name: str
    ) -> Erasure:
        """Let it begin, because its name was typed; what goes.

        Raises:
            Forbidden: As above.
            UserError: It is not its name, or nobody was shown lately what goes.
        """
        _check_may_erase(person)
        return await self.db.write(self._order, workspace, person, name)

    def _order(
        self, conn: Connection, workspace: Workspace, person: Person | None, name: str
    ) -> Erasure:
        workspace_store.lock_workspace(conn, workspace_id=workspace.id)
        now = self.clock.now()
        shown = deletion_store.find_proposed_erasure(conn, workspace_id=workspace.id)
        who = person.id if person else None
        if (
            shown is None
            or shown.person_id != who
            or now - shown.proposed_at > CONFIRMATION_PERIOD
        ):
            raise UserError(
                "Look first at what goes: /newsdesk erase. Its button asks for the "
                "name, and waits for an hour. Nothing was erased."
            )
        if (
            normalize_text(name).strip()
            != normalize_text(confirmation_name(workspace)).strip()
        ):
            raise UserError(
                "That is not its name. To erase everything, type «{workspace}». "
                "Nothing was erased.",
                workspace=confirmation_name(workspace),
            )
        deletion_store.order_erasure(conn, workspace_id=workspace.id, now=now)
        return shown

    async def order_left_workspaces(self) -> None:
        """Order the same for every workspace that the bot left 30 days ago."""
        now = self.clock.now()
        gone = await self.db.read(
            deletion_store.list_workspaces_left_before, before=now - REJOIN_PERIOD
        )
        for key in gone:
            await self.db.write(self._forget, key)

    def _forget(self, conn: Connection, key: int) -> None:
        now = self.clock.now()
        workspace_store.lock_workspace(conn, workspace_id=key)
        # It may have come back since it was listed.
        if key not in deletion_store.list_workspaces_left_before(
            conn, before=now - REJOIN_PERIOD
        ):
            return
        deletion_store.propose_erasure(
            conn, workspace_id=key, person_id=None, reason="left", now=now
        )
        deletion_store.order_erasure(conn, workspace_id=key, now=now)

    async def run_ordered(self) -> None:
        """Do all that was ordered, with room for others after each step."""
        going = await self.db.read(deletion_store.list_ordered_erasures)
        for key in going:
            more = True
            while more:
                more = await self.db.write(
                    deletion_store.erase_some_rows, workspace_id=key, rows=ERASURE_ROWS
                )
                await asyncio.sleep(ERASURE_PAUSE)
            now = self.clock.now()
            await self.db.write(
                deletion_store.finish_erasure, workspace_id=key, now=now
            )
            _erasure_log.info("a workspace was erased", workspace=key)
        if going:
            await self._smooth()

    async def _smooth(self) -> None:
        """Leave no words behind where SQLite would keep them for a while."""
        begin = True
        while await self.db.write(deletion_store.merge_search_index, begin=begin):
            begin = False
            await asyncio.sleep(ERASURE_PAUSE)
        await self.db.truncate_wal()


@dataclass(kw_only=True, slots=True)
class Maintenance:
    """Over one database."""

    db: Database
    clock: Clock
    retention: Retention = field(default_factory=Retention)
    #: When the daily part was done last, by this process.
    done_at: datetime | None = None

    @property
    def erasing(self) -> WorkspaceEraser:
        """The end of a workspace."""
        return WorkspaceEraser(db=self.db, clock=self.clock)

    async def wake(self) -> datetime | None:
        """Do what there is to do; when to look again."""
        now = self.clock.now()
        if (
            self.done_at is None
            or not timedelta() <= now - self.done_at < PRUNING_INTERVAL
        ):
            await self.erasing.order_left_workspaces()
            await self.prune_outdated()
            await self.db.write(
                process_store.prune_invocations, before=now - EVENT_RETENTION
            )
            self.done_at = now
        await self.erasing.run_ordered()
        return now + ERASURE_CHECK_INTERVAL

    async def prune_outdated(self) -> None:
        """Let go of what is older than is kept."""
        now, kept = self.clock.now(), self.retention
        made, changed = (
            now - timedelta(days=days) for days in (kept.editions, kept.history)
        )
        write = self.db.write
        counts = {
            "articles": await self._texts(now - timedelta(days=kept.texts)),
            "editions": await _run_steps(
                partial(
                    write,
                    deletion_store.empty_editions,
                    before=made,
                    now=now,
                    limit=PRUNING_ROWS,
                )
            ),
            "messages": await _run_steps(
                partial(
                    write,
                    deletion_store.prune_messages,
                    before=made,
                    limit=PRUNING_ROWS,
                )
            ),
            "corrections": await _run_steps(
                partial(write, deletion_store.prune_corrections, limit=PRUNING_ROWS)
            ),
            "reports": await _run_steps(
                partial(
                    write, deletion_store.prune_reports, before=made, limit=PRUNING_ROWS
                )
            ),
            "decisions": await _run_steps(
                partial(
                    write,
                    deletion_store.prune_decisions,
                    before=made,
                    limit=PRUNING_ROWS,
                )
            ),
            "changes": await _run_steps(
                partial(
                    write,
                    deletion_store.prune_changes,
                    before=changed,
                    limit=PRUNING_ROWS,
                )
            ),
        }
        if any(counts.values()):
            log.info("old contents were let go", **counts)

    async def _texts(self, before: datetime) -> int:
        """Empty the articles in their order; those that are empty are passed over."""
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


async def _run_steps(step: Callable[[], Awaitable[int]]) -> int:
    """The steps, until one has nothing more to do; how many rows in all."""
    count = 0
    while done := await step():
        count += done
        await asyncio.sleep(PRUNING_PAUSE)
    return count


_erasure_log = structlog.get_logger(__name__)

#: How long what the bot was removed from waits in case it comes back.
REJOIN_PERIOD = timedelta(days=30)
#: How long the name can be typed after it was shown what goes.
CONFIRMATION_PERIOD = timedelta(hours=1)
#: Rows of one step, and seconds in which others write before the next.
ERASURE_ROWS, ERASURE_PAUSE = 500, 0.005


def confirmation_name(workspace: Workspace) -> str:
    """The name that has to be typed."""
    return workspace.name or workspace.external_id


def _check_may_erase(person: Person | None) -> None:
    if person is not None and person.granted:
        raise Forbidden(
            "Only who manages this workspace on its platform can erase it. Ask one of "
            "them."
        )
