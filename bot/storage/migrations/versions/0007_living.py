"""What editions stand on, what was corrected in them, and what a digest makes of it.

New tables and columns: no table is rebuilt. What was posted before is not followed:
nobody wrote down which texts it stands on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Take the step."""
    op.add_column("editions", sa.Column("context", sa.Text()))
    op.add_column(
        "digests",
        sa.Column("corrections", sa.Text(), nullable=False, server_default="edit"),
    )
    op.create_table(
        "told_articles",
        sa.Column("edition_id", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("page_revision", sa.Text()),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT),
        sa.Column("look_at", INSTANT),
        sa.Column("rests_until", INSTANT),
        sa.PrimaryKeyConstraint("edition_id", "article_id"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["edition_id", "workspace_id"],
            ["editions.id", "editions.workspace_id"],
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_told_articles_article_id", "told_articles", ["article_id"])
    op.create_index("ix_told_articles_look_at", "told_articles", ["look_at"])
    op.create_table(
        "rereads",
        sa.Column("article_id", KEY, nullable=False, autoincrement=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT),
        sa.Column("revision", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.PrimaryKeyConstraint("article_id"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_rereads_next_at", "rereads", ["next_at"])
    op.create_table(
        "corrections",
        sa.Column("id", KEY, nullable=False, autoincrement=True),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("edition_id", KEY, nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("article_id", KEY),
        sa.Column("outlet", sa.Text()),
        sa.Column("old_revision", sa.Text()),
        sa.Column("new_revision", sa.Text()),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("amendment", sa.Text()),
        sa.Column("by_name", sa.Text()),
        sa.Column("taken_back_at", INSTANT),
        sa.CheckConstraint(
            "state IN ('due', 'edited', 'listed', 'unshown')", name="state"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(
            ["edition_id", "workspace_id"],
            ["editions.id", "editions.workspace_id"],
            ondelete="CASCADE",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_corrections_edition_id", "corrections", ["edition_id"])
    op.create_index("ix_corrections_state", "corrections", ["state"])
    op.create_index(
        "ix_corrections_workspace_id_id", "corrections", ["workspace_id", "id"]
    )
