"""Slack: Block Kit messages over the Web API; events by Socket Mode or signed HTTP.

Only this package imports slack_sdk and Bolt. They are loaded when they are first used:
`connection` with the first connection, `oauth` with the first visitor who installs the
app; `client` and `rate_limits` import them inside their functions.

One workspace with a token from the settings, or several that installed the app: both
are `installations`. Code that sends or answers gets the `Installation` of the
workspace, which takes its token from `tokens`.
"""
