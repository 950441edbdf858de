"""How messages are posted at a destination, and the thread that an edition opens.

New columns only: no table is rebuilt, and an older row is posted plainly as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Take the step."""
    op.add_column("destinations", sa.Column("manner", sa.Text()))
    op.add_column("deliveries", sa.Column("manner", sa.Text()))
    op.add_column("deliveries", sa.Column("title", sa.Text()))
    op.add_column("deliveries", sa.Column("opening", sa.Text()))
