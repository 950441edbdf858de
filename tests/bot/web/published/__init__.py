"""Pages and feeds of published editions."""
