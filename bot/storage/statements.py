"""Statements and conditions that several stores share.

A public id has six characters of an alphabet without 0, 1, l and o: 2^30 ids, so that
guessing finds nothing and collisions are rare; `insert_with_public_id` draws again
after one.

A personal digest has editions, decisions and deliveries like every other digest. They
show what somebody follows, so queries over a workspace leave them out.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Executable,
    Row,
    Select,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from bot.storage.schema import destinations, digest_sources, digests, sources

T = TypeVar("T")
Condition = ColumnElement[bool]

#: Sorts after everything that begins with the prefix before it.
_AFTER_PREFIX = "\U0010ffff"
_ID_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
_ID_LENGTH = 6
#: The longest nonce that Discord accepts.
_MESSAGE_KEY_LENGTH = 25
#: How many values one statement may name.
_BATCH_SIZE = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a statement may touch: a workspace's, or one person's in it."""

    workspace_id: int
    #: The platform's id; None = all rows of the workspace.
    person_id: str | None = None

    def of(self, table: Table) -> Condition:
        """The condition that keeps to these rows of a table."""
        workspace: Condition = table.c.workspace_id == self.workspace_id
        if self.person_id is None:
            return workspace
        return and_(workspace, table.c.person_id == self.person_id)

    def row(self, table: Table, key: int) -> Condition:
        """The condition that keeps to the row of this key."""
        return and_(table.c.id == key, self.of(table))


# ── rows and nouns ─────────────────────────────────────────────────────────────


def from_row(noun: type[T], row: Row[Any], **changes: Any) -> T:
    """Make a frozen noun of a row, by the names of its fields.

    Args:
        noun: A dataclass; fields that the row does not have keep their defaults.
        row: Lists in it become tuples.
        changes: Fields that are not simply the column of their name.
    """
    found, kind = row._mapping, cast(Any, noun)
    values = {
        name: tuple(value) if isinstance(value := found[name], list) else value
        for name in _field_names(kind)
        if name in found and name not in changes
    }
    return noun(**values, **changes)


def to_row(table: Table, noun: Any, **changes: Any) -> dict[str, Any]:
    """Give the values of a new row of a table; the reverse of `from_row`.

    Args:
        table: Fields of the noun that are no columns of it are left out, and its `id`.
        noun: A dataclass.
        changes: Values of other columns, or other values.
    """
    return {
        name: getattr(noun, name)
        for name in _field_names(cast(Any, type(noun)))
        if name in table.c and name != "id"
    } | changes


@cache
def _field_names(noun: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(noun))


def find_first(
    connection: Connection, query: Select[Any], make: Callable[[Row[Any]], T]
) -> T | None:
    """Make the noun of the first row; None where there is none."""
    row = connection.execute(query).first()
    return None if row is None else make(row)


def first_scalar(connection: Connection, query: Executable) -> Any | None:
    """Give the first column of the first row; None where there is none."""
    return connection.execute(query).scalar()


def list_scalars(connection: Connection, query: Select[Any]) -> list[Any]:
    """List the first column of all rows."""
    return list(connection.execute(query).scalars())


def has_row(connection: Connection, query: Select[Any]) -> bool:
    """Tell whether a query finds anything."""
    return connection.execute(query.limit(1)).first() is not None


def count_rows(connection: Connection, table: Table, *where: Condition) -> int:
    """Count the rows that fulfil all conditions."""
    query = select(func.count()).select_from(table).where(*where)
    return int(connection.execute(query).scalar_one())


def batched(things: Iterable[T], size: int = _BATCH_SIZE) -> Iterator[list[T]]:
    """Split into lists that are short enough to be named in one statement."""
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some


# ── changes ────────────────────────────────────────────────────────────────────


def insert_into(connection: Connection, table: Table) -> SqliteInsert:
    """Begin an INSERT that supports ON CONFLICT, in the dialect of this database."""
    if connection.dialect.name == "sqlite":
        return SqliteInsert(table)
    # The same methods with the same meaning; loaded only where it is used.
    from sqlalchemy.dialects.postgresql import Insert

    return Insert(table)  # type: ignore[return-value]


def insert_missing(
    connection: Connection, table: Table, row: Mapping[str, Any]
) -> bool:
    """Insert a row unless there is such a row already; whether it was inserted."""
    # Not by the row count: psycopg gives none where SQLAlchemy adds RETURNING.
    query = insert_into(connection, table).values(row).on_conflict_do_nothing()
    inserted = query.returning(*table.primary_key.columns)
    return connection.execute(inserted).first() is not None


def insert_all_missing(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert those of the rows that are not there yet."""
    if rows:
        connection.execute(
            insert_into(connection, table).on_conflict_do_nothing(), rows
        )


def upsert(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Row[Any]:
    """Insert a row, or change the one that has this key; gives the row."""
    statement = insert_into(connection, table).values(**key, **values)
    return connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(key), set_=dict(values)
        ).returning(table)
    ).one()


def new_public_id(prefix: str) -> str:
    """Draw an id such as «e-7k3m9q» for the prefix «e»."""
    drawn = "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))
    return f"{prefix}-{drawn}"


def insert_with_public_id(
    connection: Connection, table: Table, prefix: str, **values: Any
) -> Row[Any]:
    """Insert a row under a new public id."""
    while True:
        row = connection.execute(
            insert_into(connection, table)
            .values(public_id=new_public_id(prefix), **values)
            .on_conflict_do_nothing(index_elements=["public_id"])
            .returning(table)
        ).first()
        if row is not None:
            return row


def update_rows(
    connection: Connection, table: Table, *where: Condition, **values: Any
) -> int:
    """Change the rows that fulfil all conditions; how many."""
    return connection.execute(update(table).where(*where).values(values)).rowcount


def delete_rows(connection: Connection, table: Table, *where: Condition) -> int:
    """Delete the rows that fulfil all conditions; how many."""
    return connection.execute(delete(table).where(*where)).rowcount


def prune(connection: Connection, table: Table, *where: Condition, limit: int) -> int:
    """Delete the oldest rows that fulfil all conditions, so many at most; how many."""
    oldest = select(table.c.id).where(*where).order_by(table.c.id).limit(limit)
    return delete_rows(connection, table, table.c.id.in_(oldest))


def keep_newest(
    connection: Connection,
    table: Table,
    *where: Condition,
    newest_first: Sequence[ColumnElement[Any]],
    most: int,
) -> None:
    """Delete all but the newest rows of those that fulfil all conditions."""
    (key,) = table.primary_key.columns
    newest = select(key).where(*where).order_by(*newest_first).limit(most)
    delete_rows(connection, table, *where, key.not_in(newest))


# ── keys and conditions ────────────────────────────────────────────────────────


def make_message_key(name: str) -> str:
    """Derive the key that a message carries: 25 letters and digits."""
    digest = base64.b32encode(hashlib.sha256(name.encode()).digest())
    return digest.decode("ascii").lower()[:_MESSAGE_KEY_LENGTH]


def match_prefix(column: Column[str], prefix: str) -> Condition:
    """Compare so that an index on a column sorted by code point is used."""
    return and_(column >= prefix, column < prefix + _AFTER_PREFIX)


def is_due(column: ColumnElement[Any], now: Any) -> Condition:
    """The instant is not set, or has come."""
    return or_(column.is_(None), column <= now)


def filter_visible_sources(workspace_id: int) -> Condition:
    """The workspace may see what comes from this row of `sources`."""
    used = select(digest_sources.c.source_id).where(
        digest_sources.c.workspace_id == workspace_id
    )
    return or_(
        sources.c.workspace_id == workspace_id,
        and_(sources.c.workspace_id.is_(None), sources.c.id.in_(used)),
    )


def filter_visible_digests(
    digest_id: ColumnElement[Any], workspace_id: int, person_id: str | None
) -> Condition:
    """The digest is the workspace's, or this person's own."""
    theirs = select(digests.c.id).where(
        digests.c.workspace_id == workspace_id, digests.c.person_id.is_not(None)
    )
    if person_id is not None:
        theirs = theirs.where(digests.c.person_id != person_id)
    return digest_id.not_in(theirs)


def filter_shared_destinations(
    destination_id: ColumnElement[Any], workspace_id: int
) -> Condition:
    """The destination is the workspace's."""
    theirs = select(destinations.c.id).where(
        destinations.c.workspace_id == workspace_id,
        destinations.c.person_id.is_not(None),
    )
    return destination_id.not_in(theirs)
