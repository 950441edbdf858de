"""Verbs on decisions: what became of each article at hand, in a digest's compositions.

Kept for the newest compositions of a digest (`KEPT`), none older than `FOR`; in a row
for as long as nothing changes, so that a digest that looks every minute keeps days.
What an edition tells is in the edition besides, for good.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from bot.storage import privacy
from bot.storage.columns import to_json
from bot.storage.schema import compositions
from digests.types import Decision

#: So many different compositions of a digest are kept, and for so long.
KEPT, FOR = 30, timedelta(days=30)
#: So many of a workspace are looked at for one answer.
_LOOKED_AT = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision with the digest that made it, and when it did first and last."""

    digest_id: int
    made_at: datetime
    last_at: datetime
    decision: Decision


def record(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    occurrence_id: int,
    decisions: Sequence[Decision],
    now: datetime,
) -> None:
    """Keep what a composition decided; the same as the last time is said once."""
    if not decisions:
        return
    packed = _packed(decisions)
    mine = (
        compositions.c.digest_id == digest_id,
        compositions.c.workspace_id == workspace_id,
    )
    newest = connection.execute(
        select(compositions).where(*mine).order_by(compositions.c.id.desc()).limit(1)
    ).first()
    if newest is not None and to_json(newest.decisions) == to_json(packed):
        connection.execute(
            update(compositions)
            .where(compositions.c.id == newest.id, *mine)
            .values(last_at=now)
        )
        return
    connection.execute(
        compositions.insert().values(
            workspace_id=workspace_id,
            digest_id=digest_id,
            occurrence_id=occurrence_id,
            made_at=now,
            last_at=now,
            decisions=packed,
        )
    )
    kept = (
        select(compositions.c.id)
        .where(*mine, compositions.c.last_at >= now - FOR)
        .order_by(compositions.c.id.desc())
        .limit(KEPT)
    )
    ids = [row.id for row in connection.execute(kept)]
    connection.execute(delete(compositions).where(*mine, compositions.c.id.not_in(ids)))


def about(
    connection: Connection,
    *,
    workspace_id: int,
    articles: Collection[str],
    limit: int,
    person_id: str | None = None,
) -> tuple[Decided, ...]:
    """List what was decided about these articles (their keys), the newest first.

    Of each digest and article the latest of decisions that are the same; in the
    workspace's digests, and in this person's own.
    """
    rows = connection.execute(
        select(compositions)
        .where(
            compositions.c.workspace_id == workspace_id,
            privacy.of_digest(compositions.c.digest_id, workspace_id, person_id),
        )
        .order_by(compositions.c.last_at.desc(), compositions.c.id.desc())
        .limit(_LOOKED_AT)
    )
    found: dict[tuple[Any, ...], Decided] = {}
    for row in rows:
        for decided in _unpacked(row, articles):
            found.setdefault((row.digest_id, decided.decision), decided)
        if len(found) >= limit:
            break
    return tuple(found.values())[:limit]


def _packed(decisions: Sequence[Decision]) -> dict[str, Any]:
    """Each reason once: most articles of a composition share a few."""
    reasons: dict[tuple[str, str, str], int] = {}
    decided = []
    for each in sorted(decisions, key=lambda d: d.article):
        said = (each.stage, each.outcome, each.reason)
        number = reasons.setdefault(said, len(reasons))
        decided.append([each.article, each.story, each.duplicate_of, number])
    return {"reasons": [list(said) for said in reasons], "decided": decided}


def _unpacked(row: Row[Any], wanted: Collection[str]) -> list[Decided]:
    reasons = row.decisions["reasons"]
    found = []
    for article, story, duplicate_of, number in row.decisions["decided"]:
        if article in wanted:
            stage, outcome, reason = reasons[number]
            decision = Decision(
                article=article,
                story=story,
                stage=stage,
                outcome=outcome,
                reason=reason,
                duplicate_of=duplicate_of,
            )
            found.append(
                Decided(
                    digest_id=row.digest_id,
                    made_at=row.made_at,
                    last_at=row.last_at,
                    decision=decision,
                )
            )
    return found
