"""Who changed what, who may, and which sources of a digest rest.

New tables and a column: no table is rebuilt, and an older row means what it meant
before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Take the step."""
    op.add_column(
        "digest_sources",
        sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "changes",
        sa.Column("id", KEY, nullable=False, autoincrement=True),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT),
        sa.Column("reverts", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("public_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_changes_workspace_id_made_at", "changes", ["workspace_id", "made_at"]
    )
    op.create_table(
        "grants",
        sa.Column("id", KEY, nullable=False, autoincrement=True),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'role')", name="kind"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("workspace_id", "kind", "external_id"),
        sqlite_autoincrement=True,
    )
