"""What was erased, by whom and when; how a digest calls its sources, and how it tells.

A new table and three columns. The table points at no workspace: that is what goes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Take the step."""
    op.add_column("editions", sa.Column("dropped_at", INSTANT))
    op.add_column("digests", sa.Column("look", sa.Text()))
    op.add_column("digest_sources", sa.Column("called", sa.Text()))
    op.create_table(
        "erasures",
        sa.Column("id", KEY, nullable=False, autoincrement=True),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("shown_at", INSTANT, nullable=False),
        sa.Column("ordered_at", INSTANT),
        sa.Column("done_at", INSTANT),
        sa.CheckConstraint("reason IN ('asked', 'left')", name="reason"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_erasures_workspace_id", "erasures", ["workspace_id"])
    op.create_index(
        "ix_erasures_platform_external_id", "erasures", ["platform", "external_id"]
    )
