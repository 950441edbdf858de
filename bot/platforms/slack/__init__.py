"""Slack: Block Kit messages over the Web API; Socket Mode or signed HTTP for events.

Only here are slack_sdk and Bolt imported, and only by `session`, `socket_mode`,
`events`, `oauth` and `verdicts`, which are loaded when something is first sent or
listened for, or when the first visitor comes to install the app.

One workspace with a token from the settings, or several that install the app: both are
`installations`. Whoever sends or answers asks them for the `installation` of the
workspace, which takes its token from `tokens`.
"""
