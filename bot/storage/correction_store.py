"""Corrections: what was put right in an edition after it was published.

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

from bot.model import Payload
from bot.storage import columns, statements
from bot.storage.schema import corrections, editions, workspaces
from digests.corrections.amendments import Amendment
from digests.messages import Message

CorrectionState = Literal["due", "edited", "listed", "unshown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """A correction of an edition."""

    edition_id: int
    #: Public id of the story, and its headline as it was told.
    story: str
    headline: str
    found_at: datetime
    state: CorrectionState
    reason: Message | None = None
    #: [{before, after, old, new}]: the words, then the sentences.
    changes: Sequence[Payload] = ()
    #: None: nothing that is shown changes.
    amendment: Amendment | None = None
    #: Of the article that was corrected; None where an editor wrote it.
    article_id: int | None = None
    outlet: str | None = None
    old_revision: str | None = None
    new_revision: str | None = None
    editor_name: str | None = None
    reverted_at: datetime | None = None
    id: int = 0


def add_correction(
    connection: Connection, *, workspace_id: int, correction: Correction
) -> int:
    """Keep a correction; its key."""
    one = correction
    key: int = connection.execute(
        corrections.insert()
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
            amendment=columns.dump_dataclass(one.amendment) if one.amendment else None,
            editor_name=one.editor_name,
        )
        .returning(corrections.c.id)
    ).scalar_one()
    return key


def list_due_corrections(
    connection: Connection, *, platforms: Collection[str], limit: int
) -> tuple[tuple[int, int], ...]:
    """List (workspace, edition) where something is to be edited, on these platforms.

    For everybody: it is the clock's.
    """
    found = connection.execute(
        select(corrections.c.workspace_id, corrections.c.edition_id)
        .join(workspaces, workspaces.c.id == corrections.c.workspace_id)
        .where(corrections.c.state == "due", workspaces.c.platform.in_(platforms))
        .group_by(corrections.c.workspace_id, corrections.c.edition_id)
        .order_by(corrections.c.edition_id)
        .limit(limit)
    )
    return tuple((row.workspace_id, row.edition_id) for row in found)


def finish_corrections(
    connection: Connection,
    *,
    workspace_id: int,
    edition_id: int,
    state: CorrectionState,
    reason: Message | None = None,
) -> None:
    """Say what became of all that was due of the edition."""
    connection.execute(
        update(corrections)
        .where(
            corrections.c.workspace_id == workspace_id,
            corrections.c.edition_id == edition_id,
            corrections.c.state == "due",
        )
        .values(state=state, reason=reason)
    )


def list_corrections(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> tuple[Correction, ...]:
    """List an edition's corrections, the earliest first."""
    found = connection.execute(
        select(corrections)
        .where(
            corrections.c.workspace_id == workspace_id,
            corrections.c.edition_id == edition_id,
        )
        .order_by(corrections.c.id)
    )
    return tuple(map(_correction_from_row, found))


def count_article_corrections(
    connection: Connection, *, workspace_id: int, edition_id: int, article_id: int
) -> int:
    """Count what an article corrected in an edition."""
    found: int = connection.execute(
        select(func.count()).where(
            corrections.c.workspace_id == workspace_id,
            corrections.c.edition_id == edition_id,
            corrections.c.article_id == article_id,
        )
    ).scalar_one()
    return found


def list_amendments(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> tuple[Amendment, ...]:
    """List what is shown otherwise than it was told at first, in its order."""
    found = connection.execute(
        select(corrections.c.amendment)
        .where(
            corrections.c.workspace_id == workspace_id,
            corrections.c.edition_id == edition_id,
            corrections.c.state.in_(("due", "edited")),
            corrections.c.reverted_at.is_(None),
            corrections.c.amendment.is_not(None),
        )
        .order_by(corrections.c.id)
    ).scalars()
    return tuple(columns.load_dataclass(Amendment, text) for text in found)


def list_newest_corrections(
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
        select(corrections)
        .join(editions, editions.c.id == corrections.c.edition_id)
        .where(
            corrections.c.workspace_id == workspace_id,
            statements.filter_visible_digests(editions.c.digest_id, workspace_id, None),
        )
    )
    if since is not None:
        query = query.where(corrections.c.found_at >= since)
    found = connection.execute(query.order_by(corrections.c.id.desc()).limit(count))
    return tuple(map(_correction_from_row, found))


def find_editor_correction(
    connection: Connection, *, workspace_id: int, edition_id: int, story: str
) -> Correction | None:
    """Find what an editor wrote of the story, as far as it still holds."""
    row = connection.execute(
        select(corrections)
        .where(
            corrections.c.workspace_id == workspace_id,
            corrections.c.edition_id == edition_id,
            corrections.c.story == story,
            corrections.c.editor_name.is_not(None),
            corrections.c.reverted_at.is_(None),
        )
        .order_by(corrections.c.id.desc())
        .limit(1)
    ).first()
    return _correction_from_row(row) if row else None


def revert_corrections(
    connection: Connection,
    *,
    workspace_id: int,
    ids: Collection[int],
    now: datetime,
) -> None:
    """Let these (keys) not hold any more; their editions are to be edited again."""
    connection.execute(
        update(corrections)
        .where(corrections.c.workspace_id == workspace_id, corrections.c.id.in_(ids))
        .values(reverted_at=now, state="due", reason=None)
    )


def _correction_from_row(row: Row[Any]) -> Correction:
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
        amendment=columns.load_dataclass(Amendment, written) if written else None,
        article_id=row.article_id,
        outlet=row.outlet,
        old_revision=row.old_revision,
        new_revision=row.new_revision,
        editor_name=row.editor_name,
        reverted_at=row.reverted_at,
    )
