"""Verbs on what editions stand on: when an article's text is to be looked at again.

A change is left to settle: who mends one thing mends another soon. What was just edited
rests for longer, so that many changes of one article become one edit. The intake marks
changes and `bot.corrections` looks, for everybody: these verbs name no workspace.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from bot.storage import rereads
from bot.storage.dialects import insert
from bot.storage.schema import articles, editions, revisions
from bot.storage.schema import told_articles as table
from digests.types import ArticleRef, Edition

#: Older editions are not corrected any more.
LIVING = timedelta(days=14)
#: How long a text must have stood unchanged, unless it changes for so long.
SETTLED, RESTLESS = timedelta(minutes=2), timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldArticle:
    """An article that an edition tells, and the version that it was compared with."""

    edition_id: int
    workspace_id: int
    article_id: int
    revision: str
    changed_at: datetime | None
    look_at: datetime | None
    #: The same of the page behind it; None: the page was not read when it was told.
    page_revision: str | None = None


def add(
    connection: Connection, *, workspace_id: int, edition_id: int, edition: Edition
) -> None:
    """Note which texts an edition stands on; one that changed since is looked at."""
    wanted = {int(r.id): r.revision for r in _shown(edition) if r.id.isdecimal()}
    found = connection.execute(
        select(articles.c.id, revisions.c.hash)
        .join(revisions, revisions.c.article_id == articles.c.id)
        .where(articles.c.id.in_(wanted), revisions.c.current)
    ).all()
    current = {row.id: row.hash for row in found}
    rows = [
        {
            "edition_id": edition_id,
            "article_id": key,
            "workspace_id": workspace_id,
            "revision": wanted[key],
            "made_at": edition.made_at,
            "changed_at": None if wanted[key] == now else edition.made_at,
            "look_at": None if wanted[key] == now else edition.made_at,
        }
        for key, now in current.items()
    ]
    if rows:
        connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)
    in_full = {ref.id for story in edition.stories for ref in story.articles}
    rereads.add(
        connection,
        article_ids=[key for key in current if str(key) in in_full],
        told_at=edition.made_at,
    )
    rereads.known_to(connection, edition_id=edition_id)


def changed(connection: Connection, *, article_id: int, now: datetime) -> None:
    """The article has another text: look at every living edition that tells it."""
    mine = (
        table.c.article_id == article_id,
        table.c.made_at > now - LIVING,
        table.c.edition_id == editions.c.id,
        editions.c.undone_at.is_(None),
    )
    for row in connection.execute(select(table).where(*mine)).all():
        since = row.changed_at or now
        soon = min(now + SETTLED, since + RESTLESS)
        connection.execute(
            update(table)
            .where(*_this(_noun(row)))
            .values(
                changed_at=since,
                look_at=max(soon, row.rests_until or soon),
            )
        )


def due(
    connection: Connection, *, now: datetime, limit: int
) -> tuple[ToldArticle, ...]:
    """List what is to be looked at by now."""
    found = connection.execute(
        select(table)
        .where(table.c.look_at <= now)
        .order_by(table.c.look_at, table.c.edition_id, table.c.article_id)
        .limit(limit)
    )
    return tuple(map(_noun, found))


def next_look(connection: Connection) -> datetime | None:
    """Give the moment at which something is to be looked at."""
    found: datetime | None = connection.execute(
        select(func.min(table.c.look_at))
    ).scalar()
    return found


def looked(
    connection: Connection,
    one: ToldArticle,
    *,
    revision: str,
    page_revision: str | None = None,
    rests_until: datetime | None = None,
) -> bool:
    """It was compared with these versions; False when it changed again meanwhile."""
    values: dict[str, Any] = {
        "revision": revision,
        "page_revision": page_revision,
        "changed_at": None,
        "look_at": None,
    }
    if rests_until is not None:
        values["rests_until"] = rests_until
    done = connection.execute(
        update(table)
        .where(
            *_this(one),
            table.c.look_at == one.look_at,
            table.c.revision == one.revision,
        )
        .values(values)
    )
    return done.rowcount > 0


def _shown(edition: Edition) -> Iterable[ArticleRef]:
    """The articles whose words are shown, in the versions that they were taken from."""
    for story in edition.stories:
        shown = {story.articles[0].id} | {card.article for card in story.cards}
        shown |= {told.article for told in story.figures}
        shown |= {d.theirs.article for d in story.disputes}
        yield from (ref for ref in story.articles if ref.id in shown)
    for line in edition.brief:
        yield line.article


def _this(one: ToldArticle) -> tuple[Any, ...]:
    return (
        table.c.edition_id == one.edition_id,
        table.c.article_id == one.article_id,
    )


def _noun(row: Row[Any]) -> ToldArticle:
    return ToldArticle(
        edition_id=row.edition_id,
        workspace_id=row.workspace_id,
        article_id=row.article_id,
        revision=row.revision,
        changed_at=row.changed_at,
        look_at=row.look_at,
        page_revision=row.page_revision,
    )
