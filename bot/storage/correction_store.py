"""Corrections of an edition after it was published.

    due ─► edited     messages are edited; their deliveries have the outcome
        └► listed     messages are not edited, by setting or because it is impossible
    unshown           the article changed in something that no message shows

The stored edition is never rewritten: amendments are applied to it in order.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, select

from bot.model.edition import Payload
from bot.model.jobs import JobRequest
from bot.model.scope import Scope
from bot.storage.columns import dump_dataclass, load_dataclass
from bot.storage.job_requests import request_job
from bot.storage.schema import corrections, editions, workspaces
from bot.storage.statements import (
    count_rows,
    filter_visible_digests,
    find_first,
    from_row,
    in_scope,
    insert_row,
    list_all,
    list_scalars,
    to_row,
    update_rows,
)
from digests.corrections.amendments import Amendment
from digests.messages import Message
from digests.types import frozen

_CORRECTION = corrections.c
CorrectionState = Literal["due", "edited", "listed", "unshown"]


@frozen
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


def add_correction(conn: Connection, scope: Scope, correction: Correction) -> int:
    """Store a correction; return its key."""
    values = to_row(
        corrections,
        correction,
        **asdict(scope),
        changes=[dict(change) for change in correction.changes],
        amendment=correction.amendment and dump_dataclass(correction.amendment),
    )
    request_job(conn, JobRequest(task="correct"))
    return insert_row(conn, corrections, **values)


def list_due_corrections(
    conn: Connection, platforms: Collection[str], limit: int
) -> tuple[tuple[int, int], ...]:
    """List (workspace, edition) keys with due corrections, in all workspaces."""
    keys = (_CORRECTION.workspace_id, _CORRECTION.edition_id)
    query = (
        select(*keys)
        .join(workspaces, workspaces.c.id == _CORRECTION.workspace_id)
        .where(_CORRECTION.state == "due", workspaces.c.platform.in_(platforms))
        .group_by(*keys)
        .order_by(_CORRECTION.edition_id)
    )
    return list_all(conn, query.limit(limit), tuple)


def finish_corrections(
    conn: Connection,
    scope: Scope,
    edition_id: int,
    state: CorrectionState,
    reason: Message | None = None,
) -> None:
    """Record the outcome of all due corrections of the edition."""
    due = in_scope(corrections, scope, edition_id=edition_id, state="due")
    update_rows(conn, corrections, due, state=state, reason=reason)


def list_corrections(
    conn: Connection, scope: Scope, edition_id: int
) -> tuple[Correction, ...]:
    """List an edition's corrections, the earliest first."""
    mine = in_scope(corrections, scope, edition_id=edition_id)
    query = select(corrections).where(mine).order_by(_CORRECTION.id)
    return list_all(conn, query, _correction_from_row)


def count_article_corrections(
    conn: Connection, scope: Scope, edition_id: int, article_id: int
) -> int:
    """Count the corrections of an article in an edition."""
    mine = in_scope(corrections, scope, edition_id=edition_id, article_id=article_id)
    return count_rows(conn, corrections, mine)


def list_amendments(
    conn: Connection, scope: Scope, edition_id: int
) -> tuple[Amendment, ...]:
    """List the amendments of the edition, in the order in which they are applied."""
    applied = and_(
        in_scope(corrections, scope, edition_id=edition_id, reverted_at=None),
        _CORRECTION.state.in_(("due", "edited")),
        _CORRECTION.amendment.is_not(None),
    )
    query = select(_CORRECTION.amendment).where(applied).order_by(_CORRECTION.id)
    found = list_scalars(conn, query)
    return tuple(load_dataclass(Amendment, text) for text in found)


def list_newest_corrections(
    conn: Connection,
    scope: Scope,
    *,
    since: datetime | None = None,
    count: int,
    edition_id: int | None = None,
    story: str | None = None,
) -> tuple[Correction, ...]:
    """List the workspace's corrections, the newest first, from `since` on.

    Those of personal editions are left out unless the edition is named. `edition_id`
    and `story` (public id) restrict the list to one edition, and to one story.
    """
    visible = filter_visible_digests(editions.c.digest_id, scope, None)
    query = (
        select(corrections)
        .join(editions, editions.c.id == _CORRECTION.edition_id)
        .where(in_scope(corrections, scope))
    )
    if edition_id is None:
        query = query.where(visible)
    else:
        query = query.where(_CORRECTION.edition_id == edition_id)
    if story is not None:
        query = query.where(_CORRECTION.story == story)
    if since is not None:
        query = query.where(_CORRECTION.found_at >= since)
    newest = query.order_by(_CORRECTION.id.desc()).limit(count)
    return list_all(conn, newest, _correction_from_row)


def find_editor_correction(
    conn: Connection, scope: Scope, edition_id: int, story: str
) -> Correction | None:
    """Find the unreverted correction of the story by an editor."""
    mine = {"edition_id": edition_id, "story": story, "reverted_at": None}
    query = select(corrections).where(
        in_scope(corrections, scope, **mine), _CORRECTION.editor_name.is_not(None)
    )
    newest = query.order_by(_CORRECTION.id.desc()).limit(1)
    return find_first(conn, newest, _correction_from_row)


def revert_corrections(
    conn: Connection, scope: Scope, ids: Collection[int], now: datetime
) -> None:
    """Revert these corrections (keys); their editions become due for an edit."""
    mine = (in_scope(corrections, scope), _CORRECTION.id.in_(ids))
    due = {"state": "due", "reason": None}
    update_rows(conn, corrections, *mine, reverted_at=now, **due)


def _correction_from_row(row: Row[Any]) -> Correction:
    amendment = row.amendment and load_dataclass(Amendment, row.amendment)
    return from_row(Correction, row, amendment=amendment)
