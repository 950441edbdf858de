"""Propose, confirm, revert and list changes; each is applied in one transaction.

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

All of it happens in the caller's transaction: a change is made whole, or not at all.
It checks nothing: what comes here was checked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.configuration import change_steps
from bot.configuration.change_steps import (
    ChangeRequest,
    ChangeStep,
    ConfigurationChange,
    UpcomingEditions,
    grant_from_entry,
    is_same_entry,
)
from bot.configuration.change_validation import (
    ValidationContext,
    check_rights,
    load_validation_context,
    validate_step,
)
from bot.configuration.file_import import ApplyContext, save_digest
from bot.configuration.settings import SettingsEntry
from bot.errors import UnknownName, UserError
from bot.model import (
    DueMoment,
    Invocation,
    Location,
    Person,
    Workspace,
    post_options_from_settings,
)
from bot.ports import Clock
from bot.publishing import planning
from bot.publishing.planning import list_moments
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Schedule
from bot.schedules.wording import describe_schedule
from bot.storage import (
    Connection,
    Database,
    change_store,
    destination_store,
    digest_store,
    schedule_store,
    workspace_store,
)
from bot.storage.change_store import StoredChange

#: How long a change that was shown can be confirmed, and is kept otherwise.
CONFIRM_WITHIN, PROPOSALS_KEPT = timedelta(hours=1), timedelta(days=1)
#: Moments that an answer names.
MAX_TIMES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationService:
    """The changes, over one database."""

    db: Database
    clock: Clock
    #: The setting of that name, which says what is nobody else's.
    allow_private: str = ""

    async def propose(
        self, asked: Invocation, *wishes: ChangeRequest
    ) -> ConfigurationChange:
        """Store a change to be shown; nothing is done yet.

        Raises:
            Mistake: It cannot be so; to which question that belongs.
            UserError: Nothing would change, or what is named is not there.
        """
        return await self.db.write(self._propose, asked.place, asked.person, wishes)

    async def confirm(self, asked: Invocation, change_id: str) -> ConfigurationChange:
        """Make a change that was shown.

        Raises:
            UserError: It was made before, is too old, or the set-up is not any more
                as it was shown.
        """
        return await self.db.write(self._confirm, asked.place, asked.person, change_id)

    async def revert(self, asked: Invocation, change_id: str) -> ConfigurationChange:
        """Propose to take back a change; things go back to how they were before it.

        Raises:
            UserError: There is no such change, or it cannot be taken back any more.
        """
        return await self.db.write(self._revert, asked.place, asked.person, change_id)

    async def history(
        self, workspace_id: int, count: int
    ) -> tuple[ConfigurationChange, ...]:
        """What was made here, the newest first."""
        return await self.db.read(self._history, workspace_id, count)

    # ── in a transaction ───────────────────────────────────────────────────────

    def _propose(
        self,
        conn: Connection,
        place: Location,
        person: Person,
        wishes: Sequence[ChangeRequest],
    ) -> ConfigurationChange:
        workspace = self._ensure_workspace(conn, place)
        wanted = []
        for wish in wishes:
            step = change_steps.read_current_step(conn, workspace, wish.noun, wish.name)
            after = wish.edit(step.before)
            wanted.append(replace(step, after=after))
        return self._store_proposal(conn, workspace, person, wanted)

    def _ensure_workspace(self, conn: Connection, place: Location) -> Workspace:
        """The workspace, made where this is the first word from it."""
        asked = place.workspace
        found = workspace_store.find_workspace(
            conn, workspace_id=asked.id
        ) or workspace_store.upsert_workspace(
            conn,
            platform=asked.platform,
            external_id=asked.external_id,
            name=asked.name,
            now=self.clock.now(),
        )
        workspace_store.lock_workspace(conn, workspace_id=found.id)
        return found

    def _store_proposal(
        self,
        conn: Connection,
        workspace: Workspace,
        person: Person,
        wanted: Sequence[ChangeStep],
        reverts: str | None = None,
    ) -> ConfigurationChange:
        check_rights(person, wanted)
        now = self.clock.now()
        around = load_validation_context(conn, workspace, reverting=reverts is not None)
        kept = [
            s
            for s in _validate_steps(wanted, around)
            if not is_same_entry(s.before, s.after)
        ]
        if not kept:
            raise UserError("Nothing would change: everything is so already.")
        change_store.delete_unconfirmed_changes(
            conn, workspace_id=workspace.id, before=now - PROPOSALS_KEPT
        )
        stored = change_store.propose_change(
            conn,
            workspace_id=workspace.id,
            steps=[change_steps.step_to_json(step) for step in kept],
            person_id=person.id,
            person_name=person.name[:80],
            now=now,
            reverts=reverts,
        )
        return _to_change(
            stored, workspace, coming=_list_upcoming(conn, workspace, kept, now)
        )

    def _confirm(
        self, conn: Connection, place: Location, person: Person, change_id: str
    ) -> ConfigurationChange:
        now = self.clock.now()
        stored, workspace = self._load_stored(conn, place, change_id)
        if stored.made_at is not None:
            raise UserError("This change was made already. /newsdesk history shows it.")
        if now - stored.proposed_at > CONFIRM_WITHIN:
            raise UserError(
                "This was shown more than an hour ago, and nothing was changed. Run "
                "the command again to see how it would be now."
            )
        steps = tuple(map(change_steps.step_from_json, stored.steps))
        check_rights(person, steps)
        for step in steps:
            _check_unchanged(conn, workspace, step, stored.proposed_at)
        # What it leans on may have gone meanwhile: a destination, say.
        around = load_validation_context(
            conn, workspace, reverting=stored.reverts is not None
        )
        steps = _validate_steps(steps, around)
        work = ApplyContext(
            conn=conn,
            workspace=workspace,
            base=Path("/"),
            now=now,
            allow_private=self.allow_private,
            by=person.name[:80],
        )
        for step in steps:
            apply_step(work, step)
        change_store.confirm_change(
            conn,
            workspace_id=workspace.id,
            public_id=change_id,
            person_id=person.id,
            person_name=person.name[:80],
            now=now,
        )
        made = replace(stored, made_at=now, person_name=person.name[:80])
        return _to_change(
            made, workspace, coming=_list_upcoming(conn, workspace, steps, now)
        )

    def _revert(
        self, conn: Connection, place: Location, person: Person, change_id: str
    ) -> ConfigurationChange:
        stored, workspace = self._load_stored(conn, place, change_id)
        if stored.made_at is None:
            raise UserError("This change was never made, so there is nothing to undo.")
        wanted = []
        for step in change_steps.reverse_steps(
            tuple(map(change_steps.step_from_json, stored.steps))
        ):
            present = change_steps.read_current_step(
                conn, workspace, step.noun, step.old_name
            )
            if present.before is None and step.before is not None:
                raise UserError(
                    "«{name}» is not there any more, so this change cannot be taken "
                    "back. /newsdesk history shows what became of it.",
                    name=step.old_name,
                )
            key = present.key if present.before is not None else step.key
            wanted.append(replace(step, before=present.before, key=key))
        return self._store_proposal(conn, workspace, person, wanted, reverts=change_id)

    def _load_stored(
        self, conn: Connection, place: Location, change_id: str
    ) -> tuple[StoredChange, Workspace]:
        key = place.workspace.id
        # First of all: what is read after this is not changed by anybody else.
        workspace_store.lock_workspace(conn, workspace_id=key)
        workspace = workspace_store.find_workspace(conn, workspace_id=key)
        found = change_store.find_change(conn, workspace_id=key, public_id=change_id)
        if workspace is None or found is None:
            raise UnknownName(
                "There is no such change here. /newsdesk history lists them."
            )
        return found, workspace

    @staticmethod
    def _history(
        conn: Connection, workspace_id: int, count: int
    ) -> tuple[ConfigurationChange, ...]:
        workspace = workspace_store.find_workspace(conn, workspace_id=workspace_id)
        if workspace is None:
            return ()
        found = change_store.list_newest_changes(
            conn, workspace_id=workspace_id, count=count
        )
        return tuple(_to_change(stored, workspace) for stored in found)


def _to_change(
    stored: StoredChange, workspace: Workspace, coming: Iterable[UpcomingEditions] = ()
) -> ConfigurationChange:
    return ConfigurationChange(
        id=stored.public_id,
        workspace=workspace,
        steps=tuple(map(change_steps.step_from_json, stored.steps)),
        person=stored.person_name,
        made_at=stored.made_at,
        reverts=stored.reverts,
        coming=tuple(coming),
        by_operator=not stored.person_id,
    )


def _validate_steps(
    steps: Iterable[ChangeStep], around: ValidationContext
) -> tuple[ChangeStep, ...]:
    """The steps in their normal form, each seen after those before it."""
    found = []
    for step in steps:
        normal = replace(step, after=validate_step(step, around))
        around = _apply_to_context(around, normal)
        found.append(normal)
    return tuple(found)


def _apply_to_context(around: ValidationContext, step: ChangeStep) -> ValidationContext:
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


def _check_unchanged(
    conn: Connection, workspace: Workspace, step: ChangeStep, since: datetime
) -> None:
    present = change_steps.read_current_step(conn, workspace, step.noun, step.old_name)
    if is_same_entry(present.before, step.before):
        return
    last = change_store.list_newest_changes(conn, workspace_id=workspace.id, count=1)
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


def _list_upcoming(
    conn: Connection, workspace: Workspace, steps: Iterable[ChangeStep], now: datetime
) -> tuple[UpcomingEditions, ...]:
    return tuple(
        _predict_editions(conn, workspace, step, step.after, now)
        for step in steps
        if step.noun == "digest" and step.after is not None
    )


def _predict_editions(
    conn: Connection,
    workspace: Workspace,
    step: ChangeStep,
    after: SettingsEntry,
    now: datetime,
) -> UpcomingEditions:
    here = {"workspace_id": workspace.id}
    found = digest_store.find_digest_by_name(
        conn, **here, name=step.name
    ) or digest_store.find_digest_by_name(conn, **here, name=step.old_name)
    rules = [parse_schedule(sentence) for sentence in after["schedule"]]
    firsts = _list_first_dues(conn, workspace, found.id if found else 0, rules, now)
    until = change_steps.parse_entry_day(after["paused_until"])
    skips = [
        day for day in map(change_steps.parse_entry_day, after["skip"] or ()) if day
    ]
    moments = [
        at
        for rule, due in zip(rules, firsts, strict=True)
        for at in list_moments(rule, due, MAX_TIMES, until=until, skips=skips)
    ]
    return UpcomingEditions(
        digest_id=found.id if found else None,
        digest=step.name,
        destinations=tuple(after["destinations"]),
        zone=rules[0].zone if rules else workspace.zone,
        moments=tuple(sorted(set(moments))[:MAX_TIMES]),
        paused=bool(after["paused"]),
    )


def _list_first_dues(
    conn: Connection,
    workspace: Workspace,
    digest_id: int,
    rules: Sequence[Schedule],
    now: datetime,
) -> Sequence[DueMoment | None]:
    """As they are stored, where the schedules stay; else as they would begin."""
    key = {"workspace_id": workspace.id, "digest_id": digest_id}
    kept = schedule_store.list_schedules(conn, **key)
    if [row.sentence for row in kept] == [describe_schedule(rule) for rule in rules]:
        return [row.next for row in kept]
    return planning.find_first_dues(conn, **key, rules=rules, now=now)


def apply_step(work: ApplyContext, step: ChangeStep) -> None:
    """Make the thing be as the step says."""
    match step.noun:
        case "zone":
            zone = str((step.after or {})["zone"])
            workspace_store.set_workspace_zone(
                work.conn, workspace_id=work.workspace.id, zone=zone
            )
        case "access":
            _apply_access(work, step)
        case "correction":
            change_steps.apply_correction(work, step.old_name, step.after)
        case "destination":
            _apply_destination(work, step)
        case "digest":
            _apply_digest(work, step)


def _apply_access(work: ApplyContext, step: ChangeStep) -> None:
    here = {"workspace_id": work.workspace.id}
    if step.after is not None:
        workspace_store.add_grant(work.conn, **here, grant=grant_from_entry(step.after))
    elif step.before is not None:
        workspace_store.delete_grant(
            work.conn, **here, grant=grant_from_entry(step.before)
        )


def _apply_destination(work: ApplyContext, step: ChangeStep) -> None:
    here = {"workspace_id": work.workspace.id}
    found = destination_store.find_destination_by_name(
        work.conn, **here, name=step.old_name
    )
    if step.after is None:
        if found is not None:
            destination_store.delete_destination(
                work.conn, **here, destination_id=found.id
            )
        return
    name, channel = step.name, str(step.after["channel"])
    if found is not None and step.before is not None:
        this = {**here, "destination_id": found.id}
        if found.name != name:
            destination_store.rename_destination(work.conn, **this, name=name)
        if found.paused:
            destination_store.resume_destination(work.conn, **this)
    place = destination_store.upsert_destination(
        work.conn, **here, name=name, channel=channel
    )
    destination_store.set_post_options(
        work.conn,
        **here,
        destination_id=place.id,
        manner=post_options_from_settings(step.after),
    )


def _apply_digest(work: ApplyContext, step: ChangeStep) -> None:
    here = {"workspace_id": work.workspace.id}
    before = digest_store.find_digest_by_name(work.conn, **here, name=step.old_name)
    if step.after is None:
        if before is not None:
            digest_store.delete_digest(
                work.conn, **here, digest_id=before.id, now=work.now
            )
        return
    if before is None and step.key is not None:
        digest_store.restore_digest(work.conn, **here, digest_id=step.key)
    elif before is not None and before.name != step.name:
        digest_store.rename_digest(
            work.conn, **here, digest_id=before.id, name=step.name
        )
    places = {d.name: d for d in destination_store.list_destinations(work.conn, **here)}
    save_digest(work, step.name, step.after, places, before)
