"""Editorial decisions: what became of each article in a digest's compositions.

Kept for the newest compositions of a digest (`KEPT`), none older than `FOR`; in a row
for as long as nothing changes, so that a digest that looks every minute keeps days.
What an edition tells is in the edition besides, for good.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from bot.storage import statements
from bot.storage.columns import encode_json
from bot.storage.schema import compositions
from digests.messages import Message, message_from_json, message_to_json
from digests.types import ArticleDecision

#: So many different compositions of a digest are kept, and for so long.
MAX_COMPOSITIONS, MAX_COMPOSITION_AGE = 30, timedelta(days=30)
#: So many of a workspace are looked at for one answer.
_MAX_COMPOSITIONS_READ = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDecision:
    """A decision with the digest that made it, and when it did first and last."""

    digest_id: int
    made_at: datetime
    last_seen_at: datetime
    decision: ArticleDecision


def add_decisions(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    occurrence_id: int,
    decisions: Sequence[ArticleDecision],
    now: datetime,
) -> None:
    """Keep what a composition decided; the same as the last time is said once."""
    if not decisions:
        return
    packed = _pack_decisions(decisions)
    mine = (
        compositions.c.digest_id == digest_id,
        compositions.c.workspace_id == workspace_id,
    )
    newest = connection.execute(
        select(compositions).where(*mine).order_by(compositions.c.id.desc()).limit(1)
    ).first()
    if newest is not None and encode_json(newest.decisions) == encode_json(packed):
        connection.execute(
            update(compositions)
            .where(compositions.c.id == newest.id, *mine)
            .values(last_seen_at=now)
        )
        return
    connection.execute(
        compositions.insert().values(
            workspace_id=workspace_id,
            digest_id=digest_id,
            occurrence_id=occurrence_id,
            made_at=now,
            last_seen_at=now,
            decisions=packed,
        )
    )
    kept = (
        select(compositions.c.id)
        .where(*mine, compositions.c.last_seen_at >= now - MAX_COMPOSITION_AGE)
        .order_by(compositions.c.id.desc())
        .limit(MAX_COMPOSITIONS)
    )
    ids = [row.id for row in connection.execute(kept)]
    connection.execute(delete(compositions).where(*mine, compositions.c.id.not_in(ids)))


def list_decisions(
    connection: Connection,
    *,
    workspace_id: int,
    articles: Collection[str],
    limit: int,
    person_id: str | None = None,
) -> tuple[StoredDecision, ...]:
    """List what was decided about these articles (their keys), the newest first.

    Of each digest and article the latest of decisions that are the same; in the
    workspace's digests, and in this person's own.
    """
    rows = connection.execute(
        select(compositions)
        .where(
            compositions.c.workspace_id == workspace_id,
            statements.filter_visible_digests(
                compositions.c.digest_id, workspace_id, person_id
            ),
        )
        .order_by(compositions.c.last_seen_at.desc(), compositions.c.id.desc())
        .limit(_MAX_COMPOSITIONS_READ)
    )
    found: dict[tuple[Any, ...], StoredDecision] = {}
    for row in rows:
        for decided in _unpack_decisions(row, articles):
            found.setdefault((row.digest_id, decided.decision), decided)
        if len(found) >= limit:
            break
    return tuple(found.values())[:limit]


def _pack_decisions(decisions: Sequence[ArticleDecision]) -> dict[str, Any]:
    """Each reason once: most articles of a composition share a few."""
    reasons: dict[tuple[str, str, Message], int] = {}
    decided = []
    for each in sorted(decisions, key=lambda d: d.article):
        said = (each.stage, each.outcome, each.reason)
        number = reasons.setdefault(said, len(reasons))
        decided.append([each.article, each.story, each.duplicate_of, number])
    packed = [[stage, outcome, message_to_json(why)] for stage, outcome, why in reasons]
    return {"reasons": packed, "decided": decided}


def _unpack_decisions(row: Row[Any], wanted: Collection[str]) -> list[StoredDecision]:
    reasons = row.decisions["reasons"]
    found = []
    for article, story, duplicate_of, number in row.decisions["decided"]:
        if article in wanted:
            stage, outcome, reason = reasons[number]
            decision = ArticleDecision(
                article=article,
                story=story,
                stage=stage,
                outcome=outcome,
                reason=message_from_json(reason),
                duplicate_of=duplicate_of,
            )
            found.append(
                StoredDecision(
                    digest_id=row.digest_id,
                    made_at=row.made_at,
                    last_seen_at=row.last_seen_at,
                    decision=decision,
                )
            )
    return found
