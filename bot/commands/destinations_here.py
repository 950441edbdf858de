"""Finds the destinations that somebody means by what they typed; it changes none."""

from collections.abc import Sequence

from bot.commands.desk import Desk
from bot.configuring.telling import cut
from bot.errors import UnknownName
from bot.storage import destinations
from bot.types import Destination, Place
from digests.language.fold import fold


def called(written: str, known: Sequence[Destination]) -> Destination:
    """The destination that somebody means.

    Raises:
        UnknownName: There is none of this name; which there are.
    """
    said = fold(written).strip().lstrip("#")
    found = next((d for d in known if fold(d.name) == said), None)
    if found is None:
        names = ", ".join(f"«{d.name}»" for d in known) or "none"
        raise UnknownName(
            "There is no destination «{written}» here. There are: {names}.",
            written=cut(written),
            names=names,
        )
    return found


async def known_here(desk: Desk, place: Place) -> tuple[Destination, ...]:
    """The destinations of the workspace."""
    return await desk.db.read(
        destinations.in_workspace, workspace_id=place.workspace.id
    )
