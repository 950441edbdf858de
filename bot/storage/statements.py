"""What the two databases spell differently, or what both need spelt with care."""

from sqlalchemy import Column, ColumnElement, Connection, Table, and_
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

#: Sorts behind everything that begins with what stands before it.
_LAST = "\U0010ffff"


def insert(connection: Connection, table: Table) -> SqliteInsert:
    """Begin an INSERT that can say ON CONFLICT, in the words of this database."""
    if connection.dialect.name == "sqlite":
        return SqliteInsert(table)
    # The same methods with the same meaning; loaded only where it is used.
    from sqlalchemy.dialects.postgresql import Insert

    return Insert(table)  # type: ignore[return-value]


def begins_with(column: Column[str], prefix: str) -> ColumnElement[bool]:
    """Compare so that an index on a column sorted by code point is used."""
    return and_(column >= prefix, column < prefix + _LAST)
