"""Statements and conditions that several stores share.

A public id has six characters of an alphabet without 0, 1, l and o: 2^30 ids, so that
guessing finds nothing and collisions are rare; `insert_with_public_id` retries after
one.

A personal digest has editions, decisions and deliveries like any other digest. They
reveal what a person follows, so queries over a workspace exclude them.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import asdict, fields, is_dataclass
from functools import cache, partial
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Executable,
    FromClause,
    Row,
    Select,
    Table,
    and_,
    any_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from bot.model.jobs import DeliveryShares
from bot.model.scope import PersonScope, Scope
from bot.storage.columns import KeyArray
from bot.storage.schema import (
    delivery_shares,
    destinations,
    digest_sources,
    digests,
    sources,
    workspaces,
)

T = TypeVar("T")
Condition = ColumnElement[bool]
#: Builds a noun from a row: a dataclass by `from_row`, anything else is a function.
Maker = type[T] | Callable[[Row[Any]], T]

#: Appended to a prefix, sorts after every text that begins with the prefix.
_AFTER_PREFIX = "\U0010ffff"
_ID_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
_ID_LENGTH = 6
#: The longest nonce that Discord accepts.
_MESSAGE_KEY_LENGTH = 25
#: Maximum number of values in one statement.
_BATCH_SIZE = 500


# ── rows and nouns ─────────────────────────────────────────────────────────────


def from_row(noun: type[T], row: Row[Any], **changes: Any) -> T:
    """Build a frozen dataclass from a row, by the names of its fields.

    Args:
        noun: The dataclass; fields that the row does not have keep their defaults.
        row: Lists in it are converted to tuples.
        changes: Values of fields that are not the column of the same name.
    """
    values = {
        name: tuple(value) if isinstance(value := row[at], list) else value
        for name, at in _find_columns(cast(Any, noun), row._fields)
        if name not in changes
    }
    return noun(**values, **changes)


def to_row(table: Table, noun: Any, **changes: Any) -> dict[str, Any]:
    """Return the values of a new row of a table; the reverse of `from_row`.

    Args:
        table: Fields that are not columns of the table are left out, and so is `id`.
        noun: A dataclass instance.
        changes: Values of further columns, or values that replace those of fields.
    """
    return {
        name: getattr(noun, name)
        for name in _field_names(cast(Any, type(noun)))
        if name in table.c and name != "id"
    } | changes


@cache
def _find_columns(noun: Any, columns: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Find where the fields of a noun stand among the columns of a query."""
    names = _field_names(noun)
    return tuple((name, columns.index(name)) for name in names if name in columns)


@cache
def _field_names(noun: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(noun))


def list_all(conn: Connection, query: Executable, make: Maker[T]) -> tuple[T, ...]:
    """Make a noun from each row."""
    return tuple(map(_get_maker(make), conn.execute(query)))


def find_first(conn: Connection, query: Executable, make: Maker[T]) -> T | None:
    """Make a noun from the first row; return None if there is none."""
    row = conn.execute(query).first()
    return None if row is None else _get_maker(make)(row)


def _get_maker(make: Maker[T]) -> Callable[[Row[Any]], T]:
    maker: Any = partial(from_row, cast(Any, make)) if is_dataclass(make) else make
    return cast(Callable[[Row[Any]], T], maker)


def first_scalar(conn: Connection, query: Executable) -> Any | None:
    """Return the first column of the first row; None if there is no row."""
    return conn.execute(query).scalar()


def list_scalars(conn: Connection, query: Executable) -> list[Any]:
    """List the first column of all rows."""
    # Not row by row, which costs three times as much.
    return list(conn.execute(query).scalars().all())


def has_row(conn: Connection, query: Select[Any]) -> bool:
    """Check whether a query returns a row."""
    return conn.execute(query.limit(1)).first() is not None


def count_rows(conn: Connection, table: Table, *where: Condition) -> int:
    """Count the rows that fulfil all conditions."""
    query = select(func.count()).select_from(table).where(*where)
    return int(conn.execute(query).scalar_one())


def batched(things: Iterable[T], size: int = _BATCH_SIZE) -> Iterator[list[T]]:
    """Split into lists that are short enough for one statement."""
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some


# ── changes ────────────────────────────────────────────────────────────────────


def insert_into(conn: Connection, table: Table) -> SqliteInsert:
    """Begin an INSERT that supports ON CONFLICT, in the dialect of this database."""
    if conn.dialect.name == "sqlite":
        return SqliteInsert(table)
    # The same interface as SQLite's; imported only if it is used.
    from sqlalchemy.dialects.postgresql import Insert

    return Insert(table)  # type: ignore[return-value]


def insert_missing(conn: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless it exists; return whether it was inserted."""
    # Not from the row count: psycopg has none if SQLAlchemy adds RETURNING.
    query = insert_into(conn, table).values(row).on_conflict_do_nothing()
    inserted = query.returning(*table.primary_key.columns)
    return conn.execute(inserted).first() is not None


def insert_all_missing(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert those of the rows that do not exist yet."""
    if rows:
        conn.execute(insert_into(conn, table).on_conflict_do_nothing(), rows)


def insert_all(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows, if there are any."""
    if rows:
        conn.execute(insert(table), rows)


def insert_row(conn: Connection, table: Table, **values: Any) -> int:
    """Insert a row; return its key."""
    query = insert(table).values(values).returning(table.c.id)
    return int(conn.execute(query).scalar_one())


def insert_rows(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Insert rows in one statement; return their keys in the same order."""
    if not rows:
        return []
    query = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(conn.execute(query, rows).scalars())


def upsert(
    conn: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    new: Mapping[str, Any] | None = None,
    where: Condition | None = None,
) -> Row[Any]:
    """Insert a row, or update the one with this key; return the row.

    Args:
        conn: Inside a transaction.
        table: The table.
        key: Values of the columns of a unique index.
        values: Values of columns that are inserted or updated.
        new: Values of columns that are only inserted.
        where: The condition of the index, if it is a partial one.
    """
    statement = insert_into(conn, table).values({**key, **values, **(new or {})})
    return conn.execute(
        statement.on_conflict_do_update(
            index_elements=list(key), index_where=where, set_=dict(values)
        ).returning(table)
    ).one()


def new_public_id(prefix: str) -> str:
    """Generate a random id such as «e-7k3m9q» for the prefix «e»."""
    drawn = "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))
    return f"{prefix}-{drawn}"


def insert_with_public_id(
    conn: Connection, table: Table, prefix: str, **values: Any
) -> Row[Any]:
    """Insert a row under a new public id."""
    while True:
        row = conn.execute(
            insert_into(conn, table)
            .values(public_id=new_public_id(prefix), **values)
            .on_conflict_do_nothing(index_elements=["public_id"])
            .returning(table)
        ).first()
        if row is not None:
            return row


def update_rows(
    conn: Connection, table: Table, *where: Condition, **values: Any
) -> int:
    """Update the rows that fulfil all conditions; return how many."""
    return conn.execute(update(table).where(*where).values(values)).rowcount


def update_first(
    conn: Connection, table: Table, make: Maker[T], *where: Condition, **values: Any
) -> T | None:
    """Update the row that fulfils all conditions; return it, or None if none does."""
    query = update(table).where(*where).values(values).returning(table)
    return find_first(conn, query, make)


def delete_rows(conn: Connection, table: Table, *where: Condition) -> int:
    """Delete the rows that fulfil all conditions; return how many."""
    return conn.execute(delete(table).where(*where)).rowcount


def keep_newest(
    conn: Connection,
    table: Table,
    *where: Condition,
    newest_first: Sequence[ColumnElement[Any]],
    most: int,
) -> None:
    """Delete all but the newest rows of those that fulfil all conditions."""
    (key,) = table.primary_key.columns
    newest = select(key).where(*where).order_by(*newest_first).limit(most)
    delete_rows(conn, table, *where, key.not_in(newest))


# ── keys and conditions ────────────────────────────────────────────────────────


def make_message_key(name: str) -> str:
    """Derive the key that a message carries: 25 letters and digits."""
    digest = base64.b32encode(hashlib.sha256(name.encode()).digest())
    return digest.decode("ascii").lower()[:_MESSAGE_KEY_LENGTH]


def has_values(table: FromClause, **values: Any) -> Condition:
    """Condition: these columns of a row have these values; None = NULL."""
    return and_(*(table.c[name] == value for name, value in values.items()))


def in_scope(table: Table, scope: Scope | PersonScope, **values: Any) -> Condition:
    """Condition: a row belongs to a workspace or a person, and has these values."""
    return has_values(table, **asdict(scope), **values)


def has_same_values(one: FromClause, other: FromClause, *columns: str) -> Condition:
    """Condition: these columns have the same values in both rows."""
    return and_(*(one.c[name] == other.c[name] for name in columns))


def match_prefix(column: Column[str], prefix: str) -> Condition:
    """Condition for a prefix that uses an index on a column sorted by code point."""
    return and_(column >= prefix, column < prefix + _AFTER_PREFIX)


def is_among(
    conn: Connection, column: ColumnElement[int], keys: Collection[int]
) -> Condition:
    """Condition: the key is one of these, all of which are one bound value.

    For hundreds of keys `in_`, which binds each, takes longer than the query itself.
    """
    if conn.dialect.name == "sqlite":
        each = func.json_each(json.dumps(list(keys))).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(literal(keys, KeyArray()))


def is_due(column: ColumnElement[Any], now: Any) -> Condition:
    """Condition: the instant is NULL or has passed."""
    return or_(column.is_(None), column <= now)


def filter_shares(shares: DeliveryShares) -> Condition:
    """Condition on `workspaces`: one of these shares has what is sent there."""
    column, share = workspaces.c, delivery_shares.c
    among = or_(column.platform.in_(shares.platforms), column.id.in_(shares.workspaces))
    if not shares.held_by:
        return among
    held = exists().where(
        share.platform == column.platform,
        share.workspace_key.in_((0, column.id)),
        share.holder == shares.held_by,
    )
    return and_(among, held.correlate(workspaces))


def filter_visible_sources(scope: Scope) -> Condition:
    """Condition: the workspace may see articles of this row of `sources`."""
    used = select(digest_sources.c.source_id).where(in_scope(digest_sources, scope))
    return or_(
        in_scope(sources, scope),
        and_(sources.c.workspace_id.is_(None), sources.c.id.in_(used)),
    )


def filter_visible_digests(
    digest_id: ColumnElement[Any], scope: Scope, person_id: str | None
) -> Condition:
    """Condition: the digest belongs to the workspace, or to this person."""
    theirs = select(digests.c.id).where(
        in_scope(digests, scope), digests.c.person_id.is_not(None)
    )
    if person_id is not None:
        theirs = theirs.where(digests.c.person_id != person_id)
    return digest_id.not_in(theirs)


def filter_shared_destinations(
    destination_id: ColumnElement[Any], scope: Scope
) -> Condition:
    """Condition: the destination belongs to the workspace and not to a person."""
    theirs = select(destinations.c.id).where(
        in_scope(destinations, scope), destinations.c.person_id.is_not(None)
    )
    return destination_id.not_in(theirs)
