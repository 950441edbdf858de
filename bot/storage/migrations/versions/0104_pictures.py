"""Add tables of drawn pictures, where they are shown, and their uploaded files."""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the tables, and let messages say which pictures they show."""
    op.add_column("deliveries", sa.Column("pictures", sa.Text()))
    op.create_table(
        "pictures",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("ix_pictures_made_at", "pictures", ["made_at"])
    op.create_table(
        "picture_uses",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("edition_id", KEY),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        *_belong_to_workspace(),
        sqlite_autoincrement=True,
    )
    for column in ("edition_id", "hash"):
        op.create_index(f"ix_picture_uses_{column}", "picture_uses", [column])
    op.create_index(
        "ix_picture_uses_workspace_id_hash", "picture_uses", ["workspace_id", "hash"]
    )
    op.create_table(
        "uploads",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("edition_id", KEY),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        *_belong_to_workspace(),
        sa.UniqueConstraint("workspace_id", "file"),
        sa.CheckConstraint("state IN ('begun', 'ready', 'unused', 'deleted')", "state"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_uploads_edition_id", "uploads", ["edition_id"])
    op.create_index("ix_uploads_state_begun_at", "uploads", ["state", "begun_at"])


def _belong_to_workspace() -> list[sa.Constraint]:
    edition = ["edition_id", "workspace_id"]
    return [
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            edition, ["editions.id", "editions.workspace_id"], ondelete="CASCADE"
        ),
    ]
