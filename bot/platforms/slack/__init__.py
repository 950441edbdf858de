"""Slack: Block Kit messages over the Web API; events by Socket Mode or signed HTTP.

Only this package imports slack_sdk and Bolt, and only in `client`, `connection`,
`oauth` and `send_errors`, which are loaded when something is first sent or received, or
when the first visitor installs the app.

One workspace with a token from the settings, or several that installed the app: both
are `installations`. Code that sends or answers gets the `Installation` of the
workspace, which takes its token from `tokens`.
"""
