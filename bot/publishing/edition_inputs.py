"""What an edition can be made from, and what is remembered of making it.

It composes nothing and sends nothing.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.storage import (
    Connection,
    articles,
    decisions,
    personal,
    restorations,
    stories,
)
from bot.storage import editions as issues
from bot.storage.told_there import both
from bot.styles import style_of
from bot.types import Digest, Occurrence
from digests.types import Article, Edition, Membership, Told

#: Articles first seen within this time can still be told.
FRESH = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class AtHand:
    """What an edition of a digest can be made from."""

    fresh: tuple[Article, ...]
    told: Told
    #: The stories that the articles are in.
    known: tuple[Membership, ...]


def of(conn: Connection, digest: Digest, now: datetime) -> AtHand:
    """The articles that came in lately, their stories, and what was told before.

    After a restoring, what came in before it counts as told.
    """
    fresh = _fresh(conn, digest, now)
    told = _told(conn, digest, now)
    restored = restorations.last(conn)
    if restored is not None and restored.told and now - restored.at < FRESH:
        past = _fresh(conn, digest, now, until=restored.at)
        kept = _fresh(conn, digest, now, told_too=True)
        # What was kept as told is at hand as well: what repeats it is no news.
        ours = {article.id for article in fresh}
        past += tuple(article for article in kept if article.id not in ours)
        told = replace(told, revisions=told.revisions | _keys(past))
        fresh = kept
    return AtHand(
        fresh=fresh,
        told=told,
        known=stories.known(
            conn,
            workspace_id=digest.workspace_id,
            articles=[article.id for article in fresh],
        ),
    )


def _fresh(
    conn: Connection,
    digest: Digest,
    now: datetime,
    *,
    until: datetime | None = None,
    told_too: bool = False,
) -> tuple[Article, ...]:
    return articles.fresh(
        conn,
        source_ids=[source.id for source in digest.sources],
        since=now - FRESH,
        until=until,
        called=_names(digest),
        told_too=told_too,
    )


def _keys(past: Iterable[Article]) -> frozenset[str]:
    """How the ledger names these versions."""
    return frozenset(f"{article.id}@{article.revision}" for article in past)


def _told(conn: Connection, digest: Digest, now: datetime) -> Told:
    """What its readers were shown: one person's own adds what the channels showed."""
    here = digest.workspace_id
    told = issues.told(conn, workspace_id=here, digest_id=digest.id)
    if digest.person is None:
        return told
    shown = personal.shown_in_channels(conn, workspace_id=here, now=now)
    return both(told, shown)


def between(
    conn: Connection, digest: Digest, since: datetime, until: datetime | None
) -> AtHand:
    """The same for a stretch of the past: what came in then, and was told before it.

    Texts and filters are those of today; what an edition of that time told does not
    count as told.
    """
    fresh = articles.fresh(
        conn,
        source_ids=[source.id for source in digest.sources],
        since=since,
        until=until,
        called=_names(digest),
    )
    key = {"workspace_id": digest.workspace_id}
    return AtHand(
        fresh=fresh,
        told=issues.told(conn, **key, digest_id=digest.id, before=since),
        known=stories.known(conn, **key, articles=[a.id for a in fresh]),
    )


def _names(digest: Digest) -> dict[int, str]:
    """How the digest calls sources, where it does."""
    return {s.id: s.called for s in digest.sources if s.called}


def memberships(edition: Edition) -> tuple[Membership, ...]:
    """The story of each article that was at hand, told or not."""
    return tuple(
        Membership(article=d.article, story=d.story, duplicate_of=d.duplicate_of)
        for d in edition.decisions
        if d.story is not None
    )


def without_untold(edition: Edition) -> Edition:
    """Without the decisions about what it does not tell: they are kept for a while."""
    shown = {s.id for s in edition.stories} | {line.story for line in edition.brief}
    told = tuple(d for d in edition.decisions if d.story in shown)
    return replace(edition, decisions=told)


def remember(
    conn: Connection, occurrence: Occurrence, edition: Edition, now: datetime
) -> None:
    """Keep what became of each article, and the stories as they were seen here."""
    stories.settle(
        conn,
        workspace_id=occurrence.workspace_id,
        memberships=memberships(edition),
        now=now,
        copies=False,
    )
    decisions.record(
        conn,
        workspace_id=occurrence.workspace_id,
        digest_id=occurrence.digest_id,
        occurrence_id=occurrence.id,
        decisions=edition.decisions,
        now=now,
    )


def manifest_of(edition: Edition, digest: Digest) -> str:
    """Hash over what the edition was made from: same in, same manifest."""
    made_from = {
        "articles": sorted(
            f"{ref.id}@{ref.revision}" for s in edition.stories for ref in s.articles
        ),
        "style": repr(style_of(digest)),
    }
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()
