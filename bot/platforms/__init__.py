"""One package per platform, plus `common`; platforms do not import each other.

`platform` sends and listens, `commands` reads what people type or press, `render` is
pure, `limits` holds the budget. Platforms do not know each other, and only `bot.app`
builds them. What they share (`inert`, `quotation`, `wording`) is pure.
"""
