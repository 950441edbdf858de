"""Corrections of an edition after it was published.

    due ─► edited     messages are edited; their deliveries have the outcome
        └► listed     messages are not edited, by setting or because it is impossible
    unshown           the article changed in something that no message shows

The stored edition is never rewritten: amendments are applied to it in order.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from bot.model.edition import Payload
from bot.model.workspace import Scope
from bot.storage.columns import dump_dataclass, load_dataclass
from bot.storage.schema import corrections, editions, workspaces
from bot.storage.statements import (
    Condition,
    count_rows,
    filter_visible_digests,
    find_first,
    from_row,
    in_scope,
    list_scalars,
    to_row,
    update_rows,
)
from digests.corrections.amendments import Amendment
from digests.messages import Message

CorrectionState = Literal["due", "edited", "listed", "unshown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """A correction of an edition."""

    edition_id: int
    #: Public id of the story, and its headline as it was published.
    story: str
    headline: str
    found_at: datetime
    state: CorrectionState
    reason: Message | None = None
    #: [{before, after, old, new}]: the words, then the sentences.
    changes: Sequence[Payload] = ()
    #: None: nothing in the messages changes.
    amendment: Amendment | None = None
    #: Key of the corrected article; None if an editor wrote the correction.
    article_id: int | None = None
    outlet: str | None = None
    old_revision: str | None = None
    new_revision: str | None = None
    editor_name: str | None = None
    reverted_at: datetime | None = None
    id: int = 0


def add_correction(conn: Connection, scope: Scope, *, correction: Correction) -> int:
    """Store a correction; return its key."""
    values = to_row(
        corrections,
        correction,
        workspace_id=scope.workspace_id,
        changes=[dict(change) for change in correction.changes],
        amendment=correction.amendment and dump_dataclass(correction.amendment),
    )
    query = corrections.insert().values(values)
    key: int = conn.execute(query.returning(corrections.c.id)).scalar_one()
    return key


def list_due_corrections(
    conn: Connection, *, platforms: Collection[str], limit: int
) -> tuple[tuple[int, int], ...]:
    """List (workspace, edition) keys with due corrections, in all workspaces."""
    found = conn.execute(
        select(corrections.c.workspace_id, corrections.c.edition_id)
        .join(workspaces, workspaces.c.id == corrections.c.workspace_id)
        .where(corrections.c.state == "due", workspaces.c.platform.in_(platforms))
        .group_by(corrections.c.workspace_id, corrections.c.edition_id)
        .order_by(corrections.c.edition_id)
        .limit(limit)
    )
    return tuple((row.workspace_id, row.edition_id) for row in found)


def finish_corrections(
    conn: Connection,
    scope: Scope,
    *,
    edition_id: int,
    state: CorrectionState,
    reason: Message | None = None,
) -> None:
    """Record the outcome of all due corrections of the edition."""
    update_rows(
        conn,
        corrections,
        *_of_edition(scope, edition_id),
        corrections.c.state == "due",
        state=state,
        reason=reason,
    )


def list_corrections(
    conn: Connection, scope: Scope, *, edition_id: int
) -> tuple[Correction, ...]:
    """List an edition's corrections, the earliest first."""
    found = conn.execute(
        select(corrections)
        .where(*_of_edition(scope, edition_id))
        .order_by(corrections.c.id)
    )
    return tuple(map(_correction_from_row, found))


def count_article_corrections(
    conn: Connection, scope: Scope, *, edition_id: int, article_id: int
) -> int:
    """Count the corrections of an article in an edition."""
    return count_rows(
        conn,
        corrections,
        *_of_edition(scope, edition_id),
        corrections.c.article_id == article_id,
    )


def list_amendments(
    conn: Connection, scope: Scope, *, edition_id: int
) -> tuple[Amendment, ...]:
    """List the amendments of the edition, in the order in which they are applied."""
    query = (
        select(corrections.c.amendment)
        .where(
            *_of_edition(scope, edition_id),
            corrections.c.state.in_(("due", "edited")),
            corrections.c.reverted_at.is_(None),
            corrections.c.amendment.is_not(None),
        )
        .order_by(corrections.c.id)
    )
    found = list_scalars(conn, query)
    return tuple(load_dataclass(Amendment, text) for text in found)


def list_newest_corrections(
    conn: Connection, scope: Scope, *, since: datetime | None = None, count: int
) -> tuple[Correction, ...]:
    """List the workspace's corrections, the newest first, from `since` on.

    Those of personal editions are left out.
    """
    query = (
        select(corrections)
        .join(editions, editions.c.id == corrections.c.edition_id)
        .where(
            in_scope(corrections, scope),
            filter_visible_digests(editions.c.digest_id, scope, None),
        )
    )
    if since is not None:
        query = query.where(corrections.c.found_at >= since)
    found = conn.execute(query.order_by(corrections.c.id.desc()).limit(count))
    return tuple(map(_correction_from_row, found))


def find_editor_correction(
    conn: Connection, scope: Scope, *, edition_id: int, story: str
) -> Correction | None:
    """Find the unreverted correction of the story by an editor."""
    query = (
        select(corrections)
        .where(
            *_of_edition(scope, edition_id),
            corrections.c.story == story,
            corrections.c.editor_name.is_not(None),
            corrections.c.reverted_at.is_(None),
        )
        .order_by(corrections.c.id.desc())
        .limit(1)
    )
    return find_first(conn, query, _correction_from_row)


def revert_corrections(
    conn: Connection, scope: Scope, *, ids: Collection[int], now: datetime
) -> None:
    """Revert these corrections (keys); their editions become due for an edit."""
    update_rows(
        conn,
        corrections,
        in_scope(corrections, scope),
        corrections.c.id.in_(ids),
        reverted_at=now,
        state="due",
        reason=None,
    )


def _of_edition(scope: Scope, edition_id: int) -> tuple[Condition, ...]:
    mine = in_scope(corrections, scope)
    return mine, corrections.c.edition_id == edition_id


def _correction_from_row(row: Row[Any]) -> Correction:
    amendment = row.amendment and load_dataclass(Amendment, row.amendment)
    return from_row(Correction, row, amendment=amendment)
