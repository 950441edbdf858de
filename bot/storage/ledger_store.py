"""What one destination was told of a digest, from the editions that went there.

The ledger (`editions.told`) is of a digest's own channels. An edition that went to
another one by hand is not in it, so that they miss nothing; what that other one was
told is found here.
"""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.storage import corrections, editions_json
from bot.storage.schema import deliveries, editions
from digests.amending import amended
from digests.compose import told_by
from digests.types import Told


def told_there(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    destination_id: int,
    since: datetime,
) -> Told:
    """What the digest's editions since then told the readers of the destination.

    An edition that was taken back told nothing, nor one that could not be posted.
    """
    went = select(1).where(
        deliveries.c.edition_id == editions.c.id,
        deliveries.c.workspace_id == workspace_id,
        deliveries.c.destination_id == destination_id,
        deliveries.c.operation == "post",
        deliveries.c.state != "failed",
    )
    rows = connection.execute(
        select(editions.c.id, editions.c.edition).where(
            editions.c.workspace_id == workspace_id,
            editions.c.digest_id == digest_id,
            editions.c.made_at >= since,
            editions.c.undone_at.is_(None),
            editions.c.dropped_at.is_(None),
            went.exists(),
        )
    ).all()
    found = Told()
    for row in rows:
        posted = editions_json.load(row.edition)
        changes = corrections.amendments(
            connection, workspace_id=workspace_id, edition_id=row.id
        )
        found = both(both(found, told_by(posted)), told_by(amended(posted, changes)))
    return found


def both(one: Told, other: Told) -> Told:
    """What either of them tells."""
    return Told(
        stories=one.stories | other.stories,
        revisions=one.revisions | other.revisions,
        sentences=one.sentences | other.sentences,
        figures=one.figures | other.figures,
        quotes=one.quotes | other.quotes,
    )
