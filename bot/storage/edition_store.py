"""Verbs on editions and on the told-ledger: what was composed, and what it told.

What is found is the edition as it is told now: with what was corrected since.
"""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.storage import (
    corrections,
    editions_json,
    privacy,
    public_ids,
    schema,
    told_articles,
)
from bot.storage.dialects import insert
from bot.storage.schema import deliveries, edition_stories, editions
from bot.types import Issue, Payload
from digests.amending import amended
from digests.types import Edition, Told


def store(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    occurrence_id: int,
    edition: Edition,
    manifest: str,
    told: Told,
) -> Issue:
    """Keep an edition for good, and what its readers will have been told.

    Args:
        connection: Inside the transaction that also settles the occurrence and adds
            the deliveries.
        workspace_id: Whose it is.
        digest_id: Which digest's.
        occurrence_id: The moment that it was made for; it can have only one.
        edition: The composer's noun.
        manifest: Hash over what it was made from.
        told: What it tells that the digest had not told before.
    """
    row = None
    while row is None:
        row = connection.execute(
            insert(connection, editions)
            .values(
                public_id=public_ids.fresh("e"),
                workspace_id=workspace_id,
                digest_id=digest_id,
                occurrence_id=occurrence_id,
                edition=editions_json.dump(edition),
                manifest=manifest,
                made_at=edition.made_at,
            )
            .on_conflict_do_nothing(index_elements=["public_id"])
            .returning(editions)
        ).first()
    _list_stories(connection, row, edition)
    key = {"workspace_id": workspace_id, "edition_id": row.id}
    told_articles.add(connection, **key, edition=edition)
    tell(connection, **key, digest_id=digest_id, told=told)
    return _noun(row)


def by_id(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> Issue | None:
    """Find the edition of this key."""
    return _first(connection, _of(workspace_id).where(editions.c.id == edition_id))


def by_public_id(
    connection: Connection,
    *,
    workspace_id: int,
    public_id: str,
    person_id: str | None = None,
) -> Issue | None:
    """Find the edition with this public id, if the workspace's or this person's own."""
    query = _of(workspace_id).where(
        editions.c.public_id == public_id,
        privacy.of_digest(editions.c.digest_id, workspace_id, person_id),
    )
    return _first(connection, query)


def newest_in(
    connection: Connection,
    *,
    workspace_id: int,
    destination_id: int | None = None,
    digest_id: int | None = None,
) -> Issue | None:
    """Find the newest edition that stands in a destination, or in any (None).

    Standing there: a part of it was posted, and none of it was taken back. «Any» are
    the workspace's own: nobody's personal one is among them. With `digest_id`: of
    that digest only.
    """
    query = _of(workspace_id).where(
        editions.c.undone_at.is_(None),
        _carried("post", destination_id),
        ~_carried("delete", destination_id),
    )
    if digest_id is not None:
        query = query.where(editions.c.digest_id == digest_id)
    if destination_id is None:
        query = query.where(privacy.of_digest(editions.c.digest_id, workspace_id, None))
    return _first(connection, query)


def newest_of(
    connection: Connection, *, workspace_id: int, digest_id: int
) -> Issue | None:
    """Find the digest's newest edition, wherever it stands."""
    query = _of(workspace_id).where(editions.c.digest_id == digest_id)
    return _first(connection, query)


def is_undone(connection: Connection, *, workspace_id: int, edition_id: int) -> bool:
    """Whether the edition was taken back."""
    query = select(editions.c.undone_at).where(
        editions.c.id == edition_id, editions.c.workspace_id == workspace_id
    )
    return connection.execute(query).scalar() is not None


def kept_for(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> int | None:
    """After how many days its contents were let go; None = they are there."""
    row = connection.execute(
        select(editions.c.made_at, editions.c.dropped_at).where(
            editions.c.id == edition_id, editions.c.workspace_id == workspace_id
        )
    ).first()
    if row is None or row.dropped_at is None:
        return None
    return int((row.dropped_at - row.made_at).days)


def note_undone(
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


def keep_context(
    connection: Connection, *, workspace_id: int, edition_id: int, context: Payload
) -> None:
    """Keep what the edition was rendered with."""
    connection.execute(
        update(editions)
        .where(editions.c.id == edition_id, editions.c.workspace_id == workspace_id)
        .values(context=dict(context))
    )


def context(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> Payload | None:
    """Give what it was rendered with; None where nobody wrote that down."""
    found: Payload | None = connection.execute(
        select(editions.c.context).where(
            editions.c.id == edition_id, editions.c.workspace_id == workspace_id
        )
    ).scalar()
    return found


def untell(
    connection: Connection,
    *,
    workspace_id: int,
    edition_id: int,
    revisions: Collection[str],
) -> None:
    """Forget what only this edition told, so that it can be told again.

    Of revisions only these: an edition also notes down what its sources held before
    they were followed, and that stays old.
    """
    ledger = schema.told
    connection.execute(
        delete(ledger).where(
            ledger.c.edition_id == edition_id,
            ledger.c.workspace_id == workspace_id,
            or_(ledger.c.kind != "revision", ledger.c.what.in_(revisions)),
        )
    )


def telling(
    connection: Connection,
    *,
    workspace_id: int,
    story: str,
    person_id: str | None = None,
) -> Issue | None:
    """Find the newest edition that tells the story (public id).

    Of the workspace's, and of this person's own.
    """
    telling_it = select(edition_stories.c.edition_id).where(
        edition_stories.c.workspace_id == workspace_id,
        edition_stories.c.story == story,
    )
    query = _of(workspace_id).where(
        editions.c.id.in_(telling_it),
        privacy.of_digest(editions.c.digest_id, workspace_id, person_id),
    )
    return _first(connection, query)


def tellings(
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
            privacy.of_digest(editions.c.digest_id, workspace_id, None),
        )
        .order_by(editions.c.id.desc())
        .limit(limit)
    )
    return tuple((row.made_at, row.headline) for row in rows)


def told(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    before: datetime | None = None,
) -> Told:
    """Give everything that the digest's readers were told so far, or `before` then."""
    ledger = schema.told
    query = select(ledger.c.kind, ledger.c.what).where(
        ledger.c.digest_id == digest_id, ledger.c.workspace_id == workspace_id
    )
    if before is not None:
        made = editions.join(ledger, ledger.c.edition_id == editions.c.id)
        query = query.select_from(made).where(editions.c.made_at < before)
    found: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for kind, what in connection.execute(query):
        found[kind].add(what)
    return Told(
        stories=frozenset(found["story"]),
        revisions=frozenset(found["revision"]),
        sentences=frozenset(found["sentence"]),
        figures=frozenset(found["figure"]),
        quotes=frozenset(found["quote"]),
    )


_KINDS = ("story", "revision", "sentence", "figure", "quote")


def _list_stories(connection: Connection, row: Row[Any], edition: Edition) -> None:
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


def tell(
    connection: Connection,
    *,
    workspace_id: int,
    edition_id: int,
    digest_id: int,
    told: Told,
) -> None:
    """Note what the edition's readers have been told, as far as it was not before."""
    shown = (told.stories, told.revisions, told.sentences, told.figures, told.quotes)
    rows = [
        {
            "digest_id": digest_id,
            "workspace_id": workspace_id,
            "edition_id": edition_id,
            "kind": kind,
            "hash": hashlib.sha256(what.encode("utf-8", "replace")).hexdigest(),
            "what": what,
        }
        for kind, words in zip(_KINDS, shown, strict=True)
        for what in sorted(words)
    ]
    if rows:
        connection.execute(
            insert(connection, schema.told).on_conflict_do_nothing(), rows
        )


def _of(workspace_id: int) -> Select[Any]:
    return select(editions).where(editions.c.workspace_id == workspace_id)


def _carried(operation: str, destination_id: int | None) -> ColumnElement[bool]:
    query = select(1).where(
        deliveries.c.edition_id == editions.c.id,
        deliveries.c.operation == operation,
        deliveries.c.state == "sent",
    )
    if destination_id is not None:
        query = query.where(deliveries.c.destination_id == destination_id)
    return query.exists()


def _first(connection: Connection, query: Select[Any]) -> Issue | None:
    row = connection.execute(query.order_by(editions.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    issue = _noun(row)
    key = {"workspace_id": issue.workspace_id, "edition_id": issue.id}
    changes = corrections.amendments(connection, **key)
    return replace(issue, edition=amended(issue.edition, changes))


def _noun(row: Row[Any]) -> Issue:
    return Issue(
        id=row.id,
        public_id=row.public_id,
        workspace_id=row.workspace_id,
        digest_id=row.digest_id,
        occurrence_id=row.occurrence_id,
        edition=editions_json.load(row.edition),
        manifest=row.manifest,
    )
