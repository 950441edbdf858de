"""Verbs that take an edition back: deletions for what was posted, an end for the rest.

A part that is on its way gets a deletion too, which waits until it is known to be
there; should it turn out not to be, it never goes out (`claims`), and nothing is left
to delete.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, literal, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.columns import Instant
from bot.storage.dialects import insert
from bot.storage.schema import deliveries as table

UNDONE = "It was taken back before it went out."
_OTHER = table.alias("other")


def first_posted(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> datetime | None:
    """Give the moment since which a message of the edition has stood anywhere."""
    found: datetime | None = connection.execute(
        select(func.min(table.c.updated_at)).where(
            table.c.workspace_id == workspace_id,
            table.c.edition_id == edition_id,
            table.c.operation == "post",
            table.c.state == "sent",
        )
    ).scalar()
    return found


def take_back(
    connection: Connection, *, workspace_id: int, edition_id: int, now: datetime
) -> tuple[int, int]:
    """Have every message of the edition deleted; how many, and how many never go out.

    One that is on its way counts as to be deleted.
    """
    mine = (
        table.c.workspace_id == workspace_id,
        table.c.edition_id == edition_id,
        table.c.operation == "post",
        table.c.state != "failed",
    )
    copied = (
        *("workspace_id", "edition_id", "destination_id", "channel", "part", "key"),
        *("manner", "title"),
    )
    made = {
        "operation": literal("delete"),
        "payload": literal("{}"),
        "payload_hash": literal(""),
        "fallback_text": literal(""),
        "state": literal("ready"),
        "attempt": literal(0),
        "fence": literal(0),
        "updated_at": literal(now, Instant),
    }
    every = select(*(table.c[name] for name in copied), *made.values()).where(*mine)
    connection.execute(
        insert(connection, table)
        .from_select([*copied, *made], every)
        .on_conflict_do_nothing()
    )
    waiting = connection.execute(
        select(func.count()).where(*mine, table.c.state.in_(("ready", "retry")))
    ).scalar_one()
    there = connection.execute(
        select(func.count()).where(*mine, table.c.state.not_in(("ready", "retry")))
    ).scalar_one()
    settle(connection, now=now)
    return there, waiting


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
