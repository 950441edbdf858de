"""Digests of workspaces and people.

Sources, destinations and schedules are in tables of links; pauses have columns; every
other setting is in the JSON column `settings`. The sources of a personal digest are
those of the workspace's digests, and its filters are the person's follows: both are
computed when it is loaded.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, Text, or_, select, type_coerce

from bot.errors import UnknownName
from bot.model.digest import Destination, Digest, Source
from bot.model.scope import PersonScope, Scope
from bot.model.settings import DEFAULT_DIGEST_OPTIONS, DigestOptions, FullTextUse
from bot.storage import destination_store, reader_store
from bot.storage.schema import (
    destinations,
    digest_destinations,
    digest_sources,
    digests,
    occurrences,
    schedules,
    sources,
    workspaces,
)
from bot.storage.schema.configuration_tables import IS_WORKSPACE_DIGEST
from bot.storage.statements import (
    count_rows,
    delete_rows,
    find_first,
    first_scalar,
    from_row,
    in_scope,
    insert_all,
    list_all,
    list_scalars,
    update_rows,
    upsert,
)
from digests.types import frozen

_SOURCE, _DIGEST, _LINK = sources.c, digests.c, digest_sources.c
_OCCURRENCE = occurrences.c


@frozen
class DigestPause:
    """The pauses of a digest."""

    paused: bool
    paused_until: date | None
    skips: tuple[date, ...]
    quiet_hours: str | None
    #: How long before its moment an edition is shown to editors; None = it is not.
    review_lead: timedelta | None = None


def upsert_digest(
    conn: Connection,
    scope: Scope,
    name: str,
    sources: Sequence[Source],
    destinations: Sequence[Destination],
    options: DigestOptions = DEFAULT_DIGEST_OPTIONS,
    paused_sources: Sequence[Source] = (),
    called: Mapping[int, str] | None = None,
    full_texts: Mapping[int, FullTextUse] | None = None,
    pictures: Collection[int] = (),
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
        full_texts: Whether their pages are read, by their keys; left out = auto.
        pictures: Keys of the sources of whose articles pictures are shown.

    Raises:
        UnknownName: A source or destination does not belong to this workspace.
    """
    row = upsert(
        conn,
        digests,
        {**asdict(scope), "name": name},
        {"settings": options.to_stored()},
        new={"paused": False},
        where=IS_WORKSPACE_DIGEST,
    )
    columns = {
        "called": called or {},
        "full_text": full_texts or {},
        "pictures": {
            each.id: each.id in pictures for each in (*sources, *paused_sources)
        },
    }
    _link_sources(conn, scope, row.id, sources, paused_sources, columns)
    _link_destinations(conn, scope, row.id, destinations)
    return _load_digests(conn, [row])[0]


def find_digest(conn: Connection, scope: Scope, digest_id: int) -> Digest | None:
    """Find the digest with this key."""
    return find_digest_where(conn, scope, id=digest_id)


def find_digest_where(conn: Connection, scope: Scope, **values: Any) -> Digest | None:
    """Find the present digest with these values in its columns."""
    mine = in_scope(digests, scope, deleted_at=None, **values)
    row = conn.execute(select(digests).where(mine)).first()
    return _load_digests(conn, [row])[0] if row else None


def find_digest_pause(
    conn: Connection, scope: Scope, digest_id: int
) -> DigestPause | None:
    """Load the pauses of the digest, which is all that planning needs."""
    mine = in_scope(digests, scope, id=digest_id, deleted_at=None)
    return find_first(conn, select(digests).where(mine), _pause_from_row)


def _pause_from_row(row: Row[Any]) -> DigestPause:
    options = DigestOptions.from_stored(row.settings)
    skips = _parse_dates(row.skips)
    reviewed = options.review != "off" and row.person_id is None
    return from_row(
        DigestPause,
        row,
        skips=skips,
        quiet_hours=options.quiet_hours,
        review_lead=timedelta(minutes=options.review_lead) if reviewed else None,
    )


def rename_review_channel(
    conn: Connection, scope: Scope, *, old: str, new: str
) -> None:
    """Let the digests whose drafts are shown in a destination know its new name."""
    if old == new:
        return
    mine = in_scope(digests, scope, person_id=None)
    for row in conn.execute(select(digests.c.id, digests.c.settings).where(mine)).all():
        if (row.settings or {}).get("review_channel") == old:
            settings = {**row.settings, "review_channel": new}
            digest = in_scope(digests, scope, id=row.id)
            update_rows(conn, digests, digest, settings=settings)


def find_digest_by_name(conn: Connection, scope: Scope, name: str) -> Digest | None:
    """Find the digest with exactly this name."""
    return find_digest_where(conn, scope, name=name, person_id=None)


def list_digests(
    conn: Connection,
    scope: Scope,
    keys: Collection[int] | None = None,
) -> tuple[Digest, ...]:
    """List the workspace's digests, in the order of their creation.

    Personal digests are in `personal_digest_store`.

    Args:
        conn: The database.
        scope: The workspace.
        keys: Only those with these keys.
    """
    ours = in_scope(digests, scope, person_id=None, deleted_at=None)
    query = select(digests).where(ours).order_by(_DIGEST.id)
    if keys is not None:
        query = query.where(_DIGEST.id.in_(keys))
    return _load_digests(conn, conn.execute(query).all())


def list_planned_digests(conn: Connection, scope: Scope) -> tuple[Digest, ...]:
    """List the workspace's digests with their schedules and what holds these back.

    All else has its default: with a thousand digests most of the time is for that.
    """
    ours = in_scope(digests, scope, person_id=None, deleted_at=None)
    named = (_DIGEST.id, _DIGEST.workspace_id, _DIGEST.name)
    pauses = (_DIGEST.paused, _DIGEST.paused_until, _DIGEST.skips)
    # Many have the same settings, which are read once.
    stored = type_coerce(_DIGEST.settings, Text).label("stored")
    query: Select[Any] = select(*named, *pauses, stored).where(ours)
    rows = conn.execute(query.order_by(_DIGEST.id)).all()
    keys = [row.id for row in rows]
    zones: dict[int, str] = dict(list_all(conn, _select_zones(rows), tuple))
    planned = _load_schedules(conn, keys)
    deferred = _find_deferred(conn, keys)
    options = {
        text: DigestOptions(quiet_hours=json.loads(text).get("quiet_hours"))
        for text in {row.stored for row in rows}
    }
    return tuple(
        from_row(
            Digest,
            row,
            sources=(),
            destinations=(),
            options=options[row.stored],
            skips=_parse_dates(row.skips),
            deferred_until=deferred.get(row.id),
            default_zone=zones[row.workspace_id],
            **_plan(planned.get(row.id, ())),
        )
        for row in rows
    )


def list_destinations_of(
    conn: Connection, scope: Scope, keys: Collection[int]
) -> Mapping[int, tuple[Destination, ...]]:
    """List where each of these digests of the workspace posts, by the digest's key."""
    ours = in_scope(digests, scope, person_id=None, deleted_at=None)
    mine = list_scalars(conn, select(_DIGEST.id).where(ours, _DIGEST.id.in_(keys)))
    return {
        key: tuple(map(destination_store.destination_from_row, rows))
        for key, rows in _load_destinations(conn, mine).items()
    }


def list_digest_names(conn: Connection, scope: Scope) -> tuple[tuple[int, str], ...]:
    """List key and name of the workspace's digests, in the order of their creation."""
    ours = in_scope(digests, scope, person_id=None, deleted_at=None)
    query = select(_DIGEST.id, _DIGEST.name).where(ours).order_by(_DIGEST.id)
    return list_all(conn, query, tuple)


def list_digests_with_source(
    conn: Connection, scope: Scope, source_id: int
) -> tuple[Digest, ...]:
    """List the workspace's digests that have this source, paused or not."""
    ours = in_scope(digests, scope, person_id=None, deleted_at=None)
    using = select(_LINK.digest_id).where(_LINK.source_id == source_id)
    query = select(digests).where(ours, _DIGEST.id.in_(using)).order_by(_DIGEST.id)
    return _load_digests(conn, conn.execute(query).all())


@frozen
class SourceUse:
    """A digest that has a source."""

    id: int
    name: str
    #: Whether the digest does not read the source for now.
    paused: bool


def list_source_uses(
    conn: Connection, scope: Scope, source_id: int
) -> tuple[SourceUse, ...]:
    """List the workspace's digests that have this source, paused or not."""
    ours = in_scope(digests, scope, person_id=None, deleted_at=None)
    query = (
        select(_DIGEST.id, _DIGEST.name, _LINK.paused)
        .join(digest_sources, _LINK.digest_id == _DIGEST.id)
        .where(ours, _LINK.source_id == source_id)
    )
    return list_all(conn, query.order_by(_DIGEST.id), SourceUse)


def list_some_digests(
    conn: Connection, scope: Scope, *, offset: int, count: int
) -> tuple[Digest, ...]:
    """List `count` digests as `list_digests` orders them, without their sources."""
    ours = in_scope(digests, scope, person_id=None, deleted_at=None)
    query = select(digests).where(ours).order_by(_DIGEST.id)
    rows = conn.execute(query.offset(offset).limit(count)).all()
    return _load_digests(conn, rows, with_sources=False)


def count_digests(conn: Connection, scope: Scope) -> int:
    """Count the workspace's digests, without personal ones."""
    ours = in_scope(digests, scope, person_id=None, deleted_at=None)
    return count_rows(conn, digests, ours)


def rename_digest(
    conn: Connection, scope: Scope, digest_id: int, name: str
) -> Digest | None:
    """Rename the digest; the name must be free. None: no such digest."""
    return _update_digest(conn, scope, digest_id, name=name)


def pause_digest(conn: Connection, scope: Scope, digest_id: int) -> Digest | None:
    """Pause the digest until it is resumed; None: no such digest."""
    return _update_digest(conn, scope, digest_id, paused=True)


def resume_digest(conn: Connection, scope: Scope, digest_id: int) -> Digest | None:
    """End the pauses of the digest; None: no such digest."""
    return _update_digest(conn, scope, digest_id, paused=False, paused_until=None)


def set_digest_pause(
    conn: Connection,
    scope: Scope,
    digest_id: int,
    paused: bool,
    until: date | None,
    skips: Iterable[date],
) -> Digest | None:
    """Replace all pauses of the digest; None: no such digest."""
    days = [day.isoformat() for day in sorted(set(skips))]
    values = {"paused": paused, "paused_until": until, "skips": days or None}
    return _update_digest(conn, scope, digest_id, **values)


def mark_sources_begun(
    conn: Connection, scope: Scope, digest_id: int, now: datetime
) -> frozenset[int]:
    """Record the first edition that reads each source; return the keys of new ones."""
    new = in_scope(digest_sources, scope, digest_id=digest_id, first_read_at=None)
    read = select(_LINK.source_id).where(new, ~_LINK.paused)
    begun = frozenset(list_scalars(conn, read))
    update_rows(conn, digest_sources, new, ~_LINK.paused, first_read_at=now)
    return begun


def delete_digest(
    conn: Connection, scope: Scope, digest_id: int, now: datetime
) -> bool:
    """Delete the digest; its editions stay, for the buttons of posted messages."""
    mine = in_scope(digests, scope, id=digest_id, deleted_at=None)
    if not update_rows(conn, digests, mine, deleted_at=now):
        return False
    for links in (schedules, digest_sources, digest_destinations):
        delete_rows(conn, links, links.c.digest_id == digest_id)
    return True


def restore_digest(conn: Connection, scope: Scope, digest_id: int) -> bool:
    """Restore a deleted digest with its ledger, so that nothing is published twice.

    Its sources, destinations and schedules are not restored. False: it was not
    deleted, or another digest has its name now.
    """
    mine = in_scope(digests, scope, id=digest_id)
    deleted = select(_DIGEST.name).where(mine, _DIGEST.deleted_at.is_not(None))
    name = first_scalar(conn, deleted)
    if name is None or find_digest_by_name(conn, scope, name):
        return False
    return update_rows(conn, digests, mine, deleted_at=None) > 0


def _link_sources(
    conn: Connection,
    scope: Scope,
    digest_id: int,
    read: Sequence[Source],
    paused: Sequence[Source],
    further: Mapping[str, Mapping[int, object]],
) -> None:
    """Replace the sources of a digest; `further` has columns with values by source."""
    mine = or_(in_scope(sources, scope), _SOURCE.workspace_id.is_(None))
    ids = [source.id for source in (*read, *paused)]
    _refuse_unknown(conn, select(_SOURCE.id).where(mine), ids, "A source")
    links = select(_LINK.source_id, _LINK.first_read_at)
    before = list_all(conn, links.where(_LINK.digest_id == digest_id), tuple)
    first_read_at: dict[int, datetime | None] = dict(before)
    not_read = {source.id for source in paused}
    columns = {
        key: {
            "first_read_at": first_read_at.get(key),
            "paused": key in not_read,
            **{name: values.get(key) for name, values in further.items()},
        }
        for key in ids
    }
    _replace_links(conn, digest_sources, "source_id", scope, digest_id, columns)


def _link_destinations(
    conn: Connection, scope: Scope, digest_id: int, wanted: Sequence[Destination]
) -> None:
    mine = select(destinations.c.id).where(in_scope(destinations, scope))
    ids = [destination.id for destination in wanted]
    _refuse_unknown(conn, mine, ids, "A destination")
    links: dict[int, dict[str, Any]] = {key: {} for key in ids}
    _replace_links(conn, digest_destinations, "destination_id", scope, digest_id, links)


def _refuse_unknown(
    conn: Connection, mine: Select[Any], ids: list[int], what: str
) -> None:
    if not set(list_scalars(conn, mine)).issuperset(ids):
        raise UnknownName(
            "{what} of this digest does not exist in this workspace.", what=what
        )


def _replace_links(
    conn: Connection,
    links: Table,
    key: str,
    scope: Scope,
    digest_id: int,
    columns: Mapping[int, Mapping[str, Any]],
) -> None:
    """Replace the links of a digest, in this order; `columns` are further values."""
    delete_rows(conn, links, links.c.digest_id == digest_id)
    same = {**asdict(scope), "digest_id": digest_id}
    rows = [
        {key: linked, "position": position, **same, **values}
        for position, (linked, values) in enumerate(columns.items())
    ]
    insert_all(conn, links, rows)


def _update_digest(
    conn: Connection, scope: Scope, digest_id: int, **values: Any
) -> Digest | None:
    mine = in_scope(digests, scope, id=digest_id, deleted_at=None)
    update_rows(conn, digests, mine, **values)
    return find_digest(conn, scope, digest_id)


def _load_digests(
    conn: Connection,
    rows: Sequence[Row[Any]],
    *,
    with_sources: bool = True,
) -> tuple[Digest, ...]:
    """Load digests with their links, by one query per kind of link."""
    keys = [row.id for row in rows]
    read: Mapping[int, list[Row[Any]]] = {}
    if with_sources:
        own = (_LINK.paused, _LINK.called, _LINK.full_text, _LINK.pictures)
        in_digest = select(sources, *own)
        here = _LINK.source_id == _SOURCE.id
        read = _load_links(
            conn, digest_sources, in_digest.join(digest_sources, here), keys
        )
    posted = _load_destinations(conn, keys)
    planned = _load_schedules(conn, keys)
    deferred = _find_deferred(conn, keys)
    zones: dict[int, str] = dict(list_all(conn, _select_zones(rows), tuple))
    found = (
        _digest_from_row(
            row,
            read.get(row.id, ()),
            posted.get(row.id, ()),
            planned.get(row.id, ()),
            deferred_until=deferred.get(row.id),
            default_zone=zones[row.workspace_id],
        )
        for row in rows
    )
    return tuple(
        digest if digest.person is None else _fill_personal_digest(conn, digest)
        for digest in found
    )


def _load_schedules(
    conn: Connection, keys: Collection[int]
) -> Mapping[int, list[Row[Any]]]:
    due = select(schedules.c.sentence, schedules.c.next_due_at)
    return _load_links(conn, schedules, due, keys)


def _load_destinations(
    conn: Connection, keys: Collection[int]
) -> Mapping[int, list[Row[Any]]]:
    here = digest_destinations.c.destination_id == destinations.c.id
    query = select(destinations).join(digest_destinations, here)
    return _load_links(conn, digest_destinations, query, keys)


def _load_links(
    conn: Connection, links: Table, query: Select[Any], keys: Collection[int]
) -> Mapping[int, list[Row[Any]]]:
    """Load what is linked to each of the digests, in the order of the links."""
    linked: dict[int, list[Row[Any]]] = defaultdict(list)
    query = query.add_columns(links.c.digest_id).where(links.c.digest_id.in_(keys))
    for row in conn.execute(query.order_by(links.c.position)):
        linked[row.digest_id].append(row)
    return linked


def _find_deferred(conn: Connection, keys: Collection[int]) -> dict[int, datetime]:
    """Find when the first deferred occurrence of each digest is due again."""
    deferred = select(_OCCURRENCE.digest_id, _OCCURRENCE.not_before).where(
        _OCCURRENCE.state == "deferred",
        _OCCURRENCE.not_before.is_not(None),
        _OCCURRENCE.digest_id.in_(keys),
    )
    latest_first = deferred.order_by(_OCCURRENCE.not_before.desc())
    return dict(list_all(conn, latest_first, tuple))


def _select_zones(rows: Iterable[Row[Any]]) -> Select[Any]:
    keys = {row.workspace_id for row in rows}
    return select(workspaces.c.id, workspaces.c.zone).where(workspaces.c.id.in_(keys))


def _digest_from_row(
    row: Row[Any],
    read: Sequence[Row[Any]],
    posted: Sequence[Row[Any]],
    planned: Sequence[Row[Any]],
    **known: Any,
) -> Digest:
    read_sources = [(each.paused, from_row(Source, each)) for each in read]
    return from_row(
        Digest,
        row,
        sources=tuple(source for paused, source in read_sources if not paused),
        paused_sources=tuple(source for paused, source in read_sources if paused),
        destinations=tuple(map(destination_store.destination_from_row, posted)),
        options=DigestOptions.from_stored(row.settings),
        skips=_parse_dates(row.skips),
        person=row.person_id,
        **_plan(planned),
        **known,
    )


def _plan(planned: Sequence[Row[Any]]) -> dict[str, Any]:
    """Return the fields of a digest that are made of its schedules."""
    due = (entry.next_due_at for entry in planned if entry.next_due_at)
    return {
        "schedules": tuple(entry.sentence for entry in planned),
        "next_due": min(due, default=None),
    }


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
    chosen = reader_store.get_preferences(conn, person)
    return replace(
        own,
        default_zone=chosen.zone or own.default_zone,
        sources=list_read_sources(conn, own.scope),
        options=own.options.model_copy(update={"include": follows}),
        more=tuple(term for term, way in wishes.items() if way == "more"),
        less=tuple(term for term, way in wishes.items() if way == "less"),
    )


def list_read_sources(conn: Connection, scope: Scope) -> tuple[Source, ...]:
    """List the sources that any digest of the workspace reads.

    Full texts of a source are wanted as by the digest that wants most of them.
    """
    query = (
        select(sources, _LINK.full_text)
        .join(digest_sources, _LINK.source_id == _SOURCE.id)
        .join(digests, _DIGEST.id == _LINK.digest_id)
        .where(in_scope(digest_sources, scope), ~_LINK.paused, IS_WORKSPACE_DIGEST)
        .order_by(_SOURCE.id)
    )
    found: dict[int, Source] = {}
    for source in list_all(conn, query, Source):
        known = found.setdefault(source.id, source)
        wanted = min((known, source), key=lambda s: _WANTED.index(s.full_text))
        found[source.id] = wanted
    return tuple(found.values())


#: The setting of full texts, the one that wants most of them first.
_WANTED: tuple[FullTextUse | None, ...] = ("always", None, "auto", "never")
