"""Propose, confirm, revert and list changes; each is applied in one transaction.

    propose   requests → the change as it would be, checked and stored, not applied
    confirm   applies a stored change, with its record, in one transaction
    revert    proposes the change that undoes another one
    history   what was applied: who, when, before, after

A change uses the vocabulary and the checks of the configuration file: what chat can
set, `export` writes and `apply` reads. It is stored when it is shown, with the settings
before it; the confirm button carries only its public id. When the button is pressed,
the settings must still be as they were shown, or nothing is changed and the answer
names who changed them, so that concurrent admins never overwrite each other. Full
addresses are stored, because a change must be reversible; `diff` masks their secrets.

`dispatch` checks who may use a command; the other rights that a change needs are
checked here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.configuration import change_steps
from bot.configuration.change_application import ApplyContext, apply_step
from bot.configuration.change_steps import (
    ChangeRequest,
    ChangeStep,
    ConfigurationChange,
    InvalidChange,
    StepProblem,
    UpcomingEditions,
)
from bot.configuration.change_validation import (
    check_rights,
    check_steps,
    load_validation_context,
)
from bot.errors import UnknownName, UserError
from bot.model import DigestSettings, DueMoment, Invocation, Location, Person, Workspace
from bot.model.workspace import Scope
from bot.ports import Clock, Plugins
from bot.publishing import planning
from bot.publishing.planning import list_moments
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Schedule
from bot.schedules.wording import describe_schedule
from bot.storage import (
    Connection,
    Database,
    change_store,
    digest_store,
    schedule_store,
    workspace_store,
)
from bot.storage.change_store import StoredChange

#: How long a proposed change can be confirmed, and how long it is stored.
CONFIRM_WITHIN, PROPOSALS_KEPT = timedelta(hours=1), timedelta(days=1)
#: Maximum number of due moments in an answer.
MAX_TIMES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationService:
    """Proposes, applies and lists configuration changes in one database."""

    db: Database
    clock: Clock
    #: The setting `allow_private`, which decides which addresses are private.
    allow_private: str = ""
    #: Every platform, with what it supports.
    plugins: Plugins

    async def propose(
        self, asked: Invocation, *requests: ChangeRequest
    ) -> ConfigurationChange:
        """Store a change to be shown; nothing is applied yet.

        Raises:
            InvalidChange: Settings cannot have these values.
            UserError: Nothing would change, or something does not exist.
        """
        return await self.db.write(self._propose, asked.place, asked.person, requests)

    async def confirm(self, asked: Invocation, change_id: str) -> ConfigurationChange:
        """Apply a change that was shown.

        Raises:
            UserError: It was applied before, is too old, or the settings are no longer
                as they were shown.
        """
        return await self.db.write(self._confirm, asked.place, asked.person, change_id)

    async def revert(self, asked: Invocation, change_id: str) -> ConfigurationChange:
        """Propose the change that restores the settings from before another one.

        Raises:
            UserError: There is no such change, or it can no longer be reverted.
        """
        return await self.db.write(self._revert, asked.place, asked.person, change_id)

    async def history(
        self, workspace_id: int, count: int
    ) -> tuple[ConfigurationChange, ...]:
        """List the changes that were applied, the newest first."""
        return await self.db.read(self._history, workspace_id, count)

    # ── in a transaction ───────────────────────────────────────────────────────

    def _propose(
        self,
        conn: Connection,
        place: Location,
        person: Person,
        requests: Sequence[ChangeRequest],
    ) -> ConfigurationChange:
        workspace = self._ensure_workspace(conn, place)
        steps, problems = change_steps.build_steps(conn, workspace, requests)
        return self._store_proposal(conn, workspace, person, steps, problems)

    def _ensure_workspace(self, conn: Connection, place: Location) -> Workspace:
        """Find the workspace, or create it at its first command."""
        asked = place.workspace
        found = workspace_store.find_workspace(
            conn, asked.scope
        ) or workspace_store.upsert_workspace(
            conn,
            platform=asked.platform,
            external_id=asked.external_id,
            name=asked.name,
            now=self.clock.now(),
        )
        workspace_store.lock_workspace(conn, found.scope)
        return found

    def _store_proposal(
        self,
        conn: Connection,
        workspace: Workspace,
        person: Person,
        wanted: Sequence[ChangeStep],
        problems: Sequence[StepProblem] = (),
        reverts: str | None = None,
    ) -> ConfigurationChange:
        now = self.clock.now()
        around = load_validation_context(
            conn, workspace, self.plugins, reverting=reverts is not None
        )
        steps, found = check_steps(wanted, around)
        check_rights(person, steps)
        if problems or found:
            raise InvalidChange([*problems, *found])
        kept = [step for step in steps if step.is_change]
        if not kept:
            raise UserError(
                "Nothing would change: everything is already set like this."
            )
        change_store.delete_unconfirmed_changes(
            conn, workspace.scope, before=now - PROPOSALS_KEPT
        )
        stored = change_store.propose_change(
            conn,
            workspace.scope,
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
            raise UserError(
                "This change has already been made. /newsdesk history shows it."
            )
        if now - stored.proposed_at > CONFIRM_WITHIN:
            raise UserError(
                "This preview is more than an hour old, and nothing was "
                "changed. Run the command again for a new one."
            )
        steps = tuple(map(change_steps.step_from_json, stored.steps))
        check_rights(person, steps)
        for step in steps:
            _check_unchanged(conn, workspace, step, stored.proposed_at)
        # Something that it refers to, such as a destination, may no longer exist.
        around = load_validation_context(
            conn, workspace, self.plugins, reverting=stored.reverts is not None
        )
        steps, problems = check_steps(steps, around)
        if problems:
            raise InvalidChange(problems)
        work = ApplyContext(
            conn=conn,
            workspace=workspace,
            now=now,
            allow_private=self.allow_private,
            by=person.name[:80],
        )
        for step in steps:
            apply_step(work, step)
        change_store.confirm_change(
            conn,
            workspace.scope,
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
                    "«{name}» no longer exists, so this change cannot be reverted. "
                    "/newsdesk history shows what happened to it.",
                    name=step.old_name,
                )
            key = present.key if present.before is not None else step.key
            wanted.append(replace(step, before=present.before, key=key))
        return self._store_proposal(conn, workspace, person, wanted, reverts=change_id)

    def _load_stored(
        self, conn: Connection, place: Location, change_id: str
    ) -> tuple[StoredChange, Workspace]:
        key = place.workspace.id
        # Locked first: nobody else can change what is read after this.
        workspace_store.lock_workspace(conn, Scope(key))
        workspace = workspace_store.find_workspace(conn, Scope(key))
        found = change_store.find_change(conn, Scope(key), public_id=change_id)
        if workspace is None or found is None:
            raise UnknownName(
                "There is no such change here. /newsdesk history lists them."
            )
        return found, workspace

    @staticmethod
    def _history(
        conn: Connection, workspace_id: int, count: int
    ) -> tuple[ConfigurationChange, ...]:
        workspace = workspace_store.find_workspace(conn, Scope(workspace_id))
        if workspace is None:
            return ()
        found = change_store.list_newest_changes(conn, Scope(workspace_id), count=count)
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


def _check_unchanged(
    conn: Connection, workspace: Workspace, step: ChangeStep, since: datetime
) -> None:
    present = change_steps.read_current_step(conn, workspace, step.noun, step.old_name)
    if present.before == step.before:
        return
    last = change_store.list_newest_changes(conn, workspace.scope, count=1)
    later = last and last[0].made_at and last[0].made_at >= since
    what = step.old_name if step.noun != "zone" else step.noun
    if later:
        raise UserError(
            "«{what}» was changed by {person} in the meantime, so nothing "
            "was done. Run the command again for a new preview.",
            what=what,
            person=last[0].person_name,
        )
    raise UserError(
        "«{what}» was changed in the meantime, so nothing was done. Run"
        " the command again for a new preview.",
        what=what,
    )


# ── what comes next ────────────────────────────────────────────────────────────


def _list_upcoming(
    conn: Connection, workspace: Workspace, steps: Iterable[ChangeStep], now: datetime
) -> tuple[UpcomingEditions, ...]:
    return tuple(
        _predict_editions(conn, workspace, step, now)
        for step in steps
        if step.noun == "digest" and step.after is not None
    )


def _predict_editions(
    conn: Connection, workspace: Workspace, step: ChangeStep, now: datetime
) -> UpcomingEditions:
    scope = workspace.scope
    after = DigestSettings.model_validate(step.after)
    found = digest_store.find_digest_by_name(
        conn, scope, name=step.name
    ) or digest_store.find_digest_by_name(conn, scope, name=step.old_name)
    rules = [parse_schedule(sentence) for sentence in after.schedule]
    firsts = _list_first_dues(conn, workspace, found.id if found else 0, rules, now)
    moments = [
        at
        for rule, due in zip(rules, firsts, strict=True)
        for at in list_moments(
            rule, due, MAX_TIMES, until=after.paused_until, skips=after.skip
        )
    ]
    return UpcomingEditions(
        digest_id=found.id if found else None,
        digest=step.name,
        destinations=after.destinations,
        zone=rules[0].zone if rules else workspace.zone,
        moments=tuple(sorted(set(moments))[:MAX_TIMES]),
        paused=after.paused,
    )


def _list_first_dues(
    conn: Connection,
    workspace: Workspace,
    digest_id: int,
    rules: Sequence[Schedule],
    now: datetime,
) -> Sequence[DueMoment | None]:
    """Return the stored moments of unchanged schedules, else the computed ones."""
    scope = workspace.scope
    kept = schedule_store.list_schedules(conn, scope, digest_id=digest_id)
    if [row.sentence for row in kept] == [describe_schedule(rule) for rule in rules]:
        return [row.next for row in kept]
    return planning.find_first_dues(
        conn, scope, digest_id=digest_id, rules=rules, now=now
    )
