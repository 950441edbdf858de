"""Propose, confirm, revert and list changes; each is applied in one transaction.

    propose_requests   requests → the change as it would be, stored, not applied
    confirm_proposal   applies a stored change, with its record, in one transaction
    propose_again      proposes a stored change for settings that changed meanwhile
    propose_reversal   proposes the change that undoes another one
    list_history       what was applied: who, when, before, after
    apply_requests     applies and records requests of the command line at once

A change uses the vocabulary and the checks of the configuration file: what chat can
set, `export` writes and `apply` reads. It is stored when it is shown, with the settings
before it; the confirm button carries only its public id. When the button is pressed,
the settings must still be as they were shown, or nothing is changed: the answer names
who changed them and shows the change against the newer settings, so that concurrent
admins never overwrite each other. Full
addresses are stored, because a change must be reversible; `diff` masks their secrets.

`dispatch` checks who may use a command; the other rights that a change needs are
checked here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.configuration.change_application import apply_steps
from bot.configuration.change_steps import (
    ChangeContext,
    ChangeRequest,
    ChangeStep,
    ConfigurationChange,
    CurrentSettings,
    UpcomingEditions,
    load_current_settings,
    read_current_step,
    reverse_steps,
    step_from_json,
    step_to_json,
)
from bot.configuration.change_validation import check_requests, check_steps
from bot.configuration.quota_checks import list_near_quotas
from bot.errors import UnknownName, UserError
from bot.model import DigestSettings, DueMoment, Location, Workspace
from bot.model.quotas import QuotaUse
from bot.model.scope import Scope
from bot.publishing import planning
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Schedule
from bot.schedules.wording import describe_schedule
from bot.storage import (
    Connection,
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


class OutdatedChange(UserError):
    """The settings are no longer as they were when the change was shown."""


def propose_requests(
    conn: Connection,
    place: Location,
    requests: Iterable[ChangeRequest],
    context: ChangeContext,
) -> ConfigurationChange:
    """Store a change to be shown; nothing is applied yet.

    Raises:
        InvalidChange: Settings cannot have these values.
        UserError: Nothing would change, or something does not exist.
    """
    workspace = _ensure_workspace(conn, place.workspace, context.now)
    current = load_current_settings(conn, workspace)
    steps = check_requests(conn, current, requests, context)
    return _store_proposal(conn, current, steps, context)


def confirm_proposal(
    conn: Connection, place: Location, change_id: str, context: ChangeContext
) -> ConfigurationChange:
    """Apply a change that was shown.

    Raises:
        OutdatedChange: The settings are no longer as they were shown.
        UserError: It was applied before, or is too old.
    """
    stored, current = _load_stored(conn, place, change_id)
    workspace, now = current.workspace, context.now
    if stored.made_at is not None:
        raise UserError(
            "This change has already been made. /newsdesk history shows it."
        )
    if now - stored.proposed_at > CONFIRM_WITHIN:
        raise UserError(
            "This preview is more than an hour old, and nothing was "
            "changed. Run the command again for a new one."
        )
    shown = list(map(step_from_json, stored.steps))
    for step in shown:
        _check_unchanged(conn, current, step, stored.proposed_at)
    # Something that it refers to, such as a destination, may no longer exist.
    context = replace(context, reverts=stored.reverts)
    steps = check_steps(shown, current, context)
    near = list_near_quotas(current, steps, context.quotas)
    apply_steps(conn, workspace.scope, steps, context)
    made = _mark_confirmed(conn, stored, context)
    coming = _list_upcoming(conn, workspace, steps, now)
    return _to_change(made, workspace, coming, near)


def propose_again(
    conn: Connection, place: Location, change_id: str, context: ChangeContext
) -> ConfigurationChange:
    """Propose what a change would do to the settings as they are now.

    It is for a change that was shown before somebody else made another one
    (`OutdatedChange`); what the other one changed besides stays.

    Raises:
        UserError: What it changes no longer exists, or nothing is left to change.
    """
    stored, current = _load_stored(conn, place, change_id)
    steps = [
        _rebase_step(conn, current, shown)
        for shown in map(step_from_json, stored.steps)
    ]
    context = replace(context, reverts=stored.reverts)
    return _store_proposal(conn, current, check_steps(steps, current, context), context)


def propose_reversal(
    conn: Connection, place: Location, change_id: str, context: ChangeContext
) -> ConfigurationChange:
    """Propose the change that restores the settings from before another one.

    Raises:
        UserError: There is no such change, or it can no longer be reverted.
    """
    stored, current = _load_stored(conn, place, change_id)
    if stored.made_at is None:
        raise UserError("This change was never made, so there is nothing to undo.")
    if any(step.get("noun") == "draft" for step in stored.steps):
        raise UserError(
            "This was done to a draft. While it waits, /newsdesk drafts changes it."
        )
    wanted = []
    for step in reverse_steps(list(map(step_from_json, stored.steps))):
        present = read_current_step(conn, current, step.noun, step.old_name)
        if present.before is None and step.before is not None:
            raise UserError(
                "«{name}» no longer exists, so this change cannot be reverted. "
                "/newsdesk history shows what happened to it.",
                name=step.old_name,
            )
        key = present.key if present.before is not None else step.key
        wanted.append(replace(step, before=present.before, key=key))
    context = replace(context, reverts=change_id)
    steps = check_steps(wanted, current, context)
    return _store_proposal(conn, current, steps, context)


def list_history(
    conn: Connection, workspace: Workspace, count: int
) -> list[ConfigurationChange]:
    """List the changes that were applied, the newest first."""
    found = change_store.list_newest_changes(conn, workspace.scope, count=count)
    return [_to_change(stored, workspace) for stored in found]


def apply_requests(
    conn: Connection,
    scope: Scope,
    requests: Iterable[ChangeRequest],
    context: ChangeContext,
) -> None:
    """Check, apply and record the requests of the operator's command line.

    Raises:
        InvalidChange: Settings cannot have these values.
    """
    workspace_store.lock_workspace(conn, scope)
    workspace = workspace_store.find_workspace(conn, scope)
    if workspace is None:
        raise UserError("The workspace of this digest was erased.")
    current = load_current_settings(conn, workspace)
    steps = check_requests(conn, current, requests, context)
    apply_steps(conn, scope, steps, context)
    record_steps(conn, scope, steps, context)


def record_steps(
    conn: Connection, scope: Scope, steps: Iterable[ChangeStep], context: ChangeContext
) -> None:
    """Record applied steps as one confirmed change, if they changed anything."""
    changed = [step for step in steps if step.is_change]
    if changed:
        stored = _store_change(conn, scope, changed, context)
        _mark_confirmed(conn, stored, context)


# ── steps ──────────────────────────────────────────────────────────────────────


def _store_change(
    conn: Connection, scope: Scope, steps: Iterable[ChangeStep], context: ChangeContext
) -> StoredChange:
    return change_store.propose_change(
        conn,
        scope,
        steps=list(map(step_to_json, steps)),
        now=context.now,
        reverts=context.reverts,
        **context.who,
    )


def _mark_confirmed(
    conn: Connection, stored: StoredChange, context: ChangeContext
) -> StoredChange:
    scope, now = Scope(stored.workspace_id), context.now
    change_store.confirm_change(
        conn, scope, public_id=stored.public_id, now=now, **context.who
    )
    return replace(stored, made_at=now, person_name=context.who["person_name"])


def _ensure_workspace(conn: Connection, asked: Workspace, now: datetime) -> Workspace:
    """Find the workspace, or create it at its first command."""
    found = workspace_store.find_workspace(
        conn, asked.scope
    ) or workspace_store.upsert_workspace(
        conn,
        platform=asked.platform,
        external_id=asked.external_id,
        name=asked.name,
        now=now,
    )
    workspace_store.lock_workspace(conn, found.scope)
    return found


def _store_proposal(
    conn: Connection,
    current: CurrentSettings,
    checked: Iterable[ChangeStep],
    context: ChangeContext,
) -> ConfigurationChange:
    workspace, now = current.workspace, context.now
    steps = [step for step in checked if step.is_change]
    if not steps:
        raise UserError("Nothing would change: everything is already set like this.")
    change_store.delete_unconfirmed_changes(
        conn, workspace.scope, before=now - PROPOSALS_KEPT
    )
    stored = _store_change(conn, workspace.scope, steps, context)
    coming = _list_upcoming(conn, workspace, steps, now)
    near = list_near_quotas(current, steps, context.quotas)
    return _to_change(stored, workspace, coming, near)


def _load_stored(
    conn: Connection, place: Location, change_id: str
) -> tuple[StoredChange, CurrentSettings]:
    scope = place.workspace.scope
    # Locked first: nobody else can change what is read after this.
    workspace_store.lock_workspace(conn, scope)
    workspace = workspace_store.find_workspace(conn, scope)
    found = change_store.find_change(conn, scope, public_id=change_id)
    if workspace is None or found is None:
        raise UnknownName("There is no such change here. /newsdesk history lists them.")
    return found, load_current_settings(conn, workspace)


def _to_change(
    stored: StoredChange,
    workspace: Workspace,
    coming: Iterable[UpcomingEditions] = (),
    near: tuple[QuotaUse, ...] = (),
) -> ConfigurationChange:
    return ConfigurationChange(
        id=stored.public_id,
        workspace=workspace,
        steps=tuple(map(step_from_json, stored.steps)),
        person=stored.person_name,
        made_at=stored.made_at,
        reverts=stored.reverts,
        coming=tuple(coming),
        near_quotas=near,
        by_operator=not stored.person_id,
    )


def _check_unchanged(
    conn: Connection, current: CurrentSettings, step: ChangeStep, since: datetime
) -> None:
    present = read_current_step(conn, current, step.noun, step.old_name)
    if present.before == step.before:
        return
    scope = current.workspace.scope
    last = change_store.list_newest_changes(conn, scope, count=1)
    if last and last[0].made_at and last[0].made_at >= since:
        raise OutdatedChange(
            "«{what}» was changed by {person} in the meantime.",
            what=step.old_name,
            person=last[0].person_name,
        )
    raise OutdatedChange("«{what}» was changed in the meantime.", what=step.old_name)


def _rebase_step(
    conn: Connection, current: CurrentSettings, shown: ChangeStep
) -> ChangeStep:
    """Build the step that makes the same difference to the present settings."""
    named = (name for name, key in current.keys.items() if key == shown.key)
    # A digest may have been renamed.
    name = next(named, shown.old_name) if shown.key is not None else shown.old_name
    present = read_current_step(conn, current, shown.noun, name)
    if present.before is None and shown.before is not None:
        raise UnknownName(
            "«{name}» no longer exists: it was deleted or renamed in the meantime.",
            name=shown.old_name,
        )
    if present.before is None or shown.before is None or shown.after is None:
        return replace(present, after=shown.after)
    before, after, merged = shown.before, shown.after, dict(present.before)
    for setting in after:
        if before.get(setting) != after[setting]:
            merged[setting] = _rebase_value(
                before.get(setting), after[setting], merged.get(setting), setting
            )
    return replace(present, after=merged)


def _rebase_value(before: Any, after: Any, present: Any, setting: str) -> Any:
    """Add to and remove from a present list what a change did; else return `after`."""
    lists = all(isinstance(one, list) for one in (before, after, present))
    if not lists or setting == "sections":
        return after
    removed = [one for one in before if one not in after]
    added = [one for one in after if one not in before and one not in present]
    return [*(one for one in present if one not in removed), *added]


# ── what comes next ────────────────────────────────────────────────────────────


def _list_upcoming(
    conn: Connection, workspace: Workspace, steps: Iterable[ChangeStep], now: datetime
) -> list[UpcomingEditions]:
    return [
        _predict_editions(conn, workspace, step, now)
        for step in steps
        if step.noun == "digest" and step.after is not None
    ]


def _predict_editions(
    conn: Connection, workspace: Workspace, step: ChangeStep, now: datetime
) -> UpcomingEditions:
    scope, key = workspace.scope, step.key
    if step.before is None:
        # A new digest is stored once the change is confirmed.
        found = digest_store.find_digest_by_name(conn, scope, name=step.name)
        key = found.id if found else None
    after = DigestSettings.model_validate(step.after)
    rules = list(map(parse_schedule, after.schedule))
    zone = rules[0].zone if rules else workspace.zone
    hold = planning.PostingHold(
        until=after.paused_until,
        skips=after.skip,
        quiet_hours=after.quiet_hours,
        zone=zone,
    )
    firsts = _list_first_dues(conn, scope, key or 0, rules, now)
    moments = [
        at
        for rule, due in zip(rules, firsts, strict=True)
        for at in planning.list_moments(rule, due, MAX_TIMES, hold)
    ]
    return UpcomingEditions(
        digest_id=key,
        digest=step.name,
        destinations=after.destinations,
        zone=zone,
        moments=tuple(sorted(set(moments))[:MAX_TIMES]),
        paused=after.paused,
    )


def _list_first_dues(
    conn: Connection,
    scope: Scope,
    digest_id: int,
    rules: Sequence[Schedule],
    now: datetime,
) -> Sequence[DueMoment | None]:
    """Return the stored moments of unchanged schedules, else the computed ones."""
    kept = schedule_store.list_schedules(conn, scope, digest_id=digest_id)
    if [row.sentence for row in kept] == list(map(describe_schedule, rules)):
        return [row.next for row in kept]
    return planning.find_first_dues(conn, scope, digest_id, rules, now)
