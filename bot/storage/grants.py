"""Verbs on grants: who may do an editor's work beyond what the platform says."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, and_, delete, or_, select

from bot.storage.dialects import insert
from bot.storage.schema import grants


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A person or a role that may do an editor's work in a workspace."""

    kind: Literal["person", "role"]
    #: The platform's id.
    external_id: str


def give(connection: Connection, *, workspace_id: int, grant: Grant) -> None:
    """Let this person, or everybody of this role, do an editor's work."""
    connection.execute(
        insert(connection, grants)
        .values(
            workspace_id=workspace_id, kind=grant.kind, external_id=grant.external_id
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "kind", "external_id"])
    )


def take(connection: Connection, *, workspace_id: int, grant: Grant) -> None:
    """Let them no more."""
    connection.execute(
        delete(grants).where(
            grants.c.workspace_id == workspace_id,
            grants.c.kind == grant.kind,
            grants.c.external_id == grant.external_id,
        )
    )


def in_workspace(connection: Connection, *, workspace_id: int) -> tuple[Grant, ...]:
    """List who was let, in the order in which it happened."""
    found = connection.execute(
        select(grants)
        .where(grants.c.workspace_id == workspace_id)
        .order_by(grants.c.id)
    )
    return tuple(Grant(kind=row.kind, external_id=row.external_id) for row in found)


def holds(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    roles: Collection[str],
) -> bool:
    """Tell whether the person was let, alone or through a role held at this moment."""
    mine = or_(
        and_(grants.c.kind == "person", grants.c.external_id == person_id),
        and_(grants.c.kind == "role", grants.c.external_id.in_(list(roles))),
    )
    query = select(grants.c.id).where(grants.c.workspace_id == workspace_id, mine)
    return connection.execute(query.limit(1)).first() is not None
