"""Read sources and store revisions with their quotes, figures and stories."""
