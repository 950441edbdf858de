"""Verbs on corrections: what was put right in an edition after it was told.

    due ─► edited     its messages are edited (how that went stands with the deliveries)
        └► listed     they are not: as somebody wished, or because it was not possible
    unshown           the article was corrected in something that no message tells

The edition itself is never rewritten: `amendments` are applied to it in their order.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, select, update

from bot.storage import editions_json, privacy
from bot.storage.schema import corrections as table
from bot.storage.schema import editions, workspaces
from bot.types import Payload
from digests.amending import Amendment

State = Literal["due", "edited", "listed", "unshown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """A correction of an edition."""

    edition_id: int
    #: Public id of the story, and its headline as it was told.
    story: str
    headline: str
    found_at: datetime
    state: State
    reason: str | None = None
    #: [{before, after, old, new}]: the words, then the sentences.
    changes: Sequence[Payload] = ()
    #: None: nothing that is shown changes.
    amendment: Amendment | None = None
    #: Of the article that was corrected; None where an editor wrote it.
    article_id: int | None = None
    outlet: str | None = None
    old_revision: str | None = None
    new_revision: str | None = None
    by_name: str | None = None
    taken_back_at: datetime | None = None
    id: int = 0


def record(connection: Connection, *, workspace_id: int, correction: Correction) -> int:
    """Keep a correction; its key."""
    one = correction
    key: int = connection.execute(
        table.insert()
        .values(
            workspace_id=workspace_id,
            edition_id=one.edition_id,
            story=one.story,
            headline=one.headline,
            article_id=one.article_id,
            outlet=one.outlet,
            old_revision=one.old_revision,
            new_revision=one.new_revision,
            found_at=one.found_at,
            state=one.state,
            reason=one.reason,
            changes=[dict(change) for change in one.changes],
            amendment=editions_json.dump(one.amendment) if one.amendment else None,
            by_name=one.by_name,
        )
        .returning(table.c.id)
    ).scalar_one()
    return key


def due(
    connection: Connection, *, platforms: Collection[str], limit: int
) -> tuple[tuple[int, int], ...]:
    """List (workspace, edition) where something is to be edited, on these platforms.

    For everybody: it is the clock's.
    """
    found = connection.execute(
        select(table.c.workspace_id, table.c.edition_id)
        .join(workspaces, workspaces.c.id == table.c.workspace_id)
        .where(table.c.state == "due", workspaces.c.platform.in_(platforms))
        .group_by(table.c.workspace_id, table.c.edition_id)
        .order_by(table.c.edition_id)
        .limit(limit)
    )
    return tuple((row.workspace_id, row.edition_id) for row in found)


def settle(
    connection: Connection,
    *,
    workspace_id: int,
    edition_id: int,
    state: State,
    reason: str | None = None,
) -> None:
    """Say what became of all that was due of the edition."""
    connection.execute(
        update(table)
        .where(
            table.c.workspace_id == workspace_id,
            table.c.edition_id == edition_id,
            table.c.state == "due",
        )
        .values(state=state, reason=reason)
    )


def of_edition(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> tuple[Correction, ...]:
    """List an edition's corrections, the earliest first."""
    found = connection.execute(
        select(table)
        .where(table.c.workspace_id == workspace_id, table.c.edition_id == edition_id)
        .order_by(table.c.id)
    )
    return tuple(map(_noun, found))


def count(
    connection: Connection, *, workspace_id: int, edition_id: int, article_id: int
) -> int:
    """Count what an article corrected in an edition."""
    found: int = connection.execute(
        select(func.count()).where(
            table.c.workspace_id == workspace_id,
            table.c.edition_id == edition_id,
            table.c.article_id == article_id,
        )
    ).scalar_one()
    return found


def amendments(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> tuple[Amendment, ...]:
    """List what is shown otherwise than it was told at first, in its order."""
    found = connection.execute(
        select(table.c.amendment)
        .where(
            table.c.workspace_id == workspace_id,
            table.c.edition_id == edition_id,
            table.c.state.in_(("due", "edited")),
            table.c.taken_back_at.is_(None),
            table.c.amendment.is_not(None),
        )
        .order_by(table.c.id)
    ).scalars()
    return tuple(editions_json.load_as(Amendment, text) for text in found)


def newest(
    connection: Connection,
    *,
    workspace_id: int,
    since: datetime | None = None,
    count: int,
) -> tuple[Correction, ...]:
    """List the workspace's corrections, the newest first, from `since` on.

    Those of people's own editions are not among them.
    """
    query = (
        select(table)
        .join(editions, editions.c.id == table.c.edition_id)
        .where(
            table.c.workspace_id == workspace_id,
            privacy.of_digest(editions.c.digest_id, workspace_id, None),
        )
    )
    if since is not None:
        query = query.where(table.c.found_at >= since)
    found = connection.execute(query.order_by(table.c.id.desc()).limit(count))
    return tuple(map(_noun, found))


def by_editor(
    connection: Connection, *, workspace_id: int, edition_id: int, story: str
) -> Correction | None:
    """Find what an editor wrote of the story, as far as it still holds."""
    row = connection.execute(
        select(table)
        .where(
            table.c.workspace_id == workspace_id,
            table.c.edition_id == edition_id,
            table.c.story == story,
            table.c.by_name.is_not(None),
            table.c.taken_back_at.is_(None),
        )
        .order_by(table.c.id.desc())
        .limit(1)
    ).first()
    return _noun(row) if row else None


def take_back(
    connection: Connection,
    *,
    workspace_id: int,
    corrections: Collection[int],
    now: datetime,
) -> None:
    """Let these (keys) not hold any more; their editions are to be edited again."""
    connection.execute(
        update(table)
        .where(table.c.workspace_id == workspace_id, table.c.id.in_(corrections))
        .values(taken_back_at=now, state="due", reason=None)
    )


def _noun(row: Row[Any]) -> Correction:
    written = row.amendment
    return Correction(
        id=row.id,
        edition_id=row.edition_id,
        story=row.story,
        headline=row.headline,
        found_at=row.found_at,
        state=row.state,
        reason=row.reason,
        changes=row.changes,
        amendment=editions_json.load_as(Amendment, written) if written else None,
        article_id=row.article_id,
        outlet=row.outlet,
        old_revision=row.old_revision,
        new_revision=row.new_revision,
        by_name=row.by_name,
        taken_back_at=row.taken_back_at,
    )
