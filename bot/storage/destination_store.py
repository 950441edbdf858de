"""Verbs on destinations: where a workspace can be posted to."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.errors import UserError
from bot.manners import as_settings, of_settings
from bot.storage import messages
from bot.storage.dialects import insert
from bot.storage.schema import deliveries, destinations
from bot.types import PERSON, Destination, Manner


def ensure(
    connection: Connection, *, workspace_id: int, name: str, channel: str
) -> Destination:
    """Make the destination `name`, or lead it to `channel`.

    Led to another channel it works again, and what waits to be posted goes there; what
    was posted in the old one stays there.

    Raises:
        UserError: The channel is a destination already, under another name; or it
            stands for a person.
    """
    _check(name, channel)
    before = by_channel(connection, workspace_id=workspace_id, channel=channel)
    if before is not None:
        if before.name != name:
            raise UserError(
                "This channel is the destination «{name}» already. Use that name, or "
                "rename it first.",
                name=before.name,
            )
        return before
    row = connection.execute(
        insert(connection, destinations)
        .values(workspace_id=workspace_id, name=name, channel=channel)
        .on_conflict_do_update(
            index_elements=["workspace_id", "name"],
            set_={"channel": channel, "paused": None, "retest_at": None},
        )
        .returning(destinations)
    ).one()
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.destination_id == row.id,
            deliveries.c.workspace_id == workspace_id,
            deliveries.c.operation == "post",
            deliveries.c.state.in_(("ready", "retry")),
        )
        .values(channel=channel)
    )
    return noun(row)


def rename(
    connection: Connection, *, workspace_id: int, destination_id: int, name: str
) -> Destination | None:
    """Give the destination another name; None when there is no such destination.

    Raises:
        UserError: Another destination has the name.
    """
    _check(name, name)
    other = by_name(connection, workspace_id=workspace_id, name=name)
    if other is not None and other.id != destination_id:
        raise UserError("Another destination is called «{name}» already.", name=name)
    return _change(connection, workspace_id, destination_id, {"name": name})


def adopt(
    connection: Connection, *, workspace_id: int, destination_id: int, manner: Manner
) -> Destination | None:
    """Post there in this manner from now on; None when there is no such destination."""
    values = {"manner": as_settings(manner)}
    return _change(connection, workspace_id, destination_id, values)


def remove(connection: Connection, *, workspace_id: int, destination_id: int) -> bool:
    """Forget the destination and what is on its way there; its posts stay posted."""
    gone = connection.execute(
        delete(destinations).where(*_this(workspace_id, destination_id))
    )
    return gone.rowcount > 0


def pause(
    connection: Connection,
    *,
    workspace_id: int,
    destination_id: int,
    reason: str,
    retest_at: datetime | None = None,
) -> Destination | None:
    """Post nothing there until `resume`; `reason` is a sentence for people.

    At `retest_at` one message tries whether it works again; None = never.
    """
    values = {"paused": reason, "retest_at": retest_at}
    return _change(connection, workspace_id, destination_id, values)


def resume(
    connection: Connection, *, workspace_id: int, destination_id: int
) -> Destination | None:
    """Post there again."""
    values = {"paused": None, "retest_at": None}
    return _change(connection, workspace_id, destination_id, values)


def in_workspace(
    connection: Connection, *, workspace_id: int
) -> tuple[Destination, ...]:
    """List the workspace's destinations, in the order in which they were made.

    What is one person's own is not among them.
    """
    found = connection.execute(
        select(destinations)
        .where(
            destinations.c.workspace_id == workspace_id,
            destinations.c.person_id.is_(None),
        )
        .order_by(destinations.c.id)
    )
    return tuple(map(noun, found))


def by_name(
    connection: Connection, *, workspace_id: int, name: str
) -> Destination | None:
    """Find the destination of this name."""
    ours = destinations.c.person_id.is_(None)
    return _first(connection, workspace_id, and_(destinations.c.name == name, ours))


def by_channel(
    connection: Connection, *, workspace_id: int, channel: str
) -> Destination | None:
    """Find the destination that leads to the platform's `channel`."""
    return _first(connection, workspace_id, destinations.c.channel == channel)


def own_of(
    connection: Connection, *, workspace_id: int, person_id: str
) -> Destination | None:
    """Find where a person's own messages of the local page are; None: they have none.

    Without a digest of their own there is a room as soon as something was sent there.
    """
    channel = f"{PERSON}{person_id}"
    found = by_channel(connection, workspace_id=workspace_id, channel=channel)
    if found is not None:
        return found
    sent = messages.newest(
        connection, workspace_id=workspace_id, channel=channel, count=1, after=0
    )
    if not sent:
        return None
    return Destination(
        id=0, workspace_id=workspace_id, name=channel, channel=channel, person=person_id
    )


def noun(row: Row[Any]) -> Destination:
    """Make the noun of a row of the table."""
    return Destination(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        channel=row.channel,
        paused=row.paused,
        retest_at=row.retest_at,
        person=row.person_id,
        manner=of_settings(row.manner),
    )


def _check(name: str, channel: str) -> None:
    """A person's own messages are theirs to ask for, and no editor's to send."""
    if name.startswith(PERSON) or channel.startswith(PERSON):
        raise UserError(
            "No destination can be called «{name}» or lead to a person: people "
            "set up their own digest with /news me.",
            name=name[:60],
        )


def _this(workspace_id: int, destination_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        destinations.c.id == destination_id,
        destinations.c.workspace_id == workspace_id,
    )


def _first(
    connection: Connection, workspace_id: int, which: ColumnElement[bool]
) -> Destination | None:
    found = connection.execute(
        select(destinations).where(destinations.c.workspace_id == workspace_id, which)
    ).first()
    return noun(found) if found else None


def _change(
    connection: Connection,
    workspace_id: int,
    destination_id: int,
    values: dict[str, Any],
) -> Destination | None:
    row = connection.execute(
        update(destinations)
        .where(*_this(workspace_id, destination_id))
        .values(values)
        .returning(destinations)
    ).first()
    return noun(row) if row else None
