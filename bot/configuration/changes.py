"""Every change that is made from chat: shown first, then made whole, and kept for good.

It must not post, word answers or check who may: that is the commands' and `dispatch`'s.

    propose   wishes → the change as it would be, checked and stored, nothing done
    confirm   the same change made, in one transaction with its record
    revert    the change that takes another one back: proposed like any other
    history   what was made: who, when, before, after

A change is taken in the configuration file's own words (`as_entry`), passes the file's
checks, and is carried out by the file's verbs: what chat can set, `export` writes and
`apply` takes. It is stored when it is shown, with each thing's `before`; the confirm
button carries only its public id. When it is pressed, everything must still be as it
was shown, else nothing is done and the answer says who came first: with two admins at
once no change is lost. Whole addresses are kept, because a change must be able to
come back; `telling` shows them without their secrets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot import planning, schedules
from bot.config_file.applying import Work
from bot.configuring import steps as things
from bot.configuring.carrying import carry_out
from bot.configuring.checking import Circumstances, checked, circumstances
from bot.configuring.rights import hold_to_right
from bot.configuring.steps import (
    NEW_DIGEST,
    Edit,
    Entry,
    Mistake,
    Noun,
    Step,
    Wish,
    access_name,
    same,
)
from bot.due import moments_from
from bot.errors import UnknownName, UserError
from bot.ports import Clock
from bot.storage import Connection, changes, digests, workspaces
from bot.storage import schedules as timetable
from bot.storage.changes import StoredChange
from bot.storage.database import Database
from bot.types import Due, Invocation, Person, Place, Workspace

__all__ = [
    "NEW_DIGEST",
    "Change",
    "Coming",
    "Configuring",
    "Edit",
    "Entry",
    "Mistake",
    "Noun",
    "Step",
    "Wish",
    "access_name",
]

#: How long a change that was shown can be confirmed, and is kept otherwise.
PATIENCE, KEPT = timedelta(hours=1), timedelta(days=1)
#: Moments that an answer names.
MOMENTS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """What a digest of the change will do next."""

    digest_id: int | None
    digest: str
    #: Names of the destinations that get it.
    destinations: tuple[str, ...]
    zone: str
    moments: tuple[datetime, ...]
    paused: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change, shown or made."""

    #: «c-7k3m9q».
    id: str
    workspace: Workspace
    steps: tuple[Step, ...]
    person: str
    made_at: datetime | None
    #: The id of the change that it takes back.
    reverts: str | None = None
    coming: tuple[Coming, ...] = ()
    #: It was made in the terminal; `person` then says so in English.
    by_operator: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuring:
    """The changes, over one database."""

    db: Database
    clock: Clock
    #: The setting of that name, which says what is nobody else's.
    allow_private: str = ""

    async def propose(self, asked: Invocation, *wishes: Wish) -> Change:
        """Store a change to be shown; nothing is done yet.

        Raises:
            Mistake: It cannot be so; to which question that belongs.
            UserError: Nothing would change, or what is named is not there.
        """
        return await self.db.write(self._propose, asked.place, asked.person, wishes)

    async def confirm(self, asked: Invocation, change_id: str) -> Change:
        """Make a change that was shown.

        Raises:
            UserError: It was made before, is too old, or the set-up is not any more
                as it was shown.
        """
        return await self.db.write(self._confirm, asked.place, asked.person, change_id)

    async def revert(self, asked: Invocation, change_id: str) -> Change:
        """Propose to take back a change; things go back to how they were before it.

        Raises:
            UserError: There is no such change, or it cannot be taken back any more.
        """
        return await self.db.write(self._revert, asked.place, asked.person, change_id)

    async def history(self, workspace_id: int, count: int) -> tuple[Change, ...]:
        """What was made here, the newest first."""
        return await self.db.read(self._history, workspace_id, count)

    # ── in a transaction ───────────────────────────────────────────────────────

    def _propose(
        self, conn: Connection, place: Place, person: Person, wishes: Sequence[Wish]
    ) -> Change:
        workspace = self._home(conn, place)
        wanted = []
        for wish in wishes:
            step = things.now(conn, workspace, wish.noun, wish.name)
            after = wish.edit(step.before)
            wanted.append(replace(step, after=after))
        return self._shown(conn, workspace, person, wanted)

    def _home(self, conn: Connection, place: Place) -> Workspace:
        """The workspace, made where this is the first word from it."""
        asked = place.workspace
        found = workspaces.by_id(conn, workspace_id=asked.id) or workspaces.ensure(
            conn,
            platform=asked.platform,
            external_id=asked.external_id,
            name=asked.name,
            now=self.clock.now(),
        )
        workspaces.hold(conn, workspace_id=found.id)
        return found

    def _shown(
        self,
        conn: Connection,
        workspace: Workspace,
        person: Person,
        wanted: Sequence[Step],
        reverts: str | None = None,
    ) -> Change:
        hold_to_right(person, wanted)
        now = self.clock.now()
        around = circumstances(conn, workspace, reverting=reverts is not None)
        kept = [s for s in _checked(wanted, around) if not same(s.before, s.after)]
        if not kept:
            raise UserError("Nothing would change: everything is so already.")
        changes.forget(conn, workspace_id=workspace.id, before=now - KEPT)
        stored = changes.propose(
            conn,
            workspace_id=workspace.id,
            steps=[things.to_json(step) for step in kept],
            person_id=person.id,
            person_name=person.name[:80],
            now=now,
            reverts=reverts,
        )
        return _change(stored, workspace, coming=_coming(conn, workspace, kept, now))

    def _confirm(
        self, conn: Connection, place: Place, person: Person, change_id: str
    ) -> Change:
        now = self.clock.now()
        stored, workspace = self._stored(conn, place, change_id)
        if stored.made_at is not None:
            raise UserError("This change was made already. /newsdesk history shows it.")
        if now - stored.proposed_at > PATIENCE:
            raise UserError(
                "This was shown more than an hour ago, and nothing was changed. Run "
                "the command again to see how it would be now."
            )
        steps = tuple(map(things.from_json, stored.steps))
        hold_to_right(person, steps)
        for step in steps:
            _hold_to_shown(conn, workspace, step, stored.proposed_at)
        # What it leans on may have gone meanwhile: a destination, say.
        around = circumstances(conn, workspace, reverting=stored.reverts is not None)
        steps = _checked(steps, around)
        work = Work(
            conn=conn,
            workspace=workspace,
            base=Path("/"),
            now=now,
            allow_private=self.allow_private,
            by=person.name[:80],
        )
        for step in steps:
            carry_out(work, step)
        changes.settle(
            conn,
            workspace_id=workspace.id,
            public_id=change_id,
            person_id=person.id,
            person_name=person.name[:80],
            now=now,
        )
        made = replace(stored, made_at=now, person_name=person.name[:80])
        return _change(made, workspace, coming=_coming(conn, workspace, steps, now))

    def _revert(
        self, conn: Connection, place: Place, person: Person, change_id: str
    ) -> Change:
        stored, workspace = self._stored(conn, place, change_id)
        if stored.made_at is None:
            raise UserError("This change was never made, so there is nothing to undo.")
        wanted = []
        for step in things.taken_back(tuple(map(things.from_json, stored.steps))):
            present = things.now(conn, workspace, step.noun, step.old_name)
            if present.before is None and step.before is not None:
                raise UserError(
                    "«{name}» is not there any more, so this change cannot be taken "
                    "back. /newsdesk history shows what became of it.",
                    name=step.old_name,
                )
            key = present.key if present.before is not None else step.key
            wanted.append(replace(step, before=present.before, key=key))
        return self._shown(conn, workspace, person, wanted, reverts=change_id)

    def _stored(
        self, conn: Connection, place: Place, change_id: str
    ) -> tuple[StoredChange, Workspace]:
        key = place.workspace.id
        # First of all: what is read after this is not changed by anybody else.
        workspaces.hold(conn, workspace_id=key)
        workspace = workspaces.by_id(conn, workspace_id=key)
        found = changes.by_public_id(conn, workspace_id=key, public_id=change_id)
        if workspace is None or found is None:
            raise UnknownName(
                "There is no such change here. /newsdesk history lists them."
            )
        return found, workspace

    @staticmethod
    def _history(conn: Connection, workspace_id: int, count: int) -> tuple[Change, ...]:
        workspace = workspaces.by_id(conn, workspace_id=workspace_id)
        if workspace is None:
            return ()
        found = changes.newest(conn, workspace_id=workspace_id, count=count)
        return tuple(_change(stored, workspace) for stored in found)


def _change(
    stored: StoredChange, workspace: Workspace, coming: Iterable[Coming] = ()
) -> Change:
    return Change(
        id=stored.public_id,
        workspace=workspace,
        steps=tuple(map(things.from_json, stored.steps)),
        person=stored.person_name,
        made_at=stored.made_at,
        reverts=stored.reverts,
        coming=tuple(coming),
        by_operator=not stored.person_id,
    )


def _checked(steps: Iterable[Step], around: Circumstances) -> tuple[Step, ...]:
    """The steps in their normal form, each seen after those before it."""
    found = []
    for step in steps:
        normal = replace(step, after=checked(step, around))
        around = _with(around, normal)
        found.append(normal)
    return tuple(found)


def _with(around: Circumstances, step: Step) -> Circumstances:
    """What the next step of the same change finds."""
    if step.noun == "zone" and step.after:
        moved = replace(around.workspace, zone=str(step.after["zone"]))
        return replace(around, workspace=moved)
    if step.noun in ("access", "correction"):
        return around
    if step.noun == "digest":
        posting = {n: p for n, p in around.posting.items() if n != step.old_name}
        if step.after:
            posting[step.name] = tuple(step.after["destinations"])
        return replace(around, posting=posting)
    places = {n: c for n, c in around.places.items() if n != step.old_name}
    if step.after:
        places[step.name] = str(step.after["channel"])
    return replace(around, places=places)


def _hold_to_shown(
    conn: Connection, workspace: Workspace, step: Step, since: datetime
) -> None:
    present = things.now(conn, workspace, step.noun, step.old_name)
    if same(present.before, step.before):
        return
    last = changes.newest(conn, workspace_id=workspace.id, count=1)
    later = last and last[0].made_at and last[0].made_at >= since
    what = step.old_name if step.noun != "zone" else step.noun
    if later:
        raise UserError(
            "«{what}» was changed meanwhile by {person}, so nothing was done. Run the "
            "command again to see how it would be now.",
            what=what,
            person=last[0].person_name,
        )
    raise UserError(
        "«{what}» was changed meanwhile, so nothing was done. Run the command again "
        "to see how it would be now.",
        what=what,
    )


# ── what comes next ────────────────────────────────────────────────────────────


def _coming(
    conn: Connection, workspace: Workspace, steps: Iterable[Step], now: datetime
) -> tuple[Coming, ...]:
    return tuple(
        _next_of(conn, workspace, step, step.after, now)
        for step in steps
        if step.noun == "digest" and step.after is not None
    )


def _next_of(
    conn: Connection, workspace: Workspace, step: Step, after: Entry, now: datetime
) -> Coming:
    here = {"workspace_id": workspace.id}
    found = digests.by_name(conn, **here, name=step.name) or digests.by_name(
        conn, **here, name=step.old_name
    )
    rules = [schedules.parse(sentence) for sentence in after["schedule"]]
    firsts = _firsts(conn, workspace, found.id if found else 0, rules, now)
    until = things.day(after["paused_until"])
    skips = [day for day in map(things.day, after["skip"] or ()) if day]
    moments = [
        at
        for rule, due in zip(rules, firsts, strict=True)
        for at in moments_from(rule, due, MOMENTS, until=until, skips=skips)
    ]
    return Coming(
        digest_id=found.id if found else None,
        digest=step.name,
        destinations=tuple(after["destinations"]),
        zone=rules[0].zone if rules else workspace.zone,
        moments=tuple(sorted(set(moments))[:MOMENTS]),
        paused=bool(after["paused"]),
    )


def _firsts(
    conn: Connection,
    workspace: Workspace,
    digest_id: int,
    rules: Sequence[schedules.Schedule],
    now: datetime,
) -> Sequence[Due | None]:
    """As they are stored, where the schedules stay; else as they would begin."""
    key = {"workspace_id": workspace.id, "digest_id": digest_id}
    kept = timetable.of_digest(conn, **key)
    if [row.sentence for row in kept] == [schedules.say(rule) for rule in rules]:
        return [row.next for row in kept]
    return planning.first_dues(conn, **key, rules=rules, now=now)
