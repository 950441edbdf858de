"""Let drafts and their messages say which pictures they show."""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"


def upgrade() -> None:
    """Add the columns."""
    for table in ("drafts", "draft_messages"):
        op.add_column(table, sa.Column("pictures", sa.Text()))
