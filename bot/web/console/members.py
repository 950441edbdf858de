"""What a signed-in person may do in a workspace now.

The owner of this machine manages every workspace. Everybody else may do what their
platform says at present, by the rule that holds for commands there, and what was
granted to them or one of their roles here. The platform's answer is remembered for
`REMEMBERED`; a change asks again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.model import Permission, Person, Workspace
from bot.model.sign_in import OWNER_ID, Identity
from bot.ports import Clock, SignIn
from bot.readers.personal_data import load_user_context
from bot.storage import Database
from digests.types import frozen

REMEMBERED: Final = timedelta(minutes=3)
_MAX_REMEMBERED: Final = 10_000
#: How the history names the owner.
OWNER_NAME: Final = "The owner"


@frozen
class Member:
    """A person in a workspace."""

    person: Person
    #: The language that they chose there; None = they did not.
    locale: str | None = None


class Members:
    """Finds out what people may do."""

    def __init__(
        self, db: Database, clock: Clock, sign_ins: Mapping[str, SignIn]
    ) -> None:
        """Create it; `sign_ins` are the platforms that can be asked, by name."""
        self._db = db
        self._clock = clock
        self._sign_ins = sign_ins
        self._known: dict[tuple[str, str, str], tuple[datetime, Person | None]] = {}

    async def find(
        self, identity: Identity, workspace: Workspace, *, fresh: bool = False
    ) -> Member | None:
        """Find who somebody is in a workspace; None if they are not in it.

        Raises:
            SendError: The platform could not be asked.
        """
        person = await self._find_person(identity, workspace, fresh)
        if person is None:
            return None
        known = await self._db.read(load_user_context, workspace.scope, person=person)
        if known.granted and person.permission < Permission.EDITOR:
            person = replace(person, permission=Permission.EDITOR, granted=True)
        return Member(person=person, locale=known.reader.locale)

    async def _find_person(
        self, identity: Identity, workspace: Workspace, fresh: bool
    ) -> Person | None:
        if identity.is_owner:
            return Person(id=OWNER_ID, name=OWNER_NAME, permission=Permission.EDITOR)
        sign_in = self._sign_ins.get(identity.platform)
        outside = workspace.external_id not in identity.workspaces
        if sign_in is None or workspace.platform != identity.platform or outside:
            return None
        key = (identity.platform, workspace.external_id, identity.user_id)
        now = self._clock.now()
        asked_at, person = self._known.get(key, (None, None))
        if fresh or asked_at is None or not now - REMEMBERED < asked_at <= now:
            person = await sign_in.find_person(workspace.external_id, identity.user_id)
            self._known.pop(key, None)
            if len(self._known) >= _MAX_REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[key] = now, person
        return person
