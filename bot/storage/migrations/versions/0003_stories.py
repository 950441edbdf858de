"""Where merged and split stories went, and what each composition decided.

New tables, and two indexes: one by a story's public id; and one by article that SQLite
did not use, because the condition of a query must be spelt as that of the index.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Take the step."""
    table(
        "story_moves",
        sa.Column("workspace_id", KEY),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("became", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("moved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], ondelete="CASCADE"
        ),
    )
    index("story_moves", "story")
    index("story_moves", "workspace_id")
    table(
        "compositions",
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("digest_id", KEY, nullable=False),
        sa.Column("occurrence_id", KEY, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        within("digest_id", "digests"),
        within("occurrence_id", "occurrences"),
    )
    index("compositions", "occurrence_id")
    index("compositions", "digest_id", "id")
    index("compositions", "workspace_id", "id")
    index("stories", "public_id")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("uq_revisions_current", "revisions")
        op.create_index(
            "uq_revisions_current",
            "revisions",
            ["article_id"],
            unique=True,
            sqlite_where=sa.text("current = 1"),
        )


def table(name: str, *parts: Any) -> None:
    """Make a table with an `id` that is never used twice."""
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )


def within(column: str, parent: str) -> sa.ForeignKeyConstraint:
    """Let a row point only at one of its own workspace, and go with it."""
    return sa.ForeignKeyConstraint(
        [column, "workspace_id"],
        [f"{parent}.id", f"{parent}.workspace_id"],
        ondelete="CASCADE",
    )


def index(name: str, *columns: str) -> None:
    """Make an index with the name that the metadata gives it."""
    op.create_index(f"ix_{name}_{'_'.join(columns)}", name, list(columns))
