"""Slack: editions as Block Kit messages, posted over the Web API, heard by Socket Mode.

Only here are slack_sdk and Bolt imported, and only by `session`, `link`, `events` and
`verdicts`, which are loaded when something is first sent or listened for.
"""
