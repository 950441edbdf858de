"""The destinations of a file: how they are compared, and made; no digest is touched."""

from typing import Any

from bot.config_file.entries import DestinationEntry
from bot.manners import as_settings
from bot.storage import Connection, destinations
from bot.types import Destination, Manner


def worded(channel: str, manner: Manner) -> str:
    """«2001, silent, ping 55»: what a plan shows and compares."""
    on = [
        name if value is True else f"{name} {value}"
        for name, value in as_settings(manner).items()
        if value
    ]
    return ", ".join([channel, *on])


def as_block(place: Destination) -> dict[str, Any]:
    """The destination as a file says it, with those of its settings that are on."""
    settings = as_settings(place.manner).items()
    on = {name: value for name, value in settings if value}
    return {"name": place.name, "channel": place.channel, **on}


def put(conn: Connection, *, workspace_id: int, entry: DestinationEntry) -> Destination:
    """Make the destination, or make it be as said here.

    Raises:
        UserError: Its channel is a destination already, under another name.
    """
    place = destinations.ensure(
        conn, workspace_id=workspace_id, name=entry.name, channel=entry.channel
    )
    adopted = destinations.adopt(
        conn,
        workspace_id=workspace_id,
        destination_id=place.id,
        manner=entry.manner,
    )
    return adopted or place
