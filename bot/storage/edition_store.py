"""Editions: what was composed, as it is shown now, corrections included.

What is found is the edition as it is told now: with what was corrected since.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.model import Payload, StoredEdition
from bot.storage import columns, correction_store, published_article_store, statements
from bot.storage.ledger_store import add_to_ledger
from bot.storage.schema import deliveries, edition_stories, editions
from bot.storage.statements import insert_into
from digests.corrections.amendments import apply_amendments
from digests.types import Edition, PublishedLedger


def add_edition(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    occurrence_id: int,
    edition: Edition,
    manifest: str,
    published: PublishedLedger,
) -> StoredEdition:
    """Keep an edition for good, and what its readers will have been told.

    Args:
        connection: Inside the transaction that also settles the occurrence and adds
            the deliveries.
        workspace_id: Whose it is.
        digest_id: Which digest's.
        occurrence_id: The moment that it was made for; it can have only one.
        edition: The composer's noun.
        manifest: Hash over what it was made from.
        published: What it tells that the digest had not told before.
    """
    row = None
    while row is None:
        row = connection.execute(
            insert_into(connection, editions)
            .values(
                public_id=statements.new_public_id("e"),
                workspace_id=workspace_id,
                digest_id=digest_id,
                occurrence_id=occurrence_id,
                edition=columns.dump_dataclass(edition),
                manifest=manifest,
                made_at=edition.made_at,
            )
            .on_conflict_do_nothing(index_elements=["public_id"])
            .returning(editions)
        ).first()
    _add_edition_stories(connection, row, edition)
    key = {"workspace_id": workspace_id, "edition_id": row.id}
    published_article_store.add_published_articles(connection, **key, edition=edition)
    add_to_ledger(connection, **key, digest_id=digest_id, published=published)
    return _edition_from_row(row)


def find_edition(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> StoredEdition | None:
    """Find the edition of this key."""
    return _find_newest(
        connection, _select_editions(workspace_id).where(editions.c.id == edition_id)
    )


def find_edition_by_public_id(
    connection: Connection,
    *,
    workspace_id: int,
    public_id: str,
    person_id: str | None = None,
) -> StoredEdition | None:
    """Find the edition with this public id, if the workspace's or this person's own."""
    query = _select_editions(workspace_id).where(
        editions.c.public_id == public_id,
        statements.filter_visible_digests(
            editions.c.digest_id, workspace_id, person_id
        ),
    )
    return _find_newest(connection, query)


def find_newest_edition_in(
    connection: Connection,
    *,
    workspace_id: int,
    destination_id: int | None = None,
    digest_id: int | None = None,
) -> StoredEdition | None:
    """Find the newest edition that stands in a destination, or in any (None).

    Standing there: a part of it was posted, and none of it was taken back. «Any» are
    the workspace's own: nobody's personal one is among them. With `digest_id`: of
    that digest only.
    """
    query = _select_editions(workspace_id).where(
        editions.c.undone_at.is_(None),
        _was_delivered("post", destination_id),
        ~_was_delivered("delete", destination_id),
    )
    if digest_id is not None:
        query = query.where(editions.c.digest_id == digest_id)
    if destination_id is None:
        query = query.where(
            statements.filter_visible_digests(editions.c.digest_id, workspace_id, None)
        )
    return _find_newest(connection, query)


def find_newest_edition_of(
    connection: Connection, *, workspace_id: int, digest_id: int
) -> StoredEdition | None:
    """Find the digest's newest edition, wherever it stands."""
    query = _select_editions(workspace_id).where(editions.c.digest_id == digest_id)
    return _find_newest(connection, query)


def is_edition_undone(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> bool:
    """Whether the edition was taken back."""
    query = select(editions.c.undone_at).where(
        editions.c.id == edition_id, editions.c.workspace_id == workspace_id
    )
    return connection.execute(query).scalar() is not None


def find_days_kept(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> int | None:
    """After how many days its contents were let go; None = they are there."""
    row = connection.execute(
        select(editions.c.made_at, editions.c.emptied_at).where(
            editions.c.id == edition_id, editions.c.workspace_id == workspace_id
        )
    ).first()
    if row is None or row.emptied_at is None:
        return None
    return int((row.emptied_at - row.made_at).days)


def mark_edition_undone(
    connection: Connection,
    *,
    workspace_id: int,
    edition_id: int,
    by: str,
    now: datetime,
) -> None:
    """Write down that the edition was taken back, and by whom."""
    connection.execute(
        update(editions)
        .where(editions.c.id == edition_id, editions.c.workspace_id == workspace_id)
        .values(undone_at=now, undone_by=by)
    )


def set_render_context(
    connection: Connection, *, workspace_id: int, edition_id: int, context: Payload
) -> None:
    """Keep what the edition was rendered with."""
    connection.execute(
        update(editions)
        .where(editions.c.id == edition_id, editions.c.workspace_id == workspace_id)
        .values(render_context=dict(context))
    )


def find_render_context(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> Payload | None:
    """Give what it was rendered with; None where nobody wrote that down."""
    found: Payload | None = connection.execute(
        select(editions.c.render_context).where(
            editions.c.id == edition_id, editions.c.workspace_id == workspace_id
        )
    ).scalar()
    return found


def find_edition_with_story(
    connection: Connection,
    *,
    workspace_id: int,
    story: str,
    person_id: str | None = None,
) -> StoredEdition | None:
    """Find the newest edition that tells the story (public id).

    Of the workspace's, and of this person's own.
    """
    telling_it = select(edition_stories.c.edition_id).where(
        edition_stories.c.workspace_id == workspace_id,
        edition_stories.c.story == story,
    )
    query = _select_editions(workspace_id).where(
        editions.c.id.in_(telling_it),
        statements.filter_visible_digests(
            editions.c.digest_id, workspace_id, person_id
        ),
    )
    return _find_newest(connection, query)


def list_story_publications(
    connection: Connection, *, workspace_id: int, story: str, limit: int
) -> tuple[tuple[datetime, str], ...]:
    """List when the workspace's editions told the story and how they called it.

    The newest first; those that were taken back are not among them.
    """
    rows = connection.execute(
        select(editions.c.made_at, edition_stories.c.headline)
        .join(edition_stories, edition_stories.c.edition_id == editions.c.id)
        .where(
            editions.c.workspace_id == workspace_id,
            editions.c.undone_at.is_(None),
            edition_stories.c.story == story,
            statements.filter_visible_digests(editions.c.digest_id, workspace_id, None),
        )
        .order_by(editions.c.id.desc())
        .limit(limit)
    )
    return tuple((row.made_at, row.headline) for row in rows)


def _add_edition_stories(
    connection: Connection, row: Row[Any], edition: Edition
) -> None:
    if edition.stories:
        connection.execute(
            edition_stories.insert(),
            [
                {
                    "edition_id": row.id,
                    "workspace_id": row.workspace_id,
                    "position": position,
                    "story": story.id,
                    "headline": story.headline.text,
                }
                for position, story in enumerate(edition.stories, start=1)
            ],
        )


def _select_editions(workspace_id: int) -> Select[Any]:
    return select(editions).where(editions.c.workspace_id == workspace_id)


def _was_delivered(operation: str, destination_id: int | None) -> ColumnElement[bool]:
    query = select(1).where(
        deliveries.c.edition_id == editions.c.id,
        deliveries.c.operation == operation,
        deliveries.c.state == "sent",
    )
    if destination_id is not None:
        query = query.where(deliveries.c.destination_id == destination_id)
    return query.exists()


def _find_newest(connection: Connection, query: Select[Any]) -> StoredEdition | None:
    row = connection.execute(query.order_by(editions.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    stored_edition = _edition_from_row(row)
    key = {"workspace_id": stored_edition.workspace_id, "edition_id": stored_edition.id}
    changes = correction_store.list_amendments(connection, **key)
    return replace(
        stored_edition, edition=apply_amendments(stored_edition.edition, changes)
    )


def _edition_from_row(row: Row[Any]) -> StoredEdition:
    return StoredEdition(
        id=row.id,
        public_id=row.public_id,
        workspace_id=row.workspace_id,
        digest_id=row.digest_id,
        occurrence_id=row.occurrence_id,
        edition=columns.load_edition(row.edition),
        manifest=row.manifest,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PastStory:
    """A story as an edition told it."""

    #: «e-7k3m9q», and its number there.
    edition: str
    number: int
    #: «s-7k3m9q».
    story: str
    headline: str
    made_at: datetime


def list_past_stories(
    connection: Connection,
    *,
    workspace_id: int,
    limit: int,
    since: datetime | None = None,
) -> tuple[PastStory, ...]:
    """List what the newest editions told, the newest first; not what was taken back.

    Nobody's own is among them.

    `limit` is of editions: however many there are, as much work is done.
    """
    then = [] if since is None else [editions.c.made_at >= since]
    newest = (
        select(editions.c.id, editions.c.public_id, editions.c.made_at)
        .where(
            editions.c.workspace_id == workspace_id,
            editions.c.undone_at.is_(None),
            statements.filter_visible_digests(editions.c.digest_id, workspace_id, None),
            *then,
        )
        .order_by(editions.c.id.desc())
        .limit(limit)
        .subquery()
    )
    rows = connection.execute(
        select(newest, edition_stories)
        .join(edition_stories, edition_stories.c.edition_id == newest.c.id)
        .where(edition_stories.c.workspace_id == workspace_id)
        .order_by(newest.c.id.desc(), edition_stories.c.position)
    )
    return tuple(
        PastStory(
            edition=row.public_id,
            number=row.position,
            story=row.story,
            headline=row.headline,
            made_at=row.made_at,
        )
        for row in rows
    )
