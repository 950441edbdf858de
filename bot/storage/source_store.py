"""Sources: public ones are stored once for all, private ones belong to a workspace.

The queries of the ingest cover all workspaces.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
)

from bot.model.digest import Source, SourceKind
from bot.model.quotas import CHARACTERS_PER_ARTICLE
from bot.model.scope import Scope
from bot.storage.columns import Instant
from bot.storage.schema import (
    articles,
    digest_sources,
    digests,
    revisions,
    sources,
    workspaces,
)
from bot.storage.schema.configuration_tables import IS_WORKSPACE_DIGEST
from bot.storage.statements import (
    Condition,
    batched,
    filter_visible_sources,
    find_first,
    first_scalar,
    from_row,
    has_row,
    in_scope,
    is_due,
    list_all,
    list_scalars,
    update_rows,
    upsert,
)
from digests.types import frozen

_LINK, _SOURCE = digest_sources.c, sources.c
#: Whether the text of a revision was not deleted.
HAS_TEXT = or_(revisions.c.text != "", revisions.c.title.is_not(None))
#: `count_text` of a revision.
TEXT_SIZE = 1 + func.length(revisions.c.text) // CHARACTERS_PER_ARTICLE
#: Due sources of which the order is computed, as a multiple of those that are listed:
#: 0.1 s for twenty thousand of one workspace that are due at once.
_DUE_COMPARED = 100


def upsert_source(
    conn: Connection,
    workspace_id: int | None,
    kind: SourceKind,
    address: str,
    name: str,
) -> Source:
    """Create the source, or find it by its address; one that had ended is polled again.

    Args:
        conn: Inside a transaction.
        workspace_id: The workspace that it belongs to; None = public.
        kind: Kind of source, as far as it is known before the first fetch.
        address: Folder path or URL.
        name: For people. An existing source keeps its name.
    """
    private = workspace_id is not None
    owner = {"workspace_id": workspace_id} if private else {}
    again = case((_SOURCE.stopped, null()), else_=_SOURCE.next_poll_at)
    row = upsert(
        conn,
        sources,
        {**owner, "address": address},
        {
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
    """List sources in use that are due for a poll, those of all workspaces in turns.

    The most overdue one of each workspace comes first, then the second of each, …
    """
    overdue = (_SOURCE.next_poll_at.nulls_first(), _SOURCE.id)
    due = select(_SOURCE.id).where(_is_polled(), is_due(_SOURCE.next_poll_at, now))
    # Many more than are returned, but not all of a large installation.
    oldest = due.order_by(*overdue).limit(_DUE_COMPARED * limit).subquery()
    reader = _select_reading_workspaces(select(oldest.c.id)).subquery()
    turn = func.row_number().over(partition_by=reader.c.workspace_id, order_by=overdue)
    query = select(sources).join(reader, reader.c.source_id == _SOURCE.id)
    return list_all(conn, query.order_by(turn, *overdue).limit(limit), Source)


def find_reading_workspaces(
    conn: Connection, source_ids: Collection[int]
) -> dict[int, int]:
    """Map sources to the workspace that reads them; the oldest one, if several do."""
    found: dict[int, int] = {}
    for some in batched(source_ids):
        rows = conn.execute(_select_reading_workspaces(some))
        found |= {row.source_id: row.workspace_id for row in rows}
    return found


def _select_reading_workspaces(
    source_ids: Collection[int] | Select[tuple[int]],
) -> Select[tuple[int, int]]:
    first = func.min(digests.c.workspace_id).label("workspace_id")
    return (
        select(_LINK.source_id, first)
        .join(digests, digests.c.id == _LINK.digest_id)
        .where(_LINK.source_id.in_(source_ids), ~_LINK.paused)
        .group_by(_LINK.source_id)
    )


@frozen
class FailingSource:
    """A source that could not be read lately, as one digest uses it."""

    workspace_id: int
    digest_id: int
    source: Source


def list_failing_sources(conn: Connection, scope: Scope) -> tuple[FailingSource, ...]:
    """List the sources that ended or fail, once for each digest that reads them.

    Sources of paused digests are not polled, and are left out.
    """
    return _load_failing_sources(conn, in_scope(digest_sources, scope))


def list_all_failing_sources(conn: Connection) -> tuple[FailingSource, ...]:
    """List those of all workspaces."""
    return _load_failing_sources(conn)


def _load_failing_sources(
    conn: Connection, *conditions: ColumnElement[bool]
) -> tuple[FailingSource, ...]:
    fails = or_(_SOURCE.stopped, _SOURCE.failures > 0)
    if not has_row(conn, select(_SOURCE.id).where(fails)):
        # The usual case, without the links of thousands of digests.
        return ()
    here = workspaces.c.id == _LINK.workspace_id
    query = (
        select(sources, _LINK.called, _LINK.workspace_id.label("user_id"))
        .add_columns(_LINK.digest_id)
        .join(digest_sources, _LINK.source_id == _SOURCE.id)
        .join(digests, digests.c.id == _LINK.digest_id)
        .join(workspaces, here)
        .where(fails, ~_LINK.paused)
        .where(IS_WORKSPACE_DIGEST, ~digests.c.paused, workspaces.c.left_at.is_(None))
        .where(*conditions)
        .order_by(_LINK.workspace_id, _SOURCE.id, _LINK.digest_id)
    )
    return tuple(
        FailingSource(
            workspace_id=row.user_id,
            digest_id=row.digest_id,
            source=from_row(Source, row),
        )
        for row in conn.execute(query)
    )


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


# ── how much is stored ─────────────────────────────────────────────────────────


def add_stored_articles(
    conn: Connection, source: int | ScalarSelect[Any], count: int
) -> None:
    """Count stored texts (`count_text`) of a source, unless it is still uncounted."""
    stored = _SOURCE.stored_articles
    update_rows(conn, sources, _SOURCE.id == source, stored_articles=stored + count)


def subtract_texts(conn: Connection, article_ids: Collection[int]) -> None:
    """Subtract the texts of these articles, which are about to be deleted."""
    for source, count in _count_texts(conn, articles.c.id.in_(article_ids)):
        add_stored_articles(conn, source, -count)


def count_next_source(conn: Connection) -> bool:
    """Count the texts of a source that is still uncounted; False if there is none."""
    uncounted = _SOURCE.stored_articles.is_(None)
    # Locked first: what others are storing is counted once, here or by them.
    mine = select(_SOURCE.id).where(uncounted).order_by(_SOURCE.id).limit(1)
    source = first_scalar(conn, mine.with_for_update(skip_locked=True))
    if source is None:
        return False
    counts = dict(_count_texts(conn, articles.c.source_id == source))
    stored = counts.get(source, 0)
    update_rows(conn, sources, _SOURCE.id == source, stored_articles=stored)
    return True


def _count_texts(conn: Connection, where: Condition) -> tuple[tuple[int, int], ...]:
    """Sum up the texts of articles by source."""
    query = (
        select(articles.c.source_id, func.sum(TEXT_SIZE))
        .join(revisions, revisions.c.article_id == articles.c.id)
        .where(where, HAS_TEXT)
        .group_by(articles.c.source_id)
    )
    return list_all(conn, query, tuple)


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


def list_backoffs(conn: Connection, now: datetime) -> dict[str, datetime]:
    """List the addresses of sources whose hosts asked for a pause, and until when."""
    query = select(_SOURCE.address, _SOURCE.backoff_until)
    return dict(list_all(conn, query.where(_SOURCE.backoff_until > now), tuple))


#: The columns that a poll updates.
_READING_COLUMNS = (
    "kind", "name", "last_success_at", "problem", "requested_at", "next_poll_at",
    "failures", "backoff_until", "stopped", "etag", "last_modified", "moved_to",
    "moved_count", "items_per_day", "notice", "noticed_at", "completeness",
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
