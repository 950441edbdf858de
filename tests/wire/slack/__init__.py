"""A strict Slack on loopback, for the real slack_sdk and Bolt; see `server`."""
