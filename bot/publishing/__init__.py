"""Compose editions for due schedules and store their deliveries; manual editions."""
