"""Erasing a workspace: shown, ordered by name, then done in steps; it asks nobody.

    show      what would go, noted for the one who asks
    order     the workspace's name was typed: from now on nobody finds it
    carry_on  the steps of whatever was ordered, by this process or an earlier one
    forgotten orders the same for what the bot left 30 days ago

An order outlives the process: whoever has the database next goes on with it. What is
left afterwards is one line: when, by whom, how many of each, and the platform's own id.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.errors import Forbidden, UserError
from bot.ports import Clock
from bot.storage import Connection, erasing, workspaces
from bot.storage.database import Database
from bot.storage.erasing import Erasure
from bot.types import Person, Workspace
from digests.language.fold import fold

log = structlog.get_logger(__name__)

#: How long what the bot was removed from waits in case it comes back.
KEPT = timedelta(days=30)
#: How long the name can be typed after it was shown what goes.
PATIENCE = timedelta(hours=1)
#: Rows of one step, and seconds in which others write before the next.
ROWS, PAUSE = 500, 0.005


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasing:
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
        _hold_to_right(person)
        return await self.db.write(
            erasing.show,
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
        _hold_to_right(person)
        return await self.db.write(self._order, workspace, person, name)

    def _order(
        self, conn: Connection, workspace: Workspace, person: Person | None, name: str
    ) -> Erasure:
        workspaces.hold(conn, workspace_id=workspace.id)
        now = self.clock.now()
        shown = erasing.shown(conn, workspace_id=workspace.id)
        who = person.id if person else None
        if shown is None or shown.person_id != who or now - shown.shown_at > PATIENCE:
            raise UserError(
                "Look first at what goes: /newsdesk erase. Its button asks for the "
                "name, and waits for an hour. Nothing was erased."
            )
        if fold(name).strip() != fold(called(workspace)).strip():
            raise UserError(
                "That is not its name. To erase everything, type «{workspace}». "
                "Nothing was erased.",
                workspace=called(workspace),
            )
        erasing.order(conn, workspace_id=workspace.id, now=now)
        return shown

    async def forgotten(self) -> None:
        """Order the same for every workspace that the bot left 30 days ago."""
        now = self.clock.now()
        gone = await self.db.read(erasing.left_before, before=now - KEPT)
        for key in gone:
            await self.db.write(self._forget, key)

    def _forget(self, conn: Connection, key: int) -> None:
        now = self.clock.now()
        workspaces.hold(conn, workspace_id=key)
        # It may have come back since it was listed.
        if key not in erasing.left_before(conn, before=now - KEPT):
            return
        erasing.show(conn, workspace_id=key, person_id=None, reason="left", now=now)
        erasing.order(conn, workspace_id=key, now=now)

    async def carry_on(self) -> None:
        """Do all that was ordered, with room for others after each step."""
        going = await self.db.read(erasing.ordered)
        for key in going:
            more = True
            while more:
                more = await self.db.write(erasing.step, workspace_id=key, rows=ROWS)
                await asyncio.sleep(PAUSE)
            now = self.clock.now()
            await self.db.write(erasing.finish, workspace_id=key, now=now)
            log.info("a workspace was erased", workspace=key)
        if going:
            await self._smooth()

    async def _smooth(self) -> None:
        """Leave no words behind where SQLite would keep them for a while."""
        begin = True
        while await self.db.write(erasing.smooth, begin=begin):
            begin = False
            await asyncio.sleep(PAUSE)
        await self.db.empty_log()


def called(workspace: Workspace) -> str:
    """The name that has to be typed."""
    return workspace.name or workspace.external_id


def _hold_to_right(person: Person | None) -> None:
    if person is not None and person.granted:
        raise Forbidden(
            "Only who manages this workspace on its platform can erase it. Ask one of "
            "them."
        )
