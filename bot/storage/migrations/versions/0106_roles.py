"""Add tables for several processes: turns in queues, and who sends with which token."""

import sqlalchemy as sa
from alembic import op

revision = "0106"
down_revision = "0105"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "job_turns",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("workspace_key", KEY, autoincrement=False, nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "workspace_key"),
    )
    op.create_table(
        "delivery_shares",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("workspace_key", KEY, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "workspace_key"),
    )
