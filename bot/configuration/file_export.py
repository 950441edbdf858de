"""Write the configuration of workspaces as a file that `apply` takes, without secrets.

The secrets of addresses are left out; in a workspace that has these sources, `apply`
finds the full addresses.
"""

from pathlib import Path
from typing import Any

import tomli_w

from bot.configuration.change_steps import format_grant
from bot.ingest import addresses
from bot.model import Destination, Digest, DigestSettings, Workspace, list_settings
from bot.storage import Connection, destination_store, digest_store, workspace_store


def dump_configuration(
    conn: Connection, *, workspace_id: int | None = None, paths: bool = True
) -> str:
    """Dump the configuration of workspaces as TOML.

    Args:
        conn: Only read from.
        workspace_id: Only this workspace.
        paths: False = folders by their names only, because their paths on this machine
            are not public.
    """
    kept = [
        w for w in workspace_store.list_workspaces(conn) if workspace_id in (None, w.id)
    ]
    blocks = [_export_workspace(conn, found, paths) for found in kept]
    return tomli_w.dumps({"workspace": blocks})


def _export_workspace(
    conn: Connection, workspace: Workspace, paths: bool
) -> dict[str, Any]:
    scope = workspace.scope
    editors = [format_grant(one) for one in workspace_store.list_grants(conn, scope)]
    places = destination_store.list_destinations(conn, scope)
    digests = digest_store.list_digests(conn, scope)
    return {
        "platform": workspace.platform,
        "id": workspace.external_id,
        "name": workspace.name,
        "zone": workspace.zone,
        **({"editors": editors} if editors else {}),
        "destination": [destination_to_block(place) for place in places],
        "digest": [_digest_to_block(digest, paths) for digest in digests],
    }


def destination_to_block(place: Destination) -> dict[str, Any]:
    """Convert a destination to its table of the file, without options that are off."""
    options = {name: value for name, value in place.post_options if value}
    return {"name": place.name, "channel": place.channel, **options}


def _digest_to_block(digest: Digest, paths: bool) -> dict[str, Any]:
    """Convert a digest to its table of the file, without secrets and unset values."""
    settings = digest.settings
    shown = {a: _mask_address(a, paths) for a in settings.sources}
    masked = {
        "sources": tuple(shown.values()),
        "paused_sources": tuple(shown[a] for a in settings.paused_sources),
        "source_names": {shown[a]: name for a, name in settings.source_names.items()},
    }
    values = dict(settings) | masked
    pairs = (
        (setting, values[setting.name]) for setting in list_settings(DigestSettings)
    )
    return {
        setting.name: list(value) if isinstance(value, tuple) else value
        for setting, value in pairs
        if value is not None
        and not (setting.info.omit_default and value == setting.default)
    }


def _mask_address(address: str, paths: bool) -> str:
    if "://" in address or paths:
        return addresses.mask_secrets(address)
    return Path(address).name
