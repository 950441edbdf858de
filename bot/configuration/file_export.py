"""Write everything that is set up as a configuration file, without secrets.

The secrets of addresses are left out: where the sources are set up, `apply` knows what
is meant.
"""

from pathlib import Path
from typing import Any

import tomli_w

from bot.configuration.settings import digest_to_entry
from bot.ingest import addresses
from bot.model import Destination, Workspace, post_options_to_settings
from bot.storage import Connection, destination_store, digest_store, workspace_store


def destination_to_block(place: Destination) -> dict[str, Any]:
    """The destination as a file says it, with those of its settings that are on."""
    settings = post_options_to_settings(place.manner).items()
    on = {name: value for name, value in settings if value}
    return {"name": place.name, "channel": place.channel, **on}


def dump_configuration(
    conn: Connection, *, workspace_id: int | None = None, paths: bool = True
) -> str:
    """Everything that is set up, as a file that `apply` takes.

    Args:
        conn: For reading.
        workspace_id: Only this workspace.
        paths: False: only the names of folders; where they lie on this machine is
            not for everybody to know, and whoever applies the file says it anew.
    """
    kept = [
        w for w in workspace_store.list_workspaces(conn) if workspace_id in (None, w.id)
    ]
    blocks = [_export_workspace(conn, found, paths) for found in kept]
    return tomli_w.dumps({"workspace": blocks})


def _export_workspace(
    conn: Connection, workspace: Workspace, paths: bool
) -> dict[str, Any]:
    places = destination_store.list_destinations(conn, workspace_id=workspace.id)
    found = digest_store.list_digests(conn, workspace_id=workspace.id)
    let = workspace_store.list_grants(conn, workspace_id=workspace.id)
    editors = [f"{one.kind} {one.external_id}" for one in let]
    return {
        "platform": workspace.platform,
        "id": workspace.external_id,
        "name": workspace.name,
        "zone": workspace.zone,
        **({"editors": editors} if editors else {}),
        "destination": [destination_to_block(place) for place in places],
        "digest": [
            {
                "name": digest.name,
                **_drop_empty(mask_entry(digest_to_entry(digest), paths)),
            }
            for digest in found
        ],
    }


def mask_entry(entry: dict[str, Any], paths: bool) -> dict[str, Any]:
    """The entry without the secrets of its addresses, and perhaps without paths."""
    kinds = ("sources", "paused_sources")
    names = {_mask_address(a, paths): name for a, name in entry["source_names"].items()}
    hidden = {kind: [_mask_address(a, paths) for a in entry[kind]] for kind in kinds}
    return entry | hidden | {"source_names": names}


def _mask_address(address: str, paths: bool) -> str:
    if "://" in address or paths:
        return addresses.mask_secrets(address)
    return Path(address).name


#: What is left out where there is none.
_OMITTED_WHEN_EMPTY = frozenset({"paused_sources", "source_names"})


def _drop_empty(entry: dict[str, Any]) -> dict[str, Any]:
    """Without what is not set, and what is seldom."""
    return {
        name: value
        for name, value in entry.items()
        if value is not None
        and (name not in _OMITTED_WHEN_EMPTY or value)
        and (name, value) != ("corrections", "edit")
    }
