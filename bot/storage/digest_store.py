"""Digests of workspaces and people.

Sources, destinations and schedules are in tables of links; pauses have columns; every
other setting is in the JSON column `settings`. The sources of a personal digest are
those of the workspace's digests, and its filters are the person's follows: both are
computed when it is loaded.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.errors import UnknownName
from bot.model.digest import Digest
from bot.model.settings import DEFAULT_DIGEST_OPTIONS, DigestOptions
from bot.model.source import Source
from bot.model.workspace import Destination, PersonScope, Scope
from bot.storage import destination_store, reader_store, source_store
from bot.storage.schema import (
    destinations,
    digest_destinations,
    digest_sources,
    digests,
    schedules,
    sources,
)
from bot.storage.schema.configuration_tables import IS_WORKSPACE_DIGEST
from bot.storage.statements import in_scope, insert_into


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestPause:
    """The pauses of a digest."""

    paused: bool
    paused_until: date | None
    skips: tuple[date, ...]
    quiet_hours: str | None


def upsert_digest(
    conn: Connection,
    scope: Scope,
    *,
    name: str,
    sources: Sequence[Source],
    destinations: Sequence[Destination],
    options: DigestOptions = DEFAULT_DIGEST_OPTIONS,
    paused_sources: Sequence[Source] = (),
    called: Mapping[int, str] | None = None,
) -> Digest:
    """Create the digest `name`, or replace its settings, sources and destinations.

    Schedules and pauses have functions of their own and stay as they are.

    Args:
        conn: Inside a transaction.
        scope: The workspace.
        name: Name of the digest.
        sources: Sources to read, in order.
        destinations: Destinations, in order.
        options: All other settings.
        paused_sources: Sources to keep but not to read.
        called: Names of sources in this digest, by their keys.

    Raises:
        UnknownName: A source or destination does not belong to this workspace.
    """
    content = {"settings": options.to_stored()}
    digest_id = conn.execute(
        insert_into(conn, digests)
        .values(workspace_id=scope.workspace_id, name=name, paused=False, **content)
        .on_conflict_do_update(
            index_elements=["workspace_id", "name"],
            index_where=IS_WORKSPACE_DIGEST,
            set_=content,
        )
        .returning(digests.c.id)
    ).scalar_one()
    _link_sources(conn, scope, digest_id, sources, paused_sources)
    _name_sources(conn, digest_id, called or {})
    _link_destinations(conn, scope, digest_id, destinations)
    return _get_digest(conn, scope, digest_id)


def find_digest(conn: Connection, scope: Scope, *, digest_id: int) -> Digest | None:
    """Find the digest with this key."""
    return _find_digest(conn, scope, digests.c.id == digest_id)


def find_digest_pause(
    conn: Connection, scope: Scope, *, digest_id: int
) -> DigestPause | None:
    """Load the pauses of the digest, which is all that planning needs."""
    row = conn.execute(
        select(
            digests.c.paused,
            digests.c.paused_until,
            digests.c.skips,
            digests.c.settings,
        ).where(digests.c.id == digest_id, *_is_present(scope))
    ).first()
    if row is None:
        return None
    return DigestPause(
        paused=row.paused,
        paused_until=row.paused_until,
        skips=_parse_dates(row.skips),
        quiet_hours=DigestOptions.from_stored(row.settings).quiet_hours,
    )


def find_digest_by_name(conn: Connection, scope: Scope, *, name: str) -> Digest | None:
    """Find the digest with exactly this name."""
    return _find_digest(conn, scope, and_(digests.c.name == name, IS_WORKSPACE_DIGEST))


def list_digests(conn: Connection, scope: Scope) -> tuple[Digest, ...]:
    """List the workspace's digests, in the order of their creation.

    Personal digests are in `personal_digest_store`.
    """
    rows = conn.execute(
        select(digests)
        .where(in_scope(digests, scope), IS_WORKSPACE_DIGEST)
        .order_by(digests.c.id)
    ).all()
    return _load_digests(conn, rows)


def rename_digest(
    conn: Connection, scope: Scope, *, digest_id: int, name: str
) -> Digest | None:
    """Rename the digest; the name must be free. None: no such digest."""
    return _update_digest(conn, scope, digest_id, {"name": name})


def pause_digest(conn: Connection, scope: Scope, *, digest_id: int) -> Digest | None:
    """Pause the digest until it is resumed; None: no such digest."""
    return _update_digest(conn, scope, digest_id, {"paused": True})


def pause_digest_until(
    conn: Connection, scope: Scope, *, digest_id: int, day: date | None
) -> Digest | None:
    """Pause the digest until this local date; None as `day` ends the pause."""
    return _update_digest(conn, scope, digest_id, {"paused_until": day})


def set_skipped_dates(
    conn: Connection, scope: Scope, *, digest_id: int, days: Iterable[date]
) -> Digest | None:
    """Replace the local dates to skip; None: no such digest."""
    found = [day.isoformat() for day in sorted(set(days))]
    return _update_digest(conn, scope, digest_id, {"skips": found or None})


def resume_digest(conn: Connection, scope: Scope, *, digest_id: int) -> Digest | None:
    """End the pauses of the digest; None: no such digest."""
    values = {"paused": False, "paused_until": None}
    return _update_digest(conn, scope, digest_id, values)


def set_digest_pause(
    conn: Connection,
    scope: Scope,
    *,
    digest_id: int,
    paused: bool,
    until: date | None,
    skips: Iterable[date],
) -> Digest | None:
    """Replace all pauses of the digest; None: no such digest."""
    days = [day.isoformat() for day in sorted(set(skips))]
    values = {"paused": paused, "paused_until": until, "skips": days or None}
    return _update_digest(conn, scope, digest_id, values)


def mark_sources_begun(
    conn: Connection, scope: Scope, *, digest_id: int, now: datetime
) -> frozenset[int]:
    """Record the first edition that reads each source; return the keys of new ones."""
    mine = (
        digest_sources.c.digest_id == digest_id,
        in_scope(digest_sources, scope),
        digest_sources.c.first_read_at.is_(None),
        ~digest_sources.c.paused,
    )
    new = conn.execute(select(digest_sources.c.source_id).where(*mine)).scalars()
    begun = frozenset(new)
    conn.execute(update(digest_sources).where(*mine).values(first_read_at=now))
    return begun


def delete_digest(
    conn: Connection, scope: Scope, *, digest_id: int, now: datetime
) -> bool:
    """Delete the digest; its editions stay, for the buttons of posted messages."""
    gone = conn.execute(
        update(digests)
        .where(digests.c.id == digest_id, *_is_present(scope))
        .values(deleted_at=now)
    )
    if gone.rowcount == 0:
        return False
    for links in (schedules, digest_sources, digest_destinations):
        conn.execute(links.delete().where(links.c.digest_id == digest_id))
    return True


def restore_digest(conn: Connection, scope: Scope, *, digest_id: int) -> bool:
    """Restore a deleted digest with its ledger, so that nothing is published twice.

    Its sources, destinations and schedules are not restored. False: it was not
    deleted, or another digest has its name now.
    """
    was = conn.execute(
        select(digests.c.name).where(
            digests.c.id == digest_id,
            in_scope(digests, scope),
            digests.c.deleted_at.is_not(None),
        )
    ).scalar()
    if was is None or find_digest_by_name(conn, scope, name=was):
        return False
    conn.execute(
        update(digests)
        .where(digests.c.id == digest_id, in_scope(digests, scope))
        .values(deleted_at=None)
    )
    return True


def _link_sources(
    conn: Connection,
    scope: Scope,
    digest_id: int,
    read: Sequence[Source],
    paused: Sequence[Source],
) -> None:
    mine = or_(in_scope(sources, scope), sources.c.workspace_id.is_(None))
    ids = [source.id for source in (*read, *paused)]
    _refuse_unknown(conn, select(sources.c.id).where(mine), ids, "A source")
    kept = conn.execute(
        select(digest_sources.c.source_id, digest_sources.c.first_read_at).where(
            digest_sources.c.digest_id == digest_id,
            digest_sources.c.first_read_at.is_not(None),
        )
    ).all()
    _replace_links(conn, digest_sources, "source_id", scope, digest_id, ids)
    for source_id, first_read_at in kept:
        conn.execute(
            update(digest_sources)
            .where(
                digest_sources.c.digest_id == digest_id,
                digest_sources.c.source_id == source_id,
            )
            .values(first_read_at=first_read_at)
        )
    conn.execute(
        update(digest_sources)
        .where(
            digest_sources.c.digest_id == digest_id,
            digest_sources.c.source_id.in_([source.id for source in paused]),
        )
        .values(paused=True)
    )


def _name_sources(conn: Connection, digest_id: int, called: Mapping[int, str]) -> None:
    for source_id, name in called.items():
        conn.execute(
            update(digest_sources)
            .where(
                digest_sources.c.digest_id == digest_id,
                digest_sources.c.source_id == source_id,
            )
            .values(called=name)
        )


def _link_destinations(
    conn: Connection, scope: Scope, digest_id: int, wanted: Sequence[Destination]
) -> None:
    mine = select(destinations.c.id).where(in_scope(destinations, scope))
    ids = [destination.id for destination in wanted]
    _refuse_unknown(conn, mine, ids, "A destination")
    _replace_links(conn, digest_destinations, "destination_id", scope, digest_id, ids)


def _refuse_unknown(conn: Connection, mine: Any, ids: list[int], what: str) -> None:
    there = set(conn.execute(mine).scalars())
    if not there.issuperset(ids):
        raise UnknownName(
            "{what} of this digest does not exist in this workspace.", what=what
        )


def _replace_links(
    conn: Connection,
    links: Any,
    column: str,
    scope: Scope,
    digest_id: int,
    ids: list[int],
) -> None:
    conn.execute(links.delete().where(links.c.digest_id == digest_id))
    rows = [
        {
            "digest_id": digest_id,
            "workspace_id": scope.workspace_id,
            column: key,
            "position": position,
        }
        for position, key in enumerate(dict.fromkeys(ids))
    ]
    if rows:
        conn.execute(links.insert(), rows)


def _is_present(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (in_scope(digests, scope), digests.c.deleted_at.is_(None))


def _find_digest(
    conn: Connection, scope: Scope, which: ColumnElement[bool]
) -> Digest | None:
    row = conn.execute(select(digests).where(which, *_is_present(scope))).first()
    return _load_digests(conn, [row])[0] if row else None


def _get_digest(conn: Connection, scope: Scope, digest_id: int) -> Digest:
    found = find_digest(conn, scope, digest_id=digest_id)
    assert found is not None
    return found


def _update_digest(
    conn: Connection, scope: Scope, digest_id: int, values: dict[str, Any]
) -> Digest | None:
    conn.execute(
        update(digests)
        .where(digests.c.id == digest_id, *_is_present(scope))
        .values(values)
    )
    return find_digest(conn, scope, digest_id=digest_id)


def _load_digests(conn: Connection, rows: Sequence[Row[Any]]) -> tuple[Digest, ...]:
    """Load digests with their links, by one query per kind of link."""
    keys = [row.id for row in rows]

    def load(links: Table, query: Select[Any]) -> dict[int, list[Row[Any]]]:
        linked: dict[int, list[Row[Any]]] = defaultdict(list)
        query = query.add_columns(links.c.digest_id).where(links.c.digest_id.in_(keys))
        for row in conn.execute(query.order_by(links.c.position)):
            linked[row.digest_id].append(row)
        return linked

    read = load(
        digest_sources,
        select(sources, digest_sources.c.paused, digest_sources.c.called).join(
            digest_sources, digest_sources.c.source_id == sources.c.id
        ),
    )
    posted = load(
        digest_destinations,
        select(destinations).join(
            digest_destinations,
            digest_destinations.c.destination_id == destinations.c.id,
        ),
    )
    planned = load(schedules, select(schedules.c.sentence, schedules.c.next_due_at))
    found = (
        _digest_from_row(row, read[row.id], posted[row.id], planned[row.id])
        for row in rows
    )
    return tuple(
        digest if digest.person is None else _fill_personal_digest(conn, digest)
        for digest in found
    )


def _digest_from_row(
    row: Row[Any],
    read: Sequence[Row[Any]],
    posted: Sequence[Row[Any]],
    planned: Sequence[Row[Any]],
) -> Digest:
    return Digest(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        sources=tuple(source_store.source_from_row(e) for e in read if not e.paused),
        paused_sources=tuple(source_store.source_from_row(e) for e in read if e.paused),
        destinations=tuple(map(destination_store.destination_from_row, posted)),
        schedules=tuple(entry.sentence for entry in planned),
        next_due=min((e.next_due_at for e in planned if e.next_due_at), default=None),
        options=DigestOptions.from_stored(row.settings),
        paused=row.paused,
        paused_until=row.paused_until,
        skips=_parse_dates(row.skips),
        person=row.person_id,
    )


def _parse_dates(stored: Sequence[str] | None) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in stored or ())


def _fill_personal_digest(conn: Connection, own: Digest) -> Digest:
    """Add the sources, filters and feedback terms of a personal digest."""
    assert own.person is not None
    person = PersonScope(own.workspace_id, own.person)
    follows = tuple(one.name for one in reader_store.list_follows(conn, person))
    wishes: dict[str, str] = {}
    for given in reader_store.list_feedback(conn, person):
        for term in given.terms:
            # The newest feedback comes first.
            wishes.setdefault(term, given.direction)
    return replace(
        own,
        sources=_list_workspace_sources(conn, own.scope),
        options=own.options.model_copy(update={"include": follows}),
        more=tuple(term for term, way in wishes.items() if way == "more"),
        less=tuple(term for term, way in wishes.items() if way == "less"),
    )


def _list_workspace_sources(conn: Connection, scope: Scope) -> tuple[Source, ...]:
    """List the sources that any digest of the workspace reads."""
    read = (
        select(digest_sources.c.source_id)
        .join(digests, digests.c.id == digest_sources.c.digest_id)
        .where(
            in_scope(digest_sources, scope),
            ~digest_sources.c.paused,
            IS_WORKSPACE_DIGEST,
        )
    )
    found = conn.execute(
        select(sources).where(sources.c.id.in_(read)).order_by(sources.c.id)
    )
    return tuple(map(source_store.source_from_row, found))
