"""Sources: public ones are stored once for all, private ones belong to a workspace.

The queries of the ingest cover all workspaces.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
)

from bot.model.source import Source, SourceKind
from bot.model.workspace import Scope
from bot.storage.columns import Instant
from bot.storage.schema import digest_sources, digests, sources
from bot.storage.statements import (
    Condition,
    filter_visible_sources,
    find_first,
    first_scalar,
    from_row,
    has_row,
    insert_into,
    is_due,
    list_scalars,
    update_rows,
)


def upsert_source(
    conn: Connection,
    *,
    workspace_id: int | None,
    kind: SourceKind,
    address: str,
    name: str,
    rename: bool = True,
) -> Source:
    """Create the source, or find it by its address; one that had ended is polled again.

    Args:
        conn: Inside a transaction.
        workspace_id: The workspace that it belongs to; None = public.
        kind: Kind of source, as far as it is known before the first fetch.
        address: Folder path or URL.
        name: For people. A private source is renamed; a public one keeps its first
            name, which other workspaces see too.
        rename: False: an existing private source keeps its name as well.
    """
    private = workspace_id is not None
    again = case((sources.c.stopped, null()), else_=sources.c.next_poll_at)
    row = conn.execute(
        insert_into(conn, sources)
        .values(workspace_id=workspace_id, kind=kind, address=address, name=name)
        .on_conflict_do_update(
            index_elements=["workspace_id", "address"] if private else ["address"],
            index_where=None if private else sources.c.workspace_id.is_(None),
            set_={
                "name": name if private and rename else sources.c.name,
                "stopped": false(),
                "next_poll_at": again,
            },
        )
        .returning(sources)
    ).one()
    return source_from_row(row)


def list_sources(conn: Connection, scope: Scope) -> tuple[Source, ...]:
    """List the workspace's private sources, and the public ones that it uses."""
    return _list_sources(conn, filter_visible_sources(scope))


def list_source_ids(
    conn: Connection, scope: Scope, *, only: Collection[int] | None = None
) -> list[int]:
    """List the keys of the same sources; `only` restricts them to these keys."""
    query = select(sources.c.id).where(filter_visible_sources(scope))
    if only is not None:
        query = query.where(sources.c.id.in_(only))
    return list_scalars(conn, query)


def list_digest_sources(
    conn: Connection, *, keys: Collection[int]
) -> tuple[Source, ...]:
    """List the sources of these digests (keys), each once."""
    used = select(digest_sources.c.source_id).where(
        digest_sources.c.digest_id.in_(keys), ~digest_sources.c.paused
    )
    return _list_sources(conn, sources.c.id.in_(used))


def find_source(conn: Connection, *, source_id: int) -> Source | None:
    """Find the source with this key; None if it was deleted."""
    query = select(sources).where(sources.c.id == source_id)
    return find_first(conn, query, source_from_row)


def list_due_sources(
    conn: Connection, *, now: datetime, limit: int
) -> tuple[Source, ...]:
    """List the sources in use that are due for a poll, the most overdue first."""
    found = conn.execute(
        select(sources)
        .where(_is_polled(), is_due(sources.c.next_poll_at, now))
        .order_by(sources.c.next_poll_at.nulls_first(), sources.c.id)
        .limit(limit)
    )
    return tuple(map(source_from_row, found))


def find_next_poll_at(conn: Connection, *, now: datetime) -> datetime | None:
    """Find when the next source is due: `now` if one was never polled."""
    newcomer = select(sources.c.id).where(
        _is_polled(), sources.c.next_poll_at.is_(None)
    )
    if has_row(conn, newcomer):
        return now
    query = select(func.min(sources.c.next_poll_at)).where(_is_polled())
    return first_scalar(conn, query)


def update_source(conn: Connection, *, source: Source) -> None:
    """Store the source after a poll: its name, kind and state."""
    values = {name: getattr(source, name) for name in _READING_COLUMNS}
    update_rows(conn, sources, sources.c.id == source.id, **values)


def back_off_host(conn: Connection, *, host: str, until: datetime) -> None:
    """Poll no source of a host before `until`; a later instant already set stays."""
    there = or_(
        *(
            or_(
                sources.c.address == f"{scheme}://{host}",
                sources.c.address.startswith(f"{scheme}://{host}/", autoescape=True),
            )
            for scheme in ("http", "https")
        )
    )
    shorter = or_(sources.c.backoff_until.is_(None), sources.c.backoff_until < until)
    update_rows(
        conn,
        sources,
        there,
        shorter,
        backoff_until=until,
        next_poll_at=case(
            (sources.c.next_poll_at > until, sources.c.next_poll_at),
            else_=literal(until, Instant),
        ),
    )


#: The columns that a poll updates.
_READING_COLUMNS = (
    "kind", "name", "last_success_at", "problem", "requested_at", "next_poll_at",
    "failures", "backoff_until", "stopped", "etag", "last_modified", "moved_to",
    "moved_count", "items_per_day", "notice", "noticed_at",
)  # fmt: skip


def source_from_row(row: Row[Any]) -> Source:
    """Build a `Source` from a row of the table."""
    return from_row(Source, row)


def _list_sources(conn: Connection, where: Condition) -> tuple[Source, ...]:
    query = select(sources).where(where).order_by(sources.c.id)
    return tuple(map(source_from_row, conn.execute(query)))


def _is_polled() -> Condition:
    """Condition: a digest that is not paused reads the source."""
    used = (
        select(digest_sources.c.source_id)
        .join(digests, digests.c.id == digest_sources.c.digest_id)
        .where(~digests.c.paused, ~digest_sources.c.paused)
    )
    return and_(~sources.c.stopped, sources.c.id.in_(used))
