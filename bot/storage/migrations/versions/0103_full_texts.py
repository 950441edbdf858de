"""Add full texts: where a revision is from, which pages were read, who wants them."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Mark the stored texts as those of their sources, and create the readings."""
    origin: sa.Column[str] = sa.Column(
        "origin", sa.Text(), nullable=False, server_default="source"
    )
    op.add_column("revisions", origin)
    # Pages that were read to find corrections.
    op.execute("UPDATE revisions SET origin = 'page' WHERE hash LIKE 'page-%'")
    for table, name in (
        ("revisions", "expands"),
        ("digest_sources", "full_text"),
        ("sources", "completeness"),
    ):
        op.add_column(table, sa.Column(name, sa.Text()))
    op.create_table(
        "page_readings",
        sa.Column("article_id", KEY, nullable=False, autoincrement=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("expands", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text()),
        sa.Column("read_at", INSTANT),
        sa.Column("next_at", INSTANT),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.PrimaryKeyConstraint("article_id"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
    )
    op.create_index(
        "ix_page_readings_host_asked_at", "page_readings", ["host", "asked_at"]
    )
