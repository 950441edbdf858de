"""Statements and conditions that several stores share.

Six characters of an alphabet without 0, 1, l and o: 2^30 of them, so that a guess
finds nothing and two seldom meet; who stores one tries again when they do.

A person's own digest has editions, decisions and deliveries like every other. What
looks over a workspace must not tell of them: they show what somebody follows.
"""

import secrets
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, select
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from bot.storage.schema import destinations, digests

#: Sorts behind everything that begins with what stands before it.
_AFTER_PREFIX = "\U0010ffff"


def insert_into(connection: Connection, table: Table) -> SqliteInsert:
    """Begin an INSERT that can say ON CONFLICT, in the words of this database."""
    if connection.dialect.name == "sqlite":
        return SqliteInsert(table)
    # The same methods with the same meaning; loaded only where it is used.
    from sqlalchemy.dialects.postgresql import Insert

    return Insert(table)  # type: ignore[return-value]


def match_prefix(column: Column[str], prefix: str) -> ColumnElement[bool]:
    """Compare so that an index on a column sorted by code point is used."""
    return and_(column >= prefix, column < prefix + _AFTER_PREFIX)


_ID_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
_ID_LENGTH = 6


def new_public_id(prefix: str) -> str:
    """Draw a new id such as «e-7k3m9q» for the prefix «e»."""
    drawn = "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))
    return f"{prefix}-{drawn}"


def filter_visible_digests(
    digest_id: ColumnElement[Any], workspace_id: int, person_id: str | None
) -> ColumnElement[bool]:
    """The digest is the workspace's, or this person's own."""
    theirs = select(digests.c.id).where(
        digests.c.workspace_id == workspace_id, digests.c.person_id.is_not(None)
    )
    if person_id is not None:
        theirs = theirs.where(digests.c.person_id != person_id)
    return digest_id.not_in(theirs)


def filter_shared_destinations(
    destination_id: ColumnElement[Any], workspace_id: int
) -> ColumnElement[bool]:
    """The destination is the workspace's."""
    theirs = select(destinations.c.id).where(
        destinations.c.workspace_id == workspace_id,
        destinations.c.person_id.is_not(None),
    )
    return destination_id.not_in(theirs)
