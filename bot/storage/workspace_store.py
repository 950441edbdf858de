"""Workspaces, and who may edit them besides the managers on the platform."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, or_, select

from bot.model.scope import PlatformName, Scope
from bot.model.workspace import Workspace
from bot.storage.schema import grants, workspaces
from bot.storage.statements import (
    delete_rows,
    find_first,
    from_row,
    has_row,
    has_values,
    in_scope,
    insert_missing,
    list_all,
    update_rows,
    upsert,
)
from digests.messages import Message
from digests.types import frozen

_WORKSPACE = workspaces.c


def upsert_workspace(
    conn: Connection,
    platform: PlatformName,
    external_id: str,
    name: str,
    now: datetime,
    zone: str | None = None,
    locale: str | None = None,
    takes_back: bool = True,
) -> Workspace:
    """Create or update the workspace; zone and locale stay if they are None.

    A workspace that was stopped because the platform refused its messages is resumed;
    refusals of messages claimed before `now` do not stop it again. One that the bot had
    left is restored with all its data, unless `takes_back` is False (the caller then
    restores it separately).
    """
    values: dict[str, Any] = {"name": name, "joined_at": now}
    values |= {"stopped": None, "retest_at": None}
    given = {"zone": zone, "locale": locale}.items()
    values |= {column: value for column, value in given if value is not None}
    if takes_back:
        values["left_at"] = None
    new = {"zone": zone or "UTC", "locale": locale or "en", "created_at": now}
    key = {"platform": platform, "external_id": external_id}
    return from_row(Workspace, upsert(conn, workspaces, key, values, new))


def find_workspace(conn: Connection, scope: Scope) -> Workspace | None:
    """Find the workspace with this key."""
    query = select(workspaces).where(_WORKSPACE.id == scope.workspace_id)
    return find_first(conn, query, Workspace)


def lock_workspace(conn: Connection, scope: Scope) -> None:
    """Lock the configuration of the workspace until this transaction ends."""
    mine = select(_WORKSPACE.id).where(_WORKSPACE.id == scope.workspace_id)
    conn.execute(mine.with_for_update())


def find_workspace_by_external_id(
    conn: Connection, platform: PlatformName, external_id: str
) -> Workspace | None:
    """Find the workspace by its id on the platform."""
    named = has_values(workspaces, platform=platform, external_id=external_id)
    return find_first(conn, select(workspaces).where(named), Workspace)


def find_active_workspace(
    conn: Connection, platform: PlatformName, external_id: str
) -> Workspace | None:
    """Find the workspace by its id on the platform, unless the bot was removed."""
    named = has_values(workspaces, platform=platform, external_id=external_id)
    query = select(workspaces).where(named, _WORKSPACE.left_at.is_(None))
    return find_first(conn, query, Workspace)


def set_workspace_zone(conn: Connection, scope: Scope, zone: str) -> None:
    """Set the time zone of the workspace."""
    update_rows(conn, workspaces, _WORKSPACE.id == scope.workspace_id, zone=zone)


def list_workspaces(conn: Connection) -> tuple[Workspace, ...]:
    """List the workspaces that the bot is in, the oldest first."""
    present = select(workspaces).where(_WORKSPACE.left_at.is_(None))
    return list_all(conn, present.order_by(_WORKSPACE.id), Workspace)


def list_left_workspaces(conn: Connection) -> tuple[tuple[Workspace, datetime], ...]:
    """List the workspaces that the bot was removed from, with the time."""
    query = select(workspaces).where(_WORKSPACE.left_at.is_not(None))
    rows = conn.execute(query.order_by(_WORKSPACE.id))
    return tuple((from_row(Workspace, row), row.left_at) for row in rows)


def mark_workspace_left(conn: Connection, scope: Scope, now: datetime) -> None:
    """Record that the bot was removed: nothing is due until it comes back."""
    there = has_values(workspaces, id=scope.workspace_id, left_at=None)
    update_rows(conn, workspaces, there, left_at=now)


def stop_workspace(
    conn: Connection,
    scope: Scope,
    reason: Message,
    retest_at: datetime,
    asked_at: datetime | None = None,
) -> bool:
    """Stop posting in the workspace; False: it was stopped before, or is not stopped.

    Args:
        conn: Inside a transaction.
        scope: The workspace.
        reason: For people.
        retest_at: When one message is sent as a probe.
        asked_at: When the refused request was made. If the bot was added again since,
            the refusal is outdated and stops nothing.
    """
    where = [has_values(workspaces, id=scope.workspace_id, stopped=None)]
    if asked_at is not None:
        back = _WORKSPACE.joined_at
        where.append(or_(back.is_(None), back <= asked_at))
    values = {"stopped": reason, "retest_at": retest_at}
    return update_rows(conn, workspaces, *where, **values) > 0


def retest_stopped_workspaces(conn: Connection, now: datetime) -> None:
    """Probe every stopped workspace now, because there may be a new token."""
    update_rows(conn, workspaces, _WORKSPACE.stopped.is_not(None), retest_at=now)


@frozen
class Grant:
    """A person or a role with an editor's permission in a workspace."""

    kind: Literal["person", "role"]
    #: The platform's id.
    external_id: str


def add_grant(conn: Connection, scope: Scope, grant: Grant) -> None:
    """Grant an editor's permission to this person or role."""
    insert_missing(conn, grants, asdict(scope) | asdict(grant))


def delete_grant(conn: Connection, scope: Scope, grant: Grant) -> None:
    """Revoke the permission of this person or role."""
    delete_rows(conn, grants, in_scope(grants, scope, **asdict(grant)))


def list_grants(conn: Connection, scope: Scope) -> tuple[Grant, ...]:
    """List the grants, the oldest first."""
    query = select(grants).where(in_scope(grants, scope)).order_by(grants.c.id)
    return list_all(conn, query, Grant)


def has_grant(
    conn: Connection, scope: Scope, person_id: str, roles: Collection[str]
) -> bool:
    """Check whether the person has a grant, or one of their current roles has."""
    person = has_values(grants, kind="person", external_id=person_id)
    role = and_(grants.c.kind == "role", grants.c.external_id.in_(list(roles)))
    mine = in_scope(grants, scope)
    return has_row(conn, select(grants.c.id).where(mine, or_(person, role)))
