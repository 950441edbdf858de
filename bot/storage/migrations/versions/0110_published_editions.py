"""Add tables of editions with public pages, and of the public names of digests."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "published_digests",
        sa.Column("digest_id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest_id"),
        _reference("digests", "digest_id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "published_editions",
        sa.Column("edition_id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("digest_id", KEY, nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("posted_at", INSTANT),
        sa.PrimaryKeyConstraint("edition_id"),
        _reference("editions", "edition_id"),
        _reference("digests", "digest_id"),
        sa.UniqueConstraint("key"),
        sa.CheckConstraint("visibility IN ('link', 'listed')", "visibility"),
    )
    op.create_index(
        "ix_published_editions_digest_id_edition_id",
        "published_editions",
        ["digest_id", "edition_id"],
    )


def _reference(table: str, column: str) -> sa.ForeignKeyConstraint:
    columns = [column, "workspace_id"]
    parent = [f"{table}.id", f"{table}.workspace_id"]
    return sa.ForeignKeyConstraint(columns, parent, ondelete="CASCADE")
