"""Delete data: workspaces that are erased, and contents past their retention.

    proposed → ordered → step, step, … → done

The rows of a workspace are derived from the table definitions: rows with its key, with
everything that cascades from them, and the public sources that no other workspace
reads, with their articles. A table that is added later needs no change here. Children
are deleted before their parents, so that no single row cascades to thousands: each step
is a short transaction, and others can write in between.

Ordering an erasure removes the workspace's name and platform id at once. From then on
it is not found, nothing is due there, and a bot that is added again starts anew.

Deleting old contents keeps the record that they existed: an article's ids and hashes
(if a source still lists it, it must not be news again), an edition's row (so that its
id can be explained), and the ledger of a digest. Corrections are deleted with the
contents of their edition. An open report is kept whatever its age.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Select,
    Table,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from bot.model.scope import PlatformName, Scope
from bot.storage import source_store
from bot.storage.columns import Instant, dump_dataclass
from bot.storage.schema import (
    articles,
    changes,
    compositions,
    corrections,
    deliveries,
    destinations,
    digest_sources,
    digests,
    edition_stories,
    editions,
    erasures,
    figures,
    grants,
    local_messages,
    metadata,
    picture_uses,
    pictures,
    quotes,
    reports,
    revisions,
    searchable,
    sources,
    stories,
    story_articles,
    workspaces,
)
from bot.storage.statements import (
    Condition,
    count_rows,
    delete_rows,
    find_first,
    from_row,
    has_values,
    in_scope,
    list_all,
    list_scalars,
    update_rows,
)
from digests.types import Edition, InputCounts, frozen

_EDITION, _WORKSPACE = editions.c, workspaces.c
_ERASURE, _REVISION = erasures.c, revisions.c
ErasureReason = Literal["asked", "left"]
PrunedKind = Literal["messages", "corrections", "reports", "decisions", "changes"]
#: Tables whose rows are counted for display.
_COUNTED_TABLES = (
    digests, destinations, grants, changes, editions, deliveries, sources, articles,
)  # fmt: skip
#: Rows that cascade from an article: revisions, their quotes, figures and words.
_ROWS_PER_ARTICLE = 20
#: Pages of the full text index that one step rewrites.
_INDEX_PAGES_PER_STEP = 200


@frozen
class Erasure:
    """A proposed, running or finished erasure of a workspace."""

    id: int
    workspace_id: int
    platform: PlatformName
    external_id: str
    #: The platform's id of the person who ordered it; None = the operator or automatic.
    person_id: str | None
    reason: ErasureReason
    #: Number of rows by table name.
    counts: Mapping[str, int]
    proposed_at: datetime
    ordered_at: datetime | None = None
    done_at: datetime | None = None


def count_workspace_rows(conn: Connection, scope: Scope) -> dict[str, int]:
    """Count the rows that would be erased, by table name."""
    return {
        table.name: count_rows(conn, table, _belongs_to_workspace(table, scope))
        for table in _COUNTED_TABLES
    }


def propose_erasure(
    conn: Connection,
    scope: Scope,
    person_id: str | None,
    reason: ErasureReason,
    now: datetime,
) -> Erasure:
    """Record an erasure that was shown for confirmation."""
    proposed = in_scope(erasures, scope, ordered_at=None)
    delete_rows(conn, erasures, proposed)
    mine = _WORKSPACE.id == scope.workspace_id
    space = conn.execute(select(workspaces).where(mine)).one()
    query = erasures.insert().values(
        **asdict(scope),
        platform=space.platform,
        external_id=space.external_id,
        person_id=person_id,
        reason=reason,
        counts=count_workspace_rows(conn, scope),
        proposed_at=now,
    )
    return from_row(Erasure, conn.execute(query.returning(erasures)).one())


def find_proposed_erasure(conn: Connection, scope: Scope) -> Erasure | None:
    """Find the workspace's erasure that was proposed and not ordered."""
    proposed = in_scope(erasures, scope, ordered_at=None)
    return find_first(conn, select(erasures).where(proposed), Erasure)


def order_erasure(conn: Connection, scope: Scope, now: datetime) -> bool:
    """Start the proposed erasure; False if it has already started."""
    proposed = in_scope(erasures, scope, ordered_at=None)
    if not update_rows(conn, erasures, proposed, ordered_at=now):
        return False
    update_rows(
        conn,
        workspaces,
        _WORKSPACE.id == scope.workspace_id,
        # No platform uses such an id, so the real one is free again.
        external_id=f"(erased {scope.workspace_id})",
        name="",
        left_at=func.coalesce(_WORKSPACE.left_at, literal(now, Instant)),
    )
    # A workspace that adds such a source meanwhile must fetch it completely.
    unshared = _is_read_by_nobody_else(scope)
    update_rows(conn, sources, unshared, etag=None, last_modified=None)
    return True


def list_ordered_erasures(conn: Connection) -> tuple[int, ...]:
    """List the keys of the workspaces that are being erased."""
    query = select(_ERASURE.workspace_id).where(
        _ERASURE.ordered_at.is_not(None), _ERASURE.done_at.is_(None)
    )
    return tuple(list_scalars(conn, query.order_by(_ERASURE.id)))


def list_workspaces_left_before(conn: Connection, before: datetime) -> tuple[int, ...]:
    """List keys of workspaces that the bot left before `before`, without an erasure."""
    ordered = select(_ERASURE.workspace_id).where(_ERASURE.ordered_at.is_not(None))
    query = select(_WORKSPACE.id).where(
        _WORKSPACE.left_at < before, _WORKSPACE.id.not_in(ordered)
    )
    return tuple(list_scalars(conn, query.order_by(_WORKSPACE.id)))


def erase_some_rows(conn: Connection, scope: Scope, rows: int) -> bool:
    """Erase up to `rows` rows of a workspace; False if there are none left.

    Its erasure must have been ordered.
    """
    if scope.workspace_id not in list_ordered_erasures(conn):
        return False
    for table in _list_tables():
        some = rows if table is not articles else max(1, rows // _ROWS_PER_ARTICLE)
        key = tuple_(*table.primary_key.columns)
        wanted = key.in_(_select_rows(table, scope).limit(some))
        if table is articles:
            # Somebody may begin to read their source before it is deleted itself.
            keys = list_scalars(conn, _select_rows(table, scope).limit(some))
            source_store.subtract_texts(conn, keys)
            wanted = articles.c.id.in_(keys)
        if delete_rows(conn, table, wanted):
            return True
    return False


def finish_erasure(conn: Connection, scope: Scope, now: datetime) -> None:
    """Delete the workspace's row, and record that the erasure is finished.

    Pictures that no workspace shows go with it; they may be those of its quotes.
    """
    delete_rows(conn, workspaces, _WORKSPACE.id == scope.workspace_id)
    delete_rows(conn, pictures, pictures.c.hash.not_in(select(picture_uses.c.hash)))
    update_rows(conn, erasures, in_scope(erasures, scope), done_at=now)


def merge_search_index(conn: Connection, begin: bool) -> bool:
    """Rewrite a part of the full text index; False when all of it is rewritten.

    SQLite's index keeps the words of deleted rows until its parts are merged.
    PostgreSQL's is cleaned with the table.
    """
    if conn.dialect.name != "sqlite":
        return False
    before = conn.exec_driver_sql("SELECT total_changes()").scalar_one()
    conn.exec_driver_sql(
        "INSERT INTO searchable_index (searchable_index, rank) VALUES ('merge', ?)",
        (-_INDEX_PAGES_PER_STEP if begin else _INDEX_PAGES_PER_STEP,),
    )
    after = conn.exec_driver_sql("SELECT total_changes()").scalar_one()
    # According to SQLite's documentation, fewer than two changes mean no work was left.
    return bool(after - before >= 2)


def find_last_erasure(
    conn: Connection, platform: PlatformName, external_id: str
) -> Erasure | None:
    """Find the last ordered erasure of the workspace with this platform id."""
    named = has_values(erasures, platform=platform, external_id=external_id)
    query = select(erasures).where(named, _ERASURE.ordered_at.is_not(None))
    return find_first(conn, query.order_by(_ERASURE.id.desc()).limit(1), Erasure)


# ── which rows ─────────────────────────────────────────────────────────────────


@cache
def _list_tables() -> tuple[Table, ...]:
    """List the tables with rows of workspaces, children before their parents.

    Sources of digests come late: they determine which sources no other workspace reads.
    """
    last = (digest_sources, digests)
    every = [
        table
        for table in reversed(metadata.sorted_tables)
        if table is articles or "workspace_id" in table.c
    ]
    return (*(t for t in every if t not in (*last, erasures)), *last)


def _select_rows(table: Table, scope: Scope) -> Select[Any]:
    """Select the keys of the table's rows that are erased."""
    return select(*table.primary_key.columns).where(_belongs_to_workspace(table, scope))


def _belongs_to_workspace(table: Table, scope: Scope) -> Condition:
    if table is sources:
        return or_(in_scope(table, scope), _is_read_by_nobody_else(scope))
    if table is articles:
        return table.c.source_id.in_(_select_rows(sources, scope))
    own = in_scope(table, scope)
    for pair in table.foreign_key_constraints:
        child, parent = pair.elements[0].parent, pair.elements[0].column
        if len(pair.elements) == 2:
            # Every table has an index that starts with such a parent, but not every
            # table has one that starts with the workspace.
            here = select(parent).where(in_scope(parent.table, scope))
            return and_(own, child.in_(here))
    return own


def _is_read_by_nobody_else(scope: Scope) -> Condition:
    """Condition: a public source that only this workspace reads."""
    mine = select(digest_sources.c.source_id).where(in_scope(digest_sources, scope))
    other = digest_sources.alias("other")
    read = select(1).where(
        other.c.source_id == sources.c.id, other.c.workspace_id != scope.workspace_id
    )
    public = sources.c.workspace_id.is_(None)
    return and_(public, sources.c.id.in_(mine), ~read.exists())


# ── contents that are too old ──────────────────────────────────────────────────


@frozen
class OldArticle:
    """A current revision past its retention; the next page starts after it."""

    article_id: int
    revision_id: int
    fetched_at: datetime
    #: Its text is already deleted.
    empty: bool


def list_old_articles(
    conn: Connection, before: datetime, after: tuple[datetime, int] | None, limit: int
) -> tuple[OldArticle, ...]:
    """List articles whose current text was fetched before `before`, oldest first."""
    key, at = _REVISION.id, _REVISION.fetched_at
    empty = and_(_REVISION.text == "", _REVISION.title.is_(None)).label("empty")
    query = select(_REVISION.article_id, key.label("revision_id"), at, empty)
    query = query.where(_REVISION.current, at < before).order_by(at, key)
    if after is not None:
        last_at, last_key = after
        query = query.where(or_(at > last_at, and_(at == last_at, key > last_key)))
    return list_all(conn, query.limit(limit), OldArticle)


def empty_articles(conn: Connection, keys: Collection[int]) -> None:
    """Delete the texts of these articles, and the quotes and figures in them."""
    source_store.subtract_texts(conn, keys)
    mine = select(_REVISION.id).where(_REVISION.article_id.in_(keys))
    for table in (quotes, figures, searchable):
        delete_rows(conn, table, table.c.revision_id.in_(mine))
    in_stories = story_articles.c.article_id.in_(keys)
    touched = list_scalars(conn, select(story_articles.c.story_id).where(in_stories))
    delete_rows(conn, story_articles, in_stories)
    others = select(1).where(story_articles.c.story_id == stories.c.id)
    delete_rows(conn, stories, stories.c.id.in_(touched), ~others.exists())
    cleared = dict.fromkeys(("title", "author", "outlet", "image", "image_alt"))
    of_article = _REVISION.article_id.in_(keys)
    update_rows(conn, revisions, of_article, **cleared, text="", baseline=True)


def empty_editions(
    conn: Connection, before: datetime, now: datetime, limit: int
) -> int:
    """Delete the contents of editions made before `before`; return their number."""
    old = (
        select(_EDITION.id, _EDITION.made_at, _EDITION.render_context)
        .where(_EDITION.made_at < before, _EDITION.emptied_at.is_(None))
        .order_by(_EDITION.id)
        .limit(limit)
    )
    rows = conn.execute(old).all()
    empty = {row.id: _dump_empty_edition(row.made_at) for row in rows}
    for row in rows:
        # Pictures are described in the words of their quotes and sources.
        context = dict(row.render_context or {})
        if context.pop("pictures", None):
            update_rows(conn, editions, _EDITION.id == row.id, render_context=context)
    if empty:
        contents = case(empty, value=_EDITION.id)
        mine = _EDITION.id.in_(empty)
        update_rows(conn, editions, mine, edition=contents, emptied_at=now)
    for table in (deliveries, corrections):
        delete_rows(conn, table, table.c.edition_id.in_(empty))
    mine = edition_stories.c.edition_id.in_(empty)
    update_rows(conn, edition_stories, mine, headline="")
    return len(empty)


def _dump_empty_edition(made_at: datetime) -> str:
    nothing = InputCounts(articles=0, sources=0)
    return dump_dataclass(
        Edition(
            title="",
            made_at=made_at,
            made_from=nothing,
            stories=(),
            brief=(),
            hero=None,
            minutes=0,
            lang="en",
        )
    )


def prune_contents(
    conn: Connection, kind: PrunedKind, before: datetime, limit: int
) -> int:
    """Delete the oldest `limit` rows of a kind from before `before`; return how many.

    Messages of the local page count from when they were posted, reports from when they
    were answered, decisions from when they were last made. Corrections are deleted if
    the contents of their edition are. Without their history, settings stay changed.
    """
    emptied = select(_EDITION.id).where(_EDITION.emptied_at.is_not(None))
    outdated: dict[PrunedKind, tuple[Table, Condition]] = {
        "messages": (local_messages, local_messages.c.posted_at < before),
        "corrections": (corrections, corrections.c.edition_id.in_(emptied)),
        "reports": (reports, reports.c.answered_at < before),
        "decisions": (compositions, compositions.c.last_seen_at < before),
        "changes": (changes, changes.c.made_at < before),
    }
    table, old = outdated[kind]
    oldest = select(table.c.id).where(old).order_by(table.c.id).limit(limit)
    return delete_rows(conn, table, table.c.id.in_(oldest))
