"""What was corrected, and how far the messages say so by now; it changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.storage import Connection, corrections, deliveries
from bot.storage.corrections import Correction
from bot.types import Delivery


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A correction with what became of the messages that tell it."""

    correction: Correction
    #: Messages that were edited, and those that still wait for it.
    edited: int = 0
    waiting: int = 0
    #: Why others could not be, each reason once.
    failed: tuple[str, ...] = ()


def listed(
    conn: Connection, *, workspace_id: int, since: datetime | None, count: int
) -> tuple[Listed, ...]:
    """The workspace's corrections, the newest first."""
    here = {"workspace_id": workspace_id}
    found = corrections.newest(conn, **here, since=since, count=count)
    sent = {
        edition: deliveries.of_edition(conn, **here, edition_id=edition)
        for edition in {one.edition_id for one in found if one.state == "edited"}
    }
    return tuple(_listed(one, sent.get(one.edition_id, ())) for one in found)


def _listed(one: Correction, sent: Sequence[Delivery]) -> Listed:
    edits = [delivery for delivery in sent if delivery.operation == "edit"]
    reasons = [d.reason or "" for d in edits if d.state in ("failed", "held")]
    return Listed(
        correction=one,
        edited=sum(delivery.state == "sent" for delivery in edits),
        waiting=len(edits) - len(reasons) - sum(d.state == "sent" for d in edits),
        failed=tuple(dict.fromkeys(filter(None, reasons))),
    )
