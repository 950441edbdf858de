"""Everything that is set up, as a configuration file; it changes nothing.

The secrets of addresses are left out: where the sources are set up, `apply` knows what
is meant.
"""

from typing import Any

import tomli_w

from bot.intake import addresses
from bot.storage import Connection, destinations, digests, workspaces
from bot.types import Digest, Workspace


def export(conn: Connection) -> str:
    """Everything that is set up, as a file that `apply` takes."""
    blocks = [_export_workspace(conn, found) for found in workspaces.every(conn)]
    return tomli_w.dumps({"workspace": blocks})


def _export_workspace(conn: Connection, workspace: Workspace) -> dict[str, Any]:
    places = destinations.in_workspace(conn, workspace_id=workspace.id)
    found = digests.in_workspace(conn, workspace_id=workspace.id)
    return {
        "platform": workspace.platform,
        "id": workspace.external_id,
        "name": workspace.name,
        "zone": workspace.zone,
        "destination": [{"name": d.name, "channel": d.channel} for d in places],
        "digest": [
            {"name": digest.name, **_without_none(_masked(as_entry(digest)))}
            for digest in found
        ],
    }


def _masked(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"sources": [addresses.shown(a) for a in entry["sources"]]}


def _without_none(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if value is not None}


def as_entry(digest: Digest) -> dict[str, Any]:
    """The digest in the words of a configuration file."""
    return {
        "sources": [source.address for source in digest.sources],
        "destinations": [place.name for place in digest.destinations],
        "schedule": list(digest.schedules),
        "quiet_hours": digest.quiet_hours,
        "paused_until": digest.paused_until,
        "skip": list(digest.skips) or None,
        "stories": digest.stories,
        "include": list(digest.include),
        "exclude": list(digest.exclude),
        "language": digest.language,
    }
