"""What polling remembers of a source, and what counts as told from the start.

New columns only: no table is rebuilt, and an older row means what it meant before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def no(name: str) -> sa.Column[bool]:
    """Make a column that says no until somebody says yes."""
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def upgrade() -> None:
    """Take the step."""
    for column in (
        sa.Column("asked_at", INSTANT),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rest_until", INSTANT),
        no("stopped"),
        sa.Column("moved_to", sa.Text()),
        sa.Column("moved_seen", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("items_a_day", sa.Double()),
        sa.Column("notice", sa.Text()),
        sa.Column("noticed_at", INSTANT),
    ):
        op.add_column("sources", column)
    op.add_column("digest_sources", sa.Column("begun_at", INSTANT))
    for column in (no("baseline"), no("excerpt")):
        op.add_column("revisions", column)
