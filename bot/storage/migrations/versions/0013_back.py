"""Since when the bot is in a workspace, the last time that it came.

A new column; where nothing stands in it, any refusal counts, as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.add_column("workspaces", sa.Column("back_at", INSTANT))
