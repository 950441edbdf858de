"""Load what an edition is made from, and record how it was made.

It composes nothing and sends nothing.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import PUBLISHABLE_FOR, Digest, Occurrence
from bot.storage import (
    Connection,
    article_store,
    decision_store,
    ledger_store,
    restoration_store,
    story_store,
)
from bot.storage.ledger_store import merge_ledgers
from digests.types import (
    Article,
    Edition,
    EditionStyle,
    PublishedLedger,
    StoryMembership,
)


def build_edition_style(digest: Digest) -> EditionStyle:
    """Convert the settings of the digest to the composer's style."""
    return digest.options.to_edition_style(
        digest.name, more=digest.more, less=digest.less
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionInputs:
    """What an edition of a digest can be made from."""

    fresh: tuple[Article, ...]
    ledger: PublishedLedger
    #: The stories that the articles are in.
    known: tuple[StoryMembership, ...]


def load_inputs(conn: Connection, digest: Digest, now: datetime) -> EditionInputs:
    """The articles that came in lately, their stories, and what was told before.

    After a restoring, what came in before it counts as told.
    """
    fresh = _load_articles(conn, digest, now)
    ledger = _load_ledger(conn, digest, now)
    restored = restoration_store.find_last_restoration(conn)
    if restored is not None and restored.told and now - restored.at < PUBLISHABLE_FOR:
        past = _load_articles(conn, digest, now, until=restored.at)
        kept = _load_articles(conn, digest, now, include_baseline=True)
        # What was kept as told is at hand as well: what repeats it is no news.
        ours = {article.id for article in fresh}
        past += tuple(article for article in kept if article.id not in ours)
        ledger = replace(ledger, revisions=ledger.revisions | _ledger_keys(past))
        fresh = kept
    return EditionInputs(
        fresh=fresh,
        ledger=ledger,
        known=story_store.list_memberships(
            conn,
            workspace_id=digest.workspace_id,
            articles=[article.id for article in fresh],
        ),
    )


def _load_articles(
    conn: Connection,
    digest: Digest,
    now: datetime,
    *,
    until: datetime | None = None,
    include_baseline: bool = False,
) -> tuple[Article, ...]:
    return article_store.list_fresh_articles(
        conn,
        source_ids=[source.id for source in digest.sources],
        since=now - PUBLISHABLE_FOR,
        until=until,
        called=_source_names(digest),
        include_baseline=include_baseline,
    )


def _ledger_keys(past: Iterable[Article]) -> frozenset[str]:
    """How the ledger names these versions."""
    return frozenset(f"{article.id}@{article.revision}" for article in past)


def _load_ledger(conn: Connection, digest: Digest, now: datetime) -> PublishedLedger:
    """What its readers were shown: one person's own adds what the channels showed."""
    here = digest.workspace_id
    ledger = ledger_store.get_ledger(conn, workspace_id=here, digest_id=digest.id)
    if digest.person is None:
        return ledger
    shown = ledger_store.get_channel_ledger(conn, workspace_id=here, now=now)
    return merge_ledgers(ledger, shown)


def load_past_inputs(
    conn: Connection, digest: Digest, since: datetime, until: datetime | None
) -> EditionInputs:
    """The same for a stretch of the past: what came in then, and was told before it.

    Texts and filters are those of today; what an edition of that time told does not
    count as told.
    """
    fresh = article_store.list_fresh_articles(
        conn,
        source_ids=[source.id for source in digest.sources],
        since=since,
        until=until,
        called=_source_names(digest),
    )
    key = {"workspace_id": digest.workspace_id}
    return EditionInputs(
        fresh=fresh,
        ledger=ledger_store.get_ledger(conn, **key, digest_id=digest.id, before=since),
        known=story_store.list_memberships(conn, **key, articles=[a.id for a in fresh]),
    )


def _source_names(digest: Digest) -> dict[int, str]:
    """How the digest calls sources, where it does."""
    return {s.id: s.called for s in digest.sources if s.called}


def list_memberships(edition: Edition) -> tuple[StoryMembership, ...]:
    """The story of each article that was at hand, told or not."""
    return tuple(
        StoryMembership(article=d.article, story=d.story, duplicate_of=d.duplicate_of)
        for d in edition.decisions
        if d.story is not None
    )


def drop_unpublished_decisions(edition: Edition) -> Edition:
    """Without the decisions about what it does not tell: they are kept for a while."""
    shown = {s.id for s in edition.stories} | {line.story for line in edition.brief}
    published = tuple(d for d in edition.decisions if d.story in shown)
    return replace(edition, decisions=published)


def record_decisions(
    conn: Connection, occurrence: Occurrence, edition: Edition, now: datetime
) -> None:
    """Keep what became of each article, and the stories as they were seen here."""
    story_store.update_memberships(
        conn,
        workspace_id=occurrence.workspace_id,
        memberships=list_memberships(edition),
        now=now,
        copies=False,
    )
    decision_store.add_decisions(
        conn,
        workspace_id=occurrence.workspace_id,
        digest_id=occurrence.digest_id,
        occurrence_id=occurrence.id,
        decisions=edition.decisions,
        now=now,
    )


def hash_inputs(edition: Edition, digest: Digest) -> str:
    """Hash over what the edition was made from: same in, same manifest."""
    made_from = {
        "articles": sorted(
            f"{ref.id}@{ref.revision}" for s in edition.stories for ref in s.articles
        ),
        "style": repr(build_edition_style(digest)),
    }
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()
