"""Alembic's folder: migrations from each schema to the next, forward only."""
