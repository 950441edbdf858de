"""One package per platform, plus `common`; platforms do not import each other.

In each, `plugin` describes the platform, `platform` sends and stays connected, `events`
handles what people do, `render` and `replies` are pure, `limits` has the numbers. Code
that several platforms share is in `common`.
"""
