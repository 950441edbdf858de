"""What a person is told in private about a place where posting stopped.

A new table; nothing else changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "'ready', 'sending', 'sent', 'retry', 'uncertain', 'failed'"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "notices",
        sa.Column("id", KEY, nullable=False, autoincrement=True),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("destination_id", KEY),
        sa.Column("person_id", sa.Text()),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", INSTANT),
        sa.Column("claimed_at", INSTANT),
        sa.Column("not_before", INSTANT),
        sa.Column("reason", sa.Text()),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name="state"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_notices_workspace_id_made_at", "notices", ["workspace_id", "made_at"]
    )
    op.create_index("ix_notices_state", "notices", ["state"])
