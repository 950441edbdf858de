"""Add tables for people who are signed in to the console."""

revision = "0108"
down_revision = "0107"


def upgrade() -> None:
    """Add the tables."""
