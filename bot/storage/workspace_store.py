"""Workspaces, and who may edit them besides the managers on the platform."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, delete, or_, select, update

from bot.model.settings import PlatformName
from bot.model.workspace import Scope, Workspace
from bot.storage.schema import grants, workspaces
from bot.storage.statements import in_scope, insert_into
from digests.messages import Message


def upsert_workspace(
    conn: Connection,
    *,
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
    changes: dict[str, Any] = {"name": name}
    changes |= {"stopped": None, "retest_at": None, "joined_at": now}
    changes |= {"left_at": None} if takes_back else {}
    changes |= {"zone": zone} if zone is not None else {}
    changes |= {"locale": locale} if locale is not None else {}
    row = conn.execute(
        insert_into(conn, workspaces)
        .values(
            platform=platform,
            external_id=external_id,
            name=name,
            zone=zone or "UTC",
            locale=locale or "en",
            created_at=now,
            joined_at=now,
        )
        .on_conflict_do_update(index_elements=["platform", "external_id"], set_=changes)
        .returning(workspaces)
    ).one()
    return workspace_from_row(row)


def find_workspace(conn: Connection, scope: Scope) -> Workspace | None:
    """Find the workspace with this key."""
    found = conn.execute(
        select(workspaces).where(workspaces.c.id == scope.workspace_id)
    ).first()
    return workspace_from_row(found) if found else None


def lock_workspace(conn: Connection, scope: Scope) -> None:
    """Lock the configuration of the workspace until this transaction ends."""
    conn.execute(
        select(workspaces.c.id)
        .where(workspaces.c.id == scope.workspace_id)
        .with_for_update()
    )


def find_workspace_by_external_id(
    conn: Connection, *, platform: PlatformName, external_id: str
) -> Workspace | None:
    """Find the workspace by its id on the platform."""
    found = conn.execute(
        select(workspaces).where(
            workspaces.c.platform == platform, workspaces.c.external_id == external_id
        )
    ).first()
    return workspace_from_row(found) if found else None


def find_active_workspace(
    conn: Connection, *, platform: PlatformName, external_id: str
) -> Workspace | None:
    """Find the workspace by its id on the platform, unless the bot was removed."""
    found = conn.execute(
        select(workspaces).where(
            workspaces.c.platform == platform,
            workspaces.c.external_id == external_id,
            workspaces.c.left_at.is_(None),
        )
    ).first()
    return workspace_from_row(found) if found else None


def set_workspace_zone(conn: Connection, scope: Scope, *, zone: str) -> None:
    """Set the time zone of the workspace."""
    conn.execute(
        update(workspaces)
        .where(workspaces.c.id == scope.workspace_id)
        .values(zone=zone)
    )


def list_workspaces(conn: Connection, *, left: bool = False) -> tuple[Workspace, ...]:
    """List the workspaces that the bot is in, the oldest first.

    With `left`, includes those that it was removed from, until they are erased.
    """
    query = select(workspaces).order_by(workspaces.c.id)
    if not left:
        query = query.where(workspaces.c.left_at.is_(None))
    return tuple(map(workspace_from_row, conn.execute(query)))


def list_left_workspaces(conn: Connection) -> tuple[tuple[Workspace, datetime], ...]:
    """List the workspaces that the bot was removed from, with the time."""
    found = conn.execute(
        select(workspaces)
        .where(workspaces.c.left_at.is_not(None))
        .order_by(workspaces.c.id)
    )
    return tuple((workspace_from_row(row), row.left_at) for row in found)


def mark_workspace_left(conn: Connection, scope: Scope, *, now: datetime) -> None:
    """Record that the bot was removed: nothing is due until it comes back."""
    conn.execute(
        update(workspaces)
        .where(workspaces.c.id == scope.workspace_id, workspaces.c.left_at.is_(None))
        .values(left_at=now)
    )


def stop_workspace(
    conn: Connection,
    scope: Scope,
    *,
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
    where = [workspaces.c.id == scope.workspace_id, workspaces.c.stopped.is_(None)]
    if asked_at is not None:
        back = workspaces.c.joined_at
        where.append(or_(back.is_(None), back <= asked_at))
    done = conn.execute(
        update(workspaces).where(*where).values(stopped=reason, retest_at=retest_at)
    )
    return done.rowcount > 0


def retest_stopped_workspaces(conn: Connection, *, now: datetime) -> None:
    """Probe every stopped workspace now, because there may be a new token."""
    conn.execute(
        update(workspaces)
        .where(workspaces.c.stopped.is_not(None))
        .values(retest_at=now)
    )


def workspace_from_row(row: Row[Any]) -> Workspace:
    """Build a `Workspace` from a row of the table."""
    return Workspace(
        id=row.id,
        platform=row.platform,
        external_id=row.external_id,
        name=row.name,
        zone=row.zone,
        locale=row.locale,
        stopped=row.stopped,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A person or a role with an editor's permission in a workspace."""

    kind: Literal["person", "role"]
    #: The platform's id.
    external_id: str


def add_grant(conn: Connection, scope: Scope, *, grant: Grant) -> None:
    """Grant an editor's permission to this person or role."""
    conn.execute(
        insert_into(conn, grants)
        .values(
            workspace_id=scope.workspace_id,
            kind=grant.kind,
            external_id=grant.external_id,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "kind", "external_id"])
    )


def delete_grant(conn: Connection, scope: Scope, *, grant: Grant) -> None:
    """Revoke the permission of this person or role."""
    conn.execute(
        delete(grants).where(
            in_scope(grants, scope),
            grants.c.kind == grant.kind,
            grants.c.external_id == grant.external_id,
        )
    )


def list_grants(conn: Connection, scope: Scope) -> tuple[Grant, ...]:
    """List the grants, the oldest first."""
    found = conn.execute(
        select(grants).where(in_scope(grants, scope)).order_by(grants.c.id)
    )
    return tuple(Grant(kind=row.kind, external_id=row.external_id) for row in found)


def has_grant(
    conn: Connection, scope: Scope, *, person_id: str, roles: Collection[str]
) -> bool:
    """Check whether the person has a grant, or one of their current roles has."""
    mine = or_(
        and_(grants.c.kind == "person", grants.c.external_id == person_id),
        and_(grants.c.kind == "role", grants.c.external_id.in_(list(roles))),
    )
    query = select(grants.c.id).where(in_scope(grants, scope), mine)
    return conn.execute(query.limit(1)).first() is not None
