"""Editions with a public page: stored with the edition, found by the page's address.

An edition has a page if its digest published editions when it was composed, and
publishes them now; the stricter of both settings decides who can find it. There is a
page only once a message was posted, and not any more when the edition was undone or
emptied, its digest deleted, or the bot removed from its workspace. Personal digests are
never published.

The queries are for readers of any workspace. Every one goes through `_PUBLIC`.
"""

import re
import secrets
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from bot.model.digest import Digest
from bot.model.edition import Picture, RenderContext, StoredEdition, context_from_json
from bot.model.published import Visibility
from bot.model.scope import Scope, Scoped
from bot.model.settings import WebSetting
from bot.storage import picture_store
from bot.storage.columns import load_edition
from bot.storage.correction_store import Correction, list_corrections
from bot.storage.schema import (
    corrections,
    digests,
    editions,
    published_digests,
    published_editions,
    workspaces,
)
from bot.storage.statements import (
    find_first,
    first_scalar,
    from_row,
    in_scope,
    insert_missing,
    update_rows,
)
from digests.corrections.amendments import apply_amendments
from digests.types import frozen

_PAGE, _NAME, _EDITION = published_editions.c, published_digests.c, editions.c
_DIGEST, _CORRECTION = digests.c, corrections.c
#: Random bytes of an address that is not listed.
_KEY_BYTES: Final = 16
#: Characters of a digest's public name, without a number behind it.
_NAME_LENGTH: Final = 48
_NO_NAME: Final = "digest"
#: The pages that exist, of all workspaces. Built once, like the two below: a page that
#: is kept rendered costs little else than asking whether it still exists.
_PUBLIC: Final = (
    select(
        published_editions,
        _DIGEST.settings,
        _DIGEST.name.label("digest"),
    )
    .join(editions, _EDITION.id == _PAGE.edition_id)
    .join(digests, _DIGEST.id == _PAGE.digest_id)
    .join(workspaces, workspaces.c.id == _PAGE.workspace_id)
    .where(
        _PAGE.posted_at.is_not(None),
        _EDITION.undone_at.is_(None),
        _EDITION.emptied_at.is_(None),
        _DIGEST.deleted_at.is_(None),
        _DIGEST.person_id.is_(None),
        workspaces.c.left_at.is_(None),
    )
)
_FIND_PAGE: Final = _PUBLIC.where(
    _PAGE.key == bindparam("key"), _PAGE.visibility == bindparam("visibility")
)
_LIST_STATES: Final = (
    select(
        _CORRECTION.edition_id,
        _CORRECTION.id,
        _CORRECTION.state,
        _CORRECTION.reverted_at,
    )
    .where(_CORRECTION.edition_id.in_(bindparam("edition_ids", expanding=True)))
    .order_by(_CORRECTION.id)
)


@frozen
class EditionPage(Scoped):
    """A public page of an edition as it is found, without its contents."""

    workspace_id: int
    edition_id: int
    digest_id: int
    key: str
    #: Who could find it when it was posted, which decides its address.
    posted_as: Visibility
    #: Who can find it at present.
    visibility: Visibility
    digest: str
    #: Changes whenever the page does.
    version: str


@frozen
class PublicDigest(Scoped):
    """A digest whose editions are listed."""

    workspace_id: int
    digest_id: int
    #: Public name, and name.
    name: str
    title: str


@frozen
class PublishedEdition:
    """A published edition with its corrections."""

    page: EditionPage
    stored_edition: StoredEdition
    #: As it was rendered, with those of its pictures that are still stored.
    context: RenderContext
    #: When it was composed, or was last corrected.
    updated_at: datetime


def publish_edition(
    conn: Connection,
    scope: Scope,
    stored_edition: StoredEdition,
    digest: Digest,
    visibility: Visibility,
    day: date,
) -> str:
    """Give an edition a public page, which exists once it is posted; return its key."""
    key = secrets.token_urlsafe(_KEY_BYTES)
    if visibility == "listed":
        name = _name_digest(conn, scope, digest)
        key = f"{name}/{day.isoformat()}-{stored_edition.public_id.removeprefix('e-')}"
    row = {
        **asdict(scope),
        "edition_id": stored_edition.id,
        "digest_id": digest.id,
        "visibility": visibility,
        "key": key,
    }
    insert_missing(conn, published_editions, row)
    return key


def mark_edition_posted(
    conn: Connection, scope: Scope, edition_id: int, now: datetime
) -> None:
    """Record that a message of the edition was posted, if it has a public page."""
    mine = in_scope(published_editions, scope, edition_id=edition_id, posted_at=None)
    update_rows(conn, published_editions, mine, posted_at=now)


def find_edition_page(
    conn: Connection, visibility: Visibility, key: str
) -> EditionPage | None:
    """Find the page with this key, as of now.

    One that was listed is still found under its address when its digest is not any
    more; one that never was is not found under a listed address.
    """
    rows = conn.execute(_FIND_PAGE, {"key": key, "visibility": visibility}).all()
    return next(_load_pages(conn, rows), None)


def find_page_of_edition(
    conn: Connection, scope: Scope, edition_id: int
) -> tuple[Visibility, str] | None:
    """Find the visibility and the key of an edition's page, posted or not."""
    query = select(_PAGE.visibility, _PAGE.key).where(
        in_scope(published_editions, scope, edition_id=edition_id)
    )
    return find_first(conn, query, tuple)


def find_public_digest(conn: Connection, name: str) -> PublicDigest | None:
    """Find the digest with this public name whose editions are listed now."""
    query = (
        select(published_digests, _DIGEST.settings, _DIGEST.name.label("title"))
        .join(digests, _DIGEST.id == _NAME.digest_id)
        .join(workspaces, workspaces.c.id == _NAME.workspace_id)
        .where(
            _NAME.name == name,
            _DIGEST.deleted_at.is_(None),
            _DIGEST.person_id.is_(None),
            workspaces.c.left_at.is_(None),
        )
    )
    row = conn.execute(query).first()
    if row is None or _get_setting(row.settings) != "listed":
        return None
    return from_row(PublicDigest, row)


def list_edition_pages(
    conn: Connection, digest: PublicDigest, limit: int, before: str | None = None
) -> tuple[EditionPage, ...]:
    """List the listed pages of a digest, the newest first.

    `before` is the key of a page after which the list begins.
    """
    mine = in_scope(published_editions, digest.scope, digest_id=digest.digest_id)
    query = _PUBLIC.where(mine, _PAGE.visibility == "listed")
    if before is not None:
        last = select(_PAGE.edition_id).where(mine, _PAGE.key == before)
        query = query.where(_PAGE.edition_id < last.scalar_subquery())
    newest = query.order_by(_PAGE.edition_id.desc()).limit(limit)
    return tuple(_load_pages(conn, conn.execute(newest).all()))


def load_published_editions(
    conn: Connection, pages: Sequence[EditionPage]
) -> tuple[PublishedEdition, ...]:
    """Load editions with their corrections, in the order of their pages."""
    found = (_load_published_edition(conn, page) for page in pages)
    return tuple(one for one in found if one is not None)


def load_page_picture(conn: Connection, page: EditionPage, hash: str) -> Picture | None:
    """Load the picture with this hash, if the edition of the page shows it."""
    loaded = load_published_editions(conn, [page])
    shown = {ref.hash for one in loaded for ref in one.context.pictures.values()}
    if hash not in shown:
        return None
    return next(iter(picture_store.load_pictures(conn, page.scope, [hash])), None)


def _load_pages(conn: Connection, rows: Sequence[Row[Any]]) -> Iterator[EditionPage]:
    versions = _find_versions(conn, [row.edition_id for row in rows])
    for row in rows:
        setting = _get_setting(row.settings)
        if setting == "off":
            continue
        chosen = {setting, row.visibility}
        version = f"{row.edition_id}{versions[row.edition_id]}"
        yield from_row(
            EditionPage,
            row,
            posted_as=row.visibility,
            visibility="link" if "link" in chosen else "listed",
            version=version,
        )


def _get_setting(settings: Any) -> WebSetting:
    setting: WebSetting = settings.get("web", "off")
    return setting


def _find_versions(conn: Connection, edition_ids: Collection[int]) -> dict[int, str]:
    """Name the state of each edition's corrections."""
    versions = dict.fromkeys(edition_ids, "")
    if not versions:
        return versions
    for row in conn.execute(_LIST_STATES, {"edition_ids": list(edition_ids)}):
        state = "-" if row.state == "unshown" or row.reverted_at else "+"
        versions[row.edition_id] += f"{state}{row.id}"
    return versions


def _load_published_edition(
    conn: Connection, page: EditionPage
) -> PublishedEdition | None:
    mine = in_scope(editions, page.scope, id=page.edition_id)
    row = conn.execute(select(editions).where(mine)).first()
    if row is None or row.render_context is None:
        return None
    made = list_corrections(conn, page.scope, page.edition_id)
    shown = [one for one in made if _is_applied(one)]
    edition = apply_amendments(
        load_edition(row.edition), [one.amendment for one in shown if one.amendment]
    )
    moments = [one.found_at for one in made if one.state != "unshown"]
    moments += [one.reverted_at for one in made if one.reverted_at is not None]
    context = context_from_json(row.render_context, row.public_id)
    hashes = {ref.hash for ref in context.pictures.values()}
    stored = picture_store.list_sizes(conn, hashes)
    kept = {key: ref for key, ref in context.pictures.items() if ref.hash in stored}
    return PublishedEdition(
        page=page,
        stored_edition=from_row(StoredEdition, row, edition=edition),
        context=replace(context, pictures=kept),
        updated_at=max((row.made_at, *moments)),
    )


def _is_applied(one: Correction) -> bool:
    """Whether a page shows the correction.

    Unlike a message, a page has space for every one, also where messages are not
    edited.
    """
    return one.reverted_at is None and one.state != "unshown"


# ── public names ───────────────────────────────────────────────────────────────


def _name_digest(conn: Connection, scope: Scope, digest: Digest) -> str:
    """Return the public name of a digest, which it gets once and keeps."""
    mine = in_scope(published_digests, scope, digest_id=digest.id)
    query = select(_NAME.name).where(mine)
    wanted = build_public_name(digest.name)
    for number in count(1):
        known: str | None = first_scalar(conn, query)
        if known is not None:
            return known
        name = wanted if number == 1 else f"{wanted}-{number}"
        row = {**asdict(scope), "digest_id": digest.id, "name": name}
        insert_missing(conn, published_digests, row)
    raise AssertionError("unreachable")


def build_public_name(name: str) -> str:
    """Build the readable part of an address from a name: «Früh & gut» → «fruh-gut»."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:_NAME_LENGTH].strip("-") or _NO_NAME
