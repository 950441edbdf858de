"""What becomes of messages of which nobody can tell whether they arrived.

Such a message is held: sending it again may show it twice, leaving it may lose it. A
person who can look into the channel decides, once; this carries the decision out and
sends nothing itself.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

from bot.errors import UserError
from bot.sentences import Phrase
from bot.storage import Connection, deliveries
from bot.types import Delivery

Decision = Literal["again", "leave"]
#: Characters of a key that people type.
SHORT: Final = 8
#: Characters of who decided, in what stays.
_WHO: Final = 80
DECIDED: Final = (
    "This message is not held any more: somebody decided, or it was found. "
    "/newsdesk status shows how it is."
)


def decide(
    conn: Connection,
    *,
    workspace_id: int,
    key: str,
    decision: Decision,
    by: str,
    now: datetime,
) -> Delivery:
    """Send the held message of this key again, or leave it as it is.

    Left, it counts as done, and what waits behind it goes out.

    Raises:
        UserError: No such message is held here.
    """
    for held in deliveries.held(conn, workspace_id=workspace_id):
        if held.key != key:
            continue
        which: dict[str, Any] = {
            "workspace_id": workspace_id,
            "delivery_id": held.id,
            "now": now,
        }
        if decision == "again":
            done = deliveries.release(conn, **which)
        else:
            reason = f"{by[:_WHO]} left it as it is. {held.reason or ''}".strip()
            done = deliveries.leave(conn, **which, reason=reason)
        if done:
            return held
    raise UserError(DECIDED)


def named(held: Sequence[Delivery], typed: str) -> Delivery:
    """The held message whose key begins as it was typed.

    Raises:
        UserError: There is none, or more than one.
    """
    found = [one for one in held if typed and one.key.startswith(typed.lower())]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.key[:SHORT] for one in held) or Phrase("none")
    raise UserError(
        "No single held message begins with «{typed}». Held: {names}.",
        typed=typed,
        names=names,
    )
