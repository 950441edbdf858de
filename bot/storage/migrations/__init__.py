"""Alembic environment: migrations between schema versions, forward only."""
