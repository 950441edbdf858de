"""Names that complete what editors type: sources, filters, packs, zones …; only theirs.

Every list is the asking workspace's own, and what is secret in an address is left out.
"""

from zoneinfo import available_timezones

from bot.commands.desk import Desk
from bot.commands.newsdesk_preview import DAYS
from bot.configuring import packs
from bot.intake import addresses
from bot.storage import destinations, reports


async def names(desk: Desk, workspace_id: int, kind: str) -> tuple[str, ...]:
    """All names of the kind that the workspace knows; none of an unknown kind."""
    match kind:
        case "day":
            return DAYS
        case "pack":
            return packs.names()
        case "zone":
            return tuple(sorted(z for z in available_timezones() if "/" in z))
        case "destination":
            places = await desk.db.read(
                destinations.in_workspace, workspace_id=workspace_id
            )
            return tuple(place.name for place in places)
        case "report":
            found = await desk.db.read(
                reports.open_in, workspace_id=workspace_id, limit=25
            )
            return tuple(report.public_id for report in found)
        case "source" | "filter" | "schedule":
            return await _of_digests(desk, workspace_id, kind)
        case _:
            return ()


async def _of_digests(desk: Desk, workspace_id: int, kind: str) -> tuple[str, ...]:
    found: list[str] = []
    for digest in await desk.archive.digests(workspace_id):
        match kind:
            case "source":
                every = (*digest.sources, *digest.paused_sources)
                found += [s.called or addresses.shown(s.name) for s in every]
            case "filter":
                found += [*digest.include, *digest.exclude]
            case "schedule":
                found += digest.schedules
    return tuple(dict.fromkeys(found))
