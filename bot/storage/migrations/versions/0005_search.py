"""A full text index over the current versions, in place of folded text.

What is kept is made from the stored versions by the words of today
(`digests.language.lookup`): an index that does not speak the language of the questions
finds nothing. The marks are the ones of `bot.storage.search`.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from digests.language.search_terms import extract_terms

revision = "0005"
down_revision = "0004"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 2000
#: Before a source's key, a word of the outlet, a week, and a block of keys.
SOURCE, OUTLET, WEEK, BLOCK, BLOCK_BITS = "§", "¤", "‡", "¶", 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ON_SQLITE = (
    "CREATE VIRTUAL TABLE searchable_index USING fts5(terms, content='searchable',"
    " content_rowid='revision_id', tokenize='ascii', columnsize=0)",
    "CREATE TRIGGER searchable_comes AFTER INSERT ON searchable BEGIN"
    " INSERT INTO searchable_index (rowid, terms)"
    " VALUES (new.revision_id, new.terms); END",
    "CREATE TRIGGER searchable_goes AFTER DELETE ON searchable BEGIN"
    " INSERT INTO searchable_index (searchable_index, rowid, terms)"
    " VALUES ('delete', old.revision_id, old.terms); END",
)


def upgrade() -> None:
    """Take the step."""
    connection = op.get_bind()
    on_sqlite = connection.dialect.name == "sqlite"
    op.drop_table("searchable")
    op.create_table(
        "searchable",
        sa.Column("revision_id", KEY, autoincrement=False, nullable=False),
        sa.Column("terms", _terms(on_sqlite), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("revision_id"),
    )
    if on_sqlite:
        for statement in ON_SQLITE:
            op.execute(statement)
    fill(connection, on_sqlite)
    if not on_sqlite:
        # Many times faster over rows that are there than row by row.
        op.create_index(
            "ix_searchable_terms", "searchable", ["terms"], postgresql_using="gin"
        )


def _terms(on_sqlite: bool) -> sa.types.TypeEngine[str]:
    if on_sqlite:
        return sa.Text()
    from sqlalchemy.dialects.postgresql import TSVECTOR

    return TSVECTOR()


def fill(connection: sa.Connection, on_sqlite: bool) -> None:
    """Take in every current version, some thousand at a time."""
    some = sa.text(
        "SELECT r.id, r.title, r.text, r.lang, r.outlet, r.dated_at,"
        " a.source_id, s.name"
        " FROM revisions r JOIN articles a ON a.id = r.article_id"
        " JOIN sources s ON s.id = a.source_id"
        " WHERE r.current AND r.id > :after ORDER BY r.id LIMIT :most"
    )
    put = sa.text(
        "INSERT INTO searchable (revision_id, terms) VALUES (:key, :terms)"
        if on_sqlite
        else "INSERT INTO searchable (revision_id, terms)"
        " VALUES (:key, CAST(:terms AS tsvector))"
    )
    after = 0
    while rows := connection.execute(some, {"after": after, "most": AT_ONCE}).all():
        written = " ".join if on_sqlite else vector
        connection.execute(
            put, [{"key": row.id, "terms": written(words(row))} for row in rows]
        )
        after = rows[-1].id


def words(row: sa.Row[Any]) -> list[str]:
    """Give all by which a version is found: marks first, then title and text."""
    dated = row.dated_at
    if isinstance(dated, int):
        dated = EPOCH + timedelta(microseconds=dated)
    return [
        f"{SOURCE}{row.source_id}",
        f"{WEEK}{dated.astimezone(UTC).date().toordinal() // 7}",
        f"{BLOCK}{row.id >> BLOCK_BITS}",
        *(OUTLET + word for word in extract_terms(row.outlet or row.name)),
        *extract_terms(f"{row.title or ''}\n{row.text}", row.lang),
    ]


def vector(found: Sequence[str]) -> str:
    """Write words as PostgreSQL writes a tsvector: each with its places."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, term in enumerate(found[:16_383], 1):
        if len(places[term]) < 255:
            places[term].append(place)
    return " ".join(
        f"'{term}':{','.join(map(str, each))}" for term, each in places.items()
    )
