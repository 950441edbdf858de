"""Alembic's folder: the steps from each schema to the next, forward only."""
