"""Verbs on sources: public ones are stored once for all, private ones belong.

`record_good` and `record_problem` are the intake's, which reads for everybody: they
name the source alone.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.dialects import insert
from bot.storage.schema import digest_sources, digests, sources
from bot.types import Source, SourceKind


def ensure(
    connection: Connection,
    *,
    workspace_id: int | None,
    kind: SourceKind,
    address: str,
    name: str,
) -> Source:
    """Make the source, or find it by its address.

    Args:
        connection: Inside a transaction.
        workspace_id: Whose it is; None when it is public.
        kind: What stands behind the address.
        address: Folder path or address.
        name: For people. A private source takes a new name; a public one keeps its
            first, which others see too.
    """
    private = workspace_id is not None
    row = connection.execute(
        insert(connection, sources)
        .values(workspace_id=workspace_id, kind=kind, address=address, name=name)
        .on_conflict_do_update(
            index_elements=["workspace_id", "address"] if private else ["address"],
            index_where=None if private else sources.c.workspace_id.is_(None),
            set_={"name": name if private else sources.c.name, "kind": kind},
        )
        .returning(sources)
    ).one()
    return noun(row)


def in_workspace(connection: Connection, *, workspace_id: int) -> tuple[Source, ...]:
    """List the sources that the workspace sees: its own, and the public it uses."""
    found = connection.execute(
        select(sources).where(visible(workspace_id)).order_by(sources.c.id)
    )
    return tuple(map(noun, found))


def in_use(connection: Connection) -> tuple[Source, ...]:
    """List the sources of every digest that is not paused, each once: what to read."""
    wanted = (
        select(digest_sources.c.source_id)
        .join(digests, digests.c.id == digest_sources.c.digest_id)
        .where(~digests.c.paused)
    )
    found = connection.execute(
        select(sources).where(sources.c.id.in_(wanted)).order_by(sources.c.id)
    )
    return tuple(map(noun, found))


def record_good(connection: Connection, *, source_id: int, now: datetime) -> None:
    """Note that the source was read without a problem."""
    connection.execute(
        update(sources)
        .where(sources.c.id == source_id)
        .values(last_good=now, problem=None)
    )


def record_problem(connection: Connection, *, source_id: int, problem: str) -> None:
    """Note what went wrong with the last reading, in words."""
    connection.execute(
        update(sources).where(sources.c.id == source_id).values(problem=problem)
    )


def visible(workspace_id: int) -> ColumnElement[bool]:
    """Tell of a row of `sources` whether the workspace may see what comes from it."""
    used = select(digest_sources.c.source_id).where(
        digest_sources.c.workspace_id == workspace_id
    )
    return or_(
        sources.c.workspace_id == workspace_id,
        and_(sources.c.workspace_id.is_(None), sources.c.id.in_(used)),
    )


def noun(row: Row[Any]) -> Source:
    """Make the noun of a row of the table."""
    return Source(
        id=row.id,
        workspace_id=row.workspace_id,
        kind=row.kind,
        address=row.address,
        name=row.name,
        last_good=row.last_good,
        problem=row.problem,
    )
