"""The published ledger: what the readers of a digest or a destination were shown.

The table covers a digest's configured destinations. An edition that was posted
elsewhere by hand is not in it, so that readers of the configured destinations miss
nothing; the ledger of the other destination is computed from its editions.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, exists, or_, select

from bot.model.scope import Scope
from bot.storage.columns import load_edition
from bot.storage.correction_store import list_amendments
from bot.storage.schema import deliveries, digests, editions, published_items
from bot.storage.statements import Condition, delete_rows, in_scope, insert_all_missing
from digests.corrections.amendments import apply_amendments
from digests.editing.novelty import collect_published
from digests.types import PublishedLedger

_EDITION = editions.c
#: How far back the ledger of channels goes; older articles are not news.
CHANNEL_LEDGER_PERIOD = timedelta(days=30)
#: The fields of a `PublishedLedger`, by kind of item.
_FIELDS = {
    "story": "stories",
    "revision": "revisions",
    "sentence": "sentences",
    "figure": "figures",
    "quote": "quotes",
}


def get_channel_ledger(
    conn: Connection, scope: Scope, now: datetime
) -> PublishedLedger:
    """Return what the workspace's digests recently published in channels.

    An edition counts if it was posted in a channel or is being delivered. What was not
    posted, or was undone (which removes it from the ledger), can still be published.
    """
    recent = (
        select(_EDITION.id)
        .join(digests, digests.c.id == _EDITION.digest_id)
        .where(
            in_scope(editions, scope),
            _EDITION.made_at >= now - CHANNEL_LEDGER_PERIOD,
            digests.c.person_id.is_(None),
            _is_posted(scope),
        )
    )
    items = _select_items(in_scope(published_items, scope))
    return _load_ledger(conn, items.where(published_items.c.edition_id.in_(recent)))


def _select_items(mine: Condition) -> Select[Any]:
    return select(published_items.c.kind, published_items.c.item).where(mine)


def get_ledger(
    conn: Connection, scope: Scope, digest_id: int, before: datetime | None = None
) -> PublishedLedger:
    """Return everything that the digest has published, optionally before an instant."""
    query = _select_items(in_scope(published_items, scope, digest_id=digest_id))
    if before is not None:
        of = _EDITION.id == published_items.c.edition_id
        query = query.join(editions, of).where(_EDITION.made_at < before)
    return _load_ledger(conn, query)


def get_destination_ledger(
    conn: Connection, scope: Scope, digest_id: int, destination_id: int, since: datetime
) -> PublishedLedger:
    """Return what the digest's editions since then published in the destination.

    Editions that were undone or could not be posted are excluded.
    """
    present = {"undone_at": None, "emptied_at": None}
    query = select(_EDITION.id, _EDITION.edition).where(
        in_scope(editions, scope, digest_id=digest_id, **present),
        _EDITION.made_at >= since,
        _is_posted(scope, destination_id=destination_id),
    )
    found = PublishedLedger()
    for row in conn.execute(query).all():
        posted = load_edition(row.edition)
        changes = list_amendments(conn, scope, row.id)
        for shown in (posted, apply_amendments(posted, changes)):
            found = merge_ledgers(found, collect_published(shown))
    return found


def add_to_ledger(
    conn: Connection,
    scope: Scope,
    edition_id: int,
    digest_id: int,
    published: PublishedLedger,
) -> None:
    """Record what the edition publishes, except what was published before."""
    mine = {**asdict(scope), "digest_id": digest_id, "edition_id": edition_id}
    rows = [
        {"kind": kind, "hash": _hash_item(item), "item": item, **mine}
        for kind, field in _FIELDS.items()
        for item in sorted(getattr(published, field))
    ]
    insert_all_missing(conn, published_items, rows)


def remove_from_ledger(
    conn: Connection, scope: Scope, edition_id: int, revisions: Collection[str]
) -> None:
    """Remove what only this edition published, so that it can be published again.

    Only these revisions are removed: an edition also records what its sources contained
    before they were added, which must not become news.
    """
    mine = in_scope(published_items, scope, edition_id=edition_id)
    column = published_items.c
    which = or_(column.kind != "revision", column.item.in_(revisions))
    delete_rows(conn, published_items, mine, which)


def _hash_item(item: str) -> str:
    return hashlib.sha256(item.encode("utf-8", "replace")).hexdigest()


def merge_ledgers(one: PublishedLedger, other: PublishedLedger) -> PublishedLedger:
    """Return the union of two ledgers."""
    names = _FIELDS.values()
    return PublishedLedger(**{n: getattr(one, n) | getattr(other, n) for n in names})


def _is_posted(scope: Scope, **values: Any) -> Condition:
    """Condition: the edition was posted, or is being delivered."""
    return exists().where(
        deliveries.c.edition_id == _EDITION.id,
        in_scope(deliveries, scope, operation="post", **values),
        deliveries.c.state != "failed",
    )


def _load_ledger(conn: Connection, query: Select[Any]) -> PublishedLedger:
    found: dict[str, set[str]] = defaultdict(set)
    for kind, item in conn.execute(query):
        found[_FIELDS[kind]].add(item)
    return PublishedLedger(**{name: frozenset(items) for name, items in found.items()})
