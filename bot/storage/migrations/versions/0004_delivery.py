"""What stops a workspace or a place, how plainly a message is told, what was undone.

New columns only: no table is rebuilt, and an older row means what it meant before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"

INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.add_column("workspaces", sa.Column("stopped", sa.Text()))
    op.add_column("workspaces", sa.Column("retest_at", INSTANT))
    op.add_column("destinations", sa.Column("retest_at", INSTANT))
    op.add_column("digests", sa.Column("paused_until", sa.Date()))
    op.add_column("digests", sa.Column("skips", sa.Text()))
    op.add_column("editions", sa.Column("undone_at", INSTANT))
    op.add_column("editions", sa.Column("undone_by", sa.Text()))
    rung = sa.Column("rung", sa.Integer(), nullable=False, server_default="0")
    op.add_column("deliveries", rung)
