"""Editions: stored as they were composed, loaded with their corrections applied."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from bot.model.edition import Payload, StoredEdition
from bot.model.scope import Scope
from bot.storage.columns import dump_dataclass, load_edition
from bot.storage.correction_store import list_amendments
from bot.storage.ledger_store import add_to_ledger
from bot.storage.published_article_store import add_published_articles
from bot.storage.schema import deliveries, edition_stories, editions, occurrences
from bot.storage.statements import (
    Condition,
    filter_visible_digests,
    find_first,
    first_scalar,
    from_row,
    has_row,
    has_same_values,
    has_values,
    in_scope,
    insert_all,
    insert_with_public_id,
    list_all,
    update_rows,
)
from digests.corrections.amendments import apply_amendments
from digests.types import Edition, PublishedLedger, frozen

_STORY, _EDITION = edition_stories.c, editions.c


@frozen
class PastStory:
    """A story as an edition published it."""

    #: «e-7k3m9q», and its number there.
    edition: str
    number: int
    #: «s-7k3m9q».
    story: str
    headline: str
    digest_id: int
    made_at: datetime


def add_edition(
    conn: Connection,
    scope: Scope,
    digest_id: int,
    occurrence_id: int,
    edition: Edition,
    manifest: str,
    published: PublishedLedger,
) -> StoredEdition:
    """Store an edition together with what it adds to its digest's ledger.

    Args:
        conn: Inside the transaction that also finishes the occurrence and adds
            the deliveries.
        scope: The workspace.
        digest_id: The digest's key.
        occurrence_id: The occurrence that it was composed for; it can have only one.
        edition: The composer's edition.
        manifest: Hash of its articles, their revisions and the settings.
        published: Items in it that the digest had not published before.
    """
    row = insert_with_public_id(
        conn,
        editions,
        "e",
        **asdict(scope),
        digest_id=digest_id,
        occurrence_id=occurrence_id,
        edition=dump_dataclass(edition),
        manifest=manifest,
        made_at=edition.made_at,
    )
    mine = {**asdict(scope), "edition_id": row.id}
    shown = [
        {"position": n, "story": story.id, "headline": story.headline.text, **mine}
        for n, story in enumerate(edition.stories, start=1)
    ]
    insert_all(conn, edition_stories, shown)
    key = {"scope": scope, "edition_id": row.id}
    add_published_articles(conn, **key, edition=edition)
    add_to_ledger(conn, **key, digest_id=digest_id, published=published)
    return _edition_from_row(row)


def list_due_moments(
    conn: Connection, edition_ids: Collection[int]
) -> Mapping[int, datetime]:
    """Return when editions of any workspace were due, by their keys.

    For an edition that quiet hours deferred, that is the end of the quiet hours.
    """
    due_at = func.coalesce(occurrences.c.not_before, occurrences.c.due_at)
    query = (
        select(_EDITION.id, due_at.label("due_at"))
        .join(occurrences, occurrences.c.id == _EDITION.occurrence_id)
        .where(_EDITION.id.in_(edition_ids))
    )
    return {row.id: row.due_at for row in conn.execute(query)}


def find_edition(
    conn: Connection, scope: Scope, edition_id: int
) -> StoredEdition | None:
    """Find the edition with this key."""
    return _find_newest(conn, scope, _EDITION.id == edition_id)


def find_edition_by_public_id(
    conn: Connection, scope: Scope, public_id: str, person_id: str | None = None
) -> StoredEdition | None:
    """Find the edition with this public id, of the workspace or of this person."""
    visible = filter_visible_digests(_EDITION.digest_id, scope, person_id)
    return _find_newest(conn, scope, _EDITION.public_id == public_id, visible)


def find_newest_edition_in(
    conn: Connection,
    scope: Scope,
    destination_id: int | None = None,
    digest_id: int | None = None,
) -> StoredEdition | None:
    """Find the newest edition that was posted in a destination, or in any (None).

    At least one part of it was sent, and none was deleted. «Any» excludes personal
    destinations. `digest_id` restricts the search to that digest.
    """
    conditions = [
        _EDITION.undone_at.is_(None),
        _was_sent("post", destination_id),
        ~_was_sent("delete", destination_id),
    ]
    if digest_id is not None:
        conditions.append(_EDITION.digest_id == digest_id)
    if destination_id is None:
        conditions.append(filter_visible_digests(_EDITION.digest_id, scope, None))
    return _find_newest(conn, scope, *conditions)


def has_editions(conn: Connection, scope: Scope) -> bool:
    """Check whether an edition of the workspace was ever stored."""
    return has_row(conn, select(editions.c.id).where(in_scope(editions, scope)))


def find_newest_edition_of(
    conn: Connection, scope: Scope, digest_id: int
) -> StoredEdition | None:
    """Find the digest's newest edition, wherever it was posted."""
    return _find_newest(conn, scope, _EDITION.digest_id == digest_id)


def find_newest_edition_key(
    conn: Connection, scope: Scope, digest_id: int
) -> int | None:
    """Find the key of the digest's newest edition, undone or not."""
    mine = in_scope(editions, scope, digest_id=digest_id)
    return first_scalar(conn, select(func.max(_EDITION.id)).where(mine))


def find_edition_with_story(
    conn: Connection, scope: Scope, story: str, person_id: str | None = None
) -> StoredEdition | None:
    """Find the newest edition with the story (public id).

    Searches editions of the workspace and personal ones of this person.
    """
    mine = in_scope(edition_stories, scope, story=story)
    with_story = _EDITION.id.in_(select(_STORY.edition_id).where(mine))
    visible = filter_visible_digests(_EDITION.digest_id, scope, person_id)
    return _find_newest(conn, scope, with_story, visible)


def is_edition_undone(conn: Connection, scope: Scope, edition_id: int) -> bool:
    """Check whether the edition was undone."""
    mine = in_scope(editions, scope, id=edition_id)
    return first_scalar(conn, select(_EDITION.undone_at).where(mine)) is not None


def is_edition_emptied(conn: Connection, scope: Scope, edition_id: int) -> bool:
    """Check whether the contents of the edition were deleted because of their age."""
    mine = in_scope(editions, scope, id=edition_id)
    return first_scalar(conn, select(_EDITION.emptied_at).where(mine)) is not None


def mark_edition_undone(
    conn: Connection, scope: Scope, edition_id: int, by: str, now: datetime
) -> None:
    """Record that the edition was undone, and by whom."""
    edition = in_scope(editions, scope, id=edition_id)
    update_rows(conn, editions, edition, undone_at=now, undone_by=by)


def set_render_context(
    conn: Connection, scope: Scope, edition_id: int, context: Payload
) -> None:
    """Store the render context of the edition."""
    edition = in_scope(editions, scope, id=edition_id)
    update_rows(conn, editions, edition, render_context=dict(context))


def find_render_context(
    conn: Connection, scope: Scope, edition_id: int
) -> Payload | None:
    """Load the render context of the edition; None if none is stored."""
    edition = in_scope(editions, scope, id=edition_id)
    return first_scalar(conn, select(_EDITION.render_context).where(edition))


def list_story_publications(
    conn: Connection, scope: Scope, story: str, limit: int
) -> tuple[tuple[datetime, str], ...]:
    """List when the workspace's editions published the story, with its headlines.

    The newest first; undone editions are excluded.
    """
    query = (
        select(_EDITION.made_at, _STORY.headline)
        .join(edition_stories, _STORY.edition_id == _EDITION.id)
        .where(*_is_published(scope), _STORY.story == story)
        .order_by(_EDITION.id.desc())
    )
    return list_all(conn, query.limit(limit), tuple)


def list_past_stories(
    conn: Connection,
    scope: Scope,
    limit: int,
    since: datetime | None = None,
    destination_id: int | None = None,
) -> tuple[PastStory, ...]:
    """List the stories of the newest editions, the newest first.

    Undone editions are excluded, and those that were not posted in the destination, if
    one is given; else personal ones. `limit` is a number of editions, so that the cost
    does not depend on how many are stored.
    """
    recent = [] if since is None else [_EDITION.made_at >= since]
    where = _is_published(scope)
    if destination_id is not None:
        mine = in_scope(editions, scope, undone_at=None)
        gone = _was_sent("delete", destination_id)
        where = (mine, _was_sent("post", destination_id), ~gone)
    newest = (
        select(
            _EDITION.id,
            _EDITION.public_id.label("edition"),
            _EDITION.digest_id,
            _EDITION.made_at,
        )
        .where(*where, *recent)
        .order_by(_EDITION.id.desc())
        .limit(limit)
        .subquery()
    )
    number = _STORY.position.label("number")
    query = (
        select(newest, number, _STORY.story, _STORY.headline)
        .join(edition_stories, _STORY.edition_id == newest.c.id)
        .where(in_scope(edition_stories, scope))
        .order_by(newest.c.id.desc(), _STORY.position)
    )
    return list_all(conn, query, PastStory)


def _is_published(scope: Scope) -> tuple[Condition, ...]:
    visible = filter_visible_digests(_EDITION.digest_id, scope, None)
    return in_scope(editions, scope, undone_at=None), visible


def _was_sent(operation: str, destination_id: int | None) -> Condition:
    query = select(1).where(
        has_same_values(deliveries, editions, "workspace_id"),
        deliveries.c.edition_id == _EDITION.id,
        has_values(deliveries, operation=operation, state="sent"),
    )
    if destination_id is not None:
        query = query.where(deliveries.c.destination_id == destination_id)
    return query.exists()


def _find_newest(
    conn: Connection, scope: Scope, *where: Condition
) -> StoredEdition | None:
    query = select(editions).where(in_scope(editions, scope), *where)
    newest = query.order_by(_EDITION.id.desc()).limit(1)
    stored = find_first(conn, newest, _edition_from_row)
    if stored is None:
        return None
    changes = list_amendments(conn, scope, stored.id)
    return replace(stored, edition=apply_amendments(stored.edition, changes))


def _edition_from_row(row: Row[Any]) -> StoredEdition:
    return from_row(StoredEdition, row, edition=load_edition(row.edition))
