"""Record the operator's changes from the command line in the workspace history.

It compares how a workspace stands before and after, so that it need not know how a
command does its work. It makes no change itself, asks nobody and words nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from bot.configuration import change_steps, file_import
from bot.configuration.change_steps import (
    ChangeStep,
    StepNoun,
    format_grant,
    is_same_entry,
)
from bot.configuration.settings import CheckedFile
from bot.model import Workspace
from bot.storage import (
    Connection,
    change_store,
    destination_store,
    digest_store,
    workspace_store,
)

T = TypeVar("T")
#: Who it was: no platform calls a person so, and the name is said in every language.
OPERATOR_ID: Final = ""
OPERATOR_NAME: Final = "the operator, in the terminal"
#: In the order in which things can be made: what others lean on comes first.
_STEP_ORDER: Final[tuple[StepNoun, ...]] = ("zone", "access", "destination", "digest")


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceSnapshot:
    """All that a change could touch of a workspace, by noun and name."""

    things: Mapping[tuple[StepNoun, str], ChangeStep]


def record_changes(
    conn: Connection,
    act: Callable[[Connection], T],
    *,
    concerns: Callable[[Workspace], bool],
    now: datetime,
) -> T:
    """What `act` gives, with a record in each workspace that it changed.

    Args:
        conn: Inside the transaction of all of it.
        act: Makes the change; workspaces may come by it.
        concerns: Which workspaces it may change, so that no other is looked through.
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
    wanted: CheckedFile,
    *,
    prune: bool,
    now: datetime,
    allow_private: str = "",
) -> tuple[file_import.PlannedChange, ...]:
    """`config_file.carry_out`, with its record."""
    named = {(entry.platform, entry.id) for entry in wanted.file.workspace}
    apply_wanted = partial(
        file_import.apply_checked_file,
        wanted=wanted,
        prune=prune,
        now=now,
        allow_private=allow_private,
    )
    return record_changes(
        conn,
        apply_wanted,
        concerns=lambda w: (w.platform, w.external_id) in named,
        now=now,
    )


def take_snapshot(conn: Connection, workspace: Workspace) -> WorkspaceSnapshot:
    """How the workspace stands."""
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
    """Keep what is different since then, as made now; nothing where nothing is.

    Args:
        conn: Inside the transaction that made the difference.
        workspace: As it is called now.
        before: How it stood; None: it was not there.
        now: The time.
    """
    after = take_snapshot(conn, workspace)
    steps = tuple(_diff_snapshots(before.things if before else {}, after.things))
    if before is None:
        # A workspace cannot be without a zone: there is no way back from its first.
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
    """What came or changed, then what went: as it could be made from chat."""
    for noun in _STEP_ORDER:
        for key, new in after.items():
            old = before.get(key)
            was = old.before if old else None
            if key[0] == noun and not is_same_entry(was, new.after):
                yield ChangeStep(noun=noun, before=was, after=new.after, key=new.key)
    for noun in reversed(_STEP_ORDER):
        for key, old in before.items():
            if key[0] == noun and key not in after:
                yield ChangeStep(noun=noun, before=old.before, after=None, key=old.key)
