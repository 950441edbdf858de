"""Apply change requests of the operator's command line, and record them as history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.configuration.change_application import ApplyContext, apply_step
from bot.configuration.change_steps import (
    ChangeRequest,
    ChangeStep,
    InvalidChange,
    build_steps,
    step_to_json,
)
from bot.configuration.change_validation import check_steps, load_validation_context
from bot.errors import UserError
from bot.model import Workspace
from bot.model.workspace import Scope
from bot.ports import Plugins
from bot.storage import Connection, change_store, workspace_store

#: No platform has this id, and the name is translated.
OPERATOR_ID: Final = ""
OPERATOR_NAME: Final = "the operator, in the terminal"


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorContext:
    """What changes of the operator need besides their requests."""

    plugins: Plugins
    now: datetime
    #: The setting `allow_private`, which decides which addresses are private.
    allow_private: str = ""


def apply_requests(
    conn: Connection,
    workspace_id: int,
    requests: Sequence[ChangeRequest],
    operator: OperatorContext,
) -> None:
    """Check, apply and record the requests in the caller's transaction.

    Raises:
        InvalidChange: Settings cannot have these values.
    """
    workspace_store.lock_workspace(conn, Scope(workspace_id))
    workspace = workspace_store.find_workspace(conn, Scope(workspace_id))
    if workspace is None:
        raise UserError("The workspace of this digest was erased.")
    steps, problems = build_steps(conn, workspace, requests)
    around = load_validation_context(conn, workspace, operator.plugins)
    checked, found = check_steps(steps, around)
    if problems or found:
        raise InvalidChange([*problems, *found])
    apply_checked_steps(conn, workspace, checked, operator)
    record_steps(conn, workspace, checked, operator.now)


def apply_checked_steps(
    conn: Connection,
    workspace: Workspace,
    steps: Sequence[ChangeStep],
    operator: OperatorContext,
) -> None:
    """Apply the steps that change anything."""
    work = ApplyContext(
        conn=conn,
        workspace=workspace,
        now=operator.now,
        allow_private=operator.allow_private,
    )
    for step in steps:
        if step.is_change:
            apply_step(work, step)


def record_steps(
    conn: Connection, workspace: Workspace, steps: Sequence[ChangeStep], now: datetime
) -> None:
    """Record applied steps as one confirmed change, if they changed anything."""
    changed = [step_to_json(step) for step in steps if step.is_change]
    if not changed:
        return
    who: dict[str, Any] = {"person_id": OPERATOR_ID, "person_name": OPERATOR_NAME}
    scope = workspace.scope
    stored = change_store.propose_change(conn, scope, steps=changed, **who, now=now)
    change_store.confirm_change(conn, scope, public_id=stored.public_id, **who, now=now)
