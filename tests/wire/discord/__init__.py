"""A strict Discord on loopback, for the real discord.py; see `server`."""
