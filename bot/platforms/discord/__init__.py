"""Discord: Components V2 messages, sent over REST; events come by the gateway.

Only here is discord.py imported, and only by `session`, what stands below it (`client`,
`calls`) and `verdicts`, which are loaded when something is first sent or listened for.
"""
