"""The published ledger: what the readers of a digest or a place have been shown.

The ledger (`editions.told`) is of a digest's own channels. An edition that went to
another one by hand is not in it, so that they miss nothing; what that other one was
told is found here.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select

from bot.storage import columns, correction_store, schema
from bot.storage.schema import deliveries, digests, editions
from bot.storage.statements import insert_into
from digests.corrections.amendments import apply_amendments
from digests.editing.novelty import collect_published
from digests.types import PublishedLedger

#: What the channels showed is remembered for so long; older articles are no news.
CHANNEL_LEDGER_PERIOD = timedelta(days=30)
_CHANNEL_LEDGER_KINDS = ("story", "revision", "sentence", "figure", "quote")


def get_channel_ledger(
    connection: Connection, *, workspace_id: int, now: datetime
) -> PublishedLedger:
    """What the workspace's digests told lately where everybody reads it.

    An edition counts that stands in a channel, or is on its way there: what went to
    none, or was taken back (and untold with that), can be told.
    """
    ledger, editions = schema.published_items, schema.editions
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
            editions.c.made_at >= now - CHANNEL_LEDGER_PERIOD,
            digests.c.person_id.is_(None),
            posted,
        )
    )
    found: dict[str, set[str]] = {kind: set() for kind in _CHANNEL_LEDGER_KINDS}
    rows = connection.execute(
        select(ledger.c.kind, ledger.c.item).where(
            ledger.c.workspace_id == workspace_id, ledger.c.edition_id.in_(standing)
        )
    )
    for kind, what in rows:
        found[kind].add(what)
    return PublishedLedger(
        stories=frozenset(found["story"]),
        revisions=frozenset(found["revision"]),
        sentences=frozenset(found["sentence"]),
        figures=frozenset(found["figure"]),
        quotes=frozenset(found["quote"]),
    )


def remove_from_ledger(
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
    ledger = schema.published_items
    connection.execute(
        delete(ledger).where(
            ledger.c.edition_id == edition_id,
            ledger.c.workspace_id == workspace_id,
            or_(ledger.c.kind != "revision", ledger.c.item.in_(revisions)),
        )
    )


def get_ledger(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    before: datetime | None = None,
) -> PublishedLedger:
    """Give everything that the digest's readers were told so far, or `before` then."""
    ledger = schema.published_items
    query = select(ledger.c.kind, ledger.c.item).where(
        ledger.c.digest_id == digest_id, ledger.c.workspace_id == workspace_id
    )
    if before is not None:
        made = editions.join(ledger, ledger.c.edition_id == editions.c.id)
        query = query.select_from(made).where(editions.c.made_at < before)
    found: dict[str, set[str]] = {kind: set() for kind in _LEDGER_KINDS}
    for kind, what in connection.execute(query):
        found[kind].add(what)
    return PublishedLedger(
        stories=frozenset(found["story"]),
        revisions=frozenset(found["revision"]),
        sentences=frozenset(found["sentence"]),
        figures=frozenset(found["figure"]),
        quotes=frozenset(found["quote"]),
    )


_LEDGER_KINDS = ("story", "revision", "sentence", "figure", "quote")


def add_to_ledger(
    connection: Connection,
    *,
    workspace_id: int,
    edition_id: int,
    digest_id: int,
    published: PublishedLedger,
) -> None:
    """Note what the edition's readers have been told, as far as it was not before."""
    shown = (
        published.stories,
        published.revisions,
        published.sentences,
        published.figures,
        published.quotes,
    )
    rows = [
        {
            "digest_id": digest_id,
            "workspace_id": workspace_id,
            "edition_id": edition_id,
            "kind": kind,
            "hash": hashlib.sha256(what.encode("utf-8", "replace")).hexdigest(),
            "item": what,
        }
        for kind, words in zip(_LEDGER_KINDS, shown, strict=True)
        for what in sorted(words)
    ]
    if rows:
        connection.execute(
            insert_into(connection, schema.published_items).on_conflict_do_nothing(),
            rows,
        )


def get_destination_ledger(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    destination_id: int,
    since: datetime,
) -> PublishedLedger:
    """What the digest's editions since then told the readers of the destination.

    An edition that was taken back told nothing, nor one that could not be posted.
    """
    went = select(1).where(
        deliveries.c.edition_id == editions.c.id,
        deliveries.c.workspace_id == workspace_id,
        deliveries.c.destination_id == destination_id,
        deliveries.c.operation == "post",
        deliveries.c.state != "failed",
    )
    rows = connection.execute(
        select(editions.c.id, editions.c.edition).where(
            editions.c.workspace_id == workspace_id,
            editions.c.digest_id == digest_id,
            editions.c.made_at >= since,
            editions.c.undone_at.is_(None),
            editions.c.emptied_at.is_(None),
            went.exists(),
        )
    ).all()
    found = PublishedLedger()
    for row in rows:
        posted = columns.load_edition(row.edition)
        changes = correction_store.list_amendments(
            connection, workspace_id=workspace_id, edition_id=row.id
        )
        found = merge_ledgers(
            merge_ledgers(found, collect_published(posted)),
            collect_published(apply_amendments(posted, changes)),
        )
    return found


def merge_ledgers(one: PublishedLedger, other: PublishedLedger) -> PublishedLedger:
    """What either of them tells."""
    return PublishedLedger(
        stories=one.stories | other.stories,
        revisions=one.revisions | other.revisions,
        sentences=one.sentences | other.sentences,
        figures=one.figures | other.figures,
        quotes=one.quotes | other.quotes,
    )
