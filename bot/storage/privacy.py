"""Conditions that keep what is one person's own from everybody else; no verb.

A person's own digest has editions, decisions and deliveries like every other. What
looks over a workspace must not tell of them: they show what somebody follows.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.schema import destinations, digests


def of_digest(
    digest_id: ColumnElement[Any], workspace_id: int, person_id: str | None
) -> ColumnElement[bool]:
    """The digest is the workspace's, or this person's own."""
    theirs = select(digests.c.id).where(
        digests.c.workspace_id == workspace_id, digests.c.person_id.is_not(None)
    )
    if person_id is not None:
        theirs = theirs.where(digests.c.person_id != person_id)
    return digest_id.not_in(theirs)


def of_place(
    destination_id: ColumnElement[Any], workspace_id: int
) -> ColumnElement[bool]:
    """The destination is the workspace's."""
    theirs = select(destinations.c.id).where(
        destinations.c.workspace_id == workspace_id,
        destinations.c.person_id.is_not(None),
    )
    return destination_id.not_in(theirs)
