"""Drafts of editions, what was done to them, and the moments at which they need work.

A draft belongs to an occurrence in the state «draft», whose `not_before` says when
there is something to do for it; NULL: it waits for an editor. Whoever changes a draft
does so on the version that they saw (`update_draft`): of two changes of one version,
only the first one is stored.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.model.drafts import Draft, DraftAct, DraftContent
from bot.model.edition import PictureRef, pictures_from_json, pictures_to_json
from bot.model.scope import Scope
from bot.storage import schedule_store
from bot.storage.columns import dump_dataclass, load_dataclass
from bot.storage.schema import draft_acts, drafts
from bot.storage.statements import (
    delete_rows,
    find_first,
    from_row,
    in_scope,
    insert_row,
    insert_with_public_id,
    is_among,
    list_all,
    list_scalars,
    to_row,
    update_rows,
)
from digests.messages import Message

_DRAFT, _ACT = drafts.c, draft_acts.c


def add_draft(
    conn: Connection,
    scope: Scope,
    digest_id: int,
    occurrence_id: int,
    content: DraftContent,
    post_at: datetime,
    now: datetime,
    pictures: Mapping[str, PictureRef] | None = None,
) -> Draft:
    """Store the first version of a draft; an occurrence can have only one."""
    row = insert_with_public_id(
        conn,
        drafts,
        "d",
        **asdict(scope),
        digest_id=digest_id,
        occurrence_id=occurrence_id,
        state="open",
        version=1,
        content=dump_dataclass(content),
        post_at=post_at,
        made_at=now,
        pictures=pictures_to_json(pictures or {}) or None,
    )
    return _draft_from_row(row)


def find_draft(conn: Connection, scope: Scope, public_id: str) -> Draft | None:
    """Find the workspace's draft with this public id."""
    query = select(drafts).where(in_scope(drafts, scope, public_id=public_id))
    return find_first(conn, query, _draft_from_row)


def find_draft_of(conn: Connection, scope: Scope, occurrence_id: int) -> Draft | None:
    """Find the draft of an occurrence."""
    mine = in_scope(drafts, scope, occurrence_id=occurrence_id)
    return find_first(conn, select(drafts).where(mine), _draft_from_row)


def select_drafted(conn: Connection, keys: Collection[int]) -> frozenset[int]:
    """Select those of the occurrences (keys) that have a draft, of any workspace."""
    query = select(_DRAFT.occurrence_id).where(
        is_among(conn, _DRAFT.occurrence_id, keys)
    )
    return frozenset(list_scalars(conn, query))


def list_open_drafts(
    conn: Connection, scope: Scope, digest_id: int | None = None
) -> tuple[Draft, ...]:
    """List the drafts that wait, of the workspace or one digest, the earliest first."""
    values = {} if digest_id is None else {"digest_id": digest_id}
    query = select(drafts).where(in_scope(drafts, scope, state="open", **values))
    return list_all(conn, query.order_by(_DRAFT.post_at, _DRAFT.id), _draft_from_row)


def list_ended_drafts(conn: Connection, scope: Scope, count: int) -> tuple[Draft, ...]:
    """List the newest drafts that wait no longer, the newest first."""
    ended = in_scope(drafts, scope), _DRAFT.state != "open"
    query = select(drafts).where(*ended).order_by(_DRAFT.ended_at.desc()).limit(count)
    return list_all(conn, query, _draft_from_row)


def list_dropped(
    conn: Connection, scope: Scope, digest_id: int, since: datetime
) -> frozenset[str]:
    """List the reports that editors left out of posted drafts: «article@revision»."""
    posted = in_scope(drafts, scope, digest_id=digest_id, state="posted")
    query = select(_DRAFT.content).where(posted, _DRAFT.ended_at >= since)
    stories = (
        story
        for text in list_scalars(conn, query)
        for story in load_dataclass(DraftContent, text).list_placed("out")
        if story.touched
    )
    return frozenset(key for story in stories for key in story.revisions)


def update_draft(
    conn: Connection,
    draft: Draft,
    content: DraftContent | None = None,
    **values: Any,
) -> Draft | None:
    """Change an open draft; None: another version of it is stored, or it has ended.

    Args:
        conn: Inside a transaction.
        draft: As it was loaded.
        content: Of the next version; None: the version stays.
        values: Of other columns.
    """
    if content is not None:
        values |= {"content": dump_dataclass(content), "version": draft.version + 1}
    mine = in_scope(
        drafts, draft.scope, id=draft.id, version=draft.version, state="open"
    )
    if not update_rows(conn, drafts, mine, **values):
        return None
    return find_draft(conn, draft.scope, draft.public_id)


def set_pictures(
    conn: Connection, draft: Draft, pictures: Mapping[str, PictureRef]
) -> Draft | None:
    """Record the pictures of a draft; None: another version is stored by now."""
    stored = pictures_to_json(pictures) or None
    return update_draft(conn, draft, pictures=stored)


def wake_draft(conn: Connection, draft: Draft, at: datetime | None) -> None:
    """Set when there is something to do for the draft; None: it waits for an editor."""
    schedule_store.set_draft_moment(
        conn, draft.scope, occurrence_id=draft.occurrence_id, at=at
    )
    if at is not None:
        schedule_store.request_compose(conn, draft.workspace_id, draft.digest_id)


def wake_drafts_of(
    conn: Connection, scope: Scope, digest_id: int, at: datetime
) -> None:
    """Let the drafts of a digest be looked at, because it was changed."""
    for draft in list_open_drafts(conn, scope, digest_id):
        wake_draft(conn, draft, at)


def add_act(conn: Connection, draft: Draft, act: DraftAct) -> None:
    """Record an act, or something that happened to the draft."""
    row = to_row(draft_acts, act, **asdict(draft.scope), draft_id=draft.id)
    insert_row(conn, draft_acts, **row)


def list_acts(conn: Connection, draft: Draft, since: int = 0) -> tuple[DraftAct, ...]:
    """List what was done to a draft from a version on, in order."""
    mine = in_scope(draft_acts, draft.scope, draft_id=draft.id)
    query = select(draft_acts).where(mine, _ACT.version >= since).order_by(_ACT.id)
    return list_all(conn, query, DraftAct)


def close_open_drafts(conn: Connection, reason: Message, now: datetime) -> int:
    """End every draft of every workspace unposted; return how many.

    After a restore: nobody knows what was posted since the backup.
    """
    values = {"state": "closed", "reason": reason, "ended_at": now}
    return update_rows(conn, drafts, _DRAFT.state == "open", **values)


def delete_old_drafts(conn: Connection, before: datetime, limit: int) -> int:
    """Delete drafts that ended before an instant; return how many."""
    old = select(_DRAFT.id).where(_DRAFT.ended_at < before).limit(limit)
    return delete_rows(conn, drafts, _DRAFT.id.in_(old))


def _draft_from_row(row: Row[Any]) -> Draft:
    return from_row(
        Draft,
        row,
        content=load_dataclass(DraftContent, row.content),
        pictures=pictures_from_json(row.pictures),
    )
