"""What chat platforms have in common: pure functions over a platform's limits."""
