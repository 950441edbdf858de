"""Discord: Components V2 messages over REST; events by the gateway or signed HTTP.

Only this package imports discord.py, and only in `transport`, `session`, `rest_api` and
`rate_limits`, which are loaded when something is first sent or received.
"""
