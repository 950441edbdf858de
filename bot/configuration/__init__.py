"""Settings of digests, destinations, workspaces: check, change, import, export."""
