"""Add the lead images of articles, and which digests show them."""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"


def upgrade() -> None:
    """Add the images of revisions, and the permission for each source of a digest."""
    for name in ("image", "image_alt"):
        op.add_column("revisions", sa.Column(name, sa.Text()))
    shown: sa.Column[bool] = sa.Column(
        "pictures", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("digest_sources", shown)
