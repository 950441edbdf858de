"""Add a table of nightly examinations, and the words for what works again."""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the table, and add the words to the incidents."""
    op.create_table(
        "examinations",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("fix", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("workspace_id", "subject"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_examinations_next_at", "examinations", ["next_at"])
    op.add_column("incidents", sa.Column("name", sa.Text()))
