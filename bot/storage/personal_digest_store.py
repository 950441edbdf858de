"""Personal digests: one per person, with one destination.

Schedules, occurrences, editions and deliveries are stored as for any other digest.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from bot.model.digest import Digest
from bot.model.scope import PersonScope, Scope
from bot.model.settings import DigestOptions
from bot.model.workspace import PERSON_PREFIX, Workspace
from bot.storage import digest_store
from bot.storage.schema import (
    destinations,
    digest_destinations,
    digests,
    editions,
    workspaces,
)
from bot.storage.schema.configuration_tables import (
    IS_PERSONAL_DIGEST,
    IS_WORKSPACE_DIGEST,
)
from bot.storage.statements import (
    count_rows,
    find_first,
    first_scalar,
    in_scope,
    insert_missing,
    list_all,
    list_scalars,
    upsert,
)

_DIGEST, _EDITION = digests.c, editions.c
#: Stories in a personal edition.
_MAX_STORIES = 5


def upsert_personal_digest(
    conn: Connection,
    scope: PersonScope,
    name: str,
    language: str,
    exclude: Sequence[str] = (),
) -> Digest:
    """Create the person's digest, or replace its settings."""
    options = DigestOptions(
        language=language, stories=_MAX_STORIES, exclude=tuple(exclude)
    )
    known = upsert(
        conn,
        digests,
        asdict(scope),
        {"name": name, "settings": options.to_stored()},
        new={"paused": False},
        where=IS_PERSONAL_DIGEST,
    ).id
    workspace = asdict(scope.workspace)
    channel = f"{PERSON_PREFIX}{scope.person_id}"
    destination = upsert(
        conn,
        destinations,
        {**workspace, "channel": channel},
        {"paused": None, "retest_at": None, "person_id": scope.person_id},
        new={"name": channel},
    )
    link = {"digest_id": known, "destination_id": destination.id, "position": 0}
    insert_missing(conn, digest_destinations, workspace | link)
    found = find_personal_digest(conn, scope)
    assert found is not None
    return found


def find_personal_digest(conn: Connection, scope: PersonScope) -> Digest | None:
    """Find the person's personal digest."""
    mine = {"person_id": scope.person_id}
    return digest_store.find_digest_where(conn, scope.workspace, **mine)


def list_personal_editions(
    conn: Connection, scope: PersonScope
) -> tuple[tuple[str, datetime], ...]:
    """List the editions of the person's digest, newest first: public id and time."""
    query = (
        select(_EDITION.public_id, _EDITION.made_at)
        .join(digests, _DIGEST.id == _EDITION.digest_id)
        .where(in_scope(editions, scope.workspace), in_scope(digests, scope))
    )
    return list_all(conn, query.order_by(_EDITION.id.desc()), tuple)


def find_edition_workspace(
    conn: Connection, edition: str, person_id: str
) -> Workspace | None:
    """Find the workspace of an edition (public id) of this person's digest.

    For controls under a direct message, where the platform does not tell the workspace.
    The edition must have been made for this person, who must not have left.
    """
    channel = destinations.c.channel == f"{PERSON_PREFIX}{person_id}"
    here = destinations.c.workspace_id == workspaces.c.id
    query = (
        select(workspaces)
        .join(editions, _EDITION.workspace_id == workspaces.c.id)
        .join(digests, _DIGEST.id == _EDITION.digest_id)
        .join(destinations, and_(channel, here))
        .where(
            _EDITION.public_id == edition,
            or_(destinations.c.paused.is_(None), destinations.c.retest_at.is_not(None)),
            workspaces.c.left_at.is_(None),
            _DIGEST.person_id == person_id,
            _DIGEST.deleted_at.is_(None),
        )
    )
    return find_first(conn, query, Workspace)


def select_personal_digests(conn: Connection, keys: Collection[int]) -> frozenset[int]:
    """Select the personal ones among these digests (keys), in all workspaces."""
    query = select(_DIGEST.id).where(
        _DIGEST.id.in_(keys), _DIGEST.person_id.is_not(None)
    )
    return frozenset(list_scalars(conn, query))


def count_personal_digests(conn: Connection, scope: Scope) -> int:
    """Count the people of the workspace with a personal digest."""
    present = in_scope(digests, scope, deleted_at=None)
    return count_rows(conn, digests, present, _DIGEST.person_id.is_not(None))


def get_workspace_language(conn: Connection, scope: Scope) -> str:
    """Return the language of the workspace's first digest; English if it has none."""
    ours = (in_scope(digests, scope), IS_WORKSPACE_DIGEST)
    query = select(_DIGEST.settings).where(*ours).order_by(_DIGEST.id)
    return DigestOptions.from_stored(first_scalar(conn, query.limit(1))).language
