"""Sources: public ones are stored once for all, private ones belong to a workspace.

The queries of the ingest cover all workspaces.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, case, false, func, literal, null, or_, select

from bot.model.digest import Source, SourceKind
from bot.model.scope import Scope
from bot.storage.columns import Instant
from bot.storage.schema import digest_sources, digests, sources
from bot.storage.statements import (
    Condition,
    filter_visible_sources,
    find_first,
    first_scalar,
    from_row,
    has_row,
    is_due,
    list_all,
    list_scalars,
    update_rows,
    upsert,
)

_LINK, _SOURCE = digest_sources.c, sources.c


def upsert_source(
    conn: Connection,
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
    owner = {"workspace_id": workspace_id} if private else {}
    again = case((_SOURCE.stopped, null()), else_=_SOURCE.next_poll_at)
    row = upsert(
        conn,
        sources,
        {**owner, "address": address},
        {
            "name": name if private and rename else _SOURCE.name,
            "stopped": false(),
            "next_poll_at": again,
        },
        new={"kind": kind, "name": name, "next_poll_at": None},
        where=None if private else _SOURCE.workspace_id.is_(None),
    )
    return from_row(Source, row)


def list_sources(conn: Connection, scope: Scope) -> tuple[Source, ...]:
    """List the workspace's private sources, and the public ones that it uses."""
    return _list_sources(conn, filter_visible_sources(scope))


def list_folders(conn: Connection, scope: Scope) -> tuple[Source, ...]:
    """List the folders among these sources."""
    is_folder = _SOURCE.kind == "folder"
    return _list_sources(conn, and_(is_folder, filter_visible_sources(scope)))


def list_source_ids(
    conn: Connection, scope: Scope, only: Collection[int] | None = None
) -> list[int]:
    """List the keys of the same sources; `only` restricts them to these keys."""
    query = select(_SOURCE.id).where(filter_visible_sources(scope))
    if only is not None:
        query = query.where(_SOURCE.id.in_(only))
    return list_scalars(conn, query)


def list_digest_sources(conn: Connection, keys: Collection[int]) -> tuple[Source, ...]:
    """List the sources of these digests (keys), each once."""
    mine = _LINK.digest_id.in_(keys)
    used = select(_LINK.source_id).where(mine, ~_LINK.paused)
    return _list_sources(conn, _SOURCE.id.in_(used))


def find_source(conn: Connection, source_id: int) -> Source | None:
    """Find the source with this key; None if it was deleted."""
    return find_first(conn, select(sources).where(_SOURCE.id == source_id), Source)


def list_due_sources(conn: Connection, now: datetime, limit: int) -> tuple[Source, ...]:
    """List the sources in use that are due for a poll, the most overdue first."""
    due = select(sources).where(_is_polled(), is_due(_SOURCE.next_poll_at, now))
    query = due.order_by(_SOURCE.next_poll_at.nulls_first(), _SOURCE.id)
    return list_all(conn, query.limit(limit), Source)


def find_next_poll_at(conn: Connection, now: datetime) -> datetime | None:
    """Find when the next source is due: `now` if one was never polled."""
    at = _SOURCE.next_poll_at
    if has_row(conn, select(_SOURCE.id).where(_is_polled(), at.is_(None))):
        return now
    return first_scalar(conn, select(func.min(at)).where(_is_polled()))


def update_source(conn: Connection, source: Source) -> None:
    """Store the source after a poll: its name, kind and state."""
    values = {name: getattr(source, name) for name in _READING_COLUMNS}
    update_rows(conn, sources, _SOURCE.id == source.id, **values)


def back_off_host(conn: Connection, host: str, until: datetime) -> None:
    """Poll no source of a host before `until`; a later instant already set stays."""
    address, shown = _SOURCE.address, []
    for site in (f"http://{host}", f"https://{host}"):
        shown += [address == site, address.startswith(f"{site}/", autoescape=True)]
    shorter = or_(_SOURCE.backoff_until.is_(None), _SOURCE.backoff_until < until)
    later = (_SOURCE.next_poll_at > until, _SOURCE.next_poll_at)
    next_poll_at = case(later, else_=literal(until, Instant))
    values = {"backoff_until": until, "next_poll_at": next_poll_at}
    update_rows(conn, sources, or_(*shown), shorter, **values)


#: The columns that a poll updates.
_READING_COLUMNS = (
    "kind", "name", "last_success_at", "problem", "requested_at", "next_poll_at",
    "failures", "backoff_until", "stopped", "etag", "last_modified", "moved_to",
    "moved_count", "items_per_day", "notice", "noticed_at",
)  # fmt: skip


def _list_sources(conn: Connection, where: Condition) -> tuple[Source, ...]:
    return list_all(conn, select(sources).where(where).order_by(_SOURCE.id), Source)


def _is_polled() -> Condition:
    """Condition: a digest that is not paused reads the source."""
    used = (
        select(_LINK.source_id)
        .join(digests, digests.c.id == _LINK.digest_id)
        .where(~digests.c.paused, ~_LINK.paused)
    )
    return and_(~_SOURCE.stopped, _SOURCE.id.in_(used))
