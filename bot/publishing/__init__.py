"""Due schedules to editions, stored with their deliveries; manual editions, undo."""
