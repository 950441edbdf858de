"""Delete data: workspaces that are erased, and contents older than is kept.

    shown → ordered → step, step, … → done

What belongs to a workspace is read off the tables themselves: rows that carry its key,
with what goes with them (`ON DELETE CASCADE`), and the public sources that nobody else
reads, with their articles. So a table that is added later is erased without a word
here. Children go before their parents, so that no single row takes thousands along:
each step is a short transaction of its own, and others write in between.

The order takes the workspace's name and its platform's id away at once. From then on
nobody finds it, nothing is due there, and a bot that is added again begins anew.

What says that something *was* there stays: an article's names and hashes (a source that
still lists it must not make it news again), an edition's row (so that its id is
answered), and what a digest's readers were told. An edition's corrections are its
contents: they go with it. A report that is open does not go by its age.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Table,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from bot.model import PlatformName
from bot.storage import columns
from bot.storage.columns import Instant
from bot.storage.schema import (
    articles,
    changes,
    compositions,
    corrections,
    deliveries,
    destinations,
    digest_sources,
    digests,
    edition_stories,
    editions,
    erasures,
    figures,
    grants,
    local_messages,
    metadata,
    quotes,
    reports,
    revisions,
    searchable,
    sources,
    stories,
    story_articles,
    workspaces,
)
from bot.storage.statements import insert_into
from digests.types import Edition, InputCounts

ErasureReason = Literal["asked", "left"]
#: What people are told of.
_COUNTED_TABLES = (
    digests, destinations, grants, changes, editions, deliveries, sources, articles,
)  # fmt: skip
_WORKSPACE_COLUMN = "workspace_id"
#: Rows that go with an article: its versions, their quotes, figures and words.
_ROWS_PER_ARTICLE = 20
#: Pages of the full text index that are written anew in a step.
_INDEX_PAGES_PER_STEP = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """A workspace that is to go, is going, or is gone; nothing of what it held."""

    id: int
    workspace_id: int
    platform: PlatformName
    external_id: str
    #: The platform's id of who ordered it; None: the operator, or nobody.
    person_id: str | None
    reason: ErasureReason
    #: How many of each, by the name of the table.
    counts: Mapping[str, int]
    proposed_at: datetime
    ordered_at: datetime | None = None
    done_at: datetime | None = None


def count_workspace_rows(
    connection: Connection, *, workspace_id: int
) -> dict[str, int]:
    """Count what would go, by the name of the table."""
    found = {}
    for table in _COUNTED_TABLES:
        rows = _select_rows(table, workspace_id).subquery()
        number = connection.execute(select(func.count()).select_from(rows))
        found[table.name] = number.scalar_one()
    return found


def propose_erasure(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str | None,
    reason: ErasureReason,
    now: datetime,
) -> Erasure:
    """Note that somebody was shown what would go; nothing is done."""
    connection.execute(
        delete(erasures).where(
            erasures.c.workspace_id == workspace_id, erasures.c.ordered_at.is_(None)
        )
    )
    found = select(workspaces).where(workspaces.c.id == workspace_id)
    space = connection.execute(found).one()
    row = connection.execute(
        insert_into(connection, erasures)
        .values(
            workspace_id=workspace_id,
            platform=space.platform,
            external_id=space.external_id,
            person_id=person_id,
            reason=reason,
            counts=count_workspace_rows(connection, workspace_id=workspace_id),
            proposed_at=now,
        )
        .returning(erasures)
    ).one()
    return _erasure_from_row(row)


def find_proposed_erasure(
    connection: Connection, *, workspace_id: int
) -> Erasure | None:
    """Find what somebody was shown and has not ordered."""
    row = connection.execute(
        select(erasures).where(
            erasures.c.workspace_id == workspace_id, erasures.c.ordered_at.is_(None)
        )
    ).first()
    return _erasure_from_row(row) if row else None


def order_erasure(connection: Connection, *, workspace_id: int, now: datetime) -> bool:
    """Let what was shown begin; False where it has begun already."""
    done = connection.execute(
        update(erasures)
        .where(erasures.c.workspace_id == workspace_id, erasures.c.ordered_at.is_(None))
        .values(ordered_at=now)
    )
    if not done.rowcount:
        return False
    connection.execute(
        update(workspaces)
        .where(workspaces.c.id == workspace_id)
        .values(
            # No platform gives such an id: it is free for whoever comes next.
            external_id=f"(erased {workspace_id})",
            name="",
            left_at=func.coalesce(workspaces.c.left_at, literal(now, Instant)),
        )
    )
    # Who comes to read such a source meanwhile has to get all of it anew.
    connection.execute(
        update(sources)
        .where(_is_read_by_nobody_else(workspace_id))
        .values(etag=None, last_modified=None)
    )
    return True


def list_ordered_erasures(connection: Connection) -> tuple[int, ...]:
    """List the keys of the workspaces that are going."""
    found = connection.execute(
        select(erasures.c.workspace_id)
        .where(erasures.c.ordered_at.is_not(None), erasures.c.done_at.is_(None))
        .order_by(erasures.c.id)
    )
    return tuple(found.scalars())


def list_workspaces_left_before(
    connection: Connection, *, before: datetime
) -> tuple[int, ...]:
    """List the keys of workspaces that the bot left before then, and that stay yet."""
    going = select(erasures.c.workspace_id).where(erasures.c.ordered_at.is_not(None))
    found = connection.execute(
        select(workspaces.c.id)
        .where(workspaces.c.left_at < before, workspaces.c.id.not_in(going))
        .order_by(workspaces.c.id)
    )
    return tuple(found.scalars())


def erase_some_rows(connection: Connection, *, workspace_id: int, rows: int) -> bool:
    """Erase up to so many rows of it; False when there are none left.

    Only of a workspace that was ordered to go.
    """
    if workspace_id not in list_ordered_erasures(connection):
        return False
    if connection.dialect.name == "sqlite":
        # What is freed is overwritten, not only unlinked.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    for table in _list_tables():
        some = rows if table is not articles else max(1, rows // _ROWS_PER_ARTICLE)
        key = tuple_(*table.primary_key.columns)
        wanted = _select_rows(table, workspace_id).limit(some)
        if connection.execute(delete(table).where(key.in_(wanted))).rowcount:
            return True
    return False


def finish_erasure(connection: Connection, *, workspace_id: int, now: datetime) -> None:
    """Erase its row, and note that all is done."""
    connection.execute(delete(workspaces).where(workspaces.c.id == workspace_id))
    connection.execute(
        update(erasures)
        .where(erasures.c.workspace_id == workspace_id)
        .values(done_at=now)
    )


def merge_search_index(connection: Connection, *, begin: bool) -> bool:
    """Write some of the full text index anew; False when all of it is.

    SQLite's index keeps the words of rows that are gone until its parts are merged.
    PostgreSQL's is cleaned with the table.
    """
    if connection.dialect.name != "sqlite":
        return False
    before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    connection.exec_driver_sql(
        "INSERT INTO searchable_index (searchable_index, rank) VALUES ('merge', ?)",
        (-_INDEX_PAGES_PER_STEP if begin else _INDEX_PAGES_PER_STEP,),
    )
    after = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    # SQLite's own word for it: less than two changes, and there was nothing to do.
    return bool(after - before >= 2)


def find_last_erasure(
    connection: Connection, *, platform: PlatformName, external_id: str
) -> Erasure | None:
    """Find what was erased last under this id of the platform."""
    row = connection.execute(
        select(erasures)
        .where(
            erasures.c.platform == platform,
            erasures.c.external_id == external_id,
            erasures.c.ordered_at.is_not(None),
        )
        .order_by(erasures.c.id.desc())
        .limit(1)
    ).first()
    return _erasure_from_row(row) if row else None


# ── which rows ─────────────────────────────────────────────────────────────────


@cache
def _list_tables() -> tuple[Table, ...]:
    """What holds rows of workspaces, children before their parents.

    What a digest reads comes late: it says which sources nobody else reads.
    """
    last = (digest_sources, digests)
    every = [
        table
        for table in reversed(metadata.sorted_tables)
        if table is articles or _WORKSPACE_COLUMN in table.c
    ]
    return (*(t for t in every if t not in (*last, erasures)), *last)


def _select_rows(table: Table, workspace_id: int) -> Select[Any]:
    """The keys of the table's rows that go."""
    return select(*table.primary_key.columns).where(
        _belongs_to_workspace(table, workspace_id)
    )


def _belongs_to_workspace(table: Table, workspace_id: int) -> ColumnElement[bool]:
    if table is sources:
        return or_(
            table.c.workspace_id == workspace_id, _is_read_by_nobody_else(workspace_id)
        )
    if table is articles:
        return table.c.source_id.in_(_select_rows(sources, workspace_id))
    own: ColumnElement[bool] = table.c[_WORKSPACE_COLUMN] == workspace_id
    for pair in table.foreign_key_constraints:
        child, parent = pair.elements[0].parent, pair.elements[0].column
        if len(pair.elements) == 2:
            # Every table has an index that begins with such a parent; not all have
            # one that begins with the workspace.
            here = select(parent).where(
                parent.table.c[_WORKSPACE_COLUMN] == workspace_id
            )
            return and_(own, child.in_(here))
    return own


def _is_read_by_nobody_else(workspace_id: int) -> ColumnElement[bool]:
    """Public sources that this workspace reads and no other one."""
    mine = select(digest_sources.c.source_id).where(
        digest_sources.c.workspace_id == workspace_id
    )
    other = digest_sources.alias("other")
    read = select(1).where(
        other.c.source_id == sources.c.id, other.c.workspace_id != workspace_id
    )
    public = sources.c.workspace_id.is_(None)
    return and_(public, sources.c.id.in_(mine), ~read.exists())


def _erasure_from_row(row: Row[Any]) -> Erasure:
    return Erasure(
        id=row.id,
        workspace_id=row.workspace_id,
        platform=row.platform,
        external_id=row.external_id,
        person_id=row.person_id,
        reason=row.reason,
        counts=row.counts,
        proposed_at=row.proposed_at,
        ordered_at=row.ordered_at,
        done_at=row.done_at,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class OldArticle:
    """A current version that is too old; where the next look goes on behind it."""

    article_id: int
    revision_id: int
    fetched_at: datetime
    #: Its text was let go before.
    empty: bool


def list_old_articles(
    connection: Connection,
    *,
    before: datetime,
    after: tuple[datetime, int] | None,
    limit: int,
) -> tuple[OldArticle, ...]:
    """List the articles whose newest version was fetched before then, oldest first."""
    behind = [] if after is None else [_is_after(after)]
    rows = connection.execute(
        select(
            revisions.c.article_id,
            revisions.c.id,
            revisions.c.fetched_at,
            and_(revisions.c.text == "", revisions.c.title.is_(None)).label("empty"),
        )
        .where(revisions.c.current, revisions.c.fetched_at < before, *behind)
        .order_by(revisions.c.fetched_at, revisions.c.id)
        .limit(limit)
    )
    return tuple(
        OldArticle(
            article_id=row.article_id,
            revision_id=row.id,
            fetched_at=row.fetched_at,
            empty=bool(row.empty),
        )
        for row in rows
    )


def empty_articles(connection: Connection, *, keys: Collection[int]) -> None:
    """Let go of the texts of these articles, and of what was found in them."""
    mine = select(revisions.c.id).where(revisions.c.article_id.in_(keys))
    for table in (quotes, figures, searchable):
        connection.execute(delete(table).where(table.c.revision_id.in_(mine)))
    in_stories = story_articles.c.article_id.in_(keys)
    story_ids = select(story_articles.c.story_id).where(in_stories)
    touched = list(connection.execute(story_ids).scalars())
    connection.execute(delete(story_articles).where(in_stories))
    others = select(1).where(story_articles.c.story_id == stories.c.id)
    connection.execute(
        delete(stories).where(stories.c.id.in_(touched), ~others.exists())
    )
    connection.execute(
        update(revisions)
        .where(revisions.c.article_id.in_(keys))
        .values(text="", title=None, author=None, outlet=None, baseline=True)
    )


def empty_editions(
    connection: Connection, *, before: datetime, now: datetime, limit: int
) -> int:
    """Let go of the contents of editions made before then; how many they were."""
    old = (
        select(editions.c.id, editions.c.made_at)
        .where(editions.c.made_at < before, editions.c.emptied_at.is_(None))
        .order_by(editions.c.id)
        .limit(limit)
    )
    found = connection.execute(old).all()
    for row in found:
        connection.execute(
            update(editions)
            .where(editions.c.id == row.id)
            .values(
                edition=columns.dump_dataclass(_make_empty_edition(row.made_at)),
                emptied_at=now,
            )
        )
    keys = [row.id for row in found]
    for table in (deliveries, corrections):
        connection.execute(delete(table).where(table.c.edition_id.in_(keys)))
    connection.execute(
        update(edition_stories)
        .where(edition_stories.c.edition_id.in_(keys))
        .values(headline="")
    )
    return len(found)


def prune_messages(connection: Connection, *, before: datetime, limit: int) -> int:
    """Take messages of the local page away that were posted before then."""
    old = (
        select(local_messages.c.id)
        .where(local_messages.c.posted_at < before)
        .order_by(local_messages.c.id)
        .limit(limit)
    )
    done = connection.execute(
        delete(local_messages).where(local_messages.c.id.in_(old))
    )
    return done.rowcount


def prune_corrections(connection: Connection, *, limit: int) -> int:
    """Forget what was put right in editions whose contents were let go before."""
    left = (
        select(corrections.c.id)
        .join(editions, editions.c.id == corrections.c.edition_id)
        .where(editions.c.emptied_at.is_not(None))
        .order_by(corrections.c.id)
        .limit(limit)
    )
    done = connection.execute(delete(corrections).where(corrections.c.id.in_(left)))
    return done.rowcount


def prune_reports(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget reports of readers that were settled before then."""
    old = (
        select(reports.c.id)
        .where(reports.c.answered_at < before)
        .order_by(reports.c.id)
        .limit(limit)
    )
    done = connection.execute(delete(reports).where(reports.c.id.in_(old)))
    return done.rowcount


def prune_decisions(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget why articles were chosen or not, last so before then."""
    old = (
        select(compositions.c.id)
        .where(compositions.c.last_seen_at < before)
        .order_by(compositions.c.id)
        .limit(limit)
    )
    done = connection.execute(delete(compositions).where(compositions.c.id.in_(old)))
    return done.rowcount


def prune_changes(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget who changed what before then; what was changed stays changed."""
    old = (
        select(changes.c.id)
        .where(changes.c.made_at < before)
        .order_by(changes.c.id)
        .limit(limit)
    )
    done = connection.execute(delete(changes).where(changes.c.id.in_(old)))
    return done.rowcount


def _is_after(after: tuple[datetime, int]) -> ColumnElement[bool]:
    at, key = after
    later = revisions.c.fetched_at > at
    return or_(later, (revisions.c.fetched_at == at) & (revisions.c.id > key))


def _make_empty_edition(made_at: datetime) -> Edition:
    return Edition(
        title="",
        made_at=made_at,
        made_from=InputCounts(articles=0, sources=0),
        stories=(),
        brief=(),
        hero=None,
        minutes=0,
        lang="en",
    )
