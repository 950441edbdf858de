"""Verbs that take an edition back: deletions for what was posted, an end for the rest.

A part that is on its way gets a deletion too, which waits until it is known to be
there; should it turn out not to be, it never goes out (`claims`), and nothing is left
to delete.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, update
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.schema import deliveries as table

UNDONE = "It was taken back before it went out."
_OTHER = table.alias("other")


def settle(connection: Connection, *, now: datetime) -> None:
    """End what was taken back before it went out, and forget its deletions."""
    connection.execute(
        update(table)
        .where(
            table.c.operation != "delete",
            table.c.state.in_(("ready", "retry")),
            exists().where(*_same_message(), _OTHER.c.operation == "delete"),
        )
        .values(state="failed", reason=UNDONE, not_before=None, updated_at=now)
    )
    connection.execute(
        delete(table).where(
            table.c.operation == "delete",
            table.c.state.in_(("ready", "retry")),
            exists().where(
                *_same_message(),
                _OTHER.c.operation == "post",
                _OTHER.c.state == "failed",
            ),
        )
    )


def _same_message() -> tuple[ColumnElement[bool], ...]:
    return (
        _OTHER.c.edition_id == table.c.edition_id,
        _OTHER.c.destination_id == table.c.destination_id,
        _OTHER.c.part == table.c.part,
    )
