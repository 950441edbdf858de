"""Numbered migrations, one per file; a released one is never changed."""
