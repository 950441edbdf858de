"""Drawn pictures, which workspace shows them, and their files on platforms.

A picture is found by the hash of what it was drawn from. Its bytes are a cache that all
workspaces share: they are read only by a workspace that shows the picture, and deleted
when no message needs them any more. They can be drawn again at any time.

A file is recorded when the platform has named it, before its bytes are sent:

    begun ─ the platform has it ─► ready ─ no message shows it ─► deleted
    begun ─ given up ─► deleted

So a process that dies on the way leaves nothing behind that cannot be found.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, and_, delete, exists, or_, select

from bot.model.edition import Picture
from bot.model.scope import PlatformName, Scope
from bot.storage.schema import (
    deliveries,
    picture_uses,
    pictures,
    uploads,
    workspaces,
)
from bot.storage.statements import (
    delete_rows,
    find_first,
    in_scope,
    insert_all,
    insert_all_missing,
    insert_row,
    list_all,
    list_scalars,
    to_row,
    update_rows,
)
from digests.types import frozen

UploadState = Literal["begun", "ready", "deleted"]
_PICTURE, _USE, _UPLOAD, _DELIVERY = pictures.c, picture_uses.c, uploads.c, deliveries.c


def list_sizes(
    conn: Connection, hashes: Collection[str]
) -> Mapping[str, tuple[int, int]]:
    """Map each of these pictures that is stored to its width and height in pixels."""
    query = select(_PICTURE.hash, _PICTURE.width, _PICTURE.height)
    rows = conn.execute(query.where(_PICTURE.hash.in_(hashes)))
    return {row.hash: (row.width, row.height) for row in rows}


def add_pictures(conn: Connection, drawn: Iterable[Picture], now: datetime) -> None:
    """Store pictures that are not stored yet."""
    rows = [to_row(pictures, one, made_at=now) for one in drawn]
    insert_all_missing(conn, pictures, rows)


def record_uses(
    conn: Connection,
    scope: Scope,
    hashes: Iterable[str],
    now: datetime,
    edition_id: int | None = None,
) -> None:
    """Record that an edition, or an answer to a person, shows these pictures."""
    shown = set(hashes)
    mine = in_scope(picture_uses, scope), _USE.hash.in_(shown)
    of_edition = _USE.edition_id.is_not_distinct_from(edition_id)
    known = list_scalars(conn, select(_USE.hash).where(*mine, of_edition))
    update_rows(conn, picture_uses, *mine, of_edition, used_at=now)
    row = {"workspace_id": scope.workspace_id, "edition_id": edition_id, "used_at": now}
    new = [row | {"hash": one} for one in sorted(shown.difference(known))]
    insert_all(conn, picture_uses, new)


def load_pictures(
    conn: Connection, scope: Scope, hashes: Collection[str]
) -> tuple[Picture, ...]:
    """Load those of the pictures that are stored and that this workspace shows."""
    shown = select(_USE.hash).where(in_scope(picture_uses, scope))
    query = select(pictures).where(_PICTURE.hash.in_(hashes), _PICTURE.hash.in_(shown))
    return list_all(conn, query.order_by(_PICTURE.hash), Picture)


def prune_pictures(conn: Connection, before: datetime, limit: int) -> int:
    """Delete pictures that were neither drawn nor used since; return how many."""
    used = exists().where(_USE.hash == _PICTURE.hash, _USE.used_at > before)
    old = select(_PICTURE.hash).where(_PICTURE.made_at <= before, ~used).limit(limit)
    count = delete_rows(conn, pictures, _PICTURE.hash.in_(list_scalars(conn, old)))
    answers = and_(_USE.edition_id.is_(None), _USE.used_at <= before)
    conn.execute(delete(picture_uses).where(answers))
    return count


# ── files on a platform ────────────────────────────────────────────────────────


@frozen
class Upload:
    """A file on a platform that shows one picture."""

    id: int
    workspace_id: int
    #: None: it was sent to a person.
    edition_id: int | None
    hash: str
    #: The platform's id of the file.
    file: str
    state: UploadState
    begun_at: datetime
    #: The platform, and its id of the workspace.
    platform: PlatformName = ""
    workspace_external_id: str = ""


def add_upload(
    conn: Connection,
    scope: Scope,
    *,
    picture: str,
    file: str,
    edition_id: int | None,
    now: datetime,
) -> int:
    """Record a file that the platform has named; return the key of the row."""
    return insert_row(
        conn,
        uploads,
        workspace_id=scope.workspace_id,
        edition_id=edition_id,
        hash=picture,
        file=file,
        state="begun",
        begun_at=now,
    )


def set_upload_state(
    conn: Connection, scope: Scope, *, file: str, state: UploadState
) -> None:
    """Record how far a file is."""
    update_rows(conn, uploads, in_scope(uploads, scope, file=file), state=state)


def find_upload(
    conn: Connection, scope: Scope, *, picture: str, edition_id: int
) -> Upload | None:
    """Find the newest file of a picture of an edition that is not deleted."""
    mine = in_scope(uploads, scope, hash=picture, edition_id=edition_id)
    query = select(uploads).where(mine, _UPLOAD.state != "deleted")
    return find_first(conn, query.order_by(_UPLOAD.id.desc()).limit(1), Upload)


def list_unused_uploads(
    conn: Connection,
    platforms: Collection[str],
    begun_before: datetime,
    limit: int,
) -> tuple[Upload, ...]:
    """List files of editions that no message shows, or will show.

    Those that were begun later than `begun_before` may be on their way into a message
    and are left out, unless every message of their edition is deleted.
    """
    of_edition = _DELIVERY.edition_id == _UPLOAD.edition_id
    open_states = ("ready", "sending", "retry", "uncertain", "held")
    shows = and_(
        of_edition,
        _DELIVERY.operation != "delete",
        _DELIVERY.state.in_(("sent", *open_states)),
        _DELIVERY.fallback_level == 0,
        _DELIVERY.pictures.contains(_UPLOAD.hash),
    )
    deletion = deliveries.alias("deletion")
    deleted = exists().where(
        deletion.c.edition_id == _DELIVERY.edition_id,
        deletion.c.destination_id == _DELIVERY.destination_id,
        deletion.c.part == _DELIVERY.part,
        deletion.c.operation == "delete",
        deletion.c.state == "sent",
    )
    shown = exists().where(shows, ~deleted)
    any_left = exists().where(of_edition, _DELIVERY.operation == "post", ~deleted)
    columns = workspaces.c.platform, workspaces.c.external_id
    query = (
        select(uploads, columns[0], columns[1].label("workspace_external_id"))
        .join_from(uploads, workspaces, workspaces.c.id == _UPLOAD.workspace_id)
        .where(
            workspaces.c.platform.in_(platforms),
            _UPLOAD.state != "deleted",
            _UPLOAD.edition_id.is_not(None),
            ~shown,
            or_(_UPLOAD.begun_at <= begun_before, ~any_left),
        )
        .order_by(_UPLOAD.id)
        .limit(limit)
    )
    return list_all(conn, query, Upload)
