"""Personal digests: one a person, with one destination.

The rest of its way is every digest's: schedules, occurrences, editions, deliveries.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select, update

from bot.model import PERSON_PREFIX, Digest, DigestOptions, Workspace
from bot.storage import digest_store, schema, workspace_store
from bot.storage.schema import destinations, digest_destinations, digests
from bot.storage.schema.configuration_tables import IS_WORKSPACE_DIGEST
from bot.storage.statements import insert_into


def upsert_personal_digest(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    name: str,
    language: str,
    stories: int = 5,
) -> Digest:
    """Create the person's digest, or replace its settings."""
    options = DigestOptions(language=language, stories=stories)
    mine = {"workspace_id": workspace_id, "person_id": person_id}
    content = {"name": name, "settings": options.to_stored()}
    known = _find_digest_id(connection, workspace_id, person_id)
    if known is None:
        known = connection.execute(
            insert_into(connection, digests)
            .values(**mine, **content, paused=False)
            .returning(digests.c.id)
        ).scalar_one()
    else:
        connection.execute(update(digests).where(digests.c.id == known).values(content))
    channel = f"{PERSON_PREFIX}{person_id}"
    place = connection.execute(
        insert_into(connection, destinations)
        .values(**mine, name=channel, channel=channel)
        .on_conflict_do_update(
            index_elements=["workspace_id", "channel"],
            set_={"paused": None, "retest_at": None},
        )
        .returning(destinations.c.id)
    ).scalar_one()
    connection.execute(
        insert_into(connection, digest_destinations)
        .values(
            digest_id=known,
            destination_id=place,
            workspace_id=workspace_id,
            position=0,
        )
        .on_conflict_do_nothing()
    )
    found = digest_store.find_digest(
        connection, workspace_id=workspace_id, digest_id=known
    )
    assert found is not None
    return found


def find_personal_digest(
    connection: Connection, *, workspace_id: int, person_id: str
) -> Digest | None:
    """Find the digest that is this person's own."""
    key = _find_digest_id(connection, workspace_id, person_id)
    if key is None:
        return None
    return digest_store.find_digest(
        connection, workspace_id=workspace_id, digest_id=key
    )


def list_personal_editions(
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


def find_edition_workspace(
    connection: Connection, *, edition: str, person_id: str
) -> Workspace | None:
    """Find whose edition (public id) this is, if of this person's own digest.

    For what is pressed under a private message, where the platform tells no workspace:
    the edition must have been made for this very person, and they must not have been
    found to have left.
    """
    channel = destinations.c.channel == f"{PERSON_PREFIX}{person_id}"
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
    return workspace_store.workspace_from_row(row) if row else None


def select_personal_digests(
    connection: Connection, *, keys: Collection[int]
) -> frozenset[int]:
    """Which of these digests (keys) are one person's own; of all workspaces."""
    query = select(digests.c.id).where(
        digests.c.id.in_(keys), digests.c.person_id.is_not(None)
    )
    return frozenset(connection.execute(query).scalars())


def count_personal_digests(connection: Connection, *, workspace_id: int) -> int:
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


def get_workspace_language(connection: Connection, *, workspace_id: int) -> str:
    """The language of the workspace's first digest; English where it has none."""
    found = connection.execute(
        select(digests.c.settings)
        .where(digests.c.workspace_id == workspace_id, IS_WORKSPACE_DIGEST)
        .order_by(digests.c.id)
        .limit(1)
    ).scalar()
    return DigestOptions.from_stored(found).language


def _find_digest_id(
    connection: Connection, workspace_id: int, person_id: str
) -> int | None:
    found: int | None = connection.execute(
        select(digests.c.id).where(
            digests.c.workspace_id == workspace_id,
            digests.c.person_id == person_id,
            digests.c.deleted_at.is_(None),
        )
    ).scalar()
    return found
