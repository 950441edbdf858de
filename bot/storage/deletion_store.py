"""Verbs that erase a workspace for good, a few rows at a time; they decide nothing.

    shown → ordered → step, step, … → done

What belongs to a workspace is read off the tables themselves: rows that carry its key,
with what goes with them (`ON DELETE CASCADE`), and the public sources that nobody else
reads, with their articles. So a table that is added later is erased without a word
here. Children go before their parents, so that no single row takes thousands along:
each step is a short transaction of its own, and others write in between.

The order takes the workspace's name and its platform's id away at once. From then on
nobody finds it, nothing is due there, and a bot that is added again begins anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Table,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.columns import Instant
from bot.storage.dialects import insert
from bot.storage.schema import (
    articles,
    changes,
    deliveries,
    destinations,
    digest_sources,
    digests,
    editions,
    erasures,
    grants,
    metadata,
    sources,
    workspaces,
)
from bot.types import PlatformName

Reason = Literal["asked", "left"]
#: What people are told of.
_COUNTED = (digests, destinations, grants, changes, editions, deliveries, sources,
            articles)  # fmt: skip
_OWN = "workspace_id"
#: Rows that go with an article: its versions, their quotes, figures and words.
_OF_AN_ARTICLE = 20
#: Pages of the full text index that are written anew in a step.
_PAGES = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """A workspace that is to go, is going, or is gone; nothing of what it held."""

    id: int
    workspace_id: int
    platform: PlatformName
    external_id: str
    #: The platform's id of who ordered it; None: the operator, or nobody.
    person_id: str | None
    reason: Reason
    #: How many of each, by the name of the table.
    counts: Mapping[str, int]
    shown_at: datetime
    ordered_at: datetime | None = None
    done_at: datetime | None = None


def counted(connection: Connection, *, workspace_id: int) -> dict[str, int]:
    """Count what would go, by the name of the table."""
    found = {}
    for table in _COUNTED:
        rows = _rows(table, workspace_id).subquery()
        number = connection.execute(select(func.count()).select_from(rows))
        found[table.name] = number.scalar_one()
    return found


def show(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str | None,
    reason: Reason,
    now: datetime,
) -> Erasure:
    """Note that somebody was shown what would go; nothing is done."""
    connection.execute(
        delete(erasures).where(
            erasures.c.workspace_id == workspace_id, erasures.c.ordered_at.is_(None)
        )
    )
    found = select(workspaces).where(workspaces.c.id == workspace_id)
    space = connection.execute(found).one()
    row = connection.execute(
        insert(connection, erasures)
        .values(
            workspace_id=workspace_id,
            platform=space.platform,
            external_id=space.external_id,
            person_id=person_id,
            reason=reason,
            counts=counted(connection, workspace_id=workspace_id),
            shown_at=now,
        )
        .returning(erasures)
    ).one()
    return _noun(row)


def shown(connection: Connection, *, workspace_id: int) -> Erasure | None:
    """Find what somebody was shown and has not ordered."""
    row = connection.execute(
        select(erasures).where(
            erasures.c.workspace_id == workspace_id, erasures.c.ordered_at.is_(None)
        )
    ).first()
    return _noun(row) if row else None


def order(connection: Connection, *, workspace_id: int, now: datetime) -> bool:
    """Let what was shown begin; False where it has begun already."""
    done = connection.execute(
        update(erasures)
        .where(erasures.c.workspace_id == workspace_id, erasures.c.ordered_at.is_(None))
        .values(ordered_at=now)
    )
    if not done.rowcount:
        return False
    connection.execute(
        update(workspaces)
        .where(workspaces.c.id == workspace_id)
        .values(
            # No platform gives such an id: it is free for whoever comes next.
            external_id=f"(erased {workspace_id})",
            name="",
            left_at=func.coalesce(workspaces.c.left_at, literal(now, Instant)),
        )
    )
    # Who comes to read such a source meanwhile has to get all of it anew.
    connection.execute(
        update(sources)
        .where(_forsaken(workspace_id))
        .values(etag=None, last_modified=None)
    )
    return True


def ordered(connection: Connection) -> tuple[int, ...]:
    """List the keys of the workspaces that are going."""
    found = connection.execute(
        select(erasures.c.workspace_id)
        .where(erasures.c.ordered_at.is_not(None), erasures.c.done_at.is_(None))
        .order_by(erasures.c.id)
    )
    return tuple(found.scalars())


def left_before(connection: Connection, *, before: datetime) -> tuple[int, ...]:
    """List the keys of workspaces that the bot left before then, and that stay yet."""
    going = select(erasures.c.workspace_id).where(erasures.c.ordered_at.is_not(None))
    found = connection.execute(
        select(workspaces.c.id)
        .where(workspaces.c.left_at < before, workspaces.c.id.not_in(going))
        .order_by(workspaces.c.id)
    )
    return tuple(found.scalars())


def step(connection: Connection, *, workspace_id: int, rows: int) -> bool:
    """Erase up to so many rows of it; False when there are none left.

    Only of a workspace that was ordered to go.
    """
    if workspace_id not in ordered(connection):
        return False
    if connection.dialect.name == "sqlite":
        # What is freed is overwritten, not only unlinked.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    for table in _tables():
        some = rows if table is not articles else max(1, rows // _OF_AN_ARTICLE)
        key = tuple_(*table.primary_key.columns)
        wanted = _rows(table, workspace_id).limit(some)
        if connection.execute(delete(table).where(key.in_(wanted))).rowcount:
            return True
    return False


def finish(connection: Connection, *, workspace_id: int, now: datetime) -> None:
    """Erase its row, and note that all is done."""
    connection.execute(delete(workspaces).where(workspaces.c.id == workspace_id))
    connection.execute(
        update(erasures)
        .where(erasures.c.workspace_id == workspace_id)
        .values(done_at=now)
    )


def smooth(connection: Connection, *, begin: bool) -> bool:
    """Write some of the full text index anew; False when all of it is.

    SQLite's index keeps the words of rows that are gone until its parts are merged.
    PostgreSQL's is cleaned with the table.
    """
    if connection.dialect.name != "sqlite":
        return False
    before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    connection.exec_driver_sql(
        "INSERT INTO searchable_index (searchable_index, rank) VALUES ('merge', ?)",
        (-_PAGES if begin else _PAGES,),
    )
    after = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    # SQLite's own word for it: less than two changes, and there was nothing to do.
    return bool(after - before >= 2)


def last_of(
    connection: Connection, *, platform: PlatformName, external_id: str
) -> Erasure | None:
    """Find what was erased last under this id of the platform."""
    row = connection.execute(
        select(erasures)
        .where(
            erasures.c.platform == platform,
            erasures.c.external_id == external_id,
            erasures.c.ordered_at.is_not(None),
        )
        .order_by(erasures.c.id.desc())
        .limit(1)
    ).first()
    return _noun(row) if row else None


# ── which rows ─────────────────────────────────────────────────────────────────


@cache
def _tables() -> tuple[Table, ...]:
    """What holds rows of workspaces, children before their parents.

    What a digest reads comes late: it says which sources nobody else reads.
    """
    last = (digest_sources, digests)
    every = [
        table
        for table in reversed(metadata.sorted_tables)
        if table is articles or _OWN in table.c
    ]
    return (*(t for t in every if t not in (*last, erasures)), *last)


def _rows(table: Table, workspace_id: int) -> Select[Any]:
    """The keys of the table's rows that go."""
    return select(*table.primary_key.columns).where(_goes(table, workspace_id))


def _goes(table: Table, workspace_id: int) -> ColumnElement[bool]:
    if table is sources:
        return or_(table.c.workspace_id == workspace_id, _forsaken(workspace_id))
    if table is articles:
        return table.c.source_id.in_(_rows(sources, workspace_id))
    own: ColumnElement[bool] = table.c[_OWN] == workspace_id
    for pair in table.foreign_key_constraints:
        child, parent = pair.elements[0].parent, pair.elements[0].column
        if len(pair.elements) == 2:
            # Every table has an index that begins with such a parent; not all have
            # one that begins with the workspace.
            here = select(parent).where(parent.table.c[_OWN] == workspace_id)
            return and_(own, child.in_(here))
    return own


def _forsaken(workspace_id: int) -> ColumnElement[bool]:
    """Public sources that this workspace reads and no other one."""
    mine = select(digest_sources.c.source_id).where(
        digest_sources.c.workspace_id == workspace_id
    )
    other = digest_sources.alias("other")
    read = select(1).where(
        other.c.source_id == sources.c.id, other.c.workspace_id != workspace_id
    )
    public = sources.c.workspace_id.is_(None)
    return and_(public, sources.c.id.in_(mine), ~read.exists())


def _noun(row: Row[Any]) -> Erasure:
    return Erasure(
        id=row.id,
        workspace_id=row.workspace_id,
        platform=row.platform,
        external_id=row.external_id,
        person_id=row.person_id,
        reason=row.reason,
        counts=row.counts,
        shown_at=row.shown_at,
        ordered_at=row.ordered_at,
        done_at=row.done_at,
    )
