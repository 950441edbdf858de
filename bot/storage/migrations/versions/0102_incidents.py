"""Add a table of incidents, so that what stopped working is reported once."""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the table, and mark the notices of before as of another kind."""
    op.create_table(
        "incidents",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("recovered_at", INSTANT),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("workspace_id", "subject"),
        sqlite_autoincrement=True,
    )
    mark: sa.Column[bool] = sa.Column(
        "lists_incidents", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("notices", mark)
