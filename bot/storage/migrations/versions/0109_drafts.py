"""Add tables for drafts that editors approve before they are posted."""

revision = "0109"
down_revision = "0108"


def upgrade() -> None:
    """Add the tables."""
