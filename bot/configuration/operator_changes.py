"""Record changes of the operator's command line in the history of the workspace.

The workspace is compared before and after, so that any command can be recorded. Nothing
is changed here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from bot.configuration import change_steps, file_import
from bot.configuration.change_steps import ChangeStep, StepNoun, format_grant
from bot.configuration.file_import import ConfigurationFile
from bot.model import Workspace
from bot.storage import (
    Connection,
    change_store,
    destination_store,
    digest_store,
    workspace_store,
)

T = TypeVar("T")
#: No platform has this id, and the name is translated.
OPERATOR_ID: Final = ""
OPERATOR_NAME: Final = "the operator, in the terminal"
#: In the order in which things can be created: what others refer to comes first.
_STEP_ORDER: Final[tuple[StepNoun, ...]] = ("zone", "access", "destination", "digest")


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceSnapshot:
    """Everything of a workspace that a change could touch, by noun and name."""

    things: Mapping[tuple[StepNoun, str], ChangeStep]


def record_changes(
    conn: Connection,
    act: Callable[[Connection], T],
    *,
    concerns: Callable[[Workspace], bool],
    now: datetime,
) -> T:
    """Call `act`, record its changes in each workspace, and return its result.

    Args:
        conn: Inside the transaction of all of it.
        act: Makes the change; it may create workspaces.
        concerns: Tells which workspaces it may change; no other is compared.
        now: The time.
    """
    before = {}
    for workspace in filter(concerns, workspace_store.list_workspaces(conn, left=True)):
        workspace_store.lock_workspace(conn, workspace_id=workspace.id)
        before[workspace.id] = take_snapshot(conn, workspace)
    done = act(conn)
    for workspace in filter(concerns, workspace_store.list_workspaces(conn, left=True)):
        record_difference(conn, workspace, before.get(workspace.id), now=now)
    return done


def apply_and_record(
    conn: Connection,
    file: ConfigurationFile,
    *,
    prune: bool,
    now: datetime,
    allow_private: str = "",
) -> tuple[file_import.PlannedChange, ...]:
    """Apply a file (`file_import.apply_file`) and record it."""
    named = file_import.list_named_workspaces(file)
    apply = partial(
        file_import.apply_file,
        file=file,
        prune=prune,
        now=now,
        allow_private=allow_private,
    )
    return record_changes(
        conn,
        apply,
        concerns=lambda w: (w.platform, w.external_id) in named,
        now=now,
    )


def take_snapshot(conn: Connection, workspace: Workspace) -> WorkspaceSnapshot:
    """Load the present state of the workspace."""
    here = {"workspace_id": workspace.id}
    names: list[tuple[StepNoun, str]] = [("zone", "zone")]
    names += [
        ("access", format_grant(one))
        for one in workspace_store.list_grants(conn, **here)
    ]
    names += [
        ("destination", place.name)
        for place in destination_store.list_destinations(conn, **here)
    ]
    names += [("digest", one.name) for one in digest_store.list_digests(conn, **here)]
    return WorkspaceSnapshot(
        things={
            (noun, name): change_steps.read_current_step(conn, workspace, noun, name)
            for noun, name in names
        }
    )


def record_difference(
    conn: Connection,
    workspace: Workspace,
    before: WorkspaceSnapshot | None,
    *,
    now: datetime,
) -> None:
    """Record what is different from the snapshot as one change, if anything is.

    Args:
        conn: Inside the transaction that made the difference.
        workspace: As it is now.
        before: As it was; None = it did not exist.
        now: The time.
    """
    after = take_snapshot(conn, workspace)
    steps = tuple(_diff_snapshots(before.things if before else {}, after.things))
    if before is None:
        # A workspace always has a zone: its first cannot be reverted.
        steps = tuple(step for step in steps if step.noun != "zone")
    if not steps:
        return
    who: dict[str, Any] = {"person_id": OPERATOR_ID, "person_name": OPERATOR_NAME}
    here: dict[str, Any] = {"workspace_id": workspace.id}
    kept = [change_steps.step_to_json(step) for step in steps]
    stored = change_store.propose_change(conn, **here, steps=kept, **who, now=now)
    change_store.confirm_change(
        conn, **here, public_id=stored.public_id, **who, now=now
    )


def _diff_snapshots(
    before: Mapping[tuple[StepNoun, str], ChangeStep],
    after: Mapping[tuple[StepNoun, str], ChangeStep],
) -> Iterator[ChangeStep]:
    """List additions and changes, then removals, in the order of their creation."""
    for noun in _STEP_ORDER:
        for key, new in after.items():
            old = before.get(key)
            was = old.before if old else None
            if key[0] == noun and was != new.after:
                yield ChangeStep(noun=noun, before=was, after=new.after, key=new.key)
    for noun in reversed(_STEP_ORDER):
        for key, old in before.items():
            if key[0] == noun and key not in after:
                yield ChangeStep(noun=noun, before=old.before, after=None, key=old.key)
