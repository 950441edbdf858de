"""What is known of a person when they come in, in one look; it decides no permission.

What somebody is to be told (a report of theirs was settled, their own digest stands
still) is told with the next private answer, once.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from bot.storage import Connection, destinations, grants, readers, reports
from bot.storage.readers import Reader, Whose
from bot.storage.reports import Report
from bot.types import PERSON, Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A person, as far as the workspace knows them."""

    reader: Reader
    #: An editor let them do an editor's work.
    granted: bool
    #: Settled, and they could not be told by a message of its own.
    settled: tuple[Report, ...]
    #: Why their own digest stands still; None = it does not, or they know.
    pause: str | None


def known(conn: Connection, *, workspace_id: int, person: Person) -> Known:
    """Look the person up."""
    here = Whose(workspace_id=workspace_id, person_id=person.id)
    reader = readers.of(conn, **here)
    own = destinations.by_channel(
        conn, workspace_id=workspace_id, channel=f"{PERSON}{person.id}"
    )
    pause = own.paused if own is not None else None
    return Known(
        reader=reader,
        granted=_granted(conn, workspace_id, person.id, person.roles),
        settled=reports.untold(conn, **here),
        pause=None if pause == reader.told_pause else pause,
    )


def note_told(
    conn: Connection,
    *,
    workspace_id: int,
    person_id: str,
    found: Known,
    now: datetime,
) -> Known:
    """Write down that they are told what is to be told; the same as they are told it.

    What another answer to them tells at this moment is left to that one.
    """
    here = Whose(workspace_id=workspace_id, person_id=person_id)
    ids = tuple(report.public_id for report in found.settled)
    noted = reports.note_told(conn, **here, public_ids=ids, now=now) if ids else ()
    if found.pause is not None:
        readers.choose(conn, **here, chosen={"told_pause": found.pause})
    return replace(
        found, settled=tuple(r for r in found.settled if r.public_id in noted)
    )


def _granted(
    conn: Connection, workspace_id: int, person_id: str, roles: Collection[str]
) -> bool:
    return grants.holds(
        conn, workspace_id=workspace_id, person_id=person_id, roles=roles
    )
