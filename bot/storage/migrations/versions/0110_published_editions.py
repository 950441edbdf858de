"""Add what the pages of published editions need."""

revision = "0110"
down_revision = "0109"


def upgrade() -> None:
    """Add the columns."""
