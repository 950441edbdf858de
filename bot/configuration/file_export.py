"""Everything that is set up, as a configuration file; it changes nothing.

The secrets of addresses are left out: where the sources are set up, `apply` knows what
is meant.
"""

from pathlib import Path
from typing import Any

import tomli_w

from bot.config_file.places import as_block
from bot.intake import addresses
from bot.looks import as_settings
from bot.storage import Connection, destinations, digests, grants, workspaces
from bot.types import Digest, Workspace


def export(
    conn: Connection, *, workspace_id: int | None = None, paths: bool = True
) -> str:
    """Everything that is set up, as a file that `apply` takes.

    Args:
        conn: For reading.
        workspace_id: Only this workspace.
        paths: False: only the names of folders; where they lie on this machine is
            not for everybody to know, and whoever applies the file says it anew.
    """
    kept = [w for w in workspaces.every(conn) if workspace_id in (None, w.id)]
    blocks = [_export_workspace(conn, found, paths) for found in kept]
    return tomli_w.dumps({"workspace": blocks})


def _export_workspace(
    conn: Connection, workspace: Workspace, paths: bool
) -> dict[str, Any]:
    places = destinations.in_workspace(conn, workspace_id=workspace.id)
    found = digests.in_workspace(conn, workspace_id=workspace.id)
    let = grants.in_workspace(conn, workspace_id=workspace.id)
    editors = [f"{one.kind} {one.external_id}" for one in let]
    return {
        "platform": workspace.platform,
        "id": workspace.external_id,
        "name": workspace.name,
        "zone": workspace.zone,
        **({"editors": editors} if editors else {}),
        "destination": [as_block(place) for place in places],
        "digest": [
            {"name": digest.name, **_without_empty(masked(as_entry(digest), paths))}
            for digest in found
        ],
    }


def masked(entry: dict[str, Any], paths: bool) -> dict[str, Any]:
    """The entry without the secrets of its addresses, and perhaps without paths."""
    kinds = ("sources", "paused_sources")
    names = {_shown(a, paths): name for a, name in entry["source_names"].items()}
    hidden = {kind: [_shown(a, paths) for a in entry[kind]] for kind in kinds}
    return entry | hidden | {"source_names": names}


def _shown(address: str, paths: bool) -> str:
    if "://" in address or paths:
        return addresses.shown(address)
    return Path(address).name


#: What is left out where there is none.
_SELDOM = frozenset({"paused_sources", "source_names"})


def _without_empty(entry: dict[str, Any]) -> dict[str, Any]:
    """Without what is not set, and what is seldom."""
    return {
        name: value
        for name, value in entry.items()
        if value is not None
        and (name not in _SELDOM or value)
        and (name, value) != ("corrections", "edit")
    }


def as_entry(digest: Digest) -> dict[str, Any]:
    """The digest in the words of a configuration file; those that rest come last."""
    paused = [source.address for source in digest.paused_sources]
    return {
        "sources": [*(source.address for source in digest.sources), *paused],
        "paused_sources": paused,
        "source_names": {
            source.address: source.called
            for source in (*digest.sources, *digest.paused_sources)
            if source.called
        },
        "destinations": [place.name for place in digest.destinations],
        "schedule": list(digest.schedules),
        "quiet_hours": digest.quiet_hours,
        "paused": digest.paused,
        "paused_until": digest.paused_until,
        "skip": list(digest.skips) or None,
        "stories": digest.stories,
        **as_settings(digest.look),
        "include": list(digest.include),
        "exclude": list(digest.exclude),
        "language": digest.language,
        "corrections": digest.corrections,
    }
