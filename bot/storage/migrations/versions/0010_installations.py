"""Installations of the app that workspaces make themselves, with sealed tokens.

New tables only: what was there before means what it meant before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "installations",
        sa.Column("id", KEY, nullable=False, autoincrement=True),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("installer", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("installed_at", INSTANT, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("refresh", sa.Text()),
        sa.Column("expires_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("exchanging_until", INSTANT),
        sa.Column("broken", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "install_states",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_install_states_until", "install_states", ["until"])
