"""Add columns for how much is stored of each source and for each workspace.

A running bot counts what there is, source by source.
"""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0106"


def upgrade() -> None:
    """Add the columns; NULL = not counted yet."""
    for table in ("sources", "workspaces"):
        op.add_column(table, sa.Column("stored_articles", sa.Integer()))
