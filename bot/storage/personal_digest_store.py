"""Verbs on a person's own digest: one a person, with one destination, «person:» them.

The rest of its way is every digest's: schedules, occurrences, editions, deliveries.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, or_, select, update

from bot.storage import digests as digest_verbs
from bot.storage import schema
from bot.storage import workspaces as workspace_verbs
from bot.storage.dialects import insert
from bot.storage.schema import deliveries, destinations, digest_destinations, digests
from bot.storage.schema.configuration import NAMED
from bot.types import PERSON, Digest, Workspace
from digests.types import Told

#: What the channels showed is remembered for so long; older articles are no news.
REMEMBERED = timedelta(days=30)
_KINDS = ("story", "revision", "sentence", "figure", "quote")


def ensure(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    name: str,
    language: str,
    stories: int = 5,
) -> Digest:
    """Make the person's own digest, or change it to be as said here."""
    mine = {"workspace_id": workspace_id, "person_id": person_id}
    content = {"name": name, "language": language, "stories": stories}
    known = _key(connection, workspace_id, person_id)
    if known is None:
        known = connection.execute(
            insert(connection, digests)
            .values(**mine, **content, include=[], exclude=[], paused=False)
            .returning(digests.c.id)
        ).scalar_one()
    else:
        connection.execute(update(digests).where(digests.c.id == known).values(content))
    channel = f"{PERSON}{person_id}"
    place = connection.execute(
        insert(connection, destinations)
        .values(**mine, name=channel, channel=channel)
        .on_conflict_do_update(
            index_elements=["workspace_id", "channel"],
            set_={"paused": None, "retest_at": None},
        )
        .returning(destinations.c.id)
    ).scalar_one()
    connection.execute(
        insert(connection, digest_destinations)
        .values(
            digest_id=known,
            destination_id=place,
            workspace_id=workspace_id,
            position=0,
        )
        .on_conflict_do_nothing()
    )
    found = digest_verbs.by_id(connection, workspace_id=workspace_id, digest_id=known)
    assert found is not None
    return found


def of_person(
    connection: Connection, *, workspace_id: int, person_id: str
) -> Digest | None:
    """Find the digest that is this person's own."""
    key = _key(connection, workspace_id, person_id)
    if key is None:
        return None
    return digest_verbs.by_id(connection, workspace_id=workspace_id, digest_id=key)


def editions(
    connection: Connection, *, workspace_id: int, person_id: str
) -> tuple[tuple[str, datetime], ...]:
    """List the editions of this person's own digest: id and when; newest first."""
    made = schema.editions
    rows = connection.execute(
        select(made.c.public_id, made.c.made_at)
        .join(digests, digests.c.id == made.c.digest_id)
        .where(
            made.c.workspace_id == workspace_id,
            digests.c.workspace_id == workspace_id,
            digests.c.person_id == person_id,
        )
        .order_by(made.c.id.desc())
    )
    return tuple((row.public_id, row.made_at) for row in rows)


def workspace_of(
    connection: Connection, *, edition: str, person_id: str
) -> Workspace | None:
    """Find whose edition (public id) this is, if of this person's own digest.

    For what is pressed under a private message, where the platform tells no workspace:
    the edition must have been made for this very person, and they must not have been
    found to have left.
    """
    channel = destinations.c.channel == f"{PERSON}{person_id}"
    here = destinations.c.workspace_id == schema.workspaces.c.id
    row = connection.execute(
        select(schema.workspaces)
        .join(schema.editions, schema.editions.c.workspace_id == schema.workspaces.c.id)
        .join(digests, digests.c.id == schema.editions.c.digest_id)
        .join(destinations, and_(channel, here))
        .where(
            schema.editions.c.public_id == edition,
            or_(destinations.c.paused.is_(None), destinations.c.retest_at.is_not(None)),
            schema.workspaces.c.left_at.is_(None),
            digests.c.person_id == person_id,
            digests.c.deleted_at.is_(None),
        )
    ).first()
    return workspace_verbs.noun(row) if row else None


def among(connection: Connection, *, keys: Collection[int]) -> frozenset[int]:
    """Which of these digests (keys) are one person's own; of all workspaces."""
    query = select(digests.c.id).where(
        digests.c.id.in_(keys), digests.c.person_id.is_not(None)
    )
    return frozenset(connection.execute(query).scalars())


def count(connection: Connection, *, workspace_id: int) -> int:
    """How many people of the workspace have a digest of their own; no names."""
    query = (
        select(func.count())
        .select_from(digests)
        .where(
            digests.c.workspace_id == workspace_id,
            digests.c.person_id.is_not(None),
            digests.c.deleted_at.is_(None),
        )
    )
    return connection.execute(query).scalar_one()


def shown_in_channels(
    connection: Connection, *, workspace_id: int, now: datetime
) -> Told:
    """What the workspace's digests told lately where everybody reads it.

    An edition counts that stands in a channel, or is on its way there: what went to
    none, or was taken back (and untold with that), can be told.
    """
    ledger, editions = schema.told, schema.editions
    posted = (
        select(1)
        .select_from(deliveries)
        .where(
            deliveries.c.edition_id == editions.c.id,
            deliveries.c.operation == "post",
            deliveries.c.state != "failed",
        )
        .exists()
    )
    standing = (
        select(editions.c.id)
        .join(digests, digests.c.id == editions.c.digest_id)
        .where(
            editions.c.workspace_id == workspace_id,
            editions.c.made_at >= now - REMEMBERED,
            digests.c.person_id.is_(None),
            posted,
        )
    )
    found: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    rows = connection.execute(
        select(ledger.c.kind, ledger.c.what).where(
            ledger.c.workspace_id == workspace_id, ledger.c.edition_id.in_(standing)
        )
    )
    for kind, what in rows:
        found[kind].add(what)
    return Told(
        stories=frozenset(found["story"]),
        revisions=frozenset(found["revision"]),
        sentences=frozenset(found["sentence"]),
        figures=frozenset(found["figure"]),
        quotes=frozenset(found["quote"]),
    )


def language_here(connection: Connection, *, workspace_id: int) -> str:
    """The language of the workspace's first digest; English where it has none."""
    found: str | None = connection.execute(
        select(digests.c.language)
        .where(digests.c.workspace_id == workspace_id, NAMED)
        .order_by(digests.c.id)
        .limit(1)
    ).scalar()
    return found or "en"


def _key(connection: Connection, workspace_id: int, person_id: str) -> int | None:
    found: int | None = connection.execute(
        select(digests.c.id).where(
            digests.c.workspace_id == workspace_id,
            digests.c.person_id == person_id,
            digests.c.deleted_at.is_(None),
        )
    ).scalar()
    return found
