"""Add what is told to editors once, and again when it is well."""

revision = "0111"
down_revision = "0110"


def upgrade() -> None:
    """Add the tables."""
