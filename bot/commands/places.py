"""Where events come from: finds, makes and leaves workspaces; it is no command."""

from datetime import datetime

from bot.commands.desk import Desk
from bot.storage import Connection, destinations, workspaces
from bot.types import PlatformName, Workspace

#: Why nothing is posted where the bot is not any more.
REMOVED = "The bot was removed from there. It goes on when the bot is added again."


async def workspace_of(
    desk: Desk, platform: PlatformName, external_id: str, name: str
) -> Workspace:
    """The workspace of an event; made on first sight, back after it was left.

    One that the platform refused is tried again when it is heard of by name.

    Args:
        desk: Where the database is.
        platform: Which one the event came from.
        external_id: The platform's id of the server, team or person.
        name: What the platform calls it at present; "" leaves the name as it is.
    """
    known = await desk.db.read(
        workspaces.present, platform=platform, external_id=external_id
    )
    # Where it was stopped, somebody may just have let it in again.
    if known is not None and (not name or (name == known.name and not known.stopped)):
        return known
    return await desk.db.write(
        _arrive,
        platform=platform,
        external_id=external_id,
        name=name or external_id,
        now=desk.clock.now(),
    )


async def left(desk: Desk, platform: PlatformName, external_id: str) -> None:
    """Post nothing there any more; what it has stays, in case the bot comes back."""
    known = await desk.db.read(
        workspaces.present, platform=platform, external_id=external_id
    )
    if known is not None:
        await desk.db.write(_leave, workspace_id=known.id, now=desk.clock.now())


def _arrive(
    connection: Connection,
    *,
    platform: PlatformName,
    external_id: str,
    name: str,
    now: datetime,
) -> Workspace:
    found = workspaces.ensure(
        connection, platform=platform, external_id=external_id, name=name, now=now
    )
    for place in destinations.in_workspace(connection, workspace_id=found.id):
        if place.paused == REMOVED:
            destinations.resume(
                connection, workspace_id=found.id, destination_id=place.id
            )
    return found


def _leave(connection: Connection, *, workspace_id: int, now: datetime) -> None:
    for place in destinations.in_workspace(connection, workspace_id=workspace_id):
        if place.paused is None:
            destinations.pause(
                connection,
                workspace_id=workspace_id,
                destination_id=place.id,
                reason=REMOVED,
            )
    workspaces.leave(connection, workspace_id=workspace_id, now=now)
