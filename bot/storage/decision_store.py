"""Editorial decisions: what each composition of a digest decided on its articles.

The newest compositions of a digest are kept (`MAX_COMPOSITIONS`), for at most
`MAX_COMPOSITION_AGE`. A composition with the same decisions as the one before extends
its row, so that the history of a digest composed every minute still covers days. The
contents of an edition are also stored with the edition.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.model.scope import Scope
from bot.storage.columns import encode_json
from bot.storage.schema import compositions
from bot.storage.statements import (
    delete_rows,
    filter_visible_digests,
    from_row,
    in_scope,
    insert_row,
    keep_newest,
    update_rows,
)
from digests.messages import Message, message_from_json, message_to_json
from digests.types import ArticleDecision, frozen

_COMPOSITION = compositions.c
#: Maximum number of different compositions kept per digest, and their maximum age.
MAX_COMPOSITIONS, MAX_COMPOSITION_AGE = 30, timedelta(days=30)
#: Maximum number of compositions read per query.
_MAX_COMPOSITIONS_READ = 60


@frozen
class StoredDecision:
    """A decision with its digest, and when it was first and last made."""

    digest_id: int
    made_at: datetime
    last_seen_at: datetime
    decision: ArticleDecision


def add_decisions(
    conn: Connection,
    scope: Scope,
    digest_id: int,
    occurrence_id: int,
    decisions: Sequence[ArticleDecision],
    now: datetime,
) -> None:
    """Store the decisions of a composition; if unchanged, extend the last row."""
    if not decisions:
        return
    packed = _pack_decisions(decisions)
    mine = in_scope(compositions, scope, digest_id=digest_id)
    newest_first = [_COMPOSITION.id.desc()]
    query = select(compositions).where(mine).order_by(*newest_first).limit(1)
    newest = conn.execute(query).first()
    if newest is not None and encode_json(newest.decisions) == encode_json(packed):
        is_newest = _COMPOSITION.id == newest.id
        update_rows(conn, compositions, mine, is_newest, last_seen_at=now)
        return
    insert_row(
        conn,
        compositions,
        **asdict(scope),
        digest_id=digest_id,
        occurrence_id=occurrence_id,
        made_at=now,
        last_seen_at=now,
        decisions=packed,
    )
    outdated = _COMPOSITION.last_seen_at < now - MAX_COMPOSITION_AGE
    delete_rows(conn, compositions, mine, outdated)
    most = MAX_COMPOSITIONS
    keep_newest(conn, compositions, mine, newest_first=newest_first, most=most)


def list_decisions(
    conn: Connection,
    scope: Scope,
    articles: Collection[str],
    limit: int,
    person_id: str | None = None,
) -> tuple[StoredDecision, ...]:
    """List the decisions on these articles (their keys), the newest first.

    Covers the workspace's digests and this person's; of equal decisions of one digest,
    only the latest is listed.
    """
    visible = filter_visible_digests(_COMPOSITION.digest_id, scope, person_id)
    newest = (_COMPOSITION.last_seen_at.desc(), _COMPOSITION.id.desc())
    query = select(compositions).where(in_scope(compositions, scope), visible)
    rows = conn.execute(query.order_by(*newest).limit(_MAX_COMPOSITIONS_READ))
    found: dict[tuple[Any, ...], StoredDecision] = {}
    for row in rows:
        for decided in _unpack_decisions(row, articles):
            found.setdefault((row.digest_id, decided.decision), decided)
        if len(found) >= limit:
            break
    return tuple(found.values())[:limit]


def list_left_out(
    conn: Connection, scope: Scope, digest_id: int, occurrence_id: int
) -> tuple[ArticleDecision, ...]:
    """List the decisions on what was read for an edition and is not in it.

    The newest articles come first; () if the composition is no longer stored.
    """
    every = list_occurrence_decisions(conn, scope, digest_id, occurrence_id)
    return tuple(one for one in every if one.outcome == "left out")


def list_occurrence_decisions(
    conn: Connection, scope: Scope, digest_id: int, occurrence_id: int
) -> tuple[ArticleDecision, ...]:
    """List the decisions on all that was read for an edition, as `list_left_out`."""
    mine = in_scope(
        compositions, scope, digest_id=digest_id, occurrence_id=occurrence_id
    )
    query = select(compositions).where(mine).order_by(_COMPOSITION.id.desc())
    row = conn.execute(query.limit(1)).first()
    if row is None:
        return ()
    every = (one.decision for one in _unpack_decisions(row, None))
    return tuple(sorted(every, key=lambda one: -int(one.article)))


def _pack_decisions(decisions: Sequence[ArticleDecision]) -> dict[str, Any]:
    """Pack decisions, with each reason stored once: most articles share a few."""
    reasons: dict[tuple[str, str, Message], int] = {}
    decided = []
    for each in sorted(decisions, key=lambda d: d.article):
        said = (each.stage, each.outcome, each.reason)
        number = reasons.setdefault(said, len(reasons))
        decided.append([each.article, each.story, each.duplicate_of, number])
    packed = [[stage, outcome, message_to_json(why)] for stage, outcome, why in reasons]
    return {"reasons": packed, "decided": decided}


def _unpack_decisions(
    row: Row[Any], wanted: Collection[str] | None
) -> Iterator[StoredDecision]:
    reasons = row.decisions["reasons"]
    for article, story, duplicate_of, number in row.decisions["decided"]:
        if wanted is None or article in wanted:
            stage, outcome, reason = reasons[number]
            decision = ArticleDecision(
                article=article,
                story=story,
                stage=stage,
                outcome=outcome,
                reason=message_from_json(reason),
                duplicate_of=duplicate_of,
            )
            yield from_row(StoredDecision, row, decision=decision)
