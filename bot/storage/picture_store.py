"""Drawn pictures, which workspace shows them, and their files on platforms.

A picture is found by the hash of what it was drawn from. Its bytes are a cache that all
workspaces share: they are read only by a workspace that shows the picture, and deleted
when no message needs them any more. They can be drawn again at any time.

A file is recorded when the platform has named it, before its bytes are sent, so that a
process that dies on the way leaves nothing behind that cannot be found. It is deleted
once no message shows it: at once if one did, and after hours if it was never ready.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    and_,
    delete,
    exists,
    literal,
    or_,
    select,
    type_coerce,
)

from bot.model.edition import Delivery, Picture, Upload, UploadState
from bot.model.scope import PlatformName, Scope
from bot.ports import Clock
from bot.storage.database import Database
from bot.storage.published_article_store import CORRECTABLE_PERIOD
from bot.storage.schema import (
    deliveries,
    draft_messages,
    editions,
    picture_uses,
    pictures,
    published_editions,
    uploads,
    workspaces,
)
from bot.storage.statements import (
    Condition,
    delete_rows,
    find_first,
    has_row,
    has_same_values,
    has_values,
    in_scope,
    insert_all,
    insert_all_missing,
    insert_row,
    list_all,
    list_scalars,
    to_row,
    update_rows,
)
from bot.storage.workspace_store import lock_workspace
from digests.types import frozen_positional

_PICTURE, _USE, _UPLOAD, _DELIVERY = pictures.c, picture_uses.c, uploads.c, deliveries.c
_WORKSPACE = workspaces.c


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
    """Delete pictures that were neither drawn nor used since; return how many.

    Those of published editions are kept as long as the contents of these.
    """
    used = exists().where(_USE.hash == _PICTURE.hash, _USE.used_at > before)
    published = exists().where(
        _USE.hash == _PICTURE.hash,
        _USE.edition_id == published_editions.c.edition_id,
        editions.c.id == published_editions.c.edition_id,
        editions.c.emptied_at.is_(None),
    )
    unused = (_PICTURE.made_at <= before, ~used, ~published)
    old = select(_PICTURE.hash).where(*unused).limit(limit)
    count = delete_rows(conn, pictures, _PICTURE.hash.in_(list_scalars(conn, old)))
    answers = and_(_USE.edition_id.is_(None), _USE.used_at <= before)
    conn.execute(delete(picture_uses).where(answers))
    return count


# ── files on a platform ────────────────────────────────────────────────────────

#: Age at which a file that was never ready is given up: far longer than a send and its
#: repetitions take, so that no request about it can still be on its way.
UPLOAD_LIFE: Final = timedelta(hours=3)
#: Age until which messages with a file can change: they are posted within a week, and
#: corrections arrive later.
_CHANGING_FOR: Final = CORRECTABLE_PERIOD + timedelta(days=8)
#: Files that are deleted at once, at most.
_DELETED_AT_ONCE: Final = 20
#: States of a delivery that is shown, or may be.
_SHOWN_STATES: Final = ("sent", "ready", "sending", "retry", "uncertain", "held")
_POST, _EDIT = deliveries.alias("post"), deliveries.alias("edit")
_DELETION = deliveries.alias("deletion")
_MESSAGE: Final = ("edition_id", "destination_id", "part")


@frozen_positional
class DatabaseUploadStore:
    """Files of pictures on one platform (`ports.UploadStore`)."""

    database: Database
    clock: Clock
    platform: PlatformName

    async def find(
        self, scope: Scope, *, picture: str, edition_id: int | None
    ) -> Upload | None:
        return await self.database.read(
            find_upload, scope, picture=picture, edition_id=edition_id
        )

    async def begin(
        self,
        scope: Scope,
        *,
        picture: str,
        edition_id: int | None,
        file: str,
        replaces: Upload | None,
    ) -> Upload:
        return await self.database.write(
            begin_upload,
            scope,
            picture=picture,
            edition_id=edition_id,
            file=file,
            replaces=replaces,
            now=self.clock.now(),
        )

    async def set_state(self, upload: Upload, state: UploadState) -> None:
        await self.database.write(set_upload_state, upload.scope, upload, state)

    async def give_up(self, upload: Upload, delivery: Delivery) -> None:
        await self.database.write(give_upload_up, upload.scope, upload, delivery)

    async def claim_unused(self, but: Collection[str]) -> tuple[Upload, ...]:
        where = self.platform, but, self.clock.now()
        if not await self.database.read(list_unused_uploads, *where):
            # Usually: then nothing is written.
            return ()
        return await self.database.write(claim_unused_uploads, *where)


def find_upload(
    conn: Connection, scope: Scope, *, picture: str, edition_id: int | None
) -> Upload | None:
    """Find the newest file of a picture of an edition that is not to be deleted."""
    mine = in_scope(uploads, scope, hash=picture, edition_id=edition_id)
    found = _select_uploads().where(mine, _UPLOAD.state.in_(("begun", "ready")))
    return find_first(conn, found.order_by(_UPLOAD.id.desc()).limit(1), Upload)


def begin_upload(
    conn: Connection,
    scope: Scope,
    *,
    picture: str,
    edition_id: int | None,
    file: str,
    replaces: Upload | None,
    now: datetime,
) -> Upload:
    """Record a file that the platform has named, unless another was recorded first.

    Returns the one that counts.
    """
    lock_workspace(conn, scope)
    found = find_upload(conn, scope, picture=picture, edition_id=edition_id)
    if found is not None and (replaces is None or found.id != replaces.id):
        return found
    key = insert_row(
        conn,
        uploads,
        **asdict(scope),
        edition_id=edition_id,
        hash=picture,
        file=file,
        state="begun",
        begun_at=now,
    )
    [begun] = list_all(conn, _select_uploads().where(_UPLOAD.id == key), Upload)
    return begun


def set_upload_state(
    conn: Connection, scope: Scope, upload: Upload, state: UploadState
) -> None:
    """Record how far a file is."""
    update_rows(conn, uploads, in_scope(uploads, scope, id=upload.id), state=state)


def give_upload_up(
    conn: Connection, scope: Scope, upload: Upload, delivery: Delivery
) -> None:
    """Have a file deleted, unless a message besides `delivery` may show it."""
    others = and_(
        in_scope(deliveries, scope, edition_id=upload.edition_id),
        _DELIVERY.state.in_(_SHOWN_STATES),
        _DELIVERY.id != delivery.id,
        _names(deliveries, literal(upload.hash)),
    )
    if not has_row(conn, select(_DELIVERY.id).where(others)):
        set_upload_state(conn, scope, upload, "unused")


def list_unused_uploads(
    conn: Connection, platform: PlatformName, but: Collection[str], now: datetime
) -> tuple[Upload, ...]:
    """List files that no message shows, or will show, in workspaces with the bot.

    `but` are workspaces that are left out (the platform's ids).

    Of an edition without messages nothing is known: its destination was removed, or its
    contents are past retention. What was posted stays as it is.
    """
    young = _UPLOAD.begun_at > now - _CHANGING_FOR
    posted = exists().where(_POST.c.edition_id == _UPLOAD.edition_id)
    unused = or_(
        _UPLOAD.state == "unused",
        and_(_UPLOAD.state == "begun", _UPLOAD.begun_at <= now - UPLOAD_LIFE),
        and_(_UPLOAD.state == "ready", young, posted, ~_is_shown()),
        and_(_is_of_draft(now), ~_is_in_draft()),
    )
    query = _select_uploads().where(
        _WORKSPACE.platform == platform,
        _WORKSPACE.left_at.is_(None),
        _WORKSPACE.external_id.not_in(but),
        unused,
    )
    query = query.order_by(_UPLOAD.id).limit(_DELETED_AT_ONCE)
    return list_all(conn, query, Upload)


def claim_unused_uploads(
    conn: Connection, platform: PlatformName, but: Collection[str], now: datetime
) -> tuple[Upload, ...]:
    """Mark the unused files, so that no message shows them any more; return them."""
    found = list_unused_uploads(conn, platform, but, now)
    keys = [upload.id for upload in found]
    update_rows(conn, uploads, _UPLOAD.id.in_(keys), state="unused")
    return found


def _select_uploads() -> Select[Any]:
    team = _WORKSPACE.external_id.label("workspace_external_id")
    joined = _WORKSPACE.id == _UPLOAD.workspace_id
    return select(uploads, team).join_from(uploads, workspaces, joined)


def _is_shown() -> Condition:
    """Condition: a message of the upload's edition shows its picture, or will.

    A message shows the picture of its last edit that was sent, otherwise that of its
    post (`delivery_store` moves it there when an edit is replaced by another).
    """
    edited = exists().where(
        has_same_values(_EDIT, _POST, *_MESSAGE),
        has_values(_EDIT, operation="edit", state="sent"),
    )
    of_post = exists().where(
        _may_show(_POST), _POST.c.operation == "post", ~edited.correlate(_POST)
    )
    of_edit = exists().where(_may_show(_EDIT), _EDIT.c.operation == "edit")
    return or_(of_post.correlate(uploads), of_edit.correlate(uploads))


def _is_of_draft(now: datetime) -> Condition:
    """Condition: a finished file was uploaded for a draft, some hours ago."""
    old = _UPLOAD.begun_at <= now - UPLOAD_LIFE
    return and_(_UPLOAD.edition_id.is_(None), _UPLOAD.state == "ready", old)


def _is_in_draft() -> Condition:
    """Condition: a message of a draft shows the upload's picture, or will."""
    return exists().where(
        draft_messages.c.workspace_id == _UPLOAD.workspace_id,
        _names(draft_messages, _UPLOAD.hash),
    )


def _may_show(of: FromClause) -> Condition:
    """Condition: a delivery shows the upload's picture, or may; it is not deleted."""
    deleted = exists().where(
        has_same_values(_DELETION, of, *_MESSAGE),
        has_values(_DELETION, operation="delete", state="sent"),
    )
    return and_(
        of.c.edition_id == _UPLOAD.edition_id,
        of.c.state.in_(_SHOWN_STATES),
        of.c.fallback_level == 0,
        _names(of, _UPLOAD.hash),
        ~deleted.correlate(of),
    )


def _names(of: FromClause, picture: ColumnElement[str]) -> Condition:
    """Condition: the delivery has this picture: its hash, in a list as JSON text."""
    quoted = literal('%"') + picture + literal('"%')
    return type_coerce(of.c.pictures, Text).like(quoted)
